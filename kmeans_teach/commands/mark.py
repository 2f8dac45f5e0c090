"""`kmeans-teach check`: a learner's notebook marked by the course's own checks, exercise by exercise.

The notebook's cells are run from top to bottom, in a kernel and a folder of their own, and a cell that fails does not stop the
others. In the place of each check comes the lesson's own, whatever the learner made of it. docs/marking.md says what comes out.
"""

import argparse
import ast
import contextlib
import json
import math
import re
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

from kmeans_teach import __version__
from kmeans_teach.commands import copy_course
from kmeans_teach.commands.kernel import Kernel, KernelError
from kmeans_teach.commands.notebook import MarkingError, lesson_of, read, steps_of

SECONDS = 120  # what a notebook may take, unless told otherwise
LARGE = 100_000_000  # bytes; what lies beside a notebook and is larger is not copied
PLACE = '__import__("kmeans_teach.check", fromlist=[""]).verdicts'  # where the checks put them, in the kernel
VERDICTS = f"[(verdict.ok, verdict.mistake) for verdict in {PLACE}]"


def add_command(commands):
    command = commands.add_parser("check", help="mark notebooks: for each exercise passed, or the mistake's name")
    command.add_argument("notebooks", nargs="+", metavar="NOTEBOOK", help="a lesson that a learner has worked on")
    command.add_argument("--json", action="store_true", help="print the marks as JSON")
    limit = f"what a notebook may take (default: {SECONDS})"
    command.add_argument("--timeout", type=a_time, default=SECONDS, metavar="SECONDS", help=limit)
    command.add_argument("--model", metavar="FILE", help="the notebook as it was handed out, if it is no lesson of the course")


def a_time(text):
    with contextlib.suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"a time is a number of seconds above 0, got {text!r}")


@dataclass
class Mark:
    id: str
    name: str
    status: str  # passed, mistake, error, not tried, missing, no time left
    mistake: str | None
    text: str


def run(steps, kernel, seconds):
    """Run the steps in order; a cell may take half of the time that is left, so that there always is some for the next."""
    end = monotonic() + seconds
    for step in steps:
        left = end - monotonic()
        if left <= 0.01:
            return
        if step.check:
            kernel.run(f"{PLACE}.clear()", left, silent=True)
        step.ran = kernel.run(step.source, left / 2, ask={"verdicts": VERDICTS} if step.check else None)
        if step.ran.dead:
            return


# ---- what is told


def mark(path, seconds=SECONDS, models=None) -> dict:
    """One notebook's marks, as docs/marking.md describes them. Raises MarkingError if there is nothing to mark."""
    cells = read(path)
    lesson, wanted = lesson_of(cells, path, models or sorted(copy_course.shipped().glob(copy_course.LESSONS)))
    steps = steps_of(cells, wanted)
    try:
        with Kernel() as kernel:
            bring(Path(path).parent, steps, kernel.folder)
            run(steps, kernel, seconds)
    except (KernelError, OSError) as error:
        raise MarkingError(f"'{path}' cannot be run: {error}") from error
    marks = [judge(exercise, steps) for exercise in wanted]
    return {
        "lesson": lesson,
        "passed": all(each.status == "passed" for each in marks),
        "exercises": [asdict(each) for each in marks],
        "errors": [{"cell": step.number, "text": step.fault} for step in steps if step.fault and step.exercise is None],
    }


def bring(folder, steps, work):
    """Copy what lies beside the notebook, if the code speaks of it by its name and it is not very large."""
    code = "\n".join(step.source for step in steps)
    words = {part for text in re.findall(r"""["']([^"'\n]+)["']""", code) for part in re.split(r"[/\\]", text)}
    modules = set(re.findall(r"^\s*(?:import|from)\s+(\w+)", code, flags=re.MULTILINE))
    for path in folder.iterdir():
        if path.name in words or (path.stem if path.suffix == ".py" else path.name) in modules:
            files = path.rglob("*") if path.is_dir() else [path]
            if sum(file.stat().st_size for file in files) <= LARGE:
                (shutil.copytree if path.is_dir() else shutil.copy)(path, work / path.name)


def judge(exercise, steps) -> Mark:
    mine = [step for step in steps if step.exercise is exercise and not step.check]
    check = next((step for step in steps if step.exercise is exercise and step.check), None)

    def told(status, text="", mistake=None):
        return Mark(exercise.cell.id, exercise.name, status, mistake, text.strip())

    if mine and _same("\n".join(step.source for step in mine), exercise.cell.source):
        return told("not tried")
    for step in mine:
        if step.ran and step.ran.stopped:
            return told("mistake", "the cell does not end", "never stops")
        if step.fault:
            return told("error", step.fault)
    if check is None or (not mine and check.fault):
        return told("missing", "the exercise's cell is gone")
    if check.ran is None:
        dead = next((step for step in steps if step.ran and step.ran.dead and not step.ran.stopped), None)
        return told("error", f"Python ended before, in cell {dead.number}") if dead else told("no time left")
    if check.ran.stopped:
        return told("mistake", "its check does not end", "never stops")
    if check.ran.kind == "AssertionError":
        name = check.ran.message.partition("\n")[0].partition(":")[0]
        return told("mistake", check.ran.message, name or None)
    if check.fault:
        return told("error", check.fault)
    return _by_verdicts(check, told)


def _by_verdicts(check, told):
    """A check that ends without an error passes, unless it gave a verdict that says otherwise."""
    verdicts = check.ran.answers.get("verdicts", [])
    if len(verdicts) < len(re.findall(r"^check_\w+\(", check.source, flags=re.MULTILINE)):
        return told("error", "the check gave no verdict: is its name used for something else?")
    wrong = [mistake for ok, mistake in verdicts if not ok]
    return told("mistake", check.ran.said, wrong[0]) if wrong else told("passed", check.ran.said)


def _same(one, other):
    """The same code, whatever its comments and spaces."""
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError, RecursionError):
        return one.strip() == other.strip()


def in_words(marked) -> str:
    lines = [marked["notebook"]]
    for number, each in enumerate(marked["exercises"], 1):
        more = {"mistake": each["mistake"] or "none of the known ones", "error": each["text"]}.get(each["status"])
        lines.append(f"  {number} {each['name']}: {each['status']}{f': {more}' if more else ''}")
    return "\n".join([*lines, *(f"  cell {error['cell']}: {error['text']}" for error in marked["errors"])])


def report(paths, *, as_json=False, seconds=SECONDS, model=None) -> int:
    """Mark notebooks and print what comes out: 0 if everything passed, 1 if not, 2 if one of them cannot be marked."""
    all_marked = []
    for path in paths:
        marked = {"notebook": str(path), "problem": None, "lesson": None, "passed": False, "exercises": [], "errors": []}
        try:
            marked |= mark(path, seconds, [model] if model else None)
            if not as_json:
                print(in_words(marked), flush=True)
        except (MarkingError, copy_course.CourseError) as error:
            marked["problem"] = str(error)
            print(f"kmeans-teach: {error}", file=sys.stderr)
        except KeyboardInterrupt:
            return 130
        all_marked.append(marked)
    if as_json:
        print(json.dumps({"kmeans_teach": __version__, "notebooks": all_marked}, indent=2))
    if any(marked["problem"] for marked in all_marked):
        return 2
    return 0 if all(marked["passed"] for marked in all_marked) else 1
