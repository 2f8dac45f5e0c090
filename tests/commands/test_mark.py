"""`kmeans-teach check` passes right answers, names wrong ones, ends in time, and touches nothing but a folder of its own."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from kmeans_teach import __main__ as launcher
from kmeans_teach.commands import mark
from kmeans_teach.commands.notebook import Cell, CellRun, Exercise, cells_to_run, exercises, lesson_of, read
from tests.test_notebooks import NOTEBOOKS, ROOT, search_path

LESSONS = {path.stem[:2]: path for path in NOTEBOOKS}
# what the checks take from their lessons, without all that the lessons draw
SET_UP = """
import numpy as np
import pandas as pd
from kmeans_teach import Setting, assign_points, inertia, update_centroids

blobs = Setting(data="blobs", k=12, seed=7).points()
rng = np.random.default_rng(1)
"""
NEEDED = re.compile(r"^def (assign_line|steps|look)\b", re.MULTILINE)


def check(*words):
    """The command in a process of its own, since the sockets of a kernel's client end with it: exit code and marks."""
    command = [sys.executable, "-m", "kmeans_teach", "check", "--json", *words]
    env = {**os.environ, "PYTHONPATH": search_path()}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)["notebooks"]


def answered(number, answers, between=()):
    """Cells of a lesson, with answers instead of its exercises, in their order (None leaves one as it is).

    Of the lesson only the functions stay that the checks need, which is quick. The checks themselves are gone, too, so
    that the lesson's are put in; `between` are cells that the learner adds after the first answer.
    """
    code = [cell for cell in nbformat.read(LESSONS[number], as_version=4).cells if cell.cell_type == "code"]
    tried = [cell for cell in code if "exercise" in cell.metadata.get("tags", [])]
    before = [cell for cell in code[: code.index(tried[0])] if NEEDED.search(cell.source)]
    for cell, answer in zip(tried, answers, strict=True):
        cell.source = answer or cell.source
    return [*before, tried[0], *map(nbformat.v4.new_code_cell, between), *tried[1:]]


def write(cells, path):
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def worked_on(number, answers, folder, *, set_up=SET_UP, between=()):
    """A learner's copy of a lesson."""
    cells = [nbformat.v4.new_code_cell(set_up), *answered(number, answers, between)]
    return write(cells, folder / f"{number} mine.ipynb")


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield pool


# ---- what is wrong is named; that what is right passes is in test_solutions.py, on every lesson's own solutions

WRONG = {
    "01": [
        (
            "def my_assign(points, centroids):\n    return 2 - abs(points[:, None] - centroids[::-1]).argmin(axis=1)",
            "ties not to the lower index",
        ),
        (
            "def my_update(points, labels, centroids):\n"
            "    return np.array([points[labels == k].mean() for k in range(len(centroids))])",
            "empty cluster as NaN",
        ),
    ],
    "02": [
        (
            "def my_squared(points, centroids):\n    return np.linalg.norm(points[:, None] - centroids, axis=2)",
            "distances, not their squares",
        ),
        (
            "def my_assign(points, centroids):\n    return ((points[:, None] - centroids) ** 2).sum(axis=2).argmax(axis=1)",
            "argmax for argmin",
        ),
    ],
    "03": [
        (
            "def my_update(points, labels, centroids):\n    for k in set(labels.tolist()):\n"
            "        centroids[k] = points[labels == k].mean(axis=0)\n    return centroids",
            "input changed in place",
        ),
        (
            "def my_inertia(points, labels, centroids):\n    return np.linalg.norm(points - centroids[labels], axis=1).sum()",
            "another number",
        ),
    ],
    "04": [
        ("def my_steps(points, centroids):\n    return list(steps(points, centroids))", "a list, not a generator"),
        (
            "my_assign = assign_points\n\ndef my_update(points, labels, centroids):\n"
            "    moved = centroids.copy()\n    for k in set(labels.tolist()):\n"
            "        moved[k] = points[labels == k].sum(axis=0)\n    return moved",
            "sum, not mean",
        ),
    ],
    "05": [
        ("def my_assign(points, centroids)\n    return [0 for point in points]", "error: SyntaxError"),
        ("def my_update(points, labels, centroids):\n    return centroids", "nothing moved"),
    ],
    "06": [
        ("def my_start(points, k, rng):\n    return points[:k]", "the same start from every rng"),
        ("def my_rule(ks, gaps, errors):\n    return ks[int(np.argmax(gaps))]", "not the first that will do"),
    ],
    "07": [
        ("def my_standardise(points):\n    return points - points.mean(axis=0)", "spread not 1"),
        ('frame = pd.read_csv("no such file.csv")', "error: FileNotFoundError"),
    ],
    "08": [
        ("def my_loss(moves):\n    return moves", "too small"),
        ("def my_look(points, centroids):\n    return look(points, centroids)[0], 0", "another slack"),
    ],
}


