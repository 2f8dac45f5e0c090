"""A CSV by the names of its columns: what is read, what is refused and in which words, and what is written."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

import kmeans_teach.lessons.table as module
from kmeans_teach.lessons.table import cross_table, match, read_table, standardise

BIRDS = "name,wing (mm),mass (g),note\nwren,48,9.5,\nrobin,72,NA,ringed\nswift,165,41,\n"


@pytest.fixture
def csv(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "birds.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_columns_are_chosen_by_name_and_in_that_order(csv):
    points = read_table(csv(BIRDS)).without_missing(["mass (g)"]).points(["mass (g)", "wing (mm)"])
    np.testing.assert_array_equal(points, [[9.5, 48], [41, 165]])


def test_one_column_gives_points_on_a_line(csv):
    np.testing.assert_array_equal(read_table(csv(BIRDS)).points("wing (mm)"), [[48], [72], [165]])


def test_the_shipped_penguins_read_as_pandas_reads_them():
    path = module.Path(module.__file__).parents[1] / "assets" / "penguins.csv"
    table, frame = read_table(path), pd.read_csv(path, comment="#")
    assert list(table.names) == list(frame.columns)
    assert list(table.numeric) == list(frame.select_dtypes("number").columns)
    np.testing.assert_array_equal(table.points(table.numeric), frame[list(table.numeric)].to_numpy())


@pytest.mark.parametrize(
    "text",
    [
        "﻿" + BIRDS,
        BIRDS.replace(",", ";"),
        BIRDS.replace(",", "\t"),
        BIRDS.replace("\n", "\r\n"),
        "# a comment\n\n" + BIRDS,
        "\ufeff# a comment\r\n" + BIRDS.replace("\n", "\r\n"),
        BIRDS.replace("\n", "\n\n"),
        BIRDS.replace("wren", '"wren, or ""stumpy"""'),
        BIRDS.replace("wren", '"wren\n\n# also: stumpy"'),
        BIRDS.replace("wren", "wren\u2028jenny"),
    ],
    ids=["BOM", "semicolons", "tabs", "CRLF", "comment", "all at once", "gaps", "quotes", "lines in quotes", "odd space"],
)
def test_csv_comes_in_many_ways(csv, text):
    table = read_table(csv(text))
    assert table.names == ("name", "wing (mm)", "mass (g)", "note")
    np.testing.assert_array_equal(table.points("wing (mm)")[:, 0], [48, 72, 165])


@pytest.mark.parametrize("word", ["", "NA", "n/a", "NaN", "null", "?", " "])
def test_missing_values_are_counted_and_the_way_out_is_named(csv, word):
    table = read_table(csv(f"a,b,c\n1,2,x\n{word},3,y\n4,{word},z\n{word},5,w\n"))
    assert table.missing() == {"a": 2, "b": 1, "c": 0}
    message = r"2 in 'a', 1 in 'b'. K-means needs them all: table.without_missing\(\['a', 'b'\]\) keeps 1 of 4 rows"
    with pytest.raises(ValueError, match=message):
        table.points(["a", "b"])
    np.testing.assert_array_equal(table.without_missing(["b"]).points("b")[:, 0], [2, 3, 5])


def test_a_column_of_text_is_refused_and_the_others_are_named(csv):
    with pytest.raises(
        ValueError, match=r"column 'name' must hold numbers, got 'wren' in row 1; columns of numbers: wing \(mm\), mass \(g\)"
    ):
        read_table(csv(BIRDS)).points(["name", "wing (mm)"])


def test_decimal_commas_are_named(csv):
    with pytest.raises(ValueError, match=r"got '2,5' in row 1 \(a number here is written with a point: 3.5\)"):
        read_table(csv("a;b\n2,5;1\n")).points(["a", "b"])


@pytest.mark.parametrize("value", ["__import__('os').getcwd()", "=1+1", "1_000", "0x10", "1e3e3"])
def test_nothing_is_evaluated(csv, value):
    with pytest.raises(ValueError, match="column 'a' must hold numbers"):
        read_table(csv(f'a,b\n"{value}",1\n')).points(["a"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must have a line of names and a row below it, got 0 lines"),
        ("a,b\n", "must have a line of names and a row below it, got 1 line"),
        ("a,b\n1,2,3\n", "row 1 of birds.csv must have 2 values, as the line of names has, got 3"),
        ("a,a\n1,2\n", "columns must have names, all different, got 'a', 'a'"),
        ("a,\n1,2\n", "columns must have names, all different, got 'a', ''"),
        ('a,b\n1,"2\n', "cannot be read as CSV"),
        ('a,b\n1,"2"3\n', "cannot be read as CSV"),
        ("5.1,3.5\n4.9,3.0\n", "the first line of birds.csv must hold the names of the columns, got numbers: 5.1, 3.5"),
        ("#a,b\n1,2\n3,4\n", "must hold the names of the columns, got numbers: 1, 2"),
        ("a,b\n1," + "2" * 200_000, r"cannot be read as CSV: field larger than field limit \(131072\)"),
    ],
)
def test_what_is_no_table_is_refused(csv, text, message):
    with pytest.raises(ValueError, match=message):
        read_table(csv(text))


def test_other_encodings_are_named(csv):
    with pytest.raises(
        ValueError, match=r"birds.csv must be text in UTF-8, got byte 0xe9 at 5; a spreadsheet saves it as 'CSV"
    ):
        read_table(csv("caf,\xe9\n1,2\n".replace("caf,", "a,caf"), "latin-1"))


