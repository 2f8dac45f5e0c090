"""The engine of `fast.fit`: squared distances by a product of matrices, each with a bound for its rounding."""

import numpy as np

VANISH = 1e-150  # the square of a smaller distance has lost its digits
# OpenBLAS starts threads of its own for a product of more multiplications than PRODUCT. They wait for each other by spinning,
# and slow down our two threads. So a large product is made of tiles, each with TILE centroids.
PRODUCT, TILE = 1 << 18, 64
HALF, FULL = np.float32, np.float64  # half the digits take half the time
GAINS = 2_000_000  # with M times K times (N + 16) as small as this, the other costs hide it


class Ruler:
    """Distances from points to centroids. All are relative to `centre`: small numbers lose less in a product."""

    def __init__(self, points, start):
        self.points, self.start = points, start
        (self.k, self.n), self.m = start.shape, len(points)
        self.centre = points[:: 1 + self.m // 1000].mean(axis=0)
        low, high = min(points.min(), start.min()), max(points.max(), start.max())
        # an upper limit for every distance, and for every length from the origin
        self.size = 4 * self.n**0.5 * max(-low, high)
        self.reach = max(high - self.centre.min(), self.centre.max() - low)  # their largest coordinate, from the centre
        # the squares of other numbers do not fit
        self.half = HALF if self.m * self.k * (self.n + 16) > GAINS and 1e-12 < self.reach < 1e12 else FULL
        # the error of a square is at most this times the sum of |x|^2 and the square
        self.error = {kind: float(np.finfo(kind).eps) * (8 * self.n + 32) for kind in (HALF, FULL)}
        # |c|^2 - 2 c.x has n + 1 terms, together at most 3 n reach^2 (what rounding does to later centroids is in Means.blur).
        # Twice its rounding error, and that of the plain run's two squares, are less than this
        self.tie = {kind: 2 * self.n * error * self.reach**2 + VANISH**2 for kind, error in self.error.items()}
        # rounds the nearest distance up and the second down
        self.wider = {kind: np.array([[1 + error], [1 - error]], kind) for kind, error in self.error.items()}
        # what rounding the coordinates of a point, and the difference of two distances, can add
        self.blunt = {HALF: 16 * float(np.finfo(HALF).eps) * self.n**0.5 * self.reach, FULL: 0.0}
        self.names = np.arange(self.k, dtype=np.min_scalar_type(self.k - 1))[:, None]  # cluster numbers, in the smallest dtype
        self.form = {FULL: np.empty((self.k, self.n + 1))}

    def lay_out(self, points, kind=FULL):
        """The points (m, N) relative to the centre, one row for each feature and a last row of ones: (N + 1, m)."""
        x = np.empty((self.n + 1, len(points)), kind)
        np.subtract(points.T, self.centre[:, None], out=x[:-1], casting="same_kind")
        x[-1] = 1
        return x

    def set_centroids(self, centroids):
        """From now on, measure to these centroids (relative to the centre)."""
        form = self.form[FULL]
        form[:, :-1] = -2 * centroids
        np.add.reduce(centroids * centroids, axis=1, out=form[:, -1])
        self.form[self.half] = form.astype(self.half, copy=False)

    def measure(self, x, form, table=None):
        """|c|^2 - 2 c.x: the squared distances (K, m), each without its |x|^2."""
        if table is None:
            table = np.empty((len(form), x.shape[1]), x.dtype)
        size = max(32, PRODUCT // (min(len(form), TILE) * len(x)) // 8 * 8)
        whole = x.shape[1] // size * size
        for k in range(0, len(form), TILE):
            part, out = form[k : k + TILE], table[k : k + TILE]
            if whole:
                np.matmul(part, pieces(x[:, :whole], size), out=pieces(out[:, :whole], size))
            if whole < x.shape[1]:
                np.matmul(part, x[:, whole:], out=out[:, whole:])
        return table

    def nearest(self, x, tie):
        """The label of each point, and the points whose second smallest square is within `tie` of the smallest, or is NaN."""
        table = self.measure(x, self.form[x.dtype.type])
        within = (table <= np.minimum.reduce(table) + tie).view(np.uint8)
        labels = np.maximum.reduce(within * self.names).astype(np.intp)  # argmin(axis=0), but quicker
        return labels, (np.add.reduce(within, dtype=self.names.dtype) != 1).nonzero()[0]

    def two_nearest(self, x, labels):
        """The label of each point, which was one of `labels` before, and its two lowest squares (2, m)."""
        table, pair = self.measure(x, self.form[x.dtype.type]), np.empty((2, len(labels)), x.dtype)
        flat, place = table.reshape(-1), labels * len(labels) + np.arange(len(labels))
        flat.take(place, out=pair[0], mode="clip")  # most labels stay, so the nearest is one's own
        flat[place] = np.inf
        np.minimum.reduce(table, out=pair[1])
        other = (pair[1] < pair[0]).nonzero()[0]
        if len(other):
            labels, some, near = labels.copy(), table.take(other, axis=1), pair[1].take(other)
            names = np.maximum.reduce((some <= near).view(np.uint8) * self.names)  # argmin(axis=0), but quicker
            labels[other] = names
            some[names, np.arange(len(other))] = np.inf
            pair[:, other] = near, np.minimum(pair[0].take(other), np.minimum.reduce(some))
        return labels, pair

    def squares(self, lowest, x):
        """Add |x|^2 to squares that `measure` gave without it. The result is never too small."""
        return lowest + np.add.reduce(x[:-1] ** 2) * self.wider[x.dtype.type][0]

    def roots(self, pair, x):
        """The distances of these squares (2, m): the nearest is never too small, the second never too large."""
        wider = self.wider[x.dtype.type]
        pair += np.add.reduce(x[:-1] ** 2) * wider
        return np.sqrt(np.maximum(pair, 0, out=pair), out=pair) * wider


def joined(parts):
    """Join a list of tuples of arrays to one tuple of arrays."""
    return parts[0] if len(parts) == 1 else [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]


def pieces(table, size):
    """The same numbers, in pieces of so many columns: NumPy goes from one to the next faster than Python."""
    return table.reshape(len(table), -1, size).transpose(1, 0, 2)
