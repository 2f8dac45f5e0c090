"""The diagrams of lessons 09 and 10 say what was measured, and what the map and the reduce do."""

import numpy as np

from kmeans_teach import assign_points, make_clusters, update_centroids
from kmeans_teach.lessons.diagrams import frontier, map_and_reduce
from kmeans_teach.narrate import letter


def discs(ax):
    """Letter -> (place, size) of each disc."""
    lines = [line for line in ax.lines if line.get_marker() == "o" and line.get_markeredgewidth() > 0]
    return {text.get_text(): (line.get_xydata()[0], line.get_markersize()) for line, text in zip(lines, ax.texts, strict=True)}


def test_what_travels_is_a_disc_for_each_cluster_that_has_members_and_all_together_are_the_new_centroids():
    points = make_clusters(3, 40, rng=np.random.default_rng(1))
    start = points[:3]
    points = points[assign_points(points, start).argsort(kind="stable")]  # so that no block has members of every cluster
    blocks = [points[:30], points[30:50], points[50:]]
    figure = map_and_reduce(blocks, start)
    last, *pairs = figure.axes
    assert [ax.get_title() for ax in pairs[::2]] == ["block 0: 30 points", "block 1: 20 points", "block 2: 70 points"]
    for shown, block in zip([*pairs[1::2], last], [*blocks, points], strict=True):
        labels = assign_points(block, start)
        there = np.unique(labels)
        assert discs(shown).keys() == {letter(k) for k in there}
        for k in there:
            np.testing.assert_allclose(discs(shown)[letter(k)][0], update_centroids(block, labels, start)[k])
    assert len(discs(pairs[1])) < 3 == len(discs(last))
    sizes = [size for _, size in discs(last).values()]
    assert max(size for ax in pairs[1::2] for _, size in discs(ax).values()) <= max(sizes)
    figure.canvas.draw()
    assert np.asarray(figure.canvas.buffer_rgba())[..., :3].std() > 0


def test_the_frontier_has_each_method_at_its_time_and_error_and_a_line_below_which_there_is_none():
    measured = {"quick": (1, 0.2), "good": (4, 0.0), "slow": (50, 0.1), "slow and bad": (900, 0.2)}
    (ax,) = (figure := frontier(measured)).axes
    *marks, line = ax.lines
    assert {mark.get_label(): (*mark.get_xdata(), *mark.get_ydata()) for mark in marks} == {
        name: (time, 100 * error) for name, (time, error) in measured.items()
    }
    assert list(line.get_ydata()) == [20, 0, 0, 0]
    figure.canvas.draw()
    assert all(ax.bbox.contains(*ax.transData.transform(mark.get_xydata()[0])) for mark in marks)