OWN = [nbformat.v4.new_code_cell("f = len  # your turn", id="own", metadata={"tags": ["exercise"]})]
OWN += [nbformat.v4.new_code_cell("assert f([3, 5]) == 5, 'not the largest: 3 and 5'", id="own-check")]


@pytest.fixture(scope="module")
def marked(pool, tmp_path_factory):
    """One notebook with the exercises of many lessons and one of a teacher's own, marked in one kernel, which is quick."""
    folder = tmp_path_factory.mktemp("wrong answers")
    pairs = [pair for number in WRONG for pair in exercises(read(LESSONS[number]))]
    handed_out = [nbformat.v4.new_code_cell(one.source, id=one.id) for pair in pairs for one in (pair.cell, pair.check)]
    for exercise in handed_out[::2]:
        exercise.metadata["tags"] = ["exercise"]
    cells = [nbformat.v4.new_code_cell(SET_UP)]
    for number, pairs in WRONG.items():
        cells += answered(number, [answer for answer, _ in pairs])
    cells += [nbformat.from_dict({**OWN[0], "source": "f = max"})]
    mine, model = write(cells, folder / "mine.ipynb"), write([*handed_out, *OWN], folder / "handed out.ipynb")
    return pool.submit(check, mine, "--model", model)


@pytest.mark.parametrize("number", WRONG)
def test_a_wrong_answer_is_named(number, marked):
    code, (notebook,) = marked.result()
    assert code == 1
    assert notebook["passed"] is False
    ids = {pair.cell.id for pair in exercises(read(LESSONS[number]))}
    rows = zip(mark.in_words(notebook).splitlines()[1:], notebook["exercises"], strict=False)  # below are cells that fail
    rows = [(row, each) for row, each in rows if each["id"] in ids]
    for (row, each), (answer, name) in zip(rows, WRONG[number], strict=True):
        status, _, what = ("mistake: " + name if "error" not in name else name).partition(": ")
        assert each["status"] == status
        assert (each["mistake"] if status == "mistake" else each["text"]).startswith(what), answer
        assert f": {status}: {what}" in row
        assert each["text"]


def test_a_notebook_of_ones_own_is_marked_by_the_one_that_was_handed_out(marked):
    _, (notebook,) = marked.result()
    assert notebook["lesson"] == "handed out"
    assert (notebook["exercises"][-1]["name"], notebook["exercises"][-1]["status"]) == ("f", "passed")


def test_at_least_ten_wrong_answers_are_tried():
    names = {name for pairs in WRONG.values() for _, name in pairs}
    assert len(names) >= 10


# ---- what it is given to run does no harm

ENDLESS = ["while True:\n    print('for ever')", "while True:\n    pass"]
STUBBORN = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass"
ANY = "def my_assign(points, centroids):\n    return 0"
SQUARED = "def my_squared(points, centroids):\n    return ((points[:, None] - centroids) ** 2).sum(axis=2)"
BETWEEN = [
    'print("Let\'s read it"); assert open("beside.csv").read() == "theirs"',
    "import helper\nfrom pathlib import Path\nassert Path('data/more.txt').read_text() == helper.text",
    "Path('beside.csv').write_text('mine now')\nPath('new.txt').touch()",
    "1 / 0",
    "from kmeans_teach import check_assign\nassert not check_assign(lambda points, centroids: 0)",  # a first try is no verdict
]


