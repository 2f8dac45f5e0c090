"""`kmeans-teach check` passes right answers, names wrong ones, ends in time, and touches nothing but a folder of its own."""

import asyncio
import csv
import io
import json
import os
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from kmeans_teach import __main__ as launcher
from kmeans_teach.commands import CommandError, judge, kernel, mark
from kmeans_teach.commands.notebook import Cell, CellRun, Exercise, cells_to_run, exercises, lesson_of, read
from tests.test_notebooks import NOTEBOOKS, ROOT

LESSONS = {path.stem[:2]: path for path in NOTEBOOKS}
# what the checks take from their lessons, without all that the lessons draw
SET_UP = """
import numpy as np
import pandas as pd
from kmeans_teach import Setting, assign_points, inertia, update_centroids

assign, update = assign_points, update_centroids

blobs = Setting(data="blobs", k=12, seed=7).points()
rng = np.random.default_rng(1)
"""
NEEDED = re.compile(r"^def (assign_line|half_steps|look)\b", re.MULTILINE)


def answered(number, answers, between=()):
    """Cells of a lesson, with answers instead of its exercises, in their order (None leaves one as it is).

    Of the lesson only the functions stay that the checks need, which is quick. The checks themselves are gone, too, so
    that the lesson's are put in; `between` are cells that the learner adds after the first answer.
    """
    code = [cell for cell in nbformat.read(LESSONS[number], as_version=4).cells if cell.cell_type == "code"]
    tried = [cell for cell in code[:-1] if "exercise" in cell.metadata.get("tags", [])]  # the last cell has no check after it
    before = [cell for cell in code[: code.index(tried[0])] if NEEDED.search(cell.source)]
    for cell, answer in zip(tried, answers, strict=True):
        cell.source = answer or cell.source
    return [*before, tried[0], *map(nbformat.v4.new_code_cell, between), *tried[1:]]


def alone(path, *options, **more):
    """The marks of a notebook, from a thread, whose event loop is closed again."""
    try:
        return judge.mark(path, *options, **more)
    finally:
        asyncio.get_event_loop().close()


def write(cells, path):
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def worked_on(number, answers, folder, *, set_up=SET_UP, between=()):
    """A learner's copy of a lesson."""
    cells = [nbformat.v4.new_code_cell(set_up), *answered(number, answers, between)]
    return write(cells, folder / f"{number} mine.ipynb")


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


# ---- what is wrong is named; that what is right passes is in test_solutions.py, on every lesson's own solutions

WRONG = {
    "01": [
        (
            "def my_assign(p, c):\n    return len(c) - 1 - abs(p[:, None] - c[::-1]).argmin(axis=1)",
            "ties to the last",
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
            "distances, not their squares",
        ),
    ],
    "04": [
        ("def my_steps(points, centroids):\n    return list(half_steps(points, centroids))", "a list, not a generator"),
        (
            "def my_limits(points, pad):\n    return points.min(axis=0) - pad, points.max(axis=0) + pad",
            "pad in units, not a part of the range",
        ),
    ],
    "05": [
        ("def my_cursor(cursor, by, last)\n    return cursor + by", "error: SyntaxError"),
        ("def my_changed(before, after):\n    return (before == after).sum()", "counts those that stayed"),
    ],
    "06": [
        ("def my_start(points, k, rng):\n    return points[:k]", "always the same start"),
        ("def my_restarts(p, sure):\n    return int(sure / p)", "chances added up"),
    ],
    "07": [
        (
            "def my_a_and_b(points, labels, i):\n    d = np.linalg.norm(points - points[i], axis=1)\n"
            "    own = labels == labels[i]\n"
            "    return d[own].mean(), min(d[labels == k].mean() for k in {*labels.tolist()} - {int(labels[i])})",
            "the point counts itself",
        ),
        ("def my_rule(ks, gaps, errors):\n    return ks[int(np.argmax(gaps))]", "largest gap"),
    ],
    "08": [
        ("def my_standardise(points):\n    return pd.read_csv('no such file.csv')", "raises FileNotFoundError"),
        (
            "def my_ready(table):\n    filled = np.nan_to_num(table)\n"
            "    return np.arange(len(table)), (filled - filled.mean(axis=0)) / filled.std(axis=0)",
            "holes filled with 0",
        ),
    ],
    "09": [
        ("def my_bounds(upper, lower, labels, moves):\n    return upper, lower - moves.max()", "upper left as it was"),
        ("def my_look(points, centroids):\n    return look(points, centroids)[0], 0", "wrong shape"),
    ],
}


