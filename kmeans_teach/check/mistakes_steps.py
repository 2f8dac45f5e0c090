"""Known mistakes in yielding the steps of a run: each `wrong` changes the right list of (phase, centroids, labels)."""

from kmeans_teach.check.mistakes import MIXED, Mistake

_START = "A viewer wants to see the start too. What has to be yielded before the loop?"
_END = "The stream ends with the update that moved nothing. Is it yielded before the loop ends?"
_UPDATES = "Each iteration has two half-steps, and each of them is yielded."
STEPS = [
    Mistake("does not yield the start", _START, lambda steps: steps[1:]),
    Mistake("stops one early", _END, lambda steps: steps[:-1]),
    Mistake("stops one early", _END, lambda steps: steps[: max(1, len(steps) - 2)]),
    Mistake("only the start", "Only one step came. Is there a return, or a yield outside the loop?", lambda steps: steps[:1]),
    Mistake("only the last step", "Only the last step came. Is the yield inside the loop?", lambda steps: steps[-1:]),
    Mistake("mixes half-steps", MIXED, lambda steps: [step for step in steps if step[0] != "assign"]),
    Mistake("leaves out the updates", _UPDATES, lambda steps: [step for step in steps if step[0] != "update"]),
]
