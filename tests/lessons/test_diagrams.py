"""The drawing of lesson 10 says what the map and the reduce do."""

import numpy as np

from kmeans_teach import assign_points, make_clusters, update_centroids
from kmeans_teach.lessons.charts import map_and_reduce
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
