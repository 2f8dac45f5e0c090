"""Points and centroids put by hand, with the mouse and with keys; and the switch that standardises."""

import html
import re

import numpy as np
import pytest
from matplotlib.backend_tools import Cursors

from kmeans_teach.panel import Panel
from kmeans_teach.panel.by_hand import CURSORS, TOOLS, WHAT
from kmeans_teach.panel.run import PanelRun
from tests.panel.test_panel import drawn, key, mouse, nearest

REPLAY = "heaps k=3 clusters=3 size=4"


@pytest.fixture(scope="module")
def one_panel():
    panel = Panel(REPLAY)
    yield panel
    panel.close()


@pytest.fixture
def panel(one_panel):
    """As good as a new one, which takes longer."""
    one_panel.replay(REPLAY)
    one_panel.past.clear()
    one_panel.controls.folds["By hand"].value = True
    yield one_panel
    one_panel.controls.folds["By hand"].value = False


def use(panel, what, how):
    panel.controls.what.value, panel.controls.how.value = what, how


def stroke(panel, *places):
    """Press the mouse at the first place, move it over the others, and release it."""
    for i, xy in enumerate(places):
        mouse(panel, "motion_notify" if i else "button_press", xy)
    mouse(panel, "button_release", places[-1])


def free(panel):
    """A place in the picture, far from all points and centroids."""
    low, high = np.array([panel.stage.picture.ax.get_xlim(), panel.stage.picture.ax.get_ylim()]).T
    tried = np.random.default_rng(1).uniform(low, high, (300, 2)) * 0.8 + 0.1 * (low + high)
    taken = np.vstack([panel.run.model.points, panel.run.player.step.centroids])
    return tried[np.hypot(*(tried[:, None] - taken).T).min(axis=0).argmax()]


def rows(points):
    return [tuple(row) for row in points.tolist()]


def same_start(panel, centroids):
    """Is the start at these centroids? Where it is written down, it is in few digits: finer than a pixel."""
    return panel.run.model.centroids == pytest.approx(centroids, abs=1e-4 * np.ptp(panel.run.model.points))


def undone(panel, before):
    """Undo, and check that the exact run of before is there again."""
    panel.controls.undo.click()
    run = panel.run
    assert (run.setting, run.player.cursor) == before[:2]
    assert np.array_equal(run.model.points, before[2])
    assert np.array_equal(run.model.centroids, before[3])
    assert panel.last_error is None


def state(panel):
    return panel.run.setting, panel.run.player.cursor, panel.run.model.points.copy(), panel.run.model.centroids.copy()


# ---- points


def test_a_click_adds_a_point_and_the_run_begins_anew_from_the_same_start(panel):
    use(panel, "points", "add")
    assert panel.access.sentence == TOOLS["points", "add"][0]
    panel.controls.step.click()
    before, at = state(panel), free(panel)
    stroke(panel, at)
    points = panel.run.model.points
    assert points[:-1].tolist() == before[2].tolist()
    assert points[-1] == pytest.approx(at, abs=1e-3)
    assert same_start(panel, before[3])
    assert panel.run.player.cursor == 0
    assert panel.access.sentence == "13 points now. A new run begins from the same start."
    assert panel.last_error is None
    undone(panel, before)
    panel.controls.step.click()
    assert panel.access.sentence.startswith("Assign 1: "), "the sentence is that of the half-step again"


def test_a_press_and_moves_spray_a_heap_and_undo_takes_it_back_at_once(panel):
    use(panel, "points", "add")
    before, at = state(panel), free(panel)
    stroke(panel, at, *[at + [0, 0.01]] * 5)
    heap = panel.run.model.points[12:]
    assert len(heap) == 11
    wide = np.ptp([panel.stage.picture.ax.get_xlim(), panel.stage.picture.ax.get_ylim()], axis=1)
    assert (np.abs(heap - at) < 0.2 * wide).all()
    assert len({*rows(heap)}) == 11
    undone(panel, before)
    stroke(panel, at)
    stroke(panel, at + 0.1)
    assert len(panel.run.model.points) == 14
    panel.controls.undo.click()
    assert len(panel.run.model.points) == 13, "each press is an act of its own"


def test_a_double_click_adds_no_third_point(panel):
    use(panel, "points", "add")
    at = free(panel)
    stroke(panel, at)
    stroke(panel, at)
    mouse(panel, "dblclick", at)  # a browser tells of it after both clicks
    assert len(panel.run.model.points) == 14
    mouse(panel, "motion_notify", at + 0.1)
    assert len(panel.run.model.points) == 14


