"""Many starts, run at once and compared by their ends. choosing.py asks how many clusters there are.

The exact answer on a line is the yardstick: only there is the best of all partitions cheap to find. Lesson 06 uses it.
"""

import math
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from kmeans_teach.data import plus_pluses, standardise
from kmeans_teach.inputs import as_points, as_table, check_count, check_k
from kmeans_teach.kmeans import assign_points, inertia
from kmeans_teach.panel.setting import Setting

WAYS = "random points", "k-means++", "farthest first"
BLOCK = 500_000  # distances that are worked on together: a few arrays of 4 MB


@dataclass(frozen=True)
class Result:
    """The end of one run, and the replay string that gives the same run again."""

    replay: str
    inertia: float


def run_many(points, starts, *, max_iter: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Lloyd's method from S starts (S, K, N) at once: the final centroids (S, K, N) and inertias (S,).

    The rules are those of `KMeansND`: a tie goes to the lower index, a centroid without points stays.
    """
    points, starts = as_points(points), np.asarray(starts)
    if starts.ndim != 3 or starts.shape[2] != points.shape[1]:
        raise ValueError(f"starts must have shape (starts, k, {points.shape[1]}), got {starts.shape}")
    check_k(starts.shape[1], len(points))
    check_count(max_iter, "max_iter")
    centroids = as_table(starts.reshape(-1, points.shape[1]), "starts").reshape(starts.shape)
    inertias = np.empty(len(starts))
    size = max(1, BLOCK // (len(points) * starts.shape[1]))
    for first in range(0, len(starts), size):
        block = slice(first, first + size)
        inertias[block] = _run_block(points, centroids[block], max_iter)
    return centroids, inertias


def _run_block(points, centroids, max_iter):
    k = centroids.shape[1]
    features = np.tile(points.T[:, None], (len(centroids), 1))  # (N, starts, M)
    moving = np.arange(len(centroids))  # the starts whose centroids have not come to rest
    for _ in range(max_iter):
        labels = _squared(points, centroids[moving]).argmin(axis=1)
        places = (labels + k * np.arange(len(moving))[:, None]).ravel()  # a number for each cluster of each start
        counts = np.bincount(places, minlength=k * len(moving))
        sums = [np.bincount(places, feature[: len(moving)].ravel(), len(counts)) for feature in features]
        means = (np.transpose(sums) / np.maximum(counts, 1)[:, None]).reshape(len(moving), k, -1)
        moved = np.where(counts.reshape(-1, k, 1) > 0, means, centroids[moving])
        still = (moved == centroids[moving]).all(axis=(1, 2))
        centroids[moving] = moved
        moving = moving[~still]
        if len(moving) == 0:
            break
    return _squared(points, centroids).min(axis=1).sum(axis=1)


def _squared(points, centroids):
    """Squared distances (S, K, M) of every point to each start's centroids (S, K, N)."""
    return sum((feature - centroids[:, :, n, None]) ** 2 for n, feature in enumerate(points.T))


def results(setting: Setting, n: int = 100, *, own=None) -> list[Result]:
    """The ends of a setting's runs from start=0 to n - 1. `own` are the points of the data set "mine"."""
    points = setting.points(own)
    settings = [setting.replace(start=start) for start in range(check_count(n, "n"))]
    _, inertias = run_many(points, [one.centroids(points) for one in settings])
    return [Result(str(one), float(value)) for one, value in zip(settings, inertias, strict=True)]


def loss_surface(points, c1, c2) -> np.ndarray:
    """Inertia (len(c2), len(c1)) of points on a line (M, 1) with two centroids, at every pair of c1 and c2."""
    line = _line(points)
    one, two = ((line - np.asarray(c, dtype=float)[:, None]) ** 2 for c in (c1, c2))  # (G, M) each
    return np.array([np.minimum(one, row).sum(axis=1) for row in two])


def best_on_line(points, k: int) -> tuple[np.ndarray, float]:
    """The best K centroids (K, 1) of points on a line (M, 1), of all there are, and their inertia.

    On a line a cluster is a row of neighbours. So the best k clusters of the first i points are the best k - 1 clusters of the
    first j points and the neighbours from j to i, for the best j. The time grows with K times M squared. Fisher, "On grouping
    for maximum homogeneity", J. Am. Stat. Assoc. 53 (1958) 789-798; Wang and Song, "Ckmeans.1d.dp", The R Journal 3/2 (2011)
    29-33.
    """
    line = np.sort(_line(points))
    m, k = len(line), check_k(k, len(line))
    centred = line - line.mean()  # differences of large sums would lose digits
    sums, squares = (np.concatenate([[0.0], np.cumsum(v)]) for v in (centred, centred**2))
    best = np.append(0.0, np.full(m, np.inf))  # no clusters: only no points at all
    cuts = np.zeros((k, m + 1), dtype=np.intp)  # where the last of the clusters begins
    for row in cuts:
        before, best = best, np.full(m + 1, np.inf)
        for i in range(1, m + 1):
            last = squares[i] - squares[:i] - (sums[i] - sums[:i]) ** 2 / np.arange(i, 0, -1)  # inertia of points j..i-1
            total = before[:i] + last
            row[i] = total.argmin()
            best[i] = total[row[i]]
    ends = [m]
    for row in cuts[::-1]:
        ends.append(int(row[ends[-1]]))
    pieces = zip(ends[:0:-1], ends[-2::-1], strict=True)
    centroids = np.array([[line[j:i].mean()] for j, i in pieces])
    return centroids, inertia(line[:, None], assign_points(line[:, None], centroids), centroids)


def _line(points):
    points = as_points(points)
    if points.shape[1] != 1:
        raise ValueError(f"points must lie on a line, shape (M, 1), got {points.shape}")
    return points[:, 0]


def draw_rows(points, k: int, n: int, way: str, rng: np.random.Generator) -> np.ndarray:
    """The rows of the points (n, K) that n starts choose. `way` is one of WAYS; every first row is drawn evenly."""
    if way == "random points":
        return rng.random((n, len(points))).argsort(axis=1)[:, :k]
    rows = rng.integers(len(points), size=(n, k))
    squared = np.full((n, len(points)), np.inf)
    for i in range(1, k):
        last = points[rows[:, i - 1]]
        squared = np.minimum(squared, sum((feature - last[:, n, None]) ** 2 for n, feature in enumerate(points.T)))
        share = squared.cumsum(axis=1)
        drawn = (share <= rng.random((n, 1)) * share[:, -1:]).sum(axis=1)  # with a chance equal to its share of the bill
        rows[:, i] = drawn if way == "k-means++" else squared.argmax(axis=1)
    return rows


def strays(many: int, far: float) -> np.ndarray:
    """Stray points (many, 2) around the course's twelve clusters, at this distance from the middle."""
    turns = 0.8 + 2.4 * np.arange(many)  # no two in one direction
    return far * np.stack([np.cos(turns), np.sin(turns)], axis=1)


def empty_clusters(points, made_for, centroids) -> int:
    """How many of the clusters, as they were made, have no centroid: none is nearer to their mean than to all other means."""
    means = np.array([points[made_for == c].mean(axis=0) for c in range(made_for.max() + 1)])
    return len(means) - len(np.unique(assign_points(centroids, means)))


def starts_needed(p: float, sure: float) -> int:
    """How many starts until one of them is good with the chance `sure`, if each of them is good with the chance p."""
    return 1 if p >= sure else math.ceil(round(math.log(1 - sure) / math.log(1 - p), 9))


def best_of(points, k: int, n: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """The best end (K, N) of n k-means++ starts, and its inertia."""
    centroids, inertias = run_many(points, plus_pluses(points, k, n, rng))
    return centroids[inertias.argmin()], float(inertias.min())


# ---- small helpers for lesson 08


def nearer_in_picture(points, labels, centroids, columns):
    """The rows whose nearest centroid is another one if only these columns count, as in a picture of them."""
    in_picture = assign_points(np.ascontiguousarray(points[:, columns]), np.ascontiguousarray(centroids[:, columns]))
    return np.flatnonzero(in_picture != labels)


def ready(table) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the rows without a hole (NaN), and these rows, standardised."""
    rows = np.flatnonzero(~np.isnan(table).any(axis=1))
    return rows, standardise(table[rows])


def match(counts) -> tuple[int, ...]:
    """Choose for each row of a square table its own column, so that the sum of the chosen counts is as large as possible.

    match([[0, 5], [7, 1]]) -> (1, 0)   (it tries every order, so the table may have 8 rows at most)
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or len(counts) > 8:
        raise ValueError(f"counts must be a square table of at most 8 rows, got shape {counts.shape}")
    rows = np.arange(len(counts))
    return max(permutations(range(len(counts))), key=lambda order: counts[rows, list(order)].sum())