@pytest.fixture(scope="module")
def rough(pool, tmp_path_factory):
    """Notebooks that do not end, that end Python, and that read and write what lies beside them."""

    def attempt(name, answers, set_up="", between=()):
        return worked_on("02", answers, tmp_path_factory.mktemp(name), set_up=set_up, between=between)

    beside = attempt("beside", [SQUARED, ANY], "import numpy as np", BETWEEN)
    (beside.parent / "beside.csv").write_text("theirs")
    (beside.parent / "helper.py").write_text("text = 'more'")
    (beside.parent / "data").mkdir()
    (beside.parent / "data" / "more.txt").write_text("more")
    endless, stubborn = attempt("endless", ENDLESS), attempt("stubborn", [STUBBORN, ANY])
    before = contents(beside.parent)
    dead = attempt("dead", ["import os\nos._exit(1)", ANY])
    slow, quick = pool.submit(check, endless, stubborn, "--timeout", "4"), pool.submit(check, dead, beside)
    return {"slow": slow, "quick": quick, "folder": beside.parent, "before": before}


def contents(folder):
    return {path.relative_to(folder): path.is_file() and path.read_bytes() for path in folder.rglob("*")}


def statuses(notebook):
    return [(each["status"], each["mistake"]) for each in notebook["exercises"]]


def test_cells_that_do_not_end_are_stopped_in_time_and_each_is_named(rough):
    code, (notebook, _) = rough["slow"].result()
    assert (code, notebook["lesson"]) == (1, "02_assign_points")
    assert statuses(notebook) == [("mistake", "does not stop in time"), ("mistake", "does not stop in time")]


def test_a_cell_that_does_not_listen_is_ended_and_for_the_rest_there_is_no_time(rough):
    _, (_, notebook) = rough["slow"].result()
    assert statuses(notebook) == [("mistake", "does not stop in time"), ("no time left", None)]


def test_a_cell_that_ends_python_is_named(rough):
    _, (notebook, _) = rough["quick"].result()
    assert [(each["status"], each["text"]) for each in notebook["exercises"]] == [
        ("error", "Python ended here"),
        ("error", "Python ended before, in cell 1"),
    ]


def test_what_lies_beside_a_notebook_can_be_used_and_stays_as_it_was_and_a_failing_cell_stops_no_other(rough):
    code, (_, notebook) = rough["quick"].result()
    assert len(rough["before"]) == 5  # the notebook, a table, a module, a folder and a text in it
    assert contents(rough["folder"]) == rough["before"]
    assert code == 1
    assert statuses(notebook) == [("passed", None), ("mistake", "wrong shape")]
    assert [error["text"] for error in notebook["errors"]] == ["ZeroDivisionError: division by zero"]


# ---- which cells are run


def cell(id, source="", *, code=True, exercise=False):
    return Cell(id, code, source, exercise)


FIRST, SECOND = cell("a", "f = g  # your turn", exercise=True), cell("b", "h = i  # your turn", exercise=True)
CHECKS = [cell("a-check", "assert f() == 1"), cell("b-check", "assert h() == 2")]
HANDED_OUT = [cell("text", "# A title", code=False), cell("start", "import x"), FIRST, CHECKS[0], SECOND, CHECKS[1]]


def plan(*cells):
    """What is run: the learner's source, marked by the exercise that it belongs to, or [the check of an exercise]."""
    wanted = exercises(HANDED_OUT)
    rows = []
    for run in cells_to_run(cells, wanted):
        name = run.exercise.cell.id if run.exercise else ""
        rows.append([name] if run.check else f"{name}:{run.source}" if name else run.source)
        assert (run.source == run.exercise.check.source) if run.check else run.number
    return rows


ASIS = ["import x", "a:f = g  # your turn", ["a"], "b:h = i  # your turn", ["b"]]
MINE = cell("a", "def f(): return 1", exercise=True)


def test_as_handed_out_every_cell_is_run_in_its_order():
    assert plan(*HANDED_OUT) == ASIS


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        # the learner's check, whatever it says, is not what is run
        ([MINE, cell("a-check", "print('right')"), SECOND, CHECKS[1]], ["a:def f(): return 1", ["a"], *ASIS[3:]]),
        # a check that is gone comes behind its exercise
        ([MINE, cell("own", "f()"), SECOND], ["a:def f(): return 1", ["a"], "f()", *ASIS[3:]]),
        # so does one that was moved to before it
        ([CHECKS[0], FIRST, SECOND, CHECKS[1]], ["assert f() == 1", *ASIS[1:]]),
        # a cell between an exercise and its check is part of the answer
        ([FIRST, cell("own", "def f(): return 1"), *CHECKS[:1]], ["a:f = g  # your turn", "a:def f(): return 1", ["a"]]),
        # an exercise that is gone, or empty, or has become text, is not run; its check is
        ([CHECKS[0], SECOND, CHECKS[1]], [["a"], *ASIS[3:]]),
        ([cell("a", " ", exercise=True), CHECKS[0]], [["a"]]),
        ([cell("a", "f = g", code=False, exercise=True), CHECKS[0]], [["a"]]),
        ([cell("own", "1")], ["1"]),
    ],
)
def test_whatever_was_changed_the_lessons_own_checks_are_run(cells, wanted):
    assert plan(*cells) == wanted


