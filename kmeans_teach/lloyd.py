"""K-means in N dimensions, as a stream of half-steps: the heart of the course.

Everything else consumes the stream. Lessons 02 and 03 derive the two half-steps, lesson 04 the stream.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

LARGEST = 1e150  # a squared distance between larger numbers would overflow float64


def assign_points(points, centroids):
    """Label each point with the index of its nearest centroid; a tie goes to the lower index.

    assign_points([[1], [2], [9]], [[0], [10]]) -> [0, 0, 1]   (given as arrays; lesson 02 derives it)
    """
    labels = np.zeros(len(points), dtype=np.intp)  # (M,)
    nearest = np.full(len(points), np.inf)  # (M,) squared distance to the best centroid so far
    for k, centroid in enumerate(centroids):
        squared = np.zeros(len(points))  # (M,) squared distance to this centroid
        for n, coordinate in enumerate(centroid):
            squared += (points[:, n] - coordinate) ** 2
        closer = squared < nearest  # strictly less: a tie stays with the lower index
        labels[closer] = k
        nearest = np.minimum(nearest, squared)
    return labels


def update_centroids(points, labels, centroids):
    """Move each centroid to the mean of its members; a centroid without members stays where it is.

    update_centroids([[1], [2], [9]], [0, 0, 1], [[0], [10]]) -> [[1.5], [9]]   (lesson 03 derives it)
    """
    moved = centroids.copy()  # the caller's centroids are not ours to change
    for k in range(len(centroids)):
        members = points.compress(labels == k, axis=0)  # points[labels == k], but quicker
        if len(members) > 0:  # the mean of nothing is NaN
            moved[k] = members.mean(axis=0)
    return moved


def inertia(points, labels, centroids):
    """Sum over the points of the squared distance to the labelled centroid, in squared units of the points.

    inertia([[1], [2], [9]], [0, 0, 1], [[1], [10]]) -> 2.0
    """
    total = 0.0
    for n in range(points.shape[1]):  # one feature at a time holds two arrays of M, not of M x N
        offsets = points[:, n] - centroids[:, n][labels]
        total += float((offsets**2).sum())  # not offsets @ offsets: BLAS may sum on threads, and then the last bit varies
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One half-step of a run. Its arrays are read-only and belong to this step alone.

    `before` is the half-step that came before it (and knows none itself, so that a kept step keeps one other alive,
    never the whole run): what moved, and what changed, is the difference of the two.
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
        Converted once to float64; never changed. Finite, and below 1e150 in size.
    centroids : (K, N) array_like of real numbers
        The start, in the units of `points`; 1 <= K <= M.
    assign : callable, optional
        `assign(points, centroids) -> labels`, (M,) integers 0..K-1.
    update : callable, optional
        `update(points, labels, centroids) -> centroids`, (K, N), finite. Both are handed read-only arrays.
    max_iter : int, optional
        Updates after which the run gives up.

    Raises
    ------
    ValueError, TypeError
        On bad input, naming the rule and the value; while running, when `assign` or `update` returns something else.

    Notes
    -----
    S. P. Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28 (1982) 129-137. The class whose generator
    feeds an animation is N. Syed's ("Animating K-means clustering in 2D with matplotlib", 2017). Lessons 03 and 04 build it.
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
        check_width(self.points, self.centroids)
        check_k(len(self.centroids), len(self.points))
        self.max_iter = check_count(max_iter, "max_iter")
        self.assign, self.update = assign, update

    def steps(self) -> Iterator[Step]:
        """Yield the run, one `Step` per half-step, from the start to the stop. Each call begins a fresh run.

        The "start" comes first; then "update" and "assign" take turns. The run ends at the "update" that moves nothing
        ("converged"), or with a last "assign" when the centroids come back to where they were before ("cycle": rounding can
        make coincident centroids alternate for ever) or after `max_iter` updates. Whatever the stop, `labels` are those
        nearest to `centroids`.
        """
        centroids = self.centroids
        step = self._step(None, 0, "start", centroids, self._assign(centroids))
        yield step
        seen = {fingerprint(centroids)}
        for i in count(1):
            moved = self._update(step.labels, centroids)
            still = np.array_equal(moved, centroids)
            step = self._step(step, i, "update", moved, step.labels, "converged" if still else None)
            yield step
            if still:
                return
            centroids = step.centroids
            mark = fingerprint(centroids)
            stop = "cycle" if mark in seen else "max_iter" if i == self.max_iter else None
            seen.add(mark)
            step = self._step(step, i, "assign", centroids, self._assign(centroids), stop)
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

    def _assign(self, centroids):
        m, k = len(self.points), len(centroids)
        labels = called("assign", self.assign, self.points, centroids)
        if labels.shape != (m,) or labels.dtype.kind not in "iu":
            raise TypeError(
                f"assign: {name_of(self.assign)} must return {m} integer labels, shape ({m},), "
                f"got shape {labels.shape} of {labels.dtype}"
            )
        if labels.min() < 0 or labels.max() >= k:
            raise ValueError(
                f"assign: {name_of(self.assign)} must return labels from 0 to {k - 1}, got {labels.min()} to {labels.max()}"
            )
        return labels.astype(np.intp, copy=False)  # the step has a copy of its own

    def _update(self, labels, centroids):
        moved = called("update", self.update, self.points, labels, centroids)
        if moved.shape != centroids.shape or moved.dtype.kind not in "fiu":
            raise TypeError(
                f"update: {name_of(self.update)} must return {len(centroids)} centroids, shape {centroids.shape}, "
                f"got shape {moved.shape} of {moved.dtype}"
            )
        moved = moved.astype(np.float64, copy=False)  # the step has a copy of its own
        size = np.abs(moved)
        if not size.max() <= LARGEST:  # a NaN is not, either
            bad = ~np.isfinite(moved) if not np.isfinite(moved).all() else size > LARGEST
            rule = "finite centroids" if not np.isfinite(moved).all() else f"centroids below {LARGEST:g} in size"
            k = int(np.flatnonzero(bad.any(axis=1))[0])
            raise ValueError(f"update: {name_of(self.update)} must return {rule}, got {moved[k]} for centroid {k}")
        return moved


def read_only(array):
    """The same array, closed to writing."""
    array.setflags(write=False)
    return array


def distances_moved(old, new):
    """Distance (K,) that each centroid went from `old` to `new`."""
    return np.sqrt(((new - old) ** 2).sum(axis=1))


def fingerprint(centroids):
    return hash((centroids + 0.0).tobytes())  # + 0.0 makes -0.0 and 0.0 the same place


def name_of(function):
    return getattr(function, "__name__", type(function).__name__)


def called(role, function, *arguments):
    """What a learner's function returns, as an array; an error that leaves it carries a note that says whose it is."""
    try:
        returned = function(*arguments)
    except Exception as error:
        error.add_note(f"raised inside the {role} function {name_of(function)}")
        raise
    try:
        return np.asarray(returned)
    except ValueError:  # numpy's word for rows of unequal length
        raise TypeError(f"{role}: {name_of(function)} must return an array, got rows of unequal lengths") from None


