"""The panel, driven as a person drives it: its widgets are clicked and set, its canvas gets the browser's messages."""

import asyncio
import gc
import itertools
import os
import random
import re
import subprocess
import sys
import threading
import weakref
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import matplotlib.style
import numpy as np
import pytest
from matplotlib.text import Text

from kmeans_teach.animation import saving
from kmeans_teach.kmeans import KMeansND, assign_points, update_centroids
from kmeans_teach.panel import Panel, main_thread
from kmeans_teach.panel import panel as panel_module
from kmeans_teach.panel.folds import new_path
from kmeans_teach.panel.setting import Setting
from kmeans_teach.panel.stage import NARROWEST
from kmeans_teach.picture.marks import SMALLEST
from tests.open_widgets import ipywidgets_8, open_widgets

LONG = os.environ.get("LONG") == "1"  # the weekly run: more of the same


@pytest.fixture
def panel():
    panel = Panel("blobs k=4 clusters=4 size=30 seed=3 start=2")
    yield panel
    panel.close()


def in_a_loop(scenario, seconds=60):
    """Run an async scenario, as a kernel runs a cell: with an event loop about."""
    return asyncio.run(asyncio.wait_for(scenario, seconds))


def until(condition, tries=2000):
    async def wait():
        for _ in range(tries):
            if condition():
                return
            await asyncio.sleep(0.005)
        raise AssertionError("waited in vain")

    return wait()


def mouse(panel, kind, xy, button=0, held=None):
    """What the browser sends for the mouse at a place in data units."""
    canvas = panel.stage.canvas
    x, y = panel.stage.picture.ax.transData.transform(xy)
    y = canvas.get_renderer().height - y
    held = kind != "button_release" if held is None else held
    canvas.handle_event({"type": kind, "x": x, "y": y, "button": button, "buttons": int(held), "modifiers": []})


def key(panel, name):
    panel.stage.canvas.handle_event({"type": "key_press", "key": name})


def nearest(panel):
    step = panel.run.player.step
    distances = ((panel.run.model.points[:, None, :] - step.centroids) ** 2).sum(axis=2)
    return distances.argmin(axis=1)


# ---- the room that the page gives


def page_is(panel, width, ratio=1):
    """The page says how wide it is, in CSS pixels, and how many pixels of the screen make one of them."""
    with panel.access.hold_trait_notifications():
        panel.access.width, panel.access.ratio = width + 8, ratio
    return panel.stage.canvas.get_width_height(), panel.stage.canvas.get_width_height(physical=True)


def test_a_page_wider_than_the_picture_leaves_it_as_it_is(panel):
    assert page_is(panel, 1520) == ((860, 542), (860, 542))


@pytest.mark.parametrize("ratio", [1, 2])
def test_asked_to_the_picture_grows_with_the_page_and_the_type_in_it_too(ratio):
    panel = Panel("blobs k=3", widest=1520)
    page_is(panel, 860)
    was = panel.stage.picture.title.get_window_extent().height
    assert page_is(panel, 1520, ratio) == ((1520, 958), (1520 * ratio, 958 * ratio))
    panel.stage.canvas.draw()  # matplotlib 3.9 measures a text by its last drawing
    assert panel.stage.picture.title.get_window_extent().height == pytest.approx(1520 / 860 * ratio * was, rel=0.05)
    assert page_is(panel, 1900, ratio)[0] == (1520, 958), "no wider than asked for"
    assert page_is(panel, 500, 1)[0][0] == 500
    panel.close()


def test_a_screen_of_other_pixels_leaves_the_grown_picture_as_wide_as_it_was():
    panel = Panel("blobs k=3", widest=1520)
    page_is(panel, 1520)
    assert page_is(panel, 1520, ratio=2) == ((1520, 958), (3040, 1916))
    panel.close()


def test_a_page_that_is_loaded_but_not_used_leaves_the_ratio_and_the_next_one_begins_with_its_own(panel):
    page_is(panel, 860, ratio=2)
    for name in "set_dpi_ratio", "set_device_pixel_ratio":  # what ipympl sends
        panel.stage.canvas.handle_event({"type": name, "dpi_ratio": 3, "device_pixel_ratio": 3})
    assert panel.stage.canvas.device_pixel_ratio == 2
    assert page_is(panel, 860) == ((860, 542), (860, 542)), "a page of ratio 1, of which ipympl tells nothing"


def test_a_large_disc_is_taken_hold_of_at_its_edge():
    panel = Panel("uniform k=2 seed=1 hand=0.0,0.0;3.0,3.0", widest=1520)
    for width, chosen in (860, None), (1520, 0):
        page_is(panel, width)
        ax = panel.stage.picture.ax
        beside = ax.transData.inverted().transform(ax.transData.transform((0, 0)) + (20, 0))  # 20 pixels from the centre of A
        mouse(panel, "button_press", beside)
        assert panel.stage.picture.selected == chosen
    panel.close()


# ---- time


def test_it_starts_paused_at_the_start(panel):
    assert not panel.stage.playing
    assert panel.run.player.cursor == 0
    assert panel.controls.play.description == "Play"
    assert panel.access.sentence.startswith("Start: 4 centroids")


def test_step_back_first_and_last_move_the_one_cursor(panel):
    c = panel.controls
    c.step.click()
    assert (panel.run.player.cursor, panel.access.cursor) == (1, 1)
    assert panel.access.sentence.startswith("Update 1: ")
    c.step.click()
    c.back.click()
    assert panel.run.player.cursor == 1
    c.last.click()
    assert panel.run.player.step.stop == "converged"
    assert f"converged after {panel.run.player.step.iteration} updates" in panel.access.sentence
    end = panel.run.player.cursor
    c.step.click()
    assert panel.run.player.cursor == end, "nothing comes after the end"
    c.first.click()
    assert panel.run.player.cursor == 0


def test_the_scrubber_goes_to_any_recorded_half_step(panel):
    panel.controls.last.click()
    panel.access.cursor = 3
    assert panel.run.player.cursor == 3
    assert "Update 2" in panel.stage.picture.title.get_text()


def test_step_names_what_comes_next_and_what_cannot_be_done_at_the_ends_is_off(panel):
    c = panel.controls

    def shown():
        return c.step.description, [button.disabled for button in (c.first, c.back, c.step, c.last)]

    assert shown() == ("Update: move to the means", [True, True, False, False])
    c.step.click()
    assert shown() == ("Assign: join the nearest", [False] * 4)
    c.step.click()
    assert shown() == ("Update: move to the means", [False] * 4)
    c.last.click()
    assert shown() == ("The run is over", [False, False, True, True])
    c.back.click()
    assert shown() == ("Update: move to the means", [False] * 4)


def test_the_strip_holds_the_recorded_inertias_and_a_place_that_cannot_be_reached_is_left_again(panel):
    page, player = panel.access, panel.run.player
    assert (page.inertias, page.over, page.cursor) == ([player.step.inertia], False, 0)
    panel.controls.last.click()
    assert (page.inertias, page.over, page.cursor) == ([step.inertia for step in player.steps], True, len(player.steps) - 1)

    def fails(*_):
        raise ZeroDivisionError

    panel.controls.first.click()
    panel.update = fails
    assert page.inertias == [player.step.inertia]
    page.cursor = 1
    assert (page.cursor, player.cursor) == (0, 0)
    assert "ZeroDivisionError" in panel.message.value


@pytest.mark.parametrize(("width", "height", "size"), [(860, 1000, (860, 542)), (860, 600, (860, 300)), (324, 500, (324, 200))])
def test_the_picture_leaves_room_for_all_else_in_a_low_window_and_its_axes_dominate(panel, width, height, size):
    panel.access.height = height
    assert page_is(panel, width)[0] == size
    if height == 1000:  # the other rows of the panel are 205 pixels high
        panel.stage.canvas.draw()
        assert np.prod(panel.stage.picture.ax.bbox.size) > 0.55 * 868 * (542 + 205)


