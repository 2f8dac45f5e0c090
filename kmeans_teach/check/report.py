"""The text of a failing case: its arguments, what was expected, and what came back."""

import os
import re
import sysconfig
import traceback
from pathlib import Path
from textwrap import shorten

import numpy as np

from kmeans_teach.check.trial import as_array, same_parts, same_steps
from kmeans_teach.inputs.learners import TookTooLong

OURS = f"{Path(__file__).parents[1]}{os.sep}"
LIBRARIES = ("<frozen", *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")))


def case_lines(trial, arguments):
    rows = [*zip(arguments, map(_text, trial.case), strict=True), *_difference(trial, arguments)]
    return [f"    {word:<10} {text}" for word, text in rows]


def _difference(trial, arguments):
    """Rows (word, text) that show what was expected and what came back."""
    if trial.overwritten:
        i = _first_difference(trial.steps, trial.steps_at_end)
        yield f"step {i + 1}", _step_text(trial.steps[i])
        yield "later", _step_text(trial.steps_at_end[i])
    elif trial.stream:
        i = _first_difference(trial.steps, trial.expected)
        yield "at step", f"{i + 1}, after the end" if i == len(trial.expected) else f"{i + 1} of {len(trial.expected)}"
        for digits in (4, 17):  # four digits may hide a difference
            expected = _step_text(trial.expected[i], digits) if i < len(trial.expected) else "the end of the stream"
            came = _step_text(trial.steps[i], digits) if i < len(trial.steps) else _end_text(trial)
            if came != expected:
                break
        yield "expected", expected
        yield "came back", came
    else:
        expected, result = _text(trial.expected), _text(trial.value)
        if expected == result:  # four digits may hide a difference
            expected, result = _text(trial.expected, 17), _text(trial.value, 17)
        value, wanted = as_array(trial.value), as_array(trial.expected)
        if value is not None and wanted is not None and (value.shape != wanted.shape or value.dtype.kind != wanted.dtype.kind):
            result += f"  (shape {value.shape}, {value.dtype})"
        yield "expected", expected
        yield "came back", _error_text(trial.error) if trial.error else result
    for name, before, after in zip(arguments, trial.case, trial.case_after, strict=True):
        if not trial.overwritten and not same_parts((before,), (after,)):
            yield "afterwards", f"{name} {_text(after)}"


def _first_difference(steps, others):
    pairs = enumerate(zip(steps, others, strict=False))
    return next((i for i, (one, other) in pairs if not same_steps([one], [other])), min(len(steps), len(others)))


def _step_text(step, digits=4):
    phase, centroids, labels = step
    return f"{phase}, centroids {_text(centroids, digits)}, labels {_text(labels)}"


def _end_text(trial):
    if trial.error:
        return _error_text(trial.error)
    if trial.not_a_step:
        return _text(trial.not_a_step[0])
    return "the end of the stream" if hasattr(trial.value, "__next__") else _text(trial.value)


def words_of(error):
    """The first line of its message, if it has one that can be written."""
    try:
        return re.sub(r"0x[0-9a-fA-F]+", "0x...", str(error).split("\n")[0])  # an address is different in each run
    except Exception:
        return ""


def _error_text(error):
    theirs = [f for f in traceback.extract_tb(error.__traceback__) if f.line and not f.filename.startswith((*LIBRARIES, OURS))]
    where = f", at: {shorten(theirs[-1].line, 64, placeholder=' ...')}" if theirs else ""
    words = words_of(error)
    message = f": {shorten(words, 96, placeholder=' ...')}" if words else ""
    return f"{'nothing in time' if isinstance(error, TookTooLong) else type(error).__name__}{message}{where}"


def _text(value, digits=4):
    """Nested lists, as they can be typed; what is not a table of numbers is described in words."""
    array = as_array(value)
    if array is None:
        if isinstance(value, (tuple, list)) and len(value) < 4 and all(as_array(part) is not None for part in value):
            return f"({', '.join(_text(part, digits) for part in value)})"
        kind = f"array of dtype {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
        return "None" if value is None else f"{kind} of length {len(value)}" if isinstance(value, (tuple, list, str)) else kind
    if array.ndim:
        text = f"[{', '.join(_text(row, digits) for row in array[:150])}]"
        return text if len(text) <= 300 else f"{text[:300]} ..."
    return str(array) if array.dtype.kind == "b" else f"{array + 0:.{digits}g}"
