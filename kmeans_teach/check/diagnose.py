"""From the trials of a function that is wrong to (the mistake by its name, a hint, the trial that shows it)."""

import dis
from types import CodeType

import numpy as np

from kmeans_teach.check.mistakes import ASSIGN, Mistake
from kmeans_teach.check.trial import Endless, alike, as_array, as_step, call, same_steps

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
    by = _by_error if first.error else _by_value
    return *(reads_global(f) or by(trials, first, table)), first


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


def _by_error(trials, first, table):
    """A name for what raises."""
    words, n = str(first.error), first.case[0].shape[1]
    if isinstance(first.error, TypeError) and ("bitwise_xor" in words or "for ^" in words):
        return "^ for **", "In Python `^` has nothing to do with powers. How are they written?"
    if n != 2 and all(trial.right for trial in trials if trial.case[0].shape[1] == 2):
        return "two features only", f"Right where points have two features. Here they have {n}. Which line counts on two?"
    return f"raises {type(first.error).__name__}", ALONE


def _by_value(trials, first, table):
    """A name for what can be seen in the values alone."""
    value, wanted = first.value, np.asarray(first.expected)
    came = as_array(value)
    if isinstance(value, tuple) and any(alike(part, wanted) for part in value):
        return "returns several things", f"A tuple of {len(value)} came back, and one array is wanted."
    if table is ASSIGN and all(_is_groups(t.value, *t.case) for t in trials):
        return "groups, not labels", "Here the points are sorted into clusters. A label says for each point which one it is in."
    if isinstance(value, (list, tuple)) and any(row is None for row in value):
        return "None in the place of a row", "Every label and every centroid is wanted, also where there is nothing to compute."
    if came is None:
        return "wrong dtype", f"{kind_of(value)} came back, not an array of numbers."
    if came.shape != wanted.shape:
        return "wrong shape", f"It has shape {came.shape}, and {wanted.shape} is wanted."
    arrays = [(as_array(t.value), np.asarray(t.expected), t.case) for t in trials if not t.error]
    if not all(a is not None and a.shape == b.shape for a, b, _ in arrays):
        return None, BY_HAND
    if all(np.allclose(a, b, rtol=1e-5) for a, b, _ in arrays):
        return "wrong dtype", f"The numbers fit, but their dtype is {came.dtype}, and {wanted.dtype} is wanted."
    return (_by_labels if table is ASSIGN else _by_places)(arrays) or (None, BY_HAND)


def _by_labels(arrays):
    for a, _, _ in arrays:
        if not (a == np.floor(a)).all():  # NaN is not equal to itself
            return "wrong dtype", f"A label is a whole number, and {a[a != np.floor(a)][0]:g} came back."
    if any(a.min() < 0 or a.max() >= len(case[1]) for a, _, case in arrays):
        return "labels out of range", "A label is a row number of `centroids`, from 0 to K - 1."
    if all(_is_nearest(a, *case) for a, _, case in arrays):
        return "ties not to the lower index", "As near as the expected one, but a tie goes to the lower index here."
    if all((a == a[0]).all() for a, _, _ in arrays):
        hint = "All points get one label. Where does the nearest distance so far begin, and when is a new one kept?"
        return "one label for all", hint
    return None


def _by_places(arrays):
    if all(np.allclose(a[np.unique(case[1])], b[np.unique(case[1])]) for a, b, case in arrays):
        return "empty cluster moved", "A cluster without points has no mean. In this course its centroid stays where it was."
    if all(alike(sorted(a.tolist()), sorted(b.tolist())) for a, b, _ in arrays):
        return "rows in another order", "The right places, but row k has to be that of label k."
    return None


def _is_nearest(labels, points, centroids):
    squared = ((points[:, None] - centroids) ** 2).sum(axis=2)
    return bool((squared[np.arange(len(points)), labels.astype(int)] == squared.min(axis=1)).all())


def _is_groups(value, points, centroids):
    """K collections that share out the points among them."""
    groups = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(groups, (list, tuple)) or not all(hasattr(group, "__len__") for group in groups):
        return False
    return len(groups) == len(centroids) and sum(map(len, groups)) == len(points)