def test_the_page_tells_whether_it_is_dark_and_whether_a_person_wants_motion(panel):
    assert (panel.stage.dark, panel.stage.motion) == (False, True)
    panel.access.dark = panel.access.still = True
    assert (panel.stage.dark, panel.stage.motion) == (True, False)


def test_play_runs_to_the_end_says_why_and_can_be_played_again():
    async def scenario():
        panel = Panel("blobs k=3 clusters=3 size=20 seed=1")
        panel.controls.speed.value = panel.controls.speed.base**panel.controls.speed.max
        panel.controls.play.value = True
        assert panel.stage.playing
        assert panel.controls.play.description == "Pause"
        await until(lambda: not panel.stage.playing)
        assert panel.run.player.step.stop == "converged"
        assert panel.controls.play.value is False
        panel.controls.play.value = True
        assert panel.run.player.cursor == 0, "played again from the start"
        await until(lambda: panel.run.player.cursor >= 2)
        panel.controls.play.value = False
        at = panel.run.player.cursor
        await asyncio.sleep(0.1)
        assert panel.run.player.cursor == at, "paused is paused"
        panel.close()

    in_a_loop(scenario())


def with_a_page(panel):
    """As if a page showed the panel, and answered each picture at once. Returns the list of what it is shown."""
    canvas, shown, show = panel.stage.canvas, [], panel.stage.picture.show
    canvas.syncing_data_url = False
    canvas.send = lambda *_, **__: None
    canvas.send_event = lambda kind, **_: kind == "draw" and canvas.main_thread.loop.call_soon(canvas.handle_draw, None)

    def noted(step, share=1.0):
        shown.append((step.phase, step.iteration, share))
        return show(step, share)

    panel.stage.picture.show = noted
    return shown


def test_step_and_play_glide_to_the_next_half_step_and_all_else_jumps(monkeypatch):
    looks = itertools.count()  # the time goes on with each look at it: a busy machine would leave pictures out
    monkeypatch.setattr("kmeans_teach.panel.stage.time", SimpleNamespace(monotonic=lambda: 0.03 * next(looks)))

    async def scenario():
        panel = Panel("blobs k=4 clusters=4 size=30 seed=3 start=2")
        c, stage, shown = panel.controls, panel.stage, with_a_page(panel)
        for button, phase in (c.step, "update"), (c.step, "assign"):
            shown.clear()
            button.click()
            assert panel.access.sentence.startswith(phase.capitalize()), "the sentence does not wait"
            await until(lambda: not stage.clock.running)
            shares = [share for *_, share in shown]
            assert shares == sorted(shares)
            assert shares[0] < 0.2 < 1 == shares[-1]
            assert len(shares) >= 3
            assert {step[:2] for step in shown} == {(phase, 1)}
        for jump in (
            c.back.click,
            lambda: setattr(panel.access, "cursor", 2),
            c.last.click,
            c.first.click,
            c.new_centroids.click,
        ):
            shown.clear()
            jump()
            assert [share for *_, share in shown] == [1]
            assert not stage.clock.running
        c.step.click()
        c.step.click()  # before the picture has arrived
        assert (panel.run.player.cursor, stage._glide[0].phase) == (2, "assign")
        c.back.click()
        assert not stage.clock.running
        assert shown[-1] == ("update", 1, 1)
        stage.motion = False
        shown.clear()
        c.step.click()
        assert [share for *_, share in shown] == [1], "a person who wants no motion gets none"
        stage.motion = True
        c.first.click()
        shown.clear()
        c.play.value = True
        await until(lambda: panel.run.player.cursor >= 2)
        c.play.value = False
        at = panel.run.player.cursor
        await until(lambda: not stage.clock.running)
        assert shown[-1][2] == 1, "what rests has arrived"
        assert panel.run.player.cursor == at
        assert any(0 < share < 1 for *_, share in shown)
        rested = drawn(panel)
        stage.show(panel.run.player)
        assert (drawn(panel) == rested).all()
        panel.close()
        assert not stage.clock.running

    in_a_loop(scenario())


def test_fast_play_does_not_glide_and_many_points_do_not_fade_one_by_one():
    async def scenario():
        panel = Panel("blobs k=3 clusters=4 size=2000")
        shown = with_a_page(panel)
        panel.controls.step.click()
        await until(lambda: not panel.stage.clock.running)
        assert len(shown) > 1
        shown.clear()
        panel.controls.step.click()
        assert shown == [("assign", 1, 1)]
        panel.controls.speed.value = 10**1.5
        panel.controls.step.click()
        assert shown[1:] == [("update", 2, 1)]
        panel.close()

    in_a_loop(scenario())


def test_a_dark_page_gets_a_dark_picture(panel):
    page_is(panel, 760)
    light = drawn(panel)
    panel.access.dark = True
    dark = drawn(panel)
    assert np.median(dark[:, :, :3]) < 30
    panel.access.dark = False
    assert (drawn(panel) == light).all()


def test_a_step_by_hand_pauses_the_playing():
    async def scenario():
        panel = Panel("blobs k=3")
        panel.controls.play.value = True
        panel.controls.step.click()
        assert not panel.stage.playing
        assert panel.run.player.cursor == 1
        panel.close()

    in_a_loop(scenario())


def test_the_run_is_recorded_ahead_so_that_the_scrubber_spans_it():
    async def scenario():
        panel = Panel("blobs k=5 size=50")
        await until(lambda: panel.run.player.recorded_all)
        await until(lambda: panel.access.inertias == [step.inertia for step in panel.run.player.steps])
        assert panel.run.player.cursor == 0
        panel.close()

    in_a_loop(scenario())


# ---- setting


def test_every_setting_control_makes_another_run_from_its_start(panel):
    c = panel.controls
    for control, value in [
        (c.k, 3),
        (c.spread, 0.5),
        (c.size, 40),
        (c.clusters, 6),
        (c.way, "plusplus"),
        (c.seed, 9),
        (c.start, 5),
    ]:
        c.step.click()
        before = panel.run.model
        control.value = value
        assert panel.run.model is not before, control.description
        assert panel.run.player.cursor == 0
    assert str(panel.run.setting) == "blobs k=3 seed=9 start=5 way=plusplus clusters=6 size=40 spread=0.5"
    assert len(panel.run.model.points) == 6 * 40


def test_new_data_and_new_centroids_bump_one_seed_each(panel):
    points = panel.run.model.points
    panel.controls.new_centroids.click()
    assert (panel.run.setting.seed, panel.run.setting.start) == (3, 3)
    assert (panel.run.model.points == points).all()
    panel.controls.new_data.click()
    assert (panel.run.setting.seed, panel.run.setting.start) == (4, 3)
    assert not (panel.run.model.points == points).all()


def test_new_data_keeps_a_prepared_start_and_is_off_where_the_data_are_measured(panel):
    panel.controls.data.value = "bad-start"
    prepared, points = panel.run.model.centroids, panel.run.model.points
    panel.controls.new_data.click()
    assert np.array_equal(panel.run.model.centroids, prepared)
    assert not np.array_equal(panel.run.model.points, points)
    assert not panel.controls.new_data.disabled
    panel.controls.data.value = "penguins"
    assert panel.controls.new_data.disabled


def test_another_data_set_brings_its_own_k_and_turns_off_what_does_not_apply(panel):
    c = panel.controls
    c.data.value = "bills"
    assert c.k.value == 3
    assert panel.run.model.points.shape == (342, 2)
    assert panel.stage.picture.ax.get_xlabel() == "bill length (mm)"
    assert [name for name in ("spread", "size", "clusters", "seed") if getattr(c, name).disabled] == [
        "spread", "size", "clusters", "seed",
    ]  # fmt: skip
    c.data.value = "blobs"
    assert not c.spread.disabled


