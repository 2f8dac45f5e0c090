"""The silhouette against scikit-learn's; the gap on data whose number of clusters is known."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from kmeans_teach.kmeans import assign_points
from kmeans_teach.lessons.choosing import first_within, gap, silhouette
from kmeans_teach.lessons.starts import best_of


def three_heaps():
    return np.concatenate([[x, y] + 0.3 * np.random.default_rng(5).normal(size=(40, 2)) for x, y in ((0, 0), (5, 0), (0, 5))])


@pytest.mark.parametrize("seed", range(8))
def test_the_silhouette_is_scikit_learn_s(seed):
    rng = np.random.default_rng(seed)
    points, labels = rng.normal(size=(50, 3)), rng.integers(0, 2 + seed, size=50) * 3 - 1  # any numbers will do as names
    labels[0] = 99  # a point alone
    assert silhouette(points, labels) == pytest.approx(silhouette_score(points, labels), abs=1e-12)


def test_the_silhouette_of_a_table_worked_by_hand():
    # a = 1 for all; b = 10.5, 9.5, 9.5, 10.5, so (9.5 / 10.5 + 8.5 / 9.5) / 2
    assert silhouette([[0], [1], [10], [11]], [0, 0, 1, 1]) == pytest.approx((9.5 / 10.5 + 8.5 / 9.5) / 2)


def test_the_silhouette_of_coincident_points_is_a_number():
    assert silhouette([[1], [1], [1], [1]], [0, 0, 1, 1]) == 0.0


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1]])
def test_the_silhouette_wants_two_clusters_and_a_label_each(labels):
    with pytest.raises(ValueError, match="labels must be one for each of 3 points, of 2 clusters or more"):
        silhouette([[0], [1], [2]], labels)


def test_the_best_of_many_starts_finds_the_heaps():
    points = three_heaps()
    centroids, value = best_of(points, 3, 5, np.random.default_rng(0))
    assert sorted(np.bincount(assign_points(points, centroids))) == [40, 40, 40]
    assert value < 60


def test_the_gap_finds_three_heaps_and_one_cloud():
    ks = range(1, 7)
    assert first_within(ks, *gap(three_heaps(), ks, np.random.default_rng(0))) == 3
    cloud = np.random.default_rng(2).uniform(size=(150, 2))
    assert first_within(ks, *gap(cloud, ks, np.random.default_rng(0))) == 1


def test_the_gap_has_no_logarithm_of_nothing():
    with pytest.raises(ValueError, match="ks must leave an inertia above 0, which has a logarithm; it is 0 at k = 3"):
        gap([[0], [0], [1], [5]], [1, 2, 3], np.random.default_rng(0))


@pytest.mark.parametrize(
    ("gaps", "errors", "k"),
    [
        ([0.5, 0.4, 0.9], [0.1, 0.1, 0.1], 2),  # the first that is no worse than the next
        ([0.5, 0.58, 0.9], [0.1, 0.1, 0.1], 2),  # 0.58 is more by less than its error
        ([0.5, 0.7, 0.9], [0.1, 0.1, 0.1], 4),  # none: the last
    ],
)
def test_the_first_gap_within_an_error_of_the_next(gaps, errors, k):
    assert first_within([2, 3, 4], gaps, errors) == k
