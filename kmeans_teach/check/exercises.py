"""What each exercise asks for: the arguments, the cases, the right answer, and what can be seen in a wrong one."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

import numpy as np

from kmeans_teach.check import cases, seen
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


def _on_a_line(trial):
    return tuple(part[:, None] if part.dtype.kind == "f" else part for part in trial.case)


def _with_value(trial):
    return *trial.case, as_array(trial.value)


def _as_lists(case):
    return tuple(np.asarray(part).tolist() for part in case)


def _flat(value):
    array = as_array(value)
    return array[:, 0] if np.ndim(array) == 2 and array.shape[1] == 1 else value


BOTH, THREE = ("points", "centroids"), ("points", "labels", "centroids")
ASSIGN = Check("assign", BOTH, cases.assign_cases, assign_points, seen.labels, "iu", beyond=cases.whole_assign)
UPDATE = Check("update", THREE, cases.update_cases, update_centroids, seen.rows, beyond=cases.whole_update)
STEPS = Check("steps", BOTH, cases.run_cases, _steps, stream=True)
ON_A_LINE = {"view": _on_a_line, "back": _flat}
LINE_ASSIGN = Check("line_assign", BOTH, cases.line_assign, assign_points, seen.labels, "iu", table="assign", **ON_A_LINE)
LINE_UPDATE = Check("line_update", THREE, cases.line_update, update_centroids, seen.rows, table="update", **ON_A_LINE)
OF_THE_COURSE = {check.name: check for check in (ASSIGN, UPDATE, STEPS, LINE_ASSIGN, LINE_UPDATE)}


@cache
def exercise(name) -> Check:
    """The check of this name. Those of single lessons are whole in catalogue/lessons.toml, with cases and the right answer."""
    if name in OF_THE_COURSE:
        return OF_THE_COURSE[name]
    table = catalogue()[name]
    large = table.get("large", ())
    rng = np.random.default_rng(30)
    return Check(
        name,
        tuple(table.get("arguments", table["takes"]).split(", ")),
        compiled("", table["cases"]),
        compiled(table["takes"], table["prelude"], table["right"]),
        getattr(seen, name, seen.kind),
        tolerance=table.get("tolerance", 1e-9),
        view=_with_value if "value" in table["takes"] else Check.view,
        forms=(deepcopy, _as_lists) if table.get("lists") else (deepcopy,),
        memory=(rng.normal(size=large[::2][:2]), rng.normal(size=large[1:3]), *large[3:]) if large else (),
        errors=table.get("errors", "ignore"),
    )
