"""What lessons 06 and later use: many starts, charts, widgets, images, and K-means for many points."""

from time import perf_counter

from kmeans_teach.inputs import parts


def needs(*modules):
    """Stop a lesson at its first cell, in one sentence, if a module that the lesson needs is not installed."""
    parts.need("this lesson", "lab", *modules)


def timed(method):
    """The shortest time of `method()` in seconds, and what it returned. A quick one is called again, for 0.2 s in all.

    Twice at least, if it takes less than a second: the first call may load something, or meet a busy moment.
    """
    least, spent, calls = float("inf"), 0.0, 0
    while spent < 0.2 or (calls < 2 and least < 1):
        begin = perf_counter()
        result = method()
        took = perf_counter() - begin
        least, spent, calls = min(least, took), spent + took, calls + 1
    return least, result