def test_the_tool_for_points_says_only_that_it_cannot_be_used_on_a_line(panel):
    panel.replay("line k=2")
    before = panel.access.sentence
    use(panel, "points", "add")
    assert "points can be painted in two dimensions only; these have 1" in panel.message.value
    assert panel.access.sentence == before


def test_a_point_is_dragged_and_the_view_stays_until_it_is_let_go(panel):
    use(panel, "points", "move")
    before, ax = state(panel), panel.stage.picture.ax
    far = int(np.abs(before[2]).max(axis=1).argmax())  # the point that decides on the limits
    view = ax.get_xlim(), ax.get_ylim()
    mouse(panel, "button_press", before[2][far])
    assert panel.access.sentence == f"Point {far} taken."
    for share in 0.5, 0.1:
        mouse(panel, "motion_notify", before[2][far] * share)
        assert (ax.get_xlim(), ax.get_ylim()) == view
    mouse(panel, "button_release", before[2][far] * 0.1)
    assert (ax.get_xlim(), ax.get_ylim()) != view
    points = panel.run.model.points
    assert points[far] == pytest.approx(before[2][far] * 0.1, abs=1e-3)
    assert np.array_equal(np.delete(points, far, axis=0), np.delete(before[2], far, axis=0))
    assert same_start(panel, before[3])
    mouse(panel, "motion_notify", [0, 0], held=False)
    assert np.array_equal(panel.run.model.points, points), "let go is let go"
    fresh = Panel(str(panel.run.setting))
    assert (drawn(fresh) == drawn(panel)).all(), "the same words, the same picture"
    fresh.close()
    undone(panel, before)


def test_a_click_removes_a_point_and_a_stroke_removes_those_it_passes(panel):
    use(panel, "points", "remove")
    before = state(panel)
    stroke(panel, free(panel))
    assert panel.run.setting == before[0], "there is no point"
    stroke(panel, before[2][3])
    assert rows(panel.run.model.points) == rows(np.delete(before[2], 3, axis=0))
    assert panel.access.sentence == "11 points now. A new run begins from the same start."
    assert same_start(panel, before[3])
    undone(panel, before)
    stroke(panel, *before[2][[0, 5, 7]])
    assert not {*rows(before[2][[0, 5, 7]])} & {*rows(panel.run.model.points)}
    undone(panel, before)


def test_all_that_was_painted_is_in_a_short_replay_string(panel):
    run, rng = panel.run, np.random.default_rng(3)
    for i in range(30):  # in any order: rows that were removed before shift the others
        m = len(run.model.points)
        place = [*rng.uniform(-2, 2, (1, 2))]
        expected = rows(run.model.points)
        row = int(rng.integers(m))
        kind = i % 3 if m > 6 else 0
        run.paint(*((place,), (place, row), ([], row))[kind])
        now = rows(run.model.points)
        if kind == 0:
            assert now[:-1] == expected
        elif kind == 1:
            assert now[:row] + now[row + 1 :] == expected[:row] + expected[row + 1 :]
            assert now[row] == pytest.approx(place[0], abs=1e-3)
        else:
            assert now == expected[:row] + expected[row + 1 :]
    again = PanelRun(str(run.setting))
    assert rows(again.model.points) == rows(run.model.points)
    assert np.array_equal(again.model.centroids, run.model.centroids)
    assert len(str(run.setting)) < 900
    before = run.setting.painted
    run.paint([(0, 0)])
    assert all(a is b for a, b in zip(before, run.setting.painted, strict=False)), "a hundred undos share their rows"


def test_more_is_kept_in_a_file_and_one_sentence_says_so(panel, tmp_path):
    use(panel, "points", "add")
    panel.run.paint(np.random.default_rng(1).normal(0, 0.5, (40, 2)))
    assert " painted=" in str(panel.run.setting)
    assert "-points" not in str(panel.run.setting)
    stroke(panel, free(panel))
    assert panel.access.sentence.endswith("41 changes are too many for a replay string: Save keeps them, as points (.csv).")
    assert panel.controls.replay.value.endswith(" painted=41-points")
    panel.controls.standardise.value = True
    panel.saver.folder, panel.saver.kind.value = tmp_path, ".csv"
    panel.saver.button.click()
    replay, path = re.search(r"Panel\('(.*)', points='(.*)'\)", html.unescape(panel.saver.result.value)).groups()
    again = PanelRun(replay, points=path)
    assert rows(again.model.points) == rows(panel.run.model.points)
    assert again.model.centroids == pytest.approx(panel.run.model.centroids, abs=1e-6)
    assert again.axes_options["names"] == panel.run.axes_options["names"]
    assert f'download="{panel.saver.path.name}"' in panel.saver.result.value