def test_where_an_editor_gave_new_ids_tags_and_texts_tell_the_cells():
    renewed = [Cell(None, one.code, one.source, one.exercise) for one in HANDED_OUT]
    assert plan(*renewed) == ASIS
    assert plan(*(Cell(f"new-{at}", one.code, one.source, one.exercise) for at, one in enumerate(HANDED_OUT))) == ASIS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_is_known_by_its_cells_and_without_ids_by_its_title(path):
    cells = read(path)
    assert len(exercises(cells)) >= 2
    for known in (cells, [Cell(None, one.code, one.source, one.exercise) for one in cells]):
        assert lesson_of(known, "any name", NOTEBOOKS) == (path.stem, exercises(cells))
    for exercise in exercises(cells):  # a check says what is wrong in one of two ways
        assert re.search(r"^check_\w+\(|^ *assert .+, f?\"[\w ,=]+: .+\"$", exercise.check.source, re.MULTILINE)


# ---- what is told


def judged(source, **result):
    exercise = exercises(HANDED_OUT)[0]
    sources = [source] if isinstance(source, str) else source or []
    runs = [CellRun(one, number, exercise, was_run=True) for number, one in enumerate(sources, 1)]
    check = CellRun(exercise.check.source, None, exercise, check=True, **{"was_run": True, **result})
    found = mark.judge(exercise, [*runs, check])
    assert (found["id"], found["name"]) == ("a", "f")
    return found["status"], found["mistake"], found["text"]


@pytest.mark.parametrize(
    ("source", "check", "told"),
    [
        ("f=g # not yet", {}, ("not tried", None, "")),
        (["f=g", "1 + 1\n%time f\n!ls"], {"printed": "f: right"}, ("not tried", None, "")),
        (["f=g", "def f(): return 1"], {"printed": "f: right"}, ("passed", None, "f: right")),
        (["f=g", "f, h = g, 1"], {"printed": "f: right"}, ("passed", None, "f: right")),
        (["f=g", "from my_kmeans import mine as f"], {"printed": "f: right"}, ("passed", None, "f: right")),
        ("f = 1", {"printed": "f: right on 5 cases\n"}, ("passed", None, "f: right on 5 cases")),
        (
            "f = 1",
            {"error_type": "AssertionError", "message": "off by one: 2\nnot 1"},
            ("mistake", "off by one", "off by one: 2\nnot 1"),
        ),
        ("f = 1", {"error_type": "AssertionError"}, ("mistake", None, "")),
        ("f = 1", {"error_type": "TypeError", "message": "f"}, ("error", None, "TypeError: f")),
        ("f = 1", {"timed_out": True}, ("mistake", "does not stop in time", "its check does not end")),
        ("f = 1", {"printed": "so", "value": [(True, None), (False, "no square")]}, ("mistake", "no square", "so")),
        ("f = 1", {"printed": "so", "value": [(True, "Manhattan distance")]}, ("passed", None, "so")),
        ("f = 1", {"printed": "so", "value": [(False, None)]}, ("mistake", None, "so")),
        ("f = 1", {"was_run": False}, ("no time left", None, "")),
        (None, {"error_type": "NameError", "message": "f"}, ("missing", None, "the exercise's cell is gone")),
        (None, {}, ("passed", None, "")),  # written in another cell
    ],
)
def test_what_is_told_follows_from_what_the_check_did(source, check, told):
    assert judged(source, **check) == told


def test_a_check_whose_verdict_is_gone_does_not_pass():
    exercise = Exercise(FIRST, cell("a-check", "check_assign(f)"))
    check = CellRun("check_assign(f)", None, exercise, check=True, was_run=True)
    assert mark.judge(exercise, [CellRun("f = 1", 1, exercise, was_run=True), check])["status"] == "error"


