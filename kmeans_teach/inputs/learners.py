"""A learner's functions: how they are called, how long they may take, and what they may return."""

import _signal  # whose functions are C; signal.signal is Python, and an Interrupt could end it half way
import builtins
import inspect
import signal
import sys
import threading
import time
import traceback
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from time import perf_counter

import numpy as np

from kmeans_teach.inputs import LARGEST, cut, name_of, short

TICK = 0.02  # seconds between two looks at the time
thread_time = getattr(time, "thread_time", perf_counter)  # a browser has only one thread, and no clock of its own for it


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

    def hear(said):
        # in a `__del__` the error ends that alone, and Python would print it; the next tick raises it again
        if said.exc_type is not TookTooLong:
            hook(said)

    hook, sys.unraisablehook = sys.unraisablehook, hear
    tracing, main = sys.gettrace(), threading.current_thread() is threading.main_thread()
    timer = main and hasattr(signal, "setitimer") and sys.platform != "emscripten"  # in a browser, no signal comes
    try:
        if timer:
            handler = _signal.signal(signal.SIGALRM, tick)
            others = signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        else:
            sys.settrace(trace)
        return function(*arguments)
    finally:
        sys.settrace(tracing)  # first of all: the trace function would look at the lines below
        if timer:
            signal.setitimer(signal.ITIMER_REAL, 0)
            _signal.signal(signal.SIGALRM, handler or _signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, *others)
        sys.unraisablehook = hook
        here, spent = None, -np.inf  # the call is over; a frame that holds itself would keep the arguments in memory


limit = ContextVar("limit", default=None)  # the seconds that a learner's function may take, where nobody has asked for its work


class Stopped(RuntimeError):
    """A learner's function was ended by Interrupt, called sys.exit(), or asked where nobody can answer."""


class NobodyAnswers:
    """Stands for sys.stdin between two cells, where input() would wait for ever."""

    def readline(self, *_):
        raise Stopped("input() cannot ask anything between two cells")


def between_cells():
    """Whether Interrupt raises nothing here, as in a kernel that runs no cell."""
    handler = _signal.getsignal(signal.SIGINT)  # in a cell with `await` it is ipykernel's own, which only asks the cell to end
    ignored = handler == signal.SIG_IGN or str(getattr(handler, "__module__", "")).startswith("ipykernel")
    return ignored and "ipykernel" in sys.modules and threading.current_thread() is threading.main_thread()


def interruptible(between, function, *arguments):
    """Call a function so that Interrupt ends it: also between two cells, and also if a bare `except:` catches the first one."""
    before = _signal.getsignal(signal.SIGINT)
    if not between and (before != signal.default_int_handler or threading.current_thread() is not threading.main_thread()):
        return function(*arguments)  # a program that has a handler of its own knows what it does
    here, times, missed = sys._getframe(), 0, False

    def interrupt(signum, frame):
        nonlocal times, missed
        missed = frame.f_code.co_filename == __file__  # our own lines must run in any case
        if missed:
            return
        times, inner = times + 1, frame
        while times > 1 and inner is not here:  # raise it again at the next line: an `except:` may catch this one, too
            inner.f_trace, inner = trace, inner.f_back
            sys.settrace(trace)
        raise KeyboardInterrupt

    def trace(frame, event, _):
        if event == "line" and frame.f_code.co_filename != __file__:
            raise KeyboardInterrupt
        return trace

    tracing, stdin = sys.gettrace(), sys.stdin
    try:
        _signal.signal(signal.SIGINT, interrupt)
        if "ipykernel" in sys.modules and getattr(input, "__self__", None) is builtins:  # in a cell, input is ipykernel's own
            sys.stdin = NobodyAnswers()
        returned = function(*arguments)
    finally:
        if times > 1:
            sys.settrace(tracing)
        sys.stdin, here = stdin, None  # a frame that holds itself would keep the arguments in memory
        _signal.signal(signal.SIGINT, before)
    if missed and not between:
        raise KeyboardInterrupt
    return returned


@contextmanager
def swapped(swaps):
    """Put other values in place for a while: `swaps` is a list of (object, name of an attribute, value)."""
    with ExitStack() as back:
        for where, name, value in swaps:
            back.callback(setattr, where, name, getattr(where, name))
            setattr(where, name, value)
        yield


def exits():
    """The swaps by which exit() and quit() of IPython, which end the kernel after the cell, become sys.exit()."""
    main = sys.modules["__main__"]
    return [(main, name, sys.exit) for name in ("exit", "quit") if "Autocall" in type(getattr(main, name, 0)).__name__]


def call_learners(role, iteration, function, check, *arguments):
    """Call a learner's function, and return what `check(array, function, *arguments)` makes of what it returns.

    An error gets a note that says where: the line of the function, and the half-step. If it is no Exception, like the one of
    sys.exit(), it becomes a `Stopped`, because a kernel would end by it; but in a cell, Interrupt ends the cell, as usual.
    """
    between = between_cells()
    try:
        limited = (call_within, limit.get()) if limit.get() else ()
        with swapped(exits()):
            returned = interruptible(between, *limited, function, *arguments)
        try:
            array = np.asarray(returned)
        except ValueError:  # rows of unequal length
            raise TypeError(f"{role}: {name_of(function)} must return an array, got rows of unequal lengths") from None
        return check(array, function, *arguments)
    except BaseException as error:
        where, name, known = line_of(error, function), name_of(function), error
        if isinstance(error, TookTooLong):
            error.args = (f"{name} did not come back in time",)
        elif isinstance(error, KeyboardInterrupt) and between:
            known = Stopped(f"{name} was stopped by Interrupt")
        elif isinstance(error, SystemExit):
            known = Stopped(f"{name} called sys.exit({short(error.code)})")
        elif not isinstance(error, (Exception, KeyboardInterrupt)):
            known = Stopped(f"{name} raised {type(error).__name__}")
        known.add_note(where + (f"in the half-step {role} {iteration}" if iteration else "at the start"))
        raise known from (None if known is error else error)


def line_of(error, function):
    """The line in the function at which the error arose, as text, if it is known. The line of its `def` is 1."""
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", getattr(function.__call__, "__code__", None))
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code is code:
            return f"in line {line - code.co_firstlineno + 1} of {name_of(function)}, "
    return ""


def check_labels(labels, function, points, centroids):
    """Return the labels of `function` as intp (M,), if they are whole numbers from 0 to K - 1."""
    m, k = len(points), len(centroids)
    if labels.shape != (m,) or labels.dtype.kind not in "iu":
        got = f"got shape {labels.shape} of {cut(labels.dtype)}"
        raise TypeError(f"assign: {name_of(function)} must return {m} integer labels, shape ({m},), {got}")
    if labels.min() < 0 or labels.max() >= k:
        got = f"got {labels.min()} to {labels.max()}"
        raise ValueError(f"assign: {name_of(function)} must return labels from 0 to {k - 1}, {got}")
    return labels.astype(np.intp, copy=False)  # Step makes a copy


def check_moved(moved, function, points, labels, centroids):
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