@pytest.mark.parametrize("data", ["bad-start", "empty-cluster"])
def test_a_prepared_start_is_used_until_another_is_asked_for(panel, data):
    panel.controls.data.value = data
    prepared = panel.run.model.centroids
    panel.controls.new_centroids.click()
    assert not np.array_equal(panel.run.model.centroids, prepared)


def drawn(panel):
    panel.stage.canvas.draw()
    return np.asarray(panel.stage.canvas.buffer_rgba()).copy()


def test_the_same_replay_string_shows_the_same_picture_whatever_was_shown_before():
    panel = Panel("bad-start k=4")
    fresh = drawn(panel)
    for other in "unequal k=3", "penguins k=3", "line k=3", "uniform k=9", "bad-start k=4 hand=0,0;9,0;0,9;9,9":
        panel.replay(other)
        panel.replay("bad-start k=4")
    assert (drawn(panel) == fresh).all()
    panel.replay("blobs k=4")
    before = drawn(panel)
    for spread in 1.5, 0.02, 0.28:
        panel.controls.spread.value = spread
    assert panel.run.setting.spread == 0.28
    assert (drawn(panel) == before).all()
    panel.close()


def test_the_panel_looks_the_same_under_any_style_and_its_stored_picture_too():
    def pictures():
        panel = Panel("bad-start k=4")
        panel.controls.k.value = 6
        panel.controls.step.click()
        images = [drawn(panel), np.frombuffer(panel.stored()["image/png"], dtype=np.uint8)]
        panel.close()
        return images

    plain = pictures()
    settings = {"savefig.bbox": "tight", "savefig.transparent": True, "figure.autolayout": True, "text.usetex": True}
    with matplotlib.style.context(["dark_background", settings | {"font.size": 20, "axes.grid": False}]):
        for image, expected in zip(pictures(), plain, strict=True):
            assert np.array_equal(image, expected)


def test_the_chosen_columns_are_those_of_the_first_data_set():
    panel = Panel("penguins k=3", columns=(3, 0))
    for data, columns in ("blobs", (0, 1)), ("line", (0,)), ("bills", (0, 1)), ("penguins", (3, 0)):
        panel.controls.data.value = data
        assert panel.last_error is None
        assert panel.stage.picture.columns == columns
    mouse(panel, "button_press", panel.run.player.step.centroids[1, [3, 0]])
    mouse(panel, "motion_notify", (5000, 50))
    assert panel.run.player.step.centroids[1, [3, 0]] == pytest.approx([5000, 50], rel=0.01)
    panel.close()


def test_a_centroid_that_is_dragged_out_of_the_picture_stays_at_its_border(panel):
    """Of many moves that wait, only the newest is handled: it may be the only one of a fast drag."""
    mouse(panel, "button_press", panel.run.player.step.centroids[1])
    (left, right), (low, high) = panel.stage.picture.ax.get_xlim(), panel.stage.picture.ax.get_ylim()
    mouse(panel, "motion_notify", (left - 9 * (right - left), (low + high) / 2))
    mouse(panel, "button_release", (left, high))
    assert panel.run.player.step.centroids[1] == pytest.approx([left, (low + high) / 2], abs=0.02 * (high - low))
    assert panel.run.setting.hand is not None


def test_dragging_the_spread_morphs_the_same_data(panel):
    before = panel.run.model
    panel.controls.spread.value = 0.3
    after = panel.run.model
    rows = [int(np.flatnonzero((m.points == m.centroids[0]).all(axis=1))[0]) for m in (before, after)]
    assert rows[0] == rows[1], "the start stays on the same point"
    assert np.abs(after.points - before.points).max() < 0.1


def test_the_replay_string_is_shown_and_taken(panel):
    c = panel.controls
    c.replay.value = "rings k=5 seed=2 start=9"
    assert (c.data.value, c.k.value, c.seed.value, c.start.value) == ("rings", 5, 2, 9)
    assert c.replay.value == "rings k=5 seed=2 start=9"
    other = Panel("rings k=5 seed=2 start=9")
    assert np.array_equal(other.run.model.centroids, panel.run.model.centroids)
    other.close()


def reports(control, value):
    """What the page sends when a control has another value."""
    control.set_state({"value": value})


@pytest.mark.parametrize(
    "words",
    [
        "start=9223372036854775806 way=plusplus size=37 spread=0.29",
        "start=5000000000 clusters=50 size=3 spread=0.285",
        "start=9007199254740993 clusters=3 size=2000 spread=0.28284271",
        "clusters=1000 size=1 spread=3.0",
        "clusters=7 spread=33.337",
        "spread=1e-09",
    ],
)
def test_a_panel_that_is_shown_keeps_each_value_and_so_does_another_control_that_moves(words):
    panel = Panel(f"blobs k=4 {words}")
    c, run = panel.controls, panel.run
    c.step.click()
    for control in c.spread, c.speed:  # sliders tell the value that they have rounded, and what JavaScript makes of it
        reports(control, np.nextafter(control.value, 0))
        reports(control, np.nextafter(control.value, 200))
    assert (str(run.setting), run.player.cursor) == (f"blobs k=4 {words}", 1), "nothing was thrown away"
    reports(c.k, 5)
    assert str(run.setting) == f"blobs k=5 {words}"
    reports(c.seed, 8)
    assert run.setting == Setting.parse(f"blobs k=5 {words} seed=8")
    panel.close()


def test_a_slider_keeps_a_range_that_a_replay_string_has_widened_while_a_person_moves_it():
    panel = Panel("blobs k=50 size=2000 spread=7.25")
    c = panel.controls
    for control, value, range_ in (c.k, 30, (1, 50)), (c.size, 1500, (1, 2000)), (c.spread, 7.13, (0, 7.25)):
        reports(control, value)
        reports(control, value)
        assert (control.value, control.min, control.max) == (value, *range_)
    panel.replay("blobs k=4 clusters=2 size=7")
    assert (c.k.max, c.size.max, c.spread.max) == (14, 1000, 1.5), "K at most the number of points"
    reports(c.size, 100)
    assert c.k.max == 20
    panel.close()


def test_a_message_stays_when_the_page_reports_what_is_so_already():
    panel = Panel("blobs k=5 clusters=1 size=5")
    reports(panel.controls.spread, 0.0)
    said = panel.message.value
    assert "k must be at most the number of different points (1), got 5" in said
    for control, value in (panel.controls.spread, 0.27999999999999997), (panel.controls.speed, 10**0.3), (panel.controls.k, 5):
        reports(control, value)
        assert panel.message.value == said
    panel.close()


def test_a_wrong_replay_string_is_reported_and_changes_nothing(panel):
    before = panel.run.model
    panel.controls.replay.value = "rings k=many <b>"
    assert "k in a replay string must be a number, as in k=4, got &#x27;k=many&#x27;" in panel.message.value
    assert panel.run.model is before
    panel.controls.step.click()
    assert panel.message.value == ""
    assert panel.last_error is None


def test_a_message_stays_until_something_is_done(panel):
    panel.controls.replay.value = "cats k=3"
    said = panel.message.value
    assert "data set must be one of" in said
    mouse(panel, "motion_notify", panel.run.model.points[0])  # passes over
    mouse(panel, "button_release", panel.run.model.points[0])
    panel.access.width = 500  # the window is made narrower
    assert panel.message.value == said
    panel.controls.step.click()
    assert panel.message.value == ""


