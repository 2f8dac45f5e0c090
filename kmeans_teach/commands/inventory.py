"""The concept inventory: the marks of a learner's twelve letters, and what a class has gained. No cell is run.

The questions, the right letters and the belief behind each wrong one are in assets/inventory.json.
"""

import json
import re
from functools import cache
from pathlib import Path
from textwrap import shorten

from kmeans_teach.commands import copy_course

SOURCE = copy_course.PACKAGE / "assets" / "inventory.json"
NAME, TITLE = "inventory", "# What do you believe about K-means?"
KEY = "docs/inventory.md#the-key"


@cache
def read_source():
    return json.loads(SOURCE.read_text(encoding="utf-8"))


def marks(cells) -> dict | None:
    """The marks of a notebook with the questions, in the form of `judge.mark`; None if it is another notebook."""
    code = "\n".join(cell.source for cell in cells if cell.code)
    letters = dict(re.findall(r"^q(\d+)\s*=\s*[\"']([^\"'\n]*)", code, flags=re.MULTILINE))
    if not letters or not any(cell.source.startswith(TITLE) for cell in cells if not cell.code):
        return None
    found = [_mark(f"q{n}", asked, letters.get(str(n), "")) for n, asked in enumerate(read_source()["questions"], 1)]
    passed = all(each["status"] == "passed" for each in found)
    return {"lesson": NAME, "passed": passed, "isolated": True, "exercises": found, "errors": []}


def _mark(name, asked, written):
    letter = written.strip().upper()
    mark = {"id": f"answer-{asked['id']}", "name": name, "status": "not tried", "mistake": None, "text": "", "mistakes": []}
    option = next((one for one in asked["options"] if one["letter"] == letter), None)
    if option is None:
        return mark | ({"status": "error", "text": f"{letter[:9]!r} is none of A, B, C and D"} if letter else {})
    mark["text"] = f"{letter}: {option['text']}"
    belief = option["misconception"]
    if belief is None:
        return mark | {"status": "passed"}
    told = next(each["belief"] for each in read_source()["misconceptions"] if each["name"] == belief)
    return mark | {"status": "mistake", "mistake": belief, "mistakes": [{"name": belief, "question": told, "more": KEY}]}


def gains(done, before, after):
    """Lines on each question: how many were right in the folder `before` and in `after`, and the gain.

    A learner is known by the name of the file. The gain is the share of those who were wrong before and are right after.
    """
    times = [{}, {}]
    for marked in done:
        for place, found in zip((before, after), times, strict=True):
            if marked["lesson"] == NAME and Path(marked["notebook"]).is_relative_to(place):
                right = [each["status"] == "passed" for each in marked["exercises"]]
                found[Path(marked["notebook"]).relative_to(place)] = right
    both = [(times[0][name], times[1][name]) for name in times[0] if name in times[1]]
    if not both:
        return
    alone = len(times[0]) + len(times[1]) - 2 * len(both)
    yield f"\nTHE TWELVE QUESTIONS: {len(both)} files are in both folders; {alone} in one of them only do not count here"
    for n, asked in enumerate(read_source()["questions"]):
        first, then = (sum(pair[time][n] for pair in both) for time in (0, 1))
        gained, wrong = sum(one[n] < other[n] for one, other in both), len(both) - first
        gain = f"gain {gained / wrong:.0%}" if wrong else "no gain is possible"
        text = shorten(asked["text"], 60, placeholder=" ...")
        yield f"  q{n + 1:<3} right before {first:>3}, after {then:>3}, {gain:<10}  {text}"
