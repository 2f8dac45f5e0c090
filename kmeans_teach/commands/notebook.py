"""A notebook as a list of cells: which lesson it is a copy of, which cells are exercises, and which cells marking runs."""

import json
import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from kmeans_teach.commands import CommandError

LARGEST = 100_000_000  # bytes of a notebook, and of the files beside it that are copied


@dataclass(frozen=True)
class Cell:
    id: str | None
    code: bool
    source: str
    exercise: bool


@dataclass(frozen=True)
class Exercise:
    """A cell of a lesson with the tag "exercise", and the next code cell, which checks it."""

    cell: Cell
    check: Cell

    @property
    def name(self):
        """The names that the learner defines, such as my_assign."""
        found = re.findall(r"^(\w+) = .*# your turn", self.cell.source, flags=re.MULTILINE)
        return ", ".join(found) or self.cell.id

    @property
    def stubs(self):
        """{name that the learner defines: name of the course's own function that stands in its place}."""
        return dict(re.findall(r"^(\w+) = (\w+) *# your turn", self.cell.source, flags=re.MULTILINE))


@dataclass
class CellRun:
    """A cell to run, and its result: one of the learner's, by its number among their code cells, or a check."""

    source: str
    number: int | None = None
    exercise: Exercise | None = None  # the one that the cell belongs to
    check: bool = False
    was_run: bool = False
    printed: str = ""
    error_type: str | None = None  # such as NameError
    message: str = ""  # the whole message of the error
    timed_out: bool = False
    dead: bool = False  # the cell has ended the kernel, or did not stop, so that the kernel was ended
    value: Any = None  # of the expression that was asked for
    before: dict = field(default_factory=dict)  # of a check: the learner's values before the exercise (see probe.py)
    after: dict = field(default_factory=dict)  # what the probe told after the cell
    changed: list = field(default_factory=list)  # what the cell has changed of the checks and of what they rely on

    @property
    def fault(self):
        """What went wrong in the cell, in one sentence; None if nothing did."""
        if self.timed_out:
            return "it does not end"
        if self.dead:
            return "Python ended here"
        if self.error_type is None:
            return None
        line = self.message.partition("\n")[0]
        line = re.sub(r" \([^()]*?line (\d+)\)$", r" in line \1", line)  # IPython's made-up file name helps nobody
        return f"{self.error_type}: {line}" if line else self.error_type


def read(path) -> list[Cell]:
    """The cells of a notebook. Raises CommandError, with the reason, if the file is none."""
    path, (kind, problem) = Path(path), (None, None)
    try:
        if path.is_symlink():  # perhaps to somebody else's notebook
            problem = "is a link, and no file of its own" if path.exists() else "is a link to a file that is not there"
        elif path.exists() and not path.is_file():
            problem = "cannot be read: Is a directory" if path.is_dir() else "is not a file that can be read"
        elif path.exists() and path.stat().st_size > LARGEST:
            problem = f"is larger than {LARGEST // 1_000_000} MB"
        if problem:
            raise CommandError(f"'{path}' {problem}")
        data = path.read_bytes()
        if not data.strip():
            raise CommandError(f"'{path}' is empty: nothing was saved in it")
        notebook = json.loads(data)
        kind = notebook.get("nbformat", 4)
        if kind != 4 and "cells" not in notebook:
            raise CommandError(f"'{path}' has the notebook format {kind!r:.9}, and 4 is needed: open it in Jupyter and save it")
        return [_cell(cell) for cell in notebook["cells"]]
    except FileNotFoundError:
        raise CommandError(f"there is no file or folder '{path}'") from None
    except OSError as error:
        raise CommandError(f"'{path}' cannot be read: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
            raise CommandError(f"'{path}' breaks off in the middle: it was not saved or not copied to its end") from None
        raise CommandError(f"'{path}' is not a notebook: in line {error.lineno} it is no JSON") from None
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):  # a file that only looks like a notebook
        raise CommandError(f"'{path}' is not a notebook") from None


def _cell(cell):
    tags, source, id = cell.get("metadata", {}).get("tags", []), cell["source"], cell.get("id")
    return Cell(id if isinstance(id, str) else None, cell["cell_type"] == "code", "".join(source), "exercise" in tags)


def exercises(cells) -> list[Exercise]:
    code = [cell for cell in cells if cell.code]
    return [Exercise(cell, check) for cell, check in pairwise(code) if cell.exercise]


def lesson_of(cells, path, models):
    """The lesson that a notebook is a copy of, as (name, its cells): by most common cells, else by title.

    `models` maps the name of a lesson to its cells.
    """

    def likeness(lesson):
        ids = {cell.id for pair in exercises(models[lesson]) for cell in (pair.cell, pair.check)}
        return len(ids & {cell.id for cell in cells if cell.id}), _title(models[lesson]) == _title(cells) is not None

    name = max(models, key=likeness)
    if not exercises(models[name]) or not any(likeness(name)):
        raise CommandError(f"'{path}' is none of the lessons with exercises")
    return name, models[name]


def _title(cells):
    titles = (re.match(r"# .+", cell.source) for cell in cells if not cell.code)
    return next((title.group() for title in titles if title), None)


def cells_to_run(cells, wanted) -> list[CellRun]:
    """The learner's code cells in their order, with the lesson's checks instead of the learner's.

    An exercise is found by its id or its tag, a check by its id or its text (some editors give new ids). A check that is
    gone comes directly after its exercise. Cells between an exercise and its check belong to the exercise.
    """
    code = [cell for cell in cells if cell.code and cell.source.strip()]
    starts = _find_exercises(code, wanted)
    checks = _find_checks(code, wanted, starts)
    runs, current = [], None
    for index, cell in enumerate(code):
        current, checked = starts.get(index, current), checks.get(index)
        if checked is None:
            runs.append(CellRun(cell.source, index + 1, current))
            checked = None if current in checks.values() else current
        if checked:
            runs.append(CellRun(checked.check.source, exercise=checked, check=True))
            current = None
    return runs


def _find_exercises(code, wanted):
    """Index of a cell -> the exercise that starts there."""
    ids = {cell.id: index for index, cell in enumerate(code) if cell.id}
    starts = {ids[exercise.cell.id]: exercise for exercise in wanted if exercise.cell.id in ids}
    tagged = (index for index, cell in enumerate(code) if cell.exercise and index not in starts)
    lost = (exercise for exercise in wanted if exercise.cell.id not in ids)
    return starts | dict(zip(tagged, lost, strict=False))


def _find_checks(code, wanted, starts):
    """Index of a cell -> the exercise that is checked there; a check before its exercise does not count."""
    start_of = {exercise: index for index, exercise in starts.items()}
    checks = {}
    for exercise in wanted:
        later = range(start_of.get(exercise, -1) + 1, len(code))
        same = [index for index in later if exercise.check.id == code[index].id]
        same += [index for index in later if exercise.check.source == code[index].source]
        if same:
            checks[same[0]] = exercise
    return checks
