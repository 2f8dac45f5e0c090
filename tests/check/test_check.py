"""The checkers: right functions written in many ways pass, and each known mistake is called by its name.

The functions here are written apart from the tables of known mistakes, and in other styles.
"""

import functools
import itertools
import json
import math
import re
import warnings
from collections import defaultdict, namedtuple

import numpy as np
import pytest
from scipy.cluster.vq import vq
from scipy.ndimage import mean as labelled_mean
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances_argmin

from kmeans_teach.check import check_assign, check_steps, check_update, trial
from kmeans_teach.check.exercises import exercise
from kmeans_teach.check.mistakes import known
from kmeans_teach.check.trial import same_array, same_steps
from kmeans_teach.kmeans import KMeansND, assign_points, update_centroids
from tests.check import beginners
from tests.check.test_answers import answers

ASSIGN, UPDATE, STEPS, (MANHATTAN,) = known("assign"), known("update"), known("steps"), known("assign", "accepted")

# ---- right, in many ways: assign


def a_double_loop(points, centroids):
    labels = []
    for point in points:
        best, nearest = 0, math.inf
        for k, centroid in enumerate(centroids):
            distance = sum((a - b) ** 2 for a, b in zip(point, centroid, strict=True))
            if distance < nearest:
                best, nearest = k, distance
        labels.append(best)
    return labels


def a_broadcasting(points, centroids):
    return np.argmin(np.sum(np.square(points[:, np.newaxis] - centroids), axis=-1), axis=-1)


def a_transposed(points, centroids):
    return ((centroids[:, None] - points) ** 2).sum(2).argmin(0)


def a_norm(points, centroids):
    return np.array([np.linalg.norm(centroids - point, axis=1).argmin() for point in points])


def a_einsum(points, centroids):
    d = points[:, None] - centroids
    return np.einsum("mkn,mkn->mk", d, d).argmin(axis=1)


def a_cdist(points, centroids):
    return cdist(points, centroids).argmin(axis=1)


def a_vq(points, centroids):
    return vq(points.astype(float), centroids)[0]  # int32


def a_sklearn(points, centroids):
    return pairwise_distances_argmin(points, centroids)


def a_math_dist(points, centroids):
    return [min(range(len(centroids)), key=lambda k: math.dist(point, centroids[k])) for point in points]


def a_sorted_ties(points, centroids):
    return [sorted((math.dist(point, c), k) for k, c in enumerate(centroids))[0][1] for point in points.tolist()]


def a_stable_argsort(points, centroids):
    return np.argsort(cdist(points, centroids, "sqeuclidean"), axis=1, kind="stable")[:, 0]


def a_lexsort(points, centroids):
    return np.array([np.lexsort((np.arange(len(centroids)), row))[0] for row in cdist(points, centroids)])


def a_running_minimum(points, centroids):
    labels, nearest = np.zeros(len(points), int), np.full(len(points), np.inf)
    for k in range(len(centroids)):
        distance = np.sqrt(((points - centroids[k]) ** 2).sum(axis=1))
        labels = np.where(distance < nearest, k, labels)
        nearest = np.minimum(distance, nearest)
    return labels


def a_backwards_with_ties_replaced(points, centroids):
    labels, nearest = np.zeros(len(points), np.uint8), np.full(len(points), np.inf)
    for k in reversed(range(len(centroids))):
        distance = ((points - centroids[k]) ** 2).mean(axis=1)
        closer = distance <= nearest
        labels[closer], nearest[closer] = k, distance[closer]
    return labels


def a_float32(points, centroids):
    points, centroids = np.asarray(points, dtype=np.float32), np.asarray(centroids, dtype=np.float32)
    return np.stack([((points - c) ** 2).sum(axis=1) for c in centroids]).argmin(axis=0)


def a_apply_along_axis(points, centroids):
    return np.apply_along_axis(lambda point: np.argmin(np.hypot.reduce(np.abs(centroids - point), axis=1)), 1, points)


def a_feature_by_feature(points, centroids):
    columns = (np.subtract.outer(p, c) ** 2 for p, c in zip(points.T, centroids.T, strict=True))
    return functools.reduce(np.add, columns).argmin(1)


def a_expanded_square(points, centroids):
    return ((centroids**2).sum(axis=1) - 2 * points @ centroids.T).argmin(axis=1)


