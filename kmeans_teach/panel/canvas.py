"""A canvas in the notebook that is quick to draw again, and the clock that drives it.

ipympl's canvas draws the whole figure for each frame. Here the background is drawn once and kept. ipympl sends only the pixels
that changed, and its page drops a frame that the next one overtakes: those pixels stay wrong. Here each frame is a whole
picture, so the last one is always enough. Few frames at a time are on their way to the browser: one, or three if it is quick.

The code uses only public names of ipympl and matplotlib. tests/panel/test_canvas.py checks what it assumes of each of them.
"""

import asyncio
import time
from collections.abc import Callable

import numpy as np
from ipympl.backend_nbagg import Canvas, FigureManager

from kmeans_teach.panel.main_thread import MainThread, running_loop
from kmeans_teach.pixels import KeptBackground, png

QUICK = 0.15  # seconds: a page that answers sooner is asked only at each third frame, because all messages take time
LOST_AFTER = 1.0  # seconds without an answer, after which a frame counts as arrived: a page that is closed never answers


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
        self._task = None  # the task sees it, and returns; see main_thread.stop

    def tick(self):
        for function, args, kwargs in list(self._callbacks):
            function(*args, **kwargs)

    async def _run(self):
        me, due = asyncio.current_task(), time.monotonic()
        while self._task is me:
            due = max(due + self.period, time.monotonic())
            await asyncio.sleep(due - time.monotonic())
            await self.ready()
            if self._task is me:
                self.tick()


class LiveCanvas(Canvas):
    """ipympl's canvas with a kept background. `moving()` returns the artists that move; `background()` returns a value that
    changes when anything else does.
    """

    def __init__(self, figure, moving: Callable = list, background: Callable = int):
        self.main_thread = MainThread()
        self._background = background
        self._arrived = asyncio.Event()
        self._arrived.set()
        self._wanted, self._lost = False, None  # wanted: a frame after those that are on their way; lost: a timer
        self._unasked, self._asked_at, self._quick = 0, 0.0, False  # frames since the last question
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
        """The whole picture as a PNG: made faster than ipympl's own, and than a difference."""
        return png(np.asarray(self.get_renderer().buffer_rgba()))

    # ---- a few frames at a time

    @property
    def connected(self):
        """Whether a browser shows the canvas. A picture that is sent earlier would leave the canvas blank for ever."""
        return not self.syncing_data_url

    def draw_idle(self):
        """Send the newest state to the browser: now, or when the frames that are on their way have arrived."""
        if not self.connected:
            return
        self._wanted = not self._arrived.is_set()
        if self._wanted:
            return
        self.draw()
        self._unasked += 1
        if self._unasked >= (3 if self._quick else 1):
            self._arrived.clear()
            self._unasked, self._asked_at = 0, time.monotonic()
            self.send_event("draw")  # the browser answers in order, so its answer means that the frames have arrived
            self._forget_lost()
            loop = running_loop()
            self._lost = loop and loop.call_later(LOST_AFTER, self.handle_draw, None)

    def _forget_lost(self):
        if self._lost:
            self._lost.cancel()

    def handle_draw(self, event):
        """The browser reports that the last frame has arrived. Where two pages show the canvas, the first answer counts."""
        if not self._arrived.is_set():
            self._quick = time.monotonic() - self._asked_at < QUICK
        self._arrived.set()
        if self._wanted:
            self.draw_idle()

    def handle_motion_notify(self, event):
        if event.get("paced"):  # the page has waited for pictures before it told this, so it need not be asked
            self._quick, self._unasked = True, 0
            self._arrived.set()
        super().handle_motion_notify(event)

    def handle_refresh(self, event):
        self._arrived.set()  # a page that was loaded again never answers for the frame before
        self.send_state("resizable")  # a page that was loaded again assumes True, and draws a handle in the corner
        super().handle_refresh(event)

    async def ready(self):
        """Wait until the frame that is on its way has arrived."""
        await self._arrived.wait()

    def handle_event(self, event):
        """JupyterLab's messages may come on another thread; matplotlib must run on one thread only."""
        # ipympl tells the ratio of pixels of each page that is loaded, used or not, but never a 1. access.js tells it instead
        if event["type"] not in ("set_device_pixel_ratio", "set_dpi_ratio"):
            self.main_thread.call(super().handle_event, event)

    def close(self):
        """Free the figure's widgets. Twice is fine."""
        self._forget_lost()
        self.main_thread.rest()
        self._arrived.set()  # so that nobody waits for a canvas that is closed
        toolbar = self.toolbar
        if toolbar is not None:
            toolbar.layout.close()
            toolbar.close()
        self.layout.close()
        self.callbacks.process("close_event", None)  # the animation frees its timer
        super().close()
