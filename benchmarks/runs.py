"""Whole runs of K-means, by this course and by other libraries, from the same start: their time, and how it grows."""

import math
import statistics
import time
import warnings
from dataclasses import dataclass

import numpy as np

from benchmarks import race
from benchmarks.double_loop import double_loop
from kmeans_teach import KMeansND, make_clusters, random_points
from kmeans_teach.lessons import fast

MAX_ITER = 300
REFERENCES = ("sklearn lloyd", "sklearn elkan")


@dataclass(frozen=True)
class Row:
    m: int
    n: int
    k: int
    overlapping: bool = False
    seed: int = 1

    def __str__(self):
        return f"({self.m:,}, {self.n}, {self.k}){' one cloud' * self.overlapping}"

    def make(self):
        """Points and start: the points are blobs or one normal cloud; the start is K of the points."""
        rng = np.random.default_rng(self.seed)
        if self.overlapping:
            points = rng.normal(size=(self.m, self.n))
        else:
            points = make_clusters(self.k, -(-self.m // self.k), self.n, rng=rng)[: self.m].copy()
        return points, random_points(points, self.k, rng)


ROWS = [
    Row(1_200, 2, 12),
    Row(12_000, 2, 12),
    Row(120_000, 2, 12),
    Row(1_200_000, 2, 12),
    Row(128_000, 16, 64),
    Row(100_000, 64, 256),
    Row(200_000, 8, 50, overlapping=True),
]
GROWTH = (ROWS[1], ROWS[3])


# ---- the methods: each takes points and start, and returns labels, the number of iterations and, if known, of distances


def run_double_loop(points, start):
    _, labels, iterations = double_loop(points, start)
    return labels, iterations


def run_plain(points, start):
    step = KMeansND(points, start, max_iter=MAX_ITER).fit()
    return step.labels, step.iteration


def run_fast(points, start):
    step = fast.fit(points, start, max_iter=MAX_ITER)
    return step.labels, step.iteration


def count_fast(points, start):
    """The distances of a run of fast.fit, those between two centroids too, as geokmeans counts them."""
    with np.errstate(all="ignore"):
        run = fast.choose(points, start)
        run.last_step(MAX_ITER)
    return sum(run.measured)


def run_sklearn(algorithm):
    from sklearn.cluster import KMeans

    def run(points, start):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a run that did not converge, or an empty cluster
            model = KMeans(len(start), init=start, n_init=1, tol=0, max_iter=MAX_ITER, algorithm=algorithm).fit(points)
        return model.labels_, model.n_iter_

    return run


def run_scipy(points, start, iterations):
    """scipy does not stop by itself: it gets the number of iterations that the others needed."""
    from scipy.cluster.vq import kmeans2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, labels = kmeans2(points, start, iter=iterations, minit="matrix")
    return labels, iterations


QUICK = 0.03  # seconds
SHORT = 1.0  # seconds: what other programs may take to be measured more than once
LOOP_TO = 50_000  # distances in an iteration: about a second for the double loop
PLAIN_TO = 50_000_000  # coordinate differences in an iteration: about a second for KMeansND


def contenders(row, iterations, patient=False):
    """Name -> function. Methods that would take minutes are left out, unless `patient`."""
    found = {
        "fast.fit": run_fast,
        "KMeansND.fit": run_plain,
        "sklearn lloyd": run_sklearn("lloyd"),
        "sklearn elkan": run_sklearn("elkan"),
        "scipy kmeans2": lambda points, start: run_scipy(points, start, iterations),
    }
    if row.m * row.k < LOOP_TO:
        found["double loop"] = run_double_loop
    if row.m * row.n * row.k > PLAIN_TO and not patient:
        del found["KMeansND.fit"]
    return found


# ---- time


@dataclass
class Timing:
    row: Row
    iterations: int
    seconds: dict  # name -> one number for each repeat
    work: dict  # name -> the least processor time, in seconds
    same: dict  # name -> the share of labels that are those of fast.fit; below 1 also if the number of iterations differs
    distances: dict  # name -> distances measured, where it is known
    missing: list  # programs that are not installed

    def median(self, name):
        return statistics.median(self.seconds[name])

    @property
    def reference(self):
        """The name of the faster of scikit-learn's two methods."""
        return min(REFERENCES, key=self.median)

    def ratio(self, name, base=None):
        return self.median(name) / self.median(base or self.reference)

    def spread(self, name):
        """The smallest and the largest ratio of a repeat to the median of the reference."""
        ratios = [seconds / self.median(self.reference) for seconds in self.seconds[name]]
        return min(ratios), max(ratios)


def timed(run, points, start):
    """The seconds of a run, its processor time, and what it returned.

    A quick run is repeated, and the mean of all but the first counts: in the first, the caches still hold the data of
    the method before.
    """
    begin, work = time.perf_counter(), time.process_time()
    got = run(points, start)
    took, work = time.perf_counter() - begin, time.process_time() - work
    if took < QUICK:
        times = math.ceil(QUICK / took)
        begin, work = time.perf_counter(), time.process_time()
        for _ in range(times):
            run(points, start)
        took, work = (time.perf_counter() - begin) / times, (time.process_time() - work) / times
    return took, work, got


def measure(row, repeats, patience=20.0, say=print):
    """Every method once, then every method again. KMeansND and scipy run once only if they need more than `patience`."""
    points, start = row.make()
    labels, iterations = run_fast(points, start)  # the result to compare with, and a warm-up
    others, missing = race.peers(row, iterations)
    seconds, work, same = {}, {}, {}
    distances = {"fast.fit": count_fast(points, start)}
    distances |= dict.fromkeys(("KMeansND.fit", "sklearn lloyd", "double loop"), row.m * row.k * iterations)
    for repeat in range(repeats):
        for name, run in (contenders(row, iterations) | others).items():
            if repeat and name not in ("fast.fit", *REFERENCES) and seconds[name][0] > (SHORT if name in others else patience):
                continue
            took, worked, (found, count, *measured) = timed(run, points, start)
            seconds.setdefault(name, []).append(took)
            work[name] = min(worked, work.get(name, np.inf))
            # the others count iterations in their own way; scikit-learn counts as we do
            share = float((found == labels).mean())
            same[name] = share if name in others or count == iterations else min(share, 0.9999)
            if measured:
                distances[name] = measured[0]
        say(f"{row} repeat {repeat + 1}: " + ", ".join(f"{name} {times[-1]:.3g} s" for name, times in seconds.items()))
    return Timing(row, iterations, seconds, work, same, distances, missing)


def growth(timings):
    """The exponent e with which the time of fast.fit grows, as M^e, and that of an iteration."""
    few, many = (next(t for t in timings if t.row == row) for row in GROWTH)
    longer = np.log(many.row.m / few.row.m)
    whole = many.median("fast.fit") / few.median("fast.fit")
    return np.log(whole) / longer, np.log(whole * few.iterations / many.iterations) / longer
