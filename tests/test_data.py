"""Points to cluster, made, measured or read from a file, and ways to choose a start."""

import csv
import itertools
import os
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kmeans_teach
from kmeans_teach import Setting, inputs
from kmeans_teach.data import DATA_SETS, PENGUIN_COLUMNS, csv_text, load, make_clusters, plus_plus, random_points, read_points
from kmeans_teach.kmeans import KMeansND
from tests.test_kmeans import BAD_TABLES

PENGUINS = Path(kmeans_teach.__file__).parent / "data" / "penguins.csv"
PICKERS = [random_points, plus_plus]


def rng(seed=0):
    return np.random.default_rng(seed)


# ---- make_clusters


def test_the_defaults_are_the_posts():
    points = make_clusters(rng=rng())
    assert points.shape == (12 * 100, 2)
    centres = points.reshape(100, 12, 2).mean(axis=0)
    assert np.abs(centres).max() < 4 + 0.5
    # 2400 deviations: their standard deviation is known to 1 / sqrt(2 * 2400) = 1.4 %
    assert (points.reshape(100, 12, 2) - centres).std() == pytest.approx(0.08**0.5, rel=0.07)


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 5), st.integers(1, 4))
@settings(deadline=None, max_examples=50)
def test_more_clusters_and_more_points_only_add_and_another_spread_only_scales(seed, clusters, size, n):
    small = make_clusters(clusters, size, n, rng=rng(seed)).reshape(size, clusters, n)
    large = make_clusters(clusters + 2, size + 3, n, rng=rng(seed)).reshape(size + 3, clusters + 2, n)
    assert small.tolist() == large[:size, :clusters].tolist()
    centres = make_clusters(clusters, size, n, spread=0, rng=rng(seed)).reshape(size, clusters, n)
    assert (centres == centres[0]).all()
    assert np.abs(centres).max() <= 4
    wide = make_clusters(clusters, size, n, spread=3, rng=rng(seed)).reshape(size, clusters, n)
    narrow = make_clusters(clusters, size, n, spread=1, rng=rng(seed)).reshape(size, clusters, n)
    np.testing.assert_allclose(wide - centres, 3 * (narrow - centres), atol=1e-12)


def test_a_cluster_is_normal_around_its_centre():
    points = make_clusters(1, 20_000, 2, spread=0.5, bounds=(7, 7), rng=rng())
    away = (points - 7) / 0.5
    assert np.abs(away.mean(axis=0)).max() < 5 / 20_000**0.5
    # of a normal variable 68.27 % lie within one standard deviation, 95.45 % within two
    assert (np.abs(away) < 1).mean() == pytest.approx(0.6827, abs=0.012)
    assert (np.abs(away) < 2).mean() == pytest.approx(0.9545, abs=0.006)


BOUNDS = "bounds must be two numbers of at most 1e+149 in size, the lower one first, got"


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"n_clusters": 0}, ValueError, "n_clusters must be at least 1, got 0"),
        ({"points_per_cluster": -2}, ValueError, "points_per_cluster must be at least 1, got -2"),
        ({"n_features": 0}, ValueError, "n_features must be at least 1, got 0"),
        ({"n_clusters": 2.0}, TypeError, "n_clusters must be an int, got 2.0"),
        ({"n_features": True}, TypeError, "n_features must be an int, got True"),
        ({"spread": -0.1}, ValueError, "spread must be a finite number of at least 0, got -0.1"),
        ({"spread": np.nan}, ValueError, "spread must be a finite number of at least 0, got nan"),
        ({"spread": np.inf}, ValueError, "spread must be a finite number of at least 0, got inf"),
        ({"spread": "wide"}, TypeError, "spread must be a number, got 'wide'"),
        ({"spread": 1e308}, ValueError, "spread must be at most 1e+149, got 1e+308"),
        ({"bounds": (-1e308, 1e308)}, ValueError, f"{BOUNDS} (-1e+308, 1e+308)"),
        ({"spread": None}, TypeError, "spread must be a number, got None"),
        ({"bounds": (3, 1)}, ValueError, f"{BOUNDS} (3, 1)"),
        ({"bounds": (0, np.inf)}, ValueError, f"{BOUNDS} (0, inf)"),
        ({"bounds": (1,)}, ValueError, f"{BOUNDS} (1,)"),
        ({"bounds": 4}, ValueError, f"{BOUNDS} 4"),
        ({"rng": 7}, TypeError, "rng must be a numpy.random.Generator, such as numpy.random.default_rng(7), got 7"),
    ],
)
def test_a_bad_wish_for_clusters(options, kind, message):
    with pytest.raises(kind) as caught:
        make_clusters(**{"n_clusters": 2, "points_per_cluster": 3, "rng": rng(), **options})
    assert str(caught.value) == message


