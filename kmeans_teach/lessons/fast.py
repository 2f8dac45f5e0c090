"""The same run as `KMeansND`, with fewer distances: a point is measured again only when its cluster could have changed.

Lesson 09 derives it. A point's *slack* is the distance to its second nearest centroid minus the distance to its nearest.
By the triangle inequality, the point keeps its label until its own centroid and the fastest other centroid together have
moved by more than its slack. So in most iterations most points need no distance at all. The idea is Hamerly's, "Making
k-means even faster" (SDM 2010), with his two bounds joined in one. Elkan, "Using the triangle inequality to accelerate
k-means" (ICML 2003), keeps one bound for every centroid.

Where it pays, a point that must be looked at first asks only the *neighbours* of its centroid. If the point is u away from its
own centroid, a centroid that is D away from that one is at least D - u away from the point. (Newling and Fleuret, "Fast k-means
with accurate bounds", ICML 2016, choose such neighbours for each point; here a whole cluster has the same two.) If that
leaves a doubt, the point asks all.

An estimate never decides a close call. Each estimate has an error bound. A point that is closer than that to a tie is measured
again with more digits. If it is still too close, `assign_points` decides, with the exact centroids of `update_centroids`. So
labels, count, stop and centroids are those of `KMeansND`.

Read `Skipping.run` first: it is the loop of the lesson. How distances are measured, and how far rounding can be off, is in
ruler.py; how the centroids are found, is in means.py.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from kmeans_teach.inputs import read_only
from kmeans_teach.kmeans import KMeansND, Step, assign_points, distances_moved, fingerprint, inertia
from kmeans_teach.lessons.means import EPS, Means, exact_means
from kmeans_teach.lessons.ruler import FULL, VANISH, Ruler, joined

SMALL = 1 << 15  # with this many distances or fewer, it is faster to measure all of them than to choose some
FEW = 1 << 16  # so many distances, or fewer, are measured with all digits at once
NEAR = 2  # neighbours of a centroid
# asking neighbours first pays if points times (N + 16) are more than this. Choosing costs time too: for 12,000 points in 2-D,
# measuring all 12 distances is quicker
WORTH = 300_000
RESTLESS = 16  # while more than one point in 16 changes label, a slack would not last: none is measured
TABLE = 1 << 19  # numbers in one table, about: two threads wait less for each other in few large calls of NumPy
SPLIT = 4_000_000  # nanoseconds of work, about, for which a second thread is worth its cost
PIECE = 1 << 18  # points in one piece of `due`
AHEAD = 6  # the list of points to watch is made for about this many iterations
# glibc gives large arrays back to the system, and new pages must be cleared, which took a third of a run. After one array of so
# many numbers was freed, it keeps smaller ones (mallopt(3))
FREED = 1 << 20


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
    In 2-D, it needs memory for a copy of the points and five or six arrays of M numbers: 72 MB at 1,200,000 points, 528 MB at
    ten million (benchmarks/RESULTS.md). The sources are named at the top of this module.
    """
    plain = KMeansND(points, centroids, max_iter=max_iter)
    np.empty(FREED)
    with np.errstate(all="ignore"):  # an overflow becomes NaN, and a comparison with NaN is never true
        last = choose(plain.points, plain.centroids).last_step(plain.max_iter)
    return last or plain.fit()  # rounding made a cycle: the plain run finds where it begins


def choose(points, start):
    """A run that was not started yet. It will list in `measured` the number of distances of each look at the points."""
    return (Small if len(points) * len(start) <= SMALL else Skipping)(points, start)


