"""The picture of one half-step. Its artists are made once; `show(step)` moves them. It never uses pyplot's state."""

import re

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure, SubFigure

from kmeans_teach.inputs import as_table, check_columns, check_k, short
from kmeans_teach.kmeans import KMeansND, Step, assign_points
from kmeans_teach.narrate import letter, title
from kmeans_teach.pixels import Raster, cluster_artists, colour, fit_labels, own_look

PAD = 0.05  # empty space around the points, as a share of their range; the original post has the same
MOST_UNLIKE = 10  # if one range is more than this many times the other, equal scales would show a line instead of a plane
RASTER_FROM = 8_000  # with this many points or more, each point is a few pixels instead of a marker: see the benchmarks
RINGS_TO = 2_000  # with more changed points than this, rings around them would hide everything


class Picture:
    """The points and centroids of one half-step, drawn in one Axes.

    Parameters
    ----------
    points : (M, N) array_like
        One feature is drawn on a line (the height only keeps the points apart). Two or more are drawn as a plane.
    k : int
        The number of clusters, 1 <= k <= M.
    columns : (int, int), optional
        Which two features to draw, when there are more than two; the first two that vary by default.
    names : sequence of str, optional
        N names for the axes, drawn as they are written. A long one is shortened in the middle.
    include : (K, N) array_like, optional
        Other positions that must be visible, for example a start outside the points.
    figure : matplotlib.figure.Figure, optional
        The figure to draw in; a new one by default. `picture.figure` and `picture.ax` are plain matplotlib.

    Notes
    -----
    The scales are equal where both features carry the same unit in brackets, as in "wing (mm)", for x and y, and for features
    without names: then distances look as long as they are to K-means. They are not equal where the units are unknown or
    differ, or where one range is more than ten times the other. A note below the picture says so.

    The picture looks the same under any style or setting of matplotlib. Only its fonts are those of the settings.

    Raises
    ------
    ValueError, TypeError
        When `KMeansND` would not accept the points or k, or when a column does not exist.
    """

    @own_look()
    def __init__(self, points, k, *, columns=None, names=None, include=None, figure=None):
        self.figure = figure or FigureCanvasAgg(Figure(figsize=(6.4, 4.8))).figure
        self.figure.set_facecolor("white")  # a figure made under a dark style would hide the labels
        if not (isinstance(figure, SubFigure) or self.figure.axes):
            self.figure.set_layout_engine("none")  # an engine is slower than the drawing itself
        self._wanted, self._room = (0.11, 0.115, 0.875, 0.81), ((0, 0), (1, 1))
        self.ax = self.figure.add_axes(self._wanted)
        self.ax.set_axisbelow(True)
        self.ax.grid(alpha=0.25, linewidth=0.6)
        self.ax.tick_params(labelsize=10)  # otherwise the size in matplotlib's settings decides on the number of ticks
        self.ax.spines[["top", "right"]].set_visible(False)
        self.title = self.ax.text(0.01, 1.02, "", transform=self.ax.transAxes, fontsize=11, fontweight="bold")
        below = {"xycoords": ("axes fraction", self.ax.xaxis.label), "xytext": (0, -3), "textcoords": "offset points"}
        self.note = self.ax.annotate("", (1, 0), **below, fontsize=8, ha="right", va="top", annotation_clip=False)
        self.ax.yaxis.get_offset_text().set_ha("right")  # otherwise it lies under the title
        for label in self.ax.xaxis.label, self.ax.yaxis.label:
            label.set_parse_math(False)  # "Ke$$a" is a name
        self.regions, self.spokes = False, False  # colour the regions? draw a line from each point to its centroid?
        self.selected, self.ringed_point = None, None  # the index of a centroid and of a point to highlight, or None
        self.scale, self.xy = 1.0, np.empty((0, 2))
        self.round_limits = False  # are the limits round numbers? Then they seldom move when the points move a little
        self._view = None  # all that the limits and the place of the Axes were computed from
        self._area = self.ax.imshow(np.zeros((1, 1, 4)), zorder=0, aspect="auto", interpolation="nearest", origin="lower")
        self._links = self.ax.plot([], [], "-", color="0.4", alpha=0.4, linewidth=0.5, zorder=1)[0]
        self._raster = self.ax.add_artist(Raster())
        self._point_ring = self.ax.plot([], [], "o", mfc="none", mec="#d6006c", ms=18, mew=3, zorder=6.5)[0]
        self._rings = self.ax.plot([], [], "o", mfc="none", mec="black", mew=0.6, alpha=0.6, zorder=3)[0]
        self._trail = self.ax.plot([], [], "-", color="black", linewidth=1.6, zorder=4)[0]
        self._from = self.ax.plot([], [], "o", mfc="white", mec="black", ms=6, zorder=4)[0]
        self._clusters = []  # for each cluster its members, its disc and its letter
        self.set_points(points, k, columns=columns, names=names, include=include)

    @classmethod
    def of(cls, model: KMeansND, **options) -> "Picture":
        """A picture of a model's run. `options` are those of `Picture`: columns, names, figure."""
        return cls(model.points, len(model.centroids), include=model.centroids, **options)

    def set_points(self, points, k, *, columns=None, names=None, include=None):
        """Draw other points from now on. The view depends on them alone, and not on what was shown before."""
        points, include = as_table(points, "points"), None if include is None else as_table(include, "include")
        (m, n), k, columns = points.shape, check_k(k, len(points)), check_columns(columns, points)
        names = names if names is None else list(names)
        if names is not None and len(names) != n:
            raise ValueError(f"names must be one for each of {n} features, got {short(names)}")
        self.points, self.k, self.columns = points, k, columns
        xy = self.flat(points)
        if n == 1 and m > 60:  # these heights keep neighbours apart, and the same points always get the same heights
            xy[:, 1] = (np.arange(m) * 0.6180339887498949) % 1 - 0.5
        if not np.array_equal(xy, self.xy):  # otherwise the array stays, because the raster has computed its pixels already
            self.xy = xy
        drawn = [f"feature {i}" if n > 2 else "xy"[i] for i in columns] if names is None else [names[i] for i in columns]
        drawn = [" ".join(str(name).split())[:200] for name in drawn]
        units = [re.findall(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]$", name) for name in drawn]
        self._same_unit = n > 1 and (names is None or {*drawn} == {"x", "y"} or units[0] == units[1] != [])
        self._names = drawn if n > 1 else [*drawn, ""]
        self._notes = [f"{m:,} points, each a dot of its cluster's colour; shapes left out"] if m >= RASTER_FROM else []
        self._notes += [f"2 of {n} features drawn; distances use all"] if n > 2 else []
        self.ax.get_yaxis().set_visible(n > 1)
        self.ax.spines["left"].set_visible(n > 1)
        for k in range(len(self._clusters), self.k):
            self._clusters.append(cluster_artists(self.ax, k, letter(k)))
        self.resize(self.scale)
        self._include = self.flat(include) if include is not None else self.xy[:0]
        self.set_view()

    def resize(self, scale):
        """Scale the markers and the title; 1 is for the default figure size."""
        self.scale, m = scale, len(self.points)
        size = scale * (7 if m <= 150 else 5.5 if m <= 600 else 4.5 if m <= 2000 else 3)
        for k, (members, disc, name) in enumerate(self._clusters):
            members.set_markersize(size)
            disc.set_markersize(17 * scale)
            name.set_markersize((8 if k < 26 else 11) * scale)
        self._rings.set_markersize(size + 4 * scale)
        self.title.set_fontsize(11 * (scale + 1) / 2)

    def flat(self, table):
        """The two drawn coordinates (rows, 2) of a table of points or centroids."""
        if table.shape[1] == 1:
            return np.column_stack([table[:, 0], np.zeros(len(table))])
        return np.ascontiguousarray(table[:, self.columns])

    def arrange(self, wanted, room=((0, 0), (1, 1))):
        """Put the Axes at `wanted` (left, bottom, width, height: shares of the figure). They become smaller if the labels and
        the note would leave the `room`, which is given by two of its corners.
        """
        self._wanted, self._room = tuple(wanted), tuple(map(tuple, room))
        self.set_view()

    def set_view(self):
        """Set the limits to the range of the points and 5 % more, and make room for the labels."""
        shown = np.vstack([self.xy, self._include])
        low, high = shown.min(axis=0), shown.max(axis=0)
        if len(self.columns) == 1:
            low[1], high[1] = -1.5, 1.5
        wide = np.where(high > low, high - low, 1.0)
        self.equal = self._same_unit and ((high == low).any() or wide.max() <= MOST_UNLIKE * wide.min())
        low, high = low - PAD * wide, high + PAD * wide
        if self.round_limits:
            step = 2.0 ** np.floor(np.log2(wide) - 4)
            low, high = np.floor(low / step) * step, np.ceil(high / step) * step
        notes = self._notes + ["the axes have different scales"] * (len(self.columns) == 2 and not self.equal)
        figure = self.figure.bbox.bounds, self.figure.dpi, self._wanted, self._room
        view = (*low, *high, self.equal, self._names, notes, figure)
        if view == self._view:  # to find the sizes of labels takes time
            return
        self._view = view
        self.ax.set_aspect("equal" if self.equal else "auto")
        self.ax.set_position(self._wanted)
        for first in True, False:  # the limits twice, because the labels may make the Axes smaller
            wide, box, extra = high - low, self.ax.bbox.size, 0
            if self.equal:  # widen the narrower side instead of shrinking the Axes
                extra = np.maximum(wide, wide[::-1] * box / box[::-1]) - wide
            (left, bottom), (right, top) = low - extra / 2, high + extra / 2
            self.ax.set(xlim=(left, right), ylim=(bottom, top))
            if first:
                fit_labels(self.ax, self.note, self._names, notes, self._room)

    @property
    def background(self):
        """This value changes whenever something in the background changes."""
        labels = self.ax.get_xlabel(), self.ax.get_ylabel(), self.note.get_text()
        return (self.ax.get_xlim(), self.ax.get_ylim(), *labels, self.ax.get_position().bounds)

    @property
    def artists(self):
        """The artists that `show` moves, in drawing order. Everything else is background."""
        return [
            self._area, self._links, self._raster, *(members for members, *_ in self._clusters),
            self._rings, self._trail, self._from, *(artist for _, *pair in self._clusters for artist in pair),
            self._point_ring, self.title,
        ]  # fmt: skip

    def show(self, step: Step):
        """Move the artists to one half-step. Returns them, because FuncAnimation asks for them."""
        if step.labels.shape != self.points.shape[:1] or step.centroids.shape != (self.k, self.points.shape[1]):
            got = f"got a step of {len(step.labels)} points and centroids of shape {step.centroids.shape}"
            raise ValueError(f"the picture is of {len(self.points)} points and {self.k} centroids, {got}")
        self.step = step
        self.title.set_text(title(step))
        self._show_points(step)
        self._show_centroids(step)
        self._show_regions(step)
        return self.artists

    def _show_points(self, step):
        many = len(self.xy) >= RASTER_FROM
        self._raster.set_visible(many)
        if many:
            self._raster.show(self.xy, step.labels)
        for k, (members, *_) in enumerate(self._clusters):
            mine = self.xy[step.labels == k] if k < self.k and not many else self.xy[:0]
            members.set_data(mine[:, 0], mine[:, 1])
        changed = self.xy[:0]
        if step.phase == "assign" and step.before is not None and 0 < step.changed <= RINGS_TO and not many:
            changed = self.xy[step.labels != step.before.labels]
        self._rings.set_data(changed[:, 0], changed[:, 1])
        ringed = self.xy[:0] if self.ringed_point is None else self.xy[self.ringed_point : self.ringed_point + 1]
        self._point_ring.set_data(ringed[:, 0], ringed[:, 1])
        self._links.set_visible(self.spokes and not many)
        if self.spokes and not many:
            ends = np.stack([self.xy, self.flat(step.centroids)[step.labels], np.full_like(self.xy, np.nan)], axis=1)
            self._links.set_data(*ends.reshape(-1, 2).T)

    def _show_centroids(self, step):
        now = self.flat(step.centroids)
        for k, (_, disc, name) in enumerate(self._clusters):
            position = now[k : k + 1]  # none, for a letter that is not used now
            disc.set_data(position[:, 0], position[:, 1])
            name.set_data(position[:, 0], position[:, 1])
            disc.set_markeredgewidth(4 if k == self.selected else 1.5)
        old = self.flat(step.before.centroids) if step.phase == "update" and step.before is not None else now[:0]
        moved = np.flatnonzero((old != now[: len(old)]).any(axis=1))
        ends = np.stack([old[moved], now[moved], np.full((len(moved), 2), np.nan)], axis=1).reshape(-1, 2)
        self._trail.set_data(ends[:, 0], ends[:, 1])
        self._from.set_data(old[moved, 0], old[moved, 1])

    def _show_regions(self, step):
        """Colour the plane by the nearest centroid. With more than two features the drawn plane has no such regions."""
        visible = self.regions and self.points.shape[1] <= 2
        self._area.set_visible(visible)
        if not visible:
            return
        (x0, x1), (y0, y1) = self.ax.get_xlim(), self.ax.get_ylim()
        wide, high = 200, 1 if self.points.shape[1] == 1 else 150
        x, y = x0 + (x1 - x0) * (np.arange(wide) + 0.5) / wide, y0 + (y1 - y0) * (np.arange(high) + 0.5) / high
        grid = np.stack(np.meshgrid(x, y), axis=2).reshape(-1, 2)[:, : self.points.shape[1]]
        nearest = assign_points(grid, step.centroids).reshape(high, wide)
        tint = np.array([(*to_rgb(colour(k)), 0.25) for k in range(self.k)])
        self._area.set_data(tint[nearest])
        self._area.set_extent((x0, x1, y0, y1))
