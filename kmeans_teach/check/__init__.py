"""Feedback on a learner's own functions: right on so many cases, or the smallest case that fails and the mistake by its name.

Right is what agrees with the contract, written in any way, returned as an array or as lists. A label is a row number of
`centroids`, since the update has to find that row; nothing else is asked of label numbers. Of equally near centroids the
lower index is wanted, and every tie among the cases is exact, so that rounding decides none.
"""

import inspect
import os
import re
import traceback
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from types import GeneratorType

import numpy as np

from kmeans_teach.check.cases import assign_cases, run_cases, update_cases
from kmeans_teach.check.diagnose import STEPS, gives, name_call, name_steps
from kmeans_teach.check.mistakes import ASSIGN, MANHATTAN
from kmeans_teach.check.mistakes_update import UPDATE
from kmeans_teach.check.trial import LIBRARIES, Endless, alike, as_array, call, same_steps, stream
from kmeans_teach.inputs import name_of
from kmeans_teach.kmeans import KMeansND, assign_points, update_centroids

OURS = f"{Path(__file__).parents[1]}{os.sep}"
verdicts = deque(maxlen=20)  # the latest, for `kmeans-teach check`, which asks the kernel for them


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check found. Its truth is `ok`; its repr is the text, which the check has already printed."""

    ok: bool
    text: str
    mistake: str | None = None  # the name of a known mistake

    def __bool__(self):
        return self.ok

    def __repr__(self):
        return self.text

    def _ipython_display_(self):
        """Nothing: a cell that ends in a check shows its text once."""


def check_assign(f) -> Verdict:
    """Check `f(points, centroids) -> labels`: (M,) integers 0..K-1 (lesson 02)."""
    names = ("points", "centroids")
    refused = _refused(f, names)
    if refused is not None:
        return refused
    trials = _trials(call, f, [(case, assign_points(*case)) for case in assign_cases()], _same_labels)
    if not all(trial.right for trial in trials) and not any(trial.changed for trial in trials) and gives(MANHATTAN, trials):
        return _say(True, f"{name_of(f)}: right on {len(trials)} cases, by {MANHATTAN.name}. {MANHATTAN.hint}", MANHATTAN.name)
    return _judge(f, names, trials, ASSIGN)


def check_update(f) -> Verdict:
    """Check `f(points, labels, centroids) -> centroids`: (K, N), a cluster without points keeping its own (lesson 03)."""
    names = ("points", "labels", "centroids")
    refused = _refused(f, names)
    if refused is not None:
        return refused
    trials = _trials(call, f, [(case, update_centroids(*case)) for case in update_cases()], _same_places)
    return _judge(f, names, trials, UPDATE)


def check_steps(f) -> Verdict:
    """Check `f(points, centroids)`, which yields a run as `KMeansND.steps` does (lesson 04).

    `f` is a generator function, or any function that returns a fresh stream on each call, such as
    `lambda points, centroids: MyKMeans(points, centroids).steps()`. It yields tuples (phase, centroids, labels), the phase
    being "start", "update" or "assign", or records with these three attributes (`Step` is one).
    """
    names = ("points", "centroids")
    refused = _refused(f, names)
    if refused is not None:
        return refused
    cases = [(case, [(s.phase, s.centroids, s.labels) for s in KMeansND(*case).steps()]) for case in run_cases()]
    trials = _trials(stream, f, cases, lambda steps, expected: same_steps(steps, expected))
    return _judge(f, names, trials, STEPS)


def _refused(f, names):
    """A verdict on what cannot be called with these arguments, or None."""
    hint = "Pass the function itself: its name, without parentheses."
    if isinstance(f, GeneratorType):
        closed = inspect.getgeneratorstate(f) == inspect.GEN_CLOSED
        mistake = f"a {'used-up ' if closed else ''}generator, not a function"
        hint += " Each call of a generator function begins a fresh run; a generator runs once."
    elif not callable(f):
        kind = "None" if f is None else "an array" if isinstance(f, np.ndarray) else f"a value of type {type(f).__name__}"
        mistake = f"{'a list' if isinstance(f, list) else kind}, not a function"
    else:
        try:
            signature = inspect.signature(f)
        except (TypeError, ValueError):  # a function written in C may not tell
            return None
        takes = tuple(signature.parameters)
        try:
            signature.bind(*names)
            if takes == names or sorted(takes) != sorted(names):
                return None
            mistake = "arguments in another order"
        except TypeError:
            mistake = "other arguments"
        hint = f"It takes {signature}, and is called with ({', '.join(names)})."
    return _say(False, f"{getattr(f, '__name__', 'this')}: not checked. The mistake: {mistake}. {hint}", mistake)


def _trials(run, f, cases, same):
    trials = []
    for case, expected in cases:
        trial = run(f, case, expected)
        came = trial.steps if run is stream else trial.value
        trial.right = not trial.error and not trial.changed and not trial.overwritten and same(came, expected)
        trials.append(trial)
        if isinstance(trial.error, Endless):
            break
    return trials


def _same_labels(value, expected):
    labels = as_array(value)
    return labels is not None and labels.dtype.kind in "iu" and alike(labels, expected)


def _same_places(value, expected):
    places = as_array(value)
    return places is not None and places.dtype.kind in "fiu" and alike(places, expected)


def _judge(f, names, trials, table):
    failing = [trial for trial in trials if not trial.right]
    if not failing:
        return _say(True, f"{name_of(f)}: right on {len(trials)} cases")
    diagnose = name_steps if table is STEPS else name_call
    mistake, hint, shown = diagnose(f, trials, failing[0], table)
    rows = [*zip(names, map(_text, shown.case), strict=True), *_difference(shown, names)]
    which = "The smallest" if shown is failing[0] else "One"
    lines = [
        f"{name_of(f)}: wrong on {len(failing)} of {len(trials)} cases. {which} of them:",
        *(f"    {word:<10} {what}" for word, what in rows),
        f"The mistake: {mistake}." if mistake else "None of the known mistakes does this.",
        f"A hint: {hint}",
    ]
    return _say(False, "\n".join(lines), mistake)


def _say(ok, words, mistake=None):
    print(words)
    verdicts.append(Verdict(ok, words, mistake))
    return verdicts[-1]


# ---- a case in words


def _difference(trial, names):
    """Rows (word, text) that show what was expected and what came instead."""
    if trial.overwritten:
        i = _first_difference(trial.steps, trial.kept)
        yield f"step {i + 1}", _step_text(trial.steps[i])
        yield "later", _step_text(trial.kept[i])
    elif isinstance(trial.expected, list):
        i = _first_difference(trial.steps, trial.expected)
        yield "at step", f"{i + 1} of {len(trial.expected)}"
        yield "expected", _step_text(trial.expected[i]) if i < len(trial.expected) else "the end of the stream"
        yield "came back", _step_text(trial.steps[i]) if i < len(trial.steps) else _end_text(trial)
    else:
        expected, came = _text(trial.expected), _text(trial.value)
        if expected == came:  # four digits may hide a difference
            expected, came = _text(trial.expected, 17), _text(trial.value, 17)
        value, wanted = as_array(trial.value), np.asarray(trial.expected)
        if value is not None and (value.shape != wanted.shape or value.dtype.kind != wanted.dtype.kind):
            came += f"  (shape {value.shape}, {value.dtype})"
        yield "expected", expected
        yield "came back", _error_text(trial.error) if trial.error else came
    for name, before, after in zip(names, trial.case, trial.left, strict=True):
        if not trial.overwritten and not np.array_equal(before, after):
            yield "afterwards", f"{name} {_text(after)}"


def _first_difference(steps, others):
    pairs = enumerate(zip(steps, others, strict=False))
    return next((i for i, (one, other) in pairs if not same_steps([one], [other])), min(len(steps), len(others)))


def _step_text(step):
    phase, centroids, labels = step
    return f"{phase}, centroids {_text(centroids)}, labels {_text(labels)}"


def _end_text(trial):
    if trial.error:
        return _error_text(trial.error)
    if trial.odd is not None:
        return _text(trial.odd)
    return "the end of the stream" if hasattr(trial.value, "__next__") else _text(trial.value)


def _error_text(error):
    if isinstance(error, Endless):
        return "nothing, and it would not stop"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith((*LIBRARIES, OURS))]
    where = f", at: {shorten(frames[-1].line, 64, placeholder=' ...')}" if frames and frames[-1].line else ""
    words = re.sub(r"0x[0-9a-fA-F]+", "0x...", str(error).split("\n")[0])  # an address differs from run to run
    said = f": {shorten(words, 96, placeholder=' ...')}" if words else ""
    return f"{type(error).__name__}{said}{where}"


def _text(value, digits=4):
    """Nested lists, as they can be typed; a word for what is no table of numbers."""
    array = as_array(value)
    if array is None:
        kind = f"array of dtype {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
        return "None" if value is None else f"{kind} of length {len(value)}" if isinstance(value, (tuple, list, str)) else kind
    if array.ndim:
        words = f"[{', '.join(_text(row, digits) for row in array)}]"
        return words if len(words) <= 300 else f"{words[:300]} ..."
    return str(array) if array.dtype.kind == "b" else f"{array + 0:.{digits}g}"
