"""Many starts at once against one at a time; the exact optimum on a line against every partition; replay strings."""

import time
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from kmeans_teach import KMeansND, Setting, plus_plus
from kmeans_teach.data import plus_pluses
from kmeans_teach.lessons import choosing, starts
from kmeans_teach.lessons.fast import fit
from kmeans_teach.lessons.starts import best_on_line, loss_surface, match, results, run_many, standardise


def heaps():
    """10 points near 0, 40 near 6, 5 near 7.8: two ends, one far above the other."""
    rng = np.random.default_rng(11)
    line = np.concatenate([centre + 0.2 * rng.normal(size=m) for centre, m in ((0, 10), (6, 40), (7.8, 5))])
    return np.sort(line.round(2))[:, None]


def grid_of_starts(places):
    return np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2, 1)


def best_by_trying_all(line, k):
    """The least inertia over every way to cut the sorted line into k runs."""
    line, least = np.sort(line), np.inf
    for cuts in combinations(range(1, len(line)), k - 1):
        pieces = np.split(line, cuts)
        least = min(least, sum(((piece - piece.mean()) ** 2).sum() for piece in pieces))
    return least


@pytest.mark.parametrize(("m", "n", "k"), [(40, 1, 2), (60, 2, 5), (30, 4, 3), (5, 2, 5), (7, 3, 1)])
def test_runs_together_end_where_runs_alone_end(m, n, k):
    rng = np.random.default_rng(m)
    points, starts = rng.normal(size=(m, n)), rng.normal(size=(30, k, n)) * 2  # some centroids stay without points
    centroids, inertias = run_many(points, starts)
    assert len(inertias) == 30
    for start, end, value in zip(starts, centroids, inertias, strict=True):
        alone = KMeansND(points, start).fit()
        np.testing.assert_allclose(end, alone.centroids, atol=1e-12)
        assert value == pytest.approx(alone.inertia, rel=1e-12)


def test_runs_together_are_the_same_in_blocks(monkeypatch):
    points, starts = heaps(), grid_of_starts(np.linspace(-1, 9, 9))
    whole = run_many(points, starts)
    monkeypatch.setattr("kmeans_teach.lessons.starts.BLOCK", 7 * 2 * len(points))
    for one, other in zip(whole, run_many(points, starts), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("n", "k"), [(1, 5), (2, 1), (4, 3), (24, 6)])
def test_starts_side_by_side_are_those_of_plus_plus_one_by_one(n, k):
    points, (alone, together) = np.random.default_rng(n).normal(size=(40, n)), (np.random.default_rng(k) for _ in range(2))
    np.testing.assert_array_equal(plus_pluses(points, k, 7, together), [plus_plus(points, k, alone) for _ in range(7)])
    assert together.random() == alone.random()
    with pytest.raises(ValueError, match=r"^k must be at most the number of different points \(2\), got 3$"):
        plus_pluses([[0], [0], [1]], 3, 7, together)


def test_runs_together_leave_the_starts_as_they_were():
    starts = grid_of_starts(np.linspace(-1, 9, 3))
    kept = starts.copy()
    run_many(heaps(), starts)
    np.testing.assert_array_equal(starts, kept)


def test_a_tie_goes_to_the_lower_index_and_an_empty_cluster_stays():
    centroids, _ = run_many([[0.0], [1.0], [2.0]], [[[0.0], [2.0]], [[2.0], [0.0]], [[1.0], [9.0]]])
    np.testing.assert_array_equal(centroids[:, :, 0], [[0.5, 2.0], [1.5, 0.0], [1.0, 9.0]])


def test_max_iter_ends_runs_early():
    points, start = heaps(), [[[-1.0], [-0.9]]]
    _, early = run_many(points, start, max_iter=1)
    _, late = run_many(points, start)
    assert late[0] < early[0] == pytest.approx(KMeansND(points, start[0], max_iter=1).fit().inertia)


@pytest.mark.parametrize(
    ("starts", "message"),
    [
        ([[0.0], [1.0]], r"starts must have shape \(starts, k, 1\), got \(2, 1\)"),
        ([[[0.0, 1.0]]], r"starts must have shape \(starts, k, 1\), got \(1, 1, 2\)"),
        ([[[np.nan]]], "starts must be finite"),
        (np.zeros((2, 99, 1)), r"k must be between 1 and the number of points \(55\), got 99"),
    ],
)
def test_bad_starts_are_named(starts, message):
    with pytest.raises(ValueError, match=message):
        run_many(heaps(), starts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=9), st.integers(1, 4))
def test_the_best_on_a_line_is_the_best_of_all_partitions(whole, k):
    line = np.array(whole) / 10
    k = min(k, len(line))
    centroids, value = best_on_line(line[:, None], k)
    assert centroids.shape == (k, 1)
    assert value == pytest.approx(best_by_trying_all(line, k), abs=1e-9)


def test_the_best_on_a_line_keeps_its_digits_far_from_zero():
    line = np.array([0, 1, 5, 6, 20, 22.0])
    centroids, value = best_on_line(line[:, None] + 1e8, 3)
    np.testing.assert_array_equal(centroids[:, 0] - 1e8, [0.5, 5.5, 21])
    assert value == 3.0  # 0.5 + 0.5 + 2