# ---- starts


@given(
    st.lists(st.tuples(*[st.sampled_from([0.0, -0.0, 1.0, 2.5])] * 2), min_size=1, max_size=12),
    st.integers(1, 12),
    st.integers(0, 99),
)
@settings(deadline=None, max_examples=150)
@pytest.mark.parametrize("pick", PICKERS)
def test_a_start_is_k_different_points_or_a_clear_error(pick, rows, k, seed):
    points, different = np.array(rows), len({(x + 0.0, y + 0.0) for x, y in rows})
    if k <= different:
        start = pick(points, k, rng(seed))
        assert start.shape == (k, 2)
        assert len({(x + 0.0, y + 0.0) for x, y in start.tolist()}) == k
        assert {tuple(row) for row in start.tolist()} <= set(rows)
        assert not np.shares_memory(start, points)
        KMeansND(points, start).fit()
    else:
        said = "at most the number of different points" if k <= len(rows) else "between 1 and the number of points"
        number = different if k <= len(rows) else len(rows)
        with pytest.raises(ValueError, match=rf"^k must be {said} \({number}\), got {k}$"):
            pick(points, k, rng(seed))


def test_a_larger_k_adds_to_the_same_choice():
    points = rng(1).normal(size=(30, 2))
    assert len(PICKERS) == 2
    for pick, k in itertools.product(PICKERS, (1, 2, 5)):
        assert pick(points, k + 1, rng(3))[:k].tolist() == pick(points, k, rng(3)).tolist()


def test_random_points_gives_each_pair_the_same_chance():
    points = np.arange(4.0)[:, None]
    own = rng(5)
    pairs = Counter(tuple(random_points(points, 2, own)[:, 0]) for _ in range(2400))
    assert len(pairs) == 12  # ordered pairs of 4
    assert all(abs(n - 200) < 5 * 200**0.5 for n in pairs.values())


def test_plus_plus_chooses_in_proportion_to_the_squared_distance():
    points = np.array([[0.0], [1.0], [3.0]])
    own = rng(6)
    pairs = Counter(tuple(plus_plus(points, 2, own)[:, 0]) for _ in range(3000))
    # the first evenly; then, after 0, the others by 1 : 9; after 1, by 1 : 4; after 3, by 9 : 4
    chances = {(0, 1): 1 / 10, (0, 3): 9 / 10, (1, 0): 1 / 5, (1, 3): 4 / 5, (3, 0): 9 / 13, (3, 1): 4 / 13}
    assert pairs.keys() == chances.keys()
    for pair, chance in chances.items():
        assert abs(pairs[pair] - 1000 * chance) < 5 * (1000 * chance) ** 0.5


@pytest.mark.parametrize("pick", PICKERS)
@pytest.mark.parametrize("bad", BAD_TABLES)
def test_a_picker_refuses_bad_points_as_the_model_does(bad, pick):
    table, kind, message = BAD_TABLES[bad]
    with pytest.raises(kind) as caught:
        pick(table, 1, rng())
    assert str(caught.value) == message.format("points", "points")


@pytest.mark.parametrize("pick", PICKERS)
@pytest.mark.parametrize(
    ("k", "kind", "message"),
    [
        (0, ValueError, "k must be between 1 and the number of points (3), got 0"),
        (4, ValueError, "k must be between 1 and the number of points (3), got 4"),
        (1.0, TypeError, "k must be an int between 1 and the number of points (3), got 1.0"),
        (True, TypeError, "k must be an int between 1 and the number of points (3), got True"),
        (None, TypeError, "k must be an int between 1 and the number of points (3), got None"),
    ],
)
def test_a_picker_refuses_a_bad_k(k, kind, message, pick):
    with pytest.raises(kind) as caught:
        pick([[0], [1], [2]], k, rng())
    assert str(caught.value) == message


