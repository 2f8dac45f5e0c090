"""Lessons in a real JupyterLab: Run All reaches the last cell, and no cell shows an error. With LONG=1: all lessons."""

import os

import pytest

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
