"""A canvas in the notebook that is quick to draw again, and the clock that drives it.

ipympl's canvas draws the whole figure for each frame. Here the background is drawn once and kept. Only one frame at a time is
on its way to the browser: ipympl sends the differences between frames, and loses some when a second frame overtakes the first.

The code uses only public names of ipympl and matplotlib. tests/panel/test_canvas.py checks what it assumes of each of them.
"""

import asyncio
import time
from collections.abc import Callable

import numpy as np
from ipympl.backend_nbagg import Canvas, FigureManager

from kmeans_teach.panel.main_thread import MainThread, cancel, running_loop
from kmeans_teach.pixels import KeptBackground, png

LOST_AFTER = 1.0  # seconds: if the browser has not answered by then, a new frame is sent. A hidden tab does not answer


class Clock:
    """The event source of an animation: an asyncio timer with a steady period. It waits until the last picture has arrived.

    matplotlib's own timers run only where a front end is, and begin each period after the frame's work is done.
    """

    interval = None  # TimedAnimation sets it again and again; this clock uses `period` instead

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
        cancel(self._task)
        self._task = None

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
    """ipympl's canvas with a kept background. `moving()` returns the artists that move; `background()` returns a value that
    changes when anything else does. `rescaled()` is called when the page moves to a screen with other pixels.
    """

    def __init__(self, figure, moving: Callable = list, background: Callable = int, rescaled: Callable = int):
        self.main_thread = MainThread()
        self._background, self._rescaled, self._shown = background, rescaled, None
        self._arrived = asyncio.Event()
        self._arrived.set()
        self._sent_at, self._wanted = 0.0, False  # wanted: a frame after the one that is on its way
        super().__init__(figure)
        self.kept = KeptBackground(self, moving)
        FigureManager(self, 0)  # sets itself as self.manager
        self.mpl_disconnect(self.manager.key_press_handler_id)  # matplotlib's keys would close the figure on q
        self.header_visible = self.footer_visible = self.toolbar_visible = self.resizable = False

    # ---- drawing

    def draw(self):
        """Draw what moves over the kept background, and show it in the browser."""
        self.kept.draw(self._background())
        if self.connected:
            self.blit()

    def get_diff_image(self):
        """The PNG that turns what the browser shows into what is drawn: made faster than ipympl's own, and little larger."""
        drawn = np.asarray(self.get_renderer().buffer_rgba())
        now = drawn.view(np.uint32)[:, :, 0]  # each pixel as one number
        whole = self._shown is None or self._shown.shape != now.shape
        self.set_image_mode("full" if whole else "diff")
        sent = drawn if whole else np.where(now != self._shown, now, 0).view(np.uint8).reshape(drawn.shape)
        self._shown = now.copy()
        return png(sent)

    # ---- one frame at a time

    @property
    def connected(self):
        """Whether a browser shows the canvas. A picture that is sent earlier would leave the canvas blank for ever."""
        return not self.syncing_data_url

    def draw_idle(self):
        """Send the newest state to the browser: now, or when the frame that is on its way has arrived."""
        if not self.connected:
            return
        self._wanted = not self._arrived.is_set() and time.monotonic() - self._sent_at <= LOST_AFTER
        if not self._wanted:
            self._arrived.clear()
            self._sent_at = time.monotonic()
            self.draw()
            self.send_event("draw")  # the browser answers in order, so its answer means that the frame has arrived

    def handle_draw(self, event):
        """The browser asks for a picture, or reports that the last one has arrived."""
        asked = self._arrived.is_set()
        self._arrived.set()
        if asked or self._wanted:
            self.draw_idle()

    def handle_refresh(self, event):
        self._arrived.set()  # a page that was loaded again never answers for the frame before
        self._shown = None
        self.send_state("resizable")  # a page that was loaded again assumes True, and draws a handle in the corner
        super().handle_refresh(event)

    def handle_set_device_pixel_ratio(self, event):
        super().handle_set_device_pixel_ratio(event)
        self._rescaled()

    async def ready(self):
        """Wait until the frame that is on its way has arrived, or counts as lost."""
        try:
            await asyncio.wait_for(self._arrived.wait(), LOST_AFTER)
        except TimeoutError:
            self._arrived.set()

    def handle_event(self, event):
        """JupyterLab's messages may come on another thread; matplotlib must run on one thread only."""
        self.main_thread.call(super().handle_event, event)

    def close(self):
        """Free the figure's widgets. Twice is fine."""
        toolbar = self.toolbar
        if toolbar is not None:
            toolbar.layout.close()
            toolbar.close()
        self.layout.close()
        self.callbacks.process("close_event", None)  # the animation frees its timer
        super().close()
