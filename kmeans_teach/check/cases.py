"""The cases that each check tries: the same on every machine, the smallest first."""

import numpy as np


def assign_cases():
    """24 cases (points, centroids). All ties are exact; in the last two the numbers are not whole, or are ints."""
    shapes = [(1, 2, 1), (2, 1, 1), (2, 2, 1), (1, 2, 2), (3, 2, 1), (2, 2, 2), (2, 3, 2), (3, 2, 2), (3, 3, 2), (4, 2, 2)]
    shapes += [(4, 3, 1), (4, 2, 3), (4, 3, 2), (5, 3, 2), (5, 2, 3), (4, 5, 2), (6, 3, 2), (5, 2, 4), (6, 4, 3)]
    rng = np.random.default_rng(20)
    cases = [(_whole(rng, m, n), _whole(rng, k, n)) for m, k, n in shapes]
    cases.append(_arrays([[5]], [[0], [10]]))
    cases.append(_arrays([[0, 0], [1, 1]], [[3, 4], [-5, 0], [0, 5]]))
    cases.append(_arrays([[1, 2], [8, 8]], [[2, 2], [2, 2], [9, 9]]))
    cases.append((rng.normal(size=(7, 2)).round(2), rng.normal(size=(3, 2)).round(2)))
    cases.append((_whole(rng, 6, 3).astype(np.int64), _whole(rng, 3, 3) + 0.5))
    return sorted(cases, key=_size)


def update_cases():
    """20 cases (points, labels, centroids), eight with an empty cluster; in the last the points are ints."""
    rng = np.random.default_rng(21)
    full = [(2, 1, 1), (2, 2, 1), (3, 2, 1), (3, 2, 2), (4, 2, 2), (5, 3, 2), (6, 2, 3), (6, 3, 2), (7, 3, 3), (8, 4, 2)]
    full += [(7, 2, 4)]
    empty = [(1, 2, 1), (2, 3, 1), (3, 3, 2), (4, 3, 2), (5, 3, 3), (6, 4, 2), (4, 6, 2), (8, 5, 3)]
    cases = []
    for m, k, n in full:
        labels = rng.permutation(np.concatenate([np.arange(k), rng.integers(0, k, m - k)])).astype(np.intp)
        cases.append((_whole(rng, m, n), labels, _whole(rng, k, n)))
    for m, k, n in empty:
        labels = rng.choice(np.delete(np.arange(k), rng.integers(k)), m).astype(np.intp)
        cases.append((_whole(rng, m, n), labels, _whole(rng, k, n)))
    cases.append((_whole(rng, 7, 2).astype(np.int64), np.array([2, 0, 1, 1, 0, 0, 2]), _whole(rng, 3, 2) + 0.5))
    return sorted(cases, key=_size)


def run_cases():
    """8 cases (points, start) of one to five iterations, two with an empty cluster, none with coincident centroids."""
    rng = np.random.default_rng(22)
    cases = [
        _arrays([[0], [4]], [[0], [4]]),
        _arrays([[1], [2], [9]], [[0], [10]]),
        _arrays([[-9], [-6], [-5], [-4], [2], [4]], [[-9], [-6]]),
        _arrays([[0, 0], [0.5, 0], [0.5, 1], [1, 1]], [[0, 0], [1, 1]]),
        _arrays([[0, 0], [0.5, 0], [0.5, 1], [1, 1]], [[0.5, 0.5], [3, 3]]),
        _arrays([[0, 0], [10, 10], [12, 9], [-1, 1], [2, 0], [8, 10]], [[0, 0], [10, 10], [90, 90]]),
        _arrays([[-10], [-9.5], [-9], [-8.5], [-8], [-1], [1], [9], [9.5], [10]], [[-10], [-1], [10]]),
    ]
    points = rng.normal(scale=4, size=(9, 3)).round(1)
    return sorted([*cases, (points, points[:3].copy())], key=_size)


def _whole(rng, rows, columns):
    return rng.integers(-9, 10, size=(rows, columns)).astype(np.float64)


def _arrays(*tables):
    return tuple(np.array(table, dtype=np.float64) for table in tables)


def _size(case):
    return sum(array.size for array in case)
