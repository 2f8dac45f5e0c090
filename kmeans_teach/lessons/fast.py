"""The same run as `KMeansND`, with fewer distances: a point is measured again only when its cluster could have changed.

Lesson 09 derives it. A point's *slack* is the distance to its second nearest centroid minus the distance to its nearest.
By the triangle inequality, the point keeps its label until its own centroid and the fastest other centroid together have
moved by more than its slack. So in most iterations most points need no distance at all. The idea is Hamerly's, "Making
k-means even faster" (SDM 2010), with his two bounds joined in one. Elkan, "Using the triangle inequality to accelerate
k-means" (ICML 2003), keeps one bound for every centroid.

An estimate never decides a close call. Each estimate has an error bound. A point within that bound gets its label from
`assign_points`, with the exact centroids of `update_centroids`. So labels, count, stop and centroids are those of `KMeansND`.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from kmeans_teach.inputs import read_only
from kmeans_teach.kmeans import KMeansND, Step, assign_points, distances_moved, fingerprint, inertia, update_centroids

EPS = np.finfo(np.float64).eps
VANISH = 1e-150  # the square of a smaller distance has lost its digits
SMALL = 1 << 15  # with this many distances or fewer, it is faster to measure all of them than to choose some
TABLE = 1 << 18  # distances in one table: it fits in the cache, and the calls of NumPy cost little compared with the work
# OpenBLAS starts threads of its own for a product of more multiplications than PRODUCT. They wait for each other by spinning,
# and slow down our two threads. So a large product is made of tiles, each with TILE centroids.
PRODUCT, TILE = 1 << 18, 64
SPLIT = 1 << 15  # with this many points or more to measure, a second thread is worth its cost
CHUNK = 1 << 18  # points in one scan
AHEAD = 8  # the list of points to watch is made for about this many iterations
# an array as large as this, freed once, makes glibc keep smaller ones (mallopt(3)): clearing new pages took a third of a run
FREED = 1 << 20
RESTLESS = 16  # while more than one point in 16 changes label, a slack would not last: no slack is measured


def fit(points, centroids, *, max_iter: int = 300) -> Step:
    """Run K-means to its end: the last step of `KMeansND(points, centroids, max_iter=max_iter)`, with fewer distances.

    Parameters
    ----------
    points : (M, N) array_like of real numbers
    centroids : (K, N) array_like of real numbers
        The start, in the units of `points`; 1 <= K <= M.
    max_iter : int, optional
        The run stops after this many updates.

    Returns
    -------
    step : Step
        Labels, centroids, iteration and stop are those of `KMeansND.fit`. Its `before` is None.

    Raises
    ------
    ValueError, TypeError
        On bad input, as `KMeansND` does.

    Notes
    -----
    Needs memory for a copy of the points and about three arrays of M numbers. The sources are named at the top of this module.
    """
    plain = KMeansND(points, centroids, max_iter=max_iter)
    np.empty(FREED)
    run = Small if len(plain.points) * len(plain.centroids) <= SMALL else Skipping
    with np.errstate(all="ignore"):  # an overflow becomes NaN, and a comparison with NaN is never true
        last = run(plain.points, plain.centroids).last_step(plain.max_iter)
    return last or plain.fit()  # rounding made a cycle: the plain run finds where it begins


def exact_means(points, labels, centroids):
    """The result of `update_centroids`, equal to the last bit, by one pass for each feature instead of each cluster."""
    if points.shape[1] == 1:  # NumPy adds a single column in pairs, but several columns row by row, as bincount does
        return update_centroids(points, labels, centroids)
    k = len(centroids)
    counts, means = np.bincount(labels, minlength=k)[:, None], np.empty_like(centroids)
    for n in range(points.shape[1]):
        means[:, n] = np.bincount(labels, points[:, n], k)
    means /= np.maximum(counts, 1)
    return means if np.count_nonzero(counts) == k else np.where(counts > 0, means, centroids)


class Ruler:
    """Squared distances by a product of matrices: quick, and with a known largest error."""

    def __init__(self, points, start):
        self.points, self.start = points, start
        (self.k, self.n), self.m = start.shape, len(points)
        self.centre = points[:: 1 + len(points) // 1000].mean(axis=0)  # small numbers lose less in the product
        low, high = min(points.min(), start.min()), max(points.max(), start.max())
        # no two points or centroids are farther apart than this, measured from the centre or from the origin
        self.size = 4 * self.n**0.5 * max(-low, high)
        self.reach = max(high - self.centre.min(), self.centre.max() - low)  # the largest coordinate, from the centre
        self.names = np.arange(self.k, dtype=np.min_scalar_type(self.k - 1))[:, None]  # cluster numbers, in the smallest dtype
        self.error = EPS * (8 * self.n + 64)  # of a square, relative to the sum of |x|^2 and the square
        self.tie = 16 * self.n * self.error * self.reach**2 + VANISH**2  # twice the error of the largest square possible
        self.form = np.empty((self.k, self.n + 1))
        self.tile = max(32, PRODUCT // (min(self.k, TILE) * (self.n + 1)))

    def lay_out(self, points):
        """The points (m, N) relative to the centre, one row for each feature and a last row of ones: (N + 1, m)."""
        x = np.empty((self.n + 1, len(points)))
        np.subtract(points.T, self.centre[:, None], out=x[:-1])
        x[-1] = 1
        return x

    def set_centroids(self, centroids):
        """From now on, measure to these centroids (relative to the centre)."""
        self.form[:, :-1] = -2 * centroids
        np.add.reduce(centroids * centroids, axis=1, out=self.form[:, -1])

    def measure(self, x):
        """|c|^2 - 2 c.x: the squared distances (K, m), each without its |x|^2."""
        table = np.empty((self.k, x.shape[1]))
        for k in range(0, self.k, TILE):
            for s in range(0, x.shape[1], self.tile):
                across, along = slice(k, k + TILE), slice(s, s + self.tile)
                np.matmul(self.form[across], x[:, along], out=table[across, along])
        return table

    def nearest(self, x, tie):
        """The label of each point, and the points whose second smallest square is within `tie` of the smallest, or is NaN."""
        table = self.measure(x)
        within = (table <= table.min(axis=0) + tie).view(np.uint8)
        labels = (within * self.names).max(axis=0).astype(np.intp)  # argmin(axis=0), but quicker
        return labels, (within.sum(axis=0, dtype=self.names.dtype) != 1).nonzero()[0]


class Small(Ruler):
    """A run over few points: each iteration measures all distances."""

    def last_step(self, max_iter):
        points, centroids, seen = np.asfortranarray(self.points), self.start, {fingerprint(self.start)}
        self.x = self.lay_out(points)
        labels = self.assign(centroids)
        for i in range(1, max_iter + 1):
            moved = exact_means(points, labels, centroids)
            if np.count_nonzero(moved == centroids) == moved.size:
                return last_step(points, labels, moved, i, "converged")
            if (key := fingerprint(moved)) in seen:
                return None
            seen.add(key)
            before, labels, centroids = labels, self.assign(moved), moved
        return last_step(points, labels, centroids, i, "max_iter", int((labels != before).sum()))

    def assign(self, centroids):
        self.set_centroids(centroids - self.centre)
        labels, close = self.nearest(self.x, self.tie)
        if len(close):
            labels[close] = assign_points(self.points[close], centroids)
        return labels


class Skipping(Ruler):
    """A run over many points: each iteration measures only the points whose slack is used up.

    `labels` are always those of the plain run. `centroids` (relative to the centre) may be wrong by `blur`.
    """

    def __init__(self, points, start):
        super().__init__(points, start)
        self.block = max(64, TABLE // self.k)
        self.columns = np.arange(self.block)
        self.wider = np.array([[1 + self.error], [1 - self.error]])  # rounds the nearest distance up and the second down
        self.labels = np.zeros(len(points), np.intp)
        self.budget = np.full(len(points), -np.inf)  # the drift at which the slack is used up
        self.drift = np.zeros(self.k)  # for each cluster: the sum of its own moves and of the largest move of another
        self.calm, self.limit, self.watch = False, np.full(self.k, -np.inf), None
        self.kept, self.exact = start.copy(), start  # where centroids without points stay; the plain run's centroids, or None
        self.margin = self.rounding = (EPS * 64 * self.n + 4 * self.error) * self.size + VANISH
        self.blur, self.blurred, self.trail, self.seen = 0.0, 0.0, 0, {0}
        self.measured = []  # the number of points measured in each iteration

    def last_step(self, max_iter):
        # each thread has its own settings
        with ThreadPoolExecutor(2, initializer=lambda: np.seterr(all="ignore")) as self.pool:
            return self.run(max_iter)

    def run(self, max_iter):
        self.set_centroids(self.start - self.centre)
        for s in range(0, self.m, CHUNK):  # nearly all rows change: writing them in pieces saves memory
            rows, names = self.search(np.arange(s, min(s + CHUNK, self.m)), self.find_sure_changes)
            self.labels[rows] = names
        self.begin()
        restless = True
        for i in range(1, max_iter + 1):
            self.move(i)
            if restless:
                self.measured.append(len(self.points))
                rows, names = self.search_all()
                restless = len(rows) > len(self.points) / RESTLESS
            else:
                rows = self.due()
                self.measured.append(len(rows))
                rows, names = self.search(rows, self.measure_slack)
            if not len(rows):
                return self.converged(i, max_iter)
            if i == max_iter:
                centroids = self.exact_centroids()
            self.change(rows, names)
            if self.trail in self.seen:
                return None
            self.seen.add(self.trail)
        return self.ended(centroids, i, "max_iter", len(rows))

    def converged(self, i, max_iter):
        """No label changed in iteration i. If its update moved a centroid, the next update will move none."""
        centroids, moved = self.exact_centroids(), True
        if i == 1:
            moved = not np.array_equal(centroids, self.start)
        elif self.shift <= 2 * self.blur:  # too small to be sure: compare with the exact centroids before this update
            rows, was = self.undo
            labels = self.labels.copy()
            labels[rows] = was
            moved = not np.array_equal(centroids, exact_means(self.points, labels, self.kept))
        if moved and i == max_iter:
            return self.ended(centroids, i, "max_iter")
        return self.ended(centroids, i + moved, "converged")

    def ended(self, *how):
        self.budget = self.watch = None  # frees the memory that the inertia needs
        return last_step(self.points, self.labels, *how)

    # ---- the centroids

    def exact_centroids(self):
        if self.exact is None:
            self.exact = exact_means(self.points, self.labels, self.kept)
        return self.exact

    def begin(self):
        """Counts and sums of the first labels."""
        self.exact = exact_means(self.points, self.labels, self.kept)
        self.counts = np.bincount(self.labels, minlength=self.k).astype(np.float64)
        self.sums = self.counts[:, None] * (self.exact - self.centre)
        self.members = np.maximum(self.counts, 1)
        self.additions = self.counts * (self.counts + 8)  # each addition may be wrong in the last bit of such a sum
        self.centroids = self.start - self.centre

    def change(self, rows, names):
        """Give these points these labels, and correct the counts and sums."""
        was = self.labels[rows]
        gone, come = np.bincount(was, minlength=self.k), np.bincount(names, minlength=self.k)
        counts = self.counts + (come - gone)
        if np.count_nonzero(counts) < self.k:
            emptied = (counts == 0) & (self.counts > 0)
            if emptied.any():
                self.kept[emptied] = self.exact_centroids()[emptied]
        gone += come
        self.additions += gone * (self.counts + gone)
        self.counts, self.members = counts, np.maximum(counts, 1)
        self.exact, self.undo = None, (rows, was)
        points = self.points.take(rows, axis=0)
        for n in range(self.n):
            column = points[:, n] - self.centre[n]
            self.sums[:, n] += np.bincount(names, column, self.k) - np.bincount(was, column, self.k)
        self.labels[rows] = names
        # equal labels give an equal trail. If other labels give it by chance, the plain run takes over
        self.trail = (self.trail + int((rows + 1) ** 2 @ (names - was))) % 2**64

    def move(self, i):
        """Move the centroids to the means of the sums, and add up how far they moved."""
        new = self.sums / self.members[:, None]
        if np.count_nonzero(self.counts) < self.k:
            idle = self.counts == 0
            new[idle] = self.kept[idle] - self.centre
        moves = distances_moved(self.centroids, new)
        fastest = moves.argmax()
        self.shift = moves[fastest]
        self.step = moves + self.shift
        if self.k > 1:
            self.step[fastest] = self.shift + np.sort(moves)[-2]
        self.drift += self.step
        self.centroids = new
        self.set_centroids(new)
        self.blur = max(self.blur, EPS * self.size * float((self.additions / self.members + self.counts).max() + 8))
        # two squares may be wrong, of distances that are at most 2 n^0.5 reach
        self.blurred = 16 * self.n**0.5 * self.reach * self.blur
        # four centroids may be wrong: its own and the other one, of then and of now
        self.margin = 4 * self.blur + self.rounding + EPS * 8 * (i + 8) * float(self.drift.max())

    # ---- the points

    def due(self):
        """The rows whose slack is used up."""
        edge = self.drift + self.margin
        if self.calm and (edge > self.limit).any():  # the list of points to watch is too old
            self.limit = edge + AHEAD * self.step
            self.watch = self.used_up(self.limit)
        rows = self.used_up(edge, self.watch) if self.calm else self.used_up(edge)
        self.calm = len(rows) < len(self.points) / 16
        return rows

    def used_up(self, edge, among=None):
        """The rows, of all or of those in `among`, whose budget is not above the edge of their cluster."""
        parts = []
        for s in range(0, len(self.points if among is None else among), CHUNK):
            if among is None:
                budget, labels = self.budget[s : s + CHUNK], self.labels[s : s + CHUNK]
                parts.append((budget <= edge.take(labels)).nonzero()[0] + s)
            else:
                rows = among[s : s + CHUNK]
                parts.append(rows[self.budget.take(rows) <= edge.take(self.labels.take(rows))])
        return np.concatenate(parts) if parts else among

    def search_all(self):
        """The rows that change label now, of all rows, and their new labels. No slack is measured."""
        parts = [self.search(np.arange(s, min(s + CHUNK, self.m)), self.find_sure_changes) for s in range(0, self.m, CHUNK)]
        return joined(parts)

    def search(self, rows, measure):
        """The rows that change label now, of these rows, and their new labels."""
        parts = np.array_split(rows, 2) if len(rows) >= SPLIT else [rows]
        changed, names, close = joined(self.in_threads(lambda part: self.in_blocks(part, measure), parts))
        if len(close):  # these points have kept their labels until here
            chosen = assign_points(self.points[close], self.exact_centroids())
            other = chosen != self.labels[close]
            changed, names = np.concatenate([changed, close[other]]), np.concatenate([names, chosen[other]])
        return changed, names

    def in_threads(self, function, parts):
        if len(parts) > 1:
            try:
                return [*self.pool.map(function, parts)]
            except RuntimeError:  # "can't start new thread": in a browser, or where a machine allows no more threads
                self.pool.shutdown()  # wait for a thread that was started; from here on, map fails at once
        return [*map(function, parts)]

    def in_blocks(self, rows, measure):
        return joined([measure(rows[s : s + self.block]) for s in range(0, len(rows), self.block)] or [(rows, rows, rows)])

    def find_sure_changes(self, rows):
        """The rows that surely change label, their labels, and the rows that are too close to call."""
        block = slice(rows[0], rows[-1] + 1)  # the rows are always neighbours
        names, close = self.nearest(self.lay_out(self.points[block]), self.tie + self.blurred)
        changes = names != self.labels[block]
        changes[close] = False
        changes = changes.nonzero()[0]
        return rows[changes], names[changes], rows[close]

    def measure_slack(self, rows):
        """As `find_sure_changes`, and it also sets the budget of each row."""
        before = self.labels.take(rows)
        names, slack = self.slack(self.points.take(rows, axis=0), before)
        sure = slack > self.margin
        budget, changes, close = slack + self.drift.take(names), names != before, rows[:0]
        if np.count_nonzero(sure) < len(rows):
            budget[~sure] = -np.inf
            changes &= sure
            close = rows[~sure]
        self.budget[rows] = budget
        changes = changes.nonzero()[0]
        return rows[changes], names[changes], close

    def slack(self, points, labels):
        """Label and slack of these points, which had these labels. The slack minus `margin` is never above the true slack."""
        if self.k == 1:
            return labels, np.full(len(points), np.inf)
        x = self.lay_out(points)
        table, pair = self.measure(x), np.empty((2, len(points)))
        flat, nearest = table.reshape(-1), labels * len(points) + self.columns[: len(points)]
        table.min(axis=0, out=pair[0])
        other = (flat.take(nearest) > pair[0]).nonzero()[0]  # most labels stay, and argmin is slow
        if len(other):
            labels = labels.copy()
            labels[other] = table.take(other, axis=1).argmin(axis=0)
            nearest[other] = labels[other] * len(points) + other
        flat[nearest] = np.inf
        table.min(axis=0, out=pair[1])
        pair += np.add.reduce(x[:-1] ** 2) * self.wider
        near, far = np.sqrt(np.maximum(pair, 0, out=pair), out=pair)
        return labels, far - near


def joined(parts):
    """Join a list of tuples of arrays to one tuple of arrays."""
    return parts[0] if len(parts) == 1 else [np.concatenate(arrays) for arrays in zip(*parts, strict=True)]


def last_step(points, labels, centroids, iteration, stop, changed=0):
    phase = "update" if stop == "converged" else "assign"
    total = inertia(points, labels, centroids)
    return Step(iteration, phase, read_only(centroids), read_only(labels), total, changed, 0.0, stop)