def a_with_a_class(points, centroids):
    return AssignerClass()(points, centroids)


class AssignerClass:
    def __call__(self, points, centroids):
        return assign_points(points, centroids)


RIGHT_ASSIGN = [value for name, value in list(globals().items()) if name.startswith("a_")] + [AssignerClass()]


# ---- right, in many ways: update


def u_masks(points, labels, centroids):
    new = np.empty_like(centroids)
    for k, old in enumerate(centroids):
        members = points[labels == k]
        new[k] = members.mean(axis=0) if len(members) else old
    return new


def u_list(points, labels, centroids):
    return [points[labels == k].mean(0) if k in labels else centroids[k] for k in range(len(centroids))]


def u_bincount(points, labels, centroids):
    k = len(centroids)
    counts = np.bincount(labels, minlength=k)
    sums = np.stack([np.bincount(labels, weights=column, minlength=k) for column in points.T], axis=1)
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centroids)


def u_add_at(points, labels, centroids):
    sums, counts = np.zeros(centroids.shape), np.zeros((len(centroids), 1))
    np.add.at(sums, labels, points)
    np.add.at(counts, labels, 1)
    return np.divide(sums, counts, out=centroids.copy(), where=counts > 0)


def u_reduceat(points, labels, centroids):
    order = np.argsort(labels, kind="stable")
    used, first, counts = np.unique(labels[order], return_index=True, return_counts=True)
    new = np.array(centroids)
    new[used] = np.add.reduceat(points[order], first, axis=0) / counts[:, None]
    return new


def u_one_hot(points, labels, centroids):
    one_hot = (labels[:, None] == np.arange(len(centroids))).astype(float)
    counts = one_hot.sum(axis=0)
    new = one_hot.T @ points / np.where(counts, counts, 1)[:, None]
    new[counts == 0] = centroids[counts == 0]
    return new


def u_nan_then_mended(points, labels, centroids):
    new = np.array([points[labels == k].mean(axis=0) for k in range(len(centroids))])  # warns of an empty slice
    return np.where(np.isnan(new), centroids, new)


def u_plain_python(points, labels, centroids):
    members = defaultdict(list)
    for point, label in zip(points.tolist(), labels.tolist(), strict=True):
        members[label].append(point)
    mean = lambda rows: [math.fsum(column) / len(rows) for column in zip(*rows, strict=True)]  # noqa: E731
    return [mean(members[k]) if members[k] else list(centroids[k]) for k in range(len(centroids))]


def u_running_mean(points, labels, centroids):
    new, counts = centroids.copy(), np.zeros(len(centroids))
    for point, k in zip(points, labels, strict=True):
        counts[k] += 1
        new[k] = point if counts[k] == 1 else new[k] + (point - new[k]) / counts[k]
    return new


def u_scipy(points, labels, centroids):
    index = np.unique(labels)
    new = centroids.copy()
    new[index] = np.transpose([labelled_mean(column, labels, index) for column in points.T])
    return new


def u_average(points, labels, centroids):
    rows = []
    for k in range(centroids.shape[0]):
        weights = labels == k
        rows.append(np.average(points, axis=0, weights=weights) if np.any(weights) else centroids[k])
    return np.vstack(rows)


RIGHT_UPDATE = [value for name, value in list(globals().items()) if name.startswith("u_")]


# ---- right, in many ways: steps

Record = namedtuple("Record", "number phase centroids labels")


