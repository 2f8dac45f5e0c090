"""Hamerly's K-means: two bounds for each point decide which distances are needed. And many starts, quickly.

G. Hamerly, "Making k-means even faster" (SDM 2010).
"""

import numpy as np

from kmeans_teach.data import plus_plus
from kmeans_teach.kmeans import update_centroids
from kmeans_teach.lessons import fast


def two_nearest(points, centroids):
    """For each point the label, the distance to the nearest centroid, and the distance to the second nearest."""
    distances = np.linalg.norm(points[:, None, :] - centroids, axis=2)  # (M, K)
    nearest, second = np.partition(distances, 1, axis=1)[:, :2].T
    return distances.argmin(axis=1), nearest, second


def move_bounds(upper, lower, labels, moves):
    """What is left of both bounds (M,) after the centroids moved by `moves` (K,): the new upper, and the new lower ones."""
    others = np.full(len(moves), moves.max())  # for each cluster the largest move of the others
    others[moves.argmax()] = np.delete(moves, moves.argmax()).max()
    return upper + moves[labels], lower - others[labels]


def hamerly(points, centroids, bounds=move_bounds):
    """Labels, centroids, and the number of distances measured in each iteration, between two centroids too."""
    labels, upper, lower = two_nearest(points, centroids)
    k, measured = len(centroids), []
    while True:
        moved = update_centroids(points, labels, centroids)
        moves = np.linalg.norm(moved - centroids, axis=1)
        if not moves.any():
            return labels, centroids, measured
        centroids = moved
        upper, lower = bounds(upper, lower, labels, moves)
        between = np.linalg.norm(centroids[:, None] - centroids, axis=2)
        np.fill_diagonal(between, np.inf)
        safe = np.maximum(lower, between.min(axis=1)[labels] / 2)  # who is nearer to its own than this, stays
        some = np.flatnonzero(upper >= safe)
        upper[some] = np.linalg.norm(points[some] - centroids[labels[some]], axis=1)  # one distance makes the bound exact
        again = some[upper[some] >= safe[some]]
        labels[again], upper[again], lower[again] = two_nearest(points[again], centroids)
        measured.append(k * (k - 1) // 2 + len(some) + (k - 1) * len(again))


def best_quickly(points, k, n, rng):
    """The last step of the best of n k-means++ starts, by `fast.fit`."""
    return min((fast.fit(points, plus_plus(points, k, rng)) for _ in range(n)), key=lambda step: step.inertia)
