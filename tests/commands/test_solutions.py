"""The solutions in the lessons pass their checks, as `kmeans-teach check` runs them."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

import nbclient
import nbformat
import pytest

from kmeans_teach.commands import judge
from kmeans_teach.commands.notebook import exercises, read
from tests.commands.test_mark import alone, in_one
from tests.test_notebooks import LONG, NOTEBOOKS, cells, every_notebook, search_path, tagged

pytestmark = pytest.mark.long
SET_UP = {  # the cells that the exercises of these lessons need; in_one() knows those of the others
    "08": ["setup-08", "raw-08", "standardise-08", "changed-count-08", "grid-08", "species-08"],
    "10": ["many-02", "many-06", "many-08", "many-10"],
}


def solutions(path):
    """The code of a lesson's solutions. Exercises and solutions come in the same order."""
    found = []
    for cell in tagged(path, "solution"):
        for folded in re.findall(r"<details>.*?</details>", cell.source, flags=re.DOTALL):
            (code,) = re.findall(r"```python\n(.*?)```", folded, flags=re.DOTALL)
            assert "your turn" not in code
            found.append(code)
    return found


def whole(path, folder):
    """A copy of the whole lesson, with each solution instead of its exercise."""
    notebook = nbformat.read(path, as_version=4)
    tried = [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    for exercise, code in zip(tried, solutions(path), strict=True):
        exercise.source = code
    nbformat.write(notebook, folder / path.name)
    return folder / path.name


def marks_of_all(folder):
    """What `kmeans-teach check` answers for one notebook with the solutions of all lessons."""
    sources = {cell.id: cell.source for path in NOTEBOOKS for cell in cells(path)}
    needed = {number: "\n\n".join(sources[name] for name in names) for number, names in SET_UP.items()}
    answers = {path.stem[:2]: solutions(path)[: len(exercises(read(path)))] for path in NOTEBOOKS}
    mine, model = in_one(answers, folder, needed=needed)
    with ThreadPoolExecutor(1) as pool:  # in the main thread the event loop may be closed already, by another test
        return pool.submit(alone, mine, models=[model]).result()


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    """The marks of each lesson: with LONG=1 of the whole lesson, otherwise of its exercises and what they need."""
    folder = tmp_path_factory.mktemp("solved")
    if LONG:
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(NOTEBOOKS, pool.map(lambda path: alone(whole(path, folder)), NOTEBOOKS), strict=True))
    notebook, found = marks_of_all(folder), {}
    for path in NOTEBOOKS:
        ids = {cell.id for cell in tagged(path, "exercise")}
        mine = [each for each in notebook["exercises"] if each["id"] in ids]
        found[path] = {"exercises": mine, "errors": [], "passed": all(each["status"] == "passed" for each in mine)}
    return found


@every_notebook
def test_a_solution_comes_after_its_exercise(path):
    tried, answers = tagged(path, "exercise"), tagged(path, "solution")
    assert len(tried) == len(solutions(path)) >= len(answers) >= 1
    order = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    last = [*answers, *answers[-1:] * len(tried)]  # one cell may hold several, each in a fold of its own
    for exercise, answer in zip(tried, last, strict=False):
        assert "your turn" in exercise.source
        assert order.index(answer.id) > order.index(exercise.id)


@every_notebook
def test_every_exercise_has_a_solution_that_passes_its_check(path, marks):
    notebook = marks[path]
    assert notebook["passed"], notebook
    assert len(notebook["exercises"]) == len(exercises(read(path))) >= 1
    assert {each["status"] for each in notebook["exercises"]} == {"passed"}
    assert notebook["errors"] == [] or not LONG


@pytest.mark.skipif(not LONG, reason="on every run, the lessons as they are handed out reach their last cell")
@every_notebook
def test_with_the_solutions_too_run_all_reaches_the_last_cell(path, tmp_path):
    notebook = nbformat.read(whole(path, tmp_path), as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute(
        cwd=str(tmp_path), env={**os.environ, "PYTHONPATH": search_path()}
    )


@pytest.mark.skipif(not LONG, reason="test_mark.py tries this for one lesson")
@every_notebook
def test_unsolved_with_more_cells_and_lines_no_exercise_passes(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", []):
            cell.source += "\nmine = 1  # and nothing else"
    more = [[cell, nbformat.v4.new_code_cell("print('I did nothing')")] for cell in notebook.cells]
    notebook.cells = [cell for pair in more for cell in pair]
    nbformat.write(notebook, tmp_path / path.name)
    assert {each["status"] for each in judge.mark(tmp_path / path.name)["exercises"]} == {"not tried"}
