"""The drawings of lessons 01 to 03: number lines, a plane, a block of numbers, a race of functions, a parabola, and stairs.
And the limits of those of lesson 04."""

import tracemalloc
from itertools import pairwise
from timeit import repeat

import numpy as np

from kmeans_teach.kmeans import Step
from kmeans_teach.lessons.charts import Chart, blank, side_by_side
from kmeans_teach.narrate import letter
from kmeans_teach.picture import Picture
from kmeans_teach.pixels import apart, colour, shape


def number_lines(points, *states):
    """A number line for each state (title, labels, centroids): the points on it, and above it the centroids.

    Where labels are None, no point has a cluster, and all are grey. All three are arrays without a second axis.
    """
    points = np.asarray(points, float)
    figure, axes = blank(6.4, 0.62 * len(states) + 0.25, len(states), sharex=True, squeeze=False)
    heights = apart(len(points)) * (0.9 if len(points) > 20 else 0)
    for ax, (title, labels, centroids) in zip(axes[:, 0], states, strict=True):
        ax.set(ylim=(-0.7, 2.4), yticks=[])
        ax.spines["left"].set_visible(False)
        ax.set_ylabel(title, rotation=0, ha="right", va="center", y=0.3)
        if labels is None:
            ax.plot(points, heights, "o", color="0.6", ms=6)
        for k, centroid in enumerate(centroids):
            mine = np.equal(labels, k) & np.ones(len(points), bool)
            ax.plot(points[mine], heights[mine], marker=shape(k), linestyle="", color=colour(k), ms=6)
            ax.plot(centroid, 0.9, "o", color=colour(k), mec="black", mew=2, ms=8)
            ax.text(centroid, 1.45, letter(k), ha="center", fontsize=9, fontweight="bold")
    return figure


def plane(points, labels, centroids, regions=False):
    """Points and centroids with two features, and with `regions` the part of the plane that is nearest to each centroid."""
    picture = Picture(points, len(centroids), include=centroids, figure=Chart(figsize=(6.4, 4.4)))
    picture.regions = regions
    picture.show(Step(0, "start", centroids, labels, 0.0, 0, 0.0))
    picture.title.set_text("")
    return picture.figure


def block(m, k, n, point, centroid):
    """A block of M x K x N cubes, one for each number. Those of one point and one centroid have another colour."""
    colours = np.full((m, k, n), colour(0))
    colours[point, centroid] = colour(1)
    figure = Chart(figsize=(5, 3.4))
    ax = figure.add_axes((0.02, 0.08, 0.9, 0.95), projection="3d")
    ax.voxels(np.ones((m, k, n)), facecolors=colours, edgecolors="white")
    ax.set_aspect("equal")  # after the cubes are there
    ax.set(xlabel="M points", ylabel="K centroids", zlabel="N features")
    ax.xaxis.labelpad = 8  # else it lies on a number
    ax.set_xticks(np.arange(m) + 0.5, range(m))
    ax.set_yticks(np.arange(k) + 0.5, [letter(i) for i in range(k)])
    ax.set_zticks(np.arange(n) + 0.5, range(n))
    return figure


def race(points, centroids, *functions):
    """For each function of (points, centroids) the least time of three calls, and the most memory that it has at once."""
    seconds, most = [], []
    for function in functions:
        seconds.append(min(repeat(lambda: function(points, centroids), number=1, repeat=3)))  # noqa: B023 - called at once
        tracemalloc.start()
        function(points, centroids)
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    figure, axes = side_by_side(["time", "memory"], 3.6, 0.4 * len(functions) + 0.5)
    for ax, values in zip(axes, (seconds, most), strict=True):
        bars = ax.barh([function.__name__ for function in functions], values, color=colour(0))
        ax.bar_label(bars, [f" x {value / min(values):.{0 if value > 10 * min(values) else 1}f}" for value in values])
        ax.set(xticks=[], xlim=(0, 1.3 * max(values)))
        ax.invert_yaxis()
    axes[1].set_yticks([])
    return figure


def parabola(points):
    """The sum of squares of points on a line, over the place of their centroid, and a star to put there: (figure, star)."""
    figure, ax = blank(6, 3.4)
    places = np.linspace(points.min() - 2, points.max() + 1, 81)
    sums = [((points - place) ** 2).sum() for place in places]
    ax.set(xlabel="the place of the centroid, c", ylabel="sum of squares", ylim=(0, 1.2 * max(sums)))
    ax.plot(places, sums)
    ax.plot(points, np.full(len(points), 0.015 * max(sums)), "ks", label="the points")
    star = ax.plot([], [], "r*", markersize=16, label="the centroid")[0]
    ax.legend(loc="upper center")
    return figure, star


def stairs(steps):
    """The inertia after each half-step, as a staircase."""
    figure, ax = blank(6, 3.4)
    ax.set(xlabel="half-step", ylabel="inertia", ylim=(0, 1.05 * steps[0].inertia))
    for i, (before, after) in enumerate(pairwise(steps)):
        look, name = ("C1-", "update") if after.phase == "update" else ("C0:", "assign")
        ax.plot([i, i, i + 1], [before.inertia, after.inertia, after.inertia], look, lw=3, label=name if i < 2 else None)
    ax.legend()
    return figure


def limits(points, pad):
    """The lowest and the highest corner of a picture (2, N): those of the points, and a part of their range on each side."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = pad * (high - low)
    return np.array([low - room, high + room])
