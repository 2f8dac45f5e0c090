"""What a panel is about, without its widgets: any change makes another run, and an error changes nothing."""

import numpy as np
import pandas as pd
import pytest

from kmeans_teach.data import load
from kmeans_teach.kmeans import update_centroids
from kmeans_teach.panel import run as run_module
from kmeans_teach.panel.run import Run
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


def test_a_run_begins_with_the_blobs_or_with_what_is_asked():
    assert Run().setting == Setting()
    assert Run().model.points.tolist() == load("blobs", spread=0.28).tolist()
    assert Run("bills k=4").setting == Run(Setting("bills", k=4)).setting
    assert Run("bills").player.cursor == 0


def test_points_of_ones_own_and_their_names():
    table = pd.DataFrame({"width": [0.0, 1, 5, 6], "height": [0, 1, 2, 3], "depth": [1.0, 2, 3, 9]})
    run = Run(points=table, columns=(0, 2))
    assert str(run.setting) == "mine k=3"
    assert run.model.points.tolist() == table.to_numpy(float).tolist()
    assert run.look == {"names": ["width", "height", "depth"], "columns": (0, 2)}
    assert Run(points=table, names=("a", "b", "c")).look["names"] == ("a", "b", "c")
    assert Run(points=[[0], [1], [2]]).look["names"] is None
    assert Run("bills").look["names"] == ("bill length (mm)", "bill depth (mm)")
    run.set("bills")
    assert run.look["names"] == ("bill length (mm)", "bill depth (mm)")


@pytest.mark.parametrize(("rows", "k"), [([[4.0]], 1), ([[0], [1]], 2), ([[0, 0]] * 3, 1), ([[0], [1], [1], [0]], 2)])
def test_fewer_different_points_than_three_of_ones_own_are_run_with_as_many_clusters(rows, k):
    run = Run(points=rows)
    assert run.setting.k == k
    assert run.player.last().stop == "converged"
    run.set("blobs k=2")
    run.take({"data": "mine"})
    assert run.setting.k == k


def test_bad_points_of_ones_own_are_refused():
    with pytest.raises(ValueError, match=r"^points must be finite, got nan in row 1, column 0$"):
        Run(points=[[0.0], [np.nan]])
    with pytest.raises(ValueError, match=r'^the data set "mine" needs points of your own$'):
        Run("mine k=2")


def test_take_changes_what_differs_and_stands_at_the_start():
    run = Run("blobs k=4")
    run.player.seek(3)
    before = state(run)
    run.take({"k": 4, "spread": run.setting.spread})
    nothing_changed(run, before)
    run.take({"k": 5})
    assert (run.setting.k, run.player.cursor, len(run.player.step.centroids)) == (5, 0, 5)
    run.take({"data": "bills"})
    assert (run.setting.data, run.setting.k) == ("bills", 3)


def test_another_data_set_comes_with_its_prepared_start():
    run = Run("blobs k=4 start=7")
    run.take({"data": "bad-start", "k": 4})
    assert (run.setting.start, run.setting.k) == (0, 4)
    assert run.player.step.centroids.tolist() == [[-3, 1], [-3, 1.4], [-3, -1], [3, 0]]


def test_the_points_are_made_once_for_all_starts():
    run = Run("blobs k=4")
    points = run._points_of[1]
    run.take({"k": 6})
    run.bump("start")
    assert run._points_of[1] is points
    run.bump("seed")
    assert run._points_of[1] is not points


def test_bump_goes_on_by_one_and_can_be_come_back_to():
    run = Run("blobs k=4 seed=7 start=2")
    first = run.player.step.centroids
    run.bump("seed", "start")
    assert str(run.setting) == "blobs k=4 seed=8 start=3"
    run.set("blobs k=4 seed=7 start=2")
    assert run.player.step.centroids.tolist() == first.tolist()


def test_a_centroid_placed_by_hand():
    run = Run("penguins k=3", columns=(0, 3))
    run.player.seek(2)
    present = run.player.step.centroids
    run.place(1, (45.5, 4000.0))
    now = run.player.step.centroids
    assert run.player.cursor == 0
    assert now[1].tolist() == [45.5, *present[1, 1:3], 4000.0]
    assert now[[0, 2]].tolist() == present[[0, 2]].tolist()
    assert Setting.parse(str(run.setting)) == run.setting
    run.take({"spread": 0.3})  # which the penguins do not use
    assert run.setting.hand is not None
    run.take({"k": 4})
    assert run.setting.hand is None
    line = Run("line k=2")
    line.place(0, (3.0, 99.0))
    assert line.player.step.centroids[0].tolist() == [3.0]
    line.bump("start")
    assert line.setting.hand is None


def test_another_function_stands_where_we_stood():
    run = Run("bills k=3")
    run.player.seek(3)

    def mine(points, labels, centroids):
        return update_centroids(points, labels, centroids) + 0.0

    run.replace(update=mine)
    assert run.player.cursor == 3
    assert run.model.update is mine
    run.take({"k": 4})
    assert run.model.update is mine


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda run: run.set("nowhere"), "data set must be one of"),
        (lambda run: run.set("blobs k=0"), "k must be at least 1, got 0"),
        (lambda run: run.set("bills k=343"), r"k must be between 1 and the number of points \(342\), got 343"),
        (lambda run: run.set("mine k=3"), "needs points of your own"),
        (lambda run: run.take({"k": 5000}), r"k must be between 1 and the number of points \(1200\), got 5000"),
        (lambda run: run.take({"data": "nowhere"}), "data set must be one of"),
        (lambda run: run.place(0, (np.nan, 0.0)), "hand must be finite, got nan in row 0, column 0"),
        (lambda run: run.set("blobs k=2 hand=1;2"), "points and centroids must have the same number of features"),
        (lambda run: run.replace(assign=broken), "on purpose"),
    ],
)
def test_an_error_leaves_everything_as_it_was(change, message):
    run = Run("blobs k=4")
    run.player.seek(3)
    before = state(run)
    with pytest.raises((ValueError, RuntimeError), match=message):
        change(run)
    nothing_changed(run, before)
    assert run.player.forward()


def test_recording_goes_to_the_end_without_moving_the_cursor():
    run = Run("bills k=3")
    for _ in run.recording():
        pass
    assert run.player.recorded_all
    assert run.player.cursor == 0


def test_recording_yields_so_that_others_have_their_turn(monkeypatch):
    now = iter(range(1000))
    monkeypatch.setattr(run_module.time, "monotonic", lambda: next(now))  # every look at the clock: another second
    run = Run("bills k=3")
    turns = sum(1 for _ in run.recording())
    assert turns == len(run.player.steps) - 1 > 3


def test_recording_stops_when_another_run_takes_its_place(monkeypatch):
    now = iter(range(1000))
    monkeypatch.setattr(run_module.time, "monotonic", lambda: next(now))
    run = Run("blobs k=12")
    recording = run.recording()
    next(recording)
    assert len(run.player.steps) == 2
    run.set("blobs k=11")
    assert list(recording) == []
    assert len(run.player.steps) == 1


def test_recording_leaves_an_error_to_who_comes_to_that_step():
    run = Run("bills k=3", update=broken)
    assert list(run.recording()) == []
    assert len(run.player.steps) == 1
    with pytest.raises(RuntimeError, match="on purpose"):
        run.player.forward()


def test_recording_ahead_is_bounded_in_memory(monkeypatch):
    monkeypatch.setattr(run_module, "AHEAD", 3 * 342)
    run = Run("bills k=3")
    for _ in run.recording():
        pass
    assert len(run.player.steps) == 3
    assert run.player.last().stop == "converged"
