"""K-means as the original post has it: a loop over the points, and in it a loop over the centroids.

The algorithm of N. Syed, "Animating K-means clustering in 2D with matplotlib" (2017), in code of our own. Its
assignment computes one distance at a time with `np.linalg.norm`; its update takes the mean of each cluster that has members.
"""

import numpy as np


def choose(points, centroids):
    labels = np.zeros(len(points), dtype=int)
    for i in range(len(points)):
        nearest = np.inf
        for k in range(len(centroids)):
            distance = np.linalg.norm(points[i] - centroids[k])
            if distance < nearest:
                nearest, labels[i] = distance, k
    return labels


def double_loop(points, centroids):
    """Centroids, labels and number of updates of a run that ends when no centroid moves."""
    iterations = 0
    while True:
        labels = choose(points, centroids)
        moved = centroids.copy()
        for k in range(len(centroids)):
            members = points[labels == k]
            if len(members) > 0:
                moved[k] = members.mean(axis=0)
        iterations += 1
        if np.array_equal(moved, centroids):
            return centroids, labels, iterations
        centroids = moved