def test_own_points_and_their_names_are_a_data_set():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"width (mm)": [1, 2, 3, 11, 12, 13.0], "height (mm)": [1, 2, 1, 5, 6, 5.0]})
    panel = Panel(points=frame)
    assert panel.run.setting.data == "mine"
    assert panel.stage.picture.ax.get_ylabel() == "height (mm)"
    assert panel.controls.k.max == 6
    panel.controls.k.value = 2
    panel.controls.last.click()
    assert sorted(panel.run.player.step.labels.tolist()) == [0, 0, 0, 1, 1, 1]
    panel.close()


def test_a_csv_is_a_data_set_by_its_columns_of_numbers(tmp_path):
    path = tmp_path / "birds.csv"
    path.write_text("name,wing (mm),mass (g)\nwren,50,9\nrobin,75,18\nkite,480,950\nrook,315,480\n")
    panel = Panel(points=path)
    assert panel.run.model.points.tolist() == [[50, 9], [75, 18], [480, 950], [315, 480]]
    assert panel.stage.picture.ax.get_xlabel() == "wing (mm)"
    panel.close()
    with pytest.raises(ValueError, match="name"):
        Panel(points=path, names=["name", "mass (g)"])


@pytest.mark.parametrize(
    ("bad", "error", "said"),
    [
        ({"points": [[1.0, float("nan")]]}, ValueError, "row 1, column 2"),
        ({"points": [1.0, 2.0]}, ValueError, r"points\[:, None\]"),
        ({"replay": "cats k=3"}, ValueError, "data set must be one of heaps, blobs, "),
        ({"replay": "blobs k=0"}, ValueError, "k must be at least 1, got 0"),
        ({"replay": "blobs k=9 clusters=2 size=4"}, ValueError, r"k must be between 1 and the number of points \(8\), got 9"),
        (
            {"points": [[1.0, 2.0, 3.0]] * 4, "columns": (0, 3), "replay": "mine k=1"},
            ValueError,
            r"columns must be two different numbers from 0 to 2, got \(0, 3\)",
        ),
    ],
)
def test_bad_input_gets_one_clear_error(bad, error, said):
    with pytest.raises(error, match=said):
        Panel(**bad)


# ---- by hand


def test_dragging_a_centroid_begins_a_run_from_there_and_labels_follow(panel):
    start = panel.run.player.step.centroids[1]
    mouse(panel, "button_press", start)
    mouse(panel, "motion_notify", start + [0.5, 0.25])
    assert panel.run.player.step.centroids[1] == pytest.approx(start + [0.5, 0.25], abs=1e-4)
    assert (panel.run.player.step.labels == nearest(panel)).all()
    mouse(panel, "button_release", start + [0.5, 0.25])
    mouse(panel, "motion_notify", start + [1, 1])
    assert panel.run.player.step.centroids[1] == pytest.approx(start + [0.5, 0.25], abs=1e-4), "let go is let go"
    again = Panel(str(panel.run.setting))
    assert np.array_equal(again.run.model.centroids, panel.run.model.centroids), "the replay string holds what the hand did"
    again.close()


@pytest.mark.skipif(matplotlib.__version_info__ < (3, 10), reason="matplotlib 3.9 does not tell which buttons are pressed")
def test_a_drag_that_was_let_go_where_nobody_saw_it_ends(panel):
    start = panel.run.player.step.centroids[1]
    mouse(panel, "button_press", start)
    mouse(panel, "motion_notify", start + [0.5, 0.25])
    dragged = panel.run.setting
    for far in 1, 2:
        mouse(panel, "motion_notify", start + [far, 1], held=False)
        mouse(panel, "motion_notify", start + [far, 2], held=True)  # a button was pressed elsewhere, and came in
    assert panel.run.setting == dragged


def test_a_start_by_hand_is_one_of_the_ways_of_starting(panel):
    c, drawn = panel.controls, panel.run.model.centroids
    c.way.value = "hand"
    assert panel.run.model.centroids == pytest.approx(drawn, abs=1e-4), "what is shown becomes one's own"
    assert panel.run.setting.hand == tuple(map(tuple, panel.run.model.centroids.tolist()))
    c.way.value = "plusplus"
    assert panel.run.setting.hand is None
    assert not np.array_equal(panel.run.model.centroids, drawn)
    mouse(panel, "button_press", panel.run.model.centroids[0])
    mouse(panel, "motion_notify", panel.run.model.centroids[0] + 0.1)
    mouse(panel, "button_release", panel.run.model.centroids[0])
    assert c.way.value == "hand"
    c.spread.value = 0.3
    assert c.way.value == "hand", "other points, the same start"
    c.k.value = 5
    assert c.way.value == "plusplus"
    assert len(panel.run.model.centroids) == 5


def test_a_letter_chooses_a_centroid_and_the_arrow_keys_move_it(panel):
    before = panel.run.player.step.centroids[2].copy()
    key(panel, "kArrowUp")
    assert panel.run.setting.hand is None, "nothing is chosen yet"
    key(panel, "kc")
    assert "C chosen" in panel.access.sentence
    key(panel, "kArrowRight")
    low, high = panel.stage.picture.ax.get_xlim()
    assert panel.run.player.step.centroids[2] == pytest.approx(before + [0.01 * (high - low), 0], abs=1e-4)
    key(panel, "shift+kArrowUp")
    low, high = panel.stage.picture.ax.get_ylim()
    assert panel.run.player.step.centroids[2][1] == pytest.approx(before[1] + 0.05 * (high - low), abs=1e-4)


def test_a_click_on_a_point_tells_its_distances(panel):
    points, centroids = panel.run.model.points, panel.run.player.step.centroids
    alone = int(np.sqrt(((points[:, None, :] - centroids) ** 2).sum(axis=2)).min(axis=1).argmax())
    mouse(panel, "button_press", points[alone])
    away = np.sqrt(((centroids - points[alone]) ** 2).sum(axis=1))
    assert panel.access.sentence.startswith(f"Point {alone}: distance to A ")
    assert panel.access.sentence.endswith(f"nearest {'ABCD'[away.argmin()]}.")
    assert panel.stage.picture.ringed_point == alone
    panel.controls.point.value = "5"
    assert panel.access.sentence.startswith("Point 5: ")


def test_a_point_under_the_mouse_shows_its_distances_and_a_click_keeps_them_through_the_run(panel):
    picture, points = panel.stage.picture, panel.run.model.points
    centroids = panel.run.player.step.centroids
    away = np.sqrt(((points[:, None, :] - centroids) ** 2).sum(axis=2))
    i = int(away.min(axis=1).argmax())  # far from all centroids
    mouse(panel, "motion_notify", points[i], held=False)
    assert (picture.looked_at, picture.ringed_point) == (i, None)
    ends = picture._distances.get_xydata()
    assert (ends[::3] == points[i]).all()
    assert (ends[1::3] == centroids).all()
    assert (picture._shortest.get_xydata() == [points[i], centroids[away[i].argmin()]]).all()
    panel.stage.canvas.handle_event({"type": "figure_leave", "x": -5, "y": -5, "button": 0, "buttons": 0, "modifiers": []})
    assert picture.looked_at is None
    mouse(panel, "button_press", points[i])
    names = ["ABCD"[away[i].argmin()]]
    for _ in range(4):
        panel.controls.step.click()
        now = "ABCD"[panel.run.player.step.labels[i]]
        names += [now] * (now != names[-1])
        assert (picture.looked_at, picture.ringed_point, panel.controls.point.value) == (i, i, str(i))
    assert panel.access.sentence.endswith(f" Point {i}: {', then '.join(names)}.")
    panel.controls.new_data.click()
    assert (picture.looked_at, picture.ringed_point, panel.controls.point.value) == (None, None, "")
    assert "Point" not in panel.access.sentence


