"""K-means in N dimensions, as a stream of half-steps. This file is what the course is about.

The pictures, the panel and the videos all read this stream. Lessons 02 and 03 build the two half-steps, lesson 04 the stream.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from kmeans_teach.inputs import as_table, check_count, check_start, read_only
from kmeans_teach.inputs.learners import call_learners, check_labels, check_moved


def assign_points(points, centroids):
    """Label each point with the index of its nearest centroid; a tie goes to the lower index.

    assign_points([[1], [2], [9]], [[0], [10]]) -> [0, 0, 1]   (written as lists, but give arrays; see lesson 02)
    """
    labels = np.zeros(len(points), dtype=np.intp)  # (M,)
    nearest = np.full(len(points), np.inf)  # (M,) squared distance to the best centroid so far
    for k, centroid in enumerate(centroids):
        squared = np.zeros(len(points))  # (M,) squared distance to this centroid
        for n, coordinate in enumerate(centroid):
            squared += (points[:, n] - coordinate) ** 2
        closer = squared < nearest  # less, not equal: in a tie the lower index stays
        labels[closer] = k
        nearest = np.minimum(nearest, squared)
    return labels


def update_centroids(points, labels, centroids):
    """Move each centroid to the mean of its members; a centroid without members does not move.

    update_centroids([[1], [2], [9]], [0, 0, 1], [[0], [10]]) -> [[1.5], [9]]   (see lesson 03)
    """
    moved = centroids.copy()  # so that the caller's array does not change
    for k in range(len(centroids)):
        members = points.compress(labels == k, axis=0)  # the same as points[labels == k], but faster
        if len(members) > 0:  # the mean of nothing is NaN
            moved[k] = members.mean(axis=0)
    return moved


def inertia(points, labels, centroids):
    """Add up the squared distance from each point to the centroid of its label. Its unit is the squared unit of the points.

    inertia([[1], [2], [9]], [0, 0, 1], [[1], [10]]) -> 2.0
    """
    total = 0.0
    for n in range(points.shape[1]):  # one feature at a time: this needs two arrays of size M, and none of size M x N
        offsets = points[:, n] - centroids[:, n][labels]
        total += float((offsets**2).sum())  # offsets @ offsets may use threads, so its last digit can vary
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One half-step of a run. Its arrays are read-only, and no other step shares them.

    `before` is the previous step; compare the two to see what moved and what changed. The previous step's own
    `before` is None; otherwise each step would keep all earlier steps in memory.
    """

    iteration: int
    phase: str  # "start", "update" or "assign"
    centroids: np.ndarray  # (K, N) float64
    labels: np.ndarray  # (M,) intp
    inertia: float  # squared units of the points
    changed: int  # points that changed label in this half-step
    shift: float  # largest distance a centroid moved in this half-step
    stop: str | None = None  # "converged", "cycle" or "max_iter" on the last step, else None
    before: "Step | None" = field(default=None, repr=False)


class KMeansND:
    """K-means by Lloyd's method, in any number of dimensions, as a stream of half-steps.

    Parameters
    ----------
    points : (M, N) array_like of real numbers
        They are copied to float64, and never changed. Each number must be finite, and at most 1e150 in size. Points that are
        not all equal must differ by at least 1e-150 in some feature. Both are so that squares keep their digits.
    centroids : (K, N) array_like of real numbers
        The first centroids, in the same units as `points`; 1 <= K <= M.
    assign : callable, optional
        `assign(points, centroids) -> labels`: (M,) integers from 0 to K-1. It gets read-only arrays.
    update : callable, optional
        `update(points, labels, centroids) -> centroids`: (K, N) finite numbers. It gets read-only arrays.
    max_iter : int, optional
        The run stops after this many updates.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; or, during the run, `assign` or `update` returns something wrong. The message says what is
        allowed and what was given.

    Notes
    -----
    S. P. Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28 (1982) 129-137. N. Syed, "Animating K-means
    clustering in 2D with matplotlib" (2017), has the class whose generator feeds an animation. See lessons 03 and 04.
    """

    def __init__(
        self,
        points,
        centroids,
        *,
        assign: Callable = assign_points,
        update: Callable = update_centroids,
        max_iter: int = 300,
    ):
        self.points = read_only(as_table(points, "points"))
        self.centroids = read_only(as_table(centroids, "centroids"))
        check_start(self.points, self.centroids)
        self.max_iter = check_count(max_iter, "max_iter")
        self.assign, self.update = assign, update

    def steps(self) -> Iterator[Step]:
        """Yield one `Step` for each half-step, from the start to the stop. Each call begins a new run.

        The first step is "start"; after it "update" and "assign" take turns. A run stops in one of three ways:
        "converged", at the update that moves nothing; "cycle", when the centroids return to earlier positions (because of
        rounding they could repeat forever); "max_iter", after `max_iter` updates. In the last two cases the last
        step is an "assign". So at the end the labels always fit the last centroids.
        """
        centroids = self.centroids
        step = self._step(None, 0, "start", centroids, self._assign(0, centroids))
        yield step
        seen = {fingerprint(centroids)}
        for i in count(1):
            moved = self._update(i, step.labels, centroids)
            still = np.array_equal(moved, centroids)
            step = self._step(step, i, "update", moved, step.labels, "converged" if still else None)
            yield step
            if still:
                return
            centroids = step.centroids
            key = fingerprint(centroids)
            stop = "cycle" if key in seen else "max_iter" if i == self.max_iter else None
            seen.add(key)
            step = self._step(step, i, "assign", centroids, self._assign(i, centroids), stop)
            yield step
            if stop:
                return

    def fit(self) -> Step:
        """Run to the end and return the last step."""
        return deque(self.steps(), maxlen=1)[0]

    def _step(self, before, iteration, phase, centroids, labels, stop=None):
        centroids, labels = read_only(centroids.copy()), read_only(labels.copy())
        changed = int(np.count_nonzero(labels != before.labels)) if phase == "assign" else 0
        shift = float(distances_moved(before.centroids, centroids).max()) if phase == "update" else 0.0
        return Step(
            iteration, phase, centroids, labels, inertia(self.points, labels, centroids),
            changed, shift, stop, before and replace(before, before=None),
        )  # fmt: skip

    def _assign(self, iteration, centroids):
        return call_learners("assign", iteration, self.assign, check_labels, self.points, centroids)

    def _update(self, iteration, labels, centroids):
        return call_learners("update", iteration, self.update, check_moved, self.points, labels, centroids)


def distances_moved(old, new):
    """How far each centroid moved: an array (K,)."""
    return np.sqrt(((new - old) ** 2).sum(axis=1))


def fingerprint(centroids):
    """A number that is equal for equal centroids."""
    return hash((centroids + 0.0).tobytes())  # + 0.0 turns -0.0 into 0.0
