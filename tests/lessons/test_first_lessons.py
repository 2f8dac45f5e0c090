"""Lessons 01 and 02: every number and every claim of their prose is computed again, apart from the lesson's own code."""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest

from kmeans_teach import KMeansND
from kmeans_teach.lessons.lines import number_lines
from kmeans_teach.pixels import colour

ROOT = Path(__file__).parents[2]


def lesson(name):
    """The source of each cell by its id."""
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells}


def run(sources, *ids):
    """The names that these cells leave behind."""
    names = {"np": np, "number_lines": number_lines}
    for name in ids:
        exec(sources[name], names)
    return names


ONE = lesson("01_one_dimension")


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
    assert says(ONE["optimum-01"], "79 gaps", "3,081 pairs", "inertia 14.2", "four starts", "two split the left")


def test_the_heaps_of_the_line_have_the_spread_that_is_said():
    points = run(ONE, "by-eye-01", "data-01")["points"]
    offsets = abs(points - np.where(points < 0.5, -2, 3))
    assert (offsets <= 0.6).mean() > 0.5
    assert (offsets > 1.2).mean() < 0.1
    assert len(np.unique(points)) == len(points) == 80


def test_the_first_run_ends_with_its_three_heaps():
    setting = re.search(r"load\(.*\)", ONE["setup-01"])[0]
    heaps = eval(setting, {"load": __import__("kmeans_teach").load})
    steps = list(KMeansND(heaps, heaps[[0, 3, 6]]).steps())
    assert (len(steps), steps[-1].stop) == (10, "converged")
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
