"""What people write who do not yet know how: right in unusual ways, and wrong in usual ones. test_check.py checks them all.

Like the functions of test_check.py they are written apart from the tables of known mistakes.
"""

import functools
import heapq
import itertools
import math
import operator
import sys
from collections import namedtuple
from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pandas as pd

from kmeans_teach.check import check_assign, check_steps, check_update
from kmeans_teach.kmeans import KMeansND, assign_points, update_centroids

RIGHT, WRONG = [], []  # (check, function) and (check, function, mistake)


def right(check):
    def collect(f):
        RIGHT.append((check, f))
        return f

    return collect


def wrong(check, mistake):
    def collect(f):
        WRONG.append((check, f, mistake))
        return f

    return collect


# ---- right, in unusual ways: assign


@right(check_assign)
def fractions(points, centroids):
    def squared(p, c):
        return sum((Fraction(x) - Fraction(y)) ** 2 for x, y in zip(p, c, strict=True))

    rows = centroids.tolist()
    return tuple(min((squared(p, c), k) for k, c in enumerate(rows))[1] for p in points.tolist())


@right(check_assign)
def bytes_as_labels(points, centroids, power=2):
    def key(p):
        return lambda k: np.sum(abs(p - centroids[k]) ** power)

    return np.array([heapq.nsmallest(1, range(len(centroids)), key(p))[0] for p in points], dtype=np.uint8)


@right(check_assign)
def starred(*arguments):
    points, centroids = arguments
    return pd.DataFrame({k: ((points - c) ** 2).sum(axis=1) for k, c in enumerate(centroids)}).idxmin(axis=1)


@right(check_assign)
def one_cell_at_a_time(points, centroids):
    print("shapes", points.shape, centroids.shape)  # left over from looking for a mistake
    table = np.zeros((len(points), len(centroids)))
    for m, k in np.ndindex(table.shape):
        table[m, k] = math.hypot(*(points[m] - centroids[k]))
    return table.argmin(axis=1)


@right(check_assign)
def folded(points, centroids):
    def better(best, this):
        k, squared = this[0], ((points - this[1]) ** 2).sum(axis=1)
        return np.where(squared < best[0], [squared, np.full(len(points), k)], best)

    nothing = np.array([np.full(len(points), np.inf), np.zeros(len(points))])
    return functools.reduce(better, enumerate(centroids), nothing)[1].astype(np.int32)


@right(check_assign)
def by_the_borders(points, centroids):
    labels = []
    for point in points:
        best = 0
        for k in range(1, len(centroids)):
            half_way = (centroids[k] + centroids[best]) / 2
            if (point - half_way) @ (centroids[k] - centroids[best]) > 0:
                best = k
        labels.append(best)
    return labels


@right(check_assign)
def masked(points, centroids):
    return np.ma.array([[math.dist(p, c) for c in centroids] for p in points]).argmin(axis=1)


@right(check_assign)
def next_by_next(points, centroids):
    rows, labels = iter(points), []
    while True:
        try:
            point = next(rows)
        except StopIteration:
            return labels
        squared = ((centroids - point) ** 2).sum(axis=1)
        labels += [sorted(enumerate(squared), key=operator.itemgetter(1))[0][0]]


@right(check_assign)
def index_of_the_smallest(points, centroids):
    rows = [[sum((x - y) ** 2 for x, y in zip(p, c, strict=True)) for c in centroids] for p in points]
    return [row.index(min(row)) for row in rows]


@right(check_assign)
def repeated_and_tiled(points, centroids):
    pairs = np.repeat(points, len(centroids), axis=0) - np.tile(centroids, (len(points), 1))
    return np.linalg.norm(pairs, axis=1).reshape(len(points), -1).argmin(axis=1)


@right(check_assign)
def backwards_into_small_ints(points, centroids):
    labels, nearest = np.full(len(points), -1, dtype=np.int8), np.full(len(points), 1e300)
    for k in reversed(range(len(centroids))):
        offsets = points - centroids[k]
        squared = np.einsum("mn,mn->m", offsets, offsets)
        closer = squared <= nearest
        labels[closer], nearest[closer] = k, squared[closer]
    return labels