def as_table(values, name, first=0):
    """The front door: a fresh C-contiguous float64 array (M, N) of finite numbers, or one clear error. `first` counts rows."""
    if np.ma.isMaskedArray(values) and np.ma.getmaskarray(values).any():
        raise ValueError(f"{name} must not have masked entries, got {int(np.ma.getmaskarray(values).sum())} of them")
    try:
        table = np.asarray(values)
    except ValueError:  # numpy's word for rows of unequal length
        lengths = [len(row) if hasattr(row, "__len__") else "none" for row in values]
        raise ValueError(f"{name} must be a table (rows, features), got rows of lengths {lengths[:8]}") from None
    check_table(table, name)
    # C order always, because a sum in another order differs in the last bit
    with np.errstate(over="ignore"):  # a longdouble may not fit; it is refused below, by name
        table = np.array(table, dtype=np.float64, order="C")
    if table.min() >= -LARGEST and table.max() <= LARGEST:  # a NaN fails both; no array of booleans where all is well
        return table
    for bad, rule in (~np.isfinite(table), "be finite"), (np.abs(table) > LARGEST, f"stay below {LARGEST:g} in size"):
        if bad.any():
            row, column = (int(i) for i in np.argwhere(bad)[0])
            raise ValueError(f"{name} must {rule}, got {table[row, column]} in row {first + row}, column {column}")
    return table


def check_table(table, name):
    """Numbers in rows and columns, as far as an array that may not be in memory tells: by its dtype and shape."""
    if table.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be real numbers, got dtype {table.dtype}")
    if table.ndim == 1:
        raise ValueError(f"{name} must have shape (rows, features), got {table.shape}; for one feature use {name}[:, None]")
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"{name} must have shape (rows, features) with at least one of each, got {table.shape}")


def check_width(points, centroids):
    """Points and centroids lie in one space."""
    if points.shape[1] != centroids.shape[1]:
        raise ValueError(
            f"points and centroids must have the same number of features, got shapes {points.shape} and {centroids.shape}"
        )


def check_count(value, name):
    """A whole number of at least 1 (a bool is not a number here), as int."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an int, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def check_k(k, m):
    """K as int, if m points can have that many clusters."""
    if isinstance(k, (bool, np.bool_)) or not isinstance(k, (int, np.integer)):
        raise TypeError(f"k must be an int between 1 and the number of points ({m}), got {k!r}")
    if not 1 <= k <= m:
        raise ValueError(f"k must be between 1 and the number of points ({m}), got {k}")
    return int(k)
