"""The drawing of lesson 09: a half-step as one map and one reduce. matplotlib's objects, no pyplot."""

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import ConnectionPatch

from kmeans_teach.charts import Chart, scatter
from kmeans_teach.lloyd import as_table, assign_points, update_centroids
from kmeans_teach.narrate import letter
from kmeans_teach.picture import colour, ink


def means_and_counts(points, centroids):
    """What a block of points has to say: where the mean of each cluster lies, and how many members it has there."""
    labels = assign_points(points, centroids)
    return update_centroids(points, labels, centroids), np.bincount(labels, minlength=len(centroids))


def spots(ax, means, counts, most):
    """Each mean as a disc with its letter, larger for more members; where there are none, nothing."""
    for k in np.flatnonzero(counts):
        size = 8 + 14 * (counts[k] / most) ** 0.5
        ax.plot(*means[k], "o", color=colour(k), mec="black", mew=0.8, ms=size)
        ax.text(*means[k], letter(k), ha="center", va="center_baseline", fontsize=8, color=ink(colour(k)))


def arrow(figure, above, below):
    ends = {"axesA": above, "axesB": below, "coordsA": "axes fraction", "coordsB": "axes fraction"}
    figure.add_artist(ConnectionPatch((0.5, -0.04), (0.5, 1.04), **ends, arrowstyle="-|>", mutation_scale=12, color="0.4"))


def map_and_reduce(blocks, centroids):
    """Blocks of points (each (m, 2)) in a row, what each says below, and below that the centroids that follow from it."""
    blocks, centroids = [as_table(block, "points") for block in blocks], as_table(centroids, "centroids")
    figure = FigureCanvasAgg(Chart(figsize=(9, 5.4))).figure
    # no layout engine: with one, the arrows would be drawn before the axes have found their places
    grid = figure.add_gridspec(3, len(blocks), left=0.13, right=0.99, top=0.95, bottom=0.03, hspace=0.3, wspace=0.08)
    everything = np.vstack(blocks)
    edge = 0.12 * np.ptp(everything, axis=0)  # room for a disc
    (x0, y0), (x1, y1) = everything.min(axis=0) - edge, everything.max(axis=0) + edge
    frame = {"xticks": [], "yticks": [], "aspect": "equal", "xlim": (x0, x1), "ylim": (y0, y1)}
    found = [means_and_counts(block, centroids) for block in blocks]
    most = sum(counts for _, counts in found).max()
    last = figure.add_subplot(grid[2, :], **frame)
    for i, (block, said) in enumerate(zip(blocks, found, strict=True)):
        above, below = figure.add_subplot(grid[0, i], **frame), figure.add_subplot(grid[1, i], **frame)
        above.set_title(f"block {i}: {len(block):,} points", fontsize=9)
        scatter(above, block, assign_points(block, centroids), 2)
        spots(below, *said, most)
        arrow(figure, above, below)
        arrow(figure, below, last)
    spots(last, *means_and_counts(everything, centroids), most)
    for height, words in (0.83, "map:\nlabel,\nadd up,\ncount"), (0.5, "what\ntravels"), (0.16, "reduce:\nadd up,\ndivide"):
        figure.text(0.01, height, words, va="center", fontsize=10)
    return figure
