"""Lessons 01 and 02: every number and every claim of their prose is computed again, apart from the lesson's own code."""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest

from kmeans_teach import KMeansND, assign_points, load
from kmeans_teach.lessons.drawings import block, number_lines, plane, race
from kmeans_teach.pixels import colour, small_png

ROOT = Path(__file__).parents[2]


def lesson(name):
    """The source of each cell by its id."""
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


def run(sources, *ids):
    """The names that these cells leave behind."""
    names = {"np": np, "load": load, "number_lines": number_lines, "plane": plane, "race": lambda *_: None}
    names["penguins"] = load("penguins")
    for name in ids:
        exec(sources[name], names)
    return names


ONE, TWO = lesson("01_one_dimension"), lesson("02_assign_points")


def says(cell, *words):
    text = " ".join(cell.split())
    return all(word in text for word in words)


# ---- lesson 01


def on_a_line(points, start):
    return list(KMeansND(np.array(points, float)[:, None], np.array(start, float)[:, None]).steps())


def test_the_five_points_settle_as_the_paper_says():
    steps = on_a_line([1, 2, 4, 9, 10], [1, 2])
    assert steps[0].labels.tolist() == [0, 1, 1, 1, 1]
    updates = [step.centroids[:, 0].round(2).tolist() for step in steps if step.phase == "update"]
    assert updates == [[1, 6.25], [1.5, 7.67], [2.33, 9.5], [2.33, 9.5]]
    assert says(ONE["ask-count-01"], "answer=4", "to 1 and 6.25, to 1.5 and 7.67, to 2.33 and 9.5")
    assert [step.labels.tolist() for step in steps if step.phase == "assign"][:2] == [[0, 0, 1, 1, 1], [0, 0, 0, 1, 1]]


def test_the_aliased_loop_stops_at_once_and_the_copy_does_not(capsys):
    bad = run(ONE, "by-eye-01", "assign-01", "update-01", "empty-01", "loop-01")
    assert (bad["start"].tolist(), bad["updates"]) == ([1, 6.25], 1)
    assert bad["moved"] is bad["centroids"]
    assert "if B were nan: [1 1 1 1 1]" in capsys.readouterr().out
    good = run(ONE, "by-eye-01", "assign-01", "copy-01", "settle-01")
    history = good["settle"](good["points"], np.array([1.0, 2.0]))
    assert history[-1][0] == "update 4"
    for (_, labels, centroids), step in zip(history[2::2], on_a_line([1, 2, 4, 9, 10], [1, 2])[1::2], strict=True):
        np.testing.assert_allclose(centroids, step.centroids[:, 0])
        assert labels.tolist() == step.labels.tolist()


def test_three_clusters_in_two_heaps_end_in_two_ways_and_the_better_one_is_the_best_of_all_pairs_of_cuts():
    names = run(ONE, "by-eye-01", "assign-01", "copy-01", "settle-01", "data-01", "again-01")
    points, ends = np.sort(names["points"]), names["ends"]
    inertias = [((names["points"] - centroids[labels]) ** 2).sum() for _, labels, centroids in ends]
    assert sorted(f"{x:.1f}" for x in inertias) == ["14.2"] * 2 + ["18.2"] * 4
    for (_, labels, _), inertia in zip(ends, inertias, strict=True):
        counts = [len(set(labels[names["points"] < 0])), len(set(labels[names["points"] > 0]))]
        assert counts == ([1, 2] if inertia > 16 else [2, 1]), "four split the right heap, two the left one"
        assert len(set(labels)) == 3
    total = np.concatenate([[0], np.cumsum(points)]), np.concatenate([[0], np.cumsum(points**2)])

    def cost(i, j):
        return total[1][j] - total[1][i] - (total[0][j] - total[0][i]) ** 2 / (j - i)

    pairs = list(itertools.combinations(range(1, 80), 2))
    best = min(cost(0, i) + cost(i, j) + cost(j, 80) for i, j in pairs)
    assert (len(pairs), f"{best:.1f}") == (3081, "14.2")
    assert best == pytest.approx(min(inertias))
    assert says(ONE["optimum-01"], "all 3,081 ways", "inertia 14.2", "four starts", "two split the left")


