"""Run a learner's function on one case: on copies, without warnings, and stopped if it does not end in time."""

import builtins
import warnings
from contextlib import closing, nullcontext
from dataclasses import dataclass, field

import numpy as np

from kmeans_teach.inputs.learners import TookTooLong, call_within, exits, swapped

SECONDS = 1.0  # the most that a learner's function may work on one case
EXTRA = 1000  # a stream is read until it is this many steps too long


def nobody_answers(prompt=""):
    raise EOFError("a check calls the function many times, and nobody answers input()")


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

    @property
    def stopped(self):
        return self.too_long or isinstance(self.error, TookTooLong)


def run(function, case, expected) -> Trial:
    """Call the function once, on copies of the case. If steps are expected, read them, at most EXTRA more than expected."""
    trial = Trial(case, expected, case_after=tuple(array.copy() for array in case))
    swaps = [(builtins, "input", nobody_answers), *exits()]
    try:
        with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"), swapped(swaps):
            call_within(SECONDS, call_and_read, function, trial)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit and TookTooLong are no Exceptions
        trial.error = error
    return trial


def call_and_read(function, trial):
    trial.value = function(*trial.case_after)
    if not isinstance(trial.expected, list) or isinstance(trial.value, (list, tuple, np.ndarray)):
        return
    if not hasattr(trial.value, "__iter__"):
        return
    with closing(trial.value) if hasattr(trial.value, "close") else nullcontext():
        for item in trial.value:
            step = as_step(item, *trial.case)
            if step is None:
                trial.not_a_step = item
                return
            trial.steps_at_end.append(step)
            trial.steps.append((step[0], step[1].copy(), step[2].copy()))
            if trial.too_long:
                return


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
    return same and (np.array_equal(one, other) or np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True))


def same_steps(steps, others):
    return len(steps) == len(others) and all(
        one[0] == other[0] and same_array(one[1], other[1]) and same_array(one[2], other[2])
        for one, other in zip(steps, others, strict=True)
    )
