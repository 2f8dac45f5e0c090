"""What a panel draws on: one figure with the picture, its canvas, and the one animation."""

import itertools
import time

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from kmeans_teach.panel.canvas import Clock, LiveCanvas
from kmeans_teach.picture import RASTER_FROM, Picture
from kmeans_teach.pixels import DARK, LIGHT, own_look, small_png

DPI = 100
WIDEST, NARROWEST, SMALL_BELOW = 860, 280, 600  # CSS pixels
HIGH, LOWEST, BESIDES = 0.63, 200, 300  # a share of the width; CSS pixels; those that the window needs for all else
LEFT, BOTTOM, RIGHT, TOP = 54, 44, 12, 30  # of the Axes, for the labels and the title: CSS pixels at zoom 1
# seconds: from a half-step to the next, from a picture to the next; else nothing glides
GLIDE, FRAME, SHORTEST = 0.4, 1 / 30, 0.1


class LivePicture(Picture):
    """A picture that is laid out by a stage, and not before: it takes time to find the sizes of labels."""

    round_limits, hold_view = True, True


CALM = (
    1 / 6
)  # seconds from a half-step to the next, from which on a run that fades its points has three flashes a second at most


class Stage:
    """Shows a `Player` and ticks for it. `tick()` is called for each frame while it plays.

    The figure is at most `widest` CSS pixels wide. If it is wider than WIDEST, everything in it is `zoom` times as large.
    """

    @own_look()
    def __init__(self, model, tick, widest=WIDEST, **axes_options):
        self.widest = widest
        self.figure = Figure(figsize=(8.6, 5.4), dpi=DPI)
        self.picture = LivePicture.of(model, figure=self.figure, **axes_options)
        self.picture.hold_view = False
        self.picture.ax.set_navigate(False)  # the toolbar, which is hidden, would tell the page of each move of the mouse
        self._centroids = self.picture.flat(model.centroids)
        self._arrange(WIDEST, round(HIGH * WIDEST))
        self.canvas = LiveCanvas(self.figure, moving=lambda: self.picture.artists, background=lambda: self.picture.background)
        self.pace = 0.5  # seconds from a half-step to the next
        self.clock = Clock(self.pace, self.canvas.ready)
        self._tick, self._ticking, self._running = tick, False, False
        self._glide = None  # the step to which the picture is on its way, when it began, and how many seconds it takes
        # one animation for the panel's life, which never ends by itself: each frame draws the step under the cursor
        # (after an animation without repeat has ended, pause() would raise an error: matplotlib issue 30622)
        self.animation = FuncAnimation(
            self.figure, self._frame, itertools.count, init_func=list, cache_frame_data=False, event_source=self.clock
        )
        self.canvas.draw()  # the first draw starts an animation; nothing must move before a person asks
        self.animation.pause()
        self.playing, self.closed = False, False
        self.dark, self.motion = False, True  # is the page dark? May things move between two half-steps?

    def _frame(self, _):
        self._ticking = True
        try:
            if self._glide is not None:
                self._draw_glide()
            else:
                self._tick()
        finally:
            self._ticking = False

    def _draw_glide(self):
        """Draw the picture as far as it is on its way by now: where a page or a kernel is slow, there are fewer of them."""
        step, began, seconds = self._glide
        share = min(1.0, (time.monotonic() - began) / seconds)
        self.picture.show(step, share)
        if share == 1:
            self._end_glide(self.pace - seconds)

    def _resume(self):
        self.animation.resume()
        self._running = self.clock.running
        return self._running

    def _end_glide(self, wait):
        self._glide, self.clock.period = None, wait
        if self._running and not self.playing:
            self.animation.pause()
            self._running = False

    def set_model(self, model, **axes_options):
        """Draw the points, K and names of another run from now on."""
        self.picture.set_points(model.points, len(model.centroids), include=model.centroids, **axes_options)

    def show(self, player, glide=False):
        """Draw the step under the player's cursor; with `glide`, glide there from the one before. Returns the `places`."""
        step, seconds = player.step, min(GLIDE, 0.8 * self.pace)
        few = len(player.model.points) < RASTER_FROM or step.phase == "update"  # dots do not change colour little by little
        if glide and few and self.motion and self.canvas.connected and seconds >= SHORTEST:
            self._resume()
            self._glide, self.clock.period = (step, time.monotonic(), seconds), FRAME
        if self._glide is None or self._glide[0] is not step:
            self._end_glide(self.pace)
        self._centroids = self.picture.flat(step.centroids)
        if self._glide is None:
            self.picture.show(step)
        else:
            self._draw_glide()
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
        note = self.figure.text(0.99, 0.98, "a picture: run this cell\nto play it", animated=True, **at)
        kept, renderer = self.canvas.kept, self.canvas.get_renderer()
        kept.draw(self.picture.background)  # quicker than to save the figure, which would draw all of it
        note.draw(renderer)
        note.remove()
        pixels = np.array(renderer.buffer_rgba())
        kept.draw(self.picture.background)
        return small_png(pixels)

    def set_speed(self, steps_a_second):
        self.pace = 1 / steps_a_second
        self.picture.fades = not (self.playing and self.pace < CALM)
        if self._glide is None:
            self.clock.period = self.pace

    def play(self):
        if not self.closed:
            self.playing = self._resume()
            self.picture.fades = self.pace >= CALM

    def pause(self):
        """Stop playing. A picture that is on its way to a half-step arrives there."""
        self.playing, self.picture.fades = False, True
        if self._glide is None:
            self._end_glide(self.pace)

    def fit_page(self, width, ratio, height=0, dark=False, still=False):
        """Use the width of the page and the height of the window (CSS pixels; 0: unknown), and the pixels that the screen has
        for each of them. Is the page dark, and should nothing move between two half-steps? Returns the `places`.
        """
        self.motion = not still
        width = max(NARROWEST, min(width - 8, self.widest))  # ipywidgets puts a margin of 2 px around each box
        high = round(min(HIGH * width, max(LOWEST, height - BESIDES) if height else np.inf))
        if (width, high, ratio, dark) != (self.width, self.high, self.ratio, self.dark) and not self.closed:
            if dark != self.dark:
                self.dark = dark
                self.picture.set_theme(DARK if dark else LIGHT)
            self.canvas.handle_set_device_pixel_ratio({"device_pixel_ratio": ratio})
            self._arrange(width, high, ratio)
            self.canvas.manager.resize(*self.canvas.get_width_height(physical=True))
            self.canvas.draw_idle()
        return self.places

    def _arrange(self, width, high, ratio=1):
        """Lay out the figure for a width and a height in CSS pixels. Labels keep their size, and fit."""
        self.width, self.high, self.ratio, self.zoom = width, high, ratio, max(1, width / WIDEST)
        whole = np.array([width, high]) / self.zoom  # from here on the unit is `zoom` CSS pixels
        self.figure.set_size_inches(*whole / DPI, forward=False)
        self.figure.dpi = DPI * self.zoom * ratio
        axes = np.array([[LEFT, BOTTOM], whole - (LEFT + RIGHT, BOTTOM + TOP)]) / whole
        self.picture.arrange(axes.ravel())
        self.picture.resize(float(np.clip(whole[0] / SMALL_BELOW, 0.6, 1)))

    def pixels_to(self, event, xy):
        """The distance of each row of xy (rows, 2), in the drawn features, from a mouse event: CSS pixels at zoom 1."""
        pixels = self.picture.ax.transData.transform(xy)
        return np.hypot(*(pixels - (event.x, event.y)).T) * DPI / self.figure.dpi

    def close(self):
        if not self.closed:
            self.playing, self.closed = False, True
            self._end_glide(self.pace)
            self.canvas.close()
