"""From the trials of a function that is wrong to (the mistake by its name, a hint, the trial that shows it)."""

import dis
from types import CodeType

import numpy as np

from kmeans_teach.mistakes import ASSIGN
from kmeans_teach.trial import Endless, alike, as_array, call

ENDLESS = "It was stopped. What makes the loop end, and is that ever reached?"
IN_PLACE = "The caller's array is not what it was before the call. Which line writes into an argument?"
BY_HAND = "Work this case out by hand, line by line. Which line is the first that is not what you meant?"
ALONE = "Call it on this case in a cell of its own, to see where it happens."


def name_call(f, trials, first, table):
    last = trials[-1]
    if isinstance(last.error, Endless):
        return "never stops", ENDLESS, last
    for trial in trials:
        if trial.changed:
            return "input changed in place", IN_PLACE, trial
    if first.value is None and not first.error:
        return "no return", "None came back: what a function prints or computes is lost unless it is returned.", first
    for mistake in table:
        if gives(mistake, trials):
            return mistake.name, mistake.hint, first
    return *(reads_global(f) or _by_value(trials, first, table)), first


def gives(mistake, trials):
    """Does the known mistake give back whatever the learner's function did, on all cases?"""
    telling = False
    for trial in trials:
        other = call(mistake.wrong, trial.case, None)
        if trial.error or other.error:
            if not (trial.error and other.error):
                return False
        elif not alike(trial.value, other.value):
            return False
        else:
            telling |= not trial.right
    return telling


def _by_value(trials, first, table):
    """A name for what can be seen in the values alone."""
    came, wanted = as_array(first.value), np.asarray(first.expected)
    if first.error:
        return f"raises {type(first.error).__name__}", ALONE
    if came is None:
        return "wrong dtype", f"A {type(first.value).__name__} came back, not an array of numbers."
    if came.shape != wanted.shape:
        return "wrong shape", f"It has shape {came.shape}, and {wanted.shape} is wanted."
    arrays = [(as_array(t.value), np.asarray(t.expected), t.case) for t in trials if not t.error]
    if not all(a is not None and a.shape == b.shape for a, b, _ in arrays):
        return None, BY_HAND
    if all(np.allclose(a, b, rtol=1e-5) for a, b, _ in arrays):
        return "wrong dtype", f"The numbers fit, but their dtype is {came.dtype}, and {wanted.dtype} is wanted."
    if table is ASSIGN:
        if any(a.min() < 0 or a.max() >= len(case[1]) for a, _, case in arrays):
            return "labels out of range", "A label is a row number of `centroids`, from 0 to K - 1."
        if all(_is_nearest(a, *case) for a, _, case in arrays):
            return "ties not to the lower index", "As near as the expected one, but a tie goes to the lower index here."
    elif all(np.allclose(a[np.unique(case[1])], b[np.unique(case[1])]) for a, b, case in arrays):
        return "empty cluster moved", "A cluster without points has no mean. In this course its centroid stays where it was."
    return None, BY_HAND


def _is_nearest(labels, points, centroids):
    squared = ((points[:, None] - centroids) ** 2).sum(axis=2)
    return bool((squared[np.arange(len(points)), labels.astype(int)] == squared.min(axis=1)).all())


def reads_global(f):
    """Data of the notebook that the function reads instead of its arguments."""
    codes, names = [getattr(f, "__code__", None)], set()
    while codes:
        code = codes.pop()
        if code is not None:
            names |= {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
            codes += [const for const in code.co_consts if isinstance(const, CodeType)]
    data = [name for name in sorted(names) if isinstance(f.__globals__.get(name), (np.ndarray, list, tuple, int))]
    if data:
        what = ", ".join(f"`{name}`" for name in data)
        return "reads a global", f"It reads {what} from the notebook. A function works from its arguments alone."
    return None
