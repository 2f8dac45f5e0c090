"""The same run as `KMeansND` for points that do not fit on one machine: a map and a reduce over the blocks of a Dask array.

Lesson 10 derives it. The map turns a block of points into K x N sums, K counts and a few numbers. The reduce adds these up.
So an iteration is one pass over the points, and the points never travel between machines.
"""

import os
import sys
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from kmeans_teach import inputs, kmeans
from kmeans_teach.inputs import parts

parts.need("kmeans_teach.lessons.many_machines", "lab", "dask")
import dask  # noqa: E402
import dask.array as da  # noqa: E402

ROWS = 1 << 13  # rows in one piece of work: its arrays fit in the processor's cache


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that leaves a block of points."""

    counts: np.ndarray  # (K,) members of each cluster
    sums: np.ndarray  # (K, N) of the members
    within: float = 0.0  # sum of the squared distances of the members to their own mean
    changed: int = 0  # points with another label than in the pass before
    bad: tuple | None = None  # (number, row) of the first row that is no valid point

    @property
    def means(self):
        return self.sums / np.maximum(self.counts, 1)[:, None]  # 0 for a cluster without members, whose count is 0

    def inertia(self, centroids):
        """From the points to their means, plus from the means to these centroids: no difference of two large sums."""
        return self.within + float((self.counts * ((self.means - centroids) ** 2).sum(axis=1)).sum())


def summarise(rows, *_, centroids):
    """The map: labels and `Summary` of a block, from a few thousand rows at a time."""
    k, n = centroids.shape
    if rows.ndim != 2 or rows.shape[1] != n:
        raise ValueError(f"each block of points must have {n} features, as declared, got one of shape {rows.shape}")
    labels = np.empty(len(rows), dtype=np.min_scalar_type(k - 1))
    parts = [Summary(np.zeros(k, np.intp), np.zeros(centroids.shape))]  # the summary of an empty block
    for start in range(0, len(rows), ROWS):
        some = rows[start : start + ROWS]
        try:
            points = np.asfortranarray(inputs.as_table(some, "points"))  # each feature in one piece, as it will be read
        except ValueError:
            i = int((np.abs(np.ma.filled(some.astype(float), np.nan)) <= inputs.LARGEST).all(axis=1).argmin())
            parts.append(replace(parts[0], bad=(i, some[i : i + 1])))
            break
        labels[start : start + ROWS] = near = kmeans.assign_points(points, centroids)
        sums = np.stack([np.bincount(near, feature, k) for feature in points.T], axis=1)
        part = Summary(np.bincount(near, minlength=k), sums)
        parts.append(replace(part, within=kmeans.inertia(points, near, part.means)))
    return labels, merge(parts)


def merge(parts, axis=None, keepdims=None):
    """The reduce: join several `Summary` to one. Their order matters for the last digits and for the number of a bad row."""
    whole = Summary(sum(part.counts for part in parts), sum(part.sums for part in parts))
    within, changed = sum(part.inertia(whole.means) for part in parts), sum(part.changed for part in parts)
    rows = np.cumsum([0, *(part.counts.sum() for part in parts)])  # before each part
    bad = next(((int(n) + part.bad[0], part.bad[1]) for n, part in zip(rows, parts, strict=False) if part.bad), None)
    return replace(whole, within=within, changed=changed, bad=bad)


def compare(found, *before):
    """The summary of a block, with the number of labels that differ from those of the pass before."""
    ((labels, summary),) = found
    for old in before:
        if len(old) != len(labels):
            raise ValueError(f"a block of points must have as many rows in each pass, got {len(labels)} after {len(old)}")
    return replace(summary, changed=sum(int(np.count_nonzero(labels != old)) for old in before))


def from_files(names):
    """Points (M, N) in .npy files as a Dask array: a block for each file, read from the disk row by row when needed."""
    names = [os.path.abspath(name) for name in names]
    tables = [np.load(name, mmap_mode="r") for name in names]
    chunks = tuple(len(table) for table in tables), tables[0].shape[1:]

    def opened(block_id):
        return np.load(names[block_id[0]], mmap_mode="r")

    return da.map_blocks(opened, chunks=chunks, dtype=tables[0].dtype, meta=np.empty((0, 0), tables[0].dtype))


def join(a, b):
    """Two summaries (means (K, N), counts (K,)) as one. A cluster without members has the mean 0. Lesson 10 asks for it."""
    (a_means, a_counts), (b_means, b_counts) = a, b
    sums, counts = a_means * a_counts[:, None] + b_means * b_counts[:, None], a_counts + b_counts
    return sums / np.maximum(counts, 1)[:, None], counts


def farthest(points, centroids):
    """The largest squared distance of a point to its nearest centroid. Lesson 10 asks for it."""
    return ((points - centroids[kmeans.assign_points(points, centroids)]) ** 2).sum(axis=1).max()


def client():
    """The client of Dask's distributed scheduler, if there is one."""
    try:
        return sys.modules["distributed"].default_client()
    except (KeyError, ValueError):
        return None


