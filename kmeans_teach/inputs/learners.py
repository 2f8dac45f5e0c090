"""A learner's functions: how they are called, how long they may take, and what they may return."""

import signal
import sys
import threading
from time import perf_counter, thread_time

import numpy as np

from kmeans_teach.inputs import LARGEST, cut, name_of

TICK = 0.02  # seconds between two looks at the time


class TookTooLong(BaseException):
    """A learner's code took too long. It is no Exception, so that `except Exception` in a learner's loop does not catch it."""

    def __init__(self, raise_again=None):
        super().__init__()
        self.raise_again = raise_again

    def __del__(self):  # nobody holds the error any more: perhaps an `except:` in the learner's loop has caught it
        if self.raise_again:
            self.raise_again(sys._getframe().f_back)


def call_within(seconds, function, *arguments):
    """Call a function and return its value. TookTooLong ends it after `seconds` of work, or a little later if it only waits.

    A timer looks at the time: it ends loops, `sleep`, regular expressions, and all else that Interrupt would end. Where there
    is none (on Windows, in the browser, on another thread), a trace function looks at the time at each line of Python: it ends
    loops, but not `while True: pass` in one line and not a single long call. An `except:` of the learner catches the error
    once, and then it is raised again. The first import of a large library takes seconds, so imports do not count.
    """
    here, spent = sys._getframe(), 0.0
    wall, work = perf_counter(), thread_time()

    def look(frame):
        nonlocal spent, wall, work
        ours, importing = frame.f_code.co_filename == __file__, False  # our own lines must run in any case
        while frame is not None and frame is not here:
            importing = importing or frame.f_code.co_filename.startswith("<frozen importlib")
            frame = frame.f_back
        wall_before, work_before, wall, work = wall, work, perf_counter(), thread_time()
        if frame is here and not ours and not importing:
            # on a busy machine, the time that passes says little about the time that the function needs
            spent += max(work - work_before, 0.6 * (wall - wall_before))
            if spent > seconds:
                raise TookTooLong(raise_again)

    def tick(signum, frame):
        try:
            look(frame)
        except TookTooLong:
            if spent > seconds + 5 * TICK:  # the learner's code caught the first errors, and holds them
                raise_again(frame)
            raise

    def raise_again(frame):
        """Raise the error once more, at the next line of the learner's code."""
        while spent > seconds and frame is not None and frame is not here:
            frame.f_trace, frame = trace, frame.f_back
        if spent > seconds and frame is here:
            sys.settrace(trace)

    def trace(frame, event, _):
        # Python forgets a trace function that has raised an error; at the event "exception" it would be too early
        if event == "line" and (spent > seconds or perf_counter() - wall > TICK):
            look(frame)
        return trace

    tracing, main = sys.gettrace(), threading.current_thread() is threading.main_thread()
    timer = main and hasattr(signal, "setitimer") and sys.platform != "emscripten"  # in a browser, no signal comes
    try:
        if timer:
            handler = signal.signal(signal.SIGALRM, tick)
            others = signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        else:
            sys.settrace(trace)
        return function(*arguments)
    finally:
        sys.settrace(tracing)  # first of all: the trace function would look at the lines of signal.signal
        if timer:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, *others)
        here, spent = None, -np.inf  # the call is over; a frame that holds itself would keep the arguments in memory


def call_learners(role, function, *arguments):
    """Call a learner's function and return an array. An error inside it gets a note with the name of the function."""
    try:
        returned = function(*arguments)
    except Exception as error:
        error.add_note(f"raised inside the {role} function {name_of(function)}")
        raise
    try:
        return np.asarray(returned)
    except ValueError:  # rows of unequal length
        raise TypeError(f"{role}: {name_of(function)} must return an array, got rows of unequal lengths") from None


def check_labels(labels, function, m, k):
    """Return the labels of `function` as intp (m,), if they are whole numbers from 0 to k - 1."""
    if labels.shape != (m,) or labels.dtype.kind not in "iu":
        got = f"got shape {labels.shape} of {cut(labels.dtype)}"
        raise TypeError(f"assign: {name_of(function)} must return {m} integer labels, shape ({m},), {got}")
    if labels.min() < 0 or labels.max() >= k:
        raise ValueError(
            f"assign: {name_of(function)} must return labels from 0 to {k - 1}, got {labels.min()} to {labels.max()}"
        )
    return labels.astype(np.intp, copy=False)  # Step makes a copy


def check_moved(moved, function, centroids):
    """Return the centroids of `function` as float64, if they are finite, not too large, and of the same shape as before."""
    if moved.shape != centroids.shape or moved.dtype.kind not in "fiu":
        got = f"got shape {moved.shape} of {cut(moved.dtype)}"
        raise TypeError(f"update: {name_of(function)} must return {len(centroids)} centroids, shape {centroids.shape}, {got}")
    moved = moved.astype(np.float64, copy=False)  # Step makes a copy
    size = np.abs(moved)
    # the mean of points of 1e150 may be rounded to a little more
    for bad, rule in (~np.isfinite(size), "finite centroids"), (size > 2 * LARGEST, f"centroids of at most {LARGEST:g}"):
        if bad.any():
            k = int(np.flatnonzero(bad.any(axis=1))[0])
            raise ValueError(f"update: {name_of(function)} must return {rule}, got {cut(moved[k])} for centroid {k}")
    return moved
