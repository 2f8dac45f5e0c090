"""The charts of strays, of the ways to choose K, and of clusters that K-means does not find. None is wider than 6.8 inches."""

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon

from kmeans_teach.lessons.charts import blank
from kmeans_teach.lessons.choosing import turned
from kmeans_teach.pixels import own_look, shape

BLUE, RED, GREY = "#3f90da", "#bd1f01", "0.5"
PLANE = {"xlabel": "x", "ylabel": "y", "aspect": "equal", "adjustable": "datalim"}


@own_look()
def curve(ks, values, what="inertia"):
    """One score against K."""
    figure, ax = blank(4.5, 2.8)
    ax.plot(ks, values, "o-", color=BLUE)
    ax.set(xlabel="K", ylabel=what, xticks=list(ks), ylim=(0, None))
    return figure


@own_look()
def cloud(points):
    """Points (M, 2), all in one colour."""
    figure, ax = blank(4.5, 3.4)
    draw_cloud(ax, points)
    return figure


def draw_cloud(ax, points, size=4):
    ax.plot(*points.T, ".", color=GREY, ms=size)
    ax.set(**PLANE)


@own_look()
def distances_of(points, labels, i):
    """The lines from point i to its own cluster (a is their mean length) and to the nearest other one (b)."""
    figure, ax = blank(6.4, 3.4)
    far = {k: np.hypot(*(points[labels == k] - points[i]).T).mean() for k in np.unique(labels) if k != labels[i]}
    for name, k, tone in ("a", labels[i], BLUE), ("b", min(far, key=far.get), RED):
        ends = points[labels == k]
        lines = LineCollection([(points[i], end) for end in ends], color=tone, lw=0.5, alpha=0.6)
        lines.set_label(f"{name} is the mean length of these")
        ax.add_collection(lines)
    for k in np.unique(labels):
        ax.plot(*points[labels == k].T, linestyle="none", marker=shape(k), color=GREY, ms=4, mew=0)
    ax.plot(*points[i], "o", mfc="none", mec="black", mew=2, ms=12)
    ax.legend(loc="upper left", fontsize=9)
    ax.set(**PLANE)
    return figure


@own_look()
def boxes(points, rng):
    """A cloud in its upright box and in the box along its own axes, each with as many even points (small crosses)."""
    figure, axes = blank(6.8, 3.6, 1, 2)
    middle = points.mean(axis=0)
    upright, along = (points - middle, np.eye(2)), turned(points)
    for ax, title, (seen, back) in zip(axes, ("an upright box", "a box along the cloud's axes"), (upright, along), strict=True):
        low, high = seen.min(axis=0), seen.max(axis=0)
        corners = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
        ax.add_patch(Polygon(corners @ back + middle, fill=False, ec="black"))
        ax.plot(*(rng.uniform(low, high, size=points.shape) @ back + middle).T, "x", color=RED, ms=3, mew=0.7)
        ax.plot(*points.T, ".", color=BLUE, ms=5)
        ax.set(**PLANE)
        ax.set_title(title, fontsize=10)
    return figure


@own_look()
def strays_picked(points, strays, shares):
    """The points and the strays; and for each way to start, the share of starts that choose a stray."""
    figure, (ax, bars) = blank(6.8, 3.1, 1, 2)
    draw_cloud(ax, points, 2)
    ax.plot(*strays.T, "o", color=RED, ms=6)
    names = [*shares][::-1]
    drawn = bars.barh(names, [shares[name] for name in names], color=BLUE)
    bars.bar_label(drawn, [f"{shares[name]:.0%}" for name in names], padding=3)
    bars.set(xlim=(0, 1.25), xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
    bars.set_title("starts that choose a stray", fontsize=10)
    return figure


@own_look()
def bets_on(points, said):
    """A cloud, and who bets on which K. said: {name: K}, or nothing, while the bets are closed."""
    figure, (ax, bets) = blank(6.8, 3.3, 1, 2, width_ratios=(3, 2))
    draw_cloud(ax, points)
    for height, (name, k) in enumerate(said.items()):
        sign = {"you": "s", "made from": "D"}.get(name, "o")
        bets.plot(k, -height, sign, ms=9, color=BLUE if height else RED)
    bets.set(xlim=(0.5, 6.5), xticks=range(1, 7), xlabel="K", ylim=(0.5 - max(len(said), 1), 0.5))
    bets.set_yticks(-np.arange(len(said)), [*said])
    if not said:
        bets.text(3.5, 0, "the bets\nare closed", ha="center", va="center", color=GREY)
    return figure