@pytest.mark.parametrize("pick", PICKERS)
@pytest.mark.parametrize("bad", [7, None, np.random, np.random.RandomState(1)])
def test_a_picker_wants_a_generator(pick, bad):
    with pytest.raises(TypeError, match=r"^rng must be a numpy\.random\.Generator, such as"):
        pick([[0], [1]], 1, bad)


# ---- the named data sets


def test_the_penguins_are_the_published_ones():
    points = load("penguins")
    assert points.shape == (342, 4)
    # R's palmerpenguins, summary(penguins): the means as published
    np.testing.assert_allclose(points.mean(axis=0), [43.92193, 17.15117, 200.91520, 4201.75439], atol=1e-5)
    assert points.min(axis=0).tolist() == [32.1, 13.1, 172, 2700]
    assert points.max(axis=0).tolist() == [59.6, 21.5, 231, 6300]
    assert load("bills").tolist() == points[:, :2].tolist()
    assert len(PENGUIN_COLUMNS) == 4


def test_the_file_of_the_penguins_says_whose_they_are():
    lines = PENGUINS.read_text(encoding="utf-8").splitlines()
    credit = " ".join(line for line in lines if line.startswith("#"))
    for part in ("Gorman", "10.1371/journal.pone.0090081", "CC0"):
        assert part in credit
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert Counter(row["species"] for row in rows) == {"Adelie": 151, "Chinstrap": 68, "Gentoo": 123}
    names = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
    assert [[float(row[name]) for name in names] for row in rows] == load("penguins").tolist()


@pytest.mark.parametrize("name", DATA_SETS)
def test_a_named_data_set_is_a_sound_table_and_its_description_is_true(name):
    data, options = DATA_SETS[name], {"clusters": 4, "size": 20, "spread": 0.3, "seed": 5}
    points = load(name, **options)
    assert (points.dtype, points.ndim, points.flags.c_contiguous) == (np.float64, 2, True)
    assert points.shape[1] == len(data.columns)
    assert np.isfinite(points).all()
    assert 1 <= data.k <= len(points)
    assert points.tobytes() == load(name, **options).tobytes()
    for option, value in {"clusters": 5, "size": 21, "spread": 0.4, "seed": 6}.items():
        differs = points.tobytes() != load(name, **options | {option: value}).tobytes()
        assert differs == (option in data.uses), option
    if data.start is not None:
        assert np.array(data.start).shape == (data.k, points.shape[1])


@pytest.mark.parametrize("size", [1, 100])
def test_the_shapes_of_the_named_sets(size):
    assert load("blobs", clusters=3, size=size).shape == (3 * size, 2)
    assert load("line", clusters=3, size=size).shape == (3 * size, 1)
    uniform = load("uniform", clusters=3, size=size)
    assert np.abs(uniform).max() <= 4
    rings = load("rings", clusters=3, size=size, spread=0)
    np.testing.assert_allclose(np.hypot(*rings.T), np.tile([1, 2.5, 4], size))
    assert np.hypot(*load("rings", clusters=1, size=size, spread=0).T) == pytest.approx(1)


def test_heaps_lie_apart_and_four_of_them_are_easy():
    ends = []
    for seed in range(20):
        points = load("heaps", seed=seed)
        centres = points.reshape(100, 4, 2).mean(axis=0)
        apart = np.hypot(*(centres[:, None] - centres).T)[~np.eye(4, dtype=bool)]
        assert apart.min() > 1.4, "five times their spread"
        good = KMeansND(points, centres).fit()
        ends.append(KMeansND(points, random_points(points, 4, rng(seed))).fit().inertia / good.inertia)
    assert np.mean(np.array(ends) < 1.01) >= 0.5
    points = load("heaps")
    run = list(KMeansND(points, Setting.parse("heaps").centroids(points)).steps())
    assert run[-1].inertia < 70, "the first picture of the panel ends well"
    few, more = load("heaps", clusters=3, size=2, seed=7), load("heaps", clusters=5, size=2, seed=7)
    np.testing.assert_allclose(few.reshape(2, 3, 2), more.reshape(2, 5, 2)[:, :3])


