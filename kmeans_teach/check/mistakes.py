"""The catalogue of mistakes: the tables in catalogue/, which the checks run and of which docs/mistakes.md is made.

A check compares a learner's function with what was `wrote` in its table, on all cases. The mistake that gives the same
results, case by case, is the one that the check names. What is only `seen` in the results is named by diagnose.py.
"""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

import numpy as np

from kmeans_teach.kmeans import assign_points, update_centroids

PAGE, KINDS = "docs/mistakes.md", ("mistakes", "accepted", "seen")
RAISES = "Call it on this case in a separate cell. Which line raises the error, and what does it get there?"
BY_HAND = "Work this case out by hand, line by line. Which line is the first that does not do what you meant?"


class Mistake(NamedTuple):
    name: str
    wrong: Callable  # a small wrong version: of the function, or for a stream from the right steps to the wrong ones


@cache
def catalogue() -> dict:
    """The tables of all checks, by the name of the check; "any" has what every function may get wrong."""
    files = sorted((Path(__file__).parent / "catalogue").glob("*.toml"))
    return {key: table for file in files for key, table in tomllib.loads(file.read_text(encoding="utf-8")).items()}


@cache
def known(check: str, kind="mistakes") -> list[Mistake]:
    """The mistakes of a check that can be run, in the order in which they are tried."""
    table = catalogue()[check]
    rows = [(name, wrote) for name, entry in table.get(kind, {}).items() for wrote in entry["wrote"]]
    return [Mistake(name, compiled(table["takes"], table["prelude"], wrote)) for name, wrote in rows]


def compiled(takes, *bodies):
    """The function with these arguments and this body; a body of one line is what it returns."""
    lines = "".join(body if "\n" in body else f"return {body}\n" for body in bodies if body)
    return defined(f"def wrong({takes}):\n" + indent(lines, "    "))


def defined(source):
    """The function that the source defines."""
    found = {}
    exec(source, {"np": np, "assign_points": assign_points, "update_centroids": update_centroids}, found)
    return found.popitem()[1]


def entry(name: str, *checks: str) -> dict:
    """What the catalogue says of a mistake, in the first of the tables that has its name."""
    for check in (*checks, "any"):
        for kind in KINDS:
            if found := catalogue()[check].get(kind, {}).get(name):
                return found
    return {"ask": RAISES if name.startswith("raises ") else BY_HAND}


def link(name: str | None) -> str | None:
    """Where the page of mistakes has the name, if it is one of ours."""
    for words, general in (("raises ", "raises an error"), (", not a function", "not a function")):
        name = general if name and (name.startswith(words) or name.endswith(words)) else name
    if name == "raises an error" or any(name in table.get(kind, {}) for table in catalogue().values() for kind in KINDS):
        return f"{PAGE}#{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}"
    return None