def kind_of(value):
    """What it is, with its article, at the beginning of a sentence."""
    if isinstance(value, np.ndarray):
        return f"An array of dtype {value.dtype}"
    kind = type(value).__name__
    return f"A{'n' * (kind[0] in 'aeiouAEIOU')} {kind}"


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


# for the stream of steps a mistake is what it makes of the right stream: a list of (phase, centroids, labels)
_FIRST = "Whoever draws the stream wants to see the start as well. What has to be yielded before the loop?"
_LAST = "The stream ends with the update that moved nothing. Is it yielded before the loop is left?"
STEPS = [
    Mistake("does not yield the start", _FIRST, lambda steps: steps[1:]),
    Mistake("stops one early", _LAST, lambda steps: steps[:-1]),
    Mistake("stops one early", _LAST, lambda steps: steps[: max(1, len(steps) - 2)]),
    Mistake(
        "only the start",
        "One step came and no more. Is there a return, or a yield outside the loop?",
        lambda steps: steps[:1],
    ),
    Mistake(
        "only the last step",
        "The last step alone came. Does the yield stand inside the loop?",
        lambda steps: steps[-1:],
    ),
    Mistake(
        "mixes half-steps",
        "Each step changes one thing: the centroids, or the labels. Between two of yours both change.",
        lambda steps: [step for step in steps if step[0] != "assign"],
    ),
    Mistake(
        "leaves out the updates",
        "Each iteration has two half-steps, and each of them is yielded.",
        lambda steps: [step for step in steps if step[0] != "update"],
    ),
]


def name_steps(f, trials, first, table):
    for trial in trials:
        if trial.overwritten:
            hint = "A step that was yielded changed later, with the array that it shares. What makes each step own its arrays?"
            return "the same array each time", hint, trial
    last, value = trials[-1], first.value
    if isinstance(last.error, Endless) or any(trial.too_long for trial in trials):
        return "never stops", ENDLESS, next((trial for trial in trials if trial.too_long), last)
    if value is None and not first.error:
        return "no yield", "None came back. A function becomes a generator function by a yield in its body.", first
    if not first.error and as_step(value, *first.case):
        return "one step, not a stream", "One step came back, and that was all. Which word hands out one and goes on?", first
    if not first.error and not hasattr(value, "__iter__"):
        return "no stream", f"{kind_of(value)} came back, and nothing can be drawn from it step by step.", first
    if isinstance(value, (list, tuple, np.ndarray)):
        return "a list, not a generator", "All steps were computed before the first was seen. Which word hands out one?", first
    if len({id(trial.value) for trial in trials}) < len(trials) and not first.error:
        hint = "Every call returned the same generator, and a generator runs once. Where is a fresh one made?"
        return "a used-up generator", hint, first
    for trial in trials:
        if trial.changed:
            return "input changed in place", IN_PLACE, trial
    if first.odd is not None:
        return "not a step", "A step is (phase, centroids, labels): a word, a (K, N) array and M whole numbers.", first
    for mistake in table:
        if all(not t.error and same_steps(t.steps, mistake.wrong(t.expected)) for t in trials):
            return mistake.name, mistake.hint, first
    return *_by_steps(f, trials, first), first


def _by_steps(f, trials, first):
    """A name for what can be seen in the steps alone."""
    if first.error:
        return f"raises {type(first.error).__name__}", ALONE
    if not all(_begins_well(t) for t in trials) and all(t.steps and alike(t.steps[0][1], t.case[1]) for t in trials):
        return "start without labels", "The start has labels too: of the nearest centroids. Which half-step makes them?"
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
    if all(alike(labels, t.steps[0][2]) for t in trials for _, _, labels in t.steps):
        return "never assigns again", "The labels stay those of the start. What comes after the centroids have moved?"
    return reads_global(f) or (None, BY_HAND)


def _begins_well(trial):
    return bool(trial.steps) and alike(trial.steps[0][2], trial.expected[0][2])
