"""The picture shows the step: its artists stand where the step says, and the pixels have its colours."""

import os
from itertools import combinations, pairwise

import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path

from kmeans_teach.data import PENGUIN_COLUMNS, load
from kmeans_teach.inputs import short
from kmeans_teach.kmeans import KMeansND, Step
from kmeans_teach.narrate import letter
from kmeans_teach.panel.setting import Setting
from kmeans_teach.panel.stage import NARROWEST, WIDEST, Stage
from kmeans_teach.picture import EDGES_TO, OLD_COLOUR, RASTER_FROM, Picture
from kmeans_teach.picture.marks import cells
from kmeans_teach.picture.view import PAD
from kmeans_teach.pixels import COLOURS, DARK, LIGHT, SHAPES, colour, edge, ink, shape

# two tight heaps, one point of the left one nearer to the right start
HEAPS = np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 0.5], [9.0, 0.0], [9.0, 1.0], [10.0, 0.5]])
START = np.array([[0.0, 0.0], [3.0, 0.5]])


def steps(points=HEAPS, start=START, **options):
    return list(KMeansND(points, start, **options).steps())


def pixels(picture):
    picture.figure.canvas.draw()
    return np.asarray(picture.figure.canvas.buffer_rgba())[:, :, :3].astype(int)


def on_canvas(picture, xy):
    """Row and column of the pixel that holds a place of the data."""
    x, y = picture.ax.transData.transform(xy)
    return int(picture.figure.bbox.height - y), int(x)


def rgb(name):
    return [round(255 * c) for c in to_rgb(name)]


def shows(picture, step):
    """Where each cluster's points and centroids stand on the axes, read back from the artists."""
    members = [np.column_stack(line.get_data()).tolist() for line in picture._members[: picture.k]]
    for xy, k in zip(*changes(picture), strict=True):
        members[k].append(xy)
    assert list(map(sorted, members)) == [sorted(picture.xy[step.labels == k].tolist()) for k in range(picture.k)]
    return picture._marks.xy.tolist()


def changes(picture):
    """Where the points that stand out as changed are, and their new clusters, by colour. Edges come first, then fills."""
    colours = [*map(to_rgb, COLOURS)]
    edges, fills = np.split(picture._changed.get_offsets(), 2)
    assert edges.tolist() == fills.tolist()
    return fills.tolist(), [colours.index(tuple(c[:3])) for c in picture._changed.get_facecolors()[len(edges) :][: len(fills)]]


# ---- artists


def test_artists_are_made_once_and_moved_by_each_step():
    picture, run = Picture(HEAPS, 2), steps()
    assert len(run) > 4
    made = list(map(id, picture.figure.findobj()))
    for step in run:
        assert picture.show(step) == picture.artists
        assert shows(picture, step) == step.centroids.tolist()
    picture.figure.canvas.draw()
    for step in reversed(run):
        picture.show(step)
    assert set(map(id, picture.artists)) <= set(made)
    assert len(picture.ax.get_children()) == len(set(map(id, picture.ax.get_children())))


def test_the_title_says_the_half_step_and_how_it_stopped():
    picture, titles = Picture(HEAPS, 2), []
    for step in steps():
        picture.show(step)
        titles.append(picture.title.get_text())
    assert titles[:3] == ["Start: points join the nearest", "Update 1: centroids move", "Assign 1: points choose"]
    last = steps()[-1]
    assert titles[-1] == f"Update {last.iteration}: nothing moves"


def test_going_back_gives_the_same_pixels():
    picture, run = Picture(HEAPS, 2), steps()
    drawn = []
    for step in run:
        picture.show(step)
        drawn.append(pixels(picture))
    assert any((one != drawn[0]).any() for one in drawn)
    for step, before in reversed(list(zip(run, drawn, strict=True))):
        picture.show(step)
        assert (pixels(picture) == before).all()


def test_more_clusters_add_artists_and_fewer_hide_them():
    picture = Picture(HEAPS, 2)
    few = len(picture.artists)
    picture.set_points(HEAPS, 5)
    assert len(picture.artists) == few + 3  # the members of each
    picture.set_points(HEAPS, 2)
    picture.show(steps()[0])
    assert len(picture.artists) == few + 3
    assert len(picture._marks.xy) == 2
    for line in picture._members[2:]:
        assert len(line.get_xdata()) == 0


def test_a_step_of_another_run_is_refused():
    picture = Picture(HEAPS, 2)
    message = r"^the picture is of 6 points and 2 centroids, got a step of {} points and centroids of shape {}$"
    with pytest.raises(ValueError, match=message.format(5, r"\(2, 2\)")):
        picture.show(steps(HEAPS[:5])[0])
    with pytest.raises(ValueError, match=message.format(6, r"\(3, 2\)")):
        picture.show(steps(HEAPS, HEAPS[:3])[0])


