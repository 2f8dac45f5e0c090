"""A canvas in the notebook that is cheap to redraw, and the clock that drives it.

ipympl's canvas draws everything anew for each frame: axes, ticks and text cost most of it. Here they are drawn once and kept
as a background; a frame puts the background back and draws only what moves. One frame at a time is on its way to the
browser: ipympl sends differences between frames, and loses some when a second one overtakes the first.

Only public names of ipympl and matplotlib are used; tests/panel/test_canvas.py holds each of them to what is assumed here.
"""

import asyncio
import threading
import time
from collections.abc import Callable

import numpy as np
from ipympl.backend_nbagg import Canvas, FigureManager
from matplotlib.backends.backend_agg import FigureCanvasAgg

from kmeans_teach.panel.main_thread import running_loop
from kmeans_teach.pixels import png

LOST_AFTER = 1.0  # seconds without an answer after which the browser is asked again: a hidden tab does not answer


class Clock:
    """The event source of an animation: an asyncio timer with a steady period, that waits for the picture before to arrive.

    matplotlib's own timers run only where a front end is, and begin each period after the frame's work is done.
    """

    interval = None  # TimedAnimation sets it again and again; the period is ours

    def __init__(self, period: float, ready: Callable):
        self.period, self.ready = period, ready  # seconds; `await ready()` returns when a new picture may be sent
        self._callbacks, self._task = [], None

    def add_callback(self, function, *args, **kwargs):
        self._callbacks.append((function, args, kwargs))
        return function

    def remove_callback(self, function, *args, **kwargs):
        self._callbacks = [entry for entry in self._callbacks if entry[0] != function]

    @property
    def running(self):
        return self._task is not None

    def start(self):
        loop = running_loop()
        if self._task is None and loop is not None:
            self._task = loop.create_task(self._run())

    def stop(self):
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def tick(self):
        for function, args, kwargs in list(self._callbacks):
            function(*args, **kwargs)

    async def _run(self):
        me, due = self._task, time.monotonic()
        while self._task is me:
            due = max(due + self.period, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            await self.ready()
            if self._task is me:
                self.tick()


class LiveCanvas(Canvas):
    """ipympl's canvas with a kept background. `moving` lists the artists drawn on it; `background` is a value that
    changes when anything else does. `rescaled()` is called when the page moves to a screen of other pixels.
    """

    def __init__(self, figure, moving: Callable = list, background: Callable = int, rescaled: Callable = int):
        self.loop, self._thread = running_loop(), threading.get_ident()
        self._moving, self._background, self._rescaled = moving, background, rescaled
        self._kept = self._kept_for = self._shown = None
        self._arrived = asyncio.Event()
        self._arrived.set()
        self._sent_at, self._wanted = 0.0, False
        super().__init__(figure)
        FigureManager(self, 0)  # sets itself as self.manager
        self.mpl_disconnect(self.manager.key_press_handler_id)  # matplotlib's keys would close the figure on q
        self.header_visible = self.footer_visible = self.toolbar_visible = self.resizable = False
        self.mpl_connect("draw_event", self._keep)

    # ---- drawing

    def draw(self):
        """Draw what moves over the kept background, or everything where there is none that fits; show it in the browser."""
        background = (self._background(), tuple(self.figure.bbox.bounds), self.figure.dpi)
        for artist in self._moving():
            artist.set_animated(True)  # so that a full draw leaves it out
        if self._kept is None or self._kept_for != background:
            self._kept_for = background
            FigureCanvasAgg.draw(self)
        else:
            self.restore_region(self._kept)
            self._draw_moving()
        if self.connected:
            self.blit()

    def _keep(self, event):
        if not self.is_saving():
            self._kept = self.copy_from_bbox(self.figure.bbox)
            self._draw_moving()

    def _draw_moving(self):
        renderer = self.get_renderer()
        for artist in self._moving():
            if artist.get_visible():
                artist.draw(renderer)

    def get_diff_image(self):
        """The PNG that turns what the browser shows into what is drawn: quicker made than ipympl's own, and little larger."""
        drawn = np.asarray(self.get_renderer().buffer_rgba())
        now = drawn.view(np.uint32)[:, :, 0]  # a pixel as one number
        whole = self._shown is None or self._shown.shape != now.shape
        self.set_image_mode("full" if whole else "diff")
        sent = drawn if whole else np.where(now != self._shown, now, 0).view(np.uint8).reshape(drawn.shape)
        self._shown = now.copy()
        return png(sent)

    # ---- one frame at a time

    @property
    def connected(self):
        """Whether a browser shows the canvas. What is sent earlier would leave it blank for good."""
        return not self.syncing_data_url

    def draw_idle(self):
        """Bring the newest state to the browser: at once, or as soon as the frame under way has arrived."""
        if not self.connected:
            return
        if self._arrived.is_set() or time.monotonic() - self._sent_at > LOST_AFTER:
            self._wanted = False
            self._arrived.clear()
            self._sent_at = time.monotonic()
            self.draw()
            self.send_event("draw")  # the browser answers in order, so its answer means that the frame has arrived
        else:
            self._wanted = True

    def handle_draw(self, event):
        """The browser asks for a picture, or tells that the last one has arrived."""
        asked = self._arrived.is_set()
        self._arrived.set()
        if asked or self._wanted:
            self.draw_idle()

    def handle_refresh(self, event):
        self._arrived.set()  # a page that was loaded anew never answers for the one before it
        self._shown = None
        self.send_state("resizable")  # a page that is loaded anew takes it for true, and draws a handle in the corner
        super().handle_refresh(event)

    def handle_set_device_pixel_ratio(self, event):
        super().handle_set_device_pixel_ratio(event)
        self._rescaled()

    async def ready(self):
        """Wait until the frame under way has arrived, or must be taken for lost."""
        try:
            await asyncio.wait_for(self._arrived.wait(), LOST_AFTER)
        except TimeoutError:
            self._arrived.set()

    # ---- one thread

    def handle_event(self, event):
        """JupyterLab's messages may come on another thread (a subshell); matplotlib is not thread-safe."""
        self.on_main(super().handle_event, event)

    def on_main(self, function, *args):
        """Call at once on the main thread, or have it called there soon."""
        if threading.get_ident() == self._thread or self.loop is None:
            return function(*args)
        self.loop.call_soon_threadsafe(function, *args)
        return None

    def close(self):
        """Free the figure's widgets. Twice is fine."""
        toolbar = self.toolbar
        if toolbar is not None:
            toolbar.layout.close()
            toolbar.close()
        self.layout.close()
        self.callbacks.process("close_event", None)  # the animation lets go of its timer
        super().close()
