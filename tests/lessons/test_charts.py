"""The pictures of lessons 06 and 08, read back from their artists; and the widgets that move them, driven."""

import asyncio
import gc
import io
import threading
import weakref
from base64 import b64decode
from types import SimpleNamespace

import matplotlib.style
import numpy as np
import pytest
from PIL import Image

from kmeans_teach import KMeansND, Setting, load
from kmeans_teach.lessons.charts import dots, gallery, montage, projections, ranks, strips, triptych
from kmeans_teach.lessons.choosing_charts import bets_on, boxes, cloud, curve, distances_of, strays_picked
from kmeans_teach.lessons.choosing_widgets import BlindRound, FailChooser, StrayChooser
from kmeans_teach.lessons.images import landscape, plate, reduced
from kmeans_teach.lessons.moving_charts import Strip, Surface
from kmeans_teach.lessons.starts import Result, nearer_in_picture, results
from kmeans_teach.lessons.widgets import ColourSlider, NoiseSlider, StartChooser, StripPicker
from kmeans_teach.panel import Panel, main_thread
from kmeans_teach.pixels import small_png
from tests.open_widgets import ipywidgets_8, open_widgets
from tests.panel.test_panel import from_a_subshell

POINTS = np.array([0, 0.2, 0.4, 5, 5.2, 5.4, 9, 9.2])[:, None]
PLACES = np.linspace(-1, 10, 23)


@pytest.fixture(scope="module")
def table():
    return results(Setting(k=4, clusters=4, seed=1, size=30), 20)


def size_of(figure):
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].std()  # 0 for a blank page


def test_the_surface_shows_the_path_of_the_run():
    surface = Surface(POINTS, PLACES)
    steps = surface.show(8.0, 9.5)
    alone = list(KMeansND(POINTS, [[8.0], [9.5]]).steps())
    assert [step.inertia for step in steps] == [step.inertia for step in alone]
    x, y = surface.path.get_data()
    np.testing.assert_array_equal(np.column_stack([x, y]), [s.centroids[:, 0] for s in alone if s.phase != "assign"])
    np.testing.assert_array_equal(surface.line.get_ydata(), [s.inertia for s in alone])
    assert len(surface.updates.get_xdata()) + len(surface.assigns.get_xdata()) == len(alone)
    assert size_of(surface.figure) > 0


def test_the_surface_knows_where_each_start_ends():
    surface = Surface(POINTS, PLACES)
    assert surface.inertias.shape == (23 * 23,)
    assert surface.inertias.min() == pytest.approx(surface.least)
    ends = surface.ends.reshape(23, 23, 2)
    np.testing.assert_allclose(np.sort(ends[2, 5]), np.sort(ends[5, 2]))  # exchanging c1 and c2 only exchanges names


def test_the_surface_marks_every_end():
    points = np.repeat([0.0, 6.0, 8.0], [10, 40, 5])[:, None]
    surface = Surface(points, np.linspace(-1, 9, 21))
    # by hand: {0} and {6, 8}, whose mean is 56 / 9, is the best; {0, 6} and {8} is the other end, with means 24 / 5 and 8
    best, other = {(0, 56 / 9), (56 / 9, 0)}, {(4.8, 8), (8, 4.8)}
    for ax in surface.plane, surface.map:
        for mark, places in ("*", best), ("D", other):
            found = sorted(tuple(line.get_xydata()[0]) for line in ax.lines if line.get_marker() == mark)
            np.testing.assert_allclose(found, sorted(places), atol=1e-6)


@pytest.mark.parametrize(
    "make", [lambda table: Surface(POINTS, PLACES[::2]), lambda table: Strip(table)], ids=["surface", "strip"]
)
def test_what_is_kept_and_what_moves_make_the_whole_picture(make, table):
    quick, whole = make(table), make(table)
    whole.figure.draw_without_rendering()
    whole.figure.set_layout_engine("none")
    for chosen in (7, 2), (3, 9):
        for chart in quick, whole:
            chart.show(*chosen[: 2 if isinstance(chart, Surface) else 1])
        whole.figure.canvas.draw()
        different = (quick.pixels()[..., :3] != np.asarray(whole.figure.canvas.buffer_rgba())[..., :3]).any(axis=2).mean()
        assert different < 0.003  # the order in which lines cross an axis