def test_update_draws_where_a_centroid_came_from_and_assign_shows_who_changed_from_what_to_what():
    picture, run = Picture(HEAPS, 2), steps()
    start, update, assign = run[:3]
    picture.show(start)
    assert len(picture._trail.get_xdata()) == len(picture._from.get_xdata()) == len(picture._changed.get_offsets()) == 0
    picture.show(update)
    assert np.column_stack(picture._from.get_data()).tolist() == START.tolist()
    trail = np.column_stack(picture._trail.get_data()).reshape(2, 3, 2)  # from, to, a gap
    assert trail[:, 0].tolist() == START.tolist()
    assert trail[:, 1].tolist() == update.centroids.tolist()
    assert np.isnan(trail[:, 2]).all()
    # B goes to (7.75, 0.5), so (3, 0.5) goes over to A at (0, 0.5)
    assert update.centroids.tolist() == [[0, 0.5], [7.75, 0.5]]
    assert assign.changed == 1
    picture.show(assign)
    assert changes(picture) == ([[3, 0.5]], [0])
    assert picture._changed.get_edgecolors()[0].tolist() == [*edge(1, "white"), 1], "its old colour, dark enough"
    assert picture._key.get_text() == OLD_COLOUR
    assert picture._members[0].get_alpha() == picture._members[1].get_alpha() == pytest.approx(LIGHT.faded), "all others"
    assert len(picture._from.get_xdata()) == 0
    picture.show(run[-1])  # nothing moved
    assert len(picture._from.get_xdata()) == len(picture._changed.get_offsets()) == 0
    assert {line.get_alpha() for line in picture._members} == {1}
    assert picture._key.get_text() == ""


def test_in_a_crowd_of_points_that_changed_their_new_colour_is_seen_and_not_the_old_one():
    points = np.vstack([np.random.default_rng(0).normal(scale=0.1, size=(200, 2)), [[-4, 0], [4, 0]]])
    was = Step(1, "update", points[[200, 201]], np.zeros(202, dtype=np.intp), 1.0, 0, 0.1)
    picture = Picture(points, 2)
    picture.show(Step(1, "assign", was.centroids, np.ones(202, dtype=np.intp), 1.0, 200, 0.0, before=was))
    seen = pixels(picture)[..., :3].reshape(-1, 3)
    new, old = ((abs(seen - 255 * np.array(c)) < 12).all(axis=1).sum() for c in (to_rgb(colour(1)), edge(0, "white")))
    assert new > 3 * old > 0


def test_edges_in_the_old_colours_are_left_out_where_they_would_hide_all():
    m = EDGES_TO + 2
    points = np.linspace(0, 1, m)[:, None]
    centroids, labels = np.array([[0.0], [1.0]]), np.zeros(m, dtype=np.intp)
    before = Step(1, "update", centroids, labels, 1.0, 0, 0.1)
    picture = Picture(points, 2)
    for changed in (EDGES_TO, EDGES_TO + 1):
        other = labels.copy()
        other[:changed] = 1
        picture.show(Step(1, "assign", centroids, other, 1.0, changed, 0.0, before=before))
        assert len(picture._changed.get_offsets()) == (2 * changed if changed <= EDGES_TO else 0)
        assert sum(len(line.get_xdata()) for line in picture._members) == (m - changed if changed <= EDGES_TO else m)


def test_a_marked_point_a_chosen_centroid_and_lines_to_the_centroids():
    picture, step = Picture(HEAPS, 2), steps()[0]
    picture.show(step)
    assert len(picture._point_ring.get_xdata()) == 0
    assert not picture._links.get_visible()
    picture.ringed_point, picture.selected, picture.spokes = 3, 1, True
    picture.show(step)
    assert np.column_stack(picture._point_ring.get_data()).tolist() == [[9, 0]]
    assert picture._ringed.get_markerfacecolor() == colour(1)
    assert picture._ringed.zorder > picture._point_ring.zorder > picture._marks.zorder, "above everything"
    assert picture._marks.selected == 1
    lines = np.column_stack(picture._links.get_data()).reshape(6, 3, 2)
    assert lines[:, 0].tolist() == HEAPS.tolist()
    assert lines[:, 1].tolist() == START[step.labels].tolist()


# ---- dimensions


def test_one_feature_is_drawn_on_a_line():
    points = np.array([[-3.0], [-1.0], [8.0]])
    picture, run = Picture(points, 2, names=["age (years)"]), steps(points, points[:2])
    for step in run:
        picture.show(step)
        assert shows(picture, step) == [[x, 0] for x in step.centroids[:, 0]]
    assert picture.ax.get_xlabel() == "age (years)"
    assert not picture.ax.get_yaxis().get_visible()
    assert picture.ax.get_aspect() == "auto"