class Skipping(Ruler):
    """A run over many points. While many labels change (`restless`), each iteration looks at all points; after that, only at
    those whose slack is used up. When these are few (`calm`), a list of points to watch is quicker than a pass over all.

    `labels` are always those of the plain run. `centroids` (relative to the centre) may be wrong by `means.blur`.
    """

    def __init__(self, points, start):
        super().__init__(points, start)
        self.labels = np.zeros(self.m, np.intp)
        self.budget = np.full(self.m, -np.inf)  # the drift at which the slack is used up
        self.drift = np.zeros(self.k)  # for each cluster: the sum of its own moves and of the largest move of another
        self.calm, self.limit, self.watch, self.asked = False, np.full(self.k, -np.inf), None, None
        self.centroids, self.means = start - self.centre, None
        self.margin = self.rounding = (EPS * 64 * self.n + 4 * self.error[FULL]) * self.size + VANISH
        self.blurred, self.measured = 0.0, []
        self.width = max(self.k, self.n)  # numbers for each point in the largest table
        self.work = 30 + self.k * (self.n + 8) // 16  # nanoseconds to measure a point, about
        self.restless, self.helpful = True, self.k > NEAR + 2  # helpful: it pays to ask the neighbours

    def last_step(self, max_iter):
        # each thread has its own settings
        with ThreadPoolExecutor(1, initializer=lambda: np.seterr(all="ignore")) as self.pool:
            return self.run(max_iter)

    def run(self, max_iter):
        """The loop of lesson 09: move the centroids, look at the points without slack, until no label changes."""
        self.first_look()
        seen = {0}
        for i in range(1, max_iter + 1):
            self.move(i)
            rows, names = self.look()
            self.restless &= len(rows) > self.m / RESTLESS
            if not len(rows):
                return self.converged(i, max_iter)
            if i == max_iter:
                centroids = self.means.exact_centroids()
            self.means.change(rows, names)
            if self.means.trail in seen:
                return None
            seen.add(self.means.trail)
        return self.ended(centroids, i, "max_iter", len(rows))

    # ---- the points: who is measured, and against which centroids

    def due(self):
        """The rows whose slack is used up, in pieces, which saves memory."""
        edge = self.drift + self.margin
        if not self.calm:
            return self.used_up(edge)
        if np.count_nonzero(edge > self.limit):  # the list of points to watch is too old
            self.limit = edge + AHEAD * self.step
            rows = np.concatenate([*self.used_up(self.limit)])
            self.watch = rows, self.budget.take(rows), self.labels.take(rows)
        else:  # the list has its own copies, side by side in memory: those of the points that were measured last are old
            rows, budget, labels = self.watch
            measured = rows.take(self.some)
            budget[self.some], labels[self.some] = self.budget.take(measured), self.labels.take(measured)
        rows, budget, labels = self.watch
        self.some = (budget <= edge.take(labels)).nonzero()[0]
        return (rows.take(self.some),)

    def used_up(self, edge):
        """The rows whose budget is not above the edge of their cluster, in pieces: all rows while the run is restless."""
        for s in range(0, self.m, PIECE):
            part = slice(s, min(s + PIECE, self.m))
            if self.restless:
                yield np.arange(s, part.stop)
            else:
                yield (self.budget[part] <= edge.take(self.labels[part])).nonzero()[0] + s

    def first_look(self):
        """The first labels."""
        self.set_centroids(self.centroids)
        self.measured.append(self.m * self.k)
        for rows in self.used_up(None):
            rows, names = self.ask_all(self.in_threads(self.guess, rows, self.width)[0])
            self.labels[rows] = names
        self.means = Means(self.points, self.labels, self.start, self.centre, self.size)

    def guess(self, rows):
        """Write down the first labels of these rows, and return those that are too close to call."""
        names, close = self.nearest(self.lay_out(self.pick(rows), self.half), self.tie[self.half])
        self.labels[rows[0] : rows[-1] + 1] = names
        return (rows.take(close),)

    def look(self):
        """The rows that change label now, and their new labels."""
        self.measured.append(self.k)  # how far each centroid moved
        found, due, self.asked = [], 0, None
        for rows in self.due():
            due += len(rows)
            if self.helpful and len(rows) * (self.n + 16) > WORTH:
                rows = self.ask_neighbours(rows)
            found.append(self.ask_all(rows))
        self.calm = due < self.m / 16
        return joined(found)

    def find_neighbours(self):
        """Set `asked`, for each cluster: the form of its centroid and of the nearest to that. No other one is nearer to that
        than `beyond`.
        """
        error, form = self.error[FULL], self.form[FULL]
        squares = self.measure(np.vstack([self.centroids.T, np.ones(self.k)]), form) + (1 - error) * form[:, -1]
        apart = (1 - error) * np.sqrt(np.maximum(squares, 0))  # rounded down
        np.fill_diagonal(apart, -1)
        order = np.argpartition(apart, [0, NEAR, NEAR + 1], axis=0)
        self.beyond = apart[order[NEAR + 1], np.arange(self.k)]
        self.asked = self.form[self.half][order[: NEAR + 1].T]
        # a point that is nearer to its own centroid than half of that is farther from all others; as a square, rounded down
        safe = np.maximum(self.beyond - self.margin - self.blunt[self.half], 0) * max(1 - 2 * self.error[self.half], 0) / 2
        self.safe = (safe**2).astype(self.half)
        self.measured[-1] += self.k * (self.k - 1) // 2

    def ask_neighbours(self, rows):
        """The rows that do not surely stay: another centroid may be nearer than their own."""
        if self.asked is None:
            self.find_neighbours()
        self.measured[-1] += len(rows) * (NEAR + 1)
        unsure = np.sort(self.in_threads(self.stay, rows, self.n)[0])
        self.helpful = (len(rows) - len(unsure)) * self.k > len(rows) * (NEAR + 1)  # it saves more distances than it takes
        return unsure

    def stay(self, rows):
        """The rows that may leave their cluster, as far as the neighbours of its centroid tell. The others stay; they get a
        budget unless the run is restless.
        """
        own = self.labels.take(rows).astype(self.names.dtype)
        order = own.argsort(kind="stable")  # one product for each cluster
        rows, ends = rows.take(order), own.take(order).searchsorted(self.names[:, 0], side="right")
        counts, start = np.diff(ends, prepend=0), 0
        x, table = self.lay_out(self.points.take(rows, axis=0), self.half), np.empty((NEAR + 1, len(rows)), self.half)
        for form, end in zip(self.asked, ends.tolist(), strict=True):
            if end > start:
                self.measure(x[:, start:end], form, table[:, start:end])
            start = end
        np.minimum(table[1], table[2], out=table[1])
        if self.restless:
            sure = table[1] > table[0] + (self.blurred + self.tie[self.half])
            sure &= self.squares(table[0], x) < self.safe.repeat(counts)
        else:
            near, far = self.roots(table[:2], x)
            slack = np.minimum(far, self.beyond.repeat(counts) - near) - near - self.blunt[self.half]
            sure = slack > self.margin
            self.budget[rows] = np.where(sure, slack + self.drift.repeat(counts), -np.inf)
        return (rows.compress(~sure),)

    def ask_all(self, rows):
        """The rows that change label now, of these rows, and their new labels; measured with half the digits, then with all."""
        found, measure = [], self.find_changes if self.restless else self.measure_slack
        for kind in dict.fromkeys((self.half, FULL) if len(rows) * self.k > FEW else (FULL,)):
            if len(rows):
                self.measured[-1] += len(rows) * self.k
                changed, names, rows = self.in_threads(partial(measure, kind=kind), rows, self.width)
                found.append((changed, names))
        if len(rows):  # these points are too close to call, and have kept their labels until here
            self.measured[-1] += len(rows) * self.k
            names = assign_points(self.points[rows], self.means.exact_centroids() if self.means else self.start)
            other = names != self.labels[rows]
            found.append((rows[other], names[other]))
        return joined(found) if found else (rows, rows)

    def find_changes(self, rows, kind):
        """The rows that surely change label, their labels, and the rows that are too close to call."""
        names, close = self.nearest(self.lay_out(self.pick(rows), kind), self.blurred + self.tie[kind])
        changes = names != self.labels.take(rows)
        changes[close] = False
        changes = changes.nonzero()[0]
        return rows.take(changes), names.take(changes), rows.take(close)

    def pick(self, rows):
        """The points in these rows, which are in order: a slice, if no row is missing, is quicker."""
        together = len(rows) and rows[-1] - rows[0] + 1 == len(rows)
        return self.points[rows[0] : rows[-1] + 1] if together else self.points.take(rows, axis=0)

    def measure_slack(self, rows, kind):
        """As `find_changes`, and it also sets the budget of each row."""
        before = self.labels.take(rows)
        names, slack = self.slack(self.pick(rows), before, kind)
        sure, budget, close = slack > self.margin, slack + self.drift.take(names), rows[:0]
        if np.count_nonzero(sure) < len(rows):
            close, budget = rows.compress(~sure), np.where(sure, budget, -np.inf)
        self.budget[rows] = budget
        changes = ((names != before) & sure).nonzero()[0]
        return rows.take(changes), names.take(changes), close

    def slack(self, points, labels, kind):
        """Label and slack of these points, which had these labels. The slack minus `margin` is never above the true slack."""
        x = self.lay_out(points, kind)
        labels, pair = self.two_nearest(x, labels)
        near, far = self.roots(pair, x)
        return labels, far - near if kind is FULL else far - near - self.blunt[kind]

    def in_threads(self, function, rows, width):
        """Call a function on pieces of these rows, of about TABLE / width each, and join what it returns."""
        size, split = max(64, TABLE // width), len(rows) * self.work >= SPLIT
        if split:  # as much for one thread as for the other
            half = -(-len(rows) // 2)
            size = -(-half // -(-half // size))
        if len(rows) <= size:
            return function(rows)
        blocks = [rows[s : s + size] for s in range(0, len(rows), size)]
        if split:
            try:
                middle = -(-len(blocks) // 2)
                others = self.pool.submit(lambda: [*map(function, blocks[middle:])])
                return joined([*map(function, blocks[:middle]), *others.result()])
            except RuntimeError:  # "can't start new thread": in a browser, or where a machine allows no more threads
                self.pool.shutdown()  # wait for a thread that was started; from here on, submit fails at once
        return joined([*map(function, blocks)])

    # ---- the centroids

    def move(self, i):
        """Move the centroids to the means, and add up how far they moved."""
        new = self.means.quick_centroids()
        moves = distances_moved(self.centroids, new)
        fastest = moves.argmax()
        self.shift = moves[fastest]
        self.step = moves + self.shift
        if self.k > 1:
            self.step[fastest] = self.shift + np.sort(moves)[-2]
        self.drift += self.step
        self.centroids = new
        self.set_centroids(new)
        # two squares may be wrong, of distances that are at most 2 n^0.5 reach, and more where rounding is large
        self.blurred = 16 * (self.n**0.5 * self.reach + self.means.blur) * self.means.blur
        # four centroids may be wrong: its own and the other one, of then and of now
        self.margin = 4 * self.means.blur + self.rounding + EPS * 8 * (i + 8) * float(self.drift.max())

    # ---- the end

    def converged(self, i, max_iter):
        """No label changed in iteration i. If its update moved a centroid, the next update will move none."""
        centroids, moved = self.means.exact_centroids(), True
        if i == 1:
            moved = not np.array_equal(centroids, self.start)
        elif self.shift <= 2 * self.means.blur:  # too small to be sure: compare with the exact centroids before this update
            moved = not np.array_equal(centroids, self.means.exact_before())
        if moved and i == max_iter:
            return self.ended(centroids, i, "max_iter")
        return self.ended(centroids, i + moved, "converged")

    def ended(self, *how):
        self.budget = self.watch = None  # frees the memory that the inertia needs
        return last_step(self.points, self.labels, *how)


class Small(Ruler):
    """A run over few points: each iteration measures all distances."""

    def last_step(self, max_iter):
        points, centroids, seen = np.asfortranarray(self.points), self.start, {fingerprint(self.start)}
        self.x, self.measured = self.lay_out(points), []
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
        labels, close = self.nearest(self.x, self.tie[FULL])
        if len(close):
            labels[close] = assign_points(self.points[close], centroids)
        self.measured.append((self.m + len(close)) * self.k)
        return labels


def last_step(points, labels, centroids, iteration, stop, changed=0):
    phase = "update" if stop == "converged" else "assign"
    total = inertia(points, labels, centroids)
    return Step(iteration, phase, read_only(centroids), read_only(labels), total, changed, 0.0, stop)