def test_no_start_beats_the_best_on_a_line():
    points = np.random.default_rng(3).normal(size=(80, 1))
    starts = np.random.default_rng(4).choice(points[:, 0], size=(300, 4))[:, :, None]
    _, inertias = run_many(points, starts)
    assert inertias.min() == pytest.approx(best_on_line(points, 4)[1])
    assert inertias.max() > 1.01 * inertias.min()


def test_the_optimum_on_a_line_wants_a_line():
    with pytest.raises(ValueError, match=r"points must lie on a line, shape \(M, 1\), got \(2, 2\)"):
        best_on_line([[0, 1], [2, 3]], 1)


def test_uneven_heaps_have_two_ends():
    points, starts = heaps(), grid_of_starts(np.linspace(-1, 9, 81))
    _, inertias = run_many(points, starts)
    best = best_on_line(points, 2)[1]
    assert len(inertias) == 6561
    assert best == pytest.approx(best_by_trying_all(points[:, 0], 2)) == pytest.approx(inertias.min())
    assert np.mean(inertias < 1.001 * best) == pytest.approx(0.85, abs=0.005)
    assert inertias.max() / best == pytest.approx(14.8, abs=0.05)


def test_six_thousand_starts_take_under_half_a_second():
    points, starts = heaps(), grid_of_starts(np.linspace(-1, 9, 81))
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        run_many(points, starts)
        times.append(time.perf_counter() - begin)
    assert min(times) < 0.5


def test_the_surface_is_the_inertia_at_each_pair():
    c1, c2 = [0.0, 2.0, 5.0], [1.0, 4.0]
    surface = loss_surface([[0], [1], [4]], c1, c2)
    # by hand: at (0, 1) the point 4 is 3 from 1; at (2, 1): 1 + 0 + 4; at (5, 1): 1 + 0 + 1; at (5, 4): 16 + 9 + 0; ...
    np.testing.assert_array_equal(surface, [[9, 5, 2], [1, 5, 25]])


def test_no_end_lies_below_the_surface_around_it():
    points, start = heaps(), np.array([[2.0], [8.0]])
    end = KMeansND(points, start).fit()
    (a,), (b,) = end.centroids
    around = loss_surface(points, a + np.array([-0.01, 0, 0.01]), b + np.array([-0.01, 0, 0.01]))
    assert around.argmin() == 4  # the middle one
    assert around[1, 1] == pytest.approx(end.inertia)


def test_each_result_has_the_string_that_replays_it():
    table = results(Setting(data="blobs", k=4, seed=7, way="plusplus"), 12)
    assert [one.replay for one in table[:2]] == ["blobs k=4 seed=7 way=plusplus", "blobs k=4 seed=7 start=1 way=plusplus"]
    for one in table:
        setting = Setting.parse(one.replay)
        points = setting.points()
        assert one.inertia == pytest.approx(KMeansND(points, setting.centroids(points)).fit().inertia, rel=1e-12)
    assert len({round(one.inertia, 6) for one in table}) > 1


def test_results_of_one_s_own_points():
    table = results(Setting(data="mine", k=2), 5, own=heaps())
    assert [one.replay for one in table[:2]] == ["mine k=2", "mine k=2 start=1"]
    assert all(one.inertia >= best_on_line(heaps(), 2)[1] - 1e-9 for one in table)


@pytest.mark.parametrize(
    "f",
    [
        lambda points: plus_plus(points, 2, np.random.default_rng(1)),
        lambda points: starts.run_many(points, [points[:2]]),
        lambda points: starts.best_on_line(points, 2),
        lambda points: starts.best_of(points, 2, 3, np.random.default_rng(1)),
        lambda points: choosing.silhouette(points, [0, 0, 1, 1]),
        lambda points: choosing.gap(points, [1, 2], np.random.default_rng(1)),
        starts.standardise,
        lambda points: starts.standardise(np.hstack([1e180 * points, points])),  # the other column is no help here
        lambda points: fit(points, points[:2]),
    ],
)
def test_points_so_close_that_squares_vanish_are_refused_everywhere(f):
    with pytest.raises(ValueError, match=r"^points must be all equal, or differ by at least 1e-150 .* got .* 8e-170$"):
        f(np.array([[1e-170], [2e-170], [8e-170], [9e-170]]))


def test_standardised_columns_have_mean_0_and_spread_1():
    points = np.random.default_rng(0).normal(5, [1, 100, 1e-3], size=(50, 3))
    scaled = standardise(points)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-10)
    np.testing.assert_allclose(scaled.std(axis=0), 1)


def test_a_constant_column_becomes_zeros():
    np.testing.assert_array_equal(standardise([[0.1, 1], [0.1, 3], [0.1, 5]])[:, 0], 0)


@pytest.mark.parametrize("seed", range(10))
def test_the_match_is_the_best_there_is(seed):
    counts = np.random.default_rng(seed).integers(0, 40, size=(5, 5))
    rows, columns = linear_sum_assignment(counts, maximize=True)
    assert counts[range(5), match(counts)].sum() == counts[rows, columns].sum()
    with pytest.raises(ValueError, match=r"square table of at most 8 rows, got shape \(5, 4\)"):
        match(counts[:, :4])
