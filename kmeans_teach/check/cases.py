"""The cases that each check tries: the same on every machine, the smallest first."""

import numpy as np

_APART = [[-10], [-9.5], [-9], [-8.5], [-8], [-1], [1], [9], [9.5], [10]]
_SLOW = [1, 11, 14, 15, 18, 24, 26, 41, 55, 64, 73, 80, 94, 95, 98]  # from its first three points: 12 iterations


def assign_cases():
    """28 cases (points, centroids), with one to six features and up to eight centroids. All ties are exact."""
    shapes = [(1, 2, 1), (2, 1, 1), (2, 2, 1), (1, 2, 2), (3, 2, 1), (2, 2, 2), (2, 3, 2), (3, 2, 2), (3, 3, 2), (4, 2, 2)]
    shapes += [(4, 3, 1), (4, 2, 3), (4, 3, 2), (5, 3, 2), (5, 2, 3), (4, 5, 2), (6, 3, 2), (5, 2, 4), (6, 4, 3), (3, 3, 6)]
    rng = np.random.default_rng(20)
    cases = [(_whole(rng, m, n), _whole(rng, k, n)) for m, k, n in [*shapes, (4, 8, 2)]]
    cases.append(_arrays([[5]], [[0], [10]]))
    cases.append(_arrays([[0, 0], [1, 1]], [[3, 4], [-5, 0], [0, 5]]))
    cases.append(_arrays([[1, 2], [8, 8]], [[2, 2], [2, 2], [9, 9]]))
    cases.append(_arrays([[0, 0]], [[1.0003, 0], [-1, 0]]))  # a close call
    cases.append(_arrays([[0, 0], [4e6, 5e6]], [[-9e6, 0], [1e6, 1e6]]))  # far out
    cases.append(_arrays([[t, 4 - t] for t in range(-6, 6)], [[0, 0], [4, 4], [9, -9]]))  # twelve ties
    cases.append((rng.normal(size=(7, 2)).round(2), rng.normal(size=(3, 2)).round(2)))
    return sorted(cases, key=_size)


def whole_assign():
    """The points are ints: not what the course promises to a function."""
    rng = np.random.default_rng(23)
    return [(_whole(rng, 6, 3).astype(np.int64), _whole(rng, 3, 3) + 0.5)]


def update_cases():
    """22 cases (points, labels, centroids), nine with an empty cluster, two with equal members."""
    rng = np.random.default_rng(21)
    full = [(2, 1, 1), (2, 2, 1), (3, 2, 1), (3, 2, 2), (4, 2, 2), (5, 3, 2), (6, 2, 3), (6, 3, 2), (7, 3, 3), (8, 4, 2)]
    full += [(7, 2, 4), (5, 2, 6)]
    empty = [(1, 2, 1), (2, 3, 1), (3, 3, 2), (4, 3, 2), (5, 3, 3), (6, 4, 2), (4, 6, 2), (8, 5, 3)]
    cases = []
    for m, k, n in full:
        labels = rng.permutation(np.concatenate([np.arange(k), rng.integers(0, k, m - k)])).astype(np.intp)
        cases.append((_whole(rng, m, n), labels, _whole(rng, k, n)))
    for m, k, n in empty:
        labels = rng.choice(np.delete(np.arange(k), rng.integers(k)), m).astype(np.intp)
        cases.append((_whole(rng, m, n), labels, _whole(rng, k, n)))
    for points, labels in ([[1, 1], [1, 1], [4, 7], [0, 2]], [0, 0, 0, 1]), ([[0, 0], [0, 0], [3, 4], [5, 9]], [1, 1, 0, 0]):
        cases.append((np.array(points, dtype=float), np.array(labels), _whole(rng, 2 + labels[0], 2)))
    return sorted(cases, key=_size)


def whole_update():
    """The points are ints: not what the course promises to a function."""
    rng = np.random.default_rng(24)
    return [(_whole(rng, 7, 2).astype(np.int64), np.array([2, 0, 1, 1, 0, 0, 2]), _whole(rng, 3, 2) + 0.5)]


def run_cases():
    """11 cases (points, start) of one to twelve iterations, two with an empty cluster, none with coincident centroids."""
    rng = np.random.default_rng(22)
    tiny, line = 1 + 1e-5 * np.array(_SLOW), [7, 8, 16, 19, 29, 46, 54, 57, 69, 87, 93, 96]
    cases = [
        _arrays([[0], [4]], [[0], [4]]),
        _arrays([[1], [2], [9]], [[0], [10]]),
        _arrays([[0], [2], [2], [2], [2], [2], [2], [4]], [[0], [4]]),  # ties
        _arrays([[-9], [-6], [-5], [-4], [2], [4]], [[-9], [-6]]),
        _arrays([[0, 0], [0.5, 0], [0.5, 1], [1, 1]], [[0, 0], [1, 1]]),
        _arrays([[0, 0], [0.5, 0], [0.5, 1], [1, 1]], [[0.5, 0.5], [3, 3]]),
        _arrays([[0, 0], [10, 10], [12, 9], [-1, 1], [2, 0], [8, 10]], [[0, 0], [10, 10], [90, 90]]),
        _arrays(_APART, [[-10], [-1], [10]]),
        _arrays([[x] for x in line], [[7], [8], [16]]),
        _arrays([*np.subtract(_APART, 40), *tiny[:, None]], [[-50], [-41], [-30], *tiny[:3, None]]),  # ends with tiny moves
    ]
    points = rng.normal(scale=4, size=(9, 3)).round(1)
    return sorted([*cases, (points, points[:3].copy())], key=_size)


# ---- the same on a line: lesson 01


def line_assign():
    return [case for points, centroids in assign_cases() if len((case := (points[:, 0], centroids[:, 0]))[1]) != 8]


def line_update():
    return [(points[:, 0], labels, centroids[:, 0]) for points, labels, centroids in update_cases()]


def _whole(rng, rows, columns):
    return rng.integers(-9, 10, size=(rows, columns)).astype(np.float64)


def _arrays(*tables):
    return tuple(np.array(table, dtype=np.float64) for table in tables)


def _size(case):
    return sum(array.size for array in case)