def s_tuples(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        moved = update_centroids(points, labels, centroids)
        yield "update", moved, labels
        if np.array_equal(moved, centroids):
            return
        centroids = moved
        labels = assign_points(points, centroids)
        yield "assign", centroids, labels


def s_until_done(points, centroids):
    labels, done, number = a_broadcasting(points, centroids), False, 0
    yield Record(number, "start", centroids.copy(), labels.copy())
    while not done:
        number += 1
        before, centroids = centroids, u_bincount(points, labels, centroids)
        done = (before == centroids).all()
        yield Record(number, "update", centroids.copy(), labels.copy())
        if not done:
            labels = a_cdist(points, centroids)
            yield Record(number, "assign", centroids.copy(), labels.copy())


def s_recursion(points, centroids, labels=None):
    if labels is None:
        labels = a_double_loop(points, centroids)
        yield ["start", centroids, labels]
    moved = u_list(points, np.array(labels), centroids)
    yield ["update", moved, labels]
    if not np.array_equal(moved, centroids):
        labels = a_math_dist(points, moved)
        yield ["assign", moved, labels]
        yield from s_recursion(points, moved, labels)


class MyKMeans:
    def __init__(self, points, centroids):
        self.points, self.centroids = points, centroids

    def steps(self):
        return s_tuples(self.points, self.centroids)

    def __iter__(self):
        return self.steps()


def s_in_place_but_copied(points, centroids):
    centroids = centroids.copy()
    labels = assign_points(points, centroids)
    yield "start", centroids.copy(), labels.copy()
    while True:
        before = centroids.copy()
        centroids[:] = update_centroids(points, labels, centroids)
        yield "update", centroids.copy(), labels.copy()
        if np.array_equal(before, centroids):
            break
        labels[:] = assign_points(points, centroids)
        yield "assign", centroids.copy(), labels.copy()


RIGHT_STEPS = [
    s_tuples,
    s_until_done,
    s_recursion,
    s_in_place_but_copied,
    MyKMeans,  # calling it gives an object to iterate over
    lambda points, centroids: MyKMeans(points, centroids).steps(),
    lambda points, centroids: KMeansND(points, centroids).steps(),
]

RIGHT = (
    [(check_assign, f) for f in RIGHT_ASSIGN]
    + [(check_update, f) for f in RIGHT_UPDATE]
    + [(check_steps, f) for f in RIGHT_STEPS]
    + beginners.RIGHT
)


def name(value):
    return getattr(value, "__name__", type(value).__name__)


@pytest.mark.parametrize(("check", "f"), RIGHT, ids=name)
def test_a_right_function_passes_however_it_is_written(check, f, capsys):
    verdict = check(f)
    assert verdict.ok
    assert verdict.mistake is None
    number = {check_assign: 28, check_update: 22, check_steps: 11}[check]
    assert str(verdict) == f"{name(f)}: right on {number} cases"
    out, err = capsys.readouterr()
    assert out.endswith(f"{verdict}\n")
    assert err == ""


def test_the_right_functions_were_found_by_their_names():
    assert len(RIGHT_ASSIGN) >= 20
    assert len(RIGHT_UPDATE) >= 11


# ---- wrong, and called by name

WRONG = [pytest.param(*row, id=row[1].__name__) for row in beginners.WRONG]


def wrong(check, mistake):
    def collect(f):
        WRONG.append(pytest.param(check, f, mistake, id=f"{f.__name__}"))
        return f

    return collect


@wrong(check_assign, "sum before square")
def adds_first(points, centroids):
    return [
        min(range(len(centroids)), key=lambda k: sum(p - c for p, c in zip(q, centroids[k], strict=True)) ** 2) for q in points
    ]


@wrong(check_assign, "no square")
def does_not_square(points, centroids):
    return np.stack([np.einsum("mn->m", points - c) for c in centroids], axis=1).argmin(1)


@wrong(check_assign, "argmax for argmin")
def takes_the_farthest(points, centroids):
    return np.argmax(cdist(points, centroids), axis=1)


@wrong(check_assign, "wrong axis")
def nearest_point_of_each_centroid(points, centroids):
    return np.argmin(cdist(points, centroids), axis=0)


@wrong(check_assign, "wrong axis")
def adds_up_the_centroids(points, centroids):
    return np.argmin(np.sum(np.square(points[:, None, :] - centroids), axis=1), axis=1)


@wrong(check_assign, "wrong axis")
def flat_argmin(points, centroids):
    return np.argmin(cdist(points, centroids))


@wrong(check_assign, "distance to the index, not the point")
def measures_from_the_row_number(points, centroids):
    labels = []
    for i in range(len(points)):
        labels.append(int(np.argmin([np.sum((centroids[k] - i) ** 2) for k in range(len(centroids))])))
    return labels


@wrong(check_assign, "distance to the index, not the centroid")
def measures_to_the_label(points, centroids):
    return [min(range(len(centroids)), key=lambda k: math.dist(point, [k] * len(point))) for point in points]


@wrong(check_assign, "first feature only")
def looks_at_x(points, centroids):
    return np.abs(np.subtract.outer(points.T[0], centroids.T[0])).argmin(axis=1)


@wrong(check_assign, "last feature left out")
def loop_ends_early(points, centroids):
    total = np.zeros((len(points), len(centroids)))
    for n in range(points.shape[1] - 1):
        total += np.subtract.outer(points[:, n], centroids[:, n]) ** 2
    return total.argmin(axis=1)


@wrong(check_assign, "1-based labels")
def counts_from_one(points, centroids):
    return [1 + sorted(range(len(centroids)), key=lambda k: math.dist(point, centroids[k]))[0] for point in points]


@wrong(check_assign, "wrong shape")
def a_column(points, centroids):
    return cdist(points, centroids).argmin(axis=1, keepdims=True)


@wrong(check_assign, "wrong shape")
def one_hot(points, centroids):
    return np.eye(len(centroids), dtype=int)[a_cdist(points, centroids)]


@wrong(check_assign, "wrong dtype")
def float_labels(points, centroids):
    labels = np.zeros(len(points))
    for i in range(len(points)):
        labels[i] = np.argmin(np.linalg.norm(centroids - points[i], axis=1))
    return labels


@wrong(check_assign, "letters, not numbers")
def letters(points, centroids):
    return ["ABCDEFG"[k] for k in a_cdist(points, centroids)]


@wrong(check_assign, "ties to the last")
def takes_the_last_of_equals(points, centroids):
    best = np.full(len(points), np.inf)
    labels = np.zeros(len(points), dtype=int)
    for k, c in enumerate(centroids):
        d = np.linalg.norm(points - c, axis=1)
        labels[d <= best] = k
        best = np.minimum(d, best)
    return labels


@wrong(check_assign, "ties not to the lower index")
def takes_some_of_equals(points, centroids):
    d = cdist(points, centroids)
    return [int(np.flatnonzero(row == row.min())[(i + 1) % (row == row.min()).sum()]) for i, row in enumerate(d)]


@wrong(check_assign, "distance, not label")
def min_for_argmin(points, centroids):
    return cdist(points, centroids).min(axis=1)


@wrong(check_assign, "centroid, not label")
def the_centroids_themselves(points, centroids):
    return [min(centroids, key=lambda c: math.dist(c, point)) for point in points]


@wrong(check_assign, "distances, not labels")
def no_argmin(points, centroids):
    return cdist(points, centroids)


@wrong(check_assign, "labels out of range")
def outside(points, centroids):
    return a_cdist(points, centroids) + 2


@wrong(check_assign, "input changed in place")
def subtracts_in_place(points, centroids):
    labels = a_cdist(points, centroids)
    points -= centroids[0]
    return labels


@wrong(check_assign, "input changed in place")
def sorts_the_centroids(points, centroids):
    centroids.sort(axis=0)
    return a_cdist(points, centroids)


@wrong(check_assign, "no return")
def forgets_return(points, centroids):
    a_cdist(points, centroids)


@wrong(check_assign, "raises IndexError")
def one_too_far(points, centroids):
    return [np.argmin([math.dist(point, centroids[k]) for k in range(len(centroids) + 1)]) for point in points]


CENTROIDS = np.array([[0.0], [1.0]])
K = 2


@wrong(check_assign, "reads a global")
def looks_past_its_arguments(points, c):
    return ((points[:, None] - CENTROIDS) ** 2).sum(axis=2).argmin(axis=1)


@wrong(check_assign, "reads a global")
def counts_by_a_global(points, centroids):
    return [min(range(K), key=lambda k: math.dist(point, centroids[k])) for point in points]


@wrong(check_assign, "other arguments")
def three_arguments(points, labels, centroids):
    return labels


@wrong(check_assign, "one label for all")
def all_zero(points, centroids):
    return np.zeros(len(points), dtype=int)


@wrong(check_update, "mean over all points")
def one_mean(points, labels, centroids):
    return np.tile(points.mean(axis=0), (len(centroids), 1))


@wrong(check_update, "mean over all points")
def one_mean_for_those_with_members(points, labels, centroids):
    return [np.average(points, axis=0) if k in labels else c for k, c in enumerate(centroids)]


@wrong(check_update, "wrong axis")
def no_axis(points, labels, centroids):
    new = centroids.copy()
    for k in set(labels):
        new[k] = np.mean(points[labels == k])
    return new


@wrong(check_update, "wrong axis")
def across_the_features(points, labels, centroids):
    new = centroids.copy()
    for k in set(labels):
        new[k] = np.mean(points[labels == k], 1)
    return new


@wrong(check_update, "empty cluster as NaN")
def nan_for_empty(points, labels, centroids):
    return [[sum(column) / np.float64(len(column)) for column in points[labels == k].T] for k in range(len(centroids))]


@wrong(check_update, "empty cluster as zeros")
def zeros_for_empty(points, labels, centroids):
    new = np.zeros_like(centroids)
    for k in np.unique(labels):
        new[k] = points[labels == k].mean(axis=0)
    return new


@wrong(check_update, "empty cluster dropped")
def fewer_rows(points, labels, centroids):
    return np.stack([points[labels == k].mean(axis=0) for k in np.unique(labels)])


@wrong(check_update, "empty cluster moved")
def farthest_for_empty(points, labels, centroids):
    new = np.array(update_centroids(points, labels, centroids))
    new[np.bincount(labels, minlength=len(centroids)) == 0] = points.max(axis=0) + 1
    return new


@wrong(check_update, "integer truncation")
def int_array(points, labels, centroids):
    new = np.array(centroids, dtype=int)
    for k in set(labels):
        new[k] = points[labels == k].mean(axis=0)
    return new


@wrong(check_update, "integer truncation")
def int_array_of_zeros(points, labels, centroids):
    new = np.zeros(centroids.shape, dtype=int)
    for k in set(labels):
        new[k] = points[labels == k].mean(axis=0)
    return new


@wrong(check_update, "integer truncation")
def floor_division(points, labels, centroids):
    return [sum(points[labels == k]) // sum(labels == k) if k in labels else c for k, c in enumerate(centroids)]


@wrong(check_update, "input changed in place")
def writes_into_the_centroids(points, labels, centroids):
    for k in set(labels):
        centroids[k] = points[labels == k].mean(axis=0)
    return centroids


@wrong(check_update, "input changed in place")
def alias(points, labels, centroids):
    new = centroids
    for k in set(labels):
        new[k] = points[labels == k].mean(axis=0)
    return new.copy()


@wrong(check_update, "sum, not mean")
def forgets_to_divide(points, labels, centroids):
    return [sum(points[labels == k]) if k in labels else c for k, c in enumerate(centroids)]


@wrong(check_update, "divided by the wrong count")
def divides_by_m(points, labels, centroids):
    return [sum(points[labels == k]) / points.shape[0] if k in labels else c for k, c in enumerate(centroids)]


@wrong(check_update, "old centroid in the mean")
def starts_the_mean_at_the_old(points, labels, centroids):
    return [np.vstack([c, points[labels == k]]).mean(axis=0) for k, c in enumerate(centroids)]


@wrong(check_update, "median, not mean")
def medians(points, labels, centroids):
    return [np.quantile(points[labels == k], 0.5, axis=0) if k in labels else c for k, c in enumerate(centroids)]


@wrong(check_update, "1-based labels")
def update_from_one(points, labels, centroids):
    return [points[labels == k].mean(0) if k in labels else c for k, c in enumerate(centroids, start=1)]


@wrong(check_update, "nothing moved")
def returns_the_old(points, labels, centroids):
    new = centroids.copy()
    for k in set(labels):
        new[k] = points[labels == k].mean(axis=0)
    return centroids


@wrong(check_update, "wrong shape")
def transposed(points, labels, centroids):
    return update_centroids(points, labels, centroids).T


@wrong(check_update, "wrong dtype")
def half_precision(points, labels, centroids):
    return update_centroids(points.astype(np.float32), labels, centroids.astype(np.float32))


@wrong(check_update, "no return")
def prints_only(points, labels, centroids):
    update_centroids(points, labels, centroids)


@wrong(check_update, "raises ZeroDivisionError")
def divides_by_nothing(points, labels, centroids):
    labels = labels.tolist()
    rows = [points[[i for i, label in enumerate(labels) if label == k]].tolist() for k in range(len(centroids))]
    return [[sum(row[n] for row in members) / len(members) for n in range(points.shape[1])] for members in rows]


@wrong(check_update, "other arguments")
def two_arguments(points, labels):
    return points


@wrong(check_steps, "does not yield the start")
def no_start(points, centroids):
    stream = s_tuples(points, centroids)
    next(stream)
    return stream


@wrong(check_steps, "the same array each time")
def one_array(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    moved = True
    while moved:
        before = centroids.copy()
        for k in set(labels):
            centroids[k] = points[labels == k].mean(axis=0)
        yield "update", centroids, labels
        moved = not np.array_equal(before, centroids)
        if moved:
            labels = assign_points(points, centroids)
            yield "assign", centroids, labels


@wrong(check_steps, "the same array each time")
def one_array_of_labels(points, centroids):
    labels = np.zeros(len(points), dtype=int)
    for phase, current, chosen in s_tuples(points, centroids):
        labels[:] = chosen
        yield phase, current, labels


@wrong(check_steps, "mixes half-steps")
def as_the_post_did(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        moved = update_centroids(points, labels, centroids)
        yield "update", moved, labels
        if (moved == centroids).all():
            break
        centroids = moved
        labels = assign_points(points, centroids)


@wrong(check_steps, "mixes half-steps")
def both_at_once(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        moved = update_centroids(points, labels, centroids)
        labels = assign_points(points, moved)
        yield "update", moved, labels
        if (moved == centroids).all():
            break
        centroids = moved


@wrong(check_steps, "stops one early")
def compares_before_it_yields(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while not np.array_equal(moved := update_centroids(points, labels, centroids), centroids):
        centroids = moved
        yield "update", centroids, labels
        labels = assign_points(points, centroids)
        yield "assign", centroids, labels


@wrong(check_steps, "stops when the labels stay")
def until_the_labels_stay(points, centroids):
    labels, before = assign_points(points, centroids), None
    yield "start", centroids, labels
    while not np.array_equal(labels, before):
        centroids = update_centroids(points, labels, centroids)
        yield "update", centroids, labels
        before, labels = labels, assign_points(points, centroids)
        if not np.array_equal(labels, before):
            yield "assign", centroids, labels


@wrong(check_steps, "stops early")
def three_steps(points, centroids):
    yield from itertools.islice(s_tuples(points, centroids), 3)


@wrong(check_steps, "only the start")
def return_for_yield(points, centroids):
    for step in s_tuples(points, centroids):
        yield step
        return


@wrong(check_steps, "only the last step")
def yields_after_the_loop(points, centroids):
    for step in s_tuples(points, centroids):  # noqa: B007
        pass
    yield step


@wrong(check_steps, "goes on after the stop")
def last_twice(points, centroids):
    for step in s_tuples(points, centroids):
        yield step
    yield step


@wrong(check_steps, "does not stop in time")
def yields_for_ever(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        centroids = update_centroids(points, labels, centroids)
        yield "update", centroids, labels
        labels = assign_points(points, centroids)
        yield "assign", centroids, labels


@wrong(check_steps, "does not stop in time")
def loops_for_ever(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        centroids = update_centroids(points, labels, centroids)
        try:
            labels = assign_points(points, centroids)
        except Exception:
            labels = None


@wrong(check_steps, "a list, not a generator")
def a_list(points, centroids):
    return list(s_tuples(points, centroids))


USED = s_tuples(*exercise("steps").cases()[0])


@wrong(check_steps, "a used-up generator")
def the_same_generator(points, centroids):
    return USED


@wrong(check_steps, "no yield")
def no_yield(points, centroids):
    for _ in s_tuples(points, centroids):
        pass


@wrong(check_steps, "no stream")
def a_number(points, centroids):
    return 5


@wrong(check_steps, "not a step")
def pairs(points, centroids):
    for _, current, labels in s_tuples(points, centroids):
        yield current, labels


@wrong(check_steps, "wrong phase")
def other_words(points, centroids):
    for phase, current, labels in s_tuples(points, centroids):
        yield phase.upper(), current, labels


@wrong(check_steps, "input changed in place")
def shifts_the_points(points, centroids):
    yield from s_tuples(points.copy(), centroids.copy())
    points += 1


@wrong(check_steps, "leaves out the updates")
def only_assigns(points, centroids):
    return (step for step in s_tuples(points, centroids) if step[0] != "update")


@wrong(check_steps, "raises TypeError")
def raises_midway(points, centroids):
    yield next(s_tuples(points, centroids))
    yield 1 + None


@wrong(check_steps, "own start")
def empties_to_zero(points, centroids):
    for phase, current, labels in s_tuples(points, centroids):
        yield phase, np.zeros_like(current), labels


@pytest.mark.parametrize(("check", "f", "mistake"), WRONG)
def test_a_mistake_is_called_by_its_name(check, f, mistake, capsys, monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.1 if mistake == "does not stop in time" else 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        verdict = check(f)
    assert not verdict
    assert verdict.mistake == mistake
    out, err = capsys.readouterr()
    assert out.endswith(f"{verdict}\n")
    assert err == ""
    assert str(verdict).startswith(f"{f.__name__}: ")
    assert mistake is None or "not checked" in out or f"\nThe mistake: {mistake}.\nA hint: " in out
    assert mistake or "\nNone of the known mistakes does this.\nA hint: " in out
    assert "0x" not in out.replace("0x...", "")
    assert max(map(len, out.split("\n"))) < 200


def test_every_known_mistake_was_made_here():
    known_names = {mistake.name for mistake in [*ASSIGN, *UPDATE, *STEPS]}
    assert len(known_names) >= 70
    assert known_names <= {parameters.values[2] for parameters in WRONG} | {
        name for _, names, _ in answers("wrong") for name in names.split(" / ")
    }


@pytest.mark.parametrize(
    ("thing", "mistake"),
    [
        (list(s_tuples(*exercise("steps").cases()[0])), "a list, not a function"),
        (s_tuples(*exercise("steps").cases()[0]), "a generator, not a function"),
        (USED, "a used-up generator, not a function"),
        (np.zeros(3), "an array, not a function"),
        (None, "None, not a function"),
        (7, "a value of type int, not a function"),
    ],
    ids=["list", "generator", "used-up", "array", "None", "int"],
)
def test_what_is_not_a_function_is_refused_with_its_kind(thing, mistake, capsys):
    if thing is USED:
        list(USED)
    for check in check_assign, check_update, check_steps:
        verdict = check(thing)
        assert verdict.mistake == mistake
        assert not verdict.ok
        assert "not checked" in capsys.readouterr().out


def test_manhattan_distance_is_accepted_and_named(capsys):
    def city_blocks(points, centroids):
        return cdist(points, centroids, "cityblock").argmin(axis=1)

    verdict = check_assign(city_blocks)
    assert verdict.ok
    assert verdict.mistake == "Manhattan distance"
    assert "city_blocks: right on 28 cases, by Manhattan distance." in capsys.readouterr().out


def test_integer_points_which_the_course_does_not_promise_are_only_remarked_on(capsys):
    def mine(points, labels, centroids):
        new = np.empty(centroids.shape, dtype=points.dtype)
        for k, c in enumerate(centroids):
            new[k] = points[labels == k].mean(axis=0) if k in labels else c
        return new

    verdict = check_update(mine)
    assert verdict.ok
    assert verdict.mistake == "floats only"
    assert "With whole numbers (int64) it is not." in capsys.readouterr().out


def test_the_smallest_failing_case_is_shown_with_what_was_expected_and_what_came(capsys):
    def counts_from_one(points, centroids):
        return cdist(points, centroids).argmin(axis=1) + 1

    check_assign(counts_from_one)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "counts_from_one: wrong on 28 of 28 cases. The smallest of them:"
    assert [line[:15].strip() for line in lines[1:5]] == ["points", "centroids", "expected", "came back"]
    assert lines[5] == "The mistake: 1-based labels."
    assert lines[6].startswith("A hint: ")
    assert lines[7:] == ["More: docs/mistakes.md#1-based-labels"]


def test_a_raised_error_is_shown_with_its_line(capsys):
    check_assign(one_too_far)
    out = capsys.readouterr().out
    assert "came back  IndexError: index " in out
    assert ", at: return [np.argmin([math.dist(point, centroids[k])" in out


def test_a_verdict_shows_once_at_the_end_of_a_cell(capsys):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.run_cell("from kmeans_teach.check import check_assign\nfrom scipy.spatial.distance import cdist")
    shell.run_cell("def mine(points, centroids):\n    return cdist(points, centroids).argmin(axis=1)")
    capsys.readouterr()
    shell.run_cell("check_assign(mine)")
    assert capsys.readouterr().out.count("mine: right on 28 cases") == 1
    shell.run_cell("verdict = check_assign(mine)")
    assert capsys.readouterr().out == "mine: right on 28 cases\n"


# ---- the cases and the tables


def test_no_tie_among_the_cases_is_decided_by_rounding():
    runs = [(points, list(KMeansND(points, start).steps())) for points, start in exercise("steps").cases()]
    cases = exercise("assign").cases() + [(points, step.centroids) for points, steps in runs for step in steps]
    assert len(cases) > 40
    ties = 0
    for points, centroids in cases:
        if len(centroids) == 1:
            continue
        first, second = np.sort(((points[:, None] - centroids) ** 2).sum(axis=2), axis=1)[:, :2].T
        tied = first == second
        ties += tied.sum()
        assert ((second - first)[~tied] > 1e-10).all()
        assert (points[tied] % 1 == 0).all()
    assert ties >= 20


def test_the_cases_cover_one_to_four_features_empty_clusters_and_ints():
    assert {points.shape[1] for points, _ in exercise("assign").cases()} == {1, 2, 3, 4, 6}
    assert {points.shape[1] for points, _, _ in exercise("update").cases()} == {1, 2, 3, 4, 6}
    assert sum(len(np.unique(labels)) < len(centroids) for _, labels, centroids in exercise("update").cases()) == 9
    assert {points.dtype.kind for points, *_ in [*exercise("assign").cases(), *exercise("update").cases()]} == {"f"}
    runs = [KMeansND(*case).fit() for case in exercise("steps").cases()]
    assert {run.iteration for run in runs} >= {1, 2, 5, 11, 12}
    assert {run.stop for run in runs} == {"converged"}
    assert sum(len(np.unique(run.labels)) < len(run.centroids) for run in runs) == 2
    for cases in exercise("assign").cases(), exercise("update").cases(), exercise("steps").cases():
        sizes = [sum(array.size for array in case) for case in cases]
        assert sizes == sorted(sizes)


def outputs(mistake, cases):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for case in cases:
            try:
                yield mistake.wrong(*(array.copy() for array in case))
            except Exception:
                yield "raised"


@pytest.mark.parametrize(
    ("table", "cases", "right"),
    [([*ASSIGN, MANHATTAN], exercise("assign").cases(), assign_points), (UPDATE, exercise("update").cases(), update_centroids)],
    ids=["assign", "update"],
)
def test_known_mistakes_are_wrong_and_differ_from_each_other(table, cases, right):
    assert len(table) > 15
    answers = [list(outputs(mistake, cases)) for mistake in table]
    expected = [right(*case) for case in cases]
    for mistake, answer in zip(table, answers, strict=True):
        assert not all(map(same_array, answer, expected)), mistake.name
    for (one, answer), (other, another) in itertools.combinations(zip(table, answers, strict=True), 2):
        if one.name != other.name:
            assert not all(a is b or same_array(a, b) for a, b in zip(answer, another, strict=True)), (one.name, other.name)


def test_known_mistakes_of_a_stream_are_wrong_and_differ_from_each_other():
    streams = [[(s.phase, s.centroids, s.labels) for s in KMeansND(*case).steps()] for case in exercise("steps").cases()]
    assert len(STEPS) >= 5
    for mistake in STEPS:
        assert not all(same_steps(mistake.wrong(steps), steps) for steps in streams), mistake.name
    for one, other in itertools.combinations(STEPS, 2):
        if one.name != other.name:
            assert not all(same_steps(one.wrong(steps), other.wrong(steps)) for steps in streams), (one.name, other.name)


@pytest.mark.parametrize("mistake", ["one member for each cluster", "wrong axis"])
def test_the_case_that_is_shown_is_one_in_which_the_mistake_is_seen(mistake, capsys):
    """Both functions give NaN for an empty cluster too, and the mean over both axes is right where there is one feature."""

    def one_member(points, labels, centroids):
        sums = np.zeros_like(centroids)
        sums[labels] += points
        return sums / np.bincount(labels, minlength=len(centroids))[:, None]

    def both_axes(points, labels, centroids):
        return np.array([points[labels == k].mean() for k in range(len(centroids))])

    with warnings.catch_warnings(action="ignore"):
        check_update(one_member if mistake == "one member for each cluster" else both_axes)
    told = capsys.readouterr().out
    assert f"The mistake: {mistake}." in told
    points, centroids, came_back = (re.search(rf"{word} +(\[.*\])", told)[1] for word in ("points", "centroids", "came back"))
    assert "nan" not in came_back
    assert len(json.loads(points)) > len(json.loads(centroids)) or mistake == "wrong axis"
    assert mistake != "wrong axis" or len(json.loads(points)[0]) > 1
