"""Known mistakes: each is a small wrong implementation, with its name and a hint that is not the answer.

`check.py` compares a learner's function with these on many cases. The mistake that is named is the one that gives back
whatever the learner's function gave back. A name may have several rows, since one mistake can be typed in several ways.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kmeans_teach.lloyd import assign_points, update_centroids


class Mistake(NamedTuple):
    name: str
    hint: str
    wrong: Callable


def _offsets(points, centroids):
    return points[:, None, :] - centroids[None, :, :]  # (M, K, N)


def _squared(points, centroids):
    return (_offsets(points, centroids) ** 2).sum(axis=2)  # (M, K)


def _to_places(points, places):
    """Assign to `places`, a number each, as if it stood in every feature."""
    return _squared(points, np.repeat(places[:, None], points.shape[1], axis=1)).argmin(axis=1)


_CANCEL = "Offsets of +3 and -3 cancel here. What has to happen to each offset before they are added?"
_SIGN = "An offset of -9 counts as nearer than one of 0. What makes both directions count alike?"
_AXIS = "Write the shape beside each line: (M, K, N), then (M, K), then (M,). Which axis has to go at which step?"
_INDEX = "A loop counter is a name for a row, not the row. Look at what is subtracted from what."
_WHICH = "This tells how far the nearest centroid is. The label says which one it is."

ASSIGN = [
    Mistake("sum before square", _CANCEL, lambda p, c: (_offsets(p, c).sum(axis=2) ** 2).argmin(axis=1)),
    Mistake("no square", _SIGN, lambda p, c: _offsets(p, c).sum(axis=2).argmin(axis=1)),
    Mistake("no square", _SIGN, lambda p, c: (-_offsets(p, c)).sum(axis=2).argmin(axis=1)),
    Mistake(
        "argmax for argmin",
        "These points join the centroid that is farthest from them.",
        lambda p, c: _squared(p, c).argmax(axis=1),
    ),
    Mistake("wrong axis", _AXIS, lambda p, c: _squared(p, c).argmin(axis=0)),
    Mistake("wrong axis", _AXIS, lambda p, c: _squared(p, c).argmin()),
    Mistake("wrong axis", _AXIS, lambda p, c: (_offsets(p, c) ** 2).argmin(axis=1)),
    *(
        Mistake("wrong axis", _AXIS, lambda p, c, s=s, a=a: (_offsets(p, c) ** 2).sum(axis=s).argmin(axis=a))
        for s, a in [(0, 0), (0, 1), (1, 0), (1, 1)]
    ),
    Mistake("distance to the index, not the point", _INDEX, lambda p, c: _squared(_numbers(p), c).argmin(axis=1)),
    Mistake("distance to the index, not the centroid", _INDEX, lambda p, c: _to_places(p, np.arange(len(c)))),
    Mistake(
        "first feature only",
        "The points and centroids have more than one feature here, and only the first is looked at.",
        lambda p, c: _squared(p[:, :1], c[:, :1]).argmin(axis=1),
    ),
    Mistake(
        "last feature left out",
        "range(N - 1) ends before the last feature, and so does [:-1].",
        lambda p, c: _squared(p[:, :-1], c[:, :-1]).argmin(axis=1),
    ),
    Mistake(
        "1-based labels",
        "A label is a row number of `centroids`. Which number has the first row?",
        lambda p, c: assign_points(p, c) + 1,
    ),
    Mistake(
        "ties to the last",
        "As near as the expected one, but here a tie goes to the lower index, so that runs can be repeated. "
        "Does your comparison let an equal one replace an earlier one?",
        lambda p, c: len(c) - 1 - assign_points(p, c[::-1]),
    ),
    Mistake("distance, not label", _WHICH, lambda p, c: _squared(p, c).min(axis=1)),
    Mistake("distance, not label", _WHICH, lambda p, c: np.sqrt(_squared(p, c)).min(axis=1)),
    Mistake(
        "centroid, not label",
        "This is where the nearest centroid is. The label says which row it has.",
        lambda p, c: c[assign_points(p, c)],
    ),
    Mistake(
        "distances, not labels",
        "These are all the distances. One step is left: which centroid has the smallest?",
        lambda p, c: _squared(p, c),
    ),
    Mistake(
        "distances, not labels",
        "These are all the distances. One step is left: which centroid has the smallest?",
        lambda p, c: np.sqrt(_squared(p, c)),
    ),
]

# not a mistake, and not the distance that the course uses
MANHATTAN = Mistake(
    "Manhattan distance",
    "Another distance than ours, and a sound one; but the mean is not its best centre, so inertia may rise.",
    lambda p, c: np.abs(_offsets(p, c)).sum(axis=2).argmin(axis=1),
)


def _numbers(points):
    return np.repeat(np.arange(len(points), dtype=float)[:, None], points.shape[1], axis=1)


def _each(summary, keep=True):
    """An update that puts `summary(points, members, centroid)` in the place of each mean."""

    def update(points, labels, centroids):
        rows = np.array(centroids, dtype=float)
        for k in range(len(centroids)):
            members = labels == k
            if members.any() or not keep:
                rows[k] = summary(points, members, centroids[k])
        return rows

    return update


def _members(points, labels, centroids):
    return [points[labels == k] for k in range(len(centroids)) if (labels == k).any()]


_EVERYONE = "Every centroid moves to one place: the mean of all points. Whose mean is wanted for cluster k?"
_ROWS = "A mean over features mixes metres with grams. Which axis runs over the points?"
_EMPTY = "A cluster without points has no mean. In this course its centroid stays where it was."
_WHOLE = "The digits after the point are cut off. Which dtype has the array that the means are written to?"
_COUNT = "The sum over the members is divided by the wrong number. How many were added?"

UPDATE = [
    Mistake("mean over all points", _EVERYONE, _each(lambda p, members, c: p.mean(axis=0))),
    Mistake("mean over all points", _EVERYONE, _each(lambda p, members, c: p.mean(axis=0), keep=False)),
    Mistake("wrong axis", _ROWS, _each(lambda p, members, c: p[members].mean())),
    Mistake("wrong axis", _ROWS, _each(lambda p, members, c: p[members].mean(axis=1))),
    Mistake("wrong axis", _ROWS, lambda p, labels, c: np.array([rows.mean() for rows in _members(p, labels, c)])),
    Mistake("wrong axis", _ROWS, lambda p, labels, c: np.array([rows.mean(axis=1) for rows in _members(p, labels, c)])),
    Mistake("empty cluster as NaN", _EMPTY, _each(lambda p, members, c: p[members].mean(axis=0), keep=False)),
    Mistake(
        "empty cluster as zeros",
        _EMPTY,
        _each(lambda p, members, c: p[members].sum(axis=0) / max(members.sum(), 1), keep=False),
    ),
    Mistake(
        "empty cluster dropped",
        _EMPTY + " K rows go in, and K rows come out.",
        lambda p, labels, c: np.array([rows.mean(axis=0) for rows in _members(p, labels, c)]),
    ),
    Mistake("integer truncation", _WHOLE, lambda p, labels, c: np.trunc(update_centroids(p, labels, c))),
    Mistake("integer truncation", _WHOLE, _each(lambda p, members, c: np.trunc(p[members].mean(axis=0)))),
    Mistake("integer truncation", _WHOLE, _each(lambda p, m, c: p[m].sum(axis=0) // m.sum())),
    Mistake("integer truncation", _WHOLE, _each(lambda p, m, c: np.trunc(p[m].sum(axis=0) / max(m.sum(), 1)), keep=False)),
    Mistake("integer truncation", _WHOLE, lambda p, labels, c: update_centroids(p, labels, c).astype(p.dtype)),
    Mistake(
        "sum, not mean", "The members are added up. What is missing to make it a mean?", _each(lambda p, m, c: p[m].sum(axis=0))
    ),
    Mistake("divided by the wrong count", _COUNT, _each(lambda p, m, c: p[m].sum(axis=0) / len(p))),
    Mistake(
        "old centroid in the mean",
        "The old centroid is counted as one more member.",
        _each(lambda p, m, c: (p[m].sum(axis=0) + c) / (m.sum() + 1)),
    ),
    Mistake(
        "median, not mean",
        "The median is the best centre for another distance (Manhattan). K-means takes the mean.",
        _each(lambda p, m, c: np.median(p[m], axis=0)),
    ),
    Mistake(
        "1-based labels",
        "The first cluster has label 0, and the last one K - 1.",
        lambda p, labels, c: update_centroids(p, labels - 1, c),
    ),
    Mistake("nothing moved", "What comes back is what went in.", lambda p, labels, c: c),
]

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
