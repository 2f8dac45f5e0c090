"""The two pictures of lesson 06 that change: `show` moves their artists, and everything else is drawn once."""

import numpy as np
from matplotlib.colors import LogNorm

from kmeans_teach.kmeans import KMeansND, assign_points
from kmeans_teach.lessons.charts import blank, ranks, strip
from kmeans_teach.lessons.starts import best_on_line, loss_surface, run_many
from kmeans_teach.narrate import number
from kmeans_teach.panel.setting import Setting
from kmeans_teach.pixels import KeptBackground, own_look


class MovingChart:
    """A figure in which only the artists in `self.moving` change. Everything else is drawn once."""

    _background, version = None, 0  # a new version draws everything again

    def pixels(self):
        """The picture as it is now: (height, width, 4) of uint8."""
        if self._background is None:
            with own_look():  # the layout engine finds every position once; from here on they are fixed
                self.figure.get_layout_engine().execute(self.figure)
            self.figure.set_layout_engine("none")
            self._background = KeptBackground(self.figure.canvas, lambda: self.moving)
        self._background.draw(self.version)
        return np.asarray(self.figure.canvas.buffer_rgba()).copy()


class Surface(MovingChart):
    """Inertia over (c1, c2) for points on a line, where each start ends, and one run that `show(c1, c2)` moves.

    places : G values of c1 and of c2; each pair of them is a start, so there are G x G starts.
    """

    @own_look()
    def __init__(self, points, places):
        self.points, self.places = points, np.asarray(places, dtype=float)
        low, high = self.places[0], self.places[-1]
        starts = np.stack(np.meshgrid(self.places, self.places), axis=-1).reshape(-1, 2, 1)
        self.ends, self.inertias = run_many(points, starts)
        self.best, self.least = best_on_line(points, 2)
        worse = self.ends[self.inertias > 1.001 * self.least, :, 0]
        self.others = np.unique(worse.round(6), axis=0)[:8]  # where other runs end; more than eight would not say more
        self.figure, axes = blank(6.8, 6, 2, 2, height_ratios=(4, 2.6))
        self.plane, self.map, self.stairs, self.cut = axes.flat
        for ax in self.plane, self.map:
            ax.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel="c1", ylabel="c2")
            ax.plot([low, high], [low, high], ":", color="0.5", linewidth=1)
            for pair in self.best[:, 0], self.best[::-1, 0]:
                ax.plot(*pair, "*", mfc="white", mec="black", ms=13, zorder=4)
            for pair in self.others:
                ax.plot(*pair, "D", mfc="white", mec="black", ms=6, zorder=4)
        self._draw_plane(loss_surface(points, self.places, self.places))
        self._draw_map()
        self.path = self.plane.plot([], [], "-", color="black", linewidth=1.6, marker="o", ms=6, mfc="white", zorder=5)[0]
        self.start = [ax.plot([], [], "X", color="#bd1f01", mec="white", ms=11, zorder=6)[0] for ax in (self.plane, self.map)]
        self.line = self.stairs.plot([], [], "-", color="0.6", linewidth=1)[0]
        self.updates = self.stairs.plot([], [], "s", color="#3f90da", label="after update")[0]
        self.assigns = self.stairs.plot([], [], "o", color="#ffa90e", mec="black", label="after assign")[0]
        heights = (0.8 * self.least, 2.5 * self.inertias.max())  # a start far away comes down from above
        self.stairs.set(xlim=(-0.5, 12.5), ylim=heights, xlabel="half-step", title="Inertia of this run")
        self._draw_cut()
        self.stairs.axhline(self.least, color="black", linewidth=0.8, linestyle="--", label="best of all")
        self.stairs.legend(loc="upper right", fontsize=8)
        self.moving = [self.path, *self.start, self.line, self.updates, self.assigns]
        self.show(low, high)

    def _draw_plane(self, surface):
        levels = np.geomspace(self.least * 1.1, surface.max(), 12)
        self.plane.contourf(self.places, self.places, surface, levels, cmap="Blues", norm=LogNorm(), extend="both")
        lines = self.plane.contour(self.places, self.places, surface, levels[::2], colors="0.35", linewidths=0.6)
        self.plane.clabel(lines, levels[::2][:3], fmt=number, fontsize=7, colors="black")  # readable on dark blue
        self.plane.set_title("Inertia at (c1, c2), and the path")

    def _draw_cut(self):
        """Inertia on the straight line from the best place to the nearest other end."""
        best, self.profile = self.best[:, 0], None
        self.cut.set(title="Straight from star to diamond", xlabel="c1", ylabel="inertia")
        if len(self.others):
            other = min(self.others, key=lambda end: np.hypot(*(end - best)))
            way = best + np.linspace(0, 1, 201)[:, None] * (other - best)
            self.profile = np.minimum(*((self.points - way[:, i]) ** 2 for i in (0, 1))).sum(axis=0)
            for labels in (assign_points(self.points, end[:, None]) for end in way[[0, -1]]):  # two bowls: nobody changes
                bowl = ((self.points.T - way[:, labels]) ** 2).sum(axis=1)
                self.cut.plot(way[:, 0], bowl, "--", color="0.6", lw=1)
            self.cut.plot(way[:, 0], self.profile, "-", color="black")
            self.cut.set_ylim(0.9 * self.least, 1.7 * self.profile.max())
            for end, mark in (0, "*"), (-1, "D"):
                self.cut.plot(way[end, 0], self.profile[end], mark, mfc="white", mec="black", ms=13 if mark == "*" else 6)

    def _draw_map(self):
        side = len(self.places)
        values = np.unique(self.inertias.round(6))
        which = np.searchsorted(values, self.inertias.round(6)).reshape(side, side)
        low, high = self.places[0], self.places[-1]
        self.map.imshow(which, origin="lower", extent=(low, high, low, high), cmap="YlOrRd", vmin=-0.3, vmax=len(values))
        x, y = np.meshgrid(self.places, self.places)
        for i, value in enumerate(values[:4]):
            mine = (which == i) & (y > x)  # above the diagonal; below it c1 and c2 are exchanged
            if mine.any():
                middle = np.hypot(x - x[mine].mean(), y - y[mine].mean()) + np.where(mine, 0, np.inf)
                at = np.unravel_index(middle.argmin(), middle.shape)
                self.map.text(x[at], y[at], number(value), ha="center", va="center", fontsize=9, fontweight="bold")
        self.map.set_title("Final inertia from each start")

    def show(self, c1, c2):
        """Draw the run that starts at (c1, c2). Returns its steps."""
        steps = list(KMeansND(self.points, [[c1], [c2]]).steps())
        stops = np.array([step.centroids[:, 0] for step in steps if step.phase != "assign"])
        self.path.set_data(stops[:, 0], stops[:, 1])
        for cross in self.start:
            cross.set_data([c1], [c2])
        heights = np.array([step.inertia for step in steps])
        self.line.set_data(np.arange(len(steps)), heights)
        for line, updates in (self.updates, True), (self.assigns, False):
            at = [i for i, step in enumerate(steps) if (step.phase == "update") is updates]
            line.set_data(at, heights[at])
        if len(steps) > self.stairs.get_xlim()[1]:  # this run is longer than all before
            self.stairs.set_xlim(-0.5, len(steps) + 4)
            self.version += 1
        return steps


