"""What each exercise asks for: the arguments, the cases, the right answer, and what can be seen in a wrong one."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from kmeans_teach.check import seen
from kmeans_teach.check.mistakes import catalogue, compiled
from kmeans_teach.check.trial import as_array, run, same_steps, same_value
from kmeans_teach.kmeans import KMeansND, assign_points, update_centroids


@dataclass(frozen=True)
class Check:
    """All that the check of one exercise needs."""

    name: str  # in the catalogue
    arguments: tuple[str, ...]
    cases: Callable  # () -> the cases, each a tuple of arguments
    right: Callable  # the right function: (*view) -> an array, a number, a tuple of arrays, or a list of steps
    seen: Callable = seen.kind  # (trials, first) -> a name for what is seen in the results, and perhaps more; or None
    kinds: str = "fiu"  # the dtypes of a right answer
    tolerance: float = 1e-9
    stream: bool = False
    table: str = ""  # whose known mistakes, if not its own
    view: Callable = lambda trial: trial.case  # what the right function and the known mistakes take
    back: Callable = lambda value: value  # from what they return to what the learner's function returns
    forms: tuple = (deepcopy,)  # ways to pass a case; one of them has to do
    beyond: Callable = tuple  # cases that are only remarked on
    memory: tuple = ()  # a large case, the most bytes that a function may use at once, and what more is called
    errors: str = "ignore"  # or "error": a warning is a mistake

    def judge(self, trial):
        """Compare what came with what is expected, which is computed only now."""
        trial.expected = self.back(self.right(*self.view(trial)))
        if self.stream:
            same = same_steps(trial.steps, trial.expected)
        else:
            dtype = getattr(as_array(trial.value), "dtype", np.dtype("O"))
            same = isinstance(trial.expected, tuple) or dtype.kind in self.kinds
            same = same and same_value(trial.value, trial.expected, self.tolerance)
        trial.right = bool(same and not (trial.error or trial.changed or trial.overwritten or trial.not_a_step))
        return trial

    def answer(self, f, case, most=1000):
        return self.judge(run(f, case, self.stream, most, self.errors))


def _steps(*case):
    return [(step.phase, step.centroids, step.labels) for step in KMeansND(*case).steps()]


def _cases(rows, dtype=None):
    """The cases of the catalogue's rows {argument: numbers}, all with this dtype but the labels."""
    return [tuple(np.array(row[name], None if name == "labels" else dtype) for name in row) for row in rows]


def _line_cases(plane):
    """The cases of an exercise in the plane with their first feature only."""
    wide = [case for case in plane.cases() if len(case[-1]) != 8]
    return [tuple(part[:, 0] if part.ndim == 2 else part for part in case) for case in wide]


def _on_a_line(trial):
    return tuple(part[:, None] if part.dtype.kind == "f" else part for part in trial.case)


def _with_value(trial):
    return *trial.case, as_array(trial.value)


def _as_lists(case):
    return tuple(np.asarray(part).tolist() for part in case)


def _flat(value):
    array = as_array(value)
    return array[:, 0] if np.ndim(array) == 2 and array.shape[1] == 1 else value


# what Python alone can say of the three functions that all of the course needs
COURSE = {
    "assign": {"right": assign_points, "seen": seen.labels, "kinds": "iu"},
    "update": {"right": update_centroids, "seen": seen.rows},
    "steps": {"right": _steps, "stream": True},
}


@cache
def exercise(name) -> Check:
    """The check of this name. Its table in catalogue/ has the cases and, but for those of COURSE, the right answer."""
    if name.startswith("line_"):
        plane = exercise(name.removeprefix("line_"))
        on_a_line = {"cases": partial(_line_cases, plane), "view": _on_a_line, "back": _flat, "beyond": tuple}
        return replace(plane, name=name, table=plane.name, **on_a_line)
    table = catalogue()[name]
    large = table.get("large", ())
    rng = np.random.default_rng(30)
    own = COURSE.get(name) or {
        "right": compiled(table["takes"], table["prelude"], table["right"]),
        "seen": getattr(seen, name, seen.kind),
        "view": _with_value if "value" in table["takes"] else Check.view,
    }
    written = table["cases"]  # rows of numbers, or the code that makes them
    return Check(
        name,
        tuple(table.get("arguments", table["takes"]).split(", ")),
        compiled("", written) if isinstance(written, str) else partial(_cases, written, np.float64),
        **own,
        beyond=partial(_cases, table.get("beyond", ())),
        tolerance=table.get("tolerance", 1e-9),
        forms=(deepcopy, _as_lists) if table.get("lists") else (deepcopy,),
        memory=(rng.normal(size=large[::2][:2]), rng.normal(size=large[1:3]), *large[3:]) if large else (),
        errors=table.get("errors", "ignore"),
    )
