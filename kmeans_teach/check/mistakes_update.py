"""Known mistakes in moving the centroids: each `wrong` is a small wrong version of `update_centroids`."""

from functools import partial

import numpy as np

from kmeans_teach.check.mistakes import EMPTY, LAST_CENTROID, Mistake
from kmeans_teach.kmeans import update_centroids


def _each(summary, keep=True):
    """An update that puts `summary(points, members, centroid)` where each mean belongs. `keep`: an empty cluster stays."""

    def update(points, labels, centroids):
        rows = np.array(centroids, dtype=float)
        for k in range(len(centroids)):
            members = labels == k
            if members.any() or not keep:
                rows[k] = summary(points, members, centroids[k])
        return rows

    return update


def _sum_not_reset(points, labels, centroids, reset_count):
    """The sum, and perhaps the count, is set to 0 once and not for each centroid."""
    rows, total, n = np.array(centroids, dtype=float), np.zeros(points.shape[1]), 0
    for k in range(len(centroids)):
        n = 0 if reset_count else n
        total, n = total + points[labels == k].sum(axis=0), n + (labels == k).sum()
        if n:
            rows[k] = total / n
    return rows


def _only(points, labels, centroids, ks):
    """Right for the centroids `ks`; the others stay."""
    rows = np.array(centroids, dtype=float)
    rows[ks] = update_centroids(points, labels, rows)[ks]
    return rows


def _dropped(summary):
    """An update that returns a row `summary(members)` for each cluster with points, and no row for an empty cluster."""
    return lambda points, labels, centroids: np.array([summary(points[labels == k]) for k in np.unique(labels)])


_nan_if_empty = _each(lambda p, members, c: p[members].mean(axis=0), keep=False)
_EVERYONE = "Every centroid moves to one position: the mean of all points. Which points belong to cluster k?"
_ROWS = "A mean over features mixes metres with grams. Which axis runs over the points?"
_DROPPED = f"{EMPTY} K rows go in, and K rows come out."
_WHOLE = "The digits after the decimal point are cut off. Which dtype has the array that the means are written to?"
_SINGLE = "A cluster of one point does not move here. How many members does a mean need?"
_FIRST = "Only one centroid moves. When does the function return?"
_FINE = "Round what you show, not what you compute with."
_RESET = "The first centroid is right, and the next one includes members of the one before. Where does each sum begin?"
_SUM = "The members are added up. What turns a sum into a mean?"
_COUNT = "The sum over the members is divided by the wrong number. How many were added?"
_MEMBER = "The old centroid is counted as one more member."
_ADDED = "The members are added to the old centroid. With which value should their sum begin?"
_HALF = "Each centroid goes half of the way. Does its old position still count when it has members?"
_MOVE = "This is how far each centroid moves. Where does it arrive?"
_MEDIAN = "The median is the best centre for another distance (Manhattan). K-means takes the mean."
_ONE_BASED = "The first cluster has label 0, and the last one K - 1."
UPDATE = [
    *(Mistake("mean over all points", _EVERYONE, _each(lambda p, m, c: p.mean(axis=0), keep)) for keep in (True, False)),
    Mistake("wrong axis", _ROWS, _each(lambda p, members, c: p[members].mean())),
    Mistake("wrong axis", _ROWS, _each(lambda p, members, c: p[members].mean(axis=1))),
    Mistake("wrong axis", _ROWS, _dropped(lambda members: members.mean())),
    Mistake("wrong axis", _ROWS, _dropped(lambda members: members.mean(axis=1))),
    Mistake("empty cluster as NaN", EMPTY, _nan_if_empty),
    Mistake("empty cluster as zeros", EMPTY, _each(lambda p, m, c: p[m].sum(axis=0) / max(m.sum(), 1), keep=False)),
    Mistake("empty cluster dropped", _DROPPED, _dropped(lambda members: members.mean(axis=0))),
    Mistake("empty cluster dropped", _DROPPED, lambda p, labels, c: _nan_if_empty(p, labels, c[: labels.max() + 1])),
    Mistake("single member ignored", _SINGLE, _each(lambda p, m, c: p[m].mean(axis=0) if m.sum() > 1 else c)),
    Mistake("only the first centroid", _FIRST, lambda p, labels, c: _only(p, labels, c, [0])),
    Mistake("only the first centroid", _FIRST, lambda p, labels, c: _only(p, labels, c, [labels.min()])),
    Mistake("only the first centroid", _FIRST, lambda p, labels, c: update_centroids(p, labels, c)[:1]),
    Mistake("last centroid left out", LAST_CENTROID, lambda p, labels, c: _only(p, labels, c, np.s_[:-1])),
    Mistake("last centroid left out", LAST_CENTROID, lambda p, labels, c: np.array([*update_centroids(p, labels, c)][:-1])),
    *(Mistake("rounded", _FINE, lambda p, labels, c, d=d: update_centroids(p, labels, c).round(d)) for d in range(5)),
    Mistake("integer truncation", _WHOLE, lambda p, labels, c: np.trunc(update_centroids(p, labels, c))),
    Mistake("integer truncation", _WHOLE, _each(lambda p, members, c: np.trunc(p[members].mean(axis=0)))),
    Mistake("integer truncation", _WHOLE, _each(lambda p, m, c: p[m].sum(axis=0) // m.sum())),
    Mistake("integer truncation", _WHOLE, _each(lambda p, m, c: np.trunc(p[m].sum(axis=0) / max(m.sum(), 1)), keep=False)),
    Mistake("integer truncation", _WHOLE, lambda p, labels, c: update_centroids(p, labels, c).astype(p.dtype)),
    Mistake("sum, not mean", _SUM, _each(lambda p, m, c: p[m].sum(axis=0))),
    Mistake("divided by the wrong count", _COUNT, _each(lambda p, m, c: p[m].sum(axis=0) / len(p))),
    Mistake("divided by the wrong count", _COUNT, _each(lambda p, m, c: p[m].sum(axis=0) / p.shape[1])),
    Mistake("divided by the wrong count", _COUNT, lambda *case: _each(lambda p, m, c: p[m].sum(axis=0) / len(case[2]))(*case)),
    *(Mistake("sum not reset", _RESET, partial(_sum_not_reset, reset_count=reset)) for reset in (False, True)),
    Mistake("old centroid in the mean", _MEMBER, _each(lambda p, m, c: (p[m].sum(axis=0) + c) / (m.sum() + 1))),
    Mistake("old centroid in the mean", _ADDED, _each(lambda p, m, c: (p[m].sum(axis=0) + c) / m.sum())),
    Mistake("half-way", _HALF, lambda p, labels, c: (update_centroids(p, labels, c) + c) / 2),
    Mistake("the move, not the position", _MOVE, lambda p, labels, c: update_centroids(p, labels, c) - c),
    Mistake("median, not mean", _MEDIAN, _each(lambda p, m, c: np.median(p[m], axis=0))),
    Mistake("1-based labels", _ONE_BASED, lambda p, labels, c: update_centroids(p, labels - 1, c)),
    Mistake("nothing moved", "What comes back is what went in.", lambda p, labels, c: c),
]