def test_many_points_on_a_line_get_heights_of_their_own_that_stay():
    points = np.random.default_rng(0).normal(size=(200, 1))
    picture = Picture(points, 2)
    heights = picture.xy[:, 1].copy()
    assert len(set(heights.tolist())) == 200
    assert np.abs(heights).max() <= 0.5
    picture.set_points(points.copy(), 3)
    assert picture.xy[:, 1].tolist() == heights.tolist()
    picture.set_points(points + 1, 3)
    assert picture.xy.tolist() == np.column_stack([points + 1, heights]).tolist()


@pytest.mark.parametrize("columns", [(0, 1), (3, 0), [2, 3]])
def test_any_two_of_many_features(columns):
    points = load("penguins")
    picture = Picture(points, 3, columns=columns, names=PENGUIN_COLUMNS)
    for step in steps(points, points[:3])[:4]:
        picture.show(step)
        assert shows(picture, step) == step.centroids[:, list(columns)].tolist()
    assert picture.ax.get_xlabel() == PENGUIN_COLUMNS[columns[0]]
    assert picture.ax.get_ylabel() == PENGUIN_COLUMNS[columns[1]]
    unlike = "; the axes have different scales" if 3 in columns else ""
    assert picture.note.get_text().replace("\n", " ") == f"2 of 4 features drawn; distances use all{unlike}"


WRONG_COLUMNS = [
    ({"columns": bad}, ValueError, f"columns must be two different numbers from 0 to 1, got {short(bad)}")
    for bad in [(0, 2), (0, -1), (0,), (0, 1, 0), (1, 1), "xy", 5, (0.0, 1.0), tuple(range(99))]
]


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"k": 0}, ValueError, "k must be between 1 and the number of points (6), got 0"),
        ({"k": 7}, ValueError, "k must be between 1 and the number of points (6), got 7"),
        ({"k": 2.0}, TypeError, "k must be an int between 1 and the number of points (6), got 2.0"),
        (
            {"points": [1, 2]},
            ValueError,
            "points must have shape (rows, features), got (2,); for one feature use points[:, None]",
        ),
        *WRONG_COLUMNS,
        ({"names": ["x"]}, ValueError, "names must be one for each of 2 features, got ['x']"),
        ({"include": [[np.nan, 1]]}, ValueError, "include must be finite, got nan in row 1, column 1 (counted from 1)"),
    ],
)
def test_a_picture_that_cannot_be_drawn(options, kind, message):
    with pytest.raises(kind) as caught:
        Picture(**{"points": HEAPS, "k": 2, **options})
    assert str(caught.value) == message


def test_names_may_come_as_an_array_and_need_not_be_text():
    assert Picture(HEAPS, 2, names=np.array(["a", "b"])).ax.get_ylabel() == "b"
    assert Picture(HEAPS, 2, names=(2026, 2027)).ax.get_ylabel() == "2027"


def test_without_columns_the_first_two_features_that_vary_are_drawn():
    vary = np.random.default_rng(0).normal(size=(9, 1)) * np.array([0, 1, 0, 0, 1, 1.0])
    for points, columns in (vary, (1, 4)), (vary[:, :4], (0, 1)), (vary[:, [0, 2, 3, 1]], (0, 3)), (vary[:, :1], (0,)):
        assert Picture(points, 1).columns == columns
    assert Picture(vary, 1).ax.get_ylabel() == "feature 4"


@pytest.mark.parametrize("name", ["Revenue ($) / Cost ($)", "Ke$$a", r"$\frac{$", r"a_{1}^2 \$", "100 %"])
def test_a_name_is_drawn_as_it_is_written(name):
    picture = Picture(HEAPS, 2, names=[name, f"{name} too"])
    picture.figure.canvas.draw()
    for label, written in (picture.ax.xaxis.label, name), (picture.ax.yaxis.label, f"{name} too"):
        assert label.get_text() == written
        assert label.get_window_extent().size.max() == pytest.approx(length_of(written), abs=2)


def length_of(written):
    text = Figure().text(0, 0, "", fontsize=10, parse_math=False)
    text.set_text(written)
    return text.get_window_extent().width


LONG_NAME = "the length of the left wing, measured in spring, of a bird (mm)"
WIDE = {  # points whose labels take room: the ranges of two features, their names
    "five digits": ((0, 99_999), (0, 99_999), None),
    "six": ((20, 60), (-999_999, 0), ["age", "income"]),
    "below zero": ((-99, -9), (-99, -9), None),
    "small": ((0, 0.001), (0, 0.001), None),
    "tiny": ((0, 3e-9), (0, 5e-9), None),
    "far away": ((1e9, 1e9 + 0.01), (1e6, 1e6 + 0.001), ["a", "b"]),
    "long names": ((0, 9), (0, 9), [LONG_NAME, LONG_NAME]),
    "wide letters": ((0, 9), (0, 99), ["W" * 60, "W" * 300]),
}


