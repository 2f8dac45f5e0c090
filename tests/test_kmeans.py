"""The stream of half-steps: it always ends, honestly; it is right; it changes nothing of what it is given; and it says what
is wrong with bad input. tests/test_mutants.py runs parts of this file against spoilt copies of kmeans.py.
"""

import dataclasses
import functools
import os
import re
import tracemalloc
from fractions import Fraction
from itertools import combinations, islice, pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris

from kmeans_teach import inputs, kmeans
from kmeans_teach.data import load, random_points
from tests import oracles

LONG = bool(os.environ.get("LONG"))  # the weekly run: more of the same
EPS = np.finfo(float).eps


def run(points, centroids, **options):
    """The whole stream as a list. No run may pass 2 * max_iter + 1 steps, so a stream that does not end fails, not hangs."""
    model = kmeans.KMeansND(points, centroids, **options)
    most = 2 * model.max_iter + 1
    steps = list(islice(model.steps(), most + 1))
    assert 2 <= len(steps) <= most
    return steps


def column(*values):
    return np.array(values, dtype=float)[:, None]


def same_bits(one, other):
    """Two streams are equal, to the last bit of every field."""
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        for name in "iteration", "phase", "inertia", "changed", "shift", "stop":
            assert getattr(a, name) == getattr(b, name)
        assert a.centroids.tobytes() == b.centroids.tobytes()
        assert a.labels.tobytes() == b.labels.tobytes()


# ---- runs worked out by hand

HAND = {
    "two pairs": {
        "points": [(0, 0), (0.5, 0), (0.5, 1), (1, 1)],
        "start": [(0, 0), (1, 1)],
        "centroids": [(0.25, 0), (0.75, 1)],
        "labels": [0, 0, 1, 1],
        "inertia": 0.25,
        "n": 2,
    },
    "an empty cluster stays": {
        "points": [(0, 0), (0.5, 0), (0.5, 1), (1, 1)],
        "start": [(0.5, 0.5), (3, 3)],
        "centroids": [(0.5, 0.5), (3, 3)],
        "labels": [0, 0, 0, 0],
        "inertia": 1.5,
        "n": 1,
    },
    "integers": {
        "points": [(0, 0), (10, 10), (12, 9), (-1, 1), (2, 0), (8, 10)],
        "start": [(0, 0), (10, 10)],
        "centroids": [(1 / 3, 1 / 3), (10, 29 / 3)],
        "labels": [0, 1, 1, 0, 0, 1],
        "inertia": 14,
        "n": 2,
    },
    "eleven points": {
        "points": [(3, 3), (4, 3), (4, 2), (9, 2), (5, 1), (6, 2), (9, 4), (5, 2), (5, 4), (7, 4), (6, 5)],
        "start": [(3, 3), (4, 3), (4, 2)],
        "centroids": [(11 / 3, 8 / 3), (6.75, 4.25), (6.25, 1.75)],
        "labels": [0, 0, 0, 2, 2, 2, 1, 2, 1, 1, 1],
        "inertia": 67 / 3,
        "n": 3,
    },
    "on a line": {
        "points": [(-3,), (-1,), (0,), (1,), (1,), (8,)],
        "start": [(-3,), (0.99,)],
        "centroids": [(-0.4,), (8,)],
        "labels": [0, 0, 0, 0, 0, 1],
        "inertia": 11.2,
        "n": 5,
    },
    "two centroids on one place": {
        "points": [(0, 0), (1, 1), (1, 1), (1, 0), (0, 1)],
        "start": [(0, 0), (1, 1), (1, 1), (1, 0), (0, 1)],
        "centroids": [(0, 0), (1, 1), (1, 1), (1, 0), (0, 1)],
        "labels": [0, 1, 1, 3, 4],
        "inertia": 0,
        "n": 1,
    },
    "three on a line": {
        "points": [(x,) for x in (-10, -9.5, -9, -8.5, -8, -1, 1, 9, 9.5, 10)],
        "start": [(-10,), (-1,), (10,)],
        "centroids": [(-9,), (0,), (9.5,)],
        "labels": [0, 0, 0, 0, 0, 1, 1, 2, 2, 2],
        "inertia": 5,
        "n": 2,
    },
}


@pytest.mark.parametrize("name", HAND)
def test_a_run_worked_out_by_hand(name):
    row = HAND[name]
    last = run(row["points"], row["start"])[-1]
    np.testing.assert_allclose(last.centroids, row["centroids"], atol=1e-14)
    assert last.labels.tolist() == row["labels"]
    assert last.inertia == pytest.approx(row["inertia"], abs=1e-12)
    assert (last.iteration, last.stop) == (row["n"], "converged")


def test_the_eleven_points_half_step_by_half_step():
    row = HAND["eleven points"]
    steps = run(row["points"], row["start"])
    assert [(s.iteration, s.phase) for s in steps] == [
        (0, "start"),
        (1, "update"),
        (1, "assign"),
        (2, "update"),
        (2, "assign"),
        (3, "update"),
    ]
    assert steps[0].labels.tolist() == [0, 1, 2, 2, 2, 2, 1, 2, 1, 1, 1]
    np.testing.assert_allclose(steps[1].centroids, [(3, 3), (6.2, 4), (5.8, 1.8)], atol=1e-14)
    # (4, 3) and (4, 2) go over to A: everything else stays
    assert steps[2].labels.tolist() == [0, 0, 0, 2, 2, 2, 1, 2, 1, 1, 1]
    assert [s.changed for s in steps] == [0, 0, 2, 0, 0, 0]
    np.testing.assert_allclose(steps[3].centroids, [(11 / 3, 8 / 3), (6.75, 4.25), (6.25, 1.75)], atol=1e-14)
    # the farthest of the first moves: C from (4, 2) to (5.8, 1.8), or B from (4, 3) to (6.2, 4)
    assert steps[1].shift == pytest.approx((2.2**2 + 1) ** 0.5)
    assert [s.stop for s in steps] == [None] * 5 + ["converged"]