def test_the_page_on_marking_describes_what_comes_out(tmp_path, monkeypatch, capsys):
    page = (ROOT / "docs" / "marking.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.+?)```", page, re.DOTALL)
    shown = json.loads(shown)
    marks = shown["notebooks"][0]
    monkeypatch.setattr(mark, "mark", lambda *_: {key: marks[key] for key in ("lesson", "passed", "exercises", "errors")})
    assert launcher.main(["check", marks["notebook"], "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == shown
    assert launcher.main(["check", marks["notebook"]]) == 1
    assert f"```text\n{capsys.readouterr().out}```" in page
    assert {each["status"] for each in marks["exercises"]} <= set(re.findall(r"^\| `([a-z ]+)` \|", page, re.MULTILINE))
    assert mark.judge(exercises(HANDED_OUT)[0], []).keys() == marks["exercises"][0].keys()


def test_the_exit_code_says_whether_all_passed(monkeypatch):
    def told(*passed):
        outcomes = iter(passed)
        monkeypatch.setattr(mark, "mark", lambda *_: {"passed": next(outcomes)})
        return launcher.main(["check", *["a notebook"] * len(passed)])

    monkeypatch.setattr(mark, "in_words", str)
    assert told(True, True) == 0
    assert told(True, False) == 1


BAD = {
    "missing.ipynb": (None, "there is no file"),
    "text.ipynb": ("no JSON", "is not a notebook"),
    "list.ipynb": ("[1]", "is not a notebook"),
    "old.ipynb": ('{"worksheets": [], "nbformat": 3}', "is not a notebook"),
    "bytes.ipynb": (b"\xff\xfe", "is not a notebook"),
    "other.ipynb": (json.dumps({"cells": [{"cell_type": "code", "source": ["1"], "metadata": {}}]}), "is none of the lessons"),
    "empty.ipynb": ('{"cells": []}', "is none of the lessons with exercises"),
    "folder": ("/", "cannot be read: Is a directory"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_marked_gets_one_sentence_and_exit_code_2(name, tmp_path, capsys):
    content, sentence = BAD[name]
    path = tmp_path / name
    if content == "/":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert launcher.main(["check", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("kmeans-teach: ")
    assert sentence in said.err
    assert str(path) in said.err
    assert said.err.count("\n") == 1


def test_a_bad_file_among_others_is_said_in_its_place(tmp_path, monkeypatch, capsys):
    real = mark.mark
    marks = {"lesson": "x", "passed": True, "exercises": [], "errors": []}
    monkeypatch.setattr(mark, "mark", lambda path, *rest: marks if path == "good" else real(path, *rest))
    assert launcher.main(["check", str(tmp_path / "gone.ipynb"), "good", "--json"]) == 2
    said = capsys.readouterr()
    gone, good = json.loads(said.out)["notebooks"]
    assert gone["problem"] in said.err
    assert gone.keys() == good.keys()
    assert (gone["passed"], good["passed"], good["problem"]) == (False, True, None)


def test_what_lies_beside_a_notebook_is_copied_the_small_first_and_never_more_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(mark, "LARGE", 20)
    folder, work = tmp_path / "theirs", tmp_path / "work"
    for place in (folder / "data", folder / "large", folder / "a home's other folder", work):
        place.mkdir(parents=True)
    for name in ("used.csv", "data/a.txt", "large/a.txt", "large/b.txt", "a home's other folder/b.txt"):
        (folder / name).write_text("6 here")
    (folder / "large.csv").write_text("more than the limit is")
    (folder / "to nothing").symlink_to(folder / "gone")
    mark.copy_files(folder, "open(f'{n}.csv'), open(\"data/a.txt\"), open('large/b.txt')", work)
    assert sorted(path.name for path in work.iterdir()) == ["data", "used.csv"]
    assert (work / "data" / "a.txt").read_text() == "6 here"


def test_broken_off_it_says_nothing_more(monkeypatch, capsys):
    def broken_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(mark, "mark", broken_off)
    assert launcher.main(["check", "any.ipynb"]) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("time", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_is_a_number_above_0(time, capsys):
    with pytest.raises(SystemExit) as stopped:
        launcher.main(["check", "any.ipynb", f"--timeout={time}"])
    assert stopped.value.code == 2
    assert f"a time is a number of seconds above 0, got '{time}'" in capsys.readouterr().err
