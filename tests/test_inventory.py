"""The concept inventory: twelve questions, on paper and in a notebook the same; behind each wrong answer stands a belief."""

import json
from collections import Counter

import nbformat
import numpy as np
import pytest

from kmeans_teach import KMeansND, assign_points, load, update_centroids
from kmeans_teach import __main__ as launcher
from kmeans_teach.commands import inventory as marking
from kmeans_teach.commands.notebook import Cell
from tests.test_notebooks import cells
from tools import inventory as tool

INVENTORY = json.loads(marking.SOURCE.read_text(encoding="utf-8"))
QUESTIONS = INVENTORY["questions"]
BELIEFS = {each["name"]: each for each in INVENTORY["misconceptions"]}


def answer(name):
    (asked,) = [asked for asked in QUESTIONS if asked["id"] == name]
    return next(option["text"] for option in asked["options"] if option["letter"] == asked["answer"])


def test_there_are_twelve_questions_with_one_right_answer_each_and_no_letter_is_the_better_guess():
    assert len(QUESTIONS) == len({asked["id"] for asked in QUESTIONS}) == 12
    for asked in QUESTIONS:
        assert [option["letter"] for option in asked["options"]] == list("ABCD")
        assert len({option["text"] for option in asked["options"]}) == 4
        assert [option["letter"] for option in asked["options"] if option["misconception"] is None] == [asked["answer"]]
    assert set(Counter(asked["answer"] for asked in QUESTIONS).values()) == {3}


def test_each_wrong_answer_is_a_belief_with_a_source():
    used = {option["misconception"] for asked in QUESTIONS for option in asked["options"]} - {None}
    assert used == BELIEFS.keys()
    assert all(each["belief"].endswith(".") and each["source"] for each in BELIEFS.values())


def test_the_longest_answer_is_not_always_the_right_one():
    longest = sum(
        max(asked["options"], key=lambda option: len(option["text"]))["letter"] == asked["answer"] for asked in QUESTIONS
    )
    assert longest <= 6


def test_paper_and_notebook_are_those_of_the_questions():
    assert tool.PAPER.read_text(encoding="utf-8") == tool.paper(INVENTORY)
    assert nbformat.read(tool.NOTEBOOK, as_version=4) == tool.notebook(INVENTORY)


def test_the_notebook_has_a_cell_for_each_letter_and_no_answer():
    letters = cells(tool.NOTEBOOK, "code")
    assert [cell.source for cell in letters] == [f'q{n} = ""' for n in range(1, 13)]
    text = tool.NOTEBOOK.read_text(encoding="utf-8")
    assert not [name for name in BELIEFS if name in text]


def test_what_can_be_computed_is_as_the_right_answers_say():
    points = np.array([[1.0], [2], [9], [10]])
    labels = assign_points(points, points[:2])
    assert answer("update") == f"at {update_centroids(points, labels, points[:2])[1, 0]:.0f}"

    anna, ben = np.array([0, 0, 1, 1, 2]), np.array([2, 2, 0, 0, 1])
    assert ((anna[:, None] == anna) == (ben[:, None] == ben)).all()
    assert answer("names").startswith("completely")

    rings = load("rings", clusters=2, size=150, seed=1)
    last = KMeansND(rings, rings[:2]).fit()
    inner = np.hypot(*rings.T) < np.median(np.hypot(*rings.T))
    assert {len(set(last.labels[ring])) for ring in (inner, ~inner)} == {2}  # both rings are cut
    assert answer("rings").startswith("two halves")

    penguins = np.array([[32.0, 2700], [60, 2700], [32, 2800]])
    near, far = np.linalg.norm(penguins[1:] - penguins[0], axis=1)
    assert near < far  # the whole range of bills counts less than 100 g
    assert answer("units") == "nearly the weight alone"


@pytest.mark.parametrize("phrase", ["has not been validated", "inventory.ipynb"])
def test_the_page_says_what_it_is(phrase):
    assert phrase in tool.ABOUT


# ---- marked by `kmeans-teach check`

RIGHT = "".join(asked["answer"] for asked in QUESTIONS)
WRONG = ["ABCD"["ABCD".index(letter) - 1] for letter in RIGHT]


def hand_in(path, letters):
    """The notebook with these letters; a space stands for no answer."""
    notebook = tool.notebook(INVENTORY)
    for n, (cell, letter) in enumerate(
        zip([one for one in notebook.cells if one.cell_type == "code"], letters, strict=True), 1
    ):
        cell.source = f"q{n} = '{letter.strip()}'  # I think"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)


def test_each_letter_is_marked_without_running_a_cell_and_each_belief_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("kmeans_teach.commands.judge.run_cells", None)
    hand_in(tmp_path / "mine.ipynb", [WRONG[0], RIGHT[1].lower(), " ", "E", *RIGHT[4:]])
    from kmeans_teach.commands import judge

    found = judge.mark(tmp_path / "mine.ipynb")
    assert (found["lesson"], found["passed"]) == ("inventory", False)
    assert [each["status"] for each in found["exercises"]] == ["mistake", "passed", "not tried", "error", *["passed"] * 8]
    first = found["exercises"][0]
    (option,) = [one for one in QUESTIONS[0]["options"] if one["letter"] == WRONG[0]]
    assert first["mistake"] == option["misconception"]
    assert first["mistakes"][0]["question"] == BELIEFS[option["misconception"]]["belief"]
    assert found["exercises"][3]["text"] == "'E' is none of A, B, C and D"
    assert marking.marks([Cell(None, True, 'q1 = "B"', False)]) is None  # a notebook of somebody's own


def test_two_folders_give_the_gain_of_each_question(tmp_path, capsys):
    for name, before, after in ("anna", WRONG, RIGHT), ("ben", [*WRONG[:-1], RIGHT[-1]], [RIGHT[0], *WRONG[1:-1], RIGHT[-1]]):
        hand_in(tmp_path / "before" / f"{name}.ipynb", before)
        hand_in(tmp_path / "after" / f"{name}.ipynb", after)
    hand_in(tmp_path / "after" / "new.ipynb", RIGHT)
    assert launcher.main(["check", str(tmp_path / "before"), str(tmp_path / "after")]) == 1
    lines = capsys.readouterr().out.splitlines()
    at = next(
        at for at, line in enumerate(lines) if line.startswith("THE TWELVE QUESTIONS: 2 files are in both folders; 1 in one")
    )
    table = [" ".join(line.split()).partition("% ")[0] for line in lines[at + 1 :]]
    assert table[:2] == ["q1 right before 0, after 2, gain 100", "q2 right before 0, after 1, gain 50"]
    assert "q12 right before 1, after 2, gain 100" in table
    assert len(table) == 12