class Strip(MovingChart):
    """A strip of final inertias, and beside it the end of one run. `show(i)` moves both."""

    @own_look()
    def __init__(self, results):
        self.results = list(results)
        self.figure, (self.ax, self.end) = blank(6.8, 2.9, 1, 2, width_ratios=(3, 2))
        self.values, self.heights = strip(self.ax, self.results)
        self.ax.set(xlabel="final inertia", ylim=(-0.4, 0.6), yticks=[], title=f"{len(self.results)} starts: each dot a run")
        self.ring = self.ax.plot([], [], "o", mfc="none", mec="#bd1f01", mew=2, ms=11)[0]
        self.points = Setting.parse(self.results[0].replay).points()
        if self.points.shape[1] != 2:
            raise ValueError(f"a strip shows runs in the plane, got points with {self.points.shape[1]} features")
        self.end.plot(*self.points.T, ".", color="0.6", ms=3)
        self.end.set(xlabel="x", ylabel="y", aspect="equal")
        self.centroids = self.end.plot([], [], "X", color="#bd1f01", mec="white", ms=11)[0]
        self.moving = [self.ring, self.centroids, self.end.title]
        self.show(ranks(self.results)["worst"])

    def show(self, i):
        """Ring the dot of run i, and draw the centroids at its end. Returns its replay string."""
        self.ring.set_data([self.values[i]], [self.heights[i]])
        replay = self.results[i].replay
        run = KMeansND(self.points, Setting.parse(replay).centroids(self.points)).fit()
        self.centroids.set_data(*run.centroids.T)
        self.end.set_title(f"inertia {number(run.inertia)} after {run.iteration} updates", fontsize=10)
        return replay

    def run_near(self, x, y):
        """The run whose dot is nearest to these pixels of the figure, or None if they lie outside the strip."""
        if not self.ax.bbox.contains(x, y):
            return None
        dots = self.ax.transData.transform(np.column_stack([self.values, self.heights]))
        return int(((dots - (x, y)) ** 2).sum(axis=1).argmin())
