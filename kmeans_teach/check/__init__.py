"""Feedback on a learner's own functions: right on all cases, or a small failing case and the mistake by its name.

A function is right if its results are right, however it is written; an array, lists and other tables of numbers are all
accepted. A label is a row number of `centroids`, because the update has to find that row. If two centroids are equally
near, the lower index is expected. Every tie among the cases is exact, so that rounding decides none.
"""

import inspect
from collections import Counter, deque
from dataclasses import dataclass
from types import GeneratorType

import numpy as np

from kmeans_teach.check.diagnose import diagnose, explained, hidden
from kmeans_teach.check.exercises import exercise
from kmeans_teach.check.mistakes import BY_HAND, entry, link
from kmeans_teach.check.report import case_lines
from kmeans_teach.check.stub import calls_course_own, course_own, where_it_went
from kmeans_teach.inputs import name_of

verdicts = deque(maxlen=20)  # every check adds its verdict here; `kmeans-teach check` reads them in the notebook's kernel
attempts = Counter()  # how often each mistake was made, by exercise and name: a kernel cannot write into its notebook


@dataclass(frozen=True, repr=False)
class Verdict:
    """The result of a check: true if the function is right. Its repr is the text that the check has already printed."""

    ok: bool
    text: str
    mistake: str | None = None  # the name of a known mistake or of a remark; "not tried" if the function is the course's own
    question: str | None = None  # the hint
    more: str | None = None  # where docs/mistakes.md tells of it

    def __bool__(self):
        return self.ok

    def __repr__(self):
        return self.text

    def _ipython_display_(self):
        """Show nothing, because the check has printed the text: a cell that ends in a check shows it once."""


def _checker(name, promise="an exercise of one lesson: its arguments and its mistakes are in docs/mistakes.md."):
    """The function that a lesson calls: `check_...(f)`."""

    def checker(f) -> Verdict:
        return _check(f, exercise(name))

    checker.__name__ = checker.__qualname__ = f"check_{name}"
    checker.__doc__ = f"Check {promise}"
    return checker


check_assign = _checker("assign", "`f(points, centroids) -> labels`: (M,) integers 0..K-1 (lesson 02).")
check_update = _checker(
    "update", "`f(points, labels, centroids) -> centroids`: (K, N); a cluster without points keeps its centroid (lesson 03)."
)
check_steps = _checker(
    "steps",
    """`f(points, centroids)`, which yields a run as `KMeansND.steps` does (lesson 04).

    `f` is a generator function, or any function that returns a fresh stream on each call, such as
    `lambda points, centroids: MyKMeans(points, centroids).steps()`. It yields tuples (phase, centroids, labels), where phase
    is "start", "update" or "assign", or records with these three attributes (`Step` is one). It computes a step when it is
    asked for.
    """,
)
check_line_assign, check_line_update = map(_checker, ("line_assign", "line_update"))
check_squared, check_inertia, check_limits = map(_checker, ("squared", "inertia", "limits"))
check_cursor, check_changed = map(_checker, ("cursor", "changed"))
check_start, check_restarts, check_a_and_b, check_rule = map(_checker, ("start", "restarts", "a_and_b", "rule"))
check_standardise, check_ready = map(_checker, ("standardise", "ready"))
check_bounds, check_look = map(_checker, ("bounds", "look"))
check_join, check_farthest = map(_checker, ("join", "farthest"))


def _check(f, check):
    name = name_of(f)
    if course_own(f, check):
        text = f"{name}: not tried yet. This is the course's own function: write a def of your own.{where_it_went(f)}"
        return _report(False, text, "not tried")
    if fault := _call_fault(f, check.arguments):
        mistake, hint = fault
        return _report(False, f"{name}: not checked. The mistake: {mistake}. {hint}", mistake)
    tried = [_trials(f, check, form) for form in check.forms]
    trials = next((trials for trials in tried if all(trial.right for trial in trials)), tried[0])
    failing = [trial for trial in trials if not trial.right]
    if not failing:
        return _right(f, name, trials, check)
    if not any(trial.changed for trial in trials) and (method := explained(trials, check, "accepted")):
        return _report(True, f"{name}: right on {len(trials)} cases, by {method}. {entry(method, check.name)['ask']}", method)
    mistake, more, shown = diagnose(f, trials, check)
    which = "The smallest" if shown is failing[0] else "One"
    lines = [f"{name}: wrong on {len(failing)} of {len(trials)} cases. {which} of them:", *case_lines(shown, check.arguments)]
    return _wrong(lines, mistake, more, check)


def _trials(f, check, form):
    trials, most = [], 1000
    for case in check.cases():
        trials.append(check.answer(f, form(case), most))
        if trials[-1].too_long:
            most = 100  # it is enough for the others
        elif trials[-1].stopped:
            return trials
    return trials


def _right(f, name, trials, check):
    """The verdict on a function that is right on all cases: a last look at how it works, and remarks."""
    right = f"{name}: right on {len(trials)} cases"
    if found := hidden(f, trials, check):
        return _wrong([f"{right}, and still wrong."], *found, check)
    remark = "calls the course's own function" if calls_course_own(f, check) else None
    if not all(check.answer(f, case).right for case in check.beyond()):
        remark = "floats only"
    for key in [key for key in attempts if key[0] == check.name]:
        del attempts[key]
    return _report(True, f"{right}. {entry(remark)['ask']}" if remark else right, remark)


def _wrong(lines, mistake, more, check):
    told = entry(mistake, check.name, check.table or check.name) if mistake else {"ask": BY_HAND}
    attempts[check.name, mistake] += 1
    ask = told["ask"] if attempts[check.name, mistake] < 3 else told.get("again", BY_HAND)
    lines.append(f"The mistake: {mistake}." if mistake else "None of the known mistakes does this.")
    lines.append(f"A hint: {more} {ask}".replace("  ", " "))
    return _report(False, "\n".join([*lines, *([f"More: {link(mistake)}"] if mistake else [])]), mistake, ask)


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
    except Exception:  # some functions written in C do not give their signature
        return None
    names = tuple(signature.parameters)
    hint = f"It takes {signature}, and is called with ({', '.join(arguments)})."
    try:
        signature.bind(*arguments)
    except TypeError:
        return "other arguments", hint
    reordered = names != arguments and sorted(names) == sorted(arguments)
    return ("arguments in another order", hint) if reordered else None


def _report(ok, text, mistake=None, question=None):
    print(text)
    verdicts.append(Verdict(ok, text, mistake, question, link(mistake)))
    return verdicts[-1]
