"""The charts of lessons 06 to 10 that do not move, made without pyplot. moving_charts.py has those that move.

Each public function returns a Figure, except `triptych`, which returns an image.
"""

from base64 import b64encode

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from kmeans_teach.narrate import letter, number
from kmeans_teach.pixels import apart, colour, own_look, shape, small_png


class Chart(Figure):
    """A figure that a notebook stores in few bytes."""

    def _ipython_display_(self):  # the only way past matplotlib's own formatter, whose pictures are three times the size
        from IPython.display import display

        png = b64encode(small_png(self)).decode()  # Pyodide's kernel would send bytes as they are
        display({"text/plain": repr(self), "image/png": png}, raw=True)


def blank(width, height, rows=1, columns=1, **options):
    """An empty figure with axes: (figure, axes)."""
    figure = FigureCanvasAgg(Chart(figsize=(width, height), layout="constrained")).figure
    axes = figure.subplots(rows, columns, **options)
    for ax in np.ravel(axes):
        ax.spines[["top", "right"]].set_visible(False)
        for text in ax.title, ax.xaxis.label, ax.yaxis.label:
            text.set_parse_math(False)  # "Ke$$a" is a name
    return figure, axes


def side_by_side(titles, width, height):
    """An empty figure with one chart for each title, in a row: (figure, axes)."""
    figure, axes = blank(width * len(titles), height, 1, len(titles), squeeze=False)
    for ax, title in zip(axes[0], titles, strict=True):
        ax.set_title(title, fontsize=10)
    return figure, axes[0]