def test_unequal_is_one_wide_cluster_beside_tight_ones():
    # each tight one has a quarter of the spread, the wide one four times the spread
    deviations = load("unequal", clusters=3, size=2000, spread=0.4, seed=1).reshape(2000, 3, 2).std(axis=0)
    np.testing.assert_allclose(deviations, [[1.6] * 2, [0.1] * 2, [0.1] * 2], rtol=0.08)


def test_the_bad_start_ends_badly_and_the_empty_cluster_stays_empty():
    bad, points = DATA_SETS["bad-start"], load("bad-start")
    stuck = KMeansND(points, bad.start).fit()
    good = KMeansND(points, [(-3, -1), (-3, 1), (3, -1), (3, 1)]).fit()
    assert stuck.stop == good.stop == "converged"
    assert stuck.inertia > 3 * good.inertia
    points = load("empty-cluster")
    steps = list(KMeansND(points, DATA_SETS["empty-cluster"].start).steps())
    assert all(set(step.labels) == {0, 1} for step in steps)
    assert steps[-1].centroids[2].tolist() == [0, 9]


def test_an_unknown_data_set_or_a_bad_size():
    with pytest.raises(ValueError, match=r"^data set must be one of heaps, blobs, bills, .*, got 'iris'$"):
        load("iris")
    with pytest.raises(ValueError, match=r"^clusters must be at least 1, got 0$"):
        load("blobs", clusters=0)
    with pytest.raises(TypeError, match=r"^size must be an int, got 2\.5$"):
        load("blobs", size=2.5)


@pytest.mark.parametrize("name", DATA_SETS)
def test_a_data_set_by_name_is_the_one_that_a_replay_string_of_that_name_shows(name):
    assert load(name).tobytes() == Setting.parse(name).points().tobytes()


def test_plus_plus_does_not_call_different_points_equal():
    points = np.array([[0.0], [1e-170], [1.0]])  # the square of the small difference is below the smallest float
    message = r"^k must be at most the number of points whose squared distance is not rounded to 0 \(2\), got 3$"
    with pytest.raises(ValueError, match=message):
        plus_plus(points, 3, rng())


# ---- points from a CSV file

BIRDS = "name,wing (mm),mass (g),note\nwren,48,9.5,\nrobin,72,NA,ringed\nswift,165,41,\n"


@pytest.fixture
def birds(tmp_path):
    """Write birds.csv; returns its path."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "birds.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_columns_are_chosen_by_name_and_in_that_order(birds):
    frame = read_points(birds(BIRDS.replace("NA", "18")), ["mass (g)", "wing (mm)"])
    assert list(frame.columns) == ["mass (g)", "wing (mm)"]
    assert frame.to_numpy().tolist() == [[9.5, 48], [18, 72], [41, 165]]


def test_one_column_gives_points_on_a_line(birds):
    assert read_points(birds(BIRDS), "wing (mm)").to_numpy().tolist() == [[48], [72], [165]]


def test_without_a_choice_all_columns_of_numbers_are_read():
    frame = read_points(PENGUINS)
    assert list(frame.columns) == list(pd.read_csv(PENGUINS, comment="#").select_dtypes("number").columns)
    assert frame.to_numpy().tolist() == load("penguins").tolist()


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + BIRDS,
        BIRDS.replace(",", ";"),
        BIRDS.replace(",", "\t"),
        BIRDS.replace("\n", "\r\n"),
        "# a comment\n\n" + BIRDS,
        "\ufeff# a comment\r\n" + BIRDS.replace("\n", "\r\n"),
        BIRDS.replace("\n", "\n\n"),
        BIRDS.replace("wren", '"wren, or ""stumpy"""'),
        BIRDS.replace("wren", '"wren\n\n# also: stumpy"'),
        BIRDS.replace("wren", "wren\u2028jenny"),
        BIRDS.replace("wren", "#1"),
    ],
    ids=["BOM", "semicolons", "tabs", "CRLF", "remark", "all at once", "gaps", "quotes", "lines in quotes", "odd space", "#"],
)
def test_csv_comes_in_many_ways(birds, text):
    frame = read_points(birds(text), ["wing (mm)"])
    assert frame.to_numpy().tolist() == [[48], [72], [165]]