OWN = [nbformat.v4.new_code_cell("f = len  # your turn", id="own", metadata={"tags": ["exercise"]})]
OWN += [nbformat.v4.new_code_cell("assert f([3, 5]) == 5, 'not the largest: 3 and 5'", id="own-check")]


def in_one(answers, folder, more=(), handed_out_too=(), needed=()):
    """One notebook with the exercises of many lessons, which one kernel marks quickly; and the notebook that was handed out.

    `needed` has, for some lessons, the code that comes before their answers.
    """
    pairs = [pair for number in answers for pair in exercises(read(LESSONS[number]))]
    handed_out = [nbformat.v4.new_code_cell(one.source, id=one.id) for pair in pairs for one in (pair.cell, pair.check)]
    for exercise in handed_out[::2]:
        exercise.metadata["tags"] = ["exercise"]
    cells = [nbformat.v4.new_code_cell(SET_UP)]
    for number, written in answers.items():
        cells += [nbformat.v4.new_code_cell(dict(needed).get(number, "")), *answered(number, written)]
    return write([*cells, *more], folder / "mine.ipynb"), write([*handed_out, *handed_out_too], folder / "handed out.ipynb")


@pytest.fixture(scope="module")
def marked(pool, tmp_path_factory):
    """The marks of wrong answers, and of an exercise of a teacher's own."""
    wrong = {number: [answer for answer, _ in pairs] for number, pairs in WRONG.items()}
    own = [nbformat.from_dict({**OWN[0], "source": "f = max"})]
    mine, model = in_one(wrong, tmp_path_factory.mktemp("wrong answers"), own, OWN)
    return pool.submit(alone, mine, models=[model])


@pytest.mark.parametrize("number", WRONG)
def test_a_wrong_answer_is_named(number, marked):
    notebook = marked.result() | {"notebook": "mine"}
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
    notebook = marked.result()
    assert notebook["lesson"] == "handed out"
    assert (notebook["exercises"][-1]["name"], notebook["exercises"][-1]["status"]) == ("f", "passed")


def test_at_least_ten_wrong_answers_are_tried():
    names = {name for pairs in WRONG.values() for _, name in pairs}
    assert len(names) >= 10


# ---- what it is given to run does no harm

ENDLESS = "import time\nwhile True:\n    time.sleep(1)"
STUBBORN = "import time\nwhile True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass"
ANY = "def my_assign(points, centroids):\n    return 0"
SQUARED = "def my_squared(points, centroids):\n    return np.array([((centroids - p) ** 2).sum(1) for p in points])"
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
    before = contents(beside.parent)
    dead = attempt("dead", ["import os\nos._exit(1)", ANY])
    patient = kernel.GRACE
    kernel.GRACE = 0.5  # how long a cell may take to end after it was interrupted
    slow = pool.submit(alone, attempt("slow", [STUBBORN, ENDLESS]), 6)
    quick = [pool.submit(alone, path) for path in (dead, beside)]
    yield {"slow": slow, "quick": quick, "folder": beside.parent, "before": before}
    kernel.GRACE = patient


def contents(folder):
    return {path.relative_to(folder): path.is_file() and path.read_bytes() for path in folder.rglob("*")}


def statuses(notebook):
    return [(each["status"], each["mistake"]) for each in notebook["exercises"]]


def test_cells_that_do_not_end_are_stopped_in_time_and_each_is_named(rough):
    notebook = rough["slow"].result()
    assert notebook["lesson"] == "02_assign_points"
    assert statuses(notebook) == [("mistake", "does not stop in time"), ("mistake", "does not stop in time")]


