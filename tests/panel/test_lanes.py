"""Two lanes: a second run beside the first, with one cursor for both."""

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from kmeans_teach.kmeans import KMeansND, update_centroids
from kmeans_teach.panel import Panel
from kmeans_teach.panel.player import Player
from kmeans_teach.panel.setting import Setting
from tests.open_widgets import open_widgets
from tests.panel.test_panel import in_a_loop, key, page_is, until, with_a_page

HEAPS = "blobs k=4 clusters=4 size=30 seed=3 start=2"


@pytest.fixture
def panel():
    panel = Panel(HEAPS)
    yield panel
    panel.close()


def alone(setting):
    """The steps of a run that is shown without another one."""
    setting = Setting.parse(setting)
    points = setting.points()
    return list(KMeansND(points, setting.centroids(points)).steps())


def test_each_lane_runs_as_it_does_alone_and_the_run_that_is_over_first_waits():
    seven = HEAPS.replace("start=2", "start=7")
    for first, name, value in (HEAPS, "start", 5), (HEAPS, "k", 9), (seven, "way", "plusplus"):
        panel = Panel(f"{first} against={name}:{value}")
        runs = alone(first), alone(str(Setting.parse(first).replace(**{name: value})))
        most = max(map(len, runs)) - 1
        assert len(runs[0]) != len(runs[1])
        for cursor in range(most + 1):
            player = panel.run.player
            assert player.cursor == panel.access.cursor == cursor
            for run, shown, stage in zip(runs, (player, player.second), (panel.stage, panel.second), strict=True):
                step = run[min(cursor, len(run) - 1)]
                assert (shown.step.labels == step.labels).all()
                assert (stage.picture.step.centroids == step.centroids).all()
            assert player.at_end == (cursor == most) == panel.controls.step.disabled
            if cursor < most:
                phase = max(runs, key=len)[cursor + 1].phase
                assert panel.controls.step.description.lower().startswith(phase)
            panel.controls.step.click()
        page = panel.access
        assert [page.inertias, page.other_inertias] == [[step.inertia for step in run] for run in runs]
        assert page.over
        panel.controls.back.click()
        assert panel.run.player.cursor == most - 1
        page.cursor = 1
        assert [player.step.phase for player in (panel.run.player, panel.run.player.second)] == ["update"] * 2
        panel.controls.last.click()
        panel.controls.first.click()
        assert (panel.run.player.cursor, panel.run.player.second.cursor) == (0, 0)
        panel.close()


def test_compare_is_one_control_chooses_what_differs_and_undo_takes_it_back(panel):
    c, opener = panel.controls, panel.controls.folds["Compare"]
    strings = [HEAPS_AS_WRITTEN := str(panel.run.setting)]

    def acted(expected):
        assert panel.last_error is None
        strings.append(str(panel.run.setting))
        assert strings[-1] == f"{HEAPS_AS_WRITTEN}{expected}"
        assert opener.value == (panel.second is not None) == bool(expected)
        assert len(c.room.children) == 1 + bool(expected)

    opener.value = True
    acted(" against=start:3")
    assert panel.access.names == ["Start seed 2", "Start seed 3"]
    assert panel.second.picture.title.get_text() == "Start seed 3: Start"
    c.other.value = 8
    acted(" against=start:8")
    c.differs.value = "k"
    acted(" against=k:5")
    assert (panel.access.names, c.other.description, c.other.value) == (["K = 4", "K = 5"], "Other K", 5)
    c.other.value = 2
    acted(" against=k:2")
    c.differs.value = "way"
    acted(" against=way:plusplus")
    assert panel.access.names == ["Random points", "k-means++"]
    opener.value = False
    acted("")
    assert panel.access.names == panel.access.other_inertias == []
    assert panel.stage.picture.title.get_text().startswith("Start: ")
    for expected in strings[-2::-1]:
        c.undo.click()
        assert str(panel.run.setting) == expected
        assert opener.value == (panel.second is not None) == ("against" in expected)
    panel.compare("start:7")
    assert (c.differs.value, c.other.value) == ("start", 7)
    c.new_centroids.click()
    assert str(panel.run.setting).endswith("start=3 clusters=4 size=30 against=start:7")
    panel.compare("start:4")
    c.new_centroids.click()  # never the same start twice
    assert str(panel.run.setting).endswith("start=5 clusters=4 size=30 against=start:6")
    c.k.value = 7
    assert [len(player.step.centroids) for player in (panel.run.player, panel.run.player.second)] == [7, 7]
    panel.compare(None)
    assert panel.second is None


