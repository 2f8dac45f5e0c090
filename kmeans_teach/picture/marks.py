"""The centroids as small marks with letters beside them, the regions around them, and the points that an assign changed."""

import math
from functools import cache

import numpy as np
from matplotlib.artist import Artist, allow_rasterization
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform

from kmeans_teach.narrate import letter
from kmeans_teach.pixels import COLOURS, SHAPES, colour, edge, letter_path, shape

DISC, LETTER = 7.5, 10.0  # the width of a disc and the size of a letter, in points (1/72 inch); smaller for many clusters
SMALLEST = 8.7  # points: a letter of the panel has at least 12 CSS pixels, however many there are

# places for a letter around its disc, the best first: above it, then around it, then farther and farther away
TURNS = np.pi / 6 * np.array([0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6])
WAYS = np.array([(r * math.sin(turn), r * math.cos(turn)) for r in (11, 16, 22, 30, 40, 52) for turn in TURNS])


def cells(centroids, low, high):
    """The exact region of each centroid (K, 2) in the box between two corners: the corners of a polygon, or none.

    It begins as the whole box. Each other centroid cuts off the half of the plane that is nearer to it.
    """
    for k, (x, y) in enumerate(centroids.tolist()):
        away = centroids - centroids[k]
        far = np.hypot(*away.T)
        polygon = [(low[0] - x, low[1] - y), (high[0] - x, low[1] - y), (high[0] - x, high[1] - y), (low[0] - x, high[1] - y)]
        for j in np.argsort(far, kind="stable").tolist():
            if j == k or not polygon or (far[j] == 0 and j > k):  # of two at one place, the first has the points
                continue
            if far[j] > 2 * max(math.hypot(*corner) for corner in polygon):
                break  # this one and all that are farther away are too far to cut
            (a, b), half = (away[j] / (far[j] or 1)).tolist(), far[j] / 2
            beyond = [a * p + b * q - half for p, q in polygon] if far[j] else [1.0] * len(polygon)
            kept = []
            for (p, q), s, (u, v), t in zip(polygon, beyond, polygon[1:] + polygon[:1], beyond[1:] + beyond[:1], strict=True):
                if s <= 0:
                    kept.append((p, q))
                if s < 0 < t or t < 0 < s:
                    kept.append((p + (u - p) * s / (s - t), q + (v - q) * s / (s - t)))
            polygon = kept
        yield np.array(polygon).reshape(-1, 2) + (x, y)


def crowd(points, low, high):
    """A table to look up how many points lie in a box, as fast for many points as for few: see `places_for_letters`."""
    size = ((high - low) // 3 + 2).astype(int)  # squares of 3 by 3
    column, row = ((points - low) // 3).astype(int).clip(0, size - 1).T
    counts = np.bincount(column * size[1] + row, minlength=size.prod()).reshape(size)
    return np.pad(counts.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0))) / len(points)


def places_for_letters(discs, low, high, table, wide=9.0):
    """Where the letters of the discs (K, 2) go: beside the discs, on no other letter, if possible on no disc and on few points.

    All is in units of about a point (1/72 inch), inside the box from low to high. A letter is `wide` units wide.
    """
    room, ways = np.array([wide + 1, 11.0]), discs[:, None] + WAYS  # (K, W, 2)
    least, most = (ways - room / 2 - low) // 3, (ways + room / 2 - low) // 3 + 1  # in squares of the table
    last = np.array(table.shape) - 1
    (left, down), (right, up) = (np.moveaxis(corner.astype(int).clip(0, last), 2, 0) for corner in (least, most))
    crowded = table[right, up] - table[left, up] - table[right, down] + table[left, down]
    cost = np.arange(len(WAYS)) / 12.0 + 4 * len(discs) * crowded
    cost += 1000.0 * ((ways < low + room / 2) | (ways > high - room / 2)).any(axis=2)
    for x, y in discs:
        cost += 10.0 * ((np.abs(ways[..., 0] - x) < (room[0] + DISC) / 2) & (np.abs(ways[..., 1] - y) < (room[1] + DISC) / 2))
    placed = discs.copy()
    for k in range(len(discs)):
        cost[k] += 100.0 * (np.abs(ways[k][:, None] - placed[:k]) < room).all(axis=2).sum(axis=1)
        placed[k] = ways[k, cost[k].argmin()]
    return placed


@cache
def marker_path(k):
    """The shape of the points of cluster k, one point wide."""
    style = MarkerStyle(shape(k))
    return style.get_path().transformed(style.get_transform())


