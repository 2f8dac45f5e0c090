"""A run in words: a title for each half-step, and what it did: in one sentence, for each cluster, for one point, as a table."""

from functools import partial
from html import escape
from string import ascii_uppercase

import numpy as np

from kmeans_teach.kmeans import Step, distances_moved

LEVELS = {"one sentence": "step", "one for each cluster": "clusters", "one point": "point"}
NO_POINT = "No point is ringed yet: click one, or write its number."
MOST_TOLD = 4  # features: the place of a centroid in more would be a long list of numbers
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
    """About three significant digits, without zeros at the end: 0.42, 81.2, 2317, 71,400,000."""
    if not 999.5 <= abs(x) < 1e15:
        return f"{x:.3g}"
    return f"{x:.0f}" if abs(x) < 999_500 else f"{float(f'{x:.3g}'):,.0f}"  # 7.14e+07 is hard to read, and to hear


def plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def describe(step: Step) -> str:
    """Describe a half-step in one sentence: what moved or changed, the inertia, empty clusters, and why the run stopped."""
    return f"{_name(step)}: {'; '.join(_parts(step))}."


def describe_clusters(step: Step) -> str:
    """Describe a half-step in one sentence for each cluster, a line each: its points, its centroid, and what changed."""
    before, counted = step.before or step, partial(np.bincount, minlength=len(step.centroids))
    changed, moves = step.labels != before.labels, distances_moved(before.centroids, step.centroids)
    came, went, lines = counted(step.labels[changed]), counted(before.labels[changed]), []
    for k, size in enumerate(counted(step.labels)):
        at = f", centroid at ({', '.join(map(number, step.centroids[k]))})" if step.centroids.shape[1] <= MOST_TOLD else ""
        moved = f", moved {number(moves[k])}" if moves[k] else ", not moved"
        told = {"start": at, "update": at + moved, "assign": f", {came[k]} joined and {went[k]} left"}[step.phase]
        lines.append(f"{letter(k)}: {plural(size, 'point')}{told}.")
    return "\n".join([f"{_name(step)}, inertia {number(step.inertia)}.", *lines])


def describe_point(points, step: Step, i: int) -> str:
    """The distances of point i from all centroids, in all features, and the nearest."""
    away = np.sqrt(((step.centroids - points[i]) ** 2).sum(axis=1))
    listed = ", ".join(f"{letter(k)} {number(d)}" for k, d in enumerate(away))
    return f"Point {i}: distance to {listed}; nearest {letter(int(away.argmin()))}."


def at_level(player, level: str, i: int | None) -> str:
    """The half-step under a player's cursor at one of the LEVELS of detail, and what clusters point i had so far."""
    points, step, history = player.model.points, player.step, ""
    if i is not None:
        labels = [int(other.labels[i]) for other in player.steps[: player.cursor + 1]]
        history = f" Point {i}: {', then '.join(letter(k) for j, k in enumerate(labels) if j == 0 or k != labels[j - 1])}."
    if level == "point":
        return (describe_point(points, step, i) if i is not None else f"{describe(step)} {NO_POINT}") + history
    return (describe_clusters(step) if level == "clusters" else describe(step)) + history


def table(points, step: Step, names) -> str:
    """HTML: for each cluster its letter, how many points it has, where its centroid is, how far that moved, and its inertia."""
    counted = partial(np.bincount, step.labels, minlength=len(step.centroids))
    inertias = counted(((points - step.centroids[step.labels]) ** 2).sum(axis=1))
    moved = distances_moved((step.before or step).centroids, step.centroids)
    heads = ["cluster", "points", *map(str, names or [f"feature {n}" for n in range(points.shape[1])]), "moved", "inertia"]
    lines = []
    for k, (size, centroid, *rest) in enumerate(zip(counted(), step.centroids, moved, inertias, strict=True)):
        cells = "".join(f"<td>{number(x)}</td>" for x in (size, *centroid, *rest))
        lines.append(f"<tr><th scope=row>{letter(k)}</th>{cells}</tr>")
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in heads)
    caption = f"<caption>All clusters; their inertias add up to {number(step.inertia)}</caption>"
    return f"<table class=kmeans-table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def title(step: Step) -> str:
    """A short title for the picture of a half-step, such as "Update 3: centroids move"."""
    words = {"start": "points join the nearest", "update": "centroids move", "assign": "points choose"}[step.phase]
    ends = {None: words, "converged": "nothing moves"}
    return f"{_name(step)}: {ends.get(step.stop, f'stopped ({step.stop})')}"


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
    yield f"inertia {new}" if old in (None, new) else f"inertia from {old} to {new}"
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
