"""fast.fit: the same run as KMeansND's, found with fewer distances."""

import os
import tracemalloc
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from sklearn.cluster import KMeans

from kmeans_teach import KMeansND, inertia, make_clusters, update_centroids
from kmeans_teach.lessons import fast, ruler, timed
from kmeans_teach.narrate import describe
from tests import test_kmeans

LONG = bool(os.environ.get("LONG"))  # the weekly run: more of the same
CASES = 20_000 if LONG else 120
engines = pytest.mark.parametrize("engine", ["as-shipped", "skipping", "all-tricks"])


def set_engine(monkeypatch, engine):
    """`skipping`: no run is small. `all-tricks`: every look asks the neighbours first, and measures with half the digits."""
    if engine != "as-shipped":
        monkeypatch.setattr(fast, "SMALL", 0)
    if engine == "all-tricks":
        monkeypatch.setattr(fast, "WORTH", 0)
        monkeypatch.setattr(fast, "FEW", 0)
        monkeypatch.setattr(ruler, "GAINS", 0)


def random_case(seed):
    """Points and a start of a kind that easily goes wrong, and the most updates allowed."""
    rng = np.random.default_rng(seed)
    m, n = int(rng.integers(1, 60 if rng.random() < 0.8 else 400)), int(rng.integers(1, 5 if rng.random() < 0.9 else 20))
    k = int(rng.choice([1, m, *rng.integers(1, min(m, 12) + 1, size=8)]))
    few = max(1, m // 3)
    points = [
        lambda: rng.integers(0, 4, (m, n)).astype(float),  # a grid, full of exact ties
        lambda: rng.normal(size=(m, n)),
        lambda: rng.normal(size=(few, n))[rng.integers(few, size=m)],  # duplicates
        lambda: rng.integers(-1, 2, (m, n)) * 0.1,  # a grid whose ties rounding may break
        lambda: rng.normal(size=(m, n)).round(1),
        lambda: rng.normal(size=(m, n)) * 10.0 ** rng.integers(-3, 4, n),
    ][rng.integers(6)]()
    scale = rng.random()
    if scale < 0.4:
        points = points + 10.0 ** rng.integers(0, 11)
    elif scale < 0.5:
        points = points * 10.0 ** rng.integers(-140, 140)
    spread = np.ptp(points, axis=0) * rng.normal(size=(k, n))
    start = [
        lambda: points[rng.choice(m, k, replace=False)],
        lambda: points[rng.integers(m, size=k)],  # centroids that coincide
        lambda: points.mean(axis=0) + spread,  # some of them with no points
        lambda: (points.mean(axis=0) + spread).round(1),
    ][rng.integers(4)]()
    return points, start, 300 if rng.random() < 0.8 else int(rng.integers(1, 6))


def assert_same(got, expected):
    assert (got.iteration, got.phase, got.stop, got.changed) == (
        expected.iteration,
        expected.phase,
        expected.stop,
        expected.changed,
    )
    assert got.labels.tolist() == expected.labels.tolist()
    assert np.array_equal(got.centroids, expected.centroids)  # to the bit, so at any offset
    assert got.inertia == expected.inertia


@pytest.mark.long
def test_random_cases_agree_with_the_plain_run(monkeypatch):
    kinds = set()
    for seed in range(CASES):
        points, start, max_iter = random_case(seed)
        plain = KMeansND(points, start, max_iter=max_iter).fit()
        for engine in "as-shipped", "skipping", "all-tricks":
            with monkeypatch.context() as patch:
                set_engine(patch, engine)
                if seed % 4 == 0:  # in small pieces, by two threads
                    patch.setattr(fast, "PIECE", 64)
                    patch.setattr(fast, "SPLIT", 1)
                assert_same(fast.fit(points, start, max_iter=max_iter), plain)
        idle = bool((np.bincount(plain.labels, minlength=len(start)) == 0).any())
        kinds |= {plain.stop, "empty" * idle, "K=1" * (len(start) == 1), "K=M" * (len(start) == len(points))}
    assert kinds - {"", "cycle"} == {"converged", "max_iter", "empty", "K=1", "K=M"}


@engines
@pytest.mark.parametrize("offset", [0, 1e4, 1e10])
@pytest.mark.parametrize(("m", "n", "k"), [(20_000, 2, 12), (6_000, 8, 30), (2_000, 40, 60), (40_000, 1, 7)])
def test_many_points_agree_with_the_plain_run(monkeypatch, engine, m, n, k, offset):
    set_engine(monkeypatch, engine)
    points = make_clusters(k, m // k, n, rng=np.random.default_rng(m)) + offset
    assert_same(fast.fit(points, points[:k], max_iter=20), KMeansND(points, points[:k], max_iter=20).fit())


@engines
@pytest.mark.parametrize(
    ("points", "start", "stop"),
    [
        ([0.4, 1.0, 0.1, 0.1, 1.0, -0.2], [0.1, 1.0, 0.1], "cycle"),  # both from the plain class' lesson: rounding makes
        ([0.5, -0.1, 0.2], [0.2, 0.2, 0.2], "cycle"),  # coincident centroids alternate
        ([0.0, 1.0, 2.0], [0.0, 1.0, 2.0], "converged"),  # nothing moves from the start
    ],
)
def test_stops(monkeypatch, engine, points, start, stop):
    set_engine(monkeypatch, engine)
    points, start = np.array(points)[:, None], np.array(start)[:, None]
    for max_iter in range(1, 8):
        plain = KMeansND(points, start, max_iter=max_iter).fit()
        assert_same(fast.fit(points, start, max_iter=max_iter), plain)
    assert plain.stop == stop


@engines
@pytest.mark.parametrize("name", test_kmeans.HAND)
def test_runs_worked_out_by_hand(monkeypatch, engine, name):
    set_engine(monkeypatch, engine)
    row = test_kmeans.HAND[name]
    step = fast.fit(row["points"], row["start"])
    assert (step.iteration, step.stop, step.shift, step.changed) == (row["n"], "converged", 0, 0)
    np.testing.assert_allclose(step.centroids, row["centroids"], atol=1e-14)
    assert step.labels.tolist() == row["labels"]
    assert step.inertia == pytest.approx(row["inertia"], abs=1e-12)


def test_a_large_run_agrees_with_scikit_learn():
    points = make_clusters(12, 5_000, rng=np.random.default_rng(0))
    theirs = KMeans(12, init=points[:12], n_init=1, tol=0).fit(points)
    step = fast.fit(points, points[:12])
    assert (step.labels == theirs.labels_).all()
    assert step.iteration == theirs.n_iter_
    np.testing.assert_allclose(step.centroids, theirs.cluster_centers_, atol=1e-9)


def test_numbers_that_overflow_or_vanish_are_left_to_the_direct_way():
    rng = np.random.default_rng(1)
    for scale in 1e-149, 1e-145, 1e149:
        points = rng.normal(size=(400, 3)) * scale
        assert_same(fast.fit(points, points[:100]), KMeansND(points, points[:100]).fit())


def test_means_that_rounding_carries_far_out_of_the_points_are_those_of_the_plain_run():
    rng, times = np.random.default_rng(300_010), 1.7e18  # nanoseconds, as dates are kept
    points = times + rng.integers(0, 8, (300_000, 2)) * np.spacing(times)
    start = points[rng.choice(len(points), 3, replace=False)]
    plain = KMeansND(points, start, max_iter=6).fit()
    assert np.abs(plain.centroids - times).max() > 100 * np.ptp(points)
    assert_same(fast.fit(points, start, max_iter=6), plain)


# ---- the parts


def test_the_means_have_the_bits_of_update_centroids():
    rng = np.random.default_rng(2)
    for m, n, k in [(1, 1, 1), (1000, 1, 3), (1000, 2, 3), (30, 7, 9), (5000, 3, 2), (999, 64, 5), (20_000, 2, 1)]:
        points = rng.normal(size=(m, n)) + 1e3
        labels, centroids = rng.integers(k, size=m), rng.normal(size=(k, n))
        for ordered in (points, np.asfortranarray(points)):
            means = fast.exact_means(ordered, labels, centroids)
            assert means.tobytes() == update_centroids(points, labels, centroids).tobytes()


@pytest.mark.parametrize("kind", [ruler.HALF, ruler.FULL])
@pytest.mark.parametrize(("offset", "n"), [(0, 1), (0, 3), (1e6, 2), (1e6, 30)])
def test_a_slack_is_never_more_than_the_true_one(monkeypatch, offset, n, kind):
    set_engine(monkeypatch, "all-tricks")
    rng = np.random.default_rng(3)
    points, start = rng.normal(size=(60, n)) + offset, rng.normal(size=(5, n)) + offset
    run = fast.Skipping(points, start)
    run.set_centroids(start - run.centre)
    names, slack = run.slack(points, rng.integers(5, size=60), kind)
    run.labels, run.centroids, run.measured = names, start - run.centre, [0]
    run.find_neighbours()
    (unsure,), run.restless = run.stay(np.arange(60)), False  # while it is restless, nothing is written down
    assert not np.isfinite(run.budget).any()
    run.ask_neighbours(np.arange(60))
    assert np.isfinite(run.budget).any() or n == 30  # in 30-D all these are far from each other
    assert len(unsure) < 60 or n == 30
    for row, (point, name, bound) in enumerate(zip(points, names, slack, strict=True)):
        squares = [sum((Fraction(a) - Fraction(b)) ** 2 for a, b in zip(point, c, strict=True)) for c in start]  # exact
        own, other = squares[name], min(squares[:name] + squares[name + 1 :])
        true = float(other) ** 0.5 - float(own) ** 0.5
        assert bound - run.margin <= true
        assert bound >= true - (1e-6 if kind is ruler.FULL else 1e-3)  # and it is a bound worth having
        told = run.budget[row]  # by the neighbours of its centroid
        assert told - run.margin <= true or told == -np.inf
        assert other > own or row in unsure


@pytest.mark.parametrize("kind", [ruler.HALF, ruler.FULL])
@pytest.mark.parametrize(("offset", "n"), [(0, 1), (0, 3), (1e6, 2), (1e6, 30)])
def test_a_tie_is_wider_than_the_error_of_two_squares(monkeypatch, offset, n, kind):
    set_engine(monkeypatch, "all-tricks")
    corners = np.random.default_rng(6).choice([-1.0, 1.0], (65, n)) * np.linspace(0.9, 1, 65)[:, None] + offset  # far away
    points, start = corners[:60], corners[60:]
    run = ruler.Ruler(points, start)
    run.set_centroids(start - run.centre)
    found = run.measure(run.lay_out(points, kind), run.form[kind])
    for (k, i), square in np.ndenumerate(found):
        x, c = ([Fraction(a) - Fraction(b) for a, b in zip(row, run.centre, strict=True)] for row in (points[i], start[k]))
        exact = sum(b * b - 2 * a * b for a, b in zip(x, c, strict=True))
        plain = Fraction(float(sum((start[k] - points[i]) ** 2))) - sum((b - a) ** 2 for a, b in zip(x, c, strict=True))
        assert 2 * (abs(Fraction(float(square)) - exact) + abs(plain)) < run.tie[kind]


def test_a_point_that_overflows_and_a_tie_are_both_too_close_to_call():
    """Their numbers of nearest centroids, none and two, must not pass for one each."""
    points, start = np.array([[5.0], [1.0], [-7.0]]), np.array([[0.0], [2.0]])
    run = ruler.Ruler(points, start)
    run.set_centroids(start - run.centre)
    x = run.lay_out(points)
    x[:, 0] = np.nan
    labels, close = run.nearest(x, run.tie[ruler.FULL])
    assert close.tolist() == [0, 1]
    assert labels[2] == 0


@pytest.mark.parametrize("k", [255, 256, 257, 258] if LONG else [256, 257])
def test_more_clusters_than_a_byte_can_count(k):
    points = np.random.default_rng(5).integers(0, 40, (600, 2)).astype(float)
    for start in (points[:k], points[[0] * k], np.concatenate([points[: k - 1] + 100, points[:1]])):
        assert_same(fast.fit(points, start), KMeansND(points, start).fit())


@pytest.fixture
def all_digits(monkeypatch):
    """Nothing is measured with half the digits first: that would count what is too close to call twice."""
    monkeypatch.setattr(ruler, "GAINS", np.inf)


@pytest.mark.usefixtures("all_digits")
def test_most_points_are_not_looked_at_again():
    points = make_clusters(12, 2_000, rng=np.random.default_rng(4))
    run = fast.Skipping(points, points[:12])
    step = run.last_step(300)
    assert step.iteration == len(run.measured) > 10
    assert sum(run.measured) < 12 * len(points) * len(run.measured) / 3
    assert max(run.measured) <= 12 * (len(points) + 12)


@pytest.mark.parametrize(("m", "n", "k", "most"), [(40_000, 2, 12, 0.6), (20_000, 16, 64, 0.6)])
def test_neighbours_save_distances_even_while_points_still_change(m, n, k, most):
    points = make_clusters(k, m // k, n, rng=np.random.default_rng(7))
    run = fast.choose(points, points[:k])
    run.last_step(3)
    assert sum(run.measured[1:]) < most * m * k * len(run.measured[1:])


@pytest.mark.usefixtures("all_digits")
def test_neighbours_that_tell_nothing_are_not_asked_again():
    points = np.random.default_rng(8).normal(size=(30_000, 8))  # one cloud: everything is near everything
    run = fast.choose(points, points[:20])
    run.last_step(4)
    assert not run.helpful
    assert max(run.measured[2:]) <= 20 * len(points) * 1.01


# ---- the front door


def test_bad_input_is_refused_as_by_the_plain_class():
    for points, start, options in [([[0, np.nan]], [[0, 0]], {}), ([[0]], [[0], [1]], {}), ([[0]], [[0]], {"max_iter": 0})]:
        with pytest.raises(ValueError) as plain:  # noqa: PT011, the message is compared
            KMeansND(points, start, **options)
        with pytest.raises(ValueError) as quick:  # noqa: PT011
            fast.fit(points, start, **options)
        assert str(quick.value) == str(plain.value)


def test_the_callers_arrays_are_safe_and_the_step_is_read_only():
    points = make_clusters(12, 500, rng=np.random.default_rng(5))
    copy, start = points.copy(), points[:12].copy()
    step = fast.fit(points, start)
    assert np.array_equal(points, copy)
    assert np.array_equal(start, copy[:12])
    assert points.flags.writeable
    for array in step.labels, step.centroids:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    assert step.inertia == inertia(points, step.labels, step.centroids)
    assert describe(step) == describe(KMeansND(points, start).fit()).replace("; 0 points had changed", "")


@pytest.mark.parametrize(("m", "n", "k"), [(600_000, 2, 12), (50_000, 100, 2)])
def test_working_memory_is_a_copy_of_the_points_and_a_few_arrays_of_m_numbers(m, n, k):
    points = make_clusters(k, m // k, n, rng=np.random.default_rng(6))
    tracemalloc.start()
    fast.fit(points, points[:k], max_iter=5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < points.nbytes + 44 * m + 2e7  # 600 MB at ten million in 2-D; the pieces do not grow


def test_methods_are_timed_in_turns_so_that_a_slow_first_call_or_a_busy_moment_decides_nothing(monkeypatch):
    now, calls = [0.0], []
    takes = {"quick": iter([0.4, 0.001, 0.2]), "slow": iter([5.0]), "steady": iter([0.1, 0.101, 0.102, 0.103, 0.104])}

    def method(name):
        calls.append(name)
        now[0] += next(takes[name])
        return f"{name} is done"

    monkeypatch.setattr("kmeans_teach.lessons.perf_counter", lambda: now[0])
    found = timed({name: partial(method, name) for name in takes})
    assert found == {
        "quick": (pytest.approx(0.001), "quick is done"),
        "slow": (pytest.approx(5), "slow is done"),
        "steady": (pytest.approx(0.1), "steady is done"),
    }
    assert calls == ["quick", "slow", "steady", "quick", "steady", "quick", "steady", "steady", "steady"]