def test_points_of_other_dimensions_are_not_painted_and_one_sentence_says_so(panel):
    for data, features in ("penguins", 4), ("line", 1):
        panel.controls.data.value = data
        use(panel, "points", "add")
        said = f"points can be painted in two dimensions only; these have {features}"
        assert said in panel.message.value
        panel.controls.step.click()
        before = state(panel)
        for how in [*CURSORS][1:]:
            use(panel, "points", how)
            stroke(panel, panel.stage.picture.xy[0])
            assert said in panel.message.value
        assert panel.run.setting == before[0]
        use(panel, "centroids", "add")
        stroke(panel, panel.stage.picture.xy.mean(axis=0))
        assert panel.last_error is None
        assert panel.run.setting.k == before[0].k + 1
        panel.controls.undo.click()


def test_other_data_drop_what_was_painted_and_undo_brings_it_back(panel):
    use(panel, "points", "add")
    stroke(panel, free(panel))
    before = state(panel)
    for control, value in [(panel.controls.k, 2), (panel.controls.start, 5)]:
        control.value = value
        assert panel.run.setting.painted == before[0].painted
        panel.controls.undo.click()
    for control, value in [(panel.controls.spread, 0.1), (panel.controls.size, 9), (panel.controls.data, "rings")]:
        control.value = value
        assert panel.run.setting.painted == ()
        assert "The painted points went with the old data. Undo brings them back." in panel.message.value
        undone(panel, before)
        assert panel.message.value == ""


# ---- centroids


def test_a_click_adds_a_centroid_that_is_moved_on_and_another_click_removes_one(panel):
    use(panel, "centroids", "add")
    before, at = state(panel), free(panel)
    stroke(panel, at, at * 0.9, at * 0.8)
    assert same_start(panel, np.vstack([before[3], at * 0.8]))
    assert panel.controls.k.value == 4
    assert panel.access.sentence == "4 centroids now. A new run begins from there."
    undone(panel, before)
    use(panel, "centroids", "remove")
    stroke(panel, before[3][1])
    assert same_start(panel, np.delete(before[3], 1, axis=0))
    undone(panel, before)
    for k in 2, 1, 1:
        stroke(panel, panel.run.model.centroids[0])
        assert panel.run.setting.k == k
    assert "the last centroid cannot be removed" in panel.message.value


# ---- keys


def test_what_the_mouse_can_do_keys_can_do(panel):
    cross, points = panel.stage.picture.cross, panel.run.model.points
    before = state(panel)
    ax = panel.stage.picture.ax
    middle = np.mean([ax.get_xlim(), ax.get_ylim()], axis=1)
    wide = np.ptp([ax.get_xlim(), ax.get_ylim()], axis=1)
    use(panel, "points", "add")
    for name in "kArrowRight", "shift+kArrowUp":
        key(panel, name)
    there = middle + wide * (0.01, 0.05)
    assert cross.get_xydata()[0] == pytest.approx(there)
    key(panel, "kEnter")
    assert panel.run.model.points[-1] == pytest.approx(there, abs=1e-3)
    undone(panel, before)
    key(panel, "kh")
    assert len(panel.run.model.points) == 12 + 10
    undone(panel, before)
    use(panel, "points", "move")
    assert len(cross.get_xydata()) == 0
    i = int(np.hypot(*(points - middle).T).argmin())
    go_to(panel, points[i])
    key(panel, "kEnter")
    assert panel.access.sentence == f"Point {i} taken."
    for _ in range(3):
        key(panel, "shift+kArrowLeft")
    assert panel.run.model.points[i] == pytest.approx(cross.get_xydata()[0], abs=1e-3)
    key(panel, "kEnter")
    moved = panel.run.model.points.copy()
    key(panel, "kArrowLeft")
    assert np.array_equal(panel.run.model.points, moved)
    undone(panel, before)
    use(panel, "points", "remove")
    go_to(panel, points[i])
    key(panel, "kEnter")
    assert rows(panel.run.model.points) == rows(np.delete(points, i, axis=0))
    undone(panel, before)
    use(panel, "centroids", "add")
    key(panel, "kEnter")
    assert panel.run.model.centroids[3] == pytest.approx(middle, abs=1e-3)
    undone(panel, before)
    use(panel, "centroids", "remove")
    go_to(panel, before[3][1])
    key(panel, "kEnter")
    assert same_start(panel, np.delete(before[3], 1, axis=0))
    undone(panel, before)


