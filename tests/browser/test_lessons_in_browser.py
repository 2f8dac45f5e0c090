"""Each lesson in a real JupyterLab: Run All reaches the bottom, and no cell shows an error."""

import pytest

from tests.browser.lab import ROOT, open_notebook, run_all

pytestmark = pytest.mark.browser
ELSEWHERE = {"06_bad_starts.ipynb", "07_many_dimensions.ipynb"}  # run, and then played with, in test_explore.py
LESSONS = sorted({path.name for path in (ROOT / "notebooks").glob("*.ipynb")} - ELSEWHERE)


def run_lesson(browser, course, lesson):
    """A page in which Run All has reached the bottom of a lesson without an error."""
    address, folder = course
    page = open_notebook(browser, address, lesson)
    notebook = run_all(page, folder / lesson)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert len(outputs) > 10
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []
    return page


def test_there_are_lessons_to_open():
    assert len(LESSONS) >= 5


@pytest.mark.parametrize("lesson", LESSONS)
def test_run_all_reaches_the_bottom_without_an_error(browser, course, lesson):
    run_lesson(browser, course, lesson).close()
