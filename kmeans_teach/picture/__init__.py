"""The picture of one half-step. Its artists are made once; `show(step)` moves them. It never uses pyplot's state."""

import re

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure, SubFigure

from kmeans_teach.inputs import as_table, check_columns, check_k, short
from kmeans_teach.kmeans import KMeansND, Step
from kmeans_teach.narrate import title
from kmeans_teach.picture.marks import ChangedPoints, Marks, cells
from kmeans_teach.picture.view import View
from kmeans_teach.pixels import LIGHT, KeptText, Raster, apart, colour, own_look, shape

RASTER_FROM = 8_000  # with this many points or more, each point is a few pixels instead of a marker: see the benchmarks
EDGES_TO = 2_000  # if more points changed than this, edges in their old colours would only hide the new ones
OLD_COLOUR = "fill: now; edge: before"


class Picture(View):
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
    regions, spokes : bool, optional
        Colour the region of each centroid? Draw a line from each point to its centroid? Both can be changed later.

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
    def __init__(self, points, k, *, columns=None, names=None, include=None, figure=None, regions=False, spokes=False):
        self.figure = figure or FigureCanvasAgg(Figure(figsize=(6.4, 4.8))).figure
        if not (isinstance(figure, SubFigure) or self.figure.axes):
            self.figure.set_layout_engine("none")  # an engine is slower than the drawing itself
        self._wanted, self._room = (0.11, 0.115, 0.875, 0.81), ((0, 0), (1, 1))
        self.ax = self.figure.add_axes(self._wanted)
        self.ax.set_axisbelow(True)
        self.ax.tick_params(labelsize=10, length=0)  # otherwise the size in the settings decides on the number of ticks
        self.ax.spines[:].set_visible(False)
        above = {"transform": self.ax.transAxes, "clip_on": False}
        self.title = self.ax.add_artist(KeptText(0.01, 1.02, "", fontsize=11, fontweight="bold", **above))
        self._key = self.ax.add_artist(KeptText(1, 1.02, "", fontsize=9, ha="right", **above))
        below = {"xycoords": ("axes fraction", self.ax.xaxis.label), "xytext": (0, -3), "textcoords": "offset points"}
        self.note = self.ax.annotate("", (1, 0), **below, fontsize=8.7, ha="right", va="top", annotation_clip=False)
        self.ax.yaxis.get_offset_text().set_ha("right")  # otherwise it lies under the title
        for label in self.ax.xaxis.label, self.ax.yaxis.label:
            label.set_parse_math(False)  # "Ke$$a" is a name
        self.regions, self.spokes = regions, spokes
        self.selected, self.ringed_point = None, None  # the index of a centroid and of a point to highlight, or None
        self.fades = True  # do points become pale where others matter more? In a fast run, that would flash
        self.name = ""  # in the title, where there are two pictures
        self.looked_at = None  # the index of a point whose K distances are drawn as lines, or None
        self.scale, self._size, self.xy = 1.0, 1.0, np.empty((0, 2))
        self._view = None  # all that the limits and the place of the Axes were computed from
        self._regions = self.ax.add_collection(PolyCollection([], zorder=0, linewidths=1), autolim=False)
        self._links = self.ax.plot([], [], "-", alpha=0.4, linewidth=0.5, zorder=1)[0]
        self._raster = self.ax.add_artist(Raster())
        self._changed = self.ax.add_collection(ChangedPoints(self.ax), autolim=False)
        self._trail = self.ax.plot([], [], "-", linewidth=1.3, zorder=4)[0]
        self._from = self.ax.plot([], [], "o", ms=5, mew=1, zorder=4)[0]
        self._marks = self.ax.add_artist(Marks())
        self._distances = self.ax.plot([], [], "-", linewidth=0.9, zorder=6.2)[0]
        self._shortest = self.ax.plot([], [], "-", linewidth=3, zorder=6.3)[0]
        self._point_ring = self.ax.plot([], [], "o", mfc="none", mec="#d6006c", ms=18, mew=3, zorder=6.5)[0]
        self._ringed = self.ax.plot([], [], "o", zorder=6.6)[0]
        self.cross = self.ax.plot([], [], "+", ms=22, mew=2, zorder=7)[0]  # where the keys are
        self._members = []  # for each cluster its points
        self.set_theme(LIGHT)
        self.set_points(points, k, columns=columns, names=names, include=include)

    @classmethod
    def of(cls, model: KMeansND, **options) -> "Picture":
        """A picture of a model's run. `options` are those of `Picture`: columns, names, figure, regions, spokes."""
        return cls(model.points, len(model.centroids), include=model.centroids, **options)

    def set_theme(self, theme):
        """Use the colours of LIGHT or DARK. The next `show` uses them, too."""
        self.theme, ax = theme, self.ax
        self.figure.set_facecolor(theme.page)  # also under a style of matplotlib that has another one
        ax.set_facecolor(theme.page)
        ax.grid(color=theme.grid, linewidth=0.8)
        ax.tick_params(labelcolor=theme.soft)
        labels = [part for axis in (ax.xaxis, ax.yaxis) for part in (axis.label, axis.get_offset_text())]
        for artist in *labels, self.note, self._key, self._links, self._distances:
            artist.set_color(theme.soft)
        for artist in self.title, self._trail, self.cross, self._shortest:
            artist.set_color(theme.ink)
        self._from.set(mfc=theme.page, mec=theme.ink)
        self._regions.set_edgecolor(theme.page)
        self.set_marks()
        self._ringed.set(mec=theme.ink)
        self._marks.page, self._marks.ink = theme.page, theme.ink

    def set_points(self, points, k, *, columns=None, names=None, include=None):
        """Draw other points from now on. The view depends on them alone, and not on what was shown before."""
        points, include = as_table(points, "points"), None if include is None else as_table(include, "include")
        (m, n), k, columns = points.shape, check_k(k, len(points)), check_columns(columns, points)
        names = names if names is None else list(names)
        if names is not None and len(names) != n:
            raise ValueError(f"names must be one for each of {n} features, got {short(names)}")
        self.points, self.k, self.columns = points, k, columns
        xy = self.flat(points)
        if n == 1 and m > 60:  # the same points always get the same heights
            xy[:, 1] = apart(m)
        if not np.array_equal(xy, self.xy):  # otherwise the array stays, because the raster has computed its pixels already
            self.xy = self._marks.points = xy
        drawn = [f"feature {i}" if n > 2 else "xy"[i] for i in columns] if names is None else [names[i] for i in columns]
        drawn = [" ".join(str(name).split())[:200] for name in drawn]
        units = [re.findall(r"[(\[]\s*([^()\[\]]+?)\s*[)\]]$", name) for name in drawn]
        self._same_unit = n > 1 and (names is None or {*drawn} == {"x", "y"} or units[0] == units[1] != [])
        self._names = drawn if n > 1 else [*drawn, ""]
        self._notes = [f"{m:,} points, each a dot of its cluster's colour; shapes left out"] if m >= RASTER_FROM else []
        self._notes += [f"2 of {n} features drawn; distances use all"] if n > 2 else []
        self.ax.get_yaxis().set_visible(n > 1)
        self._include = self.flat(include) if include is not None else self.xy[:0]
        if len(self._members) < self.k:
            with own_look():
                for k in range(len(self._members), self.k):
                    self._members += self.ax.plot([], [], shape(k), color=colour(k), zorder=2)
        self.resize(self.scale)
        self.set_view()

    def flat(self, table):
        """The two drawn coordinates (rows, 2) of a table of points or centroids."""
        if table.shape[1] == 1:
            return np.column_stack([table[:, 0], np.zeros(len(table))])
        return np.ascontiguousarray(table[:, self.columns])

    @property
    def artists(self):
        """The artists that `show` moves, in drawing order. Everything else is background."""
        below = self._regions, self._links, self._raster, *self._members, self._changed, self._trail, self._from
        above = self._marks, self._distances, self._shortest, self._point_ring, self._ringed, self.cross
        return [*below, *above, self.title, self._key]

    def show(self, step: Step, share=1.0):
        """Move the artists to one half-step. Returns them, because FuncAnimation asks for them.

        With a `share` below 1 the picture is on the way there from the half-step before: 0 looks like that one.
        """
        if step.labels.shape != self.points.shape[:1] or step.centroids.shape != (self.k, self.points.shape[1]):
            got = f"got a step of {len(step.labels)} points and centroids of shape {step.centroids.shape}"
            raise ValueError(f"the picture is of {len(self.points)} points and {self.k} centroids, {got}")
        self.step = step
        self._show_points(step, share)
        self._show_centroids(step, share)
        self._show_regions()
        artists = self.artists
        self.title.set_text(f"{self.name}: {title(step).partition(':')[0]}" if self.name else title(step))
        return artists

    def _show_points(self, step, share):
        many, before, faded = len(self.xy) >= RASTER_FROM, step.before, self.theme.faded if self.fades else 1
        changed = np.zeros(len(self.xy), dtype=bool)  # the points that stand out among the others
        if step.phase == "assign" and before is not None and step.changed > 0:
            changed = step.labels != before.labels
        edges = not many and step.changed <= EDGES_TO and changed.any()
        pale = 1 - share * (1 - faded) if changed.any() else 1
        if step.phase == "update" and before is not None and before.changed > 0:
            pale = faded + share * (1 - faded)
        self._raster.set_visible(many)
        if many:
            self._raster.show(self.xy, step.labels, ~changed, pale)
        for k, members in enumerate(self._members):
            mine = self.xy[(step.labels == k) & ~(changed & edges)] if k < self.k and not many else self.xy[:0]
            members.set_data(*mine.T)  # `set` takes as long for three values as all else here
            members.set_alpha(pale if edges or share < 1 else 1)
        which = np.flatnonzero(changed & edges)
        old, new = (before if len(which) else step).labels[which], step.labels[which]
        if len(which) or len(self._changed.get_offsets()):
            self._changed.show(self.xy[which], old, new, self._size + 1.5 * self.scale, share)
        self._key.set_text(OLD_COLOUR if edges else "")
        ringed = slice(0) if self.ringed_point is None else slice(self.ringed_point, self.ringed_point + 1)
        for artist in self._point_ring, self._ringed:
            artist.set_data(*self.xy[ringed].T)
        for label in step.labels[ringed]:
            self._ringed.set(marker=shape(label), mfc=colour(label))

    def _show_centroids(self, step, share):
        now = self.flat(step.centroids)
        old = self.flat(step.before.centroids) if step.phase == "update" and step.before is not None else None
        self._marks.selected = self.selected
        self._marks.show(now, old, share * share * (3 - 2 * share))  # slowly, quickly, slowly
        now, old = self._marks.xy, now[:0] if old is None else old
        moved = np.flatnonzero((old != now[: len(old)]).any(axis=1))
        ends = np.stack([old[moved], now[moved], np.full((len(moved), 2), np.nan)], axis=1).reshape(-1, 2)
        self._trail.set_data(ends[:, 0], ends[:, 1])
        self._from.set_data(old[moved, 0], old[moved, 1])
        self._show_distances(step, now)
        self._links.set_visible(self.spokes and len(self.xy) < RASTER_FROM)
        if self._links.get_visible():
            ends = np.stack([self.xy, now[step.labels], np.full_like(self.xy, np.nan)], axis=1)
            self._links.set_data(*ends.reshape(-1, 2).T)

    def _show_distances(self, step, now):
        """Draw the distances of a point as lines to the centroids; the shortest, in all features, is bold."""
        away, near = now[:0], now[:0]
        if self.looked_at is not None:
            here = self.xy[self.looked_at]
            away = np.stack([np.broadcast_to(here, now.shape), now, np.full_like(now, np.nan)], axis=1).reshape(-1, 2)
            near = np.array([here, now[((step.centroids - self.points[self.looked_at]) ** 2).sum(axis=1).argmin()]])
        self._distances.set_data(*away.T)
        self._shortest.set_data(*near.T)

    def _show_regions(self):
        """Colour the plane by the nearest centroid. With more than two features the drawn plane has no such regions."""
        visible = self.regions and self.points.shape[1] <= 2
        self._regions.set_visible(visible)
        if visible:
            low, high = np.array([self.ax.get_xlim(), self.ax.get_ylim()]).T.tolist()
            self._regions.set_verts(list(cells(self._marks.xy, low, high)))
            self._regions.set_facecolor([to_rgba(colour(k), 0.16) for k in range(self.k)])
