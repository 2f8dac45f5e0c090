"""From the trials of a wrong function to its mistake: a name (or None), a hint, and the trial that shows it."""

import dis
from operator import gt, lt
from types import CodeType

import numpy as np

from kmeans_teach.check.mistakes import ALONE, BY_HAND, EMPTY, ENDLESS, IN_PLACE, MIXED
from kmeans_teach.check.trial import EXTRA, as_array, as_step, run, same_array, same_steps

_OVERWRITTEN = "A yielded step changed later, because a later step uses the same array. How can each step have its own arrays?"


def diagnose(f, trials, first, check):
    """A name (or None), a hint, and the trial that shows the mistake. `first` is the smallest failing trial."""
    for trial in trials:
        if trial.overwritten:
            return "the same array each time", _OVERWRITTEN, trial
    for trial in trials:
        if trial.stopped:
            when = f"{EXTRA:,} steps after the end of the run" if trial.too_long else "after a second"
            return "does not stop in time", f"It was stopped {when}. {ENDLESS}", trial
    if fault := stream_fault(trials, first):
        return *fault, first
    for trial in trials:
        if trial.changed:
            return "input changed in place", IN_PLACE, trial
    if first.not_a_step is not None:
        return "not a step", "A step is (phase, centroids, labels): a word, a (K, N) array and M whole numbers.", first
    if first.value is None and not first.error:
        return "no return", "None came back: what a function prints or computes is lost unless it is returned.", first
    if isinstance(first.error, EOFError):
        return "asks for input", "All that a function needs comes in by its arguments.", first
    if isinstance(first.error, SystemExit):
        return "raises SystemExit", "This ends the whole program. Which word ends a function, and hands a value back?", first
    for mistake in check.mistakes:
        if explains(mistake, trials):
            return mistake.name, mistake.hint, first
    return *check.fault_of_values(f, trials, first), first


def explains(mistake, trials):
    """Does the known mistake give the same results as the learner's function on all cases, and a wrong value on one?"""

    def alike(trial):
        if isinstance(trial.expected, list):
            return not trial.error and same_steps(trial.steps, mistake.wrong(trial.expected))
        other = run(mistake.wrong, trial.case, None)
        return other.error if trial.error else not other.error and same_array(trial.value, other.value)

    return any(not (trial.right or trial.error) for trial in trials) and all(map(alike, trials))


# ---- a function that returns an array: assign and update


def _error_fault(trials, first):
    """Name what raises an error."""
    words, n = str(first.error), first.case[0].shape[1]
    if isinstance(first.error, TypeError) and ("bitwise_xor" in words or "for ^" in words):
        return "^ for **", "In Python `^` is not a power. How are powers written?"
    if n != 2 and all(trial.right for trial in trials if trial.case[0].shape[1] == 2):
        return "two features only", f"Right where points have two features. Here they have {n}. Which line needs exactly two?"
    return f"raises {type(first.error).__name__}", ALONE


def _array_fault(trials, first):
    """Name what is wrong with the kind of value, whatever the numbers are; None if each is an array of the right shape."""
    value, wanted = first.value, np.asarray(first.expected)
    result = as_array(value)
    if isinstance(value, tuple) and any(same_array(part, wanted) for part in value):
        return "returns several things", f"A tuple of {len(value)} came back, but one array is expected."
    if isinstance(value, (list, tuple)) and any(row is None for row in value):
        return "None instead of a row", "Every label and every centroid is needed, even where there is nothing to compute."
    if result is None:
        return "wrong dtype", f"{kind_of(value)} came back, not an array of numbers."
    if result.shape != wanted.shape:
        return "wrong shape", f"It has shape {result.shape}, but {wanted.shape} is expected."
    arrays = _arrays(trials)
    if not all(a is not None and a.shape == b.shape for a, b, _ in arrays):
        return None, BY_HAND
    if all(np.allclose(a, b, rtol=1e-5) for a, b, _ in arrays):
        return "wrong dtype", f"The numbers are right, but their dtype is {result.dtype}, and {wanted.dtype} is expected."
    return None


def _arrays(trials):
    """(result, expected, case) of each trial that raised no error."""
    return [(as_array(trial.value), np.asarray(trial.expected), trial.case) for trial in trials if not trial.error]


def array_fault(f, trials, first, fault_of_values):
    """Name a use of the notebook's data, an error, or what `fault_of_values(trials, first)` finds in the results."""
    return reads_global(f) or (_error_fault(trials, first) if first.error else fault_of_values(trials, first))


def labels_fault(trials, first):
    if all(_is_groups(trial.value, *trial.case) for trial in trials):
        return "groups, not labels", "Here the points are sorted into clusters. A label says for each point which one it is in."
    fault, arrays = _array_fault(trials, first), _arrays(trials)
    if fault:
        return fault
    for a, _, _ in arrays:
        if not (a == np.floor(a)).all():  # NaN is not equal to itself
            return "wrong dtype", f"A label is a whole number, and {a[a != np.floor(a)][0]:g} came back."
    if any(a.min() < 0 or a.max() >= len(case[1]) for a, _, case in arrays):
        return "labels out of range", "A label is a row number of `centroids`, from 0 to K - 1."
    if all(_is_nearest(a, *case) for a, _, case in arrays):
        return "ties not to the lower index", "As near as the expected one, but a tie goes to the lower index here."
    if all((a == a[0]).all() for a, _, _ in arrays):
        hint = "All points get one label. Which value does the nearest distance start with, and when is a new one kept?"
        return "one label for all", hint
    return None, BY_HAND