def test_a_comma_in_a_quoted_name_does_not_hide_the_separator(birds):
    frame = read_points(birds('"wing, left, mm";"mass, g"\n48;9.5\n'))
    assert list(frame.columns) == ["wing, left, mm", "mass, g"]


GAPS = ["", "NA", "n/a", "n.a.", "NaN", "-nan", "null", "?", ".", " ", "#N/A", "<NA>", "missing", "–"]


@pytest.mark.parametrize("word", GAPS)
def test_missing_values_are_counted_and_the_way_on_is_named(birds, word):
    path = birds(f"a,b,c\n1,2,x\n3,{word},y\n4,5,z\n{word},6,w\n")
    message = f"values are missing in 2 of 4 rows, first in row 2, column 'b' ({word.strip()!r}). K-means needs all values. "
    message += "To leave these rows out, so that 2 of 4 remain: without_missing=True, or --without-missing on the command line"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_points(path)
    frame = read_points(path, without_missing=True)
    assert frame.to_numpy().tolist() == [[1, 2], [4, 5]]
    assert list(frame.index) == [1, 3]
    assert frame.attrs["left_out"] == "Left out: c (text); 2 of 4 rows (missing values)."


def test_if_no_row_is_complete_the_columns_without_gaps_are_named(birds):
    with pytest.raises(ValueError, match=r"in 2 of 2 rows, .*: choose other columns; complete are: b, c$"):
        read_points(birds("a,b,c,d\n1,2,3,\n,2,3,4\n"), without_missing=True)


def test_a_column_of_text_is_refused_and_the_others_are_named(birds):
    message = r"^column 'name' must hold numbers, got 'wren' in row 1; columns of numbers: wing \(mm\), mass \(g\)$"
    with pytest.raises(ValueError, match=message):
        read_points(birds(BIRDS), ["name", "wing (mm)"])


# name -> (text, the names and values that are read, what is said to be left out)
READ = {
    "pandas' index": (",x,y\n0,1,2\n1,3,4\n", "x y", [[1, 2], [3, 4]], "column 1 (no name)"),
    "pandas' index, read and written again": ("Unnamed: 0,x\n0,5\n1,6\n", "x", [[5], [6]], "column 1 (no name)"),
    "pandas' table of an array": (",0,1\n0,1.5,2\n1,3,4\n", "0 1", [[1.5, 2], [3, 4]], "column 1 (no name)"),
    "R's row names": ('"","a","b"\n"one",1,2\n"two",3,4\n', "a b", [[1, 2], [3, 4]], "column 1 (no name)"),
    "Excel's commas": ("a,b,,\n1,2,,\n3,4,,\n,,,\n,,,\n", "a b", [[1, 2], [3, 4]], ""),
    "rows of commas in between": ("a,b\n1,2\n,\n3,4\n", "a b", [[1, 2], [3, 4]], ""),
    "decimal commas": ("nr;h\n1;1,5\n2;0,125\n", "nr h", [[1, 1.5], [2, 0.125]], ""),
    "decimal commas and text": ("n\th\nx, y\t1,5\nz\t,25\n", "h", [[1.5], [0.25]], "n (text)"),
    "quoted names over two lines": ('"wing\n(mm)";"mass\r\n(g)"\n1;2\n', "wing_(mm) mass_(g)", [[1, 2]], ""),
    "names with commas": ("name;note, more, here;a\nx;y;1\nz;w, v;2\n", "a", [[1], [2]], "name, note, more, here (text)"),
    "sep=;": ("sep=;\na;b\n1;2\n", "a b", [[1, 2]], ""),
    "sep= in quotes": ('\ufeff"sep=|"\r\na|b\r\n1|2\r\n', "a b", [[1, 2]], ""),
    "a space before the quote": ('name, "a, b", c\nx, 1, 2\n', "a,_b c", [[1, 2]], "name (text)"),
    "|": ("a|b\n1|2\n", "a b", [[1, 2]], ""),
    "spaces": (" a   b\n 1   2.5\n 3  -4\n", "a b", [[1, 2.5], [3, -4]], ""),
    "CR after a remark": ("# hi\ra,b\r1,2\r", "a b", [[1, 2]], ""),
    "# is a name": ("#,name,x\n1,bob,2\n2,al,3\n", "# x", [[1, 2], [2, 3]], "name (text)"),
    "# begins a name": ("#a\tb\n1\t2\n", "#a b", [[1, 2]], ""),
    "remarks without a blank": ("#made, by me\n#\n# x, y, z\na,b,c\n1,2,3\n", "a b c", [[1, 2, 3]], ""),
    "text and no values": ("sp,isle,a,b\nx,y,1,NA\nx,z,2,\n", "a", [[1], [2]], "sp, isle (text); b (no values)"),
    "dates": ("day,x\n2020-01-01,1\n2020-01-02,2\n", "x", [[1], [2]], "day (text)"),
    "true and false": ("t,x\nTRUE,1\nFALSE,2\n", "x", [[1], [2]], "t (text)"),
    "a name that is a word for a gap": ("RI,Na\n1,2\n", "RI Na", [[1, 2]], ""),
}


