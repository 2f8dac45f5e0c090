"""A known mistake, and the hints that several mistakes share. The tables are in mistakes_assign, _update and _steps.

A check compares a learner's function with the wrong versions in its table, on all cases. The mistake that gives the same
results as the learner's function, case by case, is the one that the check names. A name may have several rows, because
one mistake can be written in several ways.
"""

from collections.abc import Callable
from typing import NamedTuple


class Mistake(NamedTuple):
    name: str
    hint: str  # a question or a remark that helps, not the answer
    wrong: Callable  # a small wrong version: of the half-step, or for a stream from the right steps to the wrong ones


LAST_CENTROID = "range(K - 1) ends before the last centroid, and so does [:-1]."
EMPTY = "A cluster without points has no mean. In this course its centroid stays where it was."
MIXED = "Each step changes one thing: the centroids, or the labels. Between two of your steps both change."
ENDLESS = "What makes the loop end, and does that ever happen?"
IN_PLACE = "The caller's array is not what it was before the call. Which line writes into an argument?"
BY_HAND = "Work this case out by hand, line by line. Which line is the first that does not do what you meant?"
ALONE = "Call it on this case in a separate cell, to see where it happens."
