"""Lessons in a real JupyterLab: Run All reaches the last cell, and no cell shows an error. With LONG=1: all lessons."""

import json
import os
import shutil

import pytest

from kmeans_teach.commands import copy_course
from tests.browser.lab import ROOT, open_by_double_click, run_all

pytestmark = pytest.mark.browser
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
# every day one for each kind of output: questions and pictures, the player's page, the panel; nbval runs all lessons every day
DAILY = ["01_one_dimension.ipynb", "04_generators.ipynb", "05_panel.ipynb"]


def run_to_the_bottom(page, path):
    """Run All reaches the bottom of the notebook that the page shows, without an error."""
    notebook = run_all(page, path)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert len(outputs) > 10
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []


@pytest.fixture(scope="module")
def page(browser, course):
    """JupyterLab with the list of lessons at its left."""
    (base, token), _ = course
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{base}/lab?reset&token={token}")
    yield page
    page.close()


def test_there_are_lessons_to_open():
    assert len(LESSONS) >= 9
    assert set(DAILY) <= set(LESSONS)


@pytest.mark.parametrize("lesson", LESSONS if os.environ.get("LONG") == "1" else DAILY)
def test_run_all_reaches_the_bottom_without_an_error(page, course, lesson):
    open_by_double_click(page, lesson)
    run_to_the_bottom(page, course[1] / lesson)


def test_a_lesson_that_jupyterlab_ran_and_saved_still_counts_as_unchanged(page, course, tmp_path):
    """It is replaced by a newer one, in a copy of the folder, because the page still shows the lesson itself."""
    lesson = DAILY[0]
    open_by_double_click(page, lesson)
    run_to_the_bottom(page, course[1] / lesson)
    given, run = (json.loads((folder / lesson).read_bytes()) for folder in (course[1] / copy_course.PRISTINE, course[1]))
    assert given["cells"] != run["cells"]
    folder, newer = shutil.copytree(course[1], tmp_path / "mine"), shutil.copytree(ROOT / "notebooks", tmp_path / "newer")
    given["cells"][0]["source"] = "# Better"
    (newer / lesson).write_text(json.dumps(given))
    assert copy_course.copy(folder, source=newer) == [f"Replaced 1 file that you had not changed by newer ones: {lesson}."]
