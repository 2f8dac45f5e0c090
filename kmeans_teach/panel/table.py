"""A half-step as a table: a row for each cluster."""

from html import escape

import numpy as np

from kmeans_teach.kmeans import distances_moved
from kmeans_teach.narrate import letter, number


def table(points, step, names):
    """HTML: for each cluster its letter, how many points it has, where its centroid is, how far that moved, and its inertia."""
    k = len(step.centroids)
    sizes = np.bincount(step.labels, minlength=k)
    inertias = np.bincount(step.labels, ((points - step.centroids[step.labels]) ** 2).sum(axis=1), minlength=k)
    moved = np.zeros(k) if step.before is None else distances_moved(step.before.centroids, step.centroids)
    heads = ["cluster", "points", *map(str, names or [f"feature {n}" for n in range(points.shape[1])]), "moved", "inertia"]
    lines = [
        f"<tr><th scope=row>{letter(i)}</th>"
        + "".join(f"<td>{number(x)}</td>" for x in (sizes[i], *step.centroids[i], moved[i], inertias[i]))
        for i in range(k)
    ]
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in heads)
    caption = f"<caption>All clusters; their inertias add up to {number(step.inertia)}</caption>"
    return f"<table class=kmeans-table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
