"""Feedback on a learner's own functions: right on all cases, or a small failing case and the mistake by its name.

A function is right if its results are right, however it is written; an array, lists and other tables of numbers are all
accepted. A label is a row number of `centroids`, because the update has to find that row. If two centroids are equally
near, the lower index is expected. Every tie among the cases is exact, so that rounding decides none.
"""

import inspect
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import GeneratorType

import numpy as np

from kmeans_teach.check import diagnose
from kmeans_teach.check.cases import assign_cases, run_cases, update_cases
from kmeans_teach.check.mistakes_assign import ASSIGN, MANHATTAN
from kmeans_teach.check.mistakes_steps import STEPS
from kmeans_teach.check.mistakes_update import UPDATE
from kmeans_teach.check.report import case_lines
from kmeans_teach.check.trial import as_array, run, same_array, same_steps
from kmeans_teach.inputs import name_of
from kmeans_teach.kmeans import KMeansND, assign_points, update_centroids

verdicts = deque(maxlen=20)  # every check adds its verdict here; `kmeans-teach check` reads them in the notebook's kernel


@dataclass(frozen=True, repr=False)
class Verdict:
    """The result of a check: true if the function is right. Its repr is the text that the check has already printed."""

    ok: bool
    text: str
    mistake: str | None = None  # the name of a known mistake

    def __bool__(self):
        return self.ok

    def __repr__(self):
        return self.text

    def _ipython_display_(self):
        """Show nothing, because the check has printed the text: a cell that ends in a check shows it once."""


def check_assign(f) -> Verdict:
    """Check `f(points, centroids) -> labels`: (M,) integers 0..K-1 (lesson 02)."""
    return _check(f, _ASSIGN)


def check_update(f) -> Verdict:
    """Check `f(points, labels, centroids) -> centroids`: (K, N); a cluster without points keeps its centroid (lesson 03)."""
    return _check(f, _UPDATE)


def check_steps(f) -> Verdict:
    """Check `f(points, centroids)`, which yields a run as `KMeansND.steps` does (lesson 04).

    `f` is a generator function, or any function that returns a fresh stream on each call, such as
    `lambda points, centroids: MyKMeans(points, centroids).steps()`. It yields tuples (phase, centroids, labels), where phase
    is "start", "update" or "assign", or records with these three attributes (`Step` is one).
    """
    return _check(f, _STEPS)


@dataclass(frozen=True)
class Check:
    """All that the check of one kind of function needs."""

    arguments: tuple[str, ...]
    cases: Callable  # () -> the cases, each a tuple of arguments
    right: Callable  # the right function: (*case) -> what is expected, an array or a list of steps
    same: Callable  # (trial) -> whether its result is what was expected
    mistakes: list
    fault_of_values: Callable  # (f, trials, first failing trial) -> (name, hint), if no known mistake fits
    accepted: tuple = ()  # other methods that pass, with a remark


def _is_right_array(trial, kinds):
    result = as_array(trial.value)
    return result is not None and result.dtype.kind in kinds and same_array(result, trial.expected)


_ASSIGN = Check(
    arguments=("points", "centroids"),
    cases=assign_cases,
    right=assign_points,
    same=lambda trial: _is_right_array(trial, "iu"),
    mistakes=ASSIGN,
    fault_of_values=partial(diagnose.array_fault, fault_of_values=diagnose.labels_fault),
    accepted=(MANHATTAN,),
)
_UPDATE = Check(
    arguments=("points", "labels", "centroids"),
    cases=update_cases,
    right=update_centroids,
    same=lambda trial: _is_right_array(trial, "fiu"),
    mistakes=UPDATE,
    fault_of_values=partial(diagnose.array_fault, fault_of_values=diagnose.centroids_fault),
)
_STEPS = Check(
    arguments=("points", "centroids"),
    cases=run_cases,
    right=lambda *case: [(step.phase, step.centroids, step.labels) for step in KMeansND(*case).steps()],
    same=lambda trial: same_steps(trial.steps, trial.expected),
    mistakes=STEPS,
    fault_of_values=diagnose.steps_fault,
)


def _check(f, check):
    if fault := _call_fault(f, check.arguments):
        mistake, hint = fault
        return _report(False, f"{getattr(f, '__name__', 'this')}: not checked. The mistake: {mistake}. {hint}", mistake)
    trials = []
    for case in check.cases():
        trial = run(f, case, check.right(*case))
        trial.right = not trial.error and not trial.changed and not trial.overwritten and check.same(trial)
        trials.append(trial)
        if trial.stopped:
            break
    failing = [trial for trial in trials if not trial.right]
    if not failing:
        return _report(True, f"{name_of(f)}: right on {len(trials)} cases")
    for method in check.accepted:
        if not any(trial.changed for trial in trials) and diagnose.explains(method, trials):
            return _report(True, f"{name_of(f)}: right on {len(trials)} cases, by {method.name}. {method.hint}", method.name)
    mistake, hint, shown = diagnose.diagnose(f, trials, failing[0], check)
    which = "The smallest" if shown is failing[0] else "One"
    lines = [
        f"{name_of(f)}: wrong on {len(failing)} of {len(trials)} cases. {which} of them:",
        *case_lines(shown, check.arguments),
        f"The mistake: {mistake}." if mistake else "None of the known mistakes does this.",
        f"A hint: {hint}",
    ]
    return _report(False, "\n".join(lines), mistake)


def _call_fault(f, arguments):
    """A mistake and a hint if `f` cannot be called with these arguments, or None."""
    hint = "Pass the function itself: its name, without parentheses."
    if isinstance(f, GeneratorType):
        closed = inspect.getgeneratorstate(f) == inspect.GEN_CLOSED
        hint += " Each call of a generator function begins a fresh run; a generator runs once."
        return f"a {'used-up ' if closed else ''}generator, not a function", hint
    if not callable(f):
        kind = "None" if f is None else "an array" if isinstance(f, np.ndarray) else f"a value of type {type(f).__name__}"
        return f"{'a list' if isinstance(f, list) else kind}, not a function", hint
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # some functions written in C do not give their signature
        return None
    names = tuple(signature.parameters)
    hint = f"It takes {signature}, and is called with ({', '.join(arguments)})."
    try:
        signature.bind(*arguments)
    except TypeError:
        return "other arguments", hint
    reordered = names != arguments and sorted(names) == sorted(arguments)
    return ("arguments in another order", hint) if reordered else None


def _report(ok, text, mistake=None):
    print(text)
    verdicts.append(Verdict(ok, text, mistake))
    return verdicts[-1]
