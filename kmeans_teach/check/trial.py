"""Run a learner's function on one case: on copies, without warnings, and stopped if it does not end in time."""

import builtins
import sys
import tracemalloc
import warnings
from contextlib import closing, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np

from kmeans_teach.inputs.learners import TookTooLong, call_within, exits, swapped

SECONDS = 1.0  # the most that a learner's function may work on one case
MOST = 1000  # the most steps that are read of a stream


def nobody_answers(prompt=""):
    raise EOFError("a check calls the function many times, and nobody answers input()")


@dataclass
class Trial:
    """What a learner's function did on one case. What was expected comes after the call, which cannot find it."""

    case: tuple  # the arguments before the call
    stream: bool = False  # whether steps are read
    expected: object = None
    case_after: tuple = ()  # the same arguments after the call
    value: object = None  # what the function returned
    error: BaseException | None = None
    steps: list = field(default_factory=list)  # (phase, centroids, labels), copied when each was yielded
    steps_at_end: list = field(default_factory=list)  # the same steps, not copied: as they are when the stream has ended
    not_a_step: list = field(default_factory=list)  # what was yielded and is not a step
    most: int = MOST
    right: bool = False

    @property
    def changed(self):
        """Was an argument changed in place?"""
        return not same_parts(self.case, self.case_after)

    @property
    def overwritten(self):
        """Did a step change after it was yielded?"""
        return not same_steps(self.steps, self.steps_at_end)

    @property
    def too_long(self):
        return self.stream and len(self.steps) == self.most

    @property
    def stopped(self):
        return self.too_long or isinstance(self.error, TookTooLong)

    def alike(self, other):
        """Did both do the same?"""
        same = self.stream or as_array(self.value) is None or same_value(self.value, other.value)
        return type(self.error) is type(other.error) and same and same_steps(self.steps, other.steps)


def run(function, case, stream=False, most=MOST, errors="ignore") -> Trial:
    """Call the function once, on copies of the case, and read its steps if it is a stream, at most so many."""
    trial = Trial(case, stream, case_after=deepcopy(case), most=most)
    quiet, swaps = np.errstate(all="ignore" if errors == "ignore" else "warn"), [(builtins, "input", nobody_answers), *exits()]
    try:
        with warnings.catch_warnings(action=errors), quiet, swapped(swaps):
            call_within(SECONDS, call_and_read, function, trial)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and TookTooLong are no Exceptions
        trial.error = error
    return trial


def call_and_read(function, trial):
    value = function(*trial.case_after)
    trial.value = value.copy() if isinstance(value, (list, dict, np.ndarray)) else value  # it may change in the next call
    if not trial.stream or isinstance(trial.value, (list, tuple, str, np.ndarray)) or not hasattr(trial.value, "__iter__"):
        return
    with closing(trial.value) if hasattr(trial.value, "close") else nullcontext():
        for item in trial.value:
            step = as_step(item, *trial.case)
            if step is None:
                trial.not_a_step.append(item)
                return
            trial.steps_at_end.append(step)
            trial.steps.append((step[0], step[1].copy(), step[2].copy()))
            if trial.too_long:
                return


def measured(function, case, begin, read, end):
    """What `read` gives when the function has run, called as in any trial; None if it fails here."""
    found = []

    def call(*arguments):
        begin()
        kept = function(*arguments)
        found.append(read(kept))

    try:
        run(call, case)
    finally:
        end()
    return found[0] if found else None


def most_memory(function, case):
    """The most bytes that were in use at once while the function ran, beyond those before; 0 if this is not known."""
    if tracemalloc.is_tracing():  # somebody else measures
        return 0
    return measured(function, case, tracemalloc.start, lambda kept: tracemalloc.get_traced_memory()[1], tracemalloc.stop) or 0


def first_share(function, case):
    """The share of a stream's work that is done before its first step, counted in calls; 0 if this is not known."""
    if sys.getprofile():
        return 0
    calls = []

    def count():
        sys.setprofile(lambda *event: calls.append(0))

    def read(stream):
        counts = [len(calls) for _ in stream]
        return counts[0] / len(calls)

    return measured(function, case, count, read, lambda: sys.setprofile(None)) or 0


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
        if array.dtype.kind == "O" and not isinstance(value, np.ndarray):  # such as fractions
            array = array.astype(float)
    except Exception:  # rows of unequal length, things that are no numbers, objects of the learner's own
        return None
    return array if array.dtype.kind in "biuf" else None


def same_array(one, other, tolerance=1e-9):
    """The same numbers in the same shape, up to rounding; NaN equals NaN."""
    one, other = as_array(one), as_array(other)
    if one is None or other is None or one.shape != other.shape:
        return False
    same = (one == other) | ((one != one) & (other != other))
    # np.allclose does the same, in three times the time
    return bool(same.all() or (same | (abs(one - other * 1.0) <= tolerance * (1 + abs(other)))).all())


def same_value(one, other, tolerance=1e-9):
    """The same array or number; or both nothing, or a tuple of as many arrays, if `other` is one."""
    if isinstance(other, tuple):
        rows = isinstance(one, np.ndarray) and one.ndim > 0  # one array of them, a row for each, says the same
        pairs = (rows or isinstance(one, (tuple, list))) and len(one) == len(other)
        return pairs and all(same_array(*pair, tolerance) for pair in zip(one, other, strict=True))
    return one is other or same_array(one, other, tolerance)


def same_parts(case, after):
    """The same numbers in arrays, and in pairs of arrays. A generator of random numbers may change."""
    return all(
        same_parts(old, new) if isinstance(old, tuple) else isinstance(old, np.random.Generator) or same_array(old, new, 0)
        for old, new in zip(case, after, strict=True)
    )


def same_steps(steps, others):
    return len(steps) == len(others) and all(
        one[0] == other[0] and same_array(one[1], other[1]) and same_array(one[2], other[2])
        for one, other in zip(steps, others, strict=True)
    )