def test_a_cell_that_ends_python_is_named_and_the_next_ones_are_run(rough):
    notebook = rough["quick"][0].result()
    assert [(each["status"], each["text"].partition("\n")[0]) for each in notebook["exercises"]] == [
        ("error", "Python ended here"),
        ("mistake", "my_assign: wrong on 28 of 28 cases. The smallest of them:"),
    ]


def test_what_lies_beside_a_notebook_can_be_used_and_stays_as_it_was_and_a_failing_cell_stops_no_other(rough):
    notebook = rough["quick"][1].result()
    assert len(rough["before"]) == 5  # the notebook, a table, a module, a folder and a text in it
    assert contents(rough["folder"]) == rough["before"]
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
    assert len(exercises(cells)) >= 1
    for known in (cells, [Cell(None, one.code, one.source, one.exercise) for one in cells]):
        assert lesson_of(known, "any name", {lesson.stem: judge.read_model(lesson) for lesson in NOTEBOOKS})[0] == path.stem
    for exercise in exercises(cells):  # a check says what is wrong in one of two ways
        assert re.search(r"^check_\w+\(|^ *assert .+, f?\"[\w ,=]+: .+\"$", exercise.check.source, re.MULTILINE)


# ---- what is told

OWN_F, NEW_F = ({"f": {"id": id, "handed": 1, "calls": []}} for id in (1, 2))
UNTRIED = {"values": OWN_F}
DONE = {"values": NEW_F}
SAME = "f is as it was handed out."


def judged(source, told=DONE, **result):
    """The status, mistake and text of an exercise, from what the probe told of its check, and from the check's result."""
    exercise = exercises(HANDED_OUT)[0]
    sources = [source] if isinstance(source, str) else source or []
    runs = [CellRun(one, number, exercise, was_run=True) for number, one in enumerate(sources, 1)]
    told = {"verdicts": [], "values": {}, "own_assert": True, **told}
    options = {"was_run": True, "before": OWN_F, "after": told, **result}
    check = CellRun(exercise.check.source, None, exercise, check=True, **options)
    found = judge.judge(exercise, [*runs, check])
    assert (found["id"], found["name"]) == ("a", "f")
    assert "; ".join(each["name"] for each in found["mistakes"] if each["name"]) == (found["mistake"] or "")
    return found["status"], found["mistake"], found["text"]


def verdict(ok, mistake, text="so"):
    return {"verdicts": [[ok, mistake, text, None]], **DONE}


