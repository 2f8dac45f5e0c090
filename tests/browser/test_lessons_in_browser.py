"""Every week, all lessons in a real JupyterLab: Run All reaches the last cell, and no cell shows an error.

Every day, nbval runs all lessons, Run All is pressed on the notebooks of the other browser tests, lesson 05 runs in the lab in
the browser, and the player's page is on the site.
"""

import os
import shutil

import nbformat
import pytest

from kmeans_teach.commands import copy_course
from tests.browser.lab import ROOT, open_by_double_click, run_all

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.environ.get("LONG") != "1", reason="half a minute for each lesson: LONG=1"),
]
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def run_to_the_bottom(page, path):
    """Run All reaches the bottom of the notebook that the page shows, without an error; return what was saved then."""
    notebook = run_all(page, path)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert len(outputs) > 10
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []
    return notebook


@pytest.fixture(scope="module")
def page(window, course):
    """JupyterLab with the list of lessons at its left."""
    (base, token), _ = course
    page = window.new_page()
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.goto(f"{base}/lab?reset&token={token}")
    yield page
    page.close()


def test_there_are_lessons_to_open():
    assert len(LESSONS) >= 9


def is_replaced_by_a_newer_one(saved, lesson, course, folder):
    """Whether the saved lesson counts as unchanged. This is tried in a copy of the course: the page still shows the lesson."""
    mine, newer = shutil.copytree(course, folder / "mine"), shutil.copytree(ROOT / "notebooks", folder / "newer")
    nbformat.write(saved, mine / lesson)
    better = nbformat.read(newer / lesson, as_version=4)
    better.cells[0].source = "# Better"
    nbformat.write(better, newer / lesson)
    return copy_course.copy(mine, source=newer) == [f"Replaced 1 file that you had not changed by newer ones: {lesson}."]


@pytest.mark.parametrize("lesson", LESSONS)
def test_run_all_reaches_the_bottom_without_an_error_and_a_lesson_that_was_run_and_saved_is_unchanged(
    lesson, page, course, tmp_path
):
    open_by_double_click(page, lesson)
    saved = run_to_the_bottom(page, course[1] / lesson)
    assert is_replaced_by_a_newer_one(saved, lesson, course[1], tmp_path)
