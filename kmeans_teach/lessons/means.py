"""The centroids of `fast.fit`: quick ones, with a bound for their rounding; and exact ones, with the bits of the plain run."""

import numpy as np

from kmeans_teach.kmeans import update_centroids

EPS = float(np.finfo(np.float64).eps)


class Means:
    """Counts and sums of the clusters, which are corrected by the points that change label."""

    def __init__(self, points, labels, start, centre, size):
        self.points, self.labels, self.centre, self.size = points, labels, centre, size
        self.kept = start.copy()  # where centroids without points stay
        self.counts = np.bincount(labels, minlength=len(start)).astype(np.float64)
        self.exact, self.undo = exact_means(points, labels, start, self.counts), None  # the plain run's centroids, or None
        self.sums = self.counts[:, None] * (self.exact - centre)
        self.members = np.maximum(self.counts, 1)
        # bounds the rounding of `sums`: each addition may be wrong in the last bit of the sum so far
        self.additions = self.counts * (self.counts + 8)
        self.trail, self.blur = 0, 0.0

    def change(self, rows, names):
        """Give these points these labels, and correct the counts and sums."""
        was, k = self.labels[rows], len(self.kept)
        gone, come = np.bincount(was, minlength=k), np.bincount(names, minlength=k)
        counts = self.counts + (come - gone)
        if np.count_nonzero(counts) < k:
            emptied = (counts == 0) & (self.counts > 0)
            if emptied.any():
                self.kept[emptied] = self.exact_centroids()[emptied]
        gone += come
        self.additions += gone * (self.counts + gone)
        self.counts, self.members = counts, np.maximum(counts, 1)
        self.exact, self.undo = None, (rows, was)
        points, sums, centre = in_pairs(self.points), in_pairs(self.sums), in_pairs(self.centre)
        for n in range(points.shape[1]):
            column = points[rows, n] - centre[n]  # one at a time: when most labels change, all would be a second copy
            np.add.at(sums[:, n], names, column)
            np.subtract.at(sums[:, n], was, column)
        self.labels[rows] = names
        # equal labels give an equal trail. If other labels give it by chance, the plain run takes over
        self.trail = (self.trail + int((rows + 1) ** 2 @ (names - was))) % 2**64

    def quick_centroids(self):
        """The means of the sums, relative to the centre. They may be wrong by `blur`."""
        new = self.sums / self.members[:, None]
        if np.count_nonzero(self.counts) < len(new):
            idle = self.counts == 0
            new[idle] = self.kept[idle] - self.centre
        self.blur = max(self.blur, EPS * self.size * float((self.additions / self.members + self.counts).max() + 8))
        return new

    def exact_centroids(self):
        """The centroids of the plain run, to the bit."""
        if self.exact is None:
            self.exact = exact_means(self.points, self.labels, self.kept, self.counts)
        return self.exact

    def exact_before(self):
        """The same for the labels before the last change."""
        rows, was = self.undo
        labels = self.labels.copy()
        labels[rows] = was
        return exact_means(self.points, labels, self.kept)


def exact_means(points, labels, centroids, counts=None):
    """The result of `update_centroids`, equal to the last bit, by a pass for every two features instead of each cluster.

    `counts`: the sizes of the clusters, if the caller has them.
    """
    if points.shape[1] == 1:  # NumPy's mean sums a single column in another order; several columns row by row, as add.at does
        return update_centroids(points, labels, centroids)
    means = np.zeros_like(centroids)
    columns, sums = (in_pairs(points), in_pairs(means)) if points.flags.c_contiguous else (points, means)
    for n in range(columns.shape[1]):
        np.add.at(sums[:, n], labels, columns[:, n])
    counts = np.bincount(labels, minlength=len(means)) if counts is None else counts
    means /= np.maximum(counts, 1)[:, None]
    return means if np.count_nonzero(counts) == len(means) else np.where(counts[:, None] > 0, means, centroids)


def in_pairs(table):
    """An even number of columns as half as many of complex numbers: one pass of `np.add.at` then sums two of them."""
    return table if table.shape[-1] % 2 else table.view(complex)