def wide(name):
    *ranges, names = WIDE[name]
    points = np.column_stack([np.linspace(*range_, 30) for range_ in ranges])
    return KMeansND(points, points[:3]), names


def assert_all_words_are_in_view(picture, figure):
    """All that is drawn lies in the figure, the names are there, and the note is below the name of the x axis."""
    figure.canvas.draw()
    drawn, (wide, high) = figure.get_tightbbox(), figure.get_size_inches()
    assert (drawn.min >= 0).all(), drawn
    assert drawn.x1 <= wide, drawn
    assert drawn.y1 <= high, drawn
    assert len(picture.ax.get_xlabel()) > 0 < len(picture.ax.get_ylabel())
    if picture.note.get_text():
        assert picture.note.get_window_extent().y1 <= picture.ax.xaxis.label.get_window_extent().y0 < picture.ax.bbox.y0


@pytest.mark.parametrize("name", WIDE)
def test_every_label_lies_in_the_picture(name):
    model, names = wide(name)
    picture = Picture.of(model, names=names)
    picture.show(model.fit())
    assert_all_words_are_in_view(picture, picture.figure)
    assert picture.ax.bbox.width > 0.6 * picture.figure.bbox.width


LONG = os.environ.get("LONG") == "1"  # the weekly run: more of the same


def test_a_page_that_becomes_narrow_hides_the_key_which_would_meet_the_title():
    stage = Stage(KMeansND(HEAPS, START), lambda: None)
    stage.picture.show(steps()[2])
    for width in range(NARROWEST, WIDEST, 40):
        stage.fit_page(width + 8, 1)
        key, title = stage.picture._key, stage.picture.title
        assert key.get_visible() == (width > 560), width
        if key.get_visible():
            first, second = (text.get_window_extent(stage.canvas.get_renderer()) for text in (title, key))
            assert first.x1 < second.x0, width
    stage.close()


@pytest.mark.parametrize("width", [760, 692, 400] if LONG else [692])
def test_every_label_lies_in_the_panel_on_a_wide_page_and_on_a_narrow_one(width):
    stage = Stage(KMeansND(HEAPS, START), lambda: None)
    stage.fit_page(width + 8, 1)
    for name in [*(WIDE if LONG else ["six", "far away", "long names"]), "penguins"]:
        model, names = wide(name) if name in WIDE else (KMeansND(load(name), load(name)[:3]), PENGUIN_COLUMNS)
        stage.set_model(model, names=names, columns=(0, len(names) - 1) if names else None)
        stage.picture.show(next(model.steps()))
        assert_all_words_are_in_view(stage.picture, stage.figure)
    stage.close()


def test_a_long_name_keeps_its_beginning_and_its_unit():
    picture = Picture(HEAPS, 2, names=[LONG_NAME * 2, "a\n  name  in\tlines (g)"])
    assert picture.ax.get_xlabel().startswith("the length of the left wing")
    assert picture.ax.get_xlabel().endswith("(mm)")
    assert "…" in picture.ax.get_xlabel()
    assert picture.ax.get_ylabel() == "a name in lines (g)"


# ---- the view


def test_five_percent_around_the_points_where_units_differ():
    points = load("penguins")[:, [0, 3]]
    picture = Picture(points, 2, names=["bill (mm)", "mass (g)"])
    assert picture.ax.get_aspect() == "auto"
    # the penguins' bills are from 32.1 to 59.6, their masses from 2700 to 6300
    assert picture.ax.get_xlim() == pytest.approx((32.1 - PAD * 27.5, 59.6 + PAD * 27.5))
    assert picture.ax.get_ylim() == pytest.approx((2700 - PAD * 3600, 6300 + PAD * 3600))
    assert PAD == 0.05


@pytest.mark.parametrize("names", [None, ["width (mm)", "height (mm)"]])
@pytest.mark.parametrize("turned", [False, True])
def test_equal_units_get_equal_scales_and_at_least_five_percent(names, turned):
    points = HEAPS[:, ::-1] if turned else HEAPS
    picture = Picture(points, 2, names=names)
    picture.figure.canvas.draw()
    across, up = np.diff(picture.ax.transData.transform([(0, 0), (1, 1)]), axis=0)[0]
    assert across == pytest.approx(up)
    low, high = np.array([picture.ax.get_xlim(), picture.ax.get_ylim()]).T
    pad = PAD * np.ptp(points, axis=0)
    assert (low <= points.min(axis=0) - pad + 1e-9).all()
    assert (high >= points.max(axis=0) + pad - 1e-9).all()
    tight = np.isclose(low, points.min(axis=0) - pad) & np.isclose(high, points.max(axis=0) + pad)
    assert tight.any()  # one of the two sides has no room to spare