class Predictor:
    def predict(self, points, centroids):
        return [int(((centroids - point) ** 2).sum(axis=1).argmin()) for point in points]


right(check_assign)(Predictor().predict)
right(check_assign)(np.vectorize(lambda p, c: ((c - p) ** 2).sum(axis=-1).argmin(), signature="(n),(k,n)->()"))
right(check_assign)(functools.partial(lambda power, p, c: [int(((c - x) ** power).sum(axis=1).argmin()) for x in p], 2))


# ---- right, in unusual ways: update


@right(check_update)
def grouped(points, labels, centroids):
    means = pd.DataFrame(points).groupby(labels).mean().reindex(range(len(centroids)))
    return means.fillna(pd.DataFrame(centroids))  # a data frame


@right(check_update)
def compressed(points, labels, centroids):
    new = centroids.astype(float)
    for k in set(labels.tolist()):
        new[k] = np.mean(list(itertools.compress(points, labels == k)), axis=0)
    return new


@right(check_update)
def product_with_the_membership(points, labels, centroids):
    belongs = np.equal.outer(np.arange(len(centroids)), labels)  # (K, M)
    counts = belongs.sum(axis=1, keepdims=True)
    return np.asfortranarray(np.where(counts == 0, centroids, belongs @ points / counts))


@right(check_update)
def masked_mean(points, labels, centroids):
    shape = (len(centroids), *points.shape)
    others = (labels != np.arange(len(centroids))[:, None])[:, :, None]
    table = np.ma.array(np.broadcast_to(points, shape), mask=np.broadcast_to(others, shape))
    return np.where(table.count(axis=1) > 0, table.mean(axis=1).filled(0), centroids)


@right(check_update)
def histograms(points, labels, centroids):
    edges = np.arange(len(centroids) + 1)
    sums = np.array([np.histogram(labels, edges, weights=column)[0] for column in points.T]).T
    counts = np.histogram(labels, edges)[0]
    return [sums[k] / n if n else centroids[k] for k, n in enumerate(counts)]


@right(check_update)
def a_dictionary_of_lists(points, labels, centroids):
    members = {k: [] for k in range(len(centroids))}
    for point, label in zip(points, labels, strict=True):
        members[int(label)].append(point)
    return [np.mean(rows, axis=0).tolist() if rows else centroids[k].tolist() for k, rows in members.items()]


@right(check_update)
def exact_means(points, labels, centroids):
    def mean(column):
        return float(sum(map(Fraction, column)) / len(column))

    rows = [points[labels == k].tolist() for k in range(len(centroids))]
    return tuple(tuple(map(mean, zip(*own, strict=True))) or tuple(old) for own, old in zip(rows, centroids, strict=True))


@right(check_update)
def asks_forgiveness(points, labels, centroids):
    new = centroids.copy()
    for k in range(len(new)):
        try:
            own = points[np.where(labels == k)]
            if not own.size:
                raise LookupError
            new[k] = own.sum(axis=0) / own.shape[0]
        except LookupError:
            continue
    return new


@right(check_update)
def least_squares(points, labels, centroids):
    belongs = (labels[:, None] == np.arange(len(centroids))).astype(float)  # (M, K)
    used = belongs.any(axis=0)
    new = np.array(centroids, dtype=float)
    new[used] = np.linalg.lstsq(belongs[:, used], points.astype(float), rcond=None)[0]
    return new


@right(check_update)
def running_sums(points, labels, centroids):
    order = np.argsort(labels, kind="stable")
    sums = np.vstack([np.zeros(points.shape[1]), np.cumsum(points[order], axis=0)])
    ends = np.searchsorted(labels[order], np.arange(len(centroids) + 1))
    counts = np.diff(ends)[:, None]
    return np.where(counts > 0, (sums[ends[1:]] - sums[ends[:-1]]) / np.maximum(counts, 1), centroids).astype(np.longdouble)


