"""What lessons 06 and later use: many starts, charts, widgets, images, and K-means for many points."""

from time import perf_counter

from kmeans_teach.inputs import parts


def needs(*modules):
    """Stop a lesson at its first cell, in one sentence, if a module that the lesson needs is not installed."""
    parts.need("this lesson", "lab", *modules)


def timed(methods):
    """The shortest time of each method in seconds, and what it returned.

    The methods take turns, so that a busy moment of the machine meets all of them. Five turns; a method that has taken half a
    second sits out those that are left.

    Parameters
    ----------
    methods : dict of str to callable without arguments

    Returns
    -------
    dict of str to (float, object)
    """
    times, found = {name: [] for name in methods}, {}
    for _ in range(5):
        for name, method in methods.items():
            if sum(times[name]) < 0.5:
                begin = perf_counter()
                found[name] = method()
                times[name].append(perf_counter() - begin)
    return {name: (min(times[name]), found[name]) for name in methods}
