"""What a panel draws on: one figure with the picture and the inertia curve, its canvas, and the one animation."""

import itertools

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kmeans_teach.panel.canvas import Clock, LiveCanvas
from kmeans_teach.picture import Picture
from kmeans_teach.pixels import own_look, small_png

BLOCK = 40  # half-steps: the axis grows by this much at once, because then the whole background is drawn again


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
        self._ring = ax.plot([], [], "o", ms=9, mfc="none", mec="#bd1f01", mew=2)[0]
        self.artists = self._line, self._updates, self._ring

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
        self._ring.set_data([cursor], [share[cursor]])


DPI = 100
WIDEST, NARROWEST, SIDE_BY_SIDE_FROM = 760, 280, 600  # CSS pixels


class Stage:
    """Shows a `Player` and ticks for it. `tick()` is called for each frame while it plays.

    The figure is at most `widest` CSS pixels wide. If it is wider than WIDEST, everything in it is `zoom` times as large.
    """

    @own_look()
    def __init__(self, model, tick, widest=WIDEST, **axes_options):
        self.widest = widest
        self.figure = Figure(figsize=(7.6, 3.8), dpi=DPI)
        self.picture = Picture.of(model, figure=self.figure, **axes_options)
        self.picture.round_limits = True
        self._centroids = self.picture.flat(model.centroids)
        self.curve = InertiaCurve(self.figure.add_axes((0, 0, 1, 1)))
        self._arrange(WIDEST)
        self.canvas = LiveCanvas(
            self.figure,
            moving=lambda: [*self.picture.artists, *self.curve.artists],
            background=lambda: (self.picture.background, self.curve.ax.get_xlim()),
        )
        self.clock = Clock(0.5, self.canvas.ready)
        self._tick, self._ticking = tick, False
        # one animation for the panel's life, which never ends by itself: each frame draws the step under the cursor
        # (after an animation without repeat has ended, pause() would raise an error: matplotlib issue 30622)
        self.animation = FuncAnimation(
            self.figure, self._frame, itertools.count, init_func=list, cache_frame_data=False, event_source=self.clock
        )
        self.canvas.draw()  # the first draw starts an animation; nothing must move before a person asks
        self.animation.pause()
        self.playing, self.closed = False, False

    def _frame(self, _):
        self._ticking = True
        try:
            self._tick()
        finally:
            self._ticking = False

    def set_model(self, model, **axes_options):
        """Draw the points, K and names of another run from now on."""
        self.picture.set_points(model.points, len(model.centroids), include=model.centroids, **axes_options)

    def show(self, player):
        """Draw the step under the player's cursor, and the inertia up to the last step that was seen. Returns the `places`."""
        self.picture.show(player.step)
        self._centroids = self.picture.flat(player.step.centroids)
        self.curve.show(player.steps[: player.farthest + 1], player.cursor)
        places = self.places
        if not self._ticking:  # an animation has the canvas drawn after each of its frames
            self.canvas.draw_idle()
        return places

    @property
    def places(self):
        """Where the centroids are, as shares of the width and height of the figure from its lower left."""
        return (self.picture.ax.transData.transform(self._centroids) / self.figure.bbox.size).tolist()

    @own_look()
    def still(self):
        """A PNG of what is shown now, and in a free corner a sentence for those who cannot play it."""
        at = {"ha": "right", "va": "top", "fontsize": 9, "color": "0.35"}
        note = self.figure.text(0.99, 0.98, "a picture: run this cell\nto play it", **at)
        try:
            return small_png(self.figure)
        finally:
            note.remove()

    def set_speed(self, steps_a_second):
        self.clock.period = 1 / steps_a_second

    def play(self):
        if not self.closed:
            self.animation.resume()
            self.playing = self.clock.running

    def pause(self):
        if self.playing:
            self.animation.pause()
            self.playing = False

    def fit_page(self, width, ratio):
        """Use the width of the page (CSS pixels), and the pixels that its screen has for each of them.

        The curve is beside the picture, or below it where the page is narrow. Returns the `places`.
        """
        width = max(NARROWEST, min(width - 8, self.widest))  # ipywidgets puts a margin of 2 px around each box
        if (width, ratio) != (self.width, self.ratio) and not self.closed:
            self.canvas.handle_set_device_pixel_ratio({"device_pixel_ratio": ratio})
            self._arrange(width, ratio)
            self.canvas.manager.resize(*self.canvas.get_width_height(physical=True))
            self.canvas.draw_idle()
        return self.places

    def _arrange(self, width, ratio=1):
        """Lay out the figure for a width in CSS pixels. Labels keep their size, and fit."""
        self.width, self.ratio, self.zoom = width, ratio, max(1, width / WIDEST)
        width /= self.zoom  # from here on the unit is `zoom` CSS pixels
        beside = width >= SIDE_BY_SIDE_FROM
        # left, bottom, width and height of both Axes: 62 for the labels at the left, 50 below, 15 at the right, 30 on top
        if beside:
            high = 0.5 * width - 80
            picture, curve = (62, 50, width - 322, high), (width - 195, 50, 180, 0.5 * high)
        else:
            wide = width - 77
            picture, curve = (62, 220, wide, 0.78 * wide), (62, 50, wide, 95)
        height = picture[1] + picture[3] + 30
        self.figure.set_size_inches(width / DPI, height / DPI, forward=False)
        self.figure.dpi = DPI * self.zoom * ratio
        whole, (x, y, wide, high) = np.array([width, height]), picture
        self.curve.ax.set_position(np.divide(curve, [*whole, *whole]))
        self.picture.arrange(np.divide(picture, [*whole, *whole]), [(x - 62, y - 50), (x + wide + 15, y + high + 30)] / whole)
        self.picture.resize(1 if beside else 0.75)

    def pixels_to(self, event, xy):
        """The distance of each row of xy (rows, 2), in the drawn features, from a mouse event: CSS pixels at zoom 1."""
        pixels = self.picture.ax.transData.transform(xy)
        return np.hypot(*(pixels - (event.x, event.y)).T) * DPI / self.figure.dpi

    def close(self):
        if not self.closed:
            self.pause()
            self.closed = True
            self.canvas.close()