def test_a_value_stays_as_it_stands_in_the_file(csv):
    table = read_table(csv('a,b\n"x\n\n# y",1\n#z,2\n'))
    assert table.text("a") == ["x\n\n# y", "#z"]


def test_a_comma_in_a_quoted_name_does_not_hide_the_separator(csv):
    table = read_table(csv('"wing, left, mm";"mass, g"\n48;9.5\n'))
    assert table.names == ("wing, left, mm", "mass, g")
    np.testing.assert_array_equal(table.points(table.names), [[48, 9.5]])


def test_a_row_of_holes_is_a_row(csv):
    table = read_table(csv("a,b\n1,2\n,\n"))
    assert table.missing() == {"a": 1, "b": 1}
    assert len(table.without_missing().rows) == 1


def test_one_name_will_do_where_several_may_be_given(csv):
    table = read_table(csv("wing,mass\n1,2\n,3\n"))
    assert table.missing("wing") == {"wing": 1}
    assert len(table.without_missing("mass").rows) == 2


def test_a_table_is_bounded_in_size(csv, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 20)
    with pytest.raises(ValueError, match=r"birds.csv must be at most 0 MB"):
        read_table(csv(BIRDS))


@pytest.mark.parametrize("value", ["inf", "1e200"])
def test_numbers_too_large_for_distances_are_refused(csv, value):
    with pytest.raises(ValueError, match="points must"):
        read_table(csv(f"a,b\n{value},1\n")).points(["a", "b"])


@pytest.mark.parametrize(
    ("names", "message"), [(["a", "a"], "different names"), ([], "one or more"), (["z"], "one of a, b, got 'z'")]
)
def test_columns_that_cannot_be_chosen(csv, names, message):
    with pytest.raises(ValueError, match=message):
        read_table(csv("a,b\n1,2\n")).points(names)


def test_the_labels_come_last_and_the_rest_stays(csv, tmp_path):
    path = read_table(csv(BIRDS)).save(tmp_path / "out.csv", np.array([1, 0, 1]))
    frame = pd.read_csv(path, keep_default_na=False)
    assert list(frame["cluster"]) == [1, 0, 1]
    assert list(frame["mass (g)"]) == ["9.5", "NA", "41"]
    assert read_table(path).names[:-1] == read_table(csv(BIRDS)).names


def test_a_file_that_is_there_is_never_overwritten(csv):
    path = csv(BIRDS)
    with pytest.raises(FileExistsError, match="is there already; choose another name"):
        read_table(path).save(path, [0, 0, 0])
    assert path.read_text() == BIRDS


def test_a_full_disk_leaves_no_half_of_a_table(csv, tmp_path, monkeypatch):
    table, path = read_table(csv(BIRDS)), tmp_path / "out.csv"
    opened = module.Path.open

    def full(self, *args, **kwargs):
        file = opened(self, *args, **kwargs)
        monkeypatch.setattr(module.Path, "open", opened)
        return Full(file)

    monkeypatch.setattr(module.Path, "open", full)
    with pytest.raises(OSError, match="No space left"):
        table.save(path, [0, 0, 0])
    assert not path.exists()


class Full:
    """A file on a disk that is full."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def write(self, text):
        raise OSError(28, "No space left on device")


def test_labels_that_do_not_fit_write_nothing(csv, tmp_path):
    with pytest.raises(ValueError, match="labels must be one for each of 3 rows, got 2"):
        read_table(csv(BIRDS)).save(tmp_path / "out.csv", [0, 1])
    with pytest.raises(ValueError, match="has a column 'note' already"):
        read_table(csv(BIRDS)).save(tmp_path / "out.csv", [0, 1, 1], name="note")
    assert not (tmp_path / "out.csv").exists()


def test_standardised_columns_have_mean_0_and_spread_1():
    points = np.random.default_rng(0).normal(5, [1, 100, 1e-3], size=(50, 3))
    scaled = standardise(points)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(scaled.std(axis=0), 1)


def test_a_constant_column_becomes_zeros():
    np.testing.assert_array_equal(standardise([[0.1, 1], [0.1, 3], [0.1, 5]])[:, 0], 0)


def test_a_cross_table_counts_pairs():
    kinds, counts = cross_table(["b", "a", "b", "b"], [2, 0, 0, 2], 3)
    assert kinds == ["a", "b"]
    np.testing.assert_array_equal(counts, [[1, 0, 0], [1, 0, 2]])


@pytest.mark.parametrize("labels", [[0, 1], [0, 1, 3], [0, 1, -1]])
def test_a_cross_table_wants_a_label_below_k_for_each_name(labels):
    with pytest.raises(ValueError, match="labels must be numbers from 0 to 2, one for each of 3 names, got"):
        cross_table(["a", "b", "b"], labels, 3)


@pytest.mark.parametrize("seed", range(10))
def test_the_match_is_the_best_there_is(seed):
    counts = np.random.default_rng(seed).integers(0, 40, size=(5, 5))
    rows, columns = linear_sum_assignment(counts, maximize=True)
    assert counts[range(5), match(counts)].sum() == counts[rows, columns].sum()
    with pytest.raises(ValueError, match=r"square table of at most 8 rows, got shape \(5, 4\)"):
        match(counts[:, :4])