def centroids_fault(trials, first):
    fault, arrays = _array_fault(trials, first), _arrays(trials)
    if fault:
        return fault
    if all(np.allclose(a[np.unique(case[1])], b[np.unique(case[1])]) for a, b, case in arrays):
        return "empty cluster moved", EMPTY
    if all(same_array(sorted(a.tolist()), sorted(b.tolist())) for a, b, _ in arrays):
        return "rows in another order", "The rows are right, but their order is not: row k belongs to label k."
    return None, BY_HAND


def _is_nearest(labels, points, centroids):
    squared = ((points[:, None] - centroids) ** 2).sum(axis=2)
    return bool((squared[np.arange(len(points)), labels.astype(int)] == squared.min(axis=1)).all())


def _is_groups(value, points, centroids):
    """K collections that hold M things together."""
    groups = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(groups, (list, tuple)) or not all(hasattr(group, "__len__") for group in groups):
        return False
    return len(groups) == len(centroids) and sum(map(len, groups)) == len(points)


def kind_of(value):
    """The kind of value, with its article, to begin a sentence."""
    if isinstance(value, np.ndarray):
        return f"An array of dtype {value.dtype}"
    kind = type(value).__name__
    return f"A{'n' * (kind[0] in 'aeiouAEIOU')} {kind}"


def reads_global(f):
    """A name and a hint if the function reads data of the notebook instead of its arguments, or None."""
    codes, names = [f.__code__] if hasattr(f, "__code__") else [], set()
    while codes:
        code = codes.pop()
        names |= {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
        codes += [const for const in code.co_consts if isinstance(const, CodeType)]
    data = [f"`{name}`" for name in sorted(names) if isinstance(f.__globals__.get(name), (np.ndarray, list, tuple, int))]
    hint = f"It reads {', '.join(data)} from the notebook. A function should use its arguments only."
    return ("reads a global", hint) if data else None


# ---- a function that yields steps


def stream_fault(trials, first):
    """Name what is wrong with a result that is not a fresh stream. None if it is one, or if an array is expected."""
    value = first.value
    if first.error or not isinstance(first.expected, list):
        return None
    if value is None:
        return "no yield", "None came back. A function becomes a generator function by a yield in its body."
    if as_step(value, *first.case):
        return "one step, not a stream", "One step came back, and that was all. Which word gives one step and goes on?"
    if not hasattr(value, "__iter__"):
        return "no stream", f"{kind_of(value)} came back, and it cannot be read step by step."
    if isinstance(value, (list, tuple, np.ndarray)):
        return "a list, not a generator", "All steps were computed before the first was seen. Which word gives one at a time?"
    streams = [id(trial.value) for trial in trials if trial.value is not None]
    if len(set(streams)) < len(streams):
        hint = "Every call returned the same generator, but a generator runs once. Where is a fresh one made?"
        return "a used-up generator", hint
    return None


def steps_fault(f, trials, first):
    """Name what can be seen in the steps alone."""
    if first.error:
        return f"raises {type(first.error).__name__}", ALONE
    starts = [(t.steps[0], t.expected[0]) for t in trials if t.steps and same_array(t.steps[0][1], t.case[1])]
    if len(starts) == len(trials) and not all(same_array(step[2], expected[2]) for step, expected in starts):
        return "start without labels", "The start has labels too: those of the nearest centroids. Which half-step makes them?"
    for trial in trials:
        for (_, centroids, labels), (_, moved, chosen) in zip(trial.steps, trial.steps[1:], strict=False):
            if not np.array_equal(centroids, moved) and not np.array_equal(labels, chosen):
                return "mixes half-steps", MIXED
    if all(same_steps([("", *s[1:]) for s in t.steps], [("", *s[1:]) for s in t.expected]) for t in trials):
        return "wrong phase", 'The arrays are right. The phase is "start", "update" or "assign": what was just done.'
    if all(same_steps(t.steps[: len(t.expected)], t.expected[: len(t.steps)]) for t in trials):
        longer, shorter = (any(f(len(t.steps), len(t.expected)) for t in trials) for f in (gt, lt))
        if longer and shorter:
            return "stops at the wrong step", "Some runs end too early, and some too late. When has a run ended?"
        if longer:
            return "goes on after the stop", "The stream ends with the update that moved nothing. What comes after it?"
        return "stops early", "The steps that came are right, but the run is not over. When does the loop end?"
    if all(same_array(labels, t.steps[0][2]) for t in trials for _, _, labels in t.steps):
        return "never assigns again", "The labels stay those of the start. What comes after the centroids have moved?"
    return reads_global(f) or (None, BY_HAND)