class KMeansDask(kmeans.KMeansND):
    """The stream of steps of `KMeansND`, over a Dask array: one pass over its blocks per iteration. Lesson 10 derives it.

    Parameters
    ----------
    points : (M, N) dask.array.Array of real numbers
        Chunked along the rows only. The points need not fit into memory, and M may be unknown.
    centroids : (K, N) array_like of real numbers
        The start, in the units of `points`; 1 <= K <= M.
    max_iter : int, optional
        The run stops after this many updates.

    Raises
    ------
    ValueError, TypeError
        On bad input, naming the rule and the value. What only the values of the points can show is raised during the run: a
        block that is not as declared at the first step, and points that change from pass to pass when the inertia rises.
    RuntimeError
        The scheduler was closed during the run.

    Notes
    -----
    The `labels` of a step are a Dask array. The workers hold it (one byte for each point up to K = 256) as long as the step
    exists. Sums are added block by block, so the last digits of the centroids may differ from those of `KMeansND`. Where a
    point is equally near to two centroids they can change its label, and with it the run. Sums of whole numbers are exact.
    """

    def __init__(self, points, centroids, *, max_iter: int = 300):
        if not isinstance(points, da.Array):
            raise TypeError(f"points must be a Dask array (dask.array.from_array makes one), got {type(points).__name__}")
        inputs.check_table(points, "points")
        if (n := points.numblocks[1]) > 1:
            raise ValueError(f"points must be in blocks of whole rows, got {n} across a row; use points.rechunk({{1: -1}})")
        self.points, self.centroids = points, inputs.read_only(inputs.as_table(centroids, "centroids"))
        inputs.check_width(self.points, self.centroids)
        if not np.isnan(points.shape[0]):  # otherwise the first pass counts them
            inputs.check_k(len(self.centroids), points.shape[0])
        self.max_iter = inputs.check_count(max_iter, "max_iter")

    def steps(self) -> Iterator[kmeans.Step]:
        run = copy(self)  # each run keeps its own passes, so that two runs may take turns
        run.home, run.labels, run.total, run.client = (), (), None, client()
        return super(KMeansDask, run).steps()

    def _assign(self, iteration, centroids):
        """One pass over the points. The labels stay with the workers, and their summary comes here."""
        self._check_client()
        small = np.empty(0, np.min_scalar_type(len(centroids) - 1))
        plain = {"meta": np.empty(0, object), "align_arrays": False}  # Dask cannot align unknown lengths
        # map_blocks also uses "ij" and concatenate=True: so Dask joins the task that makes a block and this one
        found = da.blockwise(summarise, "ij", self.points, "ij", *self.home, centroids=centroids, concatenate=True, **plain)
        labels = da.blockwise(lambda found: found[0][0], "i", found, "ij", token="labels", meta=small)
        summaries = da.blockwise(compare, "i", found, "ij", *self.labels, **plain)
        total = da.reduction(
            summaries, lambda part, **_: part, merge, name="reduce", concatenate=False, dtype=object, meta=np.array(None)
        )
        try:
            labels, summaries, total = dask.persist(labels, summaries, total)
            self.total = total.compute()
        except Exception as error:
            self._check_client(error)
            raise
        if bad := self.total.bad:
            inputs.as_table(bad[1], "points", bad[0])  # raises, and names what is wrong
        if np.isnan(labels.shape[0]):
            labels.compute_chunk_sizes()
        m, found = self.points.shape[0], int(self.total.counts.sum())
        if not np.isnan(m) and found != m:
            raise ValueError(f"the blocks of points must have the {m} rows that they declare, got {found}")
        inputs.check_k(len(centroids), found)
        self.home = self.home or (summaries, "i")  # a block's first summary stays on its worker, and later passes run there
        self.labels = labels, "i"
        return labels.astype(np.intp)

    def _check_client(self, error=None):
        if self.client is not None and self.client.status != "running":
            raise RuntimeError("the Dask scheduler of this run was closed: make a new Client, and start again") from error

    def _update(self, iteration, labels, centroids):
        return np.where(self.total.counts[:, None] > 0, self.total.means, centroids)

    def _step(self, before, iteration, phase, centroids, labels, stop=None):
        inertia = self.total.inertia(centroids)
        if before and inertia > before.inertia:  # rounding can add this much to the sum, and this much by means that are off
            m, n, eps = int(self.total.counts.sum()), centroids.shape[1], np.finfo(float).eps
            if inertia > before.inertia * (1 + 8 * eps * m * n) + m * n * (eps * m * np.abs(centroids).max()) ** 2:
                got = f"inertia rose from {before.inertia:.9g} to {inertia:.9g} in iteration {iteration}"
                raise ValueError(f"points must be the same in each pass (by a fixed seed, or points.persist()), but {got}")
        return kmeans.Step(
            iteration, phase, inputs.read_only(centroids.copy()), labels, inertia,
            self.total.changed if phase == "assign" else 0,
            float(kmeans.distances_moved(before.centroids, centroids).max()) if before else 0.0,
            stop, before and replace(before, before=None),
        )  # fmt: skip
