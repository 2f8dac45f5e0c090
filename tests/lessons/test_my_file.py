"""my_kmeans.py: what the lessons write into it, what they never overwrite, and that it runs as a program."""

import ast
import importlib
import linecache
import os
import re
import subprocess
import sys
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

import kmeans_teach
from kmeans_teach.lessons import my_file
from tests.commands.test_solutions import solutions
from tests.test_notebooks import FOLDER, ROOT, cells, definitions, python

LESSONS = [FOLDER / f"{name}.ipynb" for name in ("02_assign_points", "03_update_centroids", "04_generators", "05_panel")]
numbers = count()


@pytest.fixture
def space(tmp_path, monkeypatch):
    """The names of a notebook in a folder of its own: `run` puts cells into it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KMEANS_TEACH_FOLDER", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(my_file, "_written", {})
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    run("import numpy as np\nfrom kmeans_teach.lessons.my_file import begin, folder, keep", vars(main))
    yield vars(main)
    sys.modules.pop("my_kmeans", None)


def run(source, space):
    """Run a cell as IPython does: its source can be found by its file name."""
    name = f"<cell {next(numbers)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), space)


def text():
    return Path("my_kmeans.py").read_text(encoding="utf-8")


def imported(name):
    return getattr(importlib.import_module("my_kmeans"), name)


UPDATE = '''def my_update(points, labels, centroids):
    """Mine."""
    groups = [points[labels == k] for k in range(len(centroids))]
    return np.array([own.mean(axis=0) if len(own) else old for own, old in zip(groups, centroids)])
'''


def test_what_is_missing_is_the_courses_and_said_so_and_a_second_run_writes_nothing_twice(space, capsys):
    for _ in range(2):
        run('begin("assign", "update")\nfrom my_kmeans import assign, update', space)
        assert capsys.readouterr().out == "my_kmeans.py has the course's assign, update (until you write yours)\n"
    assert space["assign"] is kmeans_teach.assign_points
    assert text().count("as update  # the course's, until yours is right") == 1
    run(UPDATE, space)
    for _ in range(2):
        run('keep(my_update, "update")', space)
        assert capsys.readouterr().out == "my_kmeans.py: update is written\n"
    assert text().count("def update(") == 1
    assert "update_centroids" not in text()
    assert "my_update" not in text()
    assert imported("update").__doc__ == "Mine."
    run('begin("assign", "update", "choose")', space)
    expected = "my_kmeans.py has the course's assign (until you write yours); the lessons' choose; your update\n"
    assert capsys.readouterr().out == expected
    assert {path.name for path in Path().iterdir()} - {"__pycache__"} == {"my_kmeans.py"}


def test_an_exercise_that_is_not_solved_or_wrong_never_replaces_a_right_answer(space, capsys):
    run("from kmeans_teach import update_centroids as my_update\nkeep(my_update, 'update')", space)
    assert capsys.readouterr().out == "my_kmeans.py: your update is still to be written; the course's stands in for it\n"
    run("my_update = lambda points, labels, centroids: centroids\nkeep(my_update, 'update')", space)
    assert capsys.readouterr().out == "my_kmeans.py: your update is not right yet; the course's stands in for it\n"
    assert imported("update") is kmeans_teach.update_centroids
    run(UPDATE + "keep(my_update, 'update')", space)
    run("my_update = lambda points, labels, centroids: centroids\nkeep(my_update, 'update')", space)
    assert capsys.readouterr().out.endswith("your update is not right yet; the earlier one stays\n")
    assert imported("update").__doc__ == "Mine."


def test_what_was_changed_by_hand_is_never_lost(space, capsys, monkeypatch):
    run(UPDATE + "keep(my_update, 'update')", space)
    Path("my_kmeans.py").write_text(by_hand := text().replace("Mine.", "By hand.") + "\n\nmore = 1\n")
    monkeypatch.setattr(my_file, "_written", {})  # as in another kernel, on another day
    run(UPDATE + "keep(my_update, 'update')", space)
    assert capsys.readouterr().out.endswith("update is written; as it was before, the file is now my_kmeans-1.py\n")
    assert Path("my_kmeans-1.py").read_text() == by_hand
    assert (imported("more"), imported("update").__doc__) == (1, "Mine.")
    run(UPDATE.replace("Mine.", "Mine too.") + "keep(my_update, 'update')", space)  # a cell that is run again, changed
    assert {path.name for path in Path().iterdir()} - {"__pycache__"} == {"my_kmeans-1.py", "my_kmeans.py"}
    Path("my_kmeans.py").write_text("def update(\n")
    with pytest.raises(ValueError, match=r"my_kmeans.py cannot be read as Python \(.*, line 1\): mend it, or rename it"):
        run("keep(my_update, 'update')", space)
    assert text() == "def update(\n"


def test_what_a_function_needs_comes_with_it_or_is_asked_for(space, capsys):
    run("from math import sqrt as root\nimport itertools\ndef far(p):\n    return root(p)", space)
    run("def mine(p):\n    return far(p) + next(itertools.count(int(np.pi)))", space)
    with pytest.raises(ValueError, match=r"mine uses far of the notebook, which my_kmeans.py does not have: keep\(far\) first"):
        run("keep(mine)", space)
    run("keep(far)\nkeep(mine)", space)
    assert imported("mine")(4) == 5
    run("table = np.zeros(3)\ndef mine(p):\n    return table", space)
    with pytest.raises(ValueError, match=r"mine uses table of the notebook, .* make it an argument"):
        run("keep(mine)", space)
    for nothing in "keep(3)", "keep(len)", "keep(np.zeros(2))":
        with pytest.raises(TypeError, match="keep takes a function or a class that was written in a cell, got "):
            run(nothing, space)


@pytest.mark.parametrize("name", ["assign_loops", "assign_broadcast"])
def test_what_lesson_02_shows_can_be_kept_and_is_right_in_later_lessons(name, space, capsys):
    for cell in cells(LESSONS[0], "code"):
        for source in [ast.unparse(node) for node in python(cell.source).body if isinstance(node, ast.FunctionDef)]:
            run(source, space)
    helper = "squared_distance" if name == "assign_loops" else "squared_table"
    run(f"keep({helper})\nkeep({name}, 'assign')\nbegin('assign')", space)
    assert capsys.readouterr().out.endswith("my_kmeans.py has your assign\n")
    assert my_file.is_right("assign", imported("assign"))


def test_each_name_that_a_lesson_takes_from_the_file_was_put_there_by_an_earlier_one():
    kept, finished = set(), my_file._sources(my_file._course())
    for path in LESSONS:
        source = "\n".join(cell.source for cell in cells(path, "code"))
        begun = re.findall(r"^begin\((.*)\)", source, re.MULTILINE)
        taken = re.findall(r"^from my_kmeans import (.*)", source, re.MULTILINE)
        assert (len(begun), len(taken)) == (path != LESSONS[0], 1)
        if begun:
            names = set(re.findall(r"\w+", begun[0]))
            assert set(taken[0].split(", ")) == names <= kept & finished.keys(), path.stem
        kept |= {two or one for one, two in re.findall(r'^keep\((\w+)(?:, "(\w+)")?\)', source, re.MULTILINE)}
        kept |= {
            name for names in re.findall(r"^for each in (.*):\n    keep\(each\)", source, re.M) for name in names.split(", ")
        }
    assert kept == {"assign", "update", "inertia", "half_steps", "limits", "KMeans", "Drawing", "tilted", "choose", "main"}


def test_what_the_course_has_ready_is_what_the_lessons_write():
    ready = definitions([ast.parse(my_file._course())])
    written = definitions(python(cell.source) for path in LESSONS for cell in cells(path, "code"))
    assert len(ready) == 6
    assert {name: written[name] for name in ready} == ready


def followed(space):
    """Lessons 02 to 05 with their solutions: the cells that define something or write the file."""
    for path in LESSONS:
        answers = iter(solutions(path))
        for cell in cells(path, "code"):
            source = next(answers) if "exercise" in cell.metadata.get("tags", []) else cell.source
            body = python(source).body
            kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
            if all(isinstance(node, kinds) for node in body) or re.search(r"^(begin|keep|for each)\b", source, re.MULTILINE):
                run(re.sub(r"^%.*|^lines = .*|^print\(.*", "", source, flags=re.MULTILINE), space)


def script():
    """Run the file as a program; at the end it prints what it has loaded of Jupyter."""
    code = "import runpy, sys; runpy.run_path('my_kmeans.py', run_name='__main__'); "
    code += "print({'IPython', 'ipywidgets'} & {*sys.modules})"
    environment = os.environ | {"MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def test_a_file_written_by_following_the_lessons_saves_a_film_without_jupyter(space, capsys):
    followed(space)
    said = capsys.readouterr().out
    assert "stands in" not in said
    assert not re.search(r"the course's[^(]*\b(assign|update|inertia)\b", said)
    assert ast.get_docstring(ast.parse(text()))
    assert "kmeans_teach.kmeans" not in text()
    done = script()
    assert (done.returncode, done.stdout) == (0, "set()\n"), done.stderr
    (film,) = [path for path in Path().glob("kmeans-*") if path.suffix in (".mp4", ".gif")]
    assert re.fullmatch(r"kmeans-\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d", film.stem)
    if film.suffix == ".gif":
        with Image.open(film) as opened:
            assert opened.n_frames > 3
    assert film.stat().st_size > 5000


WRONG = {"own.mean() + 0 * old": "wrong axis", "own.sum(axis=0)": "sum, not mean"}


def test_with_a_wrong_update_it_says_so_and_makes_no_film(space, capsys):
    run("begin('main')", space)
    line = next(line for line in text().splitlines() if " as update " in line)
    for value, mistake in WRONG.items():
        wrong = UPDATE.replace("my_update", "update").replace("own.mean(axis=0)", value)
        my_file._write(text().replace(line, wrong))
        with pytest.raises(SystemExit) as ended:
            imported("main")()
        assert str(ended.value) == "my_kmeans.py: update is wrong, so there is no film. Mend it, and run the file again."
        assert f"The mistake: {mistake}." in capsys.readouterr().out
        my_file._write(text().replace(wrong, line))
    assert not [*Path().glob("kmeans-*")]