def test_two_clusters_from_a_start_in_the_right_heap_end_with_a_heap_each():
    names = run(ONE, "by-eye-01", "assign-01", "copy-01", "settle-01", "data-01")
    (_, _, start), *_, (_, labels, _) = names["run"]
    assert (start > 0).all()
    assert labels.tolist() == [0] * 40 + [1] * 40
    assert says(ONE["k-01"], "Each heap has a letter of its own, although both began in the right one")


def test_a_centroid_between_the_two_heaps_gets_one_point_of_the_left_one():
    points = run(ONE, "by-eye-01", "assign-01", "copy-01", "settle-01", "data-01")["points"]
    mine = points[abs(points[:, None] - [-2, 0.5, 3]).argmin(axis=1) == 1]
    assert len(mine) == 1
    assert mine[0] in points[:40]
    assert says(ONE["ask-three-01"], "A = -2, B = 0.5, C = 3. Only one of the points joins B, and it is in the left heap")


def test_the_heaps_of_the_line_have_the_spread_that_is_said():
    points = run(ONE, "by-eye-01", "assign-01", "copy-01", "settle-01", "data-01")["points"]
    offsets = abs(points - np.where(points < 0.5, -2, 3))
    assert (offsets <= 0.6).mean() > 0.5
    assert (offsets > 1.2).mean() < 0.1
    assert len(np.unique(points)) == len(points) == 80


def test_the_first_run_ends_with_its_three_heaps():
    setting = re.search(r"load\(.*\)", ONE["setup-01"])[0]
    heaps = eval(setting, {"load": load})
    steps = list(KMeansND(heaps, heaps[[0, 6, 12]]).steps())
    assert (len(steps), steps[-1].stop) == (8, "converged")
    found = [np.bincount(steps[-1].labels[heap::3], minlength=3).argmax() for heap in range(3)]
    assert sorted(found) == [0, 1, 2]  # each letter ends in a heap of its own


def test_number_lines_show_who_belongs_to_whom_and_where_the_centroids_are():
    figure = number_lines([1, 2, 9], ("start", None, [1.0, 2.0]), ("assign", np.array([0, 0, 1]), [1.5, 9.0]))
    grey, labelled = figure.axes
    assert [ax.get_ylabel() for ax in figure.axes] == ["start", "assign"]
    assert [line.get_xdata().tolist() for line in labelled.lines if line.get_color() == colour(0)] == [[1, 2], [1.5]]
    assert [line.get_xdata().tolist() for line in labelled.lines if line.get_color() == colour(1)] == [[9], [9.0]]
    assert [text.get_text() for text in labelled.texts] == ["A", "B"]
    assert grey.lines[0].get_xdata().tolist() == [1, 2, 9]


# ---- lesson 02


def test_the_first_two_penguins_are_as_far_apart_as_is_said_in_g_and_in_kg():
    offsets = np.diff(load("penguins")[:2], axis=0)[0]
    assert abs(offsets).round(1).tolist() == [0.4, 1.3, 5, 50]
    assert says(TWO["loops-intro-02"], "0.4 mm, 1.3 mm, 5 mm and 50 g", "50.27")
    kg = offsets * [1, 1, 1, 0.001]
    assert (f"{np.hypot.reduce(offsets):.2f}", f"{np.hypot.reduce(kg):.1f}", f"{abs(kg).sum():.2f}") == ("50.27", "5.2", "6.75")
    assert says(TWO["ask-units-02"], 'answer="5.2"', '"50.27"', '"6.8"')