@pytest.mark.parametrize(
    ("source", "told", "check", "expected"),
    [
        # not tried: judged by what the name means, whatever else is in the cells
        ("f=g # not yet", UNTRIED, {}, ("not tried", None, SAME)),
        ("f = g\nprint('nothing')", UNTRIED, {}, ("not tried", None, SAME)),
        (["def f(): return 1", "f = g"], UNTRIED, {}, ("not tried", None, f"{SAME} f is also defined in code cell 1.")),
        ("def f(): return 1\nf = g", UNTRIED, {}, ("not tried", None, f"{SAME} f is also defined in code cell 1.")),
        ("f=g", {}, {"was_run": False}, ("not tried", None, SAME)),
        (None, UNTRIED, {}, ("not tried", None, SAME)),
        # passed
        (["f=g", "def f(): return 1"], DONE, {"printed": "f: right"}, ("passed", None, "f: right")),
        ("f = 1", DONE, {"printed": "the learner's\nf: right on 5 cases\n"}, ("passed", None, "f: right on 5 cases")),
        (None, {}, {}, ("passed", None, "")),  # written in another cell
        ("f = 1", verdict(True, "Manhattan distance"), {"printed": "theirs"}, ("passed", None, "so")),
        # mistakes
        ("f = 1", verdict(False, "no square"), {"printed": "theirs"}, ("mistake", "no square", "so")),
        ("f = 1", verdict(False, None), {}, ("mistake", None, "so")),
        (
            "f = 1",
            DONE,
            {"error_type": "AssertionError", "message": "off by one: 2\nnot 1"},
            ("mistake", "off by one", "off by one: 2\nnot 1"),
        ),
        ("f = 1", DONE, {"error_type": "AssertionError"}, ("mistake", None, "")),
        ("f = 1", DONE, {"timed_out": True}, ("mistake", "does not stop in time", "its check does not end")),
        # an assertion of the learner's own has no name
        (
            "f = 1",
            {"own_assert": False, **DONE},
            {"error_type": "AssertionError", "message": "passed: yes"},
            ("error", None, "AssertionError: passed: yes"),
        ),
        ("f = 1", DONE, {"error_type": "TypeError", "message": "f"}, ("error", None, "TypeError: f")),
        ("f = 1", DONE, {"was_run": False}, ("no time left", None, "")),
        (None, {}, {"error_type": "NameError", "message": "f"}, ("missing", None, "the exercise's cell is gone")),
        # what a teacher has to look at
        (
            "f = lambda: g()",
            {"values": {"f": NEW_F["f"] | {"calls": ["g"]}}},
            {"printed": "right"},
            ("look at it", None, "f calls the course's own g. right"),
        ),
        ("f = 1", DONE, {"changed": ["numpy"]}, ("look at it", None, "A function changes numpy.")),
        ("f = 1", verdict(True, None), {"changed": ["numpy"]}, ("look at it", None, "A function changes numpy. so")),
    ],
)  # fmt: skip
def test_what_is_told_follows_from_what_the_check_did(source, told, check, expected):
    assert judged(source, told, **check) == expected


def test_both_mistakes_of_one_exercise_are_named_each_with_its_question():
    pair = Exercise(cell("a", "f = g  # your turn\nh = i  # your turn"), cell("a-check", "check_f(f)\ncheck_h(h)"))
    values = {name: {"id": 2, "handed": 1, "calls": []} for name in "fh"}
    text = "f: wrong on 1 case\nThe mistake: {}.\nA hint: Why {}?"
    wrong = [[False, name, text.format(name, name), f"Why {name}?"] for name in ("no square", "sum, not mean")]
    check = CellRun(pair.check.source, None, pair, check=True, was_run=True, after={"verdicts": wrong, "values": values})
    found = judge.judge(pair, [CellRun("f = h = 1", 1, pair, was_run=True), check])
    assert found["mistake"] == "no square; sum, not mean"
    assert found["mistakes"][1] == {
        "name": "sum, not mean",
        "question": "Why sum, not mean?",
        "more": "docs/mistakes.md#sum-not-mean",
    }
    check.before = {"h": {"id": 1, "handed": 2}}  # one is right, and one was left as it is
    check.after["verdicts"] = [[True, None, "f: right", None]] * 2
    found = judge.judge(pair, [CellRun("f = 1", 1, pair, was_run=True), check])
    assert (found["status"], found["text"]) == ("not tried", "h is as it was handed out.")
    check.before = {}
    check.after["verdicts"] *= 2
    found = judge.judge(pair, [CellRun("f = h = 1", 1, pair, was_run=True), check])
    assert (found["status"], found["text"].partition(".")[0]) == ("look at it", "There are more verdicts than checks")


def test_a_check_whose_verdict_is_gone_does_not_pass():
    exercise = Exercise(FIRST, cell("a-check", "check_assign(f)"))
    check = CellRun("check_assign(f)", None, exercise, check=True, was_run=True)
    assert judge.judge(exercise, [CellRun("f = 1", 1, exercise, was_run=True), check])["status"] == "error"


def test_an_answer_of_another_shape_is_no_answer():
    empty = judge._told(None)
    assert empty["verdicts"] == []
    for forged in ('"text"', "[1]", '{"verdicts": [[1, 2]], "seals": []}', "{", 7, '{"verdicts": [[true, [], {}, 1]]}'):
        assert judge._told(forged) == empty


