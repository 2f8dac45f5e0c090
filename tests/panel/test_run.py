"""What a panel is about, without its widgets: any change makes another run, and an error changes nothing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kmeans_teach.data import load
from kmeans_teach.kmeans import update_centroids
from kmeans_teach.panel import run as run_module
from kmeans_teach.panel.run import PanelRun
from kmeans_teach.panel.setting import Setting


def state(run):
    return run.setting, run.player, run.player.model, run.player.cursor, list(run.player.steps), dict(run.options)


def nothing_changed(run, before):
    now = state(run)
    assert now[0] == before[0]
    assert all(a is b for a, b in zip(now[1:3], before[1:3], strict=True))
    assert now[3:] == before[3:]


def broken(*_):
    raise RuntimeError("on purpose")


def test_a_run_begins_with_four_heaps_or_with_what_is_asked():
    assert str(PanelRun().setting) == "heaps k=4 clusters=4"
    assert PanelRun().model.points.tolist() == load("heaps").tolist()
    assert PanelRun("blobs k=4").setting == Setting(k=4), "a string that is given stays as it is"
    assert PanelRun("blobs k=4").model.points.tolist() == load("blobs", clusters=12).tolist()
    assert PanelRun(Setting()).model.points.tolist() == load("blobs").tolist()
    assert PanelRun("bills k=4").setting == PanelRun(Setting("bills", k=4)).setting
    assert PanelRun("bills").player.cursor == 0
    assert PanelRun("penguins").axes_options["columns"] == (0, 3), "the two that tell most"


def test_own_points_and_their_names():
    table = pd.DataFrame({"width": [0.0, 1, 5, 6], "height": [0, 1, 2, 3], "depth": [1.0, 2, 3, 9]})
    run = PanelRun(points=table, columns=(0, 2))
    assert str(run.setting) == "mine k=3"
    assert run.model.points.tolist() == table.to_numpy(float).tolist()
    assert run.axes_options == {"names": ["width", "height", "depth"], "columns": (0, 2)}
    assert PanelRun(points=table, names=("a", "b", "c")).axes_options["names"] == ["a", "b", "c"]
    assert PanelRun(points=table.to_numpy(), names=table.columns).axes_options["names"] == ["width", "height", "depth"]
    assert PanelRun(points=table.to_numpy(), names=np.array(["a", "b", "c"])).axes_options["names"] == ["a", "b", "c"]
    assert PanelRun(points=[[0], [1], [2]]).axes_options["names"] is None
    assert PanelRun("bills").axes_options["names"] == ("bill length (mm)", "bill depth (mm)")
    run.set("bills")
    assert run.axes_options["names"] == ("bill length (mm)", "bill depth (mm)")


def test_a_table_gives_its_columns_of_numbers_and_the_rest_is_said(tmp_path):
    table = pd.DataFrame({"name": ["a", "b", "c"], "x": [1, None, 3], "y": [True, False, True]})
    message = (
        r"^values are missing in 1 of 3 rows, first in row labelled 1, column 'x'\. .* 2 of 3 remain: without_missing=True"
    )
    with pytest.raises(ValueError, match=message):
        PanelRun(points=table)
    run = PanelRun(points=table.convert_dtypes(), without_missing=True)
    assert run.own.tolist() == [[1, 1], [3, 1]]
    assert run.axes_options["names"] == ["x", "y"]
    assert run.left_out == "Left out: name (not numbers); 1 of 3 rows (missing values)."
    table.to_csv(tmp_path / "table.csv")
    run = PanelRun(points=tmp_path / "table.csv", without_missing=True)
    assert run.own.tolist() == [[1], [3]]
    assert run.left_out == "Left out: column 1 (no name); name, y (text); 1 of 3 rows (missing values)."
    assert PanelRun(points=[[0], [1]]).left_out == PanelRun("blobs").left_out == ""
    with pytest.raises(TypeError, match=r"^points must be real numbers, got 'a' in the row labelled 0, column 'name'"):
        PanelRun(points=table[["name"]])


@pytest.mark.parametrize(
    ("setting", "kind", "message"),
    [
        ("birds.csv", ValueError, r"^a replay string must be a run, .* a file is given as points='birds.csv' \(.*--data\)$"),
        (5, TypeError, r"^a replay string must be a str, got a int; your own points are given as points=\.\.\.$"),
        (pd.DataFrame({"a": [1, 2]}), TypeError, "got a DataFrame; your own points are given as points="),
        (Path("birds.csv"), TypeError, "Path; your own points are given as points="),
    ],
)
def test_points_in_the_place_of_a_replay_string(setting, kind, message):
    with pytest.raises(kind, match=message):
        PanelRun(setting)


@pytest.mark.parametrize(("rows", "k"), [([[4.0]], 1), ([[0], [1]], 2), ([[0, 0]] * 3, 1), ([[0], [1], [1], [0]], 2)])
def test_fewer_different_points_than_three_are_run_with_as_many_clusters(rows, k):
    run = PanelRun(points=rows)
    assert run.setting.k == k
    assert run.player.last().stop == "converged"
    run.set("blobs k=2")
    run.change("data", "mine")
    assert run.setting.k == k


def test_bad_own_points_are_refused():
    with pytest.raises(ValueError, match=r"^points must be finite, got nan in row 2, column 1 \(counted from 1\)$"):
        PanelRun(points=[[0.0], [np.nan]])
    with pytest.raises(ValueError, match=r'^the data set "mine" needs points of your own$'):
        PanelRun("mine k=2")


def test_a_change_of_a_value_makes_another_run_and_stands_at_its_start():
    run = PanelRun("blobs k=4")
    run.player.seek(3)
    before = state(run)
    run.change("k", 4)
    nothing_changed(run, before)
    run.change("k", 5)
    assert (run.setting.k, run.player.cursor, len(run.player.step.centroids)) == (5, 0, 5)
    run.change("data", "bills")
    assert (run.setting.data, run.setting.k) == ("bills", 3)


def test_another_data_set_comes_with_its_k_and_its_number_of_heaps():
    run = PanelRun()
    for data, string in (
        ("blobs", "blobs k=12"), ("rings", "rings k=2 clusters=2"), ("unequal", "unequal k=3 clusters=3"),
        ("line", "line k=3 clusters=3"), ("bills", "bills k=3"), ("heaps", "heaps k=4 clusters=4"),
    ):  # fmt: skip
        run.change("data", data)
        assert str(run.setting) == string
        assert run.model.points.tolist() == load(data).tolist() == PanelRun(data).model.points.tolist()
        assert Setting.parse(str(run.setting)) == run.setting == Setting.parse(data)
    assert PanelRun("rings k=2").setting.clusters == 12, "as the panel has always written it"


def test_another_data_set_comes_with_its_prepared_start():
    run = PanelRun("blobs k=4 start=7")
    run.change("data", "bad-start")
    assert (run.setting.start, run.setting.k) == (0, 4)
    assert run.player.step.centroids.tolist() == [[-3, 1], [-3, 1.4], [-3, -1], [3, 0]]


def test_the_points_are_made_once_for_all_starts():
    run = PanelRun("blobs k=4")
    points = run._points
    run.change("k", 6)
    run.next_seed("start")
    assert run._points is points
    run.next_seed("seed")
    assert run._points is not points


def test_the_next_seed_is_one_more_and_the_one_before_can_be_run_again():
    run = PanelRun("blobs k=4 seed=7 start=2")
    first = run.player.step.centroids
    run.next_seed("seed")
    run.next_seed("start")
    assert str(run.setting) == "blobs k=4 seed=8 start=3"
    run.set("blobs k=4 seed=7 start=2")
    assert run.player.step.centroids.tolist() == first.tolist()


def test_a_centroid_moved_by_hand():
    run = PanelRun("penguins k=3", columns=(0, 3))
    run.player.seek(2)
    present = run.player.step.centroids.copy()
    run.put_centroid([(45.5, 4000.0)], 1)
    now = run.player.step.centroids
    assert run.player.cursor == 0
    assert now[1, [0, 3]].tolist() == [45.5, 4000.0]
    present[1, [0, 3]] = now[1, [0, 3]]
    assert (np.abs(now - present) < np.ptp(run.model.points, axis=0) / 10_000).all(), "finer than a pixel"
    assert Setting.parse(str(run.setting)) == run.setting
    run.change("spread", 0.3)  # which the penguins do not use
    assert run.setting.hand is not None
    run.change("k", 4)
    assert run.setting.hand is None
    line = PanelRun("line k=2")
    line.put_centroid([(3.0, 99.0)], 0)
    assert line.player.step.centroids[0].tolist() == [3.0]
    line.next_seed("start")
    assert line.setting.hand is None


@pytest.mark.parametrize("replay", ["heaps k=12", "blobs", "uniform k=12 spread=80", "heaps k=12 standardise=1"])
@pytest.mark.parametrize(
    "act",
    [
        lambda run: run.put_centroid([run.player.step.centroids[3] + 0.123456789], 3),
        lambda run: run.put_centroid([run.model.points[0]]),
        lambda run: run.put_centroid([], 4),
        lambda run: run.change("way", "hand"),
        lambda run: run.paint([], 0),
        lambda run: (run.change("way", "hand"), run.change("standardise", not run.setting.standardise)),
    ],
)
def test_a_start_put_by_hand_is_short_to_write_and_its_text_makes_the_same_run(replay, act):
    run = PanelRun(replay)
    run.player.seek(2)
    act(run)
    assert run.setting.hand is not None
    assert len(str(run.setting)) < 340, "where features are standardised, three digits more"
    if not run.setting.standardise:
        assert len(str(run.setting)) < 260
    again = PanelRun(str(run.setting))
    assert again.setting == run.setting
    assert np.array_equal(again.model.centroids, run.model.centroids)
    assert np.array_equal(again.model.points, run.model.points)


def test_a_start_by_hand_with_many_digits_stays_as_it_is_when_points_are_painted():
    run = PanelRun("uniform hand=0.12345678901234567,1.0;3.3333333333333335,2.0")
    before = run.setting.hand
    run.paint([(1.0, 1.0)])
    assert run.setting.hand == before


def test_a_standardised_start_stays_in_place_while_hundreds_of_points_are_painted():
    run = PanelRun("uniform k=4 size=300 standardise=1")
    run.change("way", "hand")
    shift, scale = run.setting.scaling()
    before = run.model.centroids * scale + shift
    for place in np.random.default_rng(0).normal(1.5, 0.3, (200, 1, 2)):
        run.paint(place)
    shift, scale = run.setting.scaling()
    assert run.model.centroids * scale + shift == pytest.approx(before, abs=1e-4)


def test_another_function_stands_where_we_stood():
    run = PanelRun("bills k=3")
    run.player.seek(3)

    def mine(points, labels, centroids):
        return update_centroids(points, labels, centroids) + 0.0

    run.use_functions(update=mine)
    assert run.player.cursor == 3
    assert run.model.update is mine
    run.change("k", 4)
    assert run.model.update is mine


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda run: run.set("nowhere"), "data set must be one of"),
        (lambda run: run.set("blobs k=0"), "k must be at least 1, got 0"),
        (lambda run: run.set("blobs size=1 k=13"), r"k must be between 1 and the number of points \(12\), got 13"),
        (lambda run: run.set("mine k=3"), "needs points of your own"),
        (lambda run: run.change("k", 5000), "k must be at most 100, got 5000"),
        (lambda run: run.change("data", "nowhere"), "data set must be one of"),
        (lambda run: run.put_centroid([(np.nan, 0.0)], 0), "hand must be finite, got nan in row 1, column 1"),
        (lambda run: run.set("blobs k=2 hand=1;2"), "points and centroids must have the same number of features"),
        (lambda run: run.use_functions(assign=broken), "on purpose"),
    ],
)
def test_an_error_leaves_everything_as_it_was(change, message):
    run = PanelRun("blobs k=4")
    run.player.seek(3)
    before = state(run)
    with pytest.raises((ValueError, RuntimeError), match=message):
        change(run)
    nothing_changed(run, before)
    assert run.player.forward()


def test_recording_goes_to_the_end_without_moving_the_cursor():
    run = PanelRun("bills k=3")
    for _ in run.recording():
        pass
    assert run.player.recorded_all
    assert run.player.cursor == 0


def test_recording_yields_at_each_half_step_so_that_others_have_their_turn():
    run = PanelRun("bills k=3")
    turns = sum(1 for _ in run.recording())
    assert turns == len(run.player.steps) - 1 > 3


def test_recording_stops_when_another_run_takes_its_place():
    run = PanelRun("blobs k=12")
    recording = run.recording()
    next(recording)
    assert len(run.player.steps) == 2
    run.set("blobs k=11")
    assert list(recording) == []
    assert len(run.player.steps) == 1


def test_recording_leaves_an_error_to_who_comes_to_that_step():
    run = PanelRun("bills k=3", update=broken)
    assert list(run.recording()) == []
    assert len(run.player.steps) == 1
    with pytest.raises(RuntimeError, match="on purpose"):
        run.player.forward()


def test_recording_ahead_is_bounded_in_memory(monkeypatch):
    monkeypatch.setattr(run_module, "AHEAD", 3 * 342)
    run = PanelRun("bills k=3")
    for _ in run.recording():
        pass
    assert len(run.player.steps) == 3
    assert run.player.last().stop == "converged"