def test_a_run_too_long_for_the_stairs_widens_them():
    surface = Surface(POINTS, PLACES)
    surface.stairs.set_xlim(-0.5, 2)
    before = surface.pixels()
    steps = surface.show(8.0, 9.5)
    assert surface.stairs.get_xlim()[1] > len(steps)
    box = surface.stairs.get_window_extent().translated(0, -30)  # with the numbers below the axis
    rows = slice(int(before.shape[0] - box.y0 - 35), int(before.shape[0] - box.y0))
    columns = slice(int(box.x0), int(box.x1))
    assert (surface.pixels()[rows, columns] != before[rows, columns]).any()


def test_a_surface_s_artists_are_made_once():
    surface = Surface(POINTS, PLACES)
    before = [len(ax.get_children()) for ax in surface.figure.axes]
    for c1 in PLACES:
        surface.show(c1, 3.0)
    assert [len(ax.get_children()) for ax in surface.figure.axes] == before


def test_best_median_and_worst_are_ranks():
    table = [Result("", value) for value in (5.0, 1.0, 3.0, 9.0, 4.0)]
    assert ranks(table) == {"best": 1, "median": 4, "worst": 3}


def test_a_strip_finds_the_dot_that_is_meant(table):
    strip = Strip(table)
    strip.figure.canvas.draw()
    for i in range(len(table)):
        x, y = strip.ax.transData.transform((strip.values[i], strip.heights[i]))
        assert strip.run_near(x + 1, y - 1) == i
    assert strip.run_near(*strip.end.transAxes.transform((0.5, 0.5))) is None


def test_a_strip_shows_the_run_that_its_string_replays(table):
    strip = Strip(table)
    replay = strip.show(7)
    setting = Setting.parse(replay)
    run = KMeansND(strip.points, setting.centroids(strip.points)).fit()
    np.testing.assert_array_equal(np.column_stack(strip.centroids.get_data()), run.centroids)
    assert run.inertia == pytest.approx(strip.ring.get_xdata()[0])


def test_a_strip_wants_the_plane():
    with pytest.raises(ValueError, match="runs in the plane, got points with 4 features"):
        Strip(results(Setting(data="penguins", k=3), 3))


def test_a_point_may_be_nearer_in_the_picture_to_a_wrong_centroid():
    centroids = np.array([[0.0, 0.0], [4.0, 10.0]])
    points = np.array([[3.0, 0.0], [1.0, 1.0]])  # the first is nearer to A in the plane, but to B along x
    np.testing.assert_array_equal(nearer_in_picture(points, np.array([0, 0]), centroids, [0]), [0])
    np.testing.assert_array_equal(nearer_in_picture(points, np.array([0, 0]), centroids, [0, 1]), [])


def test_a_grid_of_projections_has_a_picture_for_each_pair():
    points = load("penguins")
    figure = projections(points, np.arange(len(points)) % 3, points[:3], list("abcd"), ring=5)
    assert len(figure.axes) == 6
    assert {(ax.get_xlabel(), ax.get_ylabel()) for ax in figure.axes if ax.get_xlabel()} == {("a", "d"), ("b", ""), ("c", "")}
    with pytest.raises(ValueError, match="a picture needs two columns or more, got 1"):
        projections(points[:, :1], np.zeros(len(points), int), points[:1, :1], ["a"])
    with pytest.raises(ValueError, match="has room for 8 columns, got 9"):
        projections(np.zeros((5, 9)), np.zeros(5, int), np.zeros((1, 9)), list("abcdefghi"))


def test_the_other_charts_are_not_blank(table):
    points, labels = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3
    seven = plate(rng=np.random.default_rng(0))
    image = landscape()[::4, ::4]
    figures = [
        strips({"random": table, "k-means++": table}),
        curve([1, 2, 3], [9, 4, 3]),
        cloud(points),
        distances_of(points, labels, 0),
        boxes(points, np.random.default_rng(0)),
        strays_picked(points, points[:2], {"random points": 0.1, "farthest first": 1.0}),
        bets_on(points, {"you": 2, "silhouette": 3, "made from": 1}),
        gallery(("one", points, labels), ("two", points, labels), ("three", points, labels)),
        dots(seven, ("figure", seven.inside)),
        montage([image[..., 0]] * 3, 2),
        projections(np.hstack([points, points]), labels, np.zeros((2, 4)), list("abcd"), plane=np.eye(4)[:2]),
    ]
    for figure in figures:
        figure.set_layout_engine("none")  # half of the time, and each lesson does it
    assert [size_of(figure) > 0 for figure in figures] == [True] * 11


