"""Everything on the main thread, and one panel for each notebook cell.

JupyterLab sends what widgets say over a subshell, whose thread would change a control in the middle of the panel setting it:
now and then the end of a drag was lost. A control's value that still waits is replaced by a newer one, so that a drag queues
up no work. Only public names of `comm` are used; tests/panel/test_main_thread.py holds each of them to what is assumed here.
"""

import asyncio
import sys
from collections import deque
from contextlib import closing
from contextvars import copy_context
from functools import partial
from threading import Lock

from IPython import get_ipython


def running_loop():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None  # a plain script or test: nothing ticks by itself there


def in_slices(generator, after=0.0):
    """Run a generator bit by bit while the kernel is idle, to begin `after` so many seconds; where no loop runs, to its end at
    once. Returns the task, or None.
    """
    loop = running_loop()
    if loop is None:
        for _ in generator:
            pass
        return None

    async def slices():
        with closing(generator):  # a cancelled task lets its generator tidy up at once
            await asyncio.sleep(after)
            for _ in generator:
                await asyncio.sleep(0.001)  # so that what a person does comes in between

    return loop.create_task(slices())


def cancel(*tasks):
    """Stop what `in_slices` began and returned."""
    for task in tasks:
        if task is not None:
            task.cancel()


def replaces(new, old):
    """Whether a message says all that an older one said of a widget's state."""
    new, old = new["content"]["data"], old["content"]["data"]
    return new["method"] == old["method"] == "update" and old["state"].keys() <= new["state"].keys()


class Inbox:
    """`on_main(function)` calls a function on the main thread: at once if this is it, else soon."""

    def __init__(self, on_main):
        self._on_main, self._lock, self._waiting = on_main, Lock(), deque()

    def watch(self, widget):
        """Have the messages of a widget, and of those within it, handled on the main thread."""
        for child in getattr(widget, "children", ()):
            self.watch(child)
        if widget.comm is not None:
            widget.comm.handle_msg = partial(self._arrive, widget.comm.handle_msg)

    def _arrive(self, handle, message):
        # its context says which message the browser is answered to
        entry = handle, message, copy_context()
        with self._lock:
            if self._waiting and self._waiting[-1][0] == handle and replaces(message, self._waiting[-1][1]):
                self._waiting.pop()
            self._waiting.append(entry)
        self._on_main(self._next)

    def _next(self):
        with self._lock:
            if not self._waiting:  # a newer message took the place of an older one
                return
            handle, message, context = self._waiting.popleft()
        context.run(handle, message)


_open = {}  # the panel of each cell


def cell_of_caller(depth: int):
    """What names the notebook cell that is running: the front end's id of it, or else the line of code `depth` calls up."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    caller = sys._getframe(depth + 1)
    return parent.get("metadata", {}).get("cellId") or (caller.f_code.co_filename, caller.f_lineno)


def take_over(cell, panel):
    """Let `panel` be the cell's own, and close the one before."""
    if cell in _open:
        _open[cell].close()
    _open[cell] = panel


def let_go(panel):
    """Forget a panel that closes."""
    for cell in [cell for cell, other in _open.items() if other is panel]:
        del _open[cell]
