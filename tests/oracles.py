"""K-means worked out apart from the package: slow, plain, and in other words. What the tests of it compare with."""

import math
from fractions import Fraction
from itertools import product

import numpy as np


def squared_distance(point, centroid):
    """In plain floats, feature by feature: the operations that IEEE 754 fixes to the last bit on every machine."""
    total = 0.0
    for a, b in zip(point, centroid, strict=True):
        total += (a - b) * (a - b)
    return total


def nearest(points, centroids):
    """Labels by a double loop; Python's min takes the first of equals."""
    centroids = [[float(x) for x in row] for row in centroids]
    labels = []
    for row in points:
        distances = [squared_distance([float(x) for x in row], centroid) for centroid in centroids]
        labels.append(distances.index(min(distances)))
    return labels


def exact_squared_distances(point, centroids):
    """As fractions: no rounding at all."""
    point = [Fraction(float(x)) for x in point]
    return [sum((a - Fraction(float(b))) ** 2 for a, b in zip(point, c, strict=True)) for c in centroids]


def mean(rows):
    """Each feature's sum is rounded once (math.fsum)."""
    return [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)]


def frames_of_the_post(points, centroids):
    """The post's generator: the start with its labels, then each set of new centroids with the labels that made them, until
    an update changes nothing. A centroid without members stays.
    """
    points, centroids = points.tolist(), centroids.tolist()

    def choose():
        return [
            min(range(len(centroids)), key=[np.linalg.norm(np.subtract(p, c)) for c in centroids].__getitem__) for p in points
        ]

    labels = choose()
    yield centroids, labels
    while True:
        groups = [[p for p, mine in zip(points, labels, strict=True) if mine == k] for k in range(len(centroids))]
        moved = [mean(group) if group else old for group, old in zip(groups, centroids, strict=True)]
        yield moved, labels
        if moved == centroids:
            return
        centroids = moved
        labels = choose()


def spread_within(group):
    """Sum of squared distances of a group to its own mean."""
    if not group:
        return 0.0
    middle = mean(group)
    return math.fsum(squared_distance(row, middle) for row in group)


def best_partition(points, k):
    """(inertia, labels) of the very best clustering: every way to label M points is tried, so M must be small."""
    rows = points.tolist()
    best = (math.inf, None)
    for labels in product(range(k), repeat=len(rows)):
        if any(label > 1 + max(labels[:i], default=-1) for i, label in enumerate(labels)):
            continue  # the same groups under other names
        groups = [[row for row, mine in zip(rows, labels, strict=True) if mine == name] for name in range(k)]
        best = min(best, (math.fsum(map(spread_within, groups)), labels))
    return best


def best_on_a_line(values, k):
    """(inertia, means) of the very best clustering of numbers: groups are runs of the sorted numbers, so a table of the best
    way to cut the first j numbers into g groups finds it (Wang and Song, "Ckmeans.1d.dp", The R Journal 3/2, 2011).
    """
    values = sorted(map(float, values))
    m = len(values)
    cost = [[spread_within([[v] for v in values[i:j]]) if i < j else math.inf for j in range(m + 1)] for i in range(m)]
    best = [0.0] + [math.inf] * m
    cuts = []
    for _ in range(k):
        before, cut = best, [0] * (m + 1)
        best = [math.inf] * (m + 1)
        for j in range(1, m + 1):
            cut[j] = min(range(j), key=lambda i: before[i] + cost[i][j])
            best[j] = before[cut[j]] + cost[cut[j]][j]
        cuts.append(cut)
    means, j = [], m
    for cut in reversed(cuts):
        means.append([sum(values[cut[j] : j]) / (j - cut[j])])
        j = cut[j]
    return best[m], means[::-1]
