"""Number lines, one for each state of a run in one dimension: lesson 01 draws every half-step with them."""

import numpy as np

from kmeans_teach.lessons.charts import blank
from kmeans_teach.narrate import letter
from kmeans_teach.pixels import colour, ink, shape


def number_lines(points, *states):
    """A number line for each state (title, labels, centroids): the points on it, and above it the centroids.

    Where labels are None, no point has a cluster, and all are grey. All three are arrays without a second axis.
    """
    points = np.asarray(points, float)
    figure, axes = blank(6.4, 0.62 * len(states) + 0.25, len(states), sharex=True, squeeze=False)
    heights = ((np.arange(len(points)) * 0.6180339887498949) % 1 - 0.5) * (0.9 if len(points) > 20 else 0)
    for ax, (title, labels, centroids) in zip(axes[:, 0], states, strict=True):
        ax.set(ylim=(-0.7, 2.1), yticks=[])
        ax.spines["left"].set_visible(False)
        ax.set_ylabel(title, rotation=0, ha="right", va="center", y=0.3)
        if labels is None:
            ax.plot(points, heights, "o", color="0.6", ms=6)
        for k, centroid in enumerate(centroids):
            mine = np.equal(labels, k) & np.ones(len(points), bool)
            ax.plot(points[mine], heights[mine], marker=shape(k), linestyle="", color=colour(k), ms=6)
            ax.plot([centroid, centroid], [0.5, 1], color="black", lw=1)
            ax.plot(centroid, 1.2, "o", color=colour(k), mec="black", ms=15)
            ax.text(centroid, 1.17, letter(k), color=ink(colour(k)), ha="center", va="center", fontsize=9)
    return figure
