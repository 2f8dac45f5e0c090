"""The checks of all exercises, tried on answers as learners write them: none that is right is refused, none wrong accepted."""

import contextlib
import functools
import importlib
import inspect
import io
import itertools
import math
import os
import re
import sys
import textwrap
import types
from pathlib import Path

import nbformat
import numpy as np
import pytest

import kmeans_teach.check
from kmeans_teach.check import exercises, mistakes
from kmeans_teach.check.mistakes import catalogue, defined
from kmeans_teach.check.streams import half_steps
from tests.check.answers import assign, lessons, steps, update

ROOT = Path(__file__).parent.parent.parent
LONG = bool(os.environ.get("LONG"))
TABLES = {
    "assign": ("points, centroids", assign.RIGHT, assign.WRONG),
    "update": ("points, labels, centroids", update.RIGHT, update.WRONG),
    "steps": ("points, centroids", steps.RIGHT, steps.WRONG),
} | {name.lower(): table for name, table in vars(lessons).items() if name.isupper()}


def own_assign(points, centroids):
    return ((points[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)


def own_update(points, labels, centroids):
    return np.array([points[labels == k].mean(axis=0) if k in labels else c for k, c in enumerate(centroids)])


def function(takes, body):
    """The function of which this is the body, or the one that it defines."""
    source = body if body.startswith("def mine") else f"def mine({takes}):\n{textwrap.indent(body, '    ')}"
    space = {"np": np, "math": math, "itertools": itertools, "functools": functools, "assign": own_assign, "update": own_update}
    exec(source, space)
    return space["mine"]


def bodies(kind):
    """(exercise, name, body) of all right or wrong answers."""
    for exercise, (_, *both) in TABLES.items():
        parts = re.split(r"^# (.+)\n", both[kind == "wrong"], flags=re.MULTILINE)[1:]
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            yield exercise, name, body.strip("\n")


def answers(kind):
    """The same with the functions themselves."""
    return [(exercise, name, function(TABLES[exercise][0], body)) for exercise, name, body in bodies(kind)]


def verdict_on(exercise, f):
    with contextlib.redirect_stdout(io.StringIO()):
        return getattr(kmeans_teach.check, f"check_{exercise}")(f)


@pytest.fixture(autouse=True)
def first_attempts():
    kmeans_teach.check.attempts.clear()


@pytest.fixture(scope="module")
def tried():
    """(exercise, name, verdict, the trial that was shown) of answers, right and wrong.

    On every run each ninth answer, and one for each hint that says what is to be seen. The weekly run tries all.
    """
    shown, found, claimed = [], {"right": [], "wrong": []}, set()
    diagnose = kmeans_teach.check.diagnose

    def noted(*arguments):
        shown.append(diagnose(*arguments))
        return shown[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kmeans_teach.check, "diagnose", noted)
        for kind, rows in found.items():
            every = answers(kind)
            assert len(every) >= {"right": 150, "wrong": 300}[kind]
            for at, (exercise, name, f) in enumerate(every):
                claims = CLAIMS.keys() & name.split(" / ")
                if LONG or at % 9 == 0 or claims - claimed:
                    claimed |= claims
                    shown.clear()
                    rows.append((exercise, name, verdict_on(exercise, f), shown[-1][2] if shown else None))
    return found


def test_no_right_answer_is_refused_no_wrong_one_passes_and_the_mistakes_have_their_names(tried, record_property):
    """The table is printed at the end of the run."""
    some = tried
    refused = [(exercise, name) for exercise, name, verdict, _ in some["right"] if not verdict.ok]
    accepted, named, others = [], 0, []
    for exercise, names, verdict, _ in some["wrong"]:
        if verdict.ok:
            accepted.append((exercise, names))
        elif (verdict.mistake or "-") in names.split(" / "):
            named += 1
        else:
            others.append((exercise, names, verdict.mistake))
    n, m = len(some["right"]), len(some["wrong"])
    table = f"answers: {len(refused)} of {n} right ones refused, {len(accepted)} of {m} wrong ones accepted, {named} named"
    record_property("at the end", table)
    assert (refused, accepted) == ([], [])
    assert named >= 0.85 * m, others
    assert sum(mistake is not None for *_, mistake in others) < 0.01 * m, others


# What a hint says of the case above it, by the name of the mistake: can it be seen there?


def features(trial):
    return trial.case[0].shape[-1] if np.ndim(trial.case[0]) == 2 else 1


def distances(trial):
    """The squared distances (M, K), those of the label that came, and those of the label that was expected."""
    points, centroids = (part.reshape(len(part), -1) for part in trial.case)
    table = ((points[:, None] - centroids) ** 2).sum(axis=2)
    rows = np.arange(len(points))
    return table, table[rows, np.asarray(trial.value, int)], table[rows, trial.expected]


def members(trial):
    return np.bincount(trial.case[1], minlength=len(trial.case[2]))


def good(trial):
    _, gaps, errors = trial.case
    return gaps[:-1] >= gaps[1:] - errors[1:]


def an_empty_cluster(trial):
    return (members(trial) == 0).any()


CLAIMS = {
    "first feature only": lambda t: features(t) > 1,
    "first two features only": lambda t: features(t) > 2,
    "first three features only": lambda t: features(t) != 3,
    "two features only": lambda t: features(t) != 2,
    "distance 0 skipped": lambda t: (distances(t)[2] == 0).any(),
    "distances rounded": lambda t: np.allclose(*distances(t)[1:], rtol=0.1, atol=0.1),
    "ties to the last": lambda t: np.array_equal(*distances(t)[1:]),
    "ties not to the lower index": lambda t: np.array_equal(*distances(t)[1:]),
    "argmax for argmin": lambda t: np.array_equal(distances(t)[1], distances(t)[0].max(axis=1)),
    "one label for all": lambda t: len(t.case[0]) > 1,
    "nearest not reset": lambda t: t.value[0] == t.expected[0],
    "empty cluster as NaN": an_empty_cluster,
    "empty cluster moved": an_empty_cluster,
    "empty cluster as zeros": an_empty_cluster,
    "single member ignored": lambda t: (members(t) == 1).any(),
    "a point at 0 is nobody": lambda t: any((t.case[0][t.case[1] == k] == 0).all() for k in t.case[1]),
    "rows slipped up": an_empty_cluster,
    "the last for the first": lambda t: good(t).sum() > 1,
    "more than, for at least": lambda t: (t.case[1][:-1] == t.case[1][1:] - t.case[2][1:]).any(),
    "first at the end": lambda t: not good(t).any(),
    "nothing at the end": lambda t: not good(t).any(),
    "largest gap": lambda t: t.case[0][t.case[1].argmax()] == t.value,
    "one too late": lambda t: list(t.case[0]).index(t.value) == list(t.case[0]).index(t.expected) + 1,
    "NaN where nobody is": lambda t: any((np.asarray(counts) == 0).any() for _, counts in t.case),
    "no return": lambda t: t.value is None,
}


def half_steps_of(shown):
    """The wrong half-steps of a run, as trials of their own, or the whole run if none of them is wrong."""
    both = zip(map(exercises.exercise, ("assign", "update")), half_steps([shown]), strict=True)
    return [step for check, steps in both for step in steps if not check.judge(step).right] or [shown]


def test_no_hint_contradicts_the_case_that_is_shown(tried):
    wrong, seen = [], set()
    for exercise, _, verdict, shown in tried["wrong"]:
        if claim := CLAIMS.get(verdict.mistake):
            seen.add(verdict.mistake)
            if not any(map(claim, half_steps_of(shown) if exercise == "steps" else [shown])):
                wrong.append(verdict.text)
    assert wrong == []
    assert CLAIMS.keys() == seen


def test_every_exercise_has_answers_and_a_check_of_its_own():
    checks = {name.removeprefix("check_") for name in vars(kmeans_teach.check) if name.startswith("check_")}
    assert checks == set(TABLES)
    assert checks == set(catalogue()) - {"any"}


# ---- the course's own function is no answer


@pytest.mark.parametrize("exercise", TABLES)
def test_the_course_s_own_function_is_no_answer_by_whatever_name(exercise):
    own = catalogue()[exercise].get("own")
    package = {"assign": "kmeans", "update": "kmeans", "inertia": "kmeans", "start": "data", "rule": "lessons.choosing"}
    package["a_and_b"] = "lessons.choosing"
    package |= {"bounds": "lessons.bounds", "join": "lessons.many_machines", "farthest": "lessons.many_machines"}
    package |= {"cursor": "lessons.widgets", "changed": "lessons.widgets", "limits": "lessons.drawings"}
    name = catalogue()[exercise].get("given", "plus_plus")
    if own:
        f = defined(own)
    else:
        f = getattr(importlib.import_module(f"kmeans_teach.{package.get(exercise, 'lessons.starts')}"), name)
    wrapped = functools.wraps(f)(lambda *arguments: f(*arguments))
    for one in f, functools.partial(f), functools.partial(functools.partial(f)), wrapped:
        verdict = verdict_on(exercise, one)
        assert (verdict.ok, verdict.mistake) == (False, "not tried")


STUB = re.compile(r"^(my_\w+) = (\w+)  # your turn", re.MULTILINE)


def test_each_stub_in_the_lessons_is_known_as_the_course_s_own():
    """Also where the lesson defines it: the code is compared without docstrings and comments."""
    found = []
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        sources = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        checks = dict(re.findall(r"^check_(\w+)\((my_\w+)\)", "\n".join(sources), re.MULTILINE))
        for mine, stub in STUB.findall("\n".join(sources)):
            exercise = next(check for check, name in checks.items() if name == mine)
            definitions = re.findall(rf"^def {stub}\(.*?(?=^\S|\Z)", "\n".join(sources), re.MULTILINE | re.DOTALL)
            found.append((path.stem[:2], mine))
            for definition in definitions[-1:]:
                assert verdict_on(exercise, defined(definition)).mistake == "not tried", (path.stem, mine)
    assert len(found) >= 17


def test_a_function_of_the_same_name_or_with_the_same_code_is_the_learners_own():
    code = "def {}(points, centroids):\n    return ((points[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)"
    assert verdict_on("assign", defined(code.format("assign_points")))
    retyped = inspect.getsource(kmeans_teach.kmeans.assign_points).replace("def assign_points", "def my_assign")
    assert verdict_on("assign", defined(retyped))
    leaves_it_to_the_course = defined("def my_assign(points, centroids):\n    return assign_points(points, centroids)")
    verdict = verdict_on("assign", leaves_it_to_the_course)
    assert (verdict.ok, verdict.mistake) == (True, "calls the course's own function")


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("def my_assign(points, centroids):\n    return 0", "Your `def my_assign` was replaced by the line `my_assign = ...`"),
        ("def my_asign(points, centroids):\n    return 0", "There is a function `my_asign`: should its name be `my_assign`?"),
        ("pass", "write a def of your own."),
    ],
)
def test_a_def_left_above_the_stub_and_a_misspelt_one_are_pointed_out(before, told, monkeypatch):
    space = {"__name__": "__main__", "my_assign": kmeans_teach.assign_points, "In": ["", before]}
    exec(before.replace("my_assign", "my_first"), space)
    main = types.ModuleType("__main__")
    vars(main).update(space)
    vars(main).pop("my_first", None)
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert verdict_on("assign", kmeans_teach.assign_points).text.endswith(
        f"{told}: delete that line, and run your def again." if "line" in told else told
    )


