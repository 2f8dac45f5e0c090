"""Everything on the main thread, work in small pieces, and widgets that are closed when their notebook cell runs again.

JupyterLab sends the browser's messages over a subshell, which is another thread. That thread would change a control while the
panel sets it: now and then the last value of a drag was lost. So each message waits for the main thread. If a newer value of
the same control arrives meanwhile, it replaces the older one, so a drag queues up no work. Until a drag rests, only the picture
follows it: to show anything else takes the page as long.

The code uses only public names of `comm`. tests/panel/test_main_thread.py checks what it assumes of each of them.
"""

import asyncio
import sys
import threading
import time
from collections import deque
from contextlib import ExitStack, closing
from contextvars import copy_context
from functools import partial
from weakref import WeakSet

from IPython import get_ipython

REST = 0.15  # seconds without a message, after which a drag rests


def running_loop():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None  # a plain script or a test: nothing plays by itself there


def in_slices(generator, after=0.0):
    """Run a generator in small pieces while the kernel is idle, `after` seconds from now. Returns the task.

    The generator may yield often: others have their turn every hundredth of a second. Where no event loop runs, run it to its
    end now, and return None.
    """
    loop = running_loop()
    if loop is None:
        for _ in generator:
            pass
        return None

    async def slices():
        with closing(generator):  # at once, where the loop itself ends the task
            await asyncio.sleep(after)
            until = time.monotonic() + 0.01
            for _ in generator:  # one that was stopped meanwhile has nothing more
                if time.monotonic() > until:
                    await asyncio.sleep(0.001)  # so that a person's clicks are handled between two pieces
                    until = time.monotonic() + 0.01

    task = loop.create_task(slices())
    task.work = generator
    return task


def stop(*tasks):
    """End the work of tasks that `in_slices` returned, at once. None is allowed.

    A task then finds its generator closed, and returns. It is not cancelled: in a browser, that may show an error in the cell.
    """
    for task in tasks:
        if task is not None and not task.work.gi_running:  # a learner's function may close the panel that calls it
            task.work.close()


def replaces(new, old):
    """Whether a message about a widget's state sets everything that an older one sets, or both tell where the mouse is."""
    new, old = new["content"]["data"], old["content"]["data"]
    if new["method"] == old["method"] == "custom":
        return new["content"].get("type") == old["content"].get("type") == "motion_notify"
    return new["method"] == old["method"] == "update" and old["state"].keys() <= new["state"].keys()


class MainThread:
    """The thread and the event loop (`loop`, or None) on which this object was made."""

    def __init__(self):
        self.loop, self._thread = running_loop(), threading.get_ident()
        self._lock, self._waiting = threading.Lock(), deque()
        self.held, self._holds = (), ExitStack()  # held: widgets that tell the page nothing during a drag
        self._dragged, self._rest = None, None  # the last message of a drag, and a timer until it rests

    def call(self, function, *args):
        """Call a function on the main thread: now if this is the main thread, otherwise soon."""
        if threading.get_ident() == self._thread or self.loop is None:
            function(*args)
        else:
            self.loop.call_soon_threadsafe(function, *args)

    def watch(self, widget):
        """From now on, handle the browser's messages to a widget, and to the widgets inside it, on the main thread."""
        for child in getattr(widget, "children", ()):
            self.watch(child)
        if widget.comm is not None:
            widget.comm.handle_msg = partial(self._arrive, widget.comm.handle_msg)

    def _arrive(self, handle, message):
        paced = (message["content"]["data"].get("content") or {}).get("paced")  # the page counts its pictures: see canvas.js
        with self._lock:
            if not paced and self._waiting and self._waiting[-1][0] == handle and replaces(message, self._waiting[-1][1]):
                self._waiting.pop()
            # the context, because ipykernel keeps there which message it answers
            self._waiting.append((handle, message, copy_context()))
        self.call(self._next)

    def _next(self):
        with self._lock:
            if not self._waiting:  # a newer message replaced an older one, so there is one message less than calls
                return
            handle, message, context = self._waiting.popleft()
        self._hold(handle, message)
        context.run(handle, message)

    def _hold(self, handle, message):
        data = message["content"]["data"]
        content = data.get("content") or {}
        if content.get("type") == "draw" or self.loop is None:
            return
        if self._rest is not None and handle == self._dragged[0] and replaces(message, self._dragged[1]):
            self._rest.cancel()
        else:
            self.rest()
            if data["method"] != "update" and not content.get("buttons"):
                return
            for widget in self.held:
                self._holds.enter_context(widget.hold_sync())
        self._dragged, self._rest = (handle, message), self.loop.call_later(REST, self.rest)

    def rest(self):
        """Let the held widgets tell the page what has changed."""
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
            self._holds.close()


_made = {}  # for each notebook cell: its last execution, and the widgets that took the cell over in it


def take_over(widget):
    """Call this when `widget` is made: it closes the widgets that an earlier execution of the same notebook cell made.

    Widgets of the same execution stay: a cell may show two side by side. Where cells have no id, the line of code counts as the
    cell. In a script nothing runs again, so all widgets stay.
    """
    shell = get_ipython()
    shell = shell if hasattr(shell, "get_parent") else getattr(shell, "kernel", None)  # in the browser, the kernel knows
    parent = shell.get_parent() if shell is not None else {}
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("kmeans_teach."):
        frame = frame.f_back
    cell = parent.get("metadata", {}).get("cellId") or (frame.f_code.co_filename, frame.f_lineno)
    execution = parent.get("header", {}).get("msg_id")
    before, widgets = _made.get(cell, (execution, WeakSet()))
    if execution != before:
        for old in list(widgets):
            old.close()
        widgets = WeakSet()
    widgets.add(widget)
    _made[cell] = execution, widgets