def test_the_number_in_ring_point_is_that_of_the_ringed_point_and_an_empty_text_rings_none(panel):
    box, picture, alert = panel.controls.point, panel.stage.picture, panel.message
    last = len(panel.run.model.points) - 1
    assert (box.value, box.placeholder, picture.ringed_point) == ("", "none", None)
    box.value = f" {last} "
    assert (box.value, picture.ringed_point, panel.by_hand.pinned) == (str(last), last, last)
    assert panel.access.sentence.startswith(f"Point {last}: distance to A ")
    for wrong in str(last + 1), "-1", "1.5", "1_0", "B", "9" * 5000:
        box.value = wrong
        assert f"the point to ring must be a row from 0 to {last}, or empty for no ring, got " in alert.value
        assert alert.value.count("must be") == 1
        assert (box.value, picture.ringed_point) == (wrong, last), "the text stays, so that it can be corrected"
    panel.controls.step.click()
    assert (box.value, picture.ringed_point, panel.last_error) == (str(last), last, None)
    box.value = ""
    assert (box.value, picture.ringed_point, picture.looked_at, panel.by_hand.pinned) == ("", None, None, None)
    assert "Point" not in panel.access.sentence
    panel.controls.step.click()
    assert picture.ringed_point is None
    centroids = panel.run.player.step.centroids
    i = int(((panel.run.model.points[:, None] - centroids) ** 2).sum(axis=2).min(axis=1).argmax())  # far from all of them
    mouse(panel, "button_press", panel.run.model.points[i])
    assert box.value == str(i)
    mouse(panel, "button_release", panel.run.model.points[i])
    ax = panel.stage.picture.ax
    mouse(panel, "button_press", np.array([ax.get_xlim()[0], ax.get_ylim()[0]]) + 1e-3)  # a corner, where nothing is
    assert (box.value, picture.ringed_point) == ("", None)


def test_the_sentence_tells_of_the_half_step_of_each_cluster_or_of_one_point(panel):
    words, said = panel.controls.words, lambda: panel.access.sentence
    panel.controls.step.click()
    whole = said()
    words.value = "clusters"
    assert [line[:3] for line in said().split("\n")[1:]] == ["A: ", "B: ", "C: ", "D: "]
    panel.controls.back.click()
    assert said().startswith("Start, inertia ")
    words.value = "point"
    assert said().endswith("No point is ringed yet: click one, or write its number.")
    panel.controls.point.value = "7"
    panel.controls.step.click()
    assert said().startswith("Point 7: distance to A ")
    assert re.search(r"; nearest [A-D]\. Point 7: [A-D](, then [A-D])*\.$", said())
    words.value = "step"
    assert said().startswith(f"{whole} Point 7: ")


@pytest.mark.parametrize("width", [NARROWEST, 330, 500, 860])
def test_every_title_fits(width):
    panel = Panel("blobs k=4 clusters=4 size=30 seed=3 start=2", max_iter=1)
    page_is(panel, width)
    picture, titles = panel.stage.picture, set()
    for step in list(KMeansND(panel.run.model.points, panel.run.model.centroids).steps()) + list(panel.run.model.steps()):
        picture.show(step)
        titles.add(picture.title.get_text())
        box = picture.title.get_window_extent()
        assert box.x0 >= 0, titles
        assert box.x1 <= picture.figure.bbox.width, titles
    assert {"nothing moves", "stopped (max_iter)"} <= {title.partition(": ")[2] for title in titles}
    panel.close()


@pytest.mark.parametrize("width", [NARROWEST, 860])
def test_no_text_of_the_picture_is_smaller_than_12_pixels(width):
    panel = Panel("penguins k=3")
    page_is(panel, width)
    panel.stage.canvas.draw()
    picture = panel.stage.picture
    texts = [text for text in picture.figure.findobj(Text) if text.get_text() and text.get_visible()]
    assert len(texts) > 8
    assert min(text.get_fontsize() for text in texts) * 100 / 72 >= 12
    assert SMALLEST * 100 / 72 >= 12, "and the letters of the centroids, which are drawn as outlines"
    panel.close()


def test_a_fast_run_does_not_flash(panel):
    stage, pales = panel.stage, []
    panel.replay("heaps")  # its first assign changes points
    for speed in 2, 20:
        stage.set_speed(speed)
        stage.play()
        panel.run.player.seek(2)
        stage.show(panel.run.player)
        pales.append(min(members.get_alpha() for members in stage.picture._members))
    assert panel.run.player.step.changed > 0
    assert pales == [pytest.approx(0.3), 1]
    stage.pause()
    stage.show(panel.run.player)
    assert stage.picture._members[0].get_alpha() == pytest.approx(0.3)


def test_a_question_is_not_answered_by_the_mouse(panel):
    panel.controls.step.click()
    panel.quiz.on.value = True
    asked = panel.stage.picture.ringed_point
    mouse(panel, "motion_notify", panel.run.model.points[asked], held=False)
    assert panel.stage.picture.looked_at is None


def test_the_score_compares_a_start_with_its_end_and_with_a_hundred_others(panel):
    panel.start_score.button.click()
    model = panel.run.model
    assert panel.start_score.best <= model.fit().inertia
    assert "Best of 100 random starts" in panel.start_score.text.value


def test_an_eye_is_scored_against_the_best_known_and_the_replay_string_gives_the_same(panel):
    score, points = panel.start_score, panel.run.model.points
    assert score.button.description == "Score this start"
    for i in range(4):
        heap = points[i::4]  # made in turn
        panel.change(panel.run.put_centroid, [heap.mean(axis=0) + 0.3], i)
    assert score.button.description == "Score my eye"
    panel.controls.step.click()  # the place is scored, wherever the run is by now
    score.button.click()
    hand = np.array(panel.run.setting.hand)
    away = ((points[:, None, :] - hand) ** 2).sum(axis=2)
    placed, best = away.min(axis=1).sum(), min(score.best, panel.run.model.fit().inertia)
    assert f"scores {int(100 * best / placed)} of 100" in score.text.value
    assert f"inertia is {placed:.3g}, {100 * (placed / best - 1):.3g} % above the best known, {best:.3g}" in score.text.value
    again = re.search("<code>(.*)</code>", score.text.value)[1]
    text = score.text.value
    panel.replay(f"{again} against=k:3")
    score.button.click()
    assert score.text.value == text, "and what it is compared with is left out"
    panel.controls.last.click()
    panel.change(panel.run.set, str(panel.run.setting.replace(hand=panel.run.player.step.centroids)))
    score.button.click()
    assert "scores 100 of 100" in score.text.value
    assert "inertia is " in score.text.value
    assert score.text.value.count("0 % above") == 2
    panel.replay(
        f"blobs k=2 clusters=1 size=2 hand={';'.join(','.join(map(str, p)) for p in Setting(k=2, clusters=1, size=2).points())}"
    )
    score.button.click()
    assert "inertia 0" in score.text.value, "nothing can be a share of 0"


def test_at_the_end_a_card_compares_the_run_with_a_hundred_others_and_shows_the_best():
    async def scenario():
        panel = Panel("bad-start k=4 size=10")  # two heaps share a centroid, and two centroids share a heap
        card, told = panel.start_score.card, panel.start_score.told
        assert (card.layout.display, panel.access.best) == ("none", None)
        panel.controls.last.click()
        end = panel.run.player.step
        await until(lambda: card.layout.display is None)
        points = panel.run.model.points
        starts = [Setting("bad-start", k=4, start=i, size=10).centroids(points) for i in range(1, 101)]
        ends = [KMeansND(points, start).fit().inertia for start in starts]
        as_low = sum(inertia <= end.inertia for inertia in ends)
        lower = round(100 * (1 - min(ends) / end.inertia))
        assert told.value.endswith(f"Of 100 random starts {as_low} end as low or lower; the best ends {lower} % lower.")
        assert told.value.startswith(f"Settled after {end.iteration} updates. ")
        assert panel.access.best == min(ends)
        panel.controls.back.click()
        assert card.layout.display == "none"
        panel.controls.last.click()
        await until(lambda: card.layout.display is None)
        panel.start_score.show_best.click()
        assert panel.run.player.step.inertia == min(ends)
        await until(lambda: "none ends lower" in told.value)
        assert panel.start_score.show_best.layout.display == "none"
        assert Setting.parse(panel.controls.replay.value).start == 1 + ends.index(min(ends))
        panel.controls.k.value = 5
        assert (card.layout.display, panel.access.best) == ("none", None)
        panel.close()

    in_a_loop(scenario())


