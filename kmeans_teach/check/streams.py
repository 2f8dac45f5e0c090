"""From a wrong stream of steps to its mistake: is it a stream, is a half-step wrong, and where does it begin and end."""

from operator import gt, lt

import numpy as np

from kmeans_teach.check.seen import kind_of
from kmeans_teach.check.trial import Trial, as_step, same_array, same_steps


def no_stream(trials, first):
    """Name what is wrong with a result that is not a fresh stream: a name and more. None if it is one."""
    value = first.value
    if first.error:
        return None
    if value is None:
        return "no yield", ""
    if as_step(value, *first.case):
        return "one step, not a stream", ""
    if not hasattr(value, "__iter__") or isinstance(value, str):
        return "no stream", f"{kind_of(value)} came back."
    if isinstance(value, (list, tuple, np.ndarray)):
        return "a list, not a generator", ""
    streams = [id(trial.value) for trial in trials if trial.value is not None]
    return ("a used-up generator", "") if len(set(streams)) < len(streams) else None


def half_steps(trials):
    """The half-steps in the streams, each as a trial of a function of its own: (assign trials, update trials).

    Both are empty if something else is wrong first: another phase, a start that was not given, two changes in one step.
    """
    found = {"assign": [], "update": []}
    for trial in trials:
        wanted = "start"
        for i, (phase, centroids, labels) in enumerate(trial.steps[:60]):
            if phase != wanted:
                return [], []
            before = trial.steps[max(i - 1, 0)]
            still = before[2] if phase == "update" else trial.case[1] if phase == "start" else before[1]
            if not same_array(still, labels if phase == "update" else centroids):
                return [], []
            if phase == "update":
                found["update"].append(_called((trial.case[0], *before[2:0:-1]), centroids))
            else:
                found["assign"].append(_called((trial.case[0], centroids), labels))
            if not np.isfinite(centroids).all():
                break  # what follows from it is no second mistake
            wanted = "assign" if phase == "update" else "update"
    return found["assign"], found["update"]


def _called(case, value):
    return Trial(case, case_after=case, value=value)


def order_and_end(trials, first):
    """Name what can be seen in the steps alone, and the trial that shows it, or None."""
    starts = [(t.steps[0], t.expected[0], t) for t in trials if t.steps]
    if starts and all(step[0] == "start" for step, *_ in starts):
        given = [same_array(step[1], right[1]) for step, right, _ in starts]
        if not all(given):
            moved = all(same_array(step[1], right.expected[1][1]) for step, _, right in starts)
            return "the first update as start" if moved else "own start", starts[given.index(False)][2]
        chosen = [same_array(step[2], right[2]) for step, right, _ in starts]
        if not all(chosen):
            return "start without labels", starts[chosen.index(False)][2]
    for trial in trials:
        for (_, centroids, labels), (_, moved, changed) in zip(trial.steps, trial.steps[1:], strict=False):
            if not np.array_equal(centroids, moved) and not np.array_equal(labels, changed):
                return "mixes half-steps", trial
    if all(same_steps([("", *s[1:]) for s in t.steps], [("", *s[1:]) for s in t.expected]) for t in trials):
        return "wrong phase", first
    if all(same_steps(t.steps[: len(t.expected)], t.expected[: len(t.steps)]) for t in trials):
        return _end(trials, first), first
    if all(same_array(labels, t.steps[0][2]) for t in trials for _, _, labels in t.steps):
        return "never assigns again", first
    return None


def _end(trials, first):
    """All steps that came are right, but the streams end at the wrong place."""
    longer, shorter = ([t for t in trials if compare(len(t.steps), len(t.expected))] for compare in (gt, lt))
    counts = [len(t.steps) for t in shorter or trials]
    if len(counts) > 1 and len(set(counts)) == 1 and counts[0] > 3:
        return "a fixed number of rounds"
    if longer and shorter:
        return "stops at the wrong step"
    if longer:
        return "goes on after the stop"
    return "stops at a small move" if _moves_little(shorter) else "stops early"


def _moves_little(trials):
    """Do these streams end with updates that move the centroids by much less than the first one did?"""

    def move(steps, i):
        return abs(steps[i][1] - steps[i - 1][1]).max()

    return all(len(t.steps) > 2 and t.steps[-1][0] == "update" and move(t.steps, -1) < 0.2 * move(t.steps, 1) for t in trials)
