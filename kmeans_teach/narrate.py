"""A run in words: a title and one plain sentence for each half-step."""

from string import ascii_uppercase

import numpy as np

from kmeans_teach.kmeans import Step, distances_moved

STOPS = {
    "converged": "converged after {}",
    "max_iter": "stopped after {}, the most allowed, before it converged",
    "cycle": "stopped after {}: a cycle, the centroids were here before",
}


def letter(k: int) -> str:
    """The name of cluster k: A, B, ... Z, AA, AB, ..."""
    before = letter(k // 26 - 1) if k >= 26 else ""
    return before + ascii_uppercase[k % 26]


def number(x: float) -> str:
    """About three significant digits, without zeros at the end: 0.42, 81.2, 2317."""
    return f"{x:.0f}" if 999.5 <= abs(x) < 1e6 else f"{x:.3g}"


def plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def describe(step: Step) -> str:
    """Describe a half-step in one sentence: what moved or changed, the inertia, empty clusters, and why the run stopped."""
    return f"{_name(step)}: {'; '.join(_parts(step))}."


def title(step: Step) -> str:
    """A short title for the picture of a half-step, such as "Update 3: centroids move"."""
    words = {"start": "points join the nearest", "update": "centroids move", "assign": "points choose"}[step.phase]
    if step.stop == "converged":
        words = "nothing moves"
    return f"{_name(step)}: {words}" + (f" ({step.stop})" if step.stop else "")


def _name(step):
    return "Start" if step.phase == "start" else f"{step.phase.capitalize()} {step.iteration}"


def _parts(step):
    before = step.before
    if step.phase == "start":
        yield f"{plural(len(step.centroids), 'centroid')}, and each of {plural(len(step.labels), 'point')} joins the nearest"
    elif step.phase == "update":
        yield _moves(step)
        if before and before.phase == "assign":
            yield f"{plural(before.changed, 'point')} had changed"
    else:
        yield f"{plural(step.changed, 'point')} changed cluster"
    old, new = number(before.inertia) if before else None, number(step.inertia)
    yield f"inertia {new}" if old in (None, new) else f"inertia {old} -> {new}"
    counts = np.asarray(np.bincount(step.labels, minlength=len(step.centroids)))  # computes a Dask array
    empty = [letter(k) for k in np.flatnonzero(counts == 0)]
    if len(empty) > 1:
        yield f"{', '.join(empty[:-1])} and {empty[-1]} have no points and stay in place"
    elif empty:
        yield f"{empty[0]} has no points and stays in place"
    if step.stop:
        yield STOPS[step.stop].format(plural(step.iteration, "update"))


def _moves(step):
    if step.shift == 0:
        return "no centroid moved"
    if step.before is None:
        return f"the farthest move was {number(step.shift)}"
    moves = distances_moved(step.before.centroids, step.centroids)
    moved, farthest = np.flatnonzero(moves), int(moves.argmax())
    if len(moved) == 1:
        return f"{letter(farthest)} moved {number(step.shift)}"
    return f"{len(moved)} centroids moved, {letter(farthest)} farthest ({number(step.shift)})"