def control_is_hidden(control):
    return getattr(getattr(control, "layout", None), "display", None) == "none"


def test_your_functions_run_against_the_courses():
    def no_update(points, labels, centroids):
        return centroids

    panel = Panel(f"{HEAPS} against=course", update=no_update)
    panel.controls.last.click()
    player = panel.run.player
    assert (player.step.centroids == alone(HEAPS)[0].centroids).all()
    assert (player.second.step.centroids == alone(HEAPS)[-1].centroids).all()
    assert panel.access.names == ["Your functions", "The course's functions"]
    panel.update = update_centroids
    assert (player.cursor, player.step.stop) == (player.second.cursor, "converged")
    assert "course" in [kind for _, kind in panel.controls.differs.options]
    panel.compare("k:3")
    assert "course" not in [kind for _, kind in panel.controls.differs.options], "they run already"
    assert panel.controls.differs.value == "k"
    panel.update = no_update
    panel.controls.differs.value = "course"
    assert panel.run.setting.against == "course"
    hidden = [name for name, control in vars(panel.controls).items() if control_is_hidden(control)]
    assert hidden == ["x", "y", "other"], "two features need no choice, and this lane no number; nothing else goes with them"
    panel.close()


def test_if_a_function_fails_in_one_lane_neither_moves():
    def fails_for_five(points, labels, centroids):
        if len(centroids) == 5:
            raise ZeroDivisionError
        return update_centroids(points, labels, centroids)

    panel = Panel(f"{HEAPS} against=k:5", update=fails_for_five)
    panel.controls.step.click()
    assert isinstance(panel.last_error, ZeroDivisionError)
    assert (panel.run.player.cursor, panel.run.player.second.cursor, panel.stage.picture.step.phase) == (0, 0, "start")
    panel.update = update_centroids
    panel.controls.step.click()
    assert (panel.run.player.cursor, panel.run.player.second.cursor, panel.last_error) == (1, 1, None)
    panel.close()
    panel = Panel(f"{HEAPS} against=k:5", assign=fails_for_five)  # already at the start
    assert panel.second is None
    panel.close()


@pytest.mark.parametrize(
    ("against", "told"),
    [
        ("foo", "against must be course, or one like start:7, k:5 or way:plusplus, got 'foo'"),
        ("k:1000", "k must be at most 100, got 1000"),
        ("way:best", "way must be one of random, plusplus, got 'best'"),
        ("k:99", "k must be between 1 and the number of points (90), got 99"),
    ],
)
def test_what_cannot_be_compared_is_told_and_changes_nothing(panel, against, told):
    panel.replay("blobs k=4 clusters=3 size=30")
    before = panel.run.setting, panel.run.player.step
    panel.compare(against)
    assert told.split(",")[0] in str(panel.last_error)
    assert (panel.run.setting, panel.run.player.step, panel.second) == (*before, None)
    assert not panel.controls.folds["Compare"].value


def test_side_by_side_on_a_wide_page_and_below_each_other_on_a_narrow_one(panel):
    panel.compare("k:5")
    page_is(panel, 1400)
    sizes = [stage.canvas.get_width_height() for stage in (panel.stage, panel.second)]
    assert sizes == [(696, 438)] * 2
    panel.access.height = 1000
    page_is(panel, 632)
    sizes = [stage.canvas.get_width_height() for stage in (panel.stage, panel.second)]
    assert sizes == [(632, 300)] * 2
    panel.access.dark = True
    assert panel.second.dark
    panel.compare(None)
    assert panel.stage.canvas.get_width_height() == (632, 398)


