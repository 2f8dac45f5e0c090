"""Known mistakes in labelling the points: each `wrong` is a small wrong version of `assign_points`."""

import numpy as np

from kmeans_teach.check.mistakes import LAST_CENTROID, Mistake
from kmeans_teach.kmeans import assign_points


def _offsets(points, centroids):
    return points[:, None, :] - centroids[None, :, :]  # (M, K, N)


def _squared(points, centroids):
    return (_offsets(points, centroids) ** 2).sum(axis=2)  # (M, K)


def _indices(rows):
    """A table like `rows`, (M, N), in which each row holds its own index in every feature."""
    return np.repeat(np.arange(len(rows), dtype=float)[:, None], rows.shape[1], axis=1)


def _nearest_not_reset(points, centroids):
    """The two loops of lesson 02, where the nearest distance so far is set once and not for each point."""
    labels, nearest = np.zeros(len(points), dtype=int), np.inf
    for m, row in enumerate(_squared(points, centroids)):
        for k, squared in enumerate(row):
            if squared < nearest:
                nearest, labels[m] = squared, k
    return labels


_CANCEL = "Offsets of +3 and -3 cancel here. What has to happen to each offset before they are added?"
_SIGN = "An offset of -9 counts as nearer than one of 0. How can both directions count the same?"
_FARTHEST = "Each of these points joins the centroid that is farthest from it."
_AXIS = "Write the shape beside each line: (M, K, N), then (M, K), then (M,). Which axis has to go in which step?"
_ALONE = "Each offset is compared alone. How do the N offsets between two rows become one distance?"
_LARGEST = "Only the feature with the largest offset counts here. What about the others?"
_PRODUCT = "A product is large for a centroid that is far from zero, even if it is not near the point."
_INDEX = "A loop counter is the number of a row, not the row. Check what is subtracted from what."
_X_ONLY = "The points and centroids have more than one feature here, and only the first is used."
_FEATURE = "range(N - 1) ends before the last feature, and so does [:-1]."
_X_AND_Y = "Right while points have one or two features, but here they have more."
_ONE = "Only the first point has its own label. When does the function return?"
_POINT = "range(M - 1) ends before the last point, and so does [:-1]."
_SECOND = "The first row of `centroids` is never the nearest. Which number has the first row?"
_RESET = "The first point is right, and the others have to beat its distance as well. Where is the nearest so far first set?"
_DIGITS = "The digits after the decimal point are lost before the distances are computed. Where?"
_ONE_BASED = "A label is a row number of `centroids`. Which number has the first row?"
_TIES = (
    "As near as the expected one, but here a tie goes to the lower index, so that runs can be repeated. "
    "Does your comparison let a later centroid replace an equally near one?"
)
_HOW_FAR = "This is the distance to the nearest centroid. The label is the index of that centroid."
_WHERE = "This is the position of the nearest centroid. The label is its row number."
_TABLE = "These are all the distances. One step is left: which centroid has the smallest?"
_VALID = "This distance is valid too, but it is not the course's: the mean is not its best centre, so inertia may rise."
ASSIGN = [
    Mistake("sum before square", _CANCEL, lambda p, c: (_offsets(p, c).sum(axis=2) ** 2).argmin(axis=1)),
    *(Mistake("no square", _SIGN, lambda p, c, s=s: (s * _offsets(p, c)).sum(axis=2).argmin(axis=1)) for s in (1, -1)),
    Mistake("argmax for argmin", _FARTHEST, lambda p, c: _squared(p, c).argmax(axis=1)),
    Mistake("wrong axis", _AXIS, lambda p, c: _squared(p, c).argmin(axis=0)),
    Mistake("wrong axis", _AXIS, lambda p, c: _squared(p, c).argmin()),
    Mistake("wrong axis", _AXIS, lambda p, c: (_offsets(p, c) ** 2).argmin(axis=1)),
    *(
        Mistake("wrong axis", _AXIS, lambda p, c, s=s, a=a: (_offsets(p, c) ** 2).sum(axis=s).argmin(axis=a))
        for s, a in [(0, 0), (0, 1), (1, 0), (1, 1)]
    ),
    Mistake("features not added up", _ALONE, lambda p, c: (_offsets(p, c) ** 2).reshape(len(p), -1).argmin(axis=1)),
    Mistake("largest offset only", _LARGEST, lambda p, c: np.abs(_offsets(p, c)).max(axis=2).argmin(axis=1)),
    Mistake("product, not distance", _PRODUCT, lambda p, c: (p @ c.T).argmax(axis=1)),
    Mistake("distance to the index, not the point", _INDEX, lambda p, c: _squared(_indices(p), c).argmin(axis=1)),
    Mistake("distance to the index, not the centroid", _INDEX, lambda p, c: _squared(p, _indices(c)).argmin(axis=1)),
    Mistake("first feature only", _X_ONLY, lambda p, c: _squared(p[:, :1], c[:, :1]).argmin(axis=1)),
    Mistake("last feature left out", _FEATURE, lambda p, c: _squared(p[:, :-1], c[:, :-1]).argmin(axis=1)),
    Mistake("first two features only", _X_AND_Y, lambda p, c: _squared(p[:, :2], c[:, :2]).argmin(axis=1)),
    Mistake("only the first point", _ONE, lambda p, c: assign_points(p, c)[:1]),
    Mistake("only the first point", _ONE, lambda p, c: assign_points(p, c) * (np.arange(len(p)) < 1)),
    Mistake("last point left out", _POINT, lambda p, c: assign_points(p, c)[:-1]),
    Mistake("last point left out", _POINT, lambda p, c: assign_points(p, c) * (np.arange(len(p)) < len(p) - 1)),
    Mistake("last centroid left out", LAST_CENTROID, lambda p, c: assign_points(p, c[:-1])),
    Mistake("last centroid left out", LAST_CENTROID, lambda p, c: _squared(p, c[:-1]).argmin(axis=1)),
    Mistake("first centroid left out", _SECOND, lambda p, c: assign_points(p, c[1:]) + (len(c) > 1)),
    Mistake("nearest not reset", _RESET, _nearest_not_reset),
    Mistake("integer truncation", _DIGITS, lambda p, c: assign_points(np.trunc(p), np.trunc(c))),
    Mistake("integer truncation", _DIGITS, lambda p, c: assign_points(np.trunc(p), c)),
    Mistake("integer truncation", _DIGITS, lambda p, c: assign_points(p, np.trunc(c))),
    Mistake("integer truncation", _DIGITS, lambda p, c: assign_points(np.round(p), np.round(c))),
    Mistake("1-based labels", _ONE_BASED, lambda p, c: assign_points(p, c) + 1),
    Mistake("ties to the last", _TIES, lambda p, c: len(c) - 1 - assign_points(p, c[::-1])),
    *(Mistake("distance, not label", _HOW_FAR, lambda p, c, e=e: (_squared(p, c) ** e).min(axis=1)) for e in (1, 0.5)),
    Mistake("centroid, not label", _WHERE, lambda p, c: c[assign_points(p, c)]),
    *(Mistake("distances, not labels", _TABLE, lambda p, c, e=e: _squared(p, c) ** e) for e in (1, 0.5)),
]
# accepted, with a remark: it works, but it is not the distance that the course uses
MANHATTAN = Mistake("Manhattan distance", _VALID, lambda p, c: np.abs(_offsets(p, c)).sum(axis=2).argmin(axis=1))