def test_names_with_dollars_are_drawn_as_they_are_written_and_styles_change_no_chart(table):
    points, labels, dollars = np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3, r"Ke$$a, $\frac{$"

    def charts_as_pngs():
        figures = [
            strips({dollars: table}),
            projections(points, labels, points[:3], [dollars, dollars]),
        ]
        return [small_png(figure, dpi=40) for figure in figures]

    plain = charts_as_pngs()
    with matplotlib.style.context(["dark_background", {"savefig.bbox": "tight", "font.size": 20, "figure.autolayout": True}]):
        assert charts_as_pngs() == plain


def test_a_triptych_holds_original_result_and_palette():
    image = landscape()[::2, ::2]
    five = reduced(image, 5)
    sheet = triptych(image, five)
    for i in 0, 1:  # a pixel is drawn as 2 x 2
        np.testing.assert_array_equal(sheet[i::2, i:128:2], image)
        np.testing.assert_array_equal(sheet[i::2, 136 + i : 264 : 2], five.image)
    assert len(np.unique(sheet[:, -40:].reshape(-1, 3), axis=0)) == 5


def test_sliders_choose_a_start():
    chooser = StartChooser(POINTS, PLACES, start=(2.0, 3.0))
    before = chooser.image.png
    chooser.c1.value, chooser.c2.value = 8.0, 9.5
    assert repr(chooser).startswith("From (8.00, 9.50): inertia")
    assert chooser.image.png != before
    assert chooser.image.alt == repr(chooser)
    assert chooser.surface.start[0].get_xdata()[0] == 8.0


def test_a_click_on_either_plane_chooses_a_start_and_elsewhere_does_nothing():
    chooser = StartChooser(POINTS, PLACES, start=(2.0, 3.0))
    width, height = chooser.surface.figure.canvas.get_width_height()
    for ax in chooser.surface.plane, chooser.surface.map:
        x, y = ax.transData.transform((4.0, 7.0))
        chooser.image.position = [x / width, 1 - y / height]
        assert (chooser.c1.value, chooser.c2.value) == pytest.approx((4.0, 7.0), abs=0.06)  # a step of the sliders
        chooser.c1.value = 0.0
    chooser.image.position = [0.999, 0.999]
    assert chooser.c1.value == 0.0


def test_a_picked_run_is_told_by_its_replay_string(table):
    picker = StripPicker(table)
    picker.rank.value = 1
    assert picker.replay == table[ranks(table)["best"]].replay
    width, height = picker.chart.figure.canvas.get_width_height()
    i = ranks(table)["worst"]
    x, y = picker.chart.ax.transData.transform((picker.chart.values[i], picker.chart.heights[i]))
    picker.image.position = [x / width, 1 - y / height]
    assert picker.replay == table[i].replay
    assert table[i].replay in repr(picker)


def test_the_panel_below_a_strip_stands_at_the_end_of_the_run_that_is_picked(table):
    panel = Panel()
    picker = StripPicker(table, panel=panel)
    for rank in 20, 1, 7:
        picker.rank.value = rank
        assert str(panel.run.setting) == picker.replay
        assert panel.run.player.at_end
        assert panel.run.player.last().inertia == pytest.approx(picker.chart.ring.get_xdata()[0])


def test_strays_are_chosen_the_more_often_the_farther_away(table):
    chooser = StrayChooser(load("blobs", clusters=4, size=50, seed=1), k=4, n=300)
    shares = []
    for far in 6, 12, 40:
        chooser.far.value = far
        shares.append(dict(chooser.shares))
        assert f"k-means++ {shares[-1]['k-means++']:.0%}" in repr(chooser)
    assert shares[0]["k-means++"] < shares[1]["k-means++"] < shares[2]["k-means++"]
    assert [share["farthest first"] for share in shares[1:]] == [1, 1]
    chooser.many.value = 20
    assert chooser.shares["random points"] > 0.2  # 1 - (200 / 220)^4 = 0.32


def test_the_bets_open_when_the_learner_has_bet_and_a_bet_stays():
    heaps = np.repeat([(0.0, 0.0), (9.0, 0.0)], 20, axis=0) + np.random.default_rng(0).normal(size=(40, 2))
    game = BlindRound({"one": (heaps, 2), "two": (heaps * [1, 0.5], 2)})
    assert "made from" not in repr(game)
    game.k.value = 4
    game.button.click()
    assert repr(game).startswith("Cloud 1 of 2: you 4, elbow 2, silhouette 2,")
    assert "made from 2" in repr(game)
    game.k.value = 3
    game.button.click()
    assert "you 4" in repr(game)
    game.number.value = 2
    assert "made from" not in repr(game)