def test_the_card_names_no_share_that_is_more_than_the_true_one():
    async def scenario():
        panel = Panel("uniform")
        panel.controls.last.click()
        card, told = panel.start_score.card, panel.start_score.told
        await until(lambda: card.layout.display is None)
        assert 0 < 1 - panel.access.best / panel.run.player.step.inertia < 0.0001
        assert told.value.endswith("the best ends less than 0.1 % lower.")
        panel.close()

    in_a_loop(scenario())


def test_the_card_runs_none_of_the_learners_functions_and_is_not_there_where_it_would_take_long():
    async def scenario():
        calls = []

        def my_assign(points, centroids):
            calls.append(len(points))
            return assign_points(points, centroids)

        panel = Panel("blobs k=2 size=5", assign=my_assign)
        panel.controls.last.click()
        seen = len(calls)
        await until(lambda: panel.start_score.card.layout.display is None)
        assert len(calls) == seen
        panel.replay("blobs k=9 size=500")  # 6,000 points
        panel.controls.last.click()
        assert panel.start_score.task is None
        panel.close()

    in_a_loop(scenario())


def test_space_plays_and_arrows_step_while_no_centroid_is_chosen():
    async def scenario():
        panel = Panel("blobs k=4")
        for name, cursor in ("kArrowRight", 1), ("kArrowRight", 2), ("kArrowLeft", 1):
            key(panel, name)
            assert panel.run.player.cursor == cursor
        key(panel, "kb")
        key(panel, "kArrowLeft")
        assert (panel.run.player.cursor, panel.controls.way.value) == (0, "hand"), "it moves B"
        key(panel, "kb")
        key(panel, "kArrowRight")
        assert panel.run.player.cursor == 1
        for playing in True, False:
            key(panel, "k ")
            assert panel.stage.playing is playing
        panel.close()

    in_a_loop(scenario())


def test_the_two_drawn_features_are_chosen_and_the_run_stays(panel):
    c, picture = panel.controls, panel.stage.picture
    assert (c.x.layout.display, c.y.layout.display) == ("none", "none"), "there are two"
    c.data.value = "penguins"
    assert c.x.layout.display is None
    assert [name for name, _ in c.x.options] == list(panel.run.axes_options["names"])
    assert (c.x.value, c.y.value) == (0, 3) == picture.columns
    c.step.click()
    step, setting = panel.run.player.step, panel.run.setting
    for control, value, drawn in (c.y, 1, (0, 1)), (c.x, 1, (1, 0)), (c.x, 2, (2, 0)):
        control.value = value
        assert (c.x.value, c.y.value) == drawn == picture.columns
        assert picture.ax.get_xlabel() == c.x.options[drawn[0]][0]
        assert (panel.run.player.step is step, panel.run.setting is setting) == (True, True)
    c.new_centroids.click()
    assert picture.columns == (2, 0)
    for data, columns in ("rings", (0, 1)), ("penguins", (2, 0)):
        c.data.value = data
        assert picture.columns == columns
    unnamed = Panel(points=np.eye(5), replay="mine k=2")
    assert [name for name, _ in unnamed.controls.y.options] == [f"feature {i}" for i in range(5)]
    unnamed.close()


# ---- undo


def test_undo_brings_back_each_run_exactly_with_the_half_step_that_was_shown(panel):
    c, run = panel.controls, panel.run
    assert c.undo.disabled
    shown = []

    def state():
        return str(run.setting), run.player.cursor, run.player.step.centroids.tolist(), run.player.step.labels.tolist()

    def drag(k):
        start = run.player.step.centroids[k]
        mouse(panel, "button_press", start)
        for far in 0.1, 0.2, 0.3:
            mouse(panel, "motion_notify", start + far)
        mouse(panel, "button_release", start + far)

    def slide():
        for value in 5, 6, 7:
            c.k.value = value

    acts = [lambda: drag(1), c.new_data.click, lambda: drag(1), lambda: drag(1), slide, c.new_centroids.click]
    for i, act in enumerate(acts):
        for _ in range(i % 3):
            c.step.click()
        shown.append(state())
        act()
        assert state() != shown[-1]
        assert not c.undo.disabled
    for before in reversed(shown):
        c.undo.click()
        assert state() == before
    assert c.undo.disabled
    c.replay.value = "rings k=0"
    assert c.undo.disabled, "a change that was refused is none"


# ---- see and say


def test_the_table_has_a_row_for_each_cluster_and_follows_while_it_is_open():
    panel = Panel(points=[[0.0, 0], [2, 0], [10, 4]], names=["a<b", "c"], replay="mine k=2 hand=0,0;10,4")
    table = panel.controls.table
    assert table.value == ""
    panel.controls.folds["Table"].value = True
    panel.controls.step.click()
    rows = [re.findall("<t[hd][^>]*>([^<]*)</t[hd]>", line) for line in table.value.split("<tr>")[1:]]
    # A moves from (0, 0) to (1, 0), and each of its two points is 1 from there
    assert rows == [
        ["cluster", "points", "a&lt;b", "c", "moved", "inertia"],
        ["A", "2", "1", "0", "1", "2"],
        ["B", "1", "10", "4", "0", "0"],
    ]
    assert "add up to 2<" in table.value
    panel.close()


def test_regions_and_lines_are_switched_on_and_off(panel):
    picture = panel.stage.picture
    for control, artist in (panel.controls.regions, picture._regions), (panel.controls.spokes, picture._links):
        assert not artist.get_visible()
        control.value = True
        assert artist.get_visible()
        control.value = False
        assert not artist.get_visible()


def test_each_choice_in_a_list_is_undone_by_itself(panel):
    c, shown = panel.controls, []
    for name, value in ("data", "heaps"), ("data", "rings"), ("way", "plusplus"), ("way", "random"):
        shown.append(panel.run.setting)
        getattr(c, name).value = value
    for setting in shown[::-1]:
        assert panel.run.setting != setting
        c.undo.click()
        assert panel.run.setting == setting


def test_a_centroid_that_was_chosen_is_let_go_and_then_the_arrow_keys_step(panel):
    picture = panel.stage.picture
    far = np.array([picture.ax.get_xlim(), picture.ax.get_ylim()]) @ [0.99, 0.01]

    def click(xy):
        mouse(panel, "button_press", xy)
        mouse(panel, "button_release", xy)

    def drag():
        start = panel.run.player.step.centroids[1].copy()
        mouse(panel, "button_press", start)
        mouse(panel, "motion_notify", start + 0.1)
        assert picture.selected == 1, "it is marked while it moves"
        mouse(panel, "button_release", start + 0.1)

    for let_go in lambda: key(panel, "kb"), lambda: click(far), panel.controls.step.click, drag:
        panel.controls.first.click()
        key(panel, "kb")
        assert picture.selected == 1
        let_go()
        assert picture.selected is None
        setting, cursor = panel.run.setting, panel.run.player.cursor
        key(panel, "kArrowRight")
        assert (panel.run.setting, panel.run.player.cursor) == (setting, cursor + 1)


