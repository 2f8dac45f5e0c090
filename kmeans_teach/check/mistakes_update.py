"""Known mistakes in updating, in the form of `mistakes.py`."""

import numpy as np

from kmeans_teach.check.mistakes import Mistake
from kmeans_teach.kmeans import update_centroids


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


def _carried_over(restart_count):
    """A sum (and perhaps a count) that begins once and not for each centroid."""

    def update(points, labels, centroids):
        rows, total, n = np.array(centroids, dtype=float), np.zeros(points.shape[1]), 0
        for k in range(len(centroids)):
            n = 0 if restart_count else n
            total, n = total + points[labels == k].sum(axis=0), n + (labels == k).sum()
            if n:
                rows[k] = total / n
        return rows

    return update


def _some(points, labels, centroids, ks):
    """Right for the centroids `ks`; the others stay."""
    rows = np.array(centroids, dtype=float)
    rows[ks] = update_centroids(points, labels, rows)[ks]
    return rows


def _members(points, labels, centroids):
    return [points[labels == k] for k in range(len(centroids)) if (labels == k).any()]


_EVERYONE = "Every centroid moves to one place: the mean of all points. Whose mean is wanted for cluster k?"
_ROWS = "A mean over features mixes metres with grams. Which axis runs over the points?"
_EMPTY = "A cluster without points has no mean. In this course its centroid stays where it was."
_WHOLE = "The digits after the point are cut off. Which dtype has the array that the means are written to?"
_FIRST = "One centroid is dealt with, and no other. When does the function return?"
_SHORT = "range(K - 1) ends before the last centroid, and so does [:-1]."
_FINE = "Rounding is for what is shown, not for what is computed with."
_AGAIN = "The first centroid is right, and the next carries members of the one before. Where does each sum begin?"
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
    Mistake(
        "empty cluster dropped",
        _EMPTY + " K rows go in, and K rows come out.",
        lambda p, labels, c: np.array([p[labels == k].mean(axis=0) for k in range(labels.max() + 1)]),
    ),
    Mistake(
        "single member ignored",
        "A cluster of one point does not move here. How many members does a mean need?",
        _each(lambda p, m, c: p[m].mean(axis=0) if m.sum() > 1 else c),
    ),
    Mistake("only the first centroid", _FIRST, lambda p, labels, c: _some(p, labels, c, [0])),
    Mistake("only the first centroid", _FIRST, lambda p, labels, c: _some(p, labels, c, [labels.min()])),
    Mistake("only the first centroid", _FIRST, lambda p, labels, c: update_centroids(p, labels, c)[:1]),
    Mistake("last centroid left out", _SHORT, lambda p, labels, c: _some(p, labels, c, np.s_[:-1])),
    Mistake("last centroid left out", _SHORT, lambda p, labels, c: np.array([*update_centroids(p, labels, c)][:-1])),
    *(Mistake("rounded", _FINE, lambda p, labels, c, d=d: update_centroids(p, labels, c).round(d)) for d in range(5)),
    Mistake("integer truncation", _WHOLE, lambda p, labels, c: np.trunc(update_centroids(p, labels, c))),
    Mistake("integer truncation", _WHOLE, _each(lambda p, members, c: np.trunc(p[members].mean(axis=0)))),
    Mistake("integer truncation", _WHOLE, _each(lambda p, m, c: p[m].sum(axis=0) // m.sum())),
    Mistake("integer truncation", _WHOLE, _each(lambda p, m, c: np.trunc(p[m].sum(axis=0) / max(m.sum(), 1)), keep=False)),
    Mistake("integer truncation", _WHOLE, lambda p, labels, c: update_centroids(p, labels, c).astype(p.dtype)),
    Mistake(
        "sum, not mean", "The members are added up. What is missing to make it a mean?", _each(lambda p, m, c: p[m].sum(axis=0))
    ),
    Mistake("divided by the wrong count", _COUNT, _each(lambda p, m, c: p[m].sum(axis=0) / len(p))),
    Mistake("divided by the wrong count", _COUNT, _each(lambda p, m, c: p[m].sum(axis=0) / p.shape[1])),
    Mistake(
        "divided by the wrong count",
        _COUNT,
        lambda p, labels, c: _each(lambda p, m, _: p[m].sum(axis=0) / len(c))(p, labels, c),
    ),
    Mistake("sum not begun anew", _AGAIN, _carried_over(restart_count=False)),
    Mistake("sum not begun anew", _AGAIN, _carried_over(restart_count=True)),
    Mistake(
        "old centroid in the mean",
        "The old centroid is counted as one more member.",
        _each(lambda p, m, c: (p[m].sum(axis=0) + c) / (m.sum() + 1)),
    ),
    Mistake(
        "old centroid in the mean",
        "The members are added to the old centroid. With what should their sum begin?",
        _each(lambda p, m, c: (p[m].sum(axis=0) + c) / m.sum()),
    ),
    Mistake(
        "half-way",
        "Each centroid goes half of its way. Does the old place still count, once the members have spoken?",
        lambda p, labels, c: (update_centroids(p, labels, c) + c) / 2,
    ),
    Mistake(
        "the move, not the place",
        "This is how far each centroid goes. Where does it arrive?",
        lambda p, labels, c: update_centroids(p, labels, c) - c,
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