def test_both_pictures_show_the_same_things_and_have_the_same_keys_and_limits(panel):
    panel.compare("k:5")
    panel.controls.regions.value = True
    panel.by_hand.show_point(7)
    ours, theirs = panel.stage.picture, panel.second.picture
    assert (theirs.regions, theirs.ringed_point) == (True, 7)
    assert ours.ax.get_xlim() == theirs.ax.get_xlim()
    panel.second.canvas.handle_event({"type": "key_press", "key": "kArrowRight"})
    assert panel.run.player.cursor == panel.run.player.second.cursor == 1
    key(panel, "kb")
    panel.second.canvas.handle_event({"type": "key_press", "key": "kArrowUp"})
    assert panel.run.setting.hand is not None
    assert panel.run.setting.against == "k:5"
    panel.controls.data.value = "uniform"
    assert (theirs.points == ours.points).all()
    panel.replay("penguins k=3 against=k:4")
    panel.controls.x.value = 3
    assert theirs.columns[0] == ours.columns[0] == 3
    assert np.isclose(panel.second.pace, 1 / panel.controls.speed.value)
    panel.controls.speed.value = 10
    assert np.isclose(panel.second.pace, 0.1)


def test_play_plays_both_to_their_ends_and_the_card_compares_them():
    async def scenario():
        panel = Panel(f"{HEAPS} against=k:9")
        shown = with_a_page(panel)
        panel.access.still = True
        panel.controls.speed.value = 10**1.5
        panel.controls.play.value = True
        await until(lambda: panel.run.player.cursor > 0 and not panel.stage.playing)
        player = panel.run.player
        assert player.step.stop == player.second.step.stop == "converged"
        assert player.cursor == len(player.second.steps) - 1 > len(player.steps)
        assert len(shown) >= player.cursor
        await until(lambda: panel.start_score.card.layout.display is None)
        assert "the second at" in panel.start_score.told.value
        panel.close()

    in_a_loop(scenario())


def test_a_run_that_waits_at_its_end_does_not_glide_again():
    async def scenario():
        panel = Panel(f"{HEAPS} against=k:9")
        shown = with_a_page(panel)
        panel.second.canvas.syncing_data_url = False
        panel.second.canvas.send = panel.second.canvas.send_event = lambda *_, **__: None
        end = len(panel.run.player.steps) - 1 if panel.run.player.last() and panel.run.player.first() else 0
        panel.go(panel.run.player.seek, end)
        shown.clear()
        panel.controls.step.click()
        assert panel.second._glide is not None
        assert (panel.stage._glide, [share for *_, share in shown]) == (None, [1])
        await until(lambda: panel.second._glide is None)
        assert not panel.second.clock.running, "what rests takes no time"
        panel.close()

    in_a_loop(scenario())


def test_one_lane_less_frees_its_figure_and_its_animation_and_closing_the_panel_closes_both():
    before = set(open_widgets)
    panel = Panel(HEAPS)
    one = set(open_widgets)
    for _ in range(2):
        panel.compare("k:5")
        figure, animation, canvas = (weakref.ref(x) for x in (panel.second.figure, panel.second.animation, panel.second.canvas))
        panel.controls.last.click()
        panel.compare(None)
        gc.collect()
        assert (figure(), animation(), canvas()) == (None, None, None)
        assert set(open_widgets) == one
    panel.compare("start:9")
    second = panel.second
    panel.close()
    assert second.closed
    assert not second.clock.running
    assert set(open_widgets) <= before


def test_a_second_player_goes_along_also_without_a_panel():
    points = np.arange(40.0)[:, None]
    player = Player(KMeansND(points, points[:2]))
    player.second = Player(KMeansND(points, points[[0, 39]]))
    player.last()
    assert player.second.at_end
    assert player.cursor == max(len(player.steps), len(player.second.steps)) - 1
    assert not player.forward()
    assert player.back()


AGAIN = """
from pathlib import Path
import gc
from kmeans_teach.panel import Panel

panel = Panel("blobs k=12")

def compare(times):
    for i in range(times):
        panel.compare(f"start:{i + 1}")
        panel.controls.last.click()
        panel.compare(None)
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

first = compare(12)
print(compare(8) - first)
"""


@pytest.mark.long
@pytest.mark.skipif(os.environ.get("LONG") != "1", reason="many lanes: LONG=1")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from Linux's /proc")
def test_lanes_that_come_and_go_keep_the_memory_flat():
    run = subprocess.run([sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True, timeout=300)
    assert int(run.stdout) < 6_000_000