@pytest.mark.parametrize(
    ("names", "ranges", "equal"),
    [
        (["age", "income"], (40, 60), False),  # unknown units are not the same
        (["age", "income (EUR)"], (40, 60), False),
        (["a (mm)", "b (cm)"], (40, 60), False),
        (["a ()", "b ()"], (40, 60), False),
        (["a (mm)", "b (mm)"], (40, 60), True),
        (["a [mm]", "the (long) b ( mm ) "], (40, 60), True),
        (["y", "x"], (40, 60), True),
        (None, (40, 60), True),
        (None, (1, 10), True),
        (None, (10.1, 1), False),  # a line, where equal
        (["a (mm)", "b (mm)"], (0.01, 60), False),
        (["x", "y"], (1e-9, 60), False),
        (None, (0, 60), True),  # a line in any case
    ],
)
def test_scales_are_equal_where_the_units_are_and_a_note_says_where_they_are_not(names, ranges, equal):
    points = np.outer(np.linspace(0, 1, 5), ranges)
    picture = Picture(points, 1, names=names)
    assert picture.equal == equal
    assert picture.ax.get_aspect() == (1 if equal else "auto")
    assert picture.note.get_text() == ("" if equal else "the axes have different scales")
    if not equal:  # the points fill the picture
        for low_high, range_ in zip((picture.ax.get_xlim(), picture.ax.get_ylim()), ranges, strict=True):
            assert np.ptp(low_high) == pytest.approx(1.1 * range_)


def test_what_lies_outside_the_points_is_taken_into_view():
    far = [[-50.0, 0.0], [0.0, 70.0]]
    (x0, x1), (y0, y1) = Picture(HEAPS, 2).ax.get_xlim(), Picture(HEAPS, 2).ax.get_ylim()
    picture = Picture(HEAPS, 2, include=far)
    assert picture.ax.get_xlim()[0] < -50 < x0 < x1
    assert picture.ax.get_ylim()[1] > 70 > y1 > y0


@pytest.mark.parametrize("points", [[[2.0, 2.0]] * 4, [[2.0, 1.0], [2.0, 3.0]], [[2.0]] * 3, [[1e12, 1.0], [1e12, 2.0]]])
def test_points_without_a_range_have_a_view_all_the_same(points):
    picture = Picture(points, 1)
    picture.show(steps(points, points[:1])[0])
    picture.figure.canvas.draw()
    assert np.ptp(picture.ax.get_xlim()) > 0
    assert np.ptp(picture.ax.get_ylim()) > 0


def test_the_view_depends_on_what_is_shown_and_not_on_what_was_shown_before():
    picture, views = Picture(HEAPS, 2), []
    shown = [(HEAPS * 0.9, None), (HEAPS * 0.3, None), (HEAPS, None), (HEAPS * 0.9, ["x (mm)", "y (g)"]), (HEAPS[:, :1], None)]
    for points, names in shown * 2:
        picture.set_points(points, 2, names=names)
        views.append(picture.background)
    assert views[-1] == Picture(points, 2, names=names).background
    assert views[:5] == views[5:]
    assert len(set(views)) == 5


def test_round_limits_hold_the_points_and_seldom_move():
    rng, views = np.random.default_rng(0), []
    centres, noise = rng.uniform(-4, 4, size=(300, 2)), rng.normal(size=(300, 2))
    picture = Picture(HEAPS, 2)
    picture.round_limits = True
    for spread in np.arange(0.02, 1.5, 0.02):
        points = centres + spread * noise
        picture.set_points(points, 2)
        low, high = np.array([picture.ax.get_xlim(), picture.ax.get_ylim()]).T
        assert (low < points.min(axis=0)).all()
        assert (high > points.max(axis=0)).all()
        assert np.ptp(picture.ax.get_ylim()) < 1.3 * np.ptp(points, axis=0).max()
        views.append(picture.background)
    assert len(views) == 74
    assert sum(a != b for a, b in pairwise(views)) <= 30


def test_the_size_of_markers_follows_the_number_of_points_and_the_scale():
    sizes = []
    for m in (10, 500, 1500, 5000):
        picture = Picture(np.random.default_rng(0).normal(size=(m, 2)), 2)
        sizes.append(picture._members[0].get_markersize())
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 4
    picture.resize(0.5)
    assert (picture.scale, picture._marks.scale, picture._members[0].get_markersize()) == (0.5, 0.5, sizes[-1] / 2)


def test_a_figure_of_ones_own_is_used_and_pyplot_knows_nothing_of_ours():
    import matplotlib.pyplot as plt

    figure = Figure()
    FigureCanvasAgg(figure)
    assert Picture(HEAPS, 2, figure=figure).figure is figure
    Picture(HEAPS, 2)
    assert plt.get_fignums() == []