def test_a_verdict_is_about_the_last_answer_and_the_ring_goes_with_the_questions(panel):
    quiz, picture = panel.quiz, panel.stage.picture
    quiz.on.value = True
    quiz.answer.value = 0
    quiz.button.click()
    assert "of 1 right" in quiz.count.value
    assert picture.ringed_point is not None
    quiz.on.value = False
    assert picture.ringed_point is None
    quiz.on.value = True
    quiz.answer.value = 0
    quiz.button.click()
    assert "of 2 right" in quiz.count.value
    panel.controls.step.click()  # without an answer
    assert quiz.count.value == ""


def test_a_prediction_is_asked_checked_and_counted(panel):
    quiz = panel.quiz
    quiz.on.value = True
    assert "move farthest" in quiz.text.value
    panel.run.player.record()
    first, second = panel.run.player.steps[:2]
    moves = np.sqrt(((second.centroids - first.centroids) ** 2).sum(axis=1))
    quiz.answer.value = int(moves.argmax())
    quiz.button.click()
    assert (quiz.right, quiz.asked) == (1, 1)
    assert panel.run.player.cursor == 1
    assert "ringed point" in quiz.text.value
    ringed = panel.stage.picture.ringed_point
    truth = nearest(panel)[ringed]
    quiz.answer.value = int(truth + 1) % 4
    quiz.button.click()
    assert (quiz.right, quiz.asked) == (1, 2)
    assert f"it was {'ABCD'[truth]}" in quiz.count.value
    quiz.button.click()
    assert "choose an answer first" in panel.message.value
    assert quiz.asked == 2


def test_the_question_after_a_pause_is_about_the_half_step_that_comes_next():
    async def scenario():
        panel = Panel("blobs k=4 seed=3")
        panel.quiz.on.value = True
        assert "move farthest" in panel.quiz.text.value
        panel.controls.play.value = True
        assert panel.quiz.button.disabled, "no question while it plays"
        panel.run.player.seek(1)  # as if one half-step had been played
        panel.controls.play.value = False
        assert "ringed point" in panel.quiz.text.value
        assert panel.stage.picture.ringed_point is not None
        panel.controls.play.value = True
        panel.quiz.on.value = False
        panel.quiz.on.value = True
        assert "The run is over" not in panel.quiz.text.value, "it plays"
        panel.run.player.last()
        panel.stage.clock.tick()
        assert panel.quiz.text.value == "The run is over."
        assert panel.quiz.button.disabled
        panel.close()

    in_a_loop(scenario())


# ---- own code


def test_a_learners_functions_run_and_can_be_put_in_later(panel):
    calls = []

    def my_assign(points, centroids):
        calls.append(len(points))
        return assign_points(points, centroids)

    panel.assign = my_assign
    assert calls
    assert panel.assign is my_assign
    panel.controls.step.click()
    assert panel.run.player.cursor == 1


def test_a_learners_error_is_shown_once_and_a_corrected_function_goes_on(panel):
    def my_update(points, labels, centroids):
        raise ZeroDivisionError("by zero")

    panel.update = my_update
    assert panel.last_error is None, "the start needs no update"
    panel.controls.step.click()
    assert isinstance(panel.last_error, ZeroDivisionError)
    for part in "ZeroDivisionError: by zero", "in line 2 of my_update, in the half-step update 1":
        assert part in panel.message.value
    panel.controls.step.click()
    assert panel.message.value.count("ZeroDivisionError") == 1
    assert panel.run.player.cursor == 0
    panel.update = update_centroids
    assert panel.message.value == ""
    panel.controls.step.click()
    assert panel.run.player.cursor == 1


def test_an_error_while_playing_pauses_and_does_not_come_back():
    async def scenario():
        def my_update(points, labels, centroids):
            raise RuntimeError("once is enough")

        panel = Panel("blobs k=3", update=my_update)
        told = []
        panel.message.observe(told.append, "value")
        panel.controls.play.value = True
        await until(lambda: panel.last_error is not None)
        assert not panel.stage.playing
        await asyncio.sleep(0.05)
        assert len(told) == 1
        panel.close()

    in_a_loop(scenario())


# ---- save


@pytest.mark.parametrize("kind", [".gif", ".html", ".mp4"])
def test_a_run_is_saved_while_the_panel_goes_on(tmp_path, kind):
    async def scenario():
        panel = Panel("blobs k=2 clusters=2 size=10 seed=1", folder=tmp_path)
        panel.saver.kind.value = kind
        panel.saver.button.click()
        panel.controls.step.click()
        assert panel.run.player.cursor == 1, "the panel does not wait for the file"
        await until(lambda: panel.saver.path is not None)
        assert panel.saver.path.parent == tmp_path
        assert panel.saver.path.suffix == kind
        assert [path.name for path in tmp_path.iterdir()] == [panel.saver.path.name]
        assert f'download="{panel.saver.path.name}"' in panel.saver.result.value
        assert panel.run.player.cursor == 1
        panel.close()

    in_a_loop(scenario())


