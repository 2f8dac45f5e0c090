"""The benchmarks measure what they say they measure."""

import os

import dask
import numpy as np
import pytest

from benchmarks import __main__ as main
from benchmarks import frames, peak, race, runs, scale
from benchmarks.double_loop import double_loop
from kmeans_teach import KMeansND, make_clusters
from kmeans_teach.lessons.many_machines import KMeansDask


def test_the_double_loop_finds_what_the_plain_class_finds():
    points = make_clusters(3, 20, rng=np.random.default_rng(0))
    centroids, labels, iterations = double_loop(points, points[:3])
    plain = KMeansND(points, points[:3]).fit()
    assert labels.tolist() == plain.labels.tolist()
    assert iterations == plain.iteration
    np.testing.assert_allclose(centroids, plain.centroids, atol=1e-12)


def test_the_rows_are_those_that_are_required():
    required = [(1_200, 2, 12), (12_000, 2, 12), (120_000, 2, 12), (1_200_000, 2, 12), (128_000, 16, 64), (100_000, 64, 256)]
    assert [(row.m, row.n, row.k) for row in runs.ROWS] == [*required, (200_000, 8, 50)]
    assert [row.overlapping for row in runs.ROWS] == [False] * 6 + [True]


def test_a_small_row_is_measured_and_written_as_a_table():
    row = runs.Row(240, 2, 4)
    timing = runs.measure(row, 2, say=str)
    assert set(timing.seconds) >= set(main.COLUMNS)  # and those of other programs that are installed
    assert all(len(times) == 2 for times in timing.seconds.values())
    assert timing.same["KMeansND.fit"] == 1
    assert timing.distances["fast.fit"] >= row.m * row.k
    assert timing.ratio(timing.reference) == 1
    text = main.time_table([timing])
    assert [line.count("|") for line in text.splitlines()] == [3] * (len(timing.seconds) + 4)
    assert all(name.split()[0] in main.who_is_ahead([timing]) for name in timing.missing)  # each with its word
    assert "KMeansND.fit" not in main.who_is_ahead([timing]).split("Less time")[0]


def test_a_program_that_draws_its_own_start_gets_the_points_in_an_order_that_makes_it_ours():
    points = np.random.default_rng(1).normal(size=(30, 2))
    start, drawn = points[[4, 7, 1]], np.array([7, 0, 4])  # the places overlap
    order = race.order_for(points, start, lambda numbers, k: {"centroids": numbers[drawn]})
    assert sorted(order) == list(range(30))
    assert points[order][drawn].tolist() == start.tolist()


def test_growth_is_an_exponent():
    def timing(row, seconds):
        return runs.Timing(row, 10, {"fast.fit": [seconds]}, {}, {}, {}, [])

    few, many = runs.GROWTH
    assert runs.growth([timing(few, 0.01), timing(many, 1.0)]) == pytest.approx((1, 1))


def test_every_way_of_drawing_draws_each_step():
    model, steps = frames.a_run(120, 3)
    for make in frames.FRAMES.values():
        draw = make(model)
        pictures = {np.asarray(draw(step).buffer_rgba()).tobytes() for step in steps}
        assert len(pictures) == len(steps) == 3


@pytest.mark.long
@pytest.mark.skipif(os.environ.get("LONG") != "1", reason="takes seconds: LONG=1")
def test_a_peak_is_that_of_the_run_and_not_of_the_process_that_started_it(tmp_path):
    held = np.ones(20_000_000)  # 160 MB here must not hide what the other process needs
    points = np.random.default_rng(0).normal(size=(400_000, 2))
    np.save(tmp_path / "points", points)
    np.save(tmp_path / "start", points[:4])
    found = peak.peak_of("KMeansND.fit", tmp_path)
    array = 8 * len(points) / 1e6  # of M numbers
    assert 4 * array < found < 20 * array
    assert held.all()


def test_a_pass_by_hand_is_the_pass_that_is_measured():
    with dask.config.set(scheduler="synchronous"):
        points, start = scale.many(2 * scale.ROWS), scale.start()
        step = KMeansDask(points, start, max_iter=1).fit()
        by_hand = scale.pass_by_hand(2, step.centroids)
    assert points.shape == (500_000, 2)
    assert by_hand.counts.tolist() == np.bincount(step.labels.compute()).tolist()
    assert by_hand.inertia(step.centroids) == step.inertia


def test_the_row_and_the_section_of_a_run_over_dask():
    few, most = (
        scale.DaskRun(
            m, [(s, s / 2, 3.0, 2.0), (s, s, 3.0, 2.0), (s, s, 3.0, 2.0)], "max_iter", {"a": 90.0, "b": 120.4}, 0.0, 0
        )
        for m, s in ((1000, 1.0), (100_000, 100.0))
    )
    assert scale.row(few) == "| 1,000 | 3, max_iter | 1.00 | 1.50 | 120 | 0 | 0 |"
    assert scale.growth(few, most) == pytest.approx(1)
    assert "No comparison with dask-ml: it is not there." in scale.body([few, most], "it is not there")
