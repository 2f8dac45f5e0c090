"""Run a learner's function on small cases: on copies, without warnings, and stopped if it does not stop.

`check.py` judges what comes back. The cases are the same on every machine, the smallest first.
"""

import sys
import sysconfig
import warnings
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

SECONDS = 1.0  # of a learner's own lines, in one case
EXTRA = 10  # steps that a stream may be too long before it counts as endless
LIBRARIES = ("<frozen", *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")))


class Endless(BaseException):
    """A learner's code has run for too long. No Exception, so that `except Exception` in its loop does not keep it."""


@contextmanager
def watched():
    """Stop a loop that does not end, on any system and without a thread: a trace function sees every line of Python.

    Lines of libraries are not timed, and a single line counts 0.1 s at most, since an import may take long.
    """
    spent, last = 0.0, perf_counter()

    def trace(frame, event, _):
        nonlocal spent, last
        if frame.f_code.co_filename.startswith(LIBRARIES):
            return None
        now = perf_counter()
        spent, last = spent + min(now - last, 0.1), now
        if spent > SECONDS:
            raise Endless
        return trace

    before = sys.gettrace()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        sys.settrace(trace)
        try:
            yield
        finally:
            sys.settrace(before)


@dataclass
class Trial:
    """What came of one case: a value, or for a stream its steps, or an error; and the arguments as they were left."""

    case: tuple
    expected: object
    value: object = None
    error: BaseException | None = None
    left: tuple = ()
    steps: list = field(default_factory=list)  # (phase, centroids, labels) as they were when they were yielded
    kept: list = field(default_factory=list)  # the same arrays as they read at the end
    odd: object = None  # a thing that was yielded and is no step
    right: bool = False

    @property
    def changed(self):
        """Was an argument changed in place?"""
        return not all(np.array_equal(old, new) for old, new in zip(self.case, self.left, strict=True))

    @property
    def overwritten(self):
        """Did a step change after it was yielded?"""
        return not same_steps(self.steps, self.kept)

    @property
    def too_long(self):
        return isinstance(self.expected, list) and len(self.steps) == len(self.expected) + EXTRA


def call(function, case, expected) -> Trial:
    """One call on copies of the case."""
    trial = Trial(case, expected, left=tuple(array.copy() for array in case))
    try:
        with watched():
            trial.value = function(*trial.left)
    except (Exception, SystemExit, Endless) as error:
        trial.error = error
    return trial


def stream(function, case, expected) -> Trial:
    """One call, and then every step of what it returned, up to a few more than there should be."""
    trial = call(function, case, expected)
    if trial.error or isinstance(trial.value, (list, tuple, np.ndarray)) or not hasattr(trial.value, "__iter__"):
        return trial
    try:
        with watched(), closing(trial.value) if hasattr(trial.value, "close") else nullcontext():
            for item in trial.value:
                step = as_step(item, *case)
                if step is None:
                    trial.odd = item
                    break
                trial.kept.append(step)
                trial.steps.append((step[0], step[1].copy(), step[2].copy()))
                if trial.too_long:
                    break
    except (Exception, SystemExit, Endless) as error:
        trial.error = error
    return trial


def as_step(item, points, centroids):
    """(phase, centroids, labels) of a record or a tuple, its arrays not copied; None if it is no step."""
    if all(hasattr(item, name) for name in ("phase", "centroids", "labels")):
        item = (item.phase, item.centroids, item.labels)
    if not isinstance(item, (tuple, list)) or len(item) != 3 or not isinstance(item[0], str):
        return None
    places, labels = as_array(item[1]), as_array(item[2])
    if places is None or places.shape != centroids.shape or labels is None or labels.shape != (len(points),):
        return None
    return (item[0], places, labels) if labels.dtype.kind in "iu" else None


def as_array(value):
    """The value as an array of real numbers, or None."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length
        return None
    return array if array.dtype.kind in "biuf" else None


def alike(one, other):
    """The same numbers in the same shape, up to rounding; NaN equals NaN."""
    one, other = as_array(one), as_array(other)
    same = one is not None and other is not None and one.shape == other.shape
    return same and np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True)


def same_steps(steps, others):
    return len(steps) == len(others) and all(
        one[0] == other[0] and alike(one[1], other[1]) and alike(one[2], other[2])
        for one, other in zip(steps, others, strict=True)
    )