def test_what_is_saved_shows_the_regions_and_lines_that_are_seen(panel, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("kmeans_teach.panel.folds.saving", lambda model, path, **options: asked.append(options) or iter(()))
    monkeypatch.setattr("kmeans_teach.panel.folds.offer", str)
    for seen in True, False:
        panel.controls.regions.value = panel.controls.spokes.value = seen
        panel.saver.button.click()
        assert (asked[-1]["regions"], asked[-1]["spokes"]) == (seen, seen)


def test_a_save_that_fails_leaves_nothing_and_says_so(panel, tmp_path):
    panel.saver.folder = tmp_path / "not there"
    panel.saver.button.click()
    assert "could not be saved" in panel.message.value
    panel.saver.folder = tmp_path
    panel.saver.kind.value = ".gif"
    panel.saver.button.click()
    assert panel.saver.path.exists()


def test_a_save_that_fails_while_the_panel_plays_pauses_it_and_play_is_not_pressed(tmp_path, monkeypatch):
    def failing(*_, **__):
        yield 1, 2
        raise OSError("disk full")

    async def scenario():
        panel = Panel("blobs k=12", folder=tmp_path)
        monkeypatch.setattr("kmeans_teach.panel.folds.saving", failing)
        panel.controls.play.value = True
        panel.saver.button.click()
        await until(lambda: panel.last_error is not None)
        assert "disk full" in panel.message.value
        assert not panel.stage.playing
        assert (panel.controls.play.value, panel.controls.play.description) == (False, "Play")
        panel.close()

    in_a_loop(scenario())


def test_two_who_save_in_the_same_second_get_two_files(tmp_path):
    paths = [new_path(tmp_path, ".html", datetime(2026, 11, 27, 12)) for _ in range(2)]
    runs = [saving(KMeansND([[1.0], [2.0]], [[1.0]]), path, dpi=20) for path in paths]
    for run in runs:
        next(run)  # both have begun before one is done
    for run in runs:
        list(run)
    assert {*paths} == {*tmp_path.iterdir()}
    assert [path.name[:23] for path in paths] == ["kmeans-20261127-120000-"] * 2


def test_closing_while_saving_leaves_nothing_half_written(tmp_path):
    async def scenario():
        panel = Panel("blobs k=12", folder=tmp_path)
        panel.saver.button.click()
        await until(lambda: panel.saver.progress.value >= 2)
        panel.close()
        await until(lambda: panel.saver.task.done())
        assert list(tmp_path.iterdir()) == []

    in_a_loop(scenario())


# ---- lifecycle


def from_a_subshell(widget, state):
    """What JupyterLab sends when a control changes: handled on another thread, which then has nothing left to do."""
    message = {"content": {"data": {"method": "update", "state": state, "buffer_paths": []}}, "buffers": []}
    thread = threading.Thread(target=widget.comm.handle_msg, args=(message,))
    thread.start()
    thread.join()


@ipywidgets_8
def test_a_value_that_arrives_while_the_controls_are_being_set_is_not_lost(monkeypatch):
    follow, k = panel_module.follow, 9

    def interrupted(controls, *rest):
        monkeypatch.setattr(panel_module, "follow", follow)
        from_a_subshell(controls.k, {"value": k})  # a drag goes on while the panel follows the value before
        follow(controls, *rest)

    async def scenario():
        panel = Panel("blobs k=4 seed=3")
        monkeypatch.setattr(panel_module, "follow", interrupted)
        panel.controls.k.value = 8
        await until(lambda: panel.run.setting.k == k)
        assert panel.controls.k.value == k
        assert len(panel.run.player.step.centroids) == k
        panel.close()

    in_a_loop(scenario())


@ipywidgets_8
def test_each_control_is_changed_on_the_main_thread_only():
    async def scenario():
        panel = Panel("blobs k=4 seed=3")
        where = {}
        c = panel.controls
        messages = {c.k: 6, c.speed: 1.0, c.regions: True, c.play: True, c.replay: "line", panel.quiz.on: True}
        for control in messages:
            control.observe(lambda change: where.update({change["owner"]: threading.current_thread()}), "value")
        for control, value in messages.items():
            from_a_subshell(control, {"value": value})
        assert where == {}, "the main thread is busy: nothing has happened yet"
        await until(lambda: len(where) == len(messages))
        assert set(where.values()) == {threading.main_thread()}
        panel.close()

    in_a_loop(scenario())


def test_a_closed_panel_is_freed_and_closing_twice_is_fine():
    before = set(open_widgets)
    panel = Panel("blobs k=3")
    assert set(open_widgets) > before
    figure, animation = weakref.ref(panel.stage.figure), weakref.ref(panel.stage.animation)
    panel.close()
    panel.close()
    panel.controls.step.click()  # a click that was on its way
    del panel
    gc.collect()
    assert figure() is None
    assert animation() is None
    assert set(open_widgets) <= before


def test_panels_of_one_run_of_a_cell_are_live_and_the_next_run_closes_them(monkeypatch):
    message = {"header": {"msg_id": 1}}  # without the id of a cell, as in Voila
    monkeypatch.setattr(main_thread, "get_ipython", lambda: SimpleNamespace(get_parent=lambda: message))
    panels = []
    for message["header"]["msg_id"] in 1, 2:
        panels += [Panel(replay) for replay in ("blobs k=3", "blobs k=5")]
    assert [panel.stage.closed for panel in panels] == [True, True, False, False]
    for panel in panels:
        panel.close()


def test_a_step_sends_its_sentence_and_its_places_in_one_message(panel, monkeypatch):
    sent = []
    monkeypatch.setattr(type(panel.access), "send_state", lambda self, key=None: sent.append(set(key)))
    panel.controls.step.click()
    assert sent == [{"places", "sentence", "inertias", "cursor"}]
    panel.controls.back.click()
    panel.controls.step.click()
    assert sent[1:] == [{"places", "sentence", "cursor"}] * 2


def test_hundreds_of_random_actions_leave_it_whole(monkeypatch):
    monkeypatch.setattr("kmeans_teach.panel.score.UNASKED", 0)  # a hundred runs at each end that is reached take too long here
    random_action = random.Random(20261123)

    async def scenario():
        panel = Panel("blobs k=4 size=20")
        c = panel.controls
        c.speed.value = 30
        buttons = [c.first, c.back, c.step, c.step, c.last, c.new_data, c.new_centroids, panel.quiz.button, c.undo, c.undo]
        sliders = [c.k, c.spread, c.clusters, c.size]
        for i in range(500 if LONG else 200):
            act = random_action.randrange(10)
            if act <= 1:
                random_action.choice(buttons).click()
            elif act == 2:
                slider = random_action.choice(sliders)
                value = slider.min + random_action.random() * (slider.max - slider.min)
                slider.value = value if slider is c.spread else int(value)
            elif act == 3 and random_action.random() < 0.5:
                c.point.value = random_action.choice(["", str(random_action.randrange(len(panel.run.model.points)))])
            elif act == 3:
                c.play.value = not c.play.value
            elif act == 4:
                c.data.value = random_action.choice([name for _, name in c.data.options])
            elif act == 5:
                box = random_action.choice([c.regions, c.spokes, panel.quiz.on, c.standardise])
                box.value = not box.value
            elif act == 6:
                panel.access.cursor = random_action.randrange(len(panel.access.inertias))
            elif act == 7 and random_action.random() < 0.5:
                c.folds["Compare"].value = not c.folds["Compare"].value
            elif act == 7:
                panel.compare(random_action.choice(["start:9", "k:3", "way:plusplus", "course"]))
            else:
                c.folds["By hand"].value = True
                c.what.value, c.how.value = random_action.choice(c.what.options), random_action.choice(c.how.options)
                before = panel.run.setting, panel.run.player.cursor
                picture = panel.stage.picture
                at = random_action.choice([picture.flat(panel.run.player.step.centroids)[0], random_action.choice(picture.xy)])
                if act == 8:
                    for kind in "button_press", "motion_notify", "button_release":
                        mouse(panel, kind, at)
                        at = at + random_action.random()
                else:
                    key(panel, random_action.choice(["kEnter", "kh", "kArrowLeft", "kc"]))
                c.folds["By hand"].value = random_action.random() < 0.5
                if act == 8 and panel.run.setting != before[0] and random_action.random() < 0.5:
                    c.undo.click()
                    assert (panel.run.setting, panel.run.player.cursor) == before, (i, c.what.value, c.how.value)
            await asyncio.sleep(0)
            player, refused = panel.run.player, "choose an answer|two dimensions only|k must be|points must have shape"
            assert panel.last_error is None or re.search(refused, str(panel.last_error)), (i, act, panel.last_error)
            assert 0 <= player.cursor < max(len(panel.access.inertias), len(panel.access.other_inertias))
            assert (panel.second is not None) == (player.second is not None) == ("against=" in str(panel.run.setting))
            if player.step.phase != "update":
                assert (player.step.labels == nearest(panel)).all()
        await until(lambda: panel.stage.clock.running == c.play.value)
        panel.compare("k:3")
        stages = panel.stage, panel.second
        panel.close()
        assert not any(stage.clock.running for stage in stages)

    in_a_loop(scenario(), seconds=300)  # ten seconds on a machine that does nothing else


def test_a_slider_event_is_followed_through_few_files(panel):
    """Someone who reads what a slider does changes file 40 times at most: the files of all calls, in order, are counted."""
    package, files = str(Path(panel_module.__file__).parent.parent), []

    def note(frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(package):
            files.append(frame.f_code.co_filename)

    sys.setprofile(note)
    panel.controls.k.value = 5
    sys.setprofile(None)
    assert len(set(files)) > 8, "the whole way was seen, from the control to the picture"
    assert sum(a != b for a, b in pairwise(files)) <= 40


CELLS_AGAIN = """
import gc
import os
from pathlib import Path
from types import SimpleNamespace
from kmeans_teach.panel import Panel, main_thread

message = {"metadata": {"cellId": "a"}, "header": {"msg_id": 0}}
main_thread.get_ipython = lambda: SimpleNamespace(get_parent=lambda: message)

def run_the_cell(times):
    for _ in range(times):
        message["header"]["msg_id"] += 1
        panel = Panel("blobs k=12")
        panel.controls.last.click()
    panel.close()
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

first = run_the_cell(10)  # caches fill
print(run_the_cell(6) - first)
"""


@pytest.mark.long
@pytest.mark.skipif(not LONG, reason="many panels: LONG=1")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from Linux's /proc")
def test_a_cell_run_again_and_again_keeps_the_memory_flat():
    run = subprocess.run([sys.executable, "-c", CELLS_AGAIN], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 9_000_000  # six panels that stay would take 17 MB and more