def ranks(results):
    """The index in `results` of the best, the median and the worst run."""
    order = np.argsort([one.inertia for one in results], kind="stable")
    return {"best": int(order[0]), "median": int(order[(len(order) - 1) // 2]), "worst": int(order[-1])}


def strip(ax, results, height=0.0):
    """A dot for each run at its inertia."""
    values = np.array([one.inertia for one in results])
    heights = height + 0.5 * apart(len(values))
    ax.plot(values, heights, "o", color="#3f90da", alpha=0.6, ms=5, mew=0)
    legend = []
    for (name, row), marker, sign in zip(ranks(results).items(), "<D>", "◀◆▶", strict=True):
        ax.plot(values[row], height + 0.36, marker, color="black", ms=6)
        legend.append(f"{sign} {name} {number(values[row])}")
    ax.text(0.02, height + 0.5, "   ".join(legend), transform=ax.get_yaxis_transform(), fontsize=8)
    return values, heights


@own_look()
def strips(rows):
    """Final inertias, a strip for each name, one above the other. rows: {name: results}."""
    figure, ax = blank(6.4, 0.6 + 0.9 * len(rows))
    for height, table in enumerate(reversed(rows.values())):
        strip(ax, table, 1.3 * height)
    ax.set(xlabel="final inertia", ylim=(-0.5, 1.3 * len(rows) - 0.4))
    ax.set_yticks(1.3 * np.arange(len(rows)), [*reversed(rows)], parse_math=False)
    return figure


def scatter(ax, points, labels, size=3):
    """Draw points (M, 2) in the colours and shapes of their labels."""
    for k in np.unique(labels):
        mine = points[labels == k]
        ax.plot(mine[:, 0], mine[:, 1], linestyle="none", marker=shape(k), color=colour(k), ms=size, mew=0)


@own_look()
def gallery(*items):
    """Clusterings, two in a row. items: (title, points (M, 2), labels)."""
    rows = (len(items) + 1) // 2
    figure, axes = blank(6.4, 3 * rows, rows, 2, squeeze=False)
    for ax, (title, points, labels) in zip(axes.flat, items, strict=False):
        scatter(ax, points, labels)
        ax.set(xlabel="x", ylabel="y", aspect="equal", adjustable="datalim")
        ax.set_title(title, fontsize=10)
    for ax in axes.flat[len(items) :]:
        ax.remove()
    return figure


@own_look()
def projections(points, labels, centroids, names, ring=None, plane=None):
    """A small chart of every pair of columns (2 to 8 columns). `ring` is a row of the points to ring in all of them.

    plane : (2, N) two directions of length 1, at right angles: beside the pairs, a chart of the shadow on their plane.
    """
    n = points.shape[1]
    if n < 2:
        raise ValueError("a picture needs two columns or more, got 1 (K-means itself is content with one)")
    if n > 8:
        raise ValueError(f"a grid of pictures has room for 8 columns, got {n}: choose some (K-means itself takes them all)")
    size = max(1.9 * (n - 1) + 1, 4.2)
    figure, axes = blank(size, 0.82 * size, n - 1, n - 1, squeeze=False, sharex="col", sharey="row")
    for row in range(1, n):
        for column in range(n - 1):
            ax = axes[row - 1, column]
            if column >= row:
                ax.remove()
                continue
            lettered(ax, points[:, [column, row]], labels, centroids[:, [column, row]])
            if ring is not None:
                ax.plot(points[ring, column], points[ring, row], "o", mfc="none", mec="black", mew=2, ms=12, clip_on=False)
            if row == n - 1:
                ax.set_xlabel(names[column])
            if column == 0:
                ax.set_ylabel(names[row])
    if plane is not None:
        ax = figure.add_subplot(axes[0, 0].get_gridspec()[0, 1:])
        lettered(ax, points @ plane.T, labels, centroids @ plane.T)
        ax.set(title="the best plane", aspect="equal", adjustable="datalim")
        ax.spines[["top", "right"]].set_visible(False)
    return figure


def lettered(ax, points, labels, centroids):
    """Draw points (M, 2), and a letter at each centroid (K, 2)."""
    scatter(ax, points, labels)
    for k, centroid in enumerate(centroids):
        ax.plot(*centroid, "o", mfc="white", mec="black", ms=11)
        ax.text(*centroid, letter(k), ha="center", va="center_baseline", fontsize=7.5)


@own_look()
def curves(points, labels, seen, n):
    """Two columns of the points, and two curves over columns of noise. seen: {columns: (ARI, farthest / nearest)}."""
    figure, (ax, *both) = blank(7, 2.7, 1, 3)
    scatter(ax, points, labels)
    ax.set(title=f"{n} columns of noise", xlabel="column 1", ylabel="column 3", aspect="equal", adjustable="datalim")
    columns = sorted(seen)
    for i, (ax, name) in enumerate(zip(both, ("ARI", "farthest / nearest"), strict=True)):
        ax.plot(columns, [seen[c][i] for c in columns], ".-", color="#3f90da")
        ax.plot(n, seen[n][i], "o", mfc="none", mec="#bd1f01", mew=2, ms=11)
        ax.set(title=name, xlabel="columns of noise", ylim=(0, None))
    return figure


def triptych(original, reduced):
    """One image (2 x height, width, 3): the original, the same in K colours, and the palette. A pixel is drawn as 2 x 2."""
    original, image = (one.repeat(2, axis=0).repeat(2, axis=1) for one in (original, reduced.image))
    high = len(original)
    gap = np.full((high, 8, 3), 255, dtype=np.uint8)
    palette = reduced.palette.round().astype(np.uint8)
    stripe = palette[np.arange(high) * len(palette) // high]
    return np.hstack([original, gap, image, gap, np.repeat(stripe[:, None], 40, axis=1)])


@own_look()
def montage(images, columns):
    """Images in black and white (height, width) in rows, numbered from 0."""
    figure, axes = blank(0.65 * columns, 0.8 * -(-len(images) // columns), -(-len(images) // columns), columns, squeeze=False)
    for ax in axes.flat:
        ax.axis("off")
    for i, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image, cmap="gray_r")
        ax.set_title(i, fontsize=8, pad=2)
    return figure


@own_look()
def dots(plate, *labellings):
    """The plate, and the plate in black and grey for each labelling: (title, labels of 0 and 1)."""
    figure, axes = side_by_side(["the plate", *(title for title, _ in labellings)], 1.8, 2)
    tones = np.array([(0.12, 0.12, 0.12), (0.84, 0.84, 0.84)])
    colourings = [plate.colours, *(tones[np.asarray(labels, dtype=int)] for _, labels in labellings)]
    for ax, colours in zip(axes, colourings, strict=True):
        circles = [Circle(centre, radius) for centre, radius in zip(plate.centres, plate.radii, strict=True)]
        ax.add_collection(PatchCollection(circles, facecolors=colours))
        ax.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal")
        ax.axis("off")
    return figure
