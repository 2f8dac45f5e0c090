"""How many clusters? The silhouette and the gap, as numbers to weigh beside the inertia. Lesson 06 uses them."""

from collections.abc import Iterable

import numpy as np

from kmeans_teach.data import plus_plus
from kmeans_teach.lloyd import as_table, check_count
from kmeans_teach.starts import run_many


def best_of(points, k: int, n: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """The best end (K, N) of n k-means++ starts, and its inertia."""
    centroids, inertias = run_many(points, [plus_plus(points, k, rng) for _ in range(check_count(n, "n"))])
    return centroids[inertias.argmin()], float(inertias.min())


def silhouette(points, labels) -> float:
    """Mean over the points of (b - a) / max(a, b): a is the mean distance to its own cluster, b to the next one.

    Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20 (1987) 53-65. A point alone in its cluster counts 0.
    """
    points = as_table(points, "points")
    names, labels = np.unique(labels, return_inverse=True)
    if labels.shape != (len(points),) or not 2 <= len(names) <= len(points):
        raise ValueError(f"labels must be one for each of {len(points)} points, of 2 clusters or more, got {len(names)}")
    rows, counts = np.arange(len(points)), np.bincount(labels)
    distances = np.empty((len(points), len(names)))  # to each cluster's members, summed, then averaged
    for k in range(len(names)):
        distances[:, k] = np.sqrt(((points[:, None] - points[labels == k]) ** 2).sum(axis=2)).sum(axis=1)
    own = distances[rows, labels] / np.maximum(counts[labels] - 1, 1)  # a point is no neighbour of itself
    distances /= counts
    distances[rows, labels] = np.inf
    other = distances.min(axis=1)
    scale = np.maximum(np.maximum(own, other), np.finfo(float).tiny)
    return float(np.where(counts[labels] > 1, (other - own) / scale, 0.0).mean())


def gap(points, ks: Iterable[int], rng: np.random.Generator, *, references: int = 20, n: int = 5):
    """Gaps and their errors, an array each: how far log inertia lies below that of even points in the same box.

    Tibshirani, Walther and Hastie, "Estimating the number of clusters in a data set via the gap statistic",
    J. R. Stat. Soc. B 63 (2001) 411-423. `references` boxes are filled, and n starts are made for every fit.
    """
    points, ks = as_table(points, "points"), list(ks)
    low, high = points.min(axis=0), points.max(axis=0)
    inertias = np.array([best_of(points, k, n, rng)[1] for k in ks])
    if not inertias.all():
        raise ValueError(f"ks must leave an inertia above 0, which has a logarithm; it is 0 at k = {ks[inertias.argmin()]}")
    boxes = [rng.uniform(low, high, size=points.shape) for _ in range(check_count(references, "references"))]
    even = np.array([[np.log(best_of(box, k, n, rng)[1]) for k in ks] for box in boxes])  # (references, len(ks))
    return even.mean(axis=0) - np.log(inertias), even.std(axis=0) * np.sqrt(1 + 1 / references)


def first_within(ks, gaps, errors) -> int:
    """The K the gap statistic chooses: the first whose gap is at least the next one's, less its error; else the last."""
    *others, last = ks
    for i, k in enumerate(others):
        if gaps[i] >= gaps[i + 1] - errors[i + 1]:
            return int(k)
    return int(last)
