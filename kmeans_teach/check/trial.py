"""Run a learner's function on one case: on copies, without warnings, and stopped if it does not end by itself."""

import sys
import sysconfig
import warnings
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

SECONDS = 1.0  # the most that a learner's own lines may take in one case
EXTRA = 10  # a stream that is this many steps too long counts as endless
LIBRARIES = ("<frozen", *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")))


class Endless(BaseException):
    """A learner's code took too long. It is no Exception, so that `except Exception` in a learner's loop does not catch it."""


@contextmanager
def limited(trial):
    """Run a learner's lines, and keep their error in the trial.

    A trace function is called at each line of Python. It stops a loop that does not end, on any system and without a thread.
    Lines of libraries are not timed. A single line counts as 0.1 s at most, because an import may take long.
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
    try:
        with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
            sys.settrace(trace)
            try:
                yield
            finally:
                sys.settrace(before)
    except (Exception, SystemExit, Endless) as error:
        trial.error = error


@dataclass
class Trial:
    """What a learner's function did on one case, beside what was expected."""

    case: tuple  # the arguments before the call
    expected: object
    case_after: tuple = ()  # the same arguments after the call
    value: object = None  # what the function returned
    error: BaseException | None = None
    steps: list = field(default_factory=list)  # (phase, centroids, labels), copied when each was yielded
    steps_at_end: list = field(default_factory=list)  # the same steps, not copied: as they are when the stream has ended
    not_a_step: object = None  # what was yielded and is not a step
    right: bool = False

    @property
    def changed(self):
        """Was an argument changed in place?"""
        return not all(np.array_equal(old, new) for old, new in zip(self.case, self.case_after, strict=True))

    @property
    def overwritten(self):
        """Did a step change after it was yielded?"""
        return not same_steps(self.steps, self.steps_at_end)

    @property
    def too_long(self):
        return isinstance(self.expected, list) and len(self.steps) == len(self.expected) + EXTRA


def run(function, case, expected) -> Trial:
    """Call the function once, on copies of the case. If steps are expected, read them, at most EXTRA more than expected."""
    trial = Trial(case, expected, case_after=tuple(array.copy() for array in case))
    with limited(trial):
        trial.value = function(*trial.case_after)
    if trial.error or not isinstance(expected, list):
        return trial
    if isinstance(trial.value, (list, tuple, np.ndarray)) or not hasattr(trial.value, "__iter__"):
        return trial
    with limited(trial), closing(trial.value) if hasattr(trial.value, "close") else nullcontext():
        for item in trial.value:
            step = as_step(item, *case)
            if step is None:
                trial.not_a_step = item
                break
            trial.steps_at_end.append(step)
            trial.steps.append((step[0], step[1].copy(), step[2].copy()))
            if trial.too_long:
                break
    return trial


def as_step(item, points, centroids):
    """(phase, centroids, labels) of a record or a tuple, without copying the arrays; None if it is not a step."""
    if all(hasattr(item, name) for name in ("phase", "centroids", "labels")):
        item = (item.phase, item.centroids, item.labels)
    if not isinstance(item, (tuple, list)) or len(item) != 3 or not isinstance(item[0], str):
        return None
    moved, labels = as_array(item[1]), as_array(item[2])
    if moved is None or moved.shape != centroids.shape or labels is None or labels.shape != (len(points),):
        return None
    return (item[0], moved, labels) if labels.dtype.kind in "iu" else None


def as_array(value):
    """The value as an array of real numbers, or None."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length
        return None
    return array if array.dtype.kind in "biuf" else None


def same_array(one, other):
    """The same numbers in the same shape, up to rounding; NaN equals NaN."""
    one, other = as_array(one), as_array(other)
    same = one is not None and other is not None and one.shape == other.shape
    return same and np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True)


def same_steps(steps, others):
    return len(steps) == len(others) and all(
        one[0] == other[0] and same_array(one[1], other[1]) and same_array(one[2], other[2])
        for one, other in zip(steps, others, strict=True)
    )