class Marks(Artist):
    """A disc for each centroid, and its letter beside it. `show` moves them; positions are found while they are drawn."""

    def __init__(self):
        super().__init__()
        self.set_zorder(5)
        self.xy, self.scale, self.selected, self.page, self.ink = np.empty((0, 2)), 1.0, None, "white", "black"
        self._letters, self.points, self._view = [], self.xy, None  # points (M, 2): the letters leave them free where they can
        self._beside = {}  # for centroids, as bytes, where their letters are, seen from them

    def show(self, xy, old=None, share=1.0):
        """Put the centroids at xy (K, 2): a share of the way from their old places to the new ones."""
        self._old, self._new, self._share = xy if old is None else old, xy, share
        self.xy = self._old + (xy - self._old) * share if share < 1 else xy
        self.stale = True

    def places(self, dot):
        """Where the discs and the letters are, in pixels (K, 2), if a point has `dot` pixels."""
        low, high = np.array(self.axes.bbox.extents).reshape(2, 2) / dot
        pixels, wide = self.axes.transData.transform, 9.0 if len(self.xy) <= 26 else 17.0
        discs, ends = pixels(self.xy), [self._new] if self._share >= 1 else [self._old, self._new]
        view = (*low, *high, id(self.points), *self.axes.viewLim.extents)
        if view != self._view or len(self._beside) > 100:
            self._view, self._crowd, self._beside = view, crowd(pixels(self.points) / dot, low, high), {}
        for xy in ends:
            if xy.tobytes() not in self._beside:
                at = pixels(xy) / dot
                self._beside[xy.tobytes()] = places_for_letters(at, low, high, self._crowd, wide) - at
        first, last = self._beside[ends[0].tobytes()], self._beside[ends[-1].tobytes()]
        return discs, discs + dot * (first + (last - first) * self._share)

    @allow_rasterization
    def draw(self, renderer):
        if not self.get_visible() or not len(self.xy):
            return
        dot = renderer.points_to_pixels(self.scale) * (1 if len(self.xy) <= 8 else 0.82 if len(self.xy) <= 16 else 0.76)
        unit = max(dot, renderer.points_to_pixels(SMALLEST / LETTER))
        discs, letters = self.places(unit)
        self._letters += [letter_path(letter(k), prop={"weight": "bold"}) for k in range(len(self._letters), len(discs))]
        gc = renderer.new_gc()
        gc.set_clip_rectangle(self.axes.bbox)
        gc.set_joinstyle("round")

        for disc, name in zip(discs, letters, strict=True):  # a line to each letter that is not beside its disc
            if math.dist(disc, name) > 14 * unit:
                gc.set_foreground(self.ink)
                gc.set_linewidth(0.7 * dot)
                renderer.draw_path(gc, Path([disc, name]), IdentityTransform())
        circle, size = Path.unit_circle(), DISC / (2 if len(discs) <= 8 else 2.4) * dot
        gc.set_foreground(self.ink)
        for k, disc in enumerate(discs):
            gc.set_linewidth((3.2 if k == self.selected else 1.3) * dot)
            renderer.draw_path(gc, circle, Affine2D().scale(size).translate(*disc), to_rgb(colour(k)))
        paths = zip(self._letters, letters, strict=False)
        ends = np.concatenate([path.vertices * (LETTER / 10 * unit) + at for path, at in paths])
        names = Path(ends, np.concatenate([path.codes for path in self._letters[: len(letters)]]))
        for page, width in (self.page, 2), (self.ink, 0):  # all letters at once; behind them, all their edges
            gc.set_foreground(page)
            gc.set_linewidth(width * dot)
            renderer.draw_path(gc, names, IdentityTransform(), to_rgb(page))
        gc.restore()
        self.stale = False


class ChangedPoints(PathCollection):
    """Points that changed cluster: filled in the colour of the new one, with an edge in the colour of the old one."""

    def __init__(self, axes):
        super().__init__([], offsets=np.empty((0, 2)), offset_transform=axes.transData, zorder=3)
        self.page = "white"
        self.set_transform(IdentityTransform())

    def show(self, xy, old, new, size, share=1.0):
        """Draw points at xy (rows, 2), a share of the way from their old clusters to the new ones, given by numbers."""
        table = np.array([to_rgb(c) for c in COLOURS])
        olds, news = table[old % len(COLOURS)], table[new % len(COLOURS)]
        edges = np.array([edge(k, self.page) for k in range(len(COLOURS))])[old % len(COLOURS)]
        shapes = [marker_path(k % len(SHAPES)) for k in (new if share >= 0.5 else old).tolist()]
        # first all edges, then all fills: in a crowd, what a point is now lies above what its neighbours were
        self.set_offsets(np.concatenate([xy, xy]))
        self.set_paths(shapes + shapes)
        self.set(facecolors=np.concatenate([edges, olds + (news - olds) * share]), edgecolors=edges, sizes=[size**2])
        self.set_linewidths(np.repeat([0.4 * size, 0], len(xy)))
