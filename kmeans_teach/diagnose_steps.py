"""The name of a mistake in a stream of steps: from the trials of a function that is wrong, as `diagnose.py` does for a call."""

import numpy as np

from kmeans_teach.diagnose import ALONE, BY_HAND, ENDLESS, IN_PLACE, kind_of, reads_global
from kmeans_teach.mistakes import Mistake
from kmeans_teach.trial import Endless, alike, as_step, same_steps

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
