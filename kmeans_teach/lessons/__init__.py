"""What lessons 06 and later use: many starts, charts, widgets, images, and K-means for many points."""

from kmeans_teach.inputs import parts


def needs(*modules):
    """Stop a lesson at its first cell, in one sentence, if a module that the lesson needs is not installed."""
    parts.need("this lesson", "lab", *modules)
