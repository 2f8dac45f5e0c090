"""Known mistakes in assigning: each is a small wrong implementation, with its name and a hint that is not the answer.

`check.py` compares a learner's function with these on many cases. The mistake that is named is the one that gives back
whatever the learner's function gave back. A name may have several rows, since one mistake can be typed in several ways.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kmeans_teach.kmeans import assign_points


class Mistake(NamedTuple):
    name: str
    hint: str
    wrong: Callable


def _offsets(points, centroids):
    return points[:, None, :] - centroids[None, :, :]  # (M, K, N)


def _squared(points, centroids):
    return (_offsets(points, centroids) ** 2).sum(axis=2)  # (M, K)


def _numbers(points):
    return np.repeat(np.arange(len(points), dtype=float)[:, None], points.shape[1], axis=1)


def _to_places(points, places):
    """Assign to `places`, a number each, as if it stood in every feature."""
    return _squared(points, np.repeat(places[:, None], points.shape[1], axis=1)).argmin(axis=1)


def _nearest_not_reset(points, centroids):
    """The two loops of lesson 02, with the nearest distance so far set once and not for each point."""
    labels, nearest = np.zeros(len(points), dtype=int), np.inf
    for m, row in enumerate(_squared(points, centroids)):
        for k, squared in enumerate(row):
            if squared < nearest:
                nearest, labels[m] = squared, k
    return labels


def _but(labels, rows, value):
    labels[rows] = value
    return labels


_CANCEL = "Offsets of +3 and -3 cancel here. What has to happen to each offset before they are added?"
_SIGN = "An offset of -9 counts as nearer than one of 0. What makes both directions count alike?"
_AXIS = "Write the shape beside each line: (M, K, N), then (M, K), then (M,). Which axis has to go at which step?"
_INDEX = "A loop counter is a name for a row, not the row. Look at what is subtracted from what."
_ALONE = "Each offset is looked at by itself. What makes one distance of the N offsets between two rows?"
_ONE = "Only the first point has a label of its own. When does the function return?"
_SHORT = "range(K - 1) ends before the last centroid, and so does [:-1]."
_DIGITS = "The digits after the point are lost before the distances are taken. Where?"
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
    Mistake("features not added up", _ALONE, lambda p, c: (_offsets(p, c) ** 2).reshape(len(p), -1).argmin(axis=1)),
    Mistake(
        "largest offset only",
        "Only the feature with the largest offset counts here. What becomes of the others?",
        lambda p, c: np.abs(_offsets(p, c)).max(axis=2).argmin(axis=1),
    ),
    Mistake(
        "product, not distance",
        "A product is large for a centroid that lies far out, be it near the point or not.",
        lambda p, c: (p @ c.T).argmax(axis=1),
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
        "first two features only",
        "Right as long as points have one or two features, and here they have more.",
        lambda p, c: _squared(p[:, :2], c[:, :2]).argmin(axis=1),
    ),
    Mistake("only the first point", _ONE, lambda p, c: assign_points(p, c)[:1]),
    Mistake("only the first point", _ONE, lambda p, c: _but(assign_points(p, c), np.s_[1:], 0)),
    Mistake(
        "last point left out",
        "range(M - 1) ends before the last point, and so does [:-1].",
        lambda p, c: assign_points(p, c)[:-1],
    ),
    Mistake(
        "last point left out",
        "range(M - 1) ends before the last point, and so does [:-1].",
        lambda p, c: _but(assign_points(p, c), -1, 0),
    ),
    Mistake("last centroid left out", _SHORT, lambda p, c: assign_points(p, c[:-1])),
    Mistake("last centroid left out", _SHORT, lambda p, c: _squared(p, c[:-1]).argmin(axis=1)),
    Mistake(
        "first centroid left out",
        "The first row of `centroids` is never the nearest. Which number has the first row?",
        lambda p, c: assign_points(p, c[1:]) + (len(c) > 1),
    ),
    Mistake(
        "nearest not reset",
        "The first point is right, and the others have to beat its distance as well. Where does the nearest so far begin?",
        _nearest_not_reset,
    ),
    Mistake("integer truncation", _DIGITS, lambda p, c: assign_points(np.trunc(p), np.trunc(c))),
    Mistake("integer truncation", _DIGITS, lambda p, c: assign_points(np.trunc(p), c)),
    Mistake("integer truncation", _DIGITS, lambda p, c: assign_points(p, np.trunc(c))),
    Mistake("integer truncation", _DIGITS, lambda p, c: assign_points(np.round(p), np.round(c))),
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
