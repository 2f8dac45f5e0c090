"""How many clusters: elbow, silhouette, gap and stability; and clouds on which each of them is fooled. Lesson 07 uses it."""

from collections.abc import Iterable

import numpy as np

from kmeans_teach.inputs import as_points, check_count
from kmeans_teach.kmeans import assign_points
from kmeans_teach.lessons.starts import best_of, standardise

STABLE = 0.95  # two halves agree if their ARI is at least this


def a_and_b(points, labels, i: int) -> tuple[float, float]:
    """The mean distance of point i to the other points of its cluster, and to the points of the nearest other cluster."""
    distances = np.sqrt(((points - points[i]) ** 2).sum(axis=1))
    others = np.arange(len(points)) != i
    a = distances[others & (labels == labels[i])].mean()
    return float(a), float(min(distances[labels == k].mean() for k in np.unique(labels) if k != labels[i]))


def silhouette(points, labels) -> float:
    """Mean over the points of (b - a) / max(a, b): a is the mean distance to its own cluster, b to the next one.

    Rousseeuw, "Silhouettes", J. Comput. Appl. Math. 20 (1987) 53-65. A point alone in its cluster counts 0.
    """
    points = as_points(points)
    names, labels, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if labels.shape != (len(points),) or not 2 <= len(names) <= len(points):
        raise ValueError(f"labels must be one for each of {len(points)} points, of 2 clusters or more, got {len(names)}")
    pairs = [a_and_b(points, labels, i) for i in np.flatnonzero(counts[labels] > 1)]
    return sum((b - a) / (max(a, b) or 1.0) for a, b in pairs) / len(points)


def turned(points):
    """The points around their mean, seen along the cloud's own axes, which are the rows of the second array (N, N)."""
    centred = points - points.mean(axis=0)
    axes = np.linalg.svd(centred, full_matrices=False)[2]
    return centred @ axes.T, axes


def gap(points, ks: Iterable[int], rng: np.random.Generator, *, along=False, references: int = 20, n: int = 5):
    """Gaps and their errors, an array each. A gap is the log inertia of even points in the same box, minus our log inertia.

    Tibshirani, Walther and Hastie, "Estimating the number of clusters in a data set via the gap statistic",
    J. R. Stat. Soc. B 63 (2001) 411-423. `references` boxes are filled, and every fit has n starts. The box is upright, or
    lies along the axes of the cloud (their variant b).
    """
    points, ks = as_points(points), list(ks)
    points = turned(points)[0] if along else points
    low, high = points.min(axis=0), points.max(axis=0)
    inertias = np.array([best_of(points, k, n, rng)[1] for k in ks])
    if not inertias.all():
        raise ValueError(f"ks must leave an inertia above 0, which has a logarithm; it is 0 at k = {ks[inertias.argmin()]}")
    boxes = [rng.uniform(low, high, size=points.shape) for _ in range(check_count(references, "references"))]
    even = np.array([[np.log(best_of(box, k, n, rng)[1]) for k in ks] for box in boxes])  # (references, len(ks))
    return even.mean(axis=0) - np.log(inertias), even.std(axis=0) * np.sqrt(1 + 1 / references)


def first_within(ks, gaps, errors) -> int:
    """The K of the gap statistic: the first whose gap is at least the next gap minus its error, or else the last."""
    enough = [k for i, k in enumerate(list(ks)[:-1]) if gaps[i] >= gaps[i + 1] - errors[i + 1]]
    return int([*enough, ks[-1]][0])


def ari(one, other) -> float:
    """The adjusted Rand index of two labellings: 1 if they are equal up to names, about 0 if one is by chance.

    Hubert and Arabie, "Comparing partitions", Journal of Classification 2 (1985) 193-218.
    """
    (rows, one), (columns, other) = (np.unique(labels, return_inverse=True) for labels in (one, other))
    table = np.zeros((len(rows), len(columns)))
    np.add.at(table, (one, other), 1)
    together, ours, theirs = ((x * (x - 1)).sum() for x in (table, table.sum(axis=1), table.sum(axis=0)))
    chance, most = ours * theirs / (len(one) * (len(one) - 1)), (ours + theirs) / 2
    return 1.0 if most == chance else float((together - chance) / (most - chance))


