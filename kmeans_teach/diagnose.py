"""From the trials of a function that is wrong to (the mistake by its name, a hint, the trial that shows it)."""

import dis
from types import CodeType

import numpy as np

from kmeans_teach.mistakes import ASSIGN, STEPS
from kmeans_teach.trial import Endless, alike, as_array, call, same_steps

_ENDLESS = "It was stopped. What makes the loop end, and is that ever reached?"
_IN_PLACE = "The caller's array is not what it was before the call. Which line writes into an argument?"
_BY_HAND = "Work this case out by hand, line by line. Which line is the first that is not what you meant?"
_ALONE = "Call it on this case in a cell of its own, to see where it happens."


def name_call(f, trials, first, table):
    last = trials[-1]
    if isinstance(last.error, Endless):
        return "never stops", _ENDLESS, last
    for trial in trials:
        if trial.changed:
            return "input changed in place", _IN_PLACE, trial
    if first.value is None and not first.error:
        return "no return", "None came back: what a function prints or computes is lost unless it is returned.", first
    for mistake in table:
        if gives(mistake, trials):
            return mistake.name, mistake.hint, first
    return *(_reads_global(f) or _by_value(trials, first, table)), first


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
        return f"raises {type(first.error).__name__}", _ALONE
    if came is None:
        return "wrong dtype", f"A {type(first.value).__name__} came back, not an array of numbers."
    if came.shape != wanted.shape:
        return "wrong shape", f"It has shape {came.shape}, and {wanted.shape} is wanted."
    arrays = [(as_array(t.value), np.asarray(t.expected), t.case) for t in trials if not t.error]
    if not all(a is not None and a.shape == b.shape for a, b, _ in arrays):
        return None, _BY_HAND
    if all(np.allclose(a, b, rtol=1e-5) for a, b, _ in arrays):
        return "wrong dtype", f"The numbers fit, but their dtype is {came.dtype}, and {wanted.dtype} is wanted."
    if table is ASSIGN:
        if any(a.min() < 0 or a.max() >= len(case[1]) for a, _, case in arrays):
            return "labels out of range", "A label is a row number of `centroids`, from 0 to K - 1."
        if all(_is_nearest(a, *case) for a, _, case in arrays):
            return "ties not to the lower index", "As near as the expected one, but a tie goes to the lower index here."
    elif all(np.allclose(a[np.unique(case[1])], b[np.unique(case[1])]) for a, b, case in arrays):
        return "empty cluster moved", "A cluster without points has no mean. In this course its centroid stays where it was."
    return None, _BY_HAND


def _is_nearest(labels, points, centroids):
    squared = ((points[:, None] - centroids) ** 2).sum(axis=2)
    return bool((squared[np.arange(len(points)), labels.astype(int)] == squared.min(axis=1)).all())


def _reads_global(f):
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


def name_steps(f, trials, first, table):
    for trial in trials:
        if trial.overwritten:
            hint = "A step that was yielded changed later, with the array that it shares. What makes each step own its arrays?"
            return "the same array each time", hint, trial
    last, value = trials[-1], first.value
    if isinstance(last.error, Endless) or any(trial.too_long for trial in trials):
        return "never stops", _ENDLESS, next((trial for trial in trials if trial.too_long), last)
    if value is None and not first.error:
        return "no yield", "None came back. A function becomes a generator function by a yield in its body.", first
    if not first.error and not hasattr(value, "__iter__"):
        return "no stream", f"A {type(value).__name__} came back, and nothing can be drawn from it step by step.", first
    if isinstance(value, (list, tuple, np.ndarray)):
        return "a list, not a generator", "All steps were computed before the first was seen. Which word hands out one?", first
    if len({id(trial.value) for trial in trials}) < len(trials) and not first.error:
        hint = "Every call returned the same generator, and a generator runs once. Where is a fresh one made?"
        return "a used-up generator", hint, first
    for trial in trials:
        if trial.changed:
            return "input changed in place", _IN_PLACE, trial
    if first.odd is not None:
        return "not a step", "A step is (phase, centroids, labels): a word, a (K, N) array and M whole numbers.", first
    for mistake in table:
        if all(not t.error and same_steps(t.steps, mistake.wrong(t.expected)) for t in trials):
            return mistake.name, mistake.hint, first
    return *_by_steps(f, trials, first), first


def _by_steps(f, trials, first):
    """A name for what can be seen in the steps alone."""
    if first.error:
        return f"raises {type(first.error).__name__}", _ALONE
    for trial in trials:
        for (_, centroids, labels), (_, moved, chosen) in zip(trial.steps, trial.steps[1:], strict=False):
            if not np.array_equal(centroids, moved) and not np.array_equal(labels, chosen):
                hint = next(mistake.hint for mistake in STEPS if mistake.name == "mixes half-steps")
                return "mixes half-steps", hint
    if all(same_steps([("", *s[1:]) for s in t.steps], [("", *s[1:]) for s in t.expected]) for t in trials):
        return "wrong phase", 'The arrays are right. The phase is "start", "update" or "assign", after what was just done.'
    if all(same_steps(t.steps[: len(t.expected)], t.expected) for t in trials):
        return "goes on after the stop", "The stream ends with the update that moved nothing. What comes after it?"
    if all(same_steps(t.steps, t.expected[: len(t.steps)]) for t in trials):
        return "stops early", "The steps that came are right, but the run is not over. When does the loop end?"
    return _reads_global(f) or (None, _BY_HAND)
