"""What lessons 06 and later use: many starts, charts, widgets, images, and K-means for many points."""

from time import perf_counter

from kmeans_teach.inputs import parts


def needs(*modules):
    """Stop a lesson at its first cell, in one sentence, if a module that the lesson needs is not installed."""
    parts.need("this lesson", "lab", *modules)


def timed(method):
    """The shortest time of `method()` in seconds, and what it returned. A quick one is called again, for 0.2 s in all."""
    least, spent = float("inf"), 0.0
    while spent < 0.2:
        begin = perf_counter()
        result = method()
        least, spent = min(least, perf_counter() - begin), spent + perf_counter() - begin
    return least, result