def stability(points, k: int, rng: np.random.Generator, *, repeats: int = 10, n: int = 5) -> float:
    """How well two halves of the points agree: each half is clustered, both label all points, and their ARI is averaged."""
    found = []
    for _ in range(check_count(repeats, "repeats")):
        halves = np.array_split(rng.permutation(len(points)), 2)
        found.append(ari(*(assign_points(points, best_of(points[half], k, n, rng)[0]) for half in halves)))
    return float(np.mean(found))


def bets(points, ks=range(1, 7), seed=0) -> dict[str, int]:
    """The K that each way to choose it says. The elbow: where inertia lies farthest below the line from first to last."""
    rng, ks = np.random.default_rng(seed), list(ks)
    centroids, inertias = zip(*(best_of(points, k, 10, rng) for k in ks), strict=True)
    line = np.linspace(inertias[0], inertias[-1], len(ks))
    widths = [silhouette(points, assign_points(points, found)) for found in centroids[1:]]
    gaps = [first_within(ks, *gap(points, ks, rng, along=along, references=10, n=3)) for along in (False, True)]
    stable = [k for k in ks[1:] if stability(points, k, rng, n=3) >= STABLE]
    chosen = [ks[int((line - inertias).argmax())], ks[1 + int(np.argmax(widths))], *gaps, max(stable, default=1)]
    return dict(zip(("elbow", "silhouette", "gap, upright", "gap, along", "stability"), chosen, strict=True))


def six_clouds(seed=0) -> dict[str, tuple[np.ndarray, int]]:
    """Six clouds of points (M, 2), each with the number of clusters that it was made from."""
    rng = np.random.default_rng(seed)

    def heaps(*heaps):
        return np.vstack([rng.normal(centre, 0.4, size=(m, 2)) for m, *centre in heaps])

    turns = 2 * np.pi * rng.random(150)
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    three, scattered = heaps((40, 0, 0), (40, 4, 0), (40, 2, 3.5)), rng.uniform((-2, -2), (6, 5.5), size=(30, 2))
    return {
        "three heaps, and points scattered everywhere": (np.vstack([three, scattered]), 3),
        "one slanted cloud": (rng.normal(size=(150, 2)) @ [[1, 0.9], [0, 0.436]], 1),  # a correlation of 0.9
        "two heaps near each other, one far away": (heaps((50, 0, 0), (50, 2, 0), (50, 9, 5)), 3),
        "one ring": (3 * circle + 0.15 * rng.normal(size=(150, 2)), 1),
        "one large heap, one small": (heaps((140, 0, 0), (10, 2, 0)), 2),
        "no clusters: even points in a strip": (rng.uniform((0, 0), (6, 1.2), size=(150, 2)), 1),
    }


# ---- make K-means fail


def two_clusters(angle, stretch, times, apart, seed=0):
    """Two clusters side by side, 300 points and their labels: stretched along their border, then turned by an angle.

    The first has `times` as many points as the second; their middles are `apart` times the spread across the border.
    """
    rng = np.random.default_rng(seed)
    labels = np.repeat([0, 1], [300 - round(300 / (1 + times)), round(300 / (1 + times))])
    points = rng.normal(size=(300, 2)) * [stretch, 1]
    points[:, 1] += apart * labels
    turn = np.radians(angle)
    return points @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]], labels


def whiten(points) -> np.ndarray:
    """The points along the cloud's own axes, each scaled to spread 1."""
    return standardise(turned(points)[0])


def remedies(points, mixture=None, k=2) -> dict[str, np.ndarray]:
    """Labels by K-means as it is, after scaling each feature, after whitening, and by a mixture that has `fit_predict`."""
    found = {}
    for name, view in ("raw", points), ("scaled", standardise(points)), ("whitened", whiten(points)):
        found[name] = assign_points(view, best_of(view, k, 10, np.random.default_rng(0))[0])
    return found if mixture is None else found | {"mixture": mixture.fit_predict(points)}