@pytest.mark.parametrize("case", READ)
def test_files_of_other_programs_are_read_and_what_is_left_out_is_said(birds, case):
    text, names, values, left_out = READ[case]
    frame = read_points(birds(text))
    assert [name.replace(" ", "_") for name in frame.columns] == names.split()
    assert frame.to_numpy().tolist() == values
    assert frame.attrs["left_out"] == (f"Left out: {left_out}." if left_out else "")


UNREADABLE = {
    "1,234": "write it without a comma: 1234, or with a point: 1.234",
    "2,5": "a number here is written with a point: 3.5",
    "1 234": "write it without signs between thousands",
    "1.234.567": "write it without signs between thousands",
    "10%": "write it without the percent sign",
    "7.5 %": "write it without the percent sign",
    "$5": "write it without the sign of the currency",
    "5 €": "write it without the sign of the currency",
    "\u22125": "its minus sign is another character than -",
    "(5)": "write a negative number with a minus sign",
    "#DIV/0!": "an error in the spreadsheet",
    "#VALUE!": "an error in the spreadsheet",
    "5 cm": "a unit belongs in the name of the column",
    "12kg": "a unit belongs in the name of the column",
    "Total": "",
    "12:30": "",
    "١": "",
}


@pytest.mark.parametrize("value", UNREADABLE)
def test_one_value_that_cannot_be_read_is_named_and_its_column_is_not_left_out(birds, value):
    hint = f" ({UNREADABLE[value]})" if UNREADABLE[value] else ""
    message = f"column 'mass' must hold numbers, got {value!r} in row 3{hint}; columns of numbers: wing"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        read_points(birds(f'name,mass,wing\nwren,1,4\ntit,2,5\nowl,"{value}",6\ngull,4,7\n'))


def test_a_column_of_prices_is_not_called_text(birds):
    with pytest.raises(ValueError, match=r"^column 'price' must hold numbers, got '\$5' in row 1 "):
        read_points(birds("price,x\n$5,1\n$6,2\n"))


@pytest.mark.parametrize("first", ["5.1,3.5,setosa", "?,setosa,x", "1000,5,1", "x,NA,y", "5.1,a,b", "x,.5,1e3"])
def test_a_file_without_names_is_refused(birds, first):
    message = r"^the first line of birds.csv must hold the names of the columns, such as x, y; got '[^a-z]+'$"
    with pytest.raises(ValueError, match=message):
        read_points(birds(f"{first}\n4.9,3.0,1\n6.3,3.3,2\n"))


def test_many_columns_are_read_and_a_message_stays_short(birds):
    names = [f"a gene with a long name {i}" for i in range(20_000)]
    frame = read_points(birds(",".join(names) + "\n" + ",".join(["1.5"] * 20_000)))
    assert frame.shape == (1, 20_000)
    for row in ",".join([""] * 19_999 + ["1"]), ",".join(["1"] * 19_999 + ["x"]), "1":
        with pytest.raises(ValueError, match="1") as caught:
            read_points(birds(",".join(names) + f"\n{row}\n" + ",".join(["1"] * 20_000)))
        assert len(str(caught.value)) <= 320


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_or_a_device_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for path in tmp_path / "pipe.csv", os.devnull:
        with pytest.raises(ValueError, match="must be a file, not a pipe or a device"):
            read_points(path)
    with pytest.raises(OSError, match=r"directory|denied"):
        read_points(tmp_path)


