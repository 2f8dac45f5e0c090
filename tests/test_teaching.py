"""docs/teaching.md: every claim beside a replay string is run, and every name is one that the course has."""

import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from kmeans_teach.check.mistakes import catalogue
from kmeans_teach.lessons.starts import nearer_in_picture
from kmeans_teach.narrate import number
from kmeans_teach.panel.run import PanelRun
from kmeans_teach.panel.setting import Setting

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def table(section, *columns):
    """The rows of every table of a section whose header begins with these columns."""
    rows, wanted = [], False
    for line in SECTIONS[section].splitlines():
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not line.startswith("|"):
            wanted = False
        elif tuple(cells[: len(columns)]) == columns:
            wanted = True
        elif wanted and not re.fullmatch(r"-+", cells[0]):
            rows.append(cells)
    return rows


def lessons():
    found = {title[7:9]: title for title in SECTIONS if re.match(r"Lesson \d\d: ", title)}
    assert list(found) == [f"{n:02}" for n in range(1, 11)]
    return found


# ---- replay strings


@cache
def steps(replay):
    return list(PanelRun(replay).model.steps())


def end(replay):
    return steps(replay)[-1]


def counts(step):
    return np.bincount(step.labels, minlength=len(step.centroids))


def phase(replay, name, i):
    (step,) = [step for step in steps(replay) if (step.phase, step.iteration) == (name, int(i))]
    return step


def converges(replay, n):
    return (end(replay).stop, end(replay).iteration) == ("converged", int(n))


def times(replay, ratio, other):
    return f"{end(replay).inertia / end(other).inertia:.1f}" == ratio


def sizes(replay, list_of_sizes):
    return counts(end(replay)).tolist() == [int(n) for n in re.findall(r"\d+", list_of_sizes)]


def same_groups(replay, other):
    one, two = end(replay).labels, end(other).labels
    return not np.array_equal(one, two) and np.array_equal(one[:, None] == one, two[:, None] == two)


def keeps_none(replay, letter):
    return all(counts(step)[ord(letter) - ord("A")] == 0 for step in steps(replay))


def wins_first(replay, letter, i):
    had = [step for step in steps(replay) if counts(step)[ord(letter) - ord("A")]]
    return (had[0].phase, had[0].iteration) == ("assign", int(i))


def moves_farthest(replay, letter, i):
    step = phase(replay, "update", i)
    return int(np.linalg.norm(step.centroids - step.before.centroids, axis=1).argmax()) == ord(letter) - ord("A")


def nearer_elsewhere(replay, n):
    return len(nearer_in_picture(PanelRun(replay).model.points, end(replay).labels, end(replay).centroids, (0, 1))) == int(n)


def near(replay, distance, other):
    offsets = end(replay).centroids[:, None] - end(other).centroids
    return np.sqrt((offsets**2).sum(axis=2)).min(axis=1).max() <= float(distance)


CLAIMS = {
    r"begins at inertia (\S+)": lambda replay, x: number(steps(replay)[0].inertia) == x,
    r"ends at inertia (\S+)": lambda replay, x: number(end(replay).inertia) == x,
    r"ends at (\S+) times the inertia of `(.+)`": times,
    r"converges after (\d+) updates?": converges,
    r"has (\d+) half-steps, the start among them": lambda replay, n: len(steps(replay)) == int(n),
    r"(\d+) points change cluster in assign (\d+)": lambda replay, n, i: phase(replay, "assign", i).changed == int(n),
    r"ends with clusters of ([\d, and]+) points": sizes,
    r"ends with the groups of `(.+)`": same_groups,
    r"([A-Z]) keeps no points": keeps_none,
    r"([A-Z]) has no points at the start": lambda replay, k: counts(steps(replay)[0])[ord(k) - ord("A")] == 0,
    r"([A-Z]) wins its first points in assign (\d+)": wins_first,
    r"([A-Z]) moves farthest in update (\d+)": moves_farthest,
    r"(\d+) points lie nearer to another centroid in the picture": nearer_elsewhere,
    r"every centroid ends within (\S+) of one of `(.+)`": near,
}


def claims():
    found = []
    for section in SECTIONS:
        for replay, sentence, *_ in table(section, "replay", "what happens"):
            assert re.fullmatch(r"`[^`]+`", replay), replay
            found += [(replay.strip("`"), claim) for claim in re.split(r"; (?=[^`]*(?:`[^`]*`[^`]*)*$)", sentence)]
    return found


@pytest.mark.parametrize(("replay", "claim"), claims(), ids=lambda text: text)
def test_what_is_said_beside_a_replay_string_is_so(replay, claim):
    holds = [test(replay, *match.groups()) for form, test in CLAIMS.items() if (match := re.fullmatch(form, claim))]
    assert holds == [True], f"{replay}: {claim}" if holds else f"no form of claim reads: {claim}"


def test_every_lesson_has_its_replay_strings_and_every_form_of_claim_is_used():
    for title in (*lessons().values(), "Fifteen minutes without code", "Clusters by eye"):
        assert table(title, "replay", "what happens"), title
    made = [claim for _, claim in claims()]
    assert [form for form in CLAIMS if not any(re.fullmatch(form, claim) for claim in made)] == []


def test_every_replay_string_of_the_page_can_be_read_as_it_stands():
    names = "|".join(
        ("heaps", "blobs", "penguins", "bills", "line", "unequal", "rings", "uniform", "bad-start", "empty-cluster")
    )
    found = set(re.findall(rf"`((?:{names})(?: [^`]*)?)`", PAGE))
    assert len(found) > 25
    for text in found - {"blobs k=8 clusters=8 seed=N"}:
        assert Setting.parse(text).k, text
    assert Setting.parse("blobs k=8 clusters=8 seed=N".replace("N", "7")).seed == 7