# ---- what a check must not give away, what it counts, and where it links to


def test_the_expected_value_is_not_in_reach_of_the_function(capsys):
    def thief(points, centroids):
        frame, found = sys._getframe(1), []
        while frame is not None:
            found += [
                value for value in frame.f_locals.values() if isinstance(value, np.ndarray) and value.shape == (len(points),)
            ]
            found += [value.expected for value in frame.f_locals.values() if getattr(value, "expected", None) is not None]
            frame = frame.f_back
        return found[0] if found else np.zeros(len(points), dtype=int)

    assert not kmeans_teach.check.check_assign(thief)


def test_the_third_time_brings_the_second_hint():
    def mine(points, centroids):
        return ((points[:, None] - centroids) ** 2).sum(2).argmin(0)

    def update(points, labels, centroids):
        return [points[labels == k].mean() for k in range(len(centroids))]

    texts = [verdict_on("assign", mine).text for _ in range(3)]
    assert [text.count("Where is the 5 lost?") for text in texts] == [0, 0, 1]
    assert "Where is" not in verdict_on("update", update).text  # each exercise counts for itself
    verdict_on("assign", own_assign)
    assert verdict_on("assign", mine).text == texts[0]  # it was right since


NAMES = {(check, name) for check, table in catalogue().items() for kind in ("mistakes", "seen") for name in table.get(kind, {})}