STYLES = {
    "dark": "dark_background",
    "ggplot": "ggplot",
    "large": {"font.size": 20, "axes.labelsize": 30, "xtick.labelsize": 30, "axes.linewidth": 5, "font.weight": "bold"},
    "markers": {"lines.marker": "x", "markers.fillstyle": "none", "lines.antialiased": False, "xtick.minor.visible": True},
    "layout": {"figure.constrained_layout.use": True, "figure.facecolor": "none", "path.sketch": (1, 100, 2)},
    "numbers": {"figure.autolayout": True, "axes.formatter.limits": (0, 0), "text.usetex": True, "axes.grid": False},
}


def test_the_picture_looks_the_same_under_any_style():
    def drawn():
        picture = Picture(HEAPS, 2)
        picture.set_points(HEAPS * 3, 3)
        picture.show(steps(HEAPS * 3, HEAPS[:3] * 3)[1])
        return pixels(picture)

    plain = drawn()
    matplotlib.get_backend()  # it is found when it is asked for, and that changes the settings
    for name, style in STYLES.items():
        with matplotlib.style.context(style):
            settings = matplotlib.rcParams.copy()
            assert (drawn() == plain).all(), name
            assert Picture(HEAPS, 2, figure=Figure()).figure.get_facecolor() == (1, 1, 1, 1), name
            assert matplotlib.rcParams == settings, name


# ---- pixels


def test_the_pixels_of_points_and_centroids_have_the_colours_of_their_clusters():
    picture = Picture(HEAPS, 2)
    step = steps()[-1]
    picture.show(step)
    image = pixels(picture)
    assert step.labels.tolist() == [0, 0, 0, 1, 1, 1]
    for xy, label in zip(HEAPS, step.labels, strict=True):
        assert image[on_canvas(picture, xy)].tolist() == rgb(COLOURS[label])
    for k, xy in enumerate(step.centroids):
        row, column = on_canvas(picture, xy)
        assert image[row, column].tolist() == rgb(COLOURS[k])
        assert image[row - 8 : row, column].min() == 0, "a black edge around the disc"