def test_a_path_begins_with_the_home_folder(birds, monkeypatch):
    monkeypatch.setenv("HOME", str(birds(BIRDS).parent))
    monkeypatch.setenv("USERPROFILE", str(birds(BIRDS).parent))
    assert len(read_points("~/birds.csv", "wing (mm)")) == 3


def test_values_are_those_of_pandas_and_the_memory_is_bounded(birds, monkeypatch):
    monkeypatch.setattr(csv_text, "CELLS", 50)  # so that the file is read in many pieces
    values = rng().normal(size=(200, 3)) * 10.0 ** rng().integers(-9, 9, size=(200, 3))
    path = birds(pd.DataFrame(values, columns=list("abc")).to_csv())
    assert read_points(path).to_numpy().tolist() == values.tolist()
    assert np.allclose(read_points(path), pd.read_csv(path)[["a", "b", "c"]], rtol=1e-15)


@pytest.mark.parametrize("value", ["__import__('os').getcwd()", "=1+1", "1_000", "0x10", "1e3e3"])
def test_nothing_is_evaluated(birds, value):
    with pytest.raises(ValueError, match="column 'a' must hold numbers"):
        read_points(birds(f'a,b\n"{value}",1\n'), ["a"])


@pytest.mark.parametrize("value", ["0.1", "2.2250738585072011e-308", "9007199254740993", "8.41e21", " 7 ", "1e-05"])
def test_a_number_is_read_to_its_last_bit(birds, value):
    assert read_points(birds(f"a,b\n{value},1\n"))["a"].tolist() == [float(value)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "birds.csv cannot be read as CSV"),
        ("a,b\n", "birds.csv must have rows of values below the line of names"),
        ("a,b\n1,2,3\n", "row 1 of birds.csv must have 2 values, as many as there are names, got 3"),
        ("# a remark\na,b\n1,2\n1,2,3\n", "row 2 of birds.csv must have 2 values, as many as there are names, got 3"),
        ("a,b,c\n1,2,3\n1,2\n", "row 2 of birds.csv must have 3 values, as many as there are names, got 2"),
        ("a,a\n1,2\n", "columns must have different names, got 'a' more than once"),
        ('a,b\n1,"2\n', "cannot be read as CSV"),
        ('a,b\n1,"2"3\n', "cannot be read as CSV"),
        ("# x,y\n1,2\n3,4\n", "the first line of birds.csv must hold the names of the columns, such as x, y; got '1'"),
        ("a:b\n1:2\n", "got '1:2' in row 1 (values are separated by commas, semicolons, tabs or |); columns of numbers: none"),
        ("a,b\n1," + "2" * 200_000, "cannot be read as CSV: field larger than field limit (131072)"),
        ("a,b\nx,y\n", "column 'a' must hold numbers, got 'x' in row 1; columns of numbers: none"),
    ],
)
def test_what_is_no_table_is_refused(birds, text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read_points(birds(text))


@pytest.mark.parametrize("names", [["a", "a"], [], ["z"], "z"])
def test_columns_that_cannot_be_chosen(birds, names):
    with pytest.raises(ValueError, match=r"^columns must be one or more different names of a, b, got \["):
        read_points(birds("a,b\n1,2\n"), names)


def test_other_encodings_are_named(birds):
    message = r"birds.csv must be text in UTF-8, got byte 0xe9 at 5; a spreadsheet saves it as 'CSV UTF-8'"
    with pytest.raises(ValueError, match=message):
        read_points(birds("a,caf\xe9\n1,2\n", "latin-1"))


def test_a_file_is_bounded_in_size(birds, monkeypatch):
    monkeypatch.setattr(inputs, "MOST_BYTES", 20)
    with pytest.raises(ValueError, match=r"birds.csv must be at most 0 MB"):
        read_points(birds(BIRDS))


@pytest.mark.parametrize("value", ["inf", "1e200"])
def test_numbers_too_large_for_distances_are_refused(birds, value):
    with pytest.raises(ValueError, match="points must"):
        KMeansND(read_points(birds(f"a,b\n{value},1\n")), [[0, 0]])
