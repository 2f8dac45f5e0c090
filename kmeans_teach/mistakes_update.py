"""Known mistakes in updating, in the form of `mistakes.py`."""

import numpy as np

from kmeans_teach.lloyd import update_centroids
from kmeans_teach.mistakes import Mistake


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