def grid(m):
    """m points, far enough apart to be told from each other when each is two pixels wide."""
    side = int(np.ceil(m**0.5))
    return np.array([(i % side, i // side) for i in range(m)], dtype=float)


@pytest.mark.parametrize(("m", "raster"), [(RASTER_FROM - 1, False), (RASTER_FROM, True)])
def test_from_eight_thousand_points_on_each_is_a_dot_of_its_colour(m, raster):
    points = grid(m)
    picture = Picture(points, 3)
    labels = np.arange(m) % 3
    centroids = np.array([[0.0, 0.0], [40.0, 0.0], [0.0, 40.0]])
    picture.show(Step(0, "start", centroids, labels, 1.0, 0, 0.0))
    assert picture._raster.get_visible() == raster
    assert len(picture._members[0].get_xdata()) == (0 if raster else np.sum(labels == 0))
    assert picture.note.get_text() == (f"{m:,} points, each a dot of its cluster's colour; shapes left out" if raster else "")
    for artist in picture._marks, picture.note:
        artist.set_visible(False)
    picture.ax.grid(False)
    image = pixels(picture)
    palette = 255 * np.array([edge(k, "white") if raster else to_rgb(colour(k)) for k in range(3)])
    for i in range(0, m, 7):
        row, column = on_canvas(picture, points[i])
        near = image[row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3)
        matches = (abs(near[:, None] - palette) < 1).all(axis=2).any(axis=0)
        assert matches[labels[i]]
        assert not raster or matches.sum() == 1  # a marker of this size touches its neighbours; a dot does not
    other = Step(1, "assign", centroids, (labels + 1) % 3, 1.0, m, 0.0)
    picture.show(other)
    row, column = on_canvas(picture, points[0])
    near = pixels(picture)[row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3)
    assert (abs(near - palette[1]) < 1).all(axis=1).any()


def test_points_outside_a_narrowed_view_are_not_drawn_at_its_rim():
    m = RASTER_FROM
    points = grid(m)
    picture = Picture(points, 1)
    picture.show(Step(0, "start", np.array([[0.0, 0.0]]), np.zeros(m, dtype=np.intp), 1.0, 0, 0.0))
    picture.ax.set(xlim=(40.25, 40.75), ylim=(40.25, 40.75), aspect="auto")  # between four points
    assert not (pixels(picture) == rgb(COLOURS[0])).all(axis=2).any()
    picture.ax.set(xlim=(39.5, 40.5), ylim=(39.5, 40.5))
    assert (pixels(picture) == rgb(COLOURS[0])).all(axis=2).any()


@pytest.mark.parametrize("n", [1, 2])
def test_regions_colour_the_plane_by_the_nearest_centroid(n):
    points = HEAPS[:, :n]
    picture = Picture(points, 2)
    step = steps(points, START[:, :n])[-1]
    picture.show(step)
    assert not picture._regions.get_visible()
    picture.regions = True
    picture.show(step)
    picture.ax.grid(False)
    image = pixels(picture)
    for k, x in enumerate(step.centroids[:, 0]):
        seen = image[on_canvas(picture, (x, picture.ax.get_ylim()[1] * 0.9))]
        tint = 0.16 * np.array(rgb(COLOURS[k])) + 0.84 * 255
        np.testing.assert_allclose(seen, tint, atol=2)


@pytest.mark.parametrize("n", [1, 2])
def test_the_region_of_a_centroid_is_where_no_other_is_nearer(n):
    rng = np.random.default_rng(4)
    for k in 1, 2, 5, 20:
        for offset in 0, 1e6:
            centroids = np.column_stack([rng.normal(size=k), rng.normal(size=k) * (n == 2)]) + offset
            low, high = np.array([offset - 3.0, offset - 2.0]), np.array([offset + 2.0, offset + 4.0])
            places = rng.uniform(low, high, size=(300, 2))
            nearest = ((places[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)
            regions = list(cells(centroids, low, high))
            inside = [Path(region).contains_points(places) if len(region) else np.zeros(300, bool) for region in regions]
            assert (np.argmax(inside, axis=0) == nearest).all()
            assert (np.sum(inside, axis=0) == 1).all()
            x, y = zip(
                *(np.stack([region - low, np.roll(region - low, -1, axis=0)], axis=1).T for region in regions), strict=True
            )
            areas = [abs((a[0] * b[1] - a[1] * b[0]).sum()) / 2 for a, b in zip(x, y, strict=True)]
            assert sum(areas) == pytest.approx(30, rel=1e-6), "they fill the picture"


def test_of_two_centroids_at_one_place_the_first_has_the_region():
    regions = list(cells(np.array([[0.0, 0], [0, 0], [2, 0]]), (-1.0, -1.0), (3.0, 1.0)))
    assert [len(region) for region in regions] == [4, 0, 4]
    assert sorted(map(tuple, regions[0].tolist())) == [(-1, -1), (-1, 1), (1, -1), (1, 1)]


# ---- how much of the data the marks hide


def hidden(replay):
    """For each half-step of a run in the panel: the share of its points under discs or letters; how many letters touch."""
    setting = Setting.parse(replay)
    points = setting.points()
    model = KMeansND(points, setting.centroids(points))
    picture = Picture.of(model, figure=FigureCanvasAgg(Figure(figsize=(8.6, 5.4))).figure)
    picture.figure.set_facecolor("lime")
    for artist in picture.ax.get_children():
        artist.set_visible(artist is picture._marks)
    picture.ax.axis("off")
    for step in list(model.steps())[:: 1 if LONG else 3]:
        picture._marks.show(picture.flat(step.centroids))
        image = pixels(picture)
        at = [image[on_canvas(picture, xy)].tolist() != rgb("lime") for xy in picture.xy]
        _, letters = picture._marks.places(100 / 72 * 0.87)
        touch = (np.abs(letters[:, None] - letters) < np.array([9, 10]) * 100 / 72 * 0.76).all(axis=2)
        yield np.mean(at), (touch.sum() - len(letters)) // 2


@pytest.mark.parametrize(("replay", "most"), [("blobs k=12", 0.12), ("blobs k=20", 0.16), ("bad-start k=4", 0.07)])
def test_marks_hide_few_points_and_no_letter_lies_on_another(replay, most):
    seen = list(hidden(replay))
    assert len(seen) > 1
    assert max(share for share, _ in seen) <= most
    assert max(touch for _, touch in seen) == 0


def test_letters_of_centroids_at_one_place_can_all_be_read():
    picture = Picture(HEAPS, 6)
    picture.show(steps(start=np.array([[3.0, 0.5]] * 6))[0])
    discs, letters = picture._marks.places(100 / 72)
    assert len(set(map(tuple, discs.tolist()))) == 1
    apart = np.abs(letters[:, None] - letters)[~np.eye(6, dtype=bool)]
    assert (apart > np.array([9, 10]) * 100 / 72).any(axis=1).all()
    assert np.hypot(*(letters - discs).T).max() < 50


# ---- between two half-steps


def test_on_the_way_centroids_glide_and_points_change_colour_from_one_half_step_to_the_next():
    picture, run = Picture(HEAPS, 2), steps()
    drawn = {}
    for i in 0, 1, 2:
        picture.show(run[i])
        drawn[i] = pixels(picture)
    _, update, assign = run[:3]
    for share in 0.0, 0.25, 0.5, 1.0:
        picture.show(update, share)
        way = share * share * (3 - 2 * share)
        np.testing.assert_allclose(picture._marks.xy, START + way * (update.centroids - START))
    for share in 0.0, 0.4, 1.0:
        picture.show(assign, share)
        _, fill = picture._changed.get_facecolors()
        np.testing.assert_allclose(fill[:3], (1 - share) * np.array(to_rgb(colour(1))) + share * np.array(to_rgb(colour(0))))
        assert picture._members[0].get_alpha() == pytest.approx(1 - share * (1 - LIGHT.faded))
    assert (pixels(picture) == drawn[2]).all()
    picture.show(run[1], 0.5)
    assert (pixels(picture) != drawn[1]).any()
    picture.show(run[1])
    assert (pixels(picture) == drawn[1]).all()
    picture.show(run[3], 0.0)  # the points that had changed are not faded any more, little by little
    assert picture._members[0].get_alpha() == pytest.approx(LIGHT.faded)


def test_a_dark_page_gets_a_dark_picture_and_a_white_one_a_white_picture_again():
    picture = Picture(HEAPS, 2)
    picture.show(steps()[1])
    light = pixels(picture)
    before = picture.background
    picture.set_theme(DARK)
    picture.show(steps()[1])
    dark = pixels(picture)
    assert picture.background != before
    assert (dark[0, 0] == rgb(DARK.page)).all()
    assert np.median(dark) < 30 < 225 < np.median(light)
    picture.set_theme(LIGHT)
    picture.show(steps()[1])
    assert (pixels(picture) == light).all()


def test_with_more_than_two_features_the_drawn_plane_has_no_regions():
    points = load("penguins")
    picture = Picture(points, 2)
    picture.regions = True
    picture.show(steps(points, points[:2])[0])
    assert not picture._regions.get_visible()


def test_sixty_clusters_can_be_drawn_and_all_look_different():
    points = np.random.default_rng(2).normal(size=(200, 2))
    picture = Picture(points, 60)
    step = steps(points, points[:60])[0]
    picture.show(step)
    picture.figure.canvas.draw()
    assert shows(picture, step) == step.centroids.tolist()
    looks = [(line.get_color(), line.get_marker()) for line in picture._members]
    assert len(set(looks)) == 60
    assert [(colour(k), shape(k)) for k in range(60)] == looks
    assert (colour(60), shape(60)) == looks[0]  # from here on the letters alone tell them apart
    assert len({letter(k) for k in range(700)}) == 700
    assert len(SHAPES) == len(set(SHAPES)) == 12


# ---- colours, by formulas of their own: WCAG 2.2, sRGB and CIELAB, Machado, Oliveira and Fernandes (2009)


def linear(name):
    return np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(name)])


def luminance(name):
    return linear(name) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("black", "white") == pytest.approx(21)


@pytest.mark.parametrize("name", [*COLOURS, "black", "white", "#777777"])
def test_a_letter_is_black_or_white_whichever_reads_better_and_well_enough(name):
    assert contrast(ink(name), name) >= max(4.5, contrast("black", name) - 0.2, contrast("white", name) - 0.2)


SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def lab(name, sight):
    x, y, z = TO_XYZ @ np.clip(np.array(SIGHT[sight]) @ linear(name), 0, 1) / TO_XYZ.sum(axis=1)
    fx, fy, fz = (t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def closest(colours, sight):
    return min(np.linalg.norm(lab(a, sight) - lab(b, sight)) for a, b in combinations(colours, 2))


@pytest.mark.parametrize("sight", SIGHT)
def test_twenty_clusters_have_colours_of_their_own_and_the_first_twelve_stay_well_apart_under_colour_blindness(sight):
    """14.5 is the distance of Petroff's ten, measured in the same way; a difference of 1 to 2 can just be seen."""
    assert len(set(COLOURS)) == 20
    assert closest(COLOURS[:12], sight) > 22
    assert closest(COLOURS, sight) > 13.5


def test_every_colour_can_be_seen_on_a_white_page_and_on_a_dark_one():
    for page in LIGHT.page, DARK.page:
        assert min(contrast(name, page) for name in COLOURS) > 1.6
        assert contrast(LIGHT.soft if page == LIGHT.page else DARK.soft, page) > 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_point_has_three_times_the_contrast_of_the_page_by_its_colour_or_its_edge(theme):
    points = np.random.default_rng(0).normal(size=(40, 2))
    picture = Picture(points, 20)
    picture.set_theme(theme)
    for k, members in enumerate(picture._members):
        seen = members.get_markeredgecolor() if members.get_markeredgewidth() > 0.6 else members.get_markerfacecolor()
        assert contrast(seen, theme.page) >= 2.99, k
        assert contrast(edge(k, theme.page), theme.page) >= 2.99, "also where each is a dot"
    edged = [members.get_markeredgewidth() > 0 for members in picture._members]
    assert any(edged), "the orange of B is too light for white paper, and the violet of D too dark for a dark page"
    assert not all(edged)


def test_the_measure_of_colour_blindness_has_teeth():
    tab20 = [tuple(c) for c in matplotlib.colormaps["tab20"].colors]
    assert min(closest(tab20, sight) for sight in SIGHT) < 5
    assert closest(["#d03030", "#607020"], "normal") > 40 > 25 > closest(["#d03030", "#607020"], "protanopia")
