"""Two diagrams: which method is worth its time (lesson 09), and a map and a reduce (lesson 10)."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import ConnectionPatch

from kmeans_teach.inputs import as_table
from kmeans_teach.kmeans import assign_points, update_centroids
from kmeans_teach.lessons.charts import Chart, blank, scatter
from kmeans_teach.narrate import letter
from kmeans_teach.pixels import colour, ink, own_look, shape


@own_look()
def frontier(measured):
    """Error against time, and the line that no method passes. measured: {name: (time, error)}, an error of 0.1 is 10 %."""
    figure, ax = blank(7, 3.6)
    ordered = sorted(measured.items(), key=lambda item: item[1])
    for k, (name, (time, error)) in enumerate(ordered):
        ax.plot(time, 100 * error, shape(k), color=colour(k), ms=8, mec="black", mew=0.5, label=name)
    times, errors = zip(*(place for _, place in ordered), strict=True)
    ax.step(times, 100 * np.minimum.accumulate(errors), where="post", color="0.6", lw=1, zorder=0)
    ax.set(xscale="log", xlabel="time, in times that of fast.fit", ylabel="error of the inertia in %")
    ax.set_yscale("symlog", linthresh=0.1)
    ax.set_ylim(-0.02, 200 * max(errors) + 0.1)
    ax.set_yticks([0, 0.1, 1, 10], ["0", "0.1", "1", "10"])
    figure.legend(loc="outside right upper", fontsize=9)
    return figure


def means_and_counts(points, centroids):
    """The map of a block of points: the mean of each cluster, and how many members it has."""
    labels = assign_points(points, centroids)
    return update_centroids(points, labels, centroids), np.bincount(labels, minlength=len(centroids))


def discs(ax, means, counts, most):
    """Draw each mean as a disc with its letter, larger for more members. A cluster without members has none."""
    for k in np.flatnonzero(counts):
        size = 8 + 14 * (counts[k] / most) ** 0.5
        ax.plot(*means[k], "o", color=colour(k), mec="black", mew=0.8, ms=size)
        ax.text(*means[k], letter(k), ha="center", va="center_baseline", fontsize=8, color=ink(colour(k)))


def arrow(figure, above, below):
    ends = {"axesA": above, "axesB": below, "coordsA": "axes fraction", "coordsB": "axes fraction"}
    figure.add_artist(ConnectionPatch((0.5, -0.04), (0.5, 1.04), **ends, arrowstyle="-|>", mutation_scale=12, color="0.4"))


@own_look()
def map_and_reduce(blocks, centroids):
    """Three rows: blocks of points (each (m, 2)), the means and counts of each block, and the centroids that follow."""
    blocks, centroids = [as_table(block, "points") for block in blocks], as_table(centroids, "centroids")
    figure = FigureCanvasAgg(Chart(figsize=(9, 5.4))).figure
    # no layout engine: it would move the axes after the arrows are drawn
    grid = figure.add_gridspec(3, len(blocks), left=0.13, right=0.99, top=0.95, bottom=0.03, hspace=0.3, wspace=0.08)
    everything = np.vstack(blocks)
    edge = 0.12 * np.ptp(everything, axis=0)  # room for a disc
    (x0, y0), (x1, y1) = everything.min(axis=0) - edge, everything.max(axis=0) + edge
    frame = {"xticks": [], "yticks": [], "aspect": "equal", "xlim": (x0, x1), "ylim": (y0, y1)}
    found = [means_and_counts(block, centroids) for block in blocks]
    most = sum(counts for _, counts in found).max()
    last = figure.add_subplot(grid[2, :], **frame)
    for i, (block, summary) in enumerate(zip(blocks, found, strict=True)):
        above, below = figure.add_subplot(grid[0, i], **frame), figure.add_subplot(grid[1, i], **frame)
        above.set_title(f"block {i}: {len(block):,} points", fontsize=9)
        scatter(above, block, assign_points(block, centroids), 2)
        discs(below, *summary, most)
        arrow(figure, above, below)
        arrow(figure, below, last)
    discs(last, *means_and_counts(everything, centroids), most)
    for height, words in (0.83, "map:\nlabel,\nadd up,\ncount"), (0.5, "what\ntravels"), (0.16, "reduce:\nadd up,\ndivide"):
        figure.text(0.01, height, words, va="center", fontsize=10)
    return figure