def test_the_demonstration_shows_only_runs_whose_numbers_are_below_it():
    shown = [replay for _, replay, _ in table("Fifteen minutes without code", "minute", "show") if replay.startswith("`")]
    told = [replay for replay, *_ in table("Fifteen minutes without code", "replay", "what happens")]
    assert len(shown) >= 4
    assert set(shown) <= set(told)


def test_the_take_home_task_can_be_done_with_the_numbers_of_a_class():
    for n in range(1, 31):
        setting = Setting.parse(f"blobs k=8 clusters=8 seed={n}")
        ends = [PanelRun(setting.replace(start=start)).model.fit().inertia for start in range(12)]
        assert max(ends) > 1.2 * min(ends), n


# ---- plans


def test_the_picture_to_cluster_by_eye_is_that_of_the_runs_below_it(tmp_path, monkeypatch):
    (code,) = re.findall(r"^```python\n(.*?)^```$", SECTIONS["Clusters by eye"], re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(code, names := {})
    names["plt"].close(names["figure"])
    assert (tmp_path / "points.pdf").stat().st_size > 1000
    assert len(names["axes"].texts) == 10
    ten = end("blobs k=5 clusters=6 size=10 seed=3").labels[names["points"][:, 0].argsort()[::6]]
    assert 3 <= sum(ten == np.roll(ten, -1)) <= 7  # neither nearly all of the ten pairs are together, nor nearly all apart
    for replay, *_ in table("Clusters by eye", "replay", "what happens"):
        np.testing.assert_array_equal(PanelRun(replay.strip("`")).model.points, names["points"])
    heaps = np.arange(60) % 6  # load takes a point of each in turn
    six = end("blobs k=6 clusters=6 size=10 seed=3").labels
    assert sorted(len(set(six[heaps == heap])) for heap in range(6)) == [1, 1, 1, 1, 1, 2]  # so they are not the six heaps


def test_the_minutes_of_a_lesson_are_those_that_it_says_itself():
    rows = table("The lessons at a glance", "lesson", "minutes")
    assert [re.search(r"\d\d", row[0])[0] for row in rows] == list(lessons())
    for lesson, minutes, _ in rows:
        assert 40 <= int(minutes) <= 75
        for path in (ROOT / "notebooks").glob(f"{re.search(r'[0-9]+', lesson)[0]}_*.ipynb"):
            said = re.search(r"About (\d+) minutes", path.read_text(encoding="utf-8"))
            assert not said or said[1] == minutes, path.name


def test_each_point_of_the_two_posts_is_taught_under_the_heading_that_is_named():
    rows = table("The lessons at a glance", "the posts of N. Syed (2017)", "where it is taught")
    assert len(rows) >= 15
    for point, place in rows:
        number, heading, file, anchor = re.fullmatch(r"(\d\d), \[(.+)\]\(\.\./notebooks/(\S+)#(\S+)\)", place).groups()
        assert file.startswith(number)
        cells = nbformat.read(ROOT / "notebooks" / file, as_version=4).cells
        text = "\n".join(cell.source for cell in cells)
        part = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        assert part, heading
        assert anchor == re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        assert [word for word in re.findall(r"`([^`]+)`", point) if word not in part[0]] == [], heading


@pytest.mark.parametrize(
    ("section", "last"),
    [("Fifteen minutes without code", 15), ("Clusters by eye", 30), ("A lab of ninety minutes", 90)],
)
def test_a_plan_goes_from_minute_0_to_its_end(section, last):
    minutes = [int(row[0]) for row in table(section, "minute")]
    assert minutes[0] == 0
    assert minutes == sorted(set(minutes))
    assert 0 < last - minutes[-1] <= 5


# ---- mistakes and marks


def named(check):
    """The names that the catalogue has for the check of an exercise."""
    table = catalogue()[check]
    return {name for kind in ("mistakes", "seen") for name in table.get(kind, {})}


TABLES = {"01": {"assign", "update"}, "02": {"assign"}, "03": {"update"}, "04": {"steps"}}


@pytest.mark.parametrize("lesson", TABLES)
def test_every_mistake_that_is_named_is_one_that_the_check_of_that_lesson_names(lesson):
    rows = table(lessons()[lesson], "the check says")
    assert len(rows) >= 3
    known = {name for check in TABLES[lesson] | {"any"} for name in named(check)}
    assert [name for name, *_ in rows if name not in known] == []
    assert len({name for name, *_ in rows}) == len(rows)


def test_every_lesson_has_its_goals_and_three_questions_with_answers():
    for title in lessons().values():
        assert "**Goals.**" in SECTIONS[title], title
        questions = re.findall(r"^\d\. \*[^*]+\?\*\s+\S", SECTIONS[title], re.MULTILINE)
        assert len(questions) >= 3, title


def test_the_marks_are_for_the_exercises_of_lesson_04_and_add_up_to_twenty():
    rows = table("A take-home exercise", "what", "passed")
    notebook = nbformat.read(ROOT / "notebooks" / "04_generators.ipynb", as_version=4)
    sources = [cell.source for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    exercises = [", ".join(re.findall(r"^(\w+) = .*# your turn", source, re.MULTILINE)) for source in sources]
    assert exercises == [row[0].replace("`", "") for row in rows if row[0].startswith("`")]
    assert sum(int(row[1]) for row in rows) == 20
    assert "Twenty in all." in SECTIONS["A take-home exercise"]