def test_the_weight_alone_decides_until_the_features_are_scaled(capsys):
    names = run(TWO, "assign-points-02", "units-02")
    assert re.findall(r"(\d+) of 342", capsys.readouterr().out) == ["338", "197"]
    for table in names["penguins"], names["scaled"]:
        three = table[[0, 160, 300]]
        both = assign_points(table, three), assign_points(table[:, 3:], three[:, 3:])
        assert round(np.prod([np.bincount(labels) for labels in both], axis=0).sum() / 342, -1) == 120  # by chance
    np.testing.assert_allclose(names["scaled"].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(names["scaled"].std(axis=0), 1)
    kg = load("penguins") * [1, 1, 1, 0.001]
    np.testing.assert_allclose((kg - kg.mean(axis=0)) / kg.std(axis=0), names["scaled"], atol=1e-9)


def test_the_careless_sum_cancels_and_a_tie_goes_to_the_lower_index():
    names = run(TWO, "distance-02", "loops-02", "picture-02", "broadcast-02", "assign-points-02", "names-02")
    p, q, points, centroids = (names[name] for name in ("p", "q", "points", "centroids"))
    assert ((p - q).sum() ** 2, names["squared_distance"](p, q)) == (0, 18)
    for name in "assign_loops", "assign_broadcast", "assign_points":
        assert names[name](points, centroids).tolist() == [0, 0, 0, 1, 2]
        assert names[name](points, centroids[[2, 0, 1]]).tolist() == [1, 1, 1, 2, 0], "as ask-names-02 has it"
        assert names[name](points, centroids[[1, 0, 2]])[2] == 0, "if B is put before A, the point in the tie joins B"
    assert names["squared_table"](np.zeros((342, 4)), np.zeros((3, 4))).shape == (342, 3)
    assert names["squared_table"](points, centroids)[2].tolist() == [4, 4, 16]


def test_the_block_takes_800_million_bytes_a_thousand_times_the_points():
    m, k, n = 10_000, 1000, 10
    assert (m * k * n * 8 / 1e6, m * k * n / (m * n)) == (800, 1000)


def test_the_start_has_twelve_different_rows_and_a_border_cuts_through_some_heaps():
    names = run(TWO, "distance-02", "loops-02", "assign-points-02", "picture-02", "broadcast-02", "compare-02", "regions-02")
    assert names["many"].shape == (1200, 2)
    assert len(np.unique(names["start"], axis=0)) == 12
    labels = assign_points(names["many"], names["five"])
    assert sum(len(set(labels[heap::12])) > 1 for heap in range(12)) >= 2  # load takes a point of each heap in turn


@pytest.mark.parametrize("seed", range(10))
def test_the_shortcut_gives_about_four_in_ten_a_wrong_label_far_from_zero(seed):
    centroids = np.array([[0.0, 0], [1, 0]])
    points = np.concatenate([c + 0.1 * np.random.default_rng([seed, i]).normal(size=(50, 2)) for i, c in enumerate(centroids)])
    points, centroids, right = points + 1e8, centroids + 1e8, np.repeat([0, 1], 50)
    squared = (points**2).sum(axis=1)[:, None] - 2 * points @ centroids.T + (centroids**2).sum(axis=1)
    assert 25 <= (squared.argmin(axis=1) != right).sum() <= 55
    assert (assign_points(points, centroids) == right).all()
    assert np.spacing((points**2).max()) == 2


def test_the_cubes_are_cubes():
    (ax,) = block(5, 3, 2, point=2, centroid=0).axes
    sides = np.ptp([ax.get_xlim(), ax.get_ylim(), ax.get_zlim()], axis=1) / ax._box_aspect
    np.testing.assert_allclose(sides, sides[0])
    assert len(ax.collections) == 5 * 3 * 2


def test_the_race_says_how_many_times_the_least_each_function_takes():
    def small(points, centroids):
        np.zeros(100_000)

    def large(points, centroids):
        np.zeros(1_000_000)

    time, memory = race(np.zeros((3, 1)), np.zeros((1, 1)), small, large).axes
    assert [name.get_text() for name in time.get_yticklabels()] == ["small", "large"]
    assert [text.get_text() for text in memory.texts] == [" x 1.0", " x 10.0"]


def test_the_running_minimum_takes_less_memory_than_the_block():
    names = run(TWO, "distance-02", "loops-02", "picture-02", "broadcast-02", "assign-points-02", "compare-02")
    figure = race(names["many"], names["start"], names["assign_points"], names["assign_broadcast"])
    assert figure.axes[1].texts[0].get_text() == " x 1.0"
    assert float(figure.axes[1].texts[1].get_text().strip(" x")) > 4


def test_a_plane_shows_the_labels_that_it_is_given_and_the_regions_on_demand():
    points, centroids = np.array([[0.0, 0], [1, 0], [4, 1]]), np.array([[0.0, 0], [4, 0]])
    figures = [plane(points, np.array([1, 0, 0]), centroids, regions) for regions in (False, True)]
    assert small_png(figures[0]) != small_png(figures[1])
    for figure in figures:
        drawn = [line.get_xydata().tolist() for line in figure.axes[0].lines]
        assert [[0, 0]] in drawn
        assert [[1, 0], [4, 1]] in drawn