def test_no_control_character_of_a_learner_is_told_and_what_is_long_is_cut():
    mark = judge.clean({"text": "one\ntwo\x1b[31m\u202e", "mistake": "a\nb" + "x" * 1000, "mistakes": [{"name": "\x07"}]})
    assert mark["text"] == "one\ntwo\\x1b[31m\\x202e"
    assert mark["mistake"].startswith("a\\x0ab")
    assert len(mark["mistake"]) < 320
    assert mark["mistakes"] == [{"name": "\\x07"}]


# ---- the command

MARKS = {"lesson": "x", "passed": True, "isolated": True, "exercises": [], "errors": []}


@pytest.fixture
def marks(monkeypatch):
    """What `mark` answers, by the name of the notebook: a dict, or an error."""
    answers = {}

    def answer(path, *_):
        found = answers.get(Path(path).name, {})
        if isinstance(found, BaseException):
            raise found
        return MARKS | found

    monkeypatch.setattr(mark, "mark", answer)
    # notebooks of other tests may be marked at the same time, and know nothing of these
    monkeypatch.setattr(mark, "kernel", SimpleNamespace(can_isolate=lambda: True, broken_off=threading.Event()))
    return answers


def wrong(*names, exercise="my_assign"):
    found = [{"name": name, "question": f"Why {name}?"} for name in names]
    one = {"id": "a", "name": exercise, "status": "mistake", "mistake": "; ".join(names), "text": "so", "mistakes": found}
    return {"passed": False, "exercises": [one]}


