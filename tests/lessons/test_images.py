"""A picture in K colours against K-means on all its pixels; the plate and what takes it apart."""

import numpy as np
import pytest

from kmeans_teach.lessons.images import hues, landscape, plate, reduced
from kmeans_teach.lessons.starts import run_many


def test_the_landscape_is_an_image_and_always_the_same():
    image = landscape()
    assert image.shape == (128, 128, 3)
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, landscape())
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 5_000


@pytest.mark.parametrize("k", [2, 5, 16])
def test_a_reduced_image_has_k_colours_and_each_pixel_its_own(k):
    found = reduced(landscape()[::2, ::2], k)
    assert len(np.unique(found.image.reshape(-1, 3), axis=0)) == k
    shown = found.palette.round().astype(np.uint8)[found.labels].reshape(64, 64, 3)
    np.testing.assert_array_equal(found.image, shown)
    offsets = landscape()[::2, ::2].reshape(-1, 3) - found.palette[found.labels]
    assert found.inertia == pytest.approx((offsets**2).sum())
    assert (np.diff(found.palette.sum(axis=1)) > -20).all()  # dark to light, but for the last small move


def test_the_sample_is_nearly_as_good_as_all_pixels():
    image = landscape()
    for k in 4, 8:
        found = reduced(image, k)
        _, inertias = run_many(image.reshape(-1, 3), [found.palette])
        assert found.inertia < 1.01 * inertias[0]


@pytest.mark.parametrize(("k", "bits"), [(2, 1), (3, 2), (4, 2), (5, 3), (16, 4)])
def test_the_bytes_are_whole_bits_for_each_pixel_and_three_for_each_colour(k, bits):
    assert reduced(landscape()[::2, ::2], k).bytes == 64 * 64 * bits // 8 + 3 * k


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4, 3)), np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_image_is_refused(image):
    with pytest.raises(ValueError, match=r"image must have shape \(height, width, 3\) and be uint8, got"):
        reduced(image, 2)


def test_more_colours_than_there_are_is_an_error():
    with pytest.raises(ValueError, match="k must be between 1 and the number of points"):
        reduced(np.zeros((4, 4, 3), np.uint8), 2)


@pytest.fixture(scope="module")
def seven():
    return plate("7", rng=np.random.default_rng(3))


def test_no_two_dots_of_the_plate_touch(seven):
    gaps = np.hypot(*(seven.centres[:, None] - seven.centres).transpose(2, 0, 1)) - seven.radii[:, None] - seven.radii
    assert gaps[~np.eye(len(gaps), dtype=bool)].min() > 0
    assert (np.hypot(*seven.centres.T) + seven.radii <= 1).all()
    assert 0.1 < seven.inside.mean() < 0.4


def test_a_colour_twice_as_bright_has_the_same_hue():
    np.testing.assert_allclose(hues([[0.2, 0.1, 0.1], [0.4, 0.2, 0.2]]), [[0.5, 0.25], [0.5, 0.25]])
    np.testing.assert_array_equal(hues([[0, 0, 0]]), [[0, 0]])