def test_iris_from_two_starts_ends_in_two_local_minima():
    iris = load_iris().data
    good, poor = run(iris, iris[[0, 50, 100]])[-1], run(iris, iris[[0, 1, 2]])[-1]
    assert (good.inertia, good.iteration) == (pytest.approx(78.8514414, abs=1e-7), 4)
    assert (poor.inertia, poor.iteration) == (pytest.approx(78.8556658, abs=1e-7), 12)


def test_the_docstrings_examples():
    points, centroids = column(1, 2, 9), column(0, 10)
    assert kmeans.assign_points(points, centroids).tolist() == [0, 0, 1]
    assert kmeans.update_centroids(points, np.array([0, 0, 1]), centroids).tolist() == [[1.5], [9]]
    assert kmeans.inertia(points, np.array([0, 0, 1]), column(1, 10)) == 2.0


# ---- the half-steps


def test_a_tie_goes_to_the_lower_index():
    assert kmeans.assign_points(column(5), column(0, 10)).tolist() == [0]
    assert kmeans.assign_points(column(5), column(10, 0)).tolist() == [0]
    assert kmeans.assign_points(column(5, 6), column(9, 5, 5, 6, 6)).tolist() == [1, 3]


def test_labels_do_not_depend_on_how_far_the_data_lies_from_zero():
    # 100 points 2 apart from the other heap, at 1e8: |x|^2 - 2xc + |c|^2 has lost all digits there
    points = np.repeat(column(0, 2), 50, axis=0) + 1e8
    assert kmeans.assign_points(points, column(0, 2) + 1e8).tolist() == [0] * 50 + [1] * 50


@pytest.mark.parametrize("power", [-40, 40])
def test_the_unit_of_the_numbers_does_not_matter(power):
    """Times a power of two no digit changes, so neither does any decision: what is small is not taken for nothing."""
    points = np.random.default_rng(3).normal(size=(50, 2))
    steps, scaled = run(points, points[:4]), run(points * 2.0**power, points[:4] * 2.0**power)
    assert len(steps) > 7
    assert [s.labels.tolist() for s in scaled] == [s.labels.tolist() for s in steps]
    assert [s.centroids.tolist() for s in scaled] == [(s.centroids * 2.0**power).tolist() for s in steps]
    assert [s.stop for s in scaled] == [s.stop for s in steps]


def test_update_leaves_its_arguments_alone_and_keeps_an_empty_cluster():
    points, labels, centroids = column(1, 3), np.array([1, 1]), column(7, 7)
    moved = kmeans.update_centroids(points, labels, centroids)
    assert moved.tolist() == [[7], [2]]
    assert (points.tolist(), labels.tolist(), centroids.tolist()) == ([[1], [3]], [1, 1], [[7], [7]])
    assert not np.shares_memory(moved, centroids)


# ---- the stream