def test_the_page_on_marking_describes_what_comes_out(marks, capsys):
    page = (ROOT / "docs" / "marking.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```json\n(.+?)```", page, re.DOTALL)
    shown = json.loads(shown)
    marks[shown["notebook"]] = {key: shown[key] for key in MARKS}
    assert launcher.main(["check", shown["notebook"], "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == shown
    assert launcher.main(["check", shown["notebook"]]) == 1
    assert f"```text\n{capsys.readouterr().out}```" in page
    statuses = set(re.findall(r"^\| `([a-z ]+)` \|", page, re.MULTILINE))
    source = (ROOT / "kmeans_teach" / "commands" / "judge.py").read_text(encoding="utf-8")
    assert (
        statuses
        >= set(re.findall(r"give\(\s*\"([a-z ]+)\"", source))
        >= {each["status"] for each in shown["exercises"]} - {"passed"}
    )
    assert judge.judge(exercises(HANDED_OUT)[0], []).keys() == shown["exercises"][0].keys()


def test_each_exit_code_has_one_meaning(marks, tmp_path, capsys):
    marks |= {"wrong": wrong("x"), "bad": CommandError("'bad' is bad"), "odd": ZeroDivisionError("in 'odd'")}
    assert launcher.main(["check", "good", "fine"]) == 0
    assert launcher.main(["check", "good", "wrong"]) == 1
    assert launcher.main(["check", "good", "bad", "wrong"]) == 3
    assert launcher.main(["check", "odd", "good"]) == 3  # whatever goes wrong is that notebook's own problem
    assert "'odd' cannot be marked: ZeroDivisionError: in 'odd'" in capsys.readouterr().out
    assert launcher.main(["check", str(tmp_path)]) == 2
    assert "there is no notebook in" in capsys.readouterr().err
    assert launcher.main(["check", "good", "--html", str(tmp_path / "no" / "page.html")]) == 2
    with pytest.raises(SystemExit):
        launcher.main(["check", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    for code in ("0 every", "1 all", "2 the command", "3 a notebook", "130 broken off"):
        assert code in told
    assert "cannot read other files" in told


def test_a_class_has_a_line_for_each_notebook_and_what_it_gets_wrong(marks, tmp_path, capsys):
    for name in ("anna/a.ipynb", "b.ipynb", "c.ipynb", ".ipynb_checkpoints/d.ipynb", "d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    marks |= {"a.ipynb": wrong("sum, not mean", "no square"), "b.ipynb": wrong("no square")}
    page = tmp_path / "page.html"
    assert launcher.main(["check", str(tmp_path), "--jobs", "2", "--html", str(page)]) == 1
    told = capsys.readouterr().out
    lines = told.splitlines()
    assert lines[0] == "Marking 3 notebooks, 2 at a time."
    assert sorted(line.split()[1] for line in lines[1:4]) == sorted(
        str(tmp_path / n) for n in ("anna/a.ipynb", "b.ipynb", "c.ipynb")
    )
    assert [line.split()[0] for line in lines[1:4]] == ["1/3", "2/3", "3/3"]
    assert "0 of 1 passed; my_assign: mistake: sum, not mean; no square" in told
    assert "1 of 3 passed everything" in told
    end = told[told.index("WHAT THE CLASS GETS WRONG") :].split("\n")
    assert [line.strip() for line in end[1:5]] == [
        "2 x  no square (my_assign)", "Why no square?", "1 x  sum, not mean (my_assign)", "Why sum, not mean?"
    ]  # fmt: skip
    assert told.endswith(f"The page for the class: {page}\n")
    html = page.read_text(encoding="utf-8")
    assert "Why no square?" in html
    assert "anna" not in html  # a page to show has no names
    marks |= dict.fromkeys("abc", CommandError("there is nothing"))
    assert launcher.main(["check", "a", "b", "--html", str(page)]) == 3
    assert page.read_text(encoding="utf-8") == html  # where nothing was marked, the page of before stays


def test_what_has_no_name_and_what_was_not_tried_are_counted_too(marks, capsys):
    unnamed = {"mistake": None, "mistakes": [{"name": None, "question": None}]}
    marks |= {
        "a": wrong("x"),
        "b": wrong("x"),
        "c": {"exercises": [wrong("x")["exercises"][0] | {"status": "not tried"} | unnamed]},
    }
    marks["a"]["exercises"][0] |= unnamed
    launcher.main(["check", "a", "b", "c"])
    end = capsys.readouterr().out.partition("WHAT THE CLASS GETS WRONG")[2]
    assert end.split("\n")[-3:-1] == ["    1 x  mistake without a known name (my_assign)", "    1 x  not tried (my_assign)"]


def test_what_was_not_tried_is_told_in_few_words_but_for_what_helps(marks, capsys):
    text = "f: not tried yet. This is the course's own function: write a def of your own."
    one = {"id": "a", "status": "not tried", "mistake": None, "mistakes": []}
    marks["a"] = {
        "exercises": [one | {"name": "f", "text": text}, one | {"name": "g", "text": f"{text} There is a function `h`."}]
    }
    launcher.main(["check", "a", "b", "--jobs", "1"])
    assert "0 of 2 passed; f: not tried; g: not tried: There is a function `h`.\n" in capsys.readouterr().out


def test_a_line_of_json_or_csv_comes_with_each_notebook(marks, capsys):
    marks |= {"a": wrong("=1+1"), "bad": CommandError("'bad' is bad")}
    assert launcher.main(["check", "a", "bad", "good", "--json", "--jobs", "1"]) == 3
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["notebook"] for line in lines] == ["a", "bad", "good"]
    assert [line["problem"] for line in lines] == [None, "'bad' is bad", None]
    assert len({tuple(line) for line in lines}) == 1  # all have the same keys
    assert launcher.main(["check", "a", "bad", "good", "--csv", "--jobs", "1"]) == 3
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["notebook"], row["status"]) for row in rows] == [("a", "mistake"), ("bad", "problem")]
    assert rows[0]["mistake"] == "'=1+1"  # a spreadsheet shows it, and computes nothing


BAD = {
    "missing.ipynb": (None, "there is no file or folder"),
    "text.ipynb": ("no JSON", "is not a notebook: in line 1 it is no JSON"),
    "list.ipynb": ("[1]", "is not a notebook"),
    "cells.ipynb": ('{"cells": [1]}', "is not a notebook"),
    "nested.ipynb": ("[" * 100_000, "is not a notebook"),
    "old.ipynb": ('{"worksheets": [], "nbformat": 3}', "has the notebook format 3, and 4 is needed"),
    "bytes.ipynb": (b"\xff\xfe1", "is not a notebook"),
    "nothing.ipynb": ("\n", "is empty"),
    "cut.ipynb": ('{"cells": [{"cell_type": "code", "sou', "breaks off in the middle"),
    "cut again.ipynb": ('{"cells": [{"cell_type": "code"}, ', "breaks off in the middle"),
    "other.ipynb": (json.dumps({"cells": [{"cell_type": "code", "source": ["1"], "metadata": {}}]}), "is none of the lessons"),
    "empty.ipynb": ('{"cells": []}', "is none of the lessons with exercises"),
    "folder.ipynb": ("/", "cannot be read: Is a directory"),
    "dead link.ipynb": ("->", "is a link to a file that is not there"),
    "pipe.ipynb": ("|", "is not a file that can be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_marked_gets_one_sentence_and_exit_code_3(name, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(kernel, "can_isolate", lambda: True)
    content, sentence = BAD[name]
    path = tmp_path / name
    if content == "/":
        path.mkdir()
    elif content == "->":
        path.symlink_to("nowhere")
    elif content == "|":
        pytest.importorskip("posix")
        os.mkfifo(path)
    elif content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert launcher.main(["check", str(path)]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("kmeans-teach: ")
    assert sentence in said.err
    assert str(path) in said.err
    assert said.err.count("\n") == 1


def test_what_lies_beside_a_notebook_is_copied_the_small_first_and_never_more_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, "LARGEST", 20)
    folder, work = tmp_path / "theirs", tmp_path / "work"
    for place in (folder / "data", folder / "large", folder / "a home's other folder", work):
        place.mkdir(parents=True)
    for name in ("used.csv", "data/a.txt", "large/a.txt", "large/b.txt", "a home's other folder/b.txt", "other.ipynb", ".key"):
        (folder / name).write_text("6 here")
    (folder / "large.csv").write_text("more than the limit is")
    for link in (folder / "to nothing", folder / "data" / "to nothing", folder / "data" / "to a key"):
        link.symlink_to(folder / ("gone" if "nothing" in link.name else ".key"))
    kernel.copy_files(folder, "open(f'{n}.csv'), open(\"data/a.txt\"), open('large/b.txt')", work)
    assert sorted(path.name for path in work.rglob("*")) == ["a.txt", "data", "used.csv"]
    assert (work / "data" / "a.txt").read_text() == "6 here"


def test_broken_off_by_ctrl_c_it_ends_and_keeps_what_was_marked(marks, capsys):
    marks["b"] = KeyboardInterrupt()
    assert launcher.main(["check", "a", "b", "c", "--json", "--jobs", "1"]) == 130
    assert json.loads(capsys.readouterr().out.splitlines()[0])["notebook"] == "a"


@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_where_nobody_reads_on_it_ends_without_a_word(form, marks, monkeypatch, capsys):
    """As in `kmeans-teach check ... | head`."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        assert launcher.main(["check", *"abc", form, "--jobs", "1"]) == 141
    assert capsys.readouterr().err == ""


def test_where_nothing_isolates_a_sentence_says_so(marks, monkeypatch, capsys):
    monkeypatch.setattr(mark.kernel, "can_isolate", lambda: False)
    assert launcher.main(["check", "a"]) == 0
    assert capsys.readouterr().err == f"{mark.OPEN}\n"


@pytest.mark.parametrize("time", ["0", "-1", "soon", "nan", "inf"])
def test_a_time_is_a_number_above_0(time, capsys):
    with pytest.raises(SystemExit) as stopped:
        launcher.main(["check", "any.ipynb", f"--timeout={time}"])
    assert stopped.value.code == 2
    assert f"a time is a number of seconds above 0, got '{time}'" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", "100"])
def test_the_number_of_jobs_is_a_whole_number(jobs, capsys):
    with pytest.raises(SystemExit) as stopped:
        launcher.main(["check", "any.ipynb", f"--jobs={jobs}"])
    assert stopped.value.code == 2
    assert f"a number from 1 to 99 is needed, got '{jobs}'" in capsys.readouterr().err
