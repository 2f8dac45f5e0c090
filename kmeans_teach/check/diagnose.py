"""From the trials of a wrong function to its mistake: a name (or None), more about this case, and the trial that shows it."""

import warnings

import numpy as np

from kmeans_teach.check import streams
from kmeans_teach.check.exercises import exercise
from kmeans_teach.check.mistakes import known
from kmeans_teach.check.report import words_of
from kmeans_teach.check.seen import one_start
from kmeans_teach.check.stub import reads_global
from kmeans_teach.check.trial import as_array, first_share, most_memory, run, same_array, same_steps, same_value


def diagnose(f, trials, check):
    """Name the mistake. `trials` are in the order of their size, and at least one of them is wrong."""
    failing = [trial for trial in trials if not trial.right]
    first = failing[0]
    for trial in trials:
        if trial.overwritten:
            return "the same array each time", "", trial
    if check.stream:
        if found := streams.no_stream(trials, first):
            return *found, first
        if found := _half_step(trials):
            return *found, first
    for trial in trials:
        if trial.stopped:
            after = f"{trial.most:,} steps" if trial.too_long else "a second"
            return "does not stop in time", f"It was stopped after {after}.", trial
    for trial in trials:
        if trial.changed:
            return "input changed in place", "", trial
    if first.not_a_step:
        return "not a step", "", first
    if first.value is None and not first.error and not any(trial.right for trial in trials):
        return "no return", "", first
    if isinstance(first.error, EOFError):
        return "asks for input", "", first
    if isinstance(first.error, SystemExit):
        return "raises SystemExit", "", first
    if name := _unstable(f, trials, check):
        return name, "", first
    for surely in (True, False):
        if not surely and (name := explained(trials, check)):
            return name, "", next((t for t in failing if _shows(t, name)), first)
        if names := reads_global(f, failing[:6], lambda case: check.answer(f, case), surely):
            return "reads a global", f"It reads {', '.join(f'`{name}`' for name in names)} from the notebook.", first
    found = streams.order_and_end(trials, first) if check.stream and not first.error else None
    if found:
        return found[0], "", found[1]
    found = None if first.error and check.errors == "ignore" else check.seen(trials, first)
    found = found or (_error(trials, first) if first.error else None)
    return (found, "", first) if isinstance(found, str) else (*(found or (None, "")), first)


def _shows(trial, name):
    """Can this mistake be seen here? Where NaN or the right numbers in another shape came back, one sees only that."""
    if name == "mixes half-steps":
        return len(trial.expected) > 2
    value, expected = as_array(trial.value), as_array(trial.expected)
    if value is None or expected is None or not np.isfinite(value).all():
        return False
    return not same_array(value.ravel(), expected.ravel())


def explained(trials, check, kind="mistakes"):
    """The known mistake that gives the same results on all cases, and a wrong value on one; or None."""

    def alike(trial, mistake):
        if trial.error and check.stream:
            return False
        try:
            other = mistake.wrong(*([trial.expected] if check.stream else check.view(trial)))
        except Exception:
            return bool(trial.error)
        if check.stream:
            return same_steps(trial.steps, other)
        return not trial.error and any(same_value(trial.value, one, check.tolerance) for one in (other, check.back(other)))

    if all(trial.right or trial.error for trial in trials):
        return None
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
        for mistake in known(check.table or check.name, kind):
            if all(alike(trial, mistake) for trial in trials):
                return mistake.name
    return None


def hidden(f, trials, check):
    """What is wrong with a function whose results are right: a name and more; or None."""
    if name := _unstable(f, trials, check):
        return name, ""
    if check.name == "start":
        if one_start(trials):
            return "always the same start", ""
        points, draws = trials[0].case[0], map(np.random.default_rng, range(100))
        if len({as_array(run(f, (points, 2, rng)).value)[0].tobytes() for rng in draws}) < len(points):
            return "first point from some rows only", ""
    if check.stream and first_share(f, trials[-1].case) > 0.7:
        return "all steps computed first", ""
    if check.memory:
        *case, most, mistake = check.memory
        if (used := most_memory(f, tuple(case))) > most:
            sizes = f"{len(case[0])} points, {len(case[1])} centroids and {case[0].shape[1]} features"
            return mistake, f"For {sizes} it used {used // 1000} kB at once."
    return None


def _half_step(trials):
    """The mistake in the first half-step that is wrong, with its own tables: it is the cause of all that follows."""
    for word, steps in zip(("assign", "update"), streams.half_steps(trials), strict=True):
        check = exercise(word)
        wrong = [step for step in steps if not check.judge(step).right]
        if wrong:
            found = explained(steps, check) or check.seen(steps, wrong[0])
            more = f"It is in the half-step {word}."
            return (found, more) if isinstance(found, str) else (found[0], f"{more} {found[1]}") if found else (None, more)
    return None


def _unstable(f, trials, check):
    """A name if the same call gives another answer the next time."""
    for trial in reversed(trials):  # what is kept from one call to the next has another order now
        again = trial if trial.error or len(trial.steps) > 99 else check.answer(f, trial.case)
        if not trial.alike(again):
            if check.name == "start":
                return "own random numbers"
            if not check.stream and check.seen([trial, again], trial) == "ties not to the lower index":
                return "ties at random"
            kept = [*(getattr(f, "__defaults__", None) or ()), *(getattr(f, "__kwdefaults__", None) or {}).values()]
            remembers = not hasattr(f, "__code__") or any(isinstance(one, (list, dict, set, np.ndarray)) for one in kept)
            return "remembers between calls" if remembers else "not the same each time"
    return None


def _error(trials, first):
    """Name what raises an error."""
    words, features = words_of(first.error), [(np.shape(trial.case[0])[-1], trial) for trial in trials]
    if isinstance(first.error, TypeError) and ("bitwise_xor" in words or "for ^" in words):
        return "^ for **"
    others = [trial.right for n, trial in features if n != 2]
    if sum(others) < len(others) / 2 and len(others) < len(features) and all(trial.right for n, trial in features if n == 2):
        return "two features only", f"There are {np.shape(first.case[0])[-1]} of them here."
    return f"raises {type(first.error).__name__}"
