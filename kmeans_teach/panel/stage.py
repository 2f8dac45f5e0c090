"""What a panel draws on: one figure with the picture and the inertia curve, its canvas, and the one animation."""

import itertools

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kmeans_teach.panel.canvas import Clock, LiveCanvas
from kmeans_teach.picture import Picture

BLOCK = 40  # the axis grows by so many half-steps at a time: between, nothing of it must be drawn anew


class InertiaCurve:
    """`show(steps, cursor)` draws the inertia of the recorded steps, as a share of the start's (it never rises)."""

    def __init__(self, ax):
        self.ax = ax
        ax.set(xlim=(-0.8, BLOCK), ylim=(-5, 112))
        ax.set_title("inertia, % of the start", fontsize=9, loc="left")
        ax.set_xlabel("half-step", fontsize=9)
        ax.tick_params(labelsize=8)
        ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.spines[["top", "right"]].set_visible(False)
        self._line = ax.plot([], [], "-", color="0.45", linewidth=1.2)[0]
        self._updates = ax.plot([], [], "o", ms=3.5, color="0.15")[0]
        self._mark = ax.plot([], [], "o", ms=9, mfc="none", mec="#bd1f01", mew=2)[0]

    @property
    def artists(self):
        return [self._line, self._updates, self._mark]

    @property
    def background(self):
        return self.ax.get_xlim()

    def show(self, steps, cursor):
        inertias = np.array([step.inertia for step in steps])
        share = 100 * inertias / inertias[0] if inertias[0] > 0 else np.full(len(steps), 100.0)
        at = np.arange(len(steps))
        wide = BLOCK * -(-len(steps) // BLOCK)
        if self.ax.get_xlim() != (-0.8, wide):
            self.ax.set_xlim(-0.8, wide)
        self._line.set_data(at, share)
        updates = [i for i, step in enumerate(steps) if step.phase == "update"]
        self._updates.set_data(at[updates], share[updates])
        self._mark.set_data([cursor], [share[cursor]])


DPI = 100
WIDEST, NARROWEST, SIDE_BY_SIDE_FROM = 760, 280, 600  # CSS pixels


class Stage:
    """Shows a `Player` and ticks for it. `tick()` is called at each beat of the animation while it plays.

    The figure is at most `widest` CSS pixels wide. Where that is more than WIDEST, everything in it grows: `zoom` times.
    """

    def __init__(self, model, tick, widest=WIDEST, **look):
        self.widest = widest
        self.figure = Figure(figsize=(7.6, 3.8), dpi=DPI)
        self.picture = Picture.of(model, figure=self.figure, **look)
        self.curve = InertiaCurve(self.figure.add_axes((0, 0, 1, 1)))
        self._arrange(WIDEST)
        self.canvas = LiveCanvas(
            self.figure,
            moving=lambda: [*self.picture.artists, *self.curve.artists],
            background=lambda: (self.picture.background, self.curve.background),
            rescaled=lambda: self._arrange(self.width),
        )
        self.clock = Clock(0.5, self.canvas.ready)
        self._tick, self._ticking = tick, False
        # one animation for the panel's life, over an endless tick: a frame draws wherever the cursor is, and the run's end
        # is not the animation's (after a run without repeat, pause() would raise: matplotlib issue 30622)
        self.animation = FuncAnimation(
            self.figure, self._frame, itertools.count, init_func=list, cache_frame_data=False, event_source=self.clock
        )
        self.canvas.draw()  # the first draw starts an animation; nothing moves before a person asks
        self.animation.pause()
        self.closed = False

    def _frame(self, _):
        self._ticking = True
        try:
            self._tick()
        finally:
            self._ticking = False

    def look_at(self, model, **look):
        """Take another run's points, K and names."""
        self.picture.set_points(model.points, len(model.centroids), include=model.centroids, **look)

    def show(self, player):
        self.picture.show(player.step)
        self.curve.show(player.steps[: player.farthest + 1], player.cursor)  # what is to come stays hidden
        if not self._ticking:  # an animation has the canvas drawn after each of its frames
            self.canvas.draw_idle()

    @property
    def playing(self):
        return self.clock.running

    @property
    def live(self):
        """Whether an event loop runs, as in a kernel: without one nothing plays by itself."""
        return self.canvas.main_thread.loop is not None

    def pace(self, steps_a_second):
        self.clock.period = 1 / steps_a_second

    def play(self):
        if not self.closed:
            self.animation.resume()

    def pause(self):
        if not self.closed:
            self.animation.pause()

    def fit(self, width):
        """Use the room of the page: the curve beside the picture, or below where the page is narrow."""
        width = max(NARROWEST, min(width - 8, self.widest))  # ipywidgets puts a margin of 2 px around each box
        if width != self.width and not self.closed:
            self._arrange(width)
            self.canvas.manager.resize(*self.canvas.get_width_height(physical=True))
            self.picture.set_view(keep=True)
            self.canvas.draw_idle()

    def _arrange(self, width):
        """Lay out the figure for a width, in CSS pixels, so that labels keep their size and fit."""
        self.width, self.zoom = width, max(1, width / WIDEST)
        width /= self.zoom  # what follows is in units of so many CSS pixels
        wide = width - 62 - 15  # of the Axes, between the labels at the left and the margin
        beside = width >= SIDE_BY_SIDE_FROM
        high = 0.5 * width - 80 if beside else 0.78 * wide
        low = 0 if beside else 170  # room for the curve below
        height = 30 + high + 50 + low
        ratio = self.canvas.device_pixel_ratio if hasattr(self, "canvas") else 1
        self.figure.set_size_inches(width / DPI, height / DPI, forward=False)
        self.figure.dpi = DPI * self.zoom * ratio

        def place(ax, left, bottom, right, top):
            ax.set_position((left / width, bottom / height, (right - left) / width, (top - bottom) / height))

        if beside:
            place(self.picture.ax, 62, 50, width - 260, 50 + high)
            place(self.curve.ax, width - 195, 50, width - 15, 50 + 0.5 * high)  # on the picture's own baseline
        else:
            place(self.picture.ax, 62, low + 50, width - 15, low + 50 + high)
            place(self.curve.ax, 62, 50, width - 15, low - 25)
        self.picture.scale = 1 if beside else 0.75

    def away(self, xy, event):
        """How far each row of xy, in the drawn features, is from a mouse event: in CSS pixels, at zoom 1."""
        pixels = self.picture.ax.transData.transform(xy)
        return np.hypot(*(pixels - (event.x, event.y)).T) * DPI / self.figure.dpi

    def close(self):
        if not self.closed:
            self.pause()
            self.closed = True
            self.canvas.close()