def test_the_page_of_mistakes_has_every_name_with_its_question_and_is_up_to_date(monkeypatch):
    page = (ROOT / mistakes.PAGE).read_text(encoding="utf-8")
    assert len(NAMES) > 150
    for check, name in NAMES:
        entry = mistakes.entry(name, check)
        assert f"### {name}\n" in page
        assert f"- Why one believes it: {entry['why']}\n- Ask yourself: {entry['ask']}\n" in page
        assert f'<a id="{mistakes.link(name).partition("#")[2]}"></a>' in page
        assert entry["ask"].endswith("?") or check == "any"
    if LONG:
        from tools.mistakes import page as made

        monkeypatch.setattr(kmeans_teach.check.trial, "SECONDS", 0.2)
        assert made() == page


def test_the_last_line_of_a_check_and_its_verdict_say_where_the_page_has_the_mistake():
    verdict = verdict_on("bounds", lambda upper, lower, labels, moves: (upper + moves[labels], lower - moves.max()))
    assert verdict.mistake == "the largest of all"
    assert verdict.text.endswith("\nMore: docs/mistakes.md#the-largest-of-all")
    assert verdict.more == "docs/mistakes.md#the-largest-of-all"


@pytest.mark.parametrize("exercise", [name for name, table in catalogue().items() if "mistakes" in table and name != "steps"])
def test_what_was_written_is_wrong_in_each_row(exercise):
    check = kmeans_teach.check.exercises.exercise(exercise)
    rows = mistakes.known(exercise)
    assert rows
    for name, wrong in rows:
        if exercise != "start":
            assert not all(check.answer(wrong, case).right for case in check.cases()), name