def test_the_phases_take_turns_and_update_keeps_the_labels_of_before():
    rng = np.random.default_rng(4)
    points = rng.normal(size=(80, 3))
    steps = run(points, points[:5])
    assert len(steps) > 7
    assert [s.phase for s in steps] == ["start"] + ["update", "assign"] * ((len(steps) - 2) // 2) + ["update"]
    assert [s.iteration for s in steps] == [(i + 1) // 2 for i in range(len(steps))]
    assert [s.stop for s in steps[:-1]] == [None] * (len(steps) - 1)
    for old, new in pairwise(steps):
        if new.phase == "update":
            assert new.labels.tolist() == old.labels.tolist()
            assert new.changed == 0
            assert new.shift == pytest.approx(max(np.linalg.norm(new.centroids - old.centroids, axis=1)), rel=1e-14)
        else:
            assert new.centroids.tolist() == old.centroids.tolist()
            assert new.changed == sum(a != b for a, b in zip(old.labels, new.labels, strict=True))
            assert new.shift == 0
            assert new.labels.tolist() == oracles.nearest(points, new.centroids)
    assert steps[0].labels.tolist() == oracles.nearest(points, steps[0].centroids)
    assert (steps[0].changed, steps[0].shift) == (0, 0)
    for step in steps:
        assert step.inertia == pytest.approx(((points - step.centroids[step.labels]) ** 2).sum(), rel=1e-12)


def test_a_step_knows_the_one_before_and_that_one_knows_none():
    steps = run(column(0, 1, 5, 6), column(0, 1))
    assert len(steps) > 3
    assert steps[0].before is None
    for old, new in pairwise(steps):
        assert new.before.before is None
        assert dataclasses.replace(new.before, before=old.before) is not old
        same_bits([new.before], [old])


def test_the_types_of_a_step():
    for step in run([[0], [1], [5]], [[0], [1]]):
        assert (step.centroids.dtype, step.centroids.shape) == (np.float64, (2, 1))
        assert (step.labels.dtype, step.labels.shape) == (np.intp, (3,))
        assert [type(v) for v in (step.iteration, step.inertia, step.changed, step.shift)] == [int, float, int, float]


def test_a_step_cannot_be_changed():
    step = run(column(0, 1), column(0, 1))[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        step.inertia = 0.0
    for array in (step.centroids, step.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_no_two_steps_share_memory_nor_any_with_the_input():
    points, centroids = np.random.default_rng(5).normal(size=(40, 2)), np.array([[0.0, 0.0], [1.0, 1.0], [9.0, 9.0]])
    model = kmeans.KMeansND(points, centroids)
    steps = list(model.steps())
    assert len(steps) > 5
    arrays = [points, centroids, model.points, model.centroids]
    arrays += [array for step in steps for array in (step.centroids, step.labels)]
    for one, other in combinations(arrays, 2):
        assert not np.shares_memory(one, other)


def test_a_learners_function_that_returns_one_buffer_again_and_again_does_no_harm():
    points = column(0, 1, 2, 10, 11, 12)
    labels, moved = np.empty(6, dtype=np.intp), np.empty((2, 1))

    def assign(points, centroids):
        labels[:] = kmeans.assign_points(points, centroids)
        return labels

    def update(points, labels, centroids):
        moved[:] = kmeans.update_centroids(points, labels, centroids)
        return moved

    same_bits(run(points, points[:2], assign=assign, update=update), run(points, points[:2]))


def test_a_learners_function_cannot_write_into_what_it_is_given():
    points = column(0, 1, 5)

    def greedy(points, labels, centroids):
        centroids[0] = 1
        return centroids

    with pytest.raises(ValueError, match="read-only") as caught:
        run(points, points[:2], update=greedy)
    assert caught.value.__notes__ == ["in line 2 of greedy, in the half-step update 1"]


def test_each_call_begins_afresh_and_fit_is_the_last_step():
    points = np.random.default_rng(6).normal(size=(30, 2))
    model = kmeans.KMeansND(points, points[:4])
    one, other = model.steps(), model.steps()
    assert next(one) is not next(other)
    rest = list(one)  # a stream used up does not use up another
    same_bits(rest, list(other))
    same_bits(list(model.steps())[1:], rest)
    same_bits([model.fit()], rest[-1:])


# ---- it always ends, honestly

CYCLERS = {
    "six points": (column(0.4, 1.0, 0.1, 0.1, 1.0, -0.2), [2, 1, 3]),
    "three points, three centroids on one": (column(0.5, -0.1, 0.2), [2, 2, 2]),
}


def honest(steps, points):
    """The labels of the last step are those nearest to its centroids, and its reason to stop is true."""
    last = steps[-1]
    assert last.labels.tolist() == oracles.nearest(points, last.centroids)
    updates = [s for s in steps if s.phase == "update"]
    assert last.iteration == len(updates)
    places = [tuple((step.centroids + 0.0).ravel().tolist()) for step in (steps[0], *updates)]
    if last.stop == "converged":
        assert (last.phase, last.shift) == ("update", 0)
        assert places[-1] == places[-2]
    else:
        assert last.phase == "assign"
        assert (places[-1] in places[:-2]) == (last.stop == "cycle")
    assert places.count(places[-1]) == (1 if last.stop == "max_iter" else 2)


@pytest.mark.parametrize("name", CYCLERS)
def test_the_endless_examples_stop_as_a_cycle_within_ten_steps(name):
    points, rows = CYCLERS[name]
    steps = run(points, points[rows])
    assert steps[-1].stop == "cycle"
    assert len(steps) <= 10
    honest(steps, points)


def test_a_cycle_is_noticed_at_the_first_return_also_to_the_start():
    steps = run(column(0, 1), column(0, 1), update=lambda points, labels, centroids: centroids[::-1])
    assert [(s.phase, s.stop) for s in steps[-2:]] == [("update", None), ("assign", "cycle")]
    assert steps[-1].iteration == 2


@pytest.mark.parametrize("max_iter", [1, 2, 4])
def test_max_iter_is_the_number_of_updates_and_is_carried_by_an_assign(max_iter):
    points = column(-3, -1, 0, 1, 1, 8)  # needs 5
    steps = run(points, column(-3, 0.99), max_iter=max_iter)
    assert [s.phase for s in steps] == ["start"] + ["update", "assign"] * max_iter
    assert (steps[-1].stop, steps[-1].iteration) == ("max_iter", max_iter)
    honest(steps, points)
    full = run(points, column(-3, 0.99))
    same_bits(steps[:-1], full[: len(steps) - 1])


def test_a_run_that_converges_at_the_last_update_allowed_has_converged():
    steps = run(column(-3, -1, 0, 1, 1, 8), column(-3, 0.99), max_iter=5)
    assert (steps[-1].stop, steps[-1].iteration) == ("converged", 5)


@pytest.mark.parametrize(
    ("points", "start", "centroids", "labels", "n"),
    [
        pytest.param([[3, 4]], [[3, 4]], [[3, 4]], [0], 1, id="one point"),
        pytest.param([[3, 4]], [[0, 0]], [[3, 4]], [0], 2, id="one point, start elsewhere"),
        pytest.param([[0], [1], [5]], [[9]], [[2]], [0, 0, 0], 2, id="K = 1 is the mean"),
        pytest.param([[0], [1], [5]], [[5], [0], [1]], [[5], [0], [1]], [1, 2, 0], 1, id="K = M"),
        pytest.param([[2], [2], [2]], [[2], [2]], [[2], [2]], [0, 0, 0], 1, id="all equal"),
        pytest.param([[2], [2], [2]], [[0], [3]], [[0], [2]], [1, 1, 1], 2, id="all equal, start elsewhere"),
        pytest.param([[1], [1], [4], [4]], [[1], [4]], [[1], [4]], [0, 0, 1, 1], 1, id="duplicates"),
        pytest.param([[0.0], [-0.0]], [[-0.0], [0.0]], [[0], [0]], [0, 0], 1, id="the two zeros are one place"),
    ],
)
def test_small_and_equal_data(points, start, centroids, labels, n):
    steps = run(points, start)
    last = steps[-1]
    assert (last.stop, last.iteration) == ("converged", n)
    assert last.centroids.tolist() == centroids
    assert last.labels.tolist() == labels
    honest(steps, np.array(points, dtype=float))


def inertia_may_rise_by(points):
    """What rounding can add to an inertia from a half-step to the next, at most.

    Each squared offset, and each of the M * N additions, is off by some eps of itself: (M * N + 3) * eps of the sum, in each
    of the two inertias, and as much in the distances that choose the labels. A centroid is off the true mean of its m members
    by at most m * eps * max|x| in each feature, and adds m times the square of that.
    """
    m, n = points.shape
    return 4 * (m * n + 3) * EPS, m * n * (m * EPS * np.abs(points).max()) ** 2


def never_rises(steps, points):
    relative, absolute = inertia_may_rise_by(points)
    for old, new in pairwise(steps):
        assert new.inertia <= old.inertia * (1 + relative) + absolute


@st.composite
def on_a_grid(draw, most=9):
    """Points and a start with one decimal, many of them equal or equally far: where cycles live."""
    n = draw(st.integers(1, 3))
    rows = st.lists(st.tuples(*[st.integers(-12, 12)] * n), min_size=1, max_size=most)
    points = np.array(draw(rows), dtype=float) / 10
    k = draw(st.integers(1, min(4, len(points))))
    if draw(st.booleans()):
        return points, points[draw(st.lists(st.integers(0, len(points) - 1), min_size=k, max_size=k))]
    return points, np.array(draw(st.lists(st.tuples(*[st.integers(-15, 15)] * n), min_size=k, max_size=k)), dtype=float) / 10


@pytest.mark.long
@settings(max_examples=10_000 if LONG else 300, deadline=None)
@given(on_a_grid(), st.sampled_from([1, 2, 300]))
def test_any_run_on_a_grid_ends_honestly_and_its_inertia_never_rises(data, max_iter):
    points, start = data
    steps = run(points, start, max_iter=max_iter)
    assert [s.stop for s in steps[:-1]] == [None] * (len(steps) - 1)
    assert len(steps) < 60 or max_iter < 300  # a cycle is noticed when it closes, not after 300 updates
    honest(steps, points)
    never_rises(steps, points)
    for step in steps:
        assert np.isfinite(step.centroids).all()
        counts = np.bincount(step.labels, minlength=len(start))
        if step.phase == "update":
            for k in np.flatnonzero(counts == 0):
                assert step.centroids[k].tolist() == step.before.centroids[k].tolist()


@pytest.mark.long
@settings(max_examples=2_000 if LONG else 60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4), st.floats(-12, 12))
def test_inertia_never_rises_at_any_size_of_the_numbers(seed, n, power):
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(rng.integers(1, 40), n)) * 10.0**power
    steps = run(points, points[: rng.integers(1, min(6, len(points)) + 1)])
    honest(steps, points)
    never_rises(steps, points)


def test_no_cycle_in_a_run_from_distinct_centroids_of_random_points():
    stops = []
    for seed in range(200):
        points = np.random.default_rng(seed).normal(size=(25, 2))
        stops.append(run(points, points[:4])[-1].stop)
    assert stops == ["converged"] * 200


# ---- right: against others


def scikit(points, centroids):
    return KMeans(len(centroids), init=centroids, n_init=1, tol=0, max_iter=300, algorithm="lloyd").fit(points)


def some_cluster_was_empty(steps, k):
    return any(len(np.unique(s.labels)) < k for s in steps)


def agrees_with_scikit(steps, points, start, offset=0.0):
    theirs, last = scikit(points, start), steps[-1]
    assert last.labels.tolist() == theirs.labels_.tolist()
    assert last.iteration == theirs.n_iter_
    # they take the mean of all points off first, so the two means are rounded differently: M additions, each by eps
    np.testing.assert_allclose(
        last.centroids, theirs.cluster_centers_, rtol=0, atol=2 * len(points) * EPS * np.abs(points).max()
    )


def test_200_random_runs_equal_scikit_learn_and_the_frames_of_the_post():
    compared = 0
    for seed in range(200):
        rng = np.random.default_rng([seed, 2017])
        m, n = int(rng.integers(8, 60)), int(rng.integers(1, 7))
        points = rng.normal(size=(m, n)) * rng.uniform(0.1, 10, size=n)
        start = points[rng.choice(m, size=int(rng.integers(1, 6)), replace=False)]
        steps = run(points, start)
        shown = [s for s in steps if s.phase in ("start", "update")]
        frames = list(oracles.frames_of_the_post(points, start))
        assert len(shown) == len(frames)
        assert steps[-1].iteration == len(frames) - 1
        for step, (centroids, labels) in zip(shown, frames, strict=True):
            assert step.labels.tolist() == labels
            # numpy adds m numbers, the oracle rounds their sum once
            np.testing.assert_allclose(step.centroids, centroids, rtol=0, atol=m * EPS * np.abs(points).max())
        if not some_cluster_was_empty(steps, len(start)):  # there scikit-learn has another rule
            agrees_with_scikit(steps, points, start)
            compared += 1
    assert compared > 180


@pytest.mark.long
def test_runs_of_many_kinds_equal_scikit_learn():
    """1 to 50 features, up to 5,000 points, float32, integers, offsets up to 1e4: further out see the next tests."""
    compared = {}
    for seed in range(2_000 if LONG else 60):
        rng = np.random.default_rng([seed, 2000])
        m, n = int(10 ** rng.uniform(1, np.log10(5000))), int(rng.integers(1, 51))
        kind = ("float64", "float32", "int64", "offset")[seed % 4]
        points = rng.normal(size=(m, n)) + 3 * rng.integers(-1, 2, size=(m, 1))
        if kind == "offset":
            points += 10 ** rng.uniform(0, 4)
        elif kind == "int64":
            points = (points * 1e6).astype(np.int64)  # so fine that no two distances are equal
        else:
            points = points.astype(kind)
        start = points[rng.choice(m, size=int(rng.integers(1, 9)), replace=False)]
        steps = run(points, start, max_iter=300)
        if steps[-1].stop == "converged" and not some_cluster_was_empty(steps, len(start)):
            # float64 for both: in float32 the other one would compute with seven digits
            agrees_with_scikit(steps, points.astype(float), start.astype(float))
            compared[kind] = compared.get(kind, 0) + 1
    assert set(compared) == {"float64", "float32", "int64", "offset"}
    assert min(compared.values()) > (450 if LONG else 12)


def test_where_points_are_equally_near_to_two_centroids_scikit_learn_may_choose_the_other():
    """Our tie goes to the lower number; theirs is decided by how a product of matrices is rounded."""
    differ = {"integers": 0, "the same, moved by a little": 0}
    for seed in range(8):
        rng = np.random.default_rng([seed, 150])
        points = rng.integers(-2, 3, size=(200, 5)).astype(float)
        for kind, table in zip(differ, (points, points + rng.uniform(-0.01, 0.01, size=points.shape)), strict=True):
            steps = run(table, table[:8])
            if not some_cluster_was_empty(steps, 8):
                differ[kind] += steps[-1].labels.tolist() != scikit(table, table[:8]).labels_.tolist()
    assert differ["integers"] > 0
    assert differ["the same, moved by a little"] == 0


OFFSETS = [1e6, 1e8, 1e10, 1e12]


@pytest.mark.parametrize("offset", OFFSETS)
def test_far_from_zero_a_run_is_right_for_the_numbers_it_is_given(offset):
    """At 1e12 a float64 is a multiple of 0.0001, and so are a sum's errors, so nobody's means are right to the last digit.

    What holds: the run ends; each label is that of the nearest centroid, exactly so; each centroid is the mean of its members
    up to the rounding of m additions.
    """
    for seed in range(12):
        rng = np.random.default_rng([seed, 12])
        points = rng.normal(size=(60, 2)) * 100 + offset
        steps = run(points, points[:4])
        last = steps[-1]
        assert last.stop in ("converged", "cycle")
        for row, label in zip(points, last.labels, strict=True):
            exact = oracles.exact_squared_distances(row, last.centroids)
            # the differences are exact here (Sterbenz), the squares are rounded
            assert exact[label] <= min(exact) * (1 + 8 * EPS)
        for k in range(4):
            members = points[last.labels == k]
            if len(members):
                bound = len(members) * EPS * offset
                np.testing.assert_allclose(last.centroids[k], oracles.mean(members.tolist()), rtol=0, atol=bound)


@pytest.mark.parametrize("offset", OFFSETS)
def test_far_from_zero_heaps_that_lie_apart_are_found(offset):
    rng = np.random.default_rng(13)
    truth = np.arange(300) % 3
    points = rng.normal(size=(300, 2)) + np.array([(0, 0), (40, 0), (0, 40)])[truth] + offset
    steps = run(points, points[:3])
    assert steps[-1].labels.tolist() == truth.tolist() == scikit(points, points[:3]).labels_.tolist()
    assert steps[-1].stop == "converged"


def small_sets(count):
    for seed in range(count):
        rng = np.random.default_rng([seed, 8])
        m, n = int(rng.integers(3, 9)), int(rng.integers(1, 4))
        yield rng.normal(size=(m, n)), int(rng.integers(1, min(4, m) + 1))


def test_brute_force_over_all_partitions_is_never_beaten_and_is_a_fixed_point():
    sets = list(small_sets(12 if not LONG else 60))
    reached = []
    for points, k in sets:
        least, labels = oracles.best_partition(points, k)
        ends = [run(points, points[list(rows)])[-1].inertia for rows in combinations(range(len(points)), k)]
        assert min(ends) >= least * (1 - 1e-12)  # K-means cannot promise to reach the optimum, only not to pass it
        reached.append(min(ends) <= least * (1 + 1e-12) + 1e-15)
        # from the optimum's own means nothing can get better, and nothing may get worse
        groups = [points[np.array(labels) == name] for name in range(k)]
        means = np.array([group.mean(axis=0) if len(group) else points[0] for group in groups])
        assert run(points, means)[-1].inertia == pytest.approx(least, rel=1e-12, abs=1e-15)
    assert sum(reached) > len(sets) / 2  # from all starts together it mostly is reached


def test_an_end_cannot_be_bettered_by_either_half_alone():
    """What "converged" means: not the optimum, and not even that no point could profit by changing its cluster."""
    sets = [(points[:6], min(k, 3)) for points, k in small_sets(10)]
    assert len(sets) == 10
    for points, k in sets:
        last = run(points, points[:k])[-1]
        assert last.stop == "converged"
        squared = np.array([[oracles.squared_distance(p, c) for c in last.centroids] for p in points])
        every = [sum(squared[i, label] for i, label in enumerate(labels)) for labels in product(range(k), repeat=len(points))]
        assert last.inertia == pytest.approx(min(every), rel=1e-12)
        for nudge in np.random.default_rng(1).normal(scale=0.01, size=(20, *last.centroids.shape)):
            assert ((points - (last.centroids + nudge)[last.labels]) ** 2).sum() > last.inertia


def test_the_optimum_on_a_line_by_cutting_equals_that_by_trying_all_partitions():
    for seed in range(6):
        points = np.random.default_rng([seed, 1]).normal(size=(7, 1))
        for k in (1, 2, 3):
            least, means = oracles.best_on_a_line(points[:, 0], k)
            assert least == pytest.approx(oracles.best_partition(points, k)[0], rel=1e-12)
            assert len(means) == k


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_on_a_line_no_start_passes_the_exact_optimum_and_its_means_stay(k):
    points = load("line", clusters=5, size=9, spread=0.6, seed=3)
    least, means = oracles.best_on_a_line(points[:, 0], k)
    ends = [run(points, random_points(points, k, np.random.default_rng(seed)))[-1].inertia for seed in range(30)]
    assert min(ends) >= least * (1 - 1e-12)
    assert run(points, means)[-1].inertia == pytest.approx(least, rel=1e-12)
    assert min(ends) == pytest.approx(least, rel=1e-9)  # thirty starts are enough here


def test_penguin_bills_best_of_20_starts():
    points = load("bills")
    ends = [kmeans.KMeansND(points, random_points(points, 3, np.random.default_rng(seed))).fit().inertia for seed in range(20)]
    assert round(min(ends), 4) == 2317.2282
    assert round(KMeans(3, n_init=20, tol=0, random_state=0).fit(points).inertia_, 4) == 2317.2282


# ---- every accepted form


def in_form(table, form):
    if form == "lists":
        return table.tolist()
    if form == "tuples":
        return tuple(map(tuple, table.tolist()))
    if form == "Fortran order":
        return np.asfortranarray(table)
    if form == "strided":
        wide = np.zeros((2 * table.shape[0], 3 * table.shape[1]), dtype=table.dtype)
        wide[::2, ::3] = table
        return wide[::2, ::3]
    if form == "backwards":
        return np.ascontiguousarray(table[::-1, ::-1])[::-1, ::-1]
    if form == "read-only":
        frozen = table.copy()
        frozen.setflags(write=False)
        return frozen
    if form == "DataFrame":
        return pd.DataFrame(table, columns=["width", "height"])
    if form == "big-endian":
        return table.astype(">f8")
    if form == "masked, nothing masked":
        return np.ma.masked_array(table)
    return table.astype(form)  # a dtype


FORMS = [
    *(
        "lists",
        "tuples",
        "Fortran order",
        "strided",
        "backwards",
        "read-only",
        "DataFrame",
        "big-endian",
        "masked, nothing masked",
    ),
    *("uint8", "int8", "int32", "uint64", "float16", "float32", "longdouble"),
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_bits_and_stays_as_it_was(form):
    rng = np.random.default_rng(9)
    # whole numbers fit every dtype; where the dtype allows, thirds, whose sums do depend on the order
    table = rng.integers(0, 100, size=(60, 2)).astype(float)
    if form in FORMS[:9]:
        table /= 3
    start = table[[0, 1, 2]]
    points, centroids = in_form(table, form), in_form(start, form)
    same_bits(run(points, centroids), run(table.copy(), start.copy()))
    # in one order in memory, so that a sum adds in one order, whatever a learner's function does with it
    assert kmeans.KMeansND(points, centroids).points.flags.c_contiguous
    np.testing.assert_array_equal(np.asarray(points, dtype=float), table)
    np.testing.assert_array_equal(np.asarray(centroids, dtype=float), start)
    if isinstance(points, np.ndarray):
        assert points.flags.writeable == (form != "read-only")


def test_unsigned_bytes_do_not_wrap_around():
    # 45 - 250 is 51 in uint8
    points, start = np.array([[10], [45], [245]], dtype=np.uint8), np.array([[250], [40]], dtype=np.uint8)
    assert run(points, start)[0].labels.tolist() == [1, 1, 0]


def test_what_the_caller_does_to_the_arrays_later_does_not_matter():
    points, start = column(0, 1, 10, 11), column(0, 1)
    model = kmeans.KMeansND(points, start)
    before = list(model.steps())
    points += 5
    start[:] = 7
    same_bits(list(model.steps()), before)


# ---- bad input

TWO = [[0.0, 0.0], [1.0, 2.0]]
BAD_TABLES = {
    "NaN": ([[0, 1], [2, np.nan]], ValueError, "{} must be finite, got nan in row 2, column 2 (counted from 1)"),
    "inf": ([[0, 1], [-np.inf, 3]], ValueError, "{} must be finite, got -inf in row 2, column 1 (counted from 1)"),
    "the first of several": (
        [[0, np.inf], [np.nan, 3]],
        ValueError,
        "{} must be finite, got inf in row 1, column 2 (counted from 1)",
    ),
    "too large to square": (
        [[0, 1], [1, -1e151]],
        ValueError,
        "{} must be at most 1e+150 in size, got -1e+151 in row 2, column 2 (counted from 1)",
    ),
    "1-D": (
        [1.0, 2.0, 3.0],
        ValueError,
        "{} must have shape (rows, features), got (3,); for one feature use {}[:, None]",
    ),
    "3-D": (np.zeros((2, 3, 4)), ValueError, "{} must have shape (rows, features) with at least one of each, got (2, 3, 4)"),
    "a number": (7.0, ValueError, "{} must have shape (rows, features) with at least one of each, got ()"),
    "ragged": ([[1, 2], [3]], ValueError, "{} must be a table (rows, features), got rows of lengths [2, 1]"),
    "ragged, with a number": ([[1, 2], 3], ValueError, "{} must be a table (rows, features), got rows of lengths [2, 'none']"),
    "no rows": (np.zeros((0, 2)), ValueError, "{} must have shape (rows, features) with at least one of each, got (0, 2)"),
    "no features": (np.zeros((2, 0)), ValueError, "{} must have shape (rows, features) with at least one of each, got (2, 0)"),
    "nothing": ([], ValueError, "{} must have shape (rows, features), got (0,); for one feature use {}[:, None]"),
    "complex": ([[1j, 2]], TypeError, "{} must be real numbers, got dtype complex128"),
    "text": ([["1", "2"]], TypeError, "{} must be real numbers, got dtype <U1"),
    "objects": (
        np.array([[1, "2"]], object),
        TypeError,
        "{} must be real numbers, got '2' in row 1, column 2 (counted from 1)",
    ),
    "dates": (np.array([["2020-01-01"]], dtype="M8[D]"), TypeError, "{} must be real numbers, got dtype datetime64[D]"),
    "None": (None, TypeError, "{} must be real numbers, got dtype object"),
    "masked": (
        np.ma.masked_array(np.zeros((2, 2)), mask=[[0, 1], [0, 0]]),
        ValueError,
        "{} must not have masked entries, got 1 of them",
    ),
    "a DataFrame with text": (
        pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
        TypeError,
        "{} must be real numbers, got 'x' in the row labelled 0, column 'b'; "
        "leave out what is no number: {}.select_dtypes('number')",
    ),
    "a DataFrame with a gap": (
        pd.DataFrame({"a": [1, None]}, index=["u", "v"]).convert_dtypes(),
        ValueError,
        "{} must be finite, got nan in the row labelled 'v', column 'a'",
    ),
    "a Series": (pd.Series([1, 2], name="a"), ValueError, "{} must be a table (rows, features), got a column; use df[['a']]"),
    "masked rows": (
        [np.ma.array([1, 2], mask=[0, 1]), [1, 2]],
        ValueError,
        "{} must not have masked entries, got 1 of them",
    ),
    "a huge int": ([[10**400]], ValueError, "{} must be at most 1e+150 in size, got an int that is larger"),
}


@pytest.mark.parametrize("name", ["points", "centroids"])
@pytest.mark.parametrize("bad", BAD_TABLES)
def test_a_bad_table_is_refused_in_one_clear_sentence(bad, name):
    table, kind, message = BAD_TABLES[bad]
    with pytest.raises(kind) as caught:
        kmeans.KMeansND(**{"points": TWO, "centroids": TWO, name: table})
    assert str(caught.value) == message.format(name, name)


PLAIN = {
    "nullable": pd.DataFrame({"a": [0, 1], "b": [1.5, 2]}).convert_dtypes(),
    "true and false": pd.DataFrame({"a": [False, True], "b": [1.5, 2]}),
    "nullable true and false": pd.DataFrame({"a": [False, True], "b": [1.5, 2]}).convert_dtypes(),
    "columns of objects": pd.DataFrame({"a": [0, 1], "b": [1.5, 2]}, dtype=object),
    "objects": np.array([[0, Fraction(3, 2)], [np.True_, np.float32(2)]], dtype=object),
}


@pytest.mark.parametrize("table", PLAIN.values(), ids=PLAIN)
def test_plain_numbers_are_numbers_in_whatever_type(table):
    assert inputs.as_table(table, "points").tolist() == [[0, 1.5], [1, 2]]


def test_a_longdouble_that_no_float64_can_hold_is_refused():
    with np.errstate(over="ignore"):  # where it is no longer than a float64
        table = np.array([[1e308, 1]], dtype=np.longdouble) * 10
    with pytest.raises(ValueError, match=r"^points must be finite, got inf in row 1, column 1 \(counted from 1\)$"):
        kmeans.KMeansND(table, TWO)


def test_points_and_centroids_of_different_widths():
    message = "points and centroids must have the same number of features, got shapes (5, 3) and (2, 2)"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        kmeans.KMeansND(np.zeros((5, 3)), np.zeros((2, 2)))


TOO_CLOSE = "points must be all equal, or differ by at least 1e-150 in some feature (the square of less is rounded to 0), got "


@pytest.mark.parametrize(
    ("points", "centroids", "wide"),
    [
        (column(1e-170, 2e-170, 8e-170), column(1e-170, 8e-170), "7e-170"),
        (column(0, 5e-324), column(0, 1), "4.94066e-324"),
        ([[3, 1e-200], [3, -1e-200]], [[3, 0]], "2e-200"),
        (column(1e-160, 1e-160), column(1e-160, 2e-160), "1e-160"),  # equal points, and a start so near
    ],
)
def test_points_so_close_that_squares_vanish_are_refused(points, centroids, wide):
    with pytest.raises(ValueError, match=f"^{re.escape(TOO_CLOSE)}differences of at most {wide}$"):
        kmeans.KMeansND(points, centroids)


@pytest.mark.parametrize(
    ("points", "start", "labels"),
    [
        (column(0, 1e-300, 1, 5e-324), column(0, 1), [0, 0, 1, 0]),  # tiny numbers beside ordinary ones
        ([[0, 0], [1e-200, 1], [0, 1]], [[0, 0], [0, 1]], [0, 1, 1]),
        (column(1e-200, 1e-200), column(1e-200), [0, 0]),
        (column(1e-150, 2e-150, 9e-150), column(1e-150, 9e-150), [0, 0, 1]),
    ],
)
def test_ordinary_points_may_have_tiny_numbers_among_them_and_equal_points_any(points, start, labels):
    assert kmeans.KMeansND(points, start).fit().labels.tolist() == labels


@pytest.mark.parametrize("m", [59, 1000])
@pytest.mark.parametrize("size", [1e150, -1e150])
def test_a_mean_of_the_largest_numbers_may_be_rounded_up(m, size):
    for n in 1, 3:
        last = kmeans.KMeansND(np.full((m, n), size), np.full((1, n), size)).fit()
        assert last.stop in {"converged", "cycle"}
        np.testing.assert_allclose(last.centroids, size)


def test_more_centroids_than_points():
    with pytest.raises(ValueError, match=r"^k must be between 1 and the number of points \(2\), got 3$"):
        kmeans.KMeansND(TWO, [[0, 0], [1, 1], [2, 2]])


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (0, ValueError, "max_iter must be at least 1, got 0"),
        (-3, ValueError, "max_iter must be at least 1, got -3"),
        (True, TypeError, "max_iter must be an int, got True"),
        (2.0, TypeError, "max_iter must be an int, got 2.0"),
        ("9", TypeError, "max_iter must be an int, got '9'"),
        (None, TypeError, "max_iter must be an int, got None"),
    ],
)
def test_a_bad_max_iter(value, kind, message):
    with pytest.raises(kind) as caught:
        kmeans.KMeansND(TWO, TWO, max_iter=value)
    assert str(caught.value) == message


def test_a_numpy_integer_is_an_int():
    assert run(column(-3, -1, 0, 1, 1, 8), column(-3, 0.99), max_iter=np.int64(2))[-1].stop == "max_iter"


@pytest.mark.parametrize(
    ("k", "kind", "message"),
    [
        (0, ValueError, "k must be between 1 and the number of points (5), got 0"),
        (-1, ValueError, "k must be between 1 and the number of points (5), got -1"),
        (6, ValueError, "k must be between 1 and the number of points (5), got 6"),
        (2.0, TypeError, "k must be an int between 1 and the number of points (5), got 2.0"),
        (True, TypeError, "k must be an int between 1 and the number of points (5), got True"),
        (np.True_, TypeError, "k must be an int between 1 and the number of points (5), got True"),
        ("3", TypeError, "k must be an int between 1 and the number of points (5), got '3'"),
    ],
)
def test_a_bad_k(k, kind, message):
    with pytest.raises(kind) as caught:
        inputs.check_k(k, 5)
    assert str(caught.value) == message


# ---- a learner's function that returns something else


def returning(value):
    def mine(*_):
        return value

    return mine


THREE, START = column(0, 1, 5), column(0, 5)
BAD_LABELS = {
    "too few": ([0, 1], TypeError, "must return 3 integer labels, shape (3,), got shape (2,) of int64"),
    "a column": ([[0], [0], [1]], TypeError, "must return 3 integer labels, shape (3,), got shape (3, 1) of int64"),
    "floats": ([0.0, 0.0, 1.0], TypeError, "must return 3 integer labels, shape (3,), got shape (3,) of float64"),
    "bools": ([False, True, True], TypeError, "must return 3 integer labels, shape (3,), got shape (3,) of bool"),
    "nothing": (None, TypeError, "must return 3 integer labels, shape (3,), got shape () of object"),
    "too high": ([0, 1, 2], ValueError, "must return labels from 0 to 1, got 0 to 2"),
    "too low": ([0, -1, 0], ValueError, "must return labels from 0 to 1, got -1 to 0"),
}
BAD_CENTROIDS = {
    "NaN": ([[0.0], [np.nan]], ValueError, "must return finite centroids, got [nan] for centroid 1"),
    "inf": ([[np.inf], [0.0]], ValueError, "must return finite centroids, got [inf] for centroid 0"),
    "too large to square": (
        [[0.0], [-1e151]],
        ValueError,
        "must return centroids of at most 1e+150, got [-1.e+151] for centroid 1",
    ),
    "flat": ([0.0, 5.0], TypeError, "must return 2 centroids, shape (2, 1), got shape (2,) of float64"),
    "too few": ([[1.0]], TypeError, "must return 2 centroids, shape (2, 1), got shape (1, 1) of float64"),
    "complex": ([[1j], [2]], TypeError, "must return 2 centroids, shape (2, 1), got shape (2, 1) of complex128"),
    "text": ([["a"], ["b"]], TypeError, "must return 2 centroids, shape (2, 1), got shape (2, 1) of <U1"),
    "nothing": (None, TypeError, "must return 2 centroids, shape (2, 1), got shape () of object"),
}


@pytest.mark.parametrize("bad", BAD_LABELS)
def test_what_a_learners_assign_returns_is_checked_and_the_error_names_it(bad):
    value, kind, message = BAD_LABELS[bad]
    with pytest.raises(kind) as caught:
        run(THREE, START, assign=returning(value))
    assert str(caught.value) == f"assign: mine {message}"


@pytest.mark.parametrize("bad", BAD_CENTROIDS)
def test_what_a_learners_update_returns_is_checked_and_the_error_names_it(bad):
    value, kind, message = BAD_CENTROIDS[bad]
    with pytest.raises(kind) as caught:
        run(THREE, START, update=returning(value))
    assert str(caught.value) == f"update: mine {message}"


@pytest.mark.parametrize("role", ["assign", "update"])
def test_rows_of_unequal_length_from_a_learners_function_are_called_by_its_name(role):
    with pytest.raises(TypeError) as caught:
        run(THREE, START, **{role: returning([[1, 2], [3]])})
    assert str(caught.value) == f"{role}: mine must return an array, got rows of unequal lengths"


@pytest.mark.parametrize("role", ["assign", "update"])
def test_an_exception_of_a_learners_function_comes_through_with_a_note(role):
    def clumsy(*_):
        return 1 / 0

    with pytest.raises(ZeroDivisionError) as caught:
        run(THREE, START, **{role: clumsy})
    assert caught.value.__notes__ == [
        f"in line 2 of clumsy, {'at the start' if role == 'assign' else 'in the half-step update 1'}"
    ]


def test_a_learners_function_without_a_name_is_called_by_its_type():
    with pytest.raises(TypeError, match=r"^assign: partial must return 3 integer labels"):
        run(THREE, START, assign=functools.partial(returning(None)))


def test_integer_centroids_and_small_integer_labels_of_a_learner_are_taken():
    steps = run(
        THREE,
        START,
        assign=lambda points, centroids: kmeans.assign_points(points, centroids).astype(np.uint8),
        update=lambda points, labels, centroids: np.array([[0], [5]]),
    )
    assert steps[-1].labels.dtype == np.intp
    assert steps[-1].centroids.dtype == np.float64


# ---- memory


def test_a_fit_holds_at_most_eight_arrays_of_m_floats():
    m = 200_000
    points = np.random.default_rng(11).normal(size=(m, 2))
    model = kmeans.KMeansND(points, points[:12], max_iter=3)
    tracemalloc.start()
    try:
        last = model.fit()
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert last.stop == "max_iter"
    assert held < 3 * 8 * m  # the last step's labels, and those of the one before
    assert peak <= 8 * 8 * m
