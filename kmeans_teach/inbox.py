"""Brings the browser's messages to the main thread, in order.

JupyterLab sends what widgets say over a subshell, whose thread would change a control in the middle of the panel setting it:
now and then the end of a drag was lost. A control's value that still waits is replaced by a newer one, so that a drag queues
up no work. Only public names of `comm` are used; tests/test_inbox.py holds each of them to what is assumed here.
"""

from collections import deque
from contextvars import copy_context
from functools import partial
from threading import Lock


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
