"""Checks of arguments. Each returns the value, or raises one error that says what is allowed and what was given."""

import signal
import sys
import threading
from numbers import Real
from time import perf_counter, thread_time

import numpy as np

LARGEST = 1e150  # a squared distance between larger numbers would overflow float64
MOST_BYTES = 50_000_000  # the largest size of a file


def read_only(array):
    """Make the array read-only, and return it."""
    array.setflags(write=False)
    return array


def name_of(function):
    return getattr(function, "__name__", type(function).__name__)


def as_table(values, name, first=0):
    """Copy `values` to a new float64 array (M, N) of finite numbers. Error messages count rows from `first`."""
    if np.ma.isMaskedArray(values) and np.ma.getmaskarray(values).any():
        raise ValueError(f"{name} must not have masked entries, got {int(np.ma.getmaskarray(values).sum())} of them")
    try:
        table = np.asarray(values)
    except ValueError:  # rows of unequal length
        lengths = [len(row) if hasattr(row, "__len__") else "none" for row in values]
        raise ValueError(f"{name} must be a table (rows, features), got rows of lengths {lengths[:8]}") from None
    check_table(table, name)
    # always C order: in another memory order a sum can differ in the last bit
    with np.errstate(over="ignore"):  # a very large longdouble becomes inf, and is refused below
        table = np.array(table, dtype=np.float64, order="C")
    if table.min() >= -LARGEST and table.max() <= LARGEST:  # False if there is a NaN; fast, as it makes no new array
        return table
    for bad, rule in (~np.isfinite(table), "be finite"), (np.abs(table) > LARGEST, f"stay below {LARGEST:g} in size"):
        if bad.any():
            row, column = (int(i) for i in np.argwhere(bad)[0])
            raise ValueError(f"{name} must {rule}, got {table[row, column]} in row {first + row}, column {column}")
    return table


def check_table(table, name):
    """Check dtype and shape only: it may be a Dask array, whose values are not in memory."""
    if table.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be real numbers, got dtype {table.dtype}")
    if table.ndim == 1:
        raise ValueError(f"{name} must have shape (rows, features), got {table.shape}; for one feature use {name}[:, None]")
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"{name} must have shape (rows, features) with at least one of each, got {table.shape}")


def check_width(points, centroids):
    """Check that points and centroids have the same number of features."""
    if points.shape[1] != centroids.shape[1]:
        got = f"got shapes {points.shape} and {centroids.shape}"
        raise ValueError(f"points and centroids must have the same number of features, {got}")


def check_count(value, name):
    """Return an int of at least 1. True and False are not accepted."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an int, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def check_number(value, name):
    """Return a finite number of at least 0. True and False are not accepted."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, got {value}")
    return value


def check_k(k, m):
    """Return k as int, if m points can have k clusters."""
    if isinstance(k, (bool, np.bool_)) or not isinstance(k, (int, np.integer)):
        raise TypeError(f"k must be an int between 1 and the number of points ({m}), got {k!r}")
    if not 1 <= k <= m:
        raise ValueError(f"k must be between 1 and the number of points ({m}), got {k}")
    return int(k)


def read_text(path):
    """The text of a file of UTF-8, with or without a byte order mark. `path` is a Path."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)  # not path.stat(): a pipe has no size
    if len(raw) > MOST_BYTES:
        raise ValueError(f"{path.name} must be at most {MOST_BYTES // 1_000_000} MB, it is larger")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"got byte {raw[error.start]:#04x} at {error.start}"
        raise ValueError(f"{path.name} must be text in UTF-8, {byte}; a spreadsheet saves it as 'CSV UTF-8'") from None


# ---- a learner's functions: how long they may take, and what they may return

TICK = 0.02  # seconds between two looks at the time


class TookTooLong(BaseException):
    """A learner's code took too long. It is no Exception, so that `except Exception` in a learner's loop does not catch it."""


def call_within(seconds, function, *arguments):
    """Call a function and return its value. TookTooLong ends it after `seconds` of work, or a little later if it only waits.

    A timer looks at the time, and raises the error again and again: a learner's `except:` may catch it once. Where there is no
    such timer (on Windows, on another thread), a trace function looks at the time at each line of Python.
    The time of an import does not count, because the first import of a large library takes seconds.
    """
    here, spent = sys._getframe(), 0.0
    wall, work = perf_counter(), thread_time()

    def look(frame):
        nonlocal spent, wall, work
        inside = frame is not here  # our own lines below must run in any case
        importing = False
        while frame is not None and frame is not here:
            importing = importing or frame.f_code.co_filename.startswith("<frozen importlib")
            frame = frame.f_back
        wall_before, work_before, wall, work = wall, work, perf_counter(), thread_time()
        if frame is here and inside and not importing:
            # on a busy machine, the time that passes says little about the time that the function needs
            spent += max(work - work_before, 0.6 * (wall - wall_before))
            if spent > seconds:
                raise TookTooLong

    def tick(signum, frame):
        try:
            look(frame)
        except TookTooLong:
            # the trace function raises it once more at the next line: if a bare `except:` catches this one, in that block
            inner = frame
            while inner is not here:
                inner.f_trace, inner = trace, inner.f_back
            sys.settrace(trace)
            raise

    def trace(frame, event, _):
        if event == "line":  # a trace function that has raised an error is not called again; "exception" would be too early
            look(frame)
        return trace

    tracing = sys.gettrace()
    timer = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    try:
        if timer:
            before = signal.signal(signal.SIGALRM, tick)
            signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
        else:
            sys.settrace(trace)
        return function(*arguments)
    finally:
        if timer:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        sys.settrace(tracing)


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
    name = name_of(function)
    if labels.shape != (m,) or labels.dtype.kind not in "iu":
        got = f"got shape {labels.shape} of {labels.dtype}"
        raise TypeError(f"assign: {name} must return {m} integer labels, shape ({m},), {got}")
    if labels.min() < 0 or labels.max() >= k:
        raise ValueError(f"assign: {name} must return labels from 0 to {k - 1}, got {labels.min()} to {labels.max()}")
    return labels.astype(np.intp, copy=False)  # Step makes a copy


def check_moved(moved, function, centroids):
    """Return the centroids of `function` as float64, if they are finite, not too large, and of the same shape as before."""
    name = name_of(function)
    if moved.shape != centroids.shape or moved.dtype.kind not in "fiu":
        got = f"got shape {moved.shape} of {moved.dtype}"
        raise TypeError(f"update: {name} must return {len(centroids)} centroids, shape {centroids.shape}, {got}")
    moved = moved.astype(np.float64, copy=False)  # Step makes a copy
    size = np.abs(moved)
    for bad, rule in (~np.isfinite(size), "finite centroids"), (size > LARGEST, f"centroids below {LARGEST:g} in size"):
        if bad.any():
            k = int(np.flatnonzero(bad.any(axis=1))[0])
            raise ValueError(f"update: {name} must return {rule}, got {moved[k]} for centroid {k}")
    return moved