# ---- right, in unusual ways: the stream


@right(check_steps)
class Turns:
    def __init__(self, points, centroids):
        self.points, self.centroids, self.phase = points, centroids, None

    def __iter__(self):
        return self

    def __next__(self):
        if self.phase == "done":
            raise StopIteration
        if self.phase in ("start", "assign"):
            moved = update_centroids(self.points, self.labels, self.centroids)
            self.phase = "done" if (moved == self.centroids).all() else "update"
            self.centroids = moved
            return "update", moved, self.labels
        self.phase = "assign" if self.phase else "start"
        self.labels = assign_points(self.points, self.centroids)
        return self.phase, self.centroids, self.labels


@dataclass
class Record:
    phase: str
    centroids: np.ndarray
    labels: np.ndarray
    note: str = ""


@right(check_steps)
def records(points, centroids):
    yield from itertools.starmap(Record, Turns(points, centroids))


@right(check_steps)
def turns_of_a_cycle(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    for phase in itertools.cycle(["update", "assign"]):
        if phase == "assign":
            labels = assign_points(points, centroids)
            yield phase, centroids, labels
        else:
            old, centroids = centroids, update_centroids(points, labels, centroids)
            yield phase, centroids, labels
            if np.allclose(old, centroids):
                break


@right(check_steps)
def looks_at_its_history(points, centroids):
    history = [("start", centroids, assign_points(points, centroids))]
    yield history[-1]
    while True:
        phase, current, labels = history[-1]
        if phase == "update" and (current == history[-2][1]).all():
            return
        if phase == "update":
            history.append(("assign", current, assign_points(points, current)))
        else:
            history.append(("update", update_centroids(points, labels, current), labels))
        yield history[-1]


@right(check_steps)
def inner_recursion(points, centroids):
    def go_on(current):
        labels = assign_points(points, current)
        moved = update_centroids(points, labels, current)
        yield "update", moved, labels
        if (moved != current).any():
            yield "assign", moved, assign_points(points, moved)
            yield from go_on(moved)

    yield "start", centroids, assign_points(points, centroids)
    yield from go_on(centroids)


@right(check_steps)
def copies_what_it_overwrites(points, centroids):
    current, moving = centroids.copy(), True
    labels = assign_points(points, current)
    yield "start", current.copy(), labels.copy()
    while moving:
        moved = update_centroids(points, labels, current)
        moving = not np.array_equal(moved, current)
        current[:] = moved
        yield "update", current.copy(), labels.copy()
        if moving:
            labels[:] = assign_points(points, current)
            yield "assign", current.copy(), labels.copy()


Named = namedtuple("Named", "phase centroids labels")
right(check_steps)(lambda points, centroids: map(list, Turns(points, centroids)))
right(check_steps)(lambda points, centroids: itertools.starmap(Named, Turns(points, centroids)))
right(check_steps)(
    lambda points, centroids: (
        SimpleNamespace(phase=phase, centroids=current.tolist(), labels=labels.tolist())
        for phase, current, labels in Turns(points, centroids)
    )
)
right(check_steps)(functools.partial(inner_recursion))
right(check_steps)(lambda points, centroids: filter(None, inner_recursion(points, centroids)))

# ---- wrong, in usual ways: assign


@wrong(check_assign, "raises NameError")
def misspells(points, centroids):
    return ((points[:, None] - centroid) ** 2).sum(axis=2).argmin(axis=1)  # noqa: F821


@wrong(check_assign, "^ for **")
def writes_a_power_as_on_paper(points, centroids):
    return ((points[:, None] - centroids) ^ 2).sum(axis=2).argmin(axis=1)


@wrong(check_assign, "^ for **")
def writes_a_power_as_on_paper_in_loops(points, centroids):
    return [
        min(range(len(centroids)), key=lambda k: sum((x - y) ^ 2 for x, y in zip(p, centroids[k], strict=True))) for p in points
    ]


@wrong(check_assign, "nearest not reset")
def begins_once_for_all(points, centroids):
    labels, nearest = np.zeros(len(points), dtype=int), np.inf
    for m, point in enumerate(points):
        for k, centroid in enumerate(centroids):
            squared = np.sum((point - centroid) ** 2)
            if squared < nearest:
                nearest, labels[m] = squared, k
    return labels


@wrong(check_assign, "one label for all")
def forgets_the_nearest_so_far(points, centroids):
    labels = np.zeros(len(points), dtype=int)
    for m, point in enumerate(points):
        for k, centroid in enumerate(centroids):
            if math.dist(point, centroid) < math.inf:
                labels[m] = k
    return labels


@wrong(check_assign, "one label for all")
def begins_at_zero(points, centroids):
    labels = np.zeros(len(points), dtype=int)
    for m, point in enumerate(points):
        nearest = 0
        for k, centroid in enumerate(centroids):
            if math.dist(point, centroid) < nearest:
                nearest, labels[m] = math.dist(point, centroid), k
    return labels


@wrong(check_assign, "only the first point")
def returns_in_the_loop(points, centroids):
    labels = np.zeros(len(points), dtype=int)
    for m, point in enumerate(points):
        labels[m] = np.sum((point - centroids) ** 2, axis=1).argmin()
        return labels


@wrong(check_assign, "only the first point")
def returns_a_list_in_the_loop(points, centroids):
    labels = []
    for point in points:
        labels.append(np.sum((point - centroids) ** 2, axis=1).argmin())
        return labels


@wrong(check_assign, "features not added up")
def brings_lesson_01(points, centroids):
    return np.array([abs(point - centroids).argmin() for point in points])


@wrong(check_assign, "features not added up")
def roots_of_squares(points, centroids):
    return [np.argmin([np.sqrt((point - centroid) ** 2) for centroid in centroids]) for point in points]


@wrong(check_assign, "largest offset only")
def as_a_king_moves(points, centroids):
    return [min(range(len(centroids)), key=lambda k: max(abs(point - centroids[k]))) for point in points]


@wrong(check_assign, "product, not distance")
def multiplies(points, centroids):
    return np.argmax([[np.dot(point, centroid) for centroid in centroids] for point in points], axis=1)


@wrong(check_assign, "two features only")
def x_and_y(points, centroids):
    return [np.argmin([math.hypot(x - cx, y - cy) for cx, cy in centroids]) for x, y in points]


@wrong(check_assign, "two features only")
def first_and_second(points, centroids):
    return [np.argmin([(p[0] - c[0]) ** 2 + (p[1] - c[1]) ** 2 for c in centroids]) for p in points]


@wrong(check_assign, "first two features only")
def at_most_two(points, centroids):
    return np.argmin([[math.dist(p[:2], c[:2]) for c in centroids] for p in points], axis=1)


@wrong(check_assign, "last point left out")
def ends_a_point_early(points, centroids):
    return [np.linalg.norm(points[m] - centroids, axis=1).argmin() for m in range(len(points) - 1)]


@wrong(check_assign, "last point left out")
def fills_all_but_one(points, centroids):
    labels = np.zeros(len(points), dtype=int)
    for m in range(len(points) - 1):
        labels[m] = np.linalg.norm(points[m] - centroids, axis=1).argmin()
    return labels


@wrong(check_assign, "last centroid left out")
def ends_a_centroid_early(points, centroids):
    return [np.argmin([math.dist(point, centroids[k]) for k in range(len(centroids) - 1)]) for point in points]


@wrong(check_assign, "last centroid left out")
def compares_all_but_one(points, centroids):
    labels, nearest = np.zeros(len(points), dtype=int), np.full(len(points), np.inf)
    for k in range(len(centroids) - 1):
        squared = ((points - centroids[k]) ** 2).sum(axis=1)
        labels[squared < nearest] = k
        nearest = np.minimum(nearest, squared)
    return labels


@wrong(check_assign, "first centroid left out")
def begins_with_the_second(points, centroids):
    labels, nearest = np.zeros(len(points), dtype=int), np.full(len(points), np.inf)
    for k in range(1, len(centroids)):
        squared = ((points - centroids[k]) ** 2).sum(axis=1)
        labels[squared < nearest] = k
        nearest = np.minimum(nearest, squared)
    return labels


@wrong(check_assign, "integer truncation")
def rounds_first(points, centroids):
    return [np.argmin([math.dist(p, c) for c in centroids.round()]) for p in points.round()]


@wrong(check_assign, "integer truncation")
def whole_points(points, centroids):
    return [np.argmin([math.dist(p, c) for c in centroids]) for p in points.astype(int)]


@wrong(check_assign, "integer truncation")
def all_whole(points, centroids):
    return [np.argmin([math.dist(p, c) for c in centroids.astype(int)]) for p in points.astype(int)]


@wrong(check_assign, "groups, not labels")
def sorts_into_heaps(points, centroids):
    labels = assign_points(points, centroids)
    return [points[labels == k] for k in range(len(centroids))]


@wrong(check_assign, "groups, not labels")
def a_dictionary_of_members(points, centroids):
    labels = assign_points(points, centroids)
    return {k: np.flatnonzero(labels == k) for k in range(len(centroids))}


@wrong(check_assign, "returns several things")
def labels_and_distances(points, centroids):
    table = ((points[:, None] - centroids) ** 2).sum(axis=2)
    return table.argmin(axis=1), table.min(axis=1)


@wrong(check_assign, "arguments in another order")
def centroids_first(centroids, points):
    return assign_points(points, centroids)


@wrong(check_assign, "wrong dtype")
def no_numbers(points, centroids):
    return np.full(len(points), np.nan)


@wrong(check_assign, "wrong dtype")
def an_array_of_objects(points, centroids):
    return assign_points(points, centroids).astype(object)


@wrong(check_assign, "wrong dtype")
def yields_labels(points, centroids):
    for point in points:
        yield np.linalg.norm(point - centroids, axis=1).argmin()


@wrong(check_assign, "None instead of a row")
def a_label_for_some(points, centroids):
    return [0 if len(centroids) == 1 else None for _ in points]


@wrong(check_assign, "no return")
def prints_each(points, centroids):
    for point in points:
        print(np.linalg.norm(point - centroids, axis=1).argmin())


@wrong(check_assign, "raises SystemExit")
def leaves(points, centroids):
    sys.exit()


@wrong(check_assign, "raises RecursionError")
def calls_itself(points, centroids):
    return calls_itself(points, centroids)


# ---- wrong, in usual ways: update


@wrong(check_update, "single member ignored")
def more_than_one(points, labels, centroids):
    new = centroids.copy()
    for k in range(len(new)):
        own = points[labels == k]
        if len(own) > 1:
            new[k] = own.mean(axis=0)
    return new


@wrong(check_update, "empty cluster dropped")
def up_to_the_largest_label(points, labels, centroids):
    return np.array([points[labels == k].mean(axis=0) for k in range(max(labels) + 1)])


@wrong(check_update, "None instead of a row")
def none_for_empty(points, labels, centroids):
    return [points[labels == k].mean(axis=0) if k in labels else None for k in range(len(centroids))]


@wrong(check_update, "empty cluster moved")
def middle_of_all_for_empty(points, labels, centroids):
    return [points[labels == k].mean(axis=0) if k in labels else points.mean(axis=0) for k in range(len(centroids))]


@wrong(check_update, "only the first centroid")
def returns_after_one_turn(points, labels, centroids):
    new = centroids.copy()
    for k in range(len(new)):
        if k in labels:
            new[k] = points[labels == k].mean(axis=0)
        return new


@wrong(check_update, "only the first centroid")
def returns_after_one_move(points, labels, centroids):
    new = centroids.copy()
    for k in range(len(new)):
        if k in labels:
            new[k] = points[labels == k].mean(axis=0)
            return new


@wrong(check_update, "only the first centroid")
def returns_one_row(points, labels, centroids):
    rows = []
    for k, old in enumerate(centroids):
        rows.append(points[labels == k].mean(axis=0) if k in labels else old)
        return rows


@wrong(check_update, "last centroid left out")
def moves_all_but_one(points, labels, centroids):
    new = centroids.copy()
    for k in range(len(new) - 1):
        if k in labels:
            new[k] = points[labels == k].mean(axis=0)
    return new


@wrong(check_update, "last centroid left out")
def one_row_short(points, labels, centroids):
    return [points[labels == k].mean(axis=0) if k in labels else old for k, old in enumerate(centroids)][:-1]


@wrong(check_update, "nothing moved")
def compares_and_does_not_set(points, labels, centroids):
    new = centroids.copy()
    for k in range(len(new)):
        new[k] == points[labels == k].mean(axis=0)  # noqa: B015
    return new


@wrong(check_update, "divided by the wrong count")
def divides_by_k(points, labels, centroids):
    return [sum(points[labels == k]) / len(centroids) if k in labels else c for k, c in enumerate(centroids)]


@wrong(check_update, "divided by the wrong count")
def divides_by_the_features(points, labels, centroids):
    return [sum(points[labels == k]) / points.shape[1] if k in labels else c for k, c in enumerate(centroids)]


@wrong(check_update, "sum not reset")
def adds_on_and_on(points, labels, centroids):
    new, total, count = centroids.copy(), 0, 0
    for k in range(len(new)):
        for point, label in zip(points, labels, strict=True):
            if label == k:
                total, count = total + point, count + 1
        if count:
            new[k] = total / count
    return new


@wrong(check_update, "sum not reset")
def resets_the_count_only(points, labels, centroids):
    new, total = centroids.copy(), 0
    for k in range(len(new)):
        for point in points[labels == k]:
            total = total + point
        if k in labels:
            new[k] = total / np.count_nonzero(labels == k)
    return new


@wrong(check_update, "old centroid in the mean")
def adds_to_the_old(points, labels, centroids):
    new = centroids.copy()
    np.add.at(new, labels, points)
    counts = np.bincount(labels, minlength=len(new))
    new[counts > 0] /= counts[counts > 0, None]
    return new


@wrong(check_update, "rounded")
def rounds_as_the_lesson_prints(points, labels, centroids):
    return update_centroids(points, labels, centroids).round(2)


@wrong(check_update, "rounded")
def rounds_to_whole(points, labels, centroids):
    return [[round(x) for x in row] for row in update_centroids(points, labels, centroids).tolist()]


@wrong(check_update, "rows in another order")
def as_the_labels_come(points, labels, centroids):
    own = {}
    for point, label in zip(points, labels, strict=True):
        own.setdefault(int(label), []).append(point)
    rows = {k: np.mean(members, axis=0) for k, members in own.items()}
    for k, old in enumerate(centroids):
        rows.setdefault(k, old)
    return list(rows.values())


@wrong(check_update, "wrong dtype")
def a_view_of_a_dictionary(points, labels, centroids):
    return {k: points[labels == k].mean(axis=0) for k in range(len(centroids))}.values()


@wrong(check_update, "half-way")
def slowly(points, labels, centroids):
    return centroids + 0.5 * (update_centroids(points, labels, centroids) - centroids)


@wrong(check_update, "the move, not the position")
def how_far(points, labels, centroids):
    return update_centroids(points, labels, centroids) - centroids


@wrong(check_update, "two features only")
def x_and_y_means(points, labels, centroids):
    rows = [points[labels == k] for k in range(len(centroids))]
    return [[r[:, 0].mean(), r[:, 1].mean()] if len(r) else c for r, c in zip(rows, centroids, strict=True)]


@wrong(check_update, "arguments in another order")
def labels_first(labels, points, centroids):
    return update_centroids(points, labels, centroids)


@wrong(check_update, "input changed in place")
def numbers_from_one(points, labels, centroids):
    labels += 1
    return update_centroids(points, labels - 1, centroids)


@wrong(check_update, "raises ValueError")
def asks_a_mask_for_its_truth(points, labels, centroids):
    return [points[labels == k].mean(axis=0) if labels == k else c for k, c in enumerate(centroids)]


@wrong(check_update, "middle of the range")
def middle_of_the_range(points, labels, centroids):
    own = [points[labels == k] for k in range(len(centroids))]
    return [(r.max(axis=0) + r.min(axis=0)) / 2 if len(r) else c for r, c in zip(own, centroids, strict=True)]


# ---- wrong, in usual ways: the stream


@wrong(check_steps, "never assigns again")
def forgets_to_assign(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        moved = update_centroids(points, labels, centroids)
        yield "update", moved, labels
        if (moved == centroids).all():
            return
        centroids = moved


@wrong(check_steps, "does not stop in time")
def forgets_to_move_on(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        moved = update_centroids(points, labels, centroids)
        yield "update", moved, labels
        if (moved == centroids).all():
            return
        labels = assign_points(points, moved)
        yield "assign", moved, labels


@wrong(check_steps, "empty cluster as NaN")
def nan_is_not_itself(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        moved = np.array([points[labels == k].mean(axis=0) for k in range(len(centroids))])
        yield "update", moved, labels
        if (moved == centroids).all():
            return
        centroids = moved
        labels = assign_points(points, centroids)
        yield "assign", centroids, labels


@wrong(check_steps, "start without labels")
def zeros_at_the_start(points, centroids):
    _, *others = inner_recursion(points, centroids)
    yield "start", centroids, np.zeros(len(points), dtype=int)
    yield from others


@wrong(check_steps, "one step, not a stream")
def returns_the_first(points, centroids):
    return next(inner_recursion(points, centroids))


@wrong(check_steps, "one step, not a stream")
def returns_the_last(points, centroids):
    return KMeansND(points, centroids).fit()


@wrong(check_steps, "stops early")
def any_for_all(points, centroids):
    labels = assign_points(points, centroids)
    yield "start", centroids, labels
    while True:
        moved = update_centroids(points, labels, centroids)
        yield "update", moved, labels
        if (moved == centroids).any():
            return
        centroids = moved
        labels = assign_points(points, centroids)
        yield "assign", centroids, labels


@wrong(check_steps, "goes on after the stop")
def assigns_once_more(points, centroids):
    yield from inner_recursion(points, centroids)
    final = KMeansND(points, centroids).fit()
    yield "assign", final.centroids, final.labels


@wrong(check_steps, "raises ValueError")
def compares_arrays_as_numbers(points, centroids):
    labels, moved = assign_points(points, centroids), None
    yield "start", centroids, labels
    while moved != centroids:
        moved = update_centroids(points, labels, centroids)
        yield "update", moved, labels


@wrong(check_steps, "raises RuntimeError")
def raises_to_stop(points, centroids):
    yield from inner_recursion(points, centroids)
    raise StopIteration


@wrong(check_steps, "raises SystemExit")
def leaves_midway(points, centroids):
    yield next(inner_recursion(points, centroids))
    sys.exit("that is all")


@wrong(check_steps, "not a step")
def labels_before_centroids(points, centroids):
    for phase, current, labels in inner_recursion(points, centroids):
        yield phase, labels, current


@wrong(check_steps, "not a step")
def yields_a_generator(points, centroids):
    yield inner_recursion(points, centroids)


@wrong(check_steps, "wrong phase")
def numbers_the_phases(points, centroids):
    for i, (phase, current, labels) in enumerate(inner_recursion(points, centroids)):
        yield f"{phase} {i}", current, labels


@wrong(check_steps, "wrong phase")
def no_word_for_the_start(points, centroids):
    for phase, current, labels in inner_recursion(points, centroids):
        yield phase.replace("start", "assign"), current, labels


@wrong(check_steps, "no stream")
def the_model_itself(points, centroids):
    return KMeansND(points, centroids)


@wrong(check_steps, "no stream")
async def for_another_loop(points, centroids):
    yield "start", centroids, assign_points(points, centroids)
