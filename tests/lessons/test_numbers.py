"""Each number that the prose of lessons 03 to 05 names, worked out again."""

import re

import numpy as np
import pytest
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from kmeans_teach import KMeansND, assign_points, update_centroids
from kmeans_teach.check.exercises import exercise
from kmeans_teach.check.mistakes import catalogue, defined
from kmeans_teach.lessons import my_file
from tests.test_notebooks import FOLDER, calls, cells

READY = {"np": np}
exec(my_file._course().partition("def main")[0].replace("import matplotlib.pyplot as plt", ""), READY)


def words(number):
    """All that a lesson says, with its questions and their answers."""
    (path,) = FOLDER.glob(f"{number}_*.ipynb")
    kept = [cell for cell in cells(path) if cell.cell_type == "markdown" or "ask" in calls(cell.source)]
    return re.sub(r'"\s*\n\s*f?"', "", "\n".join(cell.source for cell in kept))


def test_the_update_of_lesson_03_is_the_package_s_to_the_last_bit():
    second = defined(catalogue()["update"]["own"])
    for case in exercise("update").cases():
        np.testing.assert_array_equal(second(*case), update_centroids(*case))


def test_the_sums_of_squares_of_0_1_and_5():
    for said, c in ("1 + 0 + 16 = 17", 1), ("6.25 + 2.25 + 6.25 = 14.75", 2.5), ("4 + 1 + 9 = 14", 2):
        assert said in words("03")
        assert ((np.array([0, 1, 5]) - c) ** 2).sum() == float(said.split("= ")[1])
    for c in np.linspace(-3, 8, 23):
        assert ((np.array([0, 1, 5]) - c) ** 2).sum() == pytest.approx(14 + 3 * (c - 2) ** 2)


def test_b_loses_its_three_points_in_the_middle_of_a_run():
    line = np.array([[0.0], [1], [1], [5], [6], [9]])
    steps = list(KMeansND(line, line[[0, 1, 5]]).steps())
    assert steps[0].labels.tolist() == [0, 1, 1, 1, 2, 2]
    assert steps[1].centroids.ravel() == pytest.approx([0, 7 / 3, 7.5])
    assert steps[2].labels.tolist() == [0, 0, 0, 2, 2, 2]
    assert steps[-1].centroids[1] == pytest.approx(7 / 3)
    assert "Its mean is 7/3; A stays at 0, and C moves to 7.5" in words("03")
    assert abs(1 - 7 / 3) == pytest.approx(4 / 3)
    assert (round(abs(5 - 7 / 3), 2), abs(5 - 7.5)) == (2.67, 2.5)


def test_the_eleven_points_of_lesson_03_and_the_endless_three():
    eleven = np.column_stack([[3, 4, 4, 9, 5, 6, 9, 5, 5, 7, 6], [3, 3, 2, 2, 1, 2, 4, 2, 4, 4, 5]])
    steps = list(KMeansND(eleven, eleven[:3]).steps())
    assert np.bincount(steps[0].labels).tolist() == [1, 5, 5]
    assert steps[-1].iteration == 3
    ended = KMeansND([[0.5], [-0.1], [0.2]], [[0.2]] * 3).fit()
    assert ended.stop == "cycle"
    assert "0.20000000000000004" in words("03")


def test_the_run_of_lesson_04_has_twelve_half_steps_and_its_frames_without_assigns_show_wrong_colours():
    points = READY["tilted"](20, rng := np.random.default_rng(45))
    steps = list(KMeansND(points, READY["choose"](points, 3, rng)).steps())
    wrong = [(step.labels != assign_points(points, step.centroids)).any() for step in steps if step.phase == "update"]
    assert (len(steps), np.bincount(steps[-1].labels).tolist()) == (12, [20, 20, 20])
    assert sum(wrong) > len(wrong) / 2


@pytest.mark.parametrize("repeat", [True, False])
def test_a_film_is_saved_twice_from_a_function_and_from_a_generator_only_with_repeat(repeat, tmp_path):
    def phases():
        yield from ("start", "update", "assign")

    for frames, keeps in (phases, True), (phases(), repeat):
        drawn = []
        film = FuncAnimation(Figure(figsize=(1, 1)), drawn.append, frames=frames, repeat=repeat, save_count=9)
        film.save(tmp_path / "film.gif", writer="pillow", dpi=20)
        once = ["start", *phases()] if keeps else [*phases()]  # the first drawing, and then each frame
        assert drawn == once
        if keeps:
            film.save(tmp_path / "film.gif", writer="pillow", dpi=20)
            assert drawn == once * 2


def test_choose_takes_different_rows_and_tilted_clouds_have_a_covariance():
    rng = np.random.default_rng(0)
    twins = np.array([[1, 1], [1, 1], [2, 2], [3, 3]] * 3)
    assert all(len(np.unique(READY["choose"](twins, 3, rng), axis=0)) == 3 for _ in range(20))
    first = READY["tilted"](5000, rng)[:5000]
    np.testing.assert_allclose(np.cov(first.T), [[2.3, 1.5], [1.5, 1.2]], atol=0.15)
    assert "2.3 and 1.2 say how far x and y spread" in words("04")