def go_to(panel, xy):
    """Move the cross to a place, in steps of a hundredth of the view."""
    ax = panel.stage.picture.ax
    key(panel, "kArrowUp")
    wide = np.ptp([ax.get_xlim(), ax.get_ylim()], axis=1) / 100
    steps = np.rint((xy - panel.stage.picture.cross.get_xydata()[0]) / wide).astype(int)
    for n, (less, more) in zip(steps, [("kArrowLeft", "kArrowRight"), ("kArrowDown", "kArrowUp")], strict=True):
        for _ in range(abs(n)):
            key(panel, more if n > 0 else less)


def test_a_point_that_is_carried_stays_where_it_is_when_another_run_is_shown(panel):
    use(panel, "points", "move")
    go_to(panel, panel.run.model.points[4])
    key(panel, "kEnter")
    panel.controls.new_data.click()
    before = panel.run.setting
    key(panel, "kArrowLeft")
    assert panel.run.setting == before
    mouse(panel, "button_press", panel.run.model.points[2])
    panel.controls.new_data.click()
    before = panel.run.setting
    mouse(panel, "motion_notify", [0, 0])
    mouse(panel, "motion_notify", [0.1, 0])
    assert panel.run.setting == before


def test_the_mouse_shows_and_the_page_says_what_a_click_does_and_a_closed_fold_lets_go(panel, monkeypatch):
    shown = []
    monkeypatch.setattr(panel.stage.canvas, "set_cursor", shown.append)
    point, centroid = panel.run.model.points[0], panel.run.model.centroids[0]
    for what, at in zip(WHAT, (centroid, point), strict=True):
        for how in CURSORS:
            use(panel, what, how)
            assert TOOLS[what, how][1].split(",")[0] in panel.controls.tool.value
            assert panel.access.brush == ((what, how) != ("centroids", "move"))
            mouse(panel, "motion_notify", at, held=False)
            mouse(panel, "motion_notify", free(panel), held=False)
            assert shown[-2:] == [CURSORS[how], CURSORS[how] if how == "add" else Cursors.POINTER]
    key(panel, "kArrowUp")
    panel.controls.folds["By hand"].value = False
    assert (panel.controls.what.value, panel.controls.how.value, panel.access.brush) == ("centroids", "move", False)
    assert panel.access.sentence.startswith("Start: ")
    assert len(panel.stage.picture.cross.get_xydata()) == 0


# ---- the switch that standardises


def test_the_switch_standardises_and_the_axes_say_so(panel):
    panel.controls.step.click()
    before = state(panel)
    panel.controls.standardise.value = True
    points = panel.run.model.points
    assert (points.mean(axis=0), points.std(axis=0)) == (pytest.approx([0, 0]), pytest.approx([1, 1]))
    assert str(panel.run.setting) == f"{REPLAY} standardise=1"
    scaled = (before[3] - before[2].mean(axis=0)) / before[2].std(axis=0)
    assert panel.run.model.centroids == pytest.approx(scaled), "the start is at the same points"
    assert panel.stage.picture.ax.get_xlabel() == "x (standardised)"
    assert panel.stage.picture.equal
    undone(panel, before)
    assert panel.stage.picture.ax.get_xlabel() == "x"
    assert not panel.controls.standardise.value


def test_the_switch_keeps_the_two_drawn_features_and_a_start_by_hand():
    panel = Panel("penguins k=3")
    panel.controls.x.value, panel.controls.y.value = 1, 2
    panel.controls.way.value = "hand"
    before = panel.run.model.centroids, panel.run.model.points
    panel.controls.standardise.value = True
    assert panel.stage.picture.columns == (1, 2)
    assert panel.stage.picture.ax.get_ylabel() == "flipper length (standardised)"
    assert "body mass (standardised)" in [name for name, _ in panel.controls.x.options]
    scaled = (before[0] - before[1].mean(axis=0)) / before[1].std(axis=0)
    assert panel.run.model.centroids == pytest.approx(scaled, abs=1e-6)
    assert (panel.run.player.step.labels == nearest(panel)).all()
    panel.close()


def test_a_point_can_be_painted_where_the_data_are_standardised(panel):
    panel.controls.standardise.value = True
    use(panel, "points", "add")
    before, at = state(panel), free(panel)
    stroke(panel, at)
    points, own = panel.run.model.points, panel.run.setting.raw()
    assert points == pytest.approx((own - own.mean(axis=0)) / own.std(axis=0))
    shift, scale = before[0].scaling()
    assert own[-1] == pytest.approx(at * scale + shift, abs=1e-3)
    to, by = panel.run.setting.scaling()
    start, now = before[3] * scale + shift, panel.run.model.centroids * by + to
    assert now == pytest.approx(start, abs=1e-6), "the same start, among the data"
    undone(panel, before)
