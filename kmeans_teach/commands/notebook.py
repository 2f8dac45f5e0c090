"""A notebook as a list of cells: which lesson it is of, which cells are exercises, and what marking has to run."""

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from kmeans_teach.commands.kernel import Ran


class MarkingError(Exception):
    """Why a notebook cannot be marked, in one sentence."""


@dataclass(frozen=True)
class Cell:
    id: str | None
    code: bool
    source: str
    exercise: bool


@dataclass(frozen=True)
class Exercise:
    """A cell of a lesson that is tagged "exercise", and the code cell behind it, which checks it."""

    cell: Cell
    check: Cell

    @property
    def name(self):
        """The names that are the learner's to define: my_assign."""
        found = re.findall(r"^(\w+) = .*# your turn", self.cell.source, flags=re.MULTILINE)
        return ", ".join(found) or self.cell.id


@dataclass
class Step:
    """A cell to run: one of the learner's, by its number among their code cells, or a check."""

    source: str
    number: int | None = None
    exercise: Exercise | None = None
    check: bool = False
    ran: Ran | None = None  # None if its turn did not come

    @property
    def fault(self):
        """What went wrong in it, in one sentence; None if nothing did."""
        if self.ran is None:
            return None
        if self.ran.stopped:
            return "it does not end"
        return "Python ended here" if self.ran.dead else self.ran.error


def read(path) -> list[Cell]:
    path = Path(path)
    try:
        notebook = json.loads(path.read_bytes())
        return [
            Cell(
                cell.get("id"),
                cell["cell_type"] == "code",
                "".join(cell["source"]),
                "exercise" in cell.get("metadata", {}).get("tags", []),
            )
            for cell in notebook["cells"]
        ]
    except FileNotFoundError:
        raise MarkingError(f"there is no file '{path}'") from None
    except OSError as error:
        raise MarkingError(f"'{path}' cannot be read: {error.strerror or error}") from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise MarkingError(f"'{path}' is not a notebook") from None


def exercises(cells) -> list[Exercise]:
    code = [cell for cell in cells if cell.code]
    return [Exercise(cell, check) for cell, check in pairwise(code) if cell.exercise]


def lesson_of(cells, path, models):
    """The lesson that a notebook is a copy of, as (name, exercises): by the cells that both have, or by its title."""
    lessons = [(Path(model).stem, read(model)) for model in models]

    def likeness(lesson):
        _, theirs = lesson
        ids = {cell.id for pair in exercises(theirs) for cell in (pair.cell, pair.check)}
        return len(ids & {cell.id for cell in cells if cell.id}), _title(theirs) == _title(cells) is not None

    name, theirs = max(lessons, key=likeness)
    if not exercises(theirs) or not any(likeness((name, theirs))):
        raise MarkingError(f"'{path}' is none of the lessons with exercises")
    return name, exercises(theirs)


def _title(cells):
    titles = (re.match(r"# .+", cell.source) for cell in cells if not cell.code)
    return next((title.group() for title in titles if title), None)


def steps_of(cells, wanted) -> list[Step]:
    """The learner's code cells in their order, with the lesson's checks in the place of theirs.

    A cell is known by its id, an exercise also by its tag and a check by its text (some editors give new ids). A check that is
    gone comes right behind its exercise. What the learner wrote between an exercise and its check belongs to the exercise.
    """
    code = [cell for cell in cells if cell.code and cell.source.strip()]
    starts = _starts(code, wanted)
    checks = _checks(code, wanted, starts)
    steps, current = [], None
    for at, cell in enumerate(code):
        if at in checks:
            steps.append(Step(checks[at].check.source, None, checks[at], check=True))
            current = None
            continue
        current = starts.get(at, current)
        steps.append(Step(cell.source, at + 1, current))
        if current and current not in checks.values():
            steps.append(Step(current.check.source, None, current, check=True))
            current = None
    return steps


def _starts(code, wanted):
    """Place -> the exercise whose cell is there."""
    ids = {cell.id: at for at, cell in enumerate(code) if cell.id}
    starts = {ids[exercise.cell.id]: exercise for exercise in wanted if exercise.cell.id in ids}
    tagged = (at for at, cell in enumerate(code) if cell.exercise and at not in starts)
    lost = (exercise for exercise in wanted if exercise.cell.id not in ids)
    return starts | dict(zip(tagged, lost, strict=False))


def _checks(code, wanted, starts):
    """Place -> the exercise whose check is there, behind the exercise."""
    behind = {exercise: at for at, exercise in starts.items()}
    checks = {}
    for exercise in wanted:
        places = range(behind.get(exercise, -1) + 1, len(code))
        same = [at for at in places if exercise.check.id == code[at].id]
        same += [at for at in places if exercise.check.source == code[at].source]
        if same:
            checks[same[0]] = exercise
    return checks