def test_each_remedy_of_the_game_has_its_own_limit():
    chooser = FailChooser(stretch=8)
    assert [round(chooser.scores[name]) for name in ("raw", "scaled", "whitened")] == [0, 1, 1]
    chooser.angle.value = 20
    assert [round(chooser.scores[name]) for name in ("raw", "scaled", "whitened")] == [0, 0, 1]
    assert "Angle 20, stretch 8" in repr(chooser)


def test_the_slider_of_colours_shows_original_result_and_palette():
    slider = ColourSlider(landscape()[::2, ::2])
    for k in 2, 7, 16:
        slider.k.value = k
        shown = np.asarray(Image.open(io.BytesIO(slider.image.png)))
        np.testing.assert_array_equal(shown, triptych(landscape()[::2, ::2], slider.reduced))
        assert f"K = {k}, palette: {slider.reduced.bytes:,} bytes" in repr(slider)


@ipywidgets_8
def test_a_drag_on_another_thread_is_drawn_on_the_main_thread_and_only_its_newest_value(monkeypatch):
    drawn = []

    async def page():
        slider = ColourSlider(landscape()[::2, ::2])
        monkeypatch.setattr(slider, "draw", lambda: drawn.append((slider.k.value, threading.get_ident())))
        for k in range(5, 12):
            from_a_subshell(slider.k, {"value": k})
        assert drawn == []  # the main thread is busy with this cell
        await asyncio.sleep(0.01)
        slider.k.value = 2  # on this thread: at once
        slider.close()

    asyncio.run(page())
    assert drawn == [(11, threading.get_ident()), (2, threading.get_ident())]


@pytest.mark.parametrize("name", ["StartChooser", "StripPicker", "ColourSlider", "BlindRound"])
def test_a_cell_that_runs_again_leaves_no_widgets_and_no_figures_behind(name, table, monkeypatch):
    message = {"metadata": {"cellId": name}, "header": {"msg_id": 0}}
    monkeypatch.setattr(main_thread, "get_ipython", lambda: SimpleNamespace(get_parent=lambda: message))

    def cell():
        return {
            "StartChooser": lambda: StartChooser(POINTS, PLACES[::4], start=(3.0, 5.0)),
            "StripPicker": lambda: StripPicker(table),
            "ColourSlider": lambda: ColourSlider(landscape()[::2, ::2]),
            "BlindRound": lambda: BlindRound({"one": (np.arange(8.0).reshape(4, 2), 1)}),
        }[name]()

    def run():
        message["header"]["msg_id"] += 1
        shown = cell()
        chart = shown.chart
        return weakref.ref(chart.figure if chart else shown)

    run()
    widgets = set(open_widgets)
    charts = [run() for _ in range(2)]
    gc.collect()
    assert len(open_widgets) <= len(widgets)
    assert [chart() for chart in charts[:-1]] == [None]


def test_a_chart_shows_itself_in_few_bytes(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    chart = montage([np.random.default_rng(0).integers(0, 255, (64, 64))], 1)
    chart._ipython_display_()
    assert shown[0]["text/plain"].startswith("<Chart size")
    png = b64decode(shown[0]["image/png"].encode())  # text: in Pyodide's kernel bytes arrive as a broken picture
    assert len(Image.open(io.BytesIO(png)).convert("RGB").getcolors()) <= 64


def test_a_stored_picture_has_all_its_colours_and_a_sentence_and_stays_small():
    slider = ColourSlider(landscape(), k=8)
    bundle = slider.stored()
    assert bundle["text/plain"] == slider.sentence == slider.image.alt
    assert len(bundle["image/png"]) < 40_000
    shown = np.asarray(Image.open(io.BytesIO(bundle["image/png"])))
    np.testing.assert_array_equal(shown[::2, :256:2], landscape())


def test_a_slider_of_noise_says_and_draws_what_is_left_to_find():
    rng = np.random.default_rng(0)
    points, groups = np.vstack([rng.normal(size=(20, 3)), 9 + rng.normal(size=(20, 3))]), np.repeat(["a", "b"], 20)
    slider = NoiseSlider(points, groups, 2, most=6)
    assert repr(slider).startswith("0 columns of noise: ARI 1.00; the farthest point is ")
    before = slider.image.png
    slider.columns.value = 6
    assert repr(slider).startswith("6 columns of noise: ARI 1.00; ")
    assert slider.image.png != before
    assert slider.seen[6][1] < slider.seen[0][1]
