"""`kmeans-teach check`: mark a learner's notebook by the course's own checks, exercise by exercise.

The cells of the notebook run from top to bottom, in a kernel and a folder of their own. A cell that fails does not stop the
others. The lesson's own checks run instead of the learner's. docs/marking.md describes the result.
"""

import argparse
import ast
import contextlib
import json
import math
import re
import shutil
import sys
from pathlib import Path
from time import monotonic

from kmeans_teach import __version__
from kmeans_teach.commands import CommandError, copy_course, say
from kmeans_teach.commands.kernel import start_kernel
from kmeans_teach.commands.notebook import CellRun, cells_to_run, lesson_of, read

SECONDS = 120  # the default time limit of a notebook
LARGE = 100_000_000  # bytes; beyond this, what lies beside a notebook is not copied
VERDICTS = '__import__("kmeans_teach.check", fromlist=[""]).verdicts'  # the checks' verdicts, in the notebook's kernel
VERDICT_PAIRS = f"[(verdict.ok, verdict.mistake) for verdict in {VERDICTS}]"


def add_command(commands):
    command = commands.add_parser("check", help="mark notebooks: for each exercise passed, or the mistake's name")
    command.add_argument("notebooks", nargs="+", metavar="NOTEBOOK", help="a lesson that a learner has worked on")
    command.add_argument("--json", action="store_true", help="print the marks as JSON")
    limit = f"the time limit of a notebook (default: {SECONDS})"
    command.add_argument("--timeout", type=a_time, default=SECONDS, metavar="SECONDS", help=limit)
    command.add_argument("--model", metavar="FILE", help="the notebook that you handed out, if it is no lesson of the course")
    command.set_defaults(run=mark_all)


def a_time(text):
    with contextlib.suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"a time is a number of seconds above 0, got {text!r:.99}")


# ---- running a notebook


def mark(path, seconds=SECONDS, models=None) -> dict:
    """The marks of one notebook, as docs/marking.md describes them. Raises CommandError if there is nothing to mark."""
    cells = read(path)
    lesson, wanted = lesson_of(cells, path, models or sorted(copy_course.shipped().glob(copy_course.LESSONS)))
    runs = cells_to_run(cells, wanted)
    try:
        with start_kernel() as kernel:
            copy_files(Path(path).parent, "\n".join(run.source for run in runs), kernel.folder)
            run_cells(runs, kernel, seconds)
    except (CommandError, OSError) as error:
        raise CommandError(f"'{path}' cannot be run: {error}") from error
    marks = [judge(exercise, runs) for exercise in wanted]
    return {
        "lesson": lesson,
        "passed": all(each["status"] == "passed" for each in marks),
        "exercises": marks,
        "errors": [{"cell": run.number, "text": run.fault} for run in runs if run.fault and run.exercise is None],
    }


def copy_files(folder, code, work):
    """Copy the files beside a notebook and the folders that its code names, small ones first, up to LARGE bytes in all."""
    found = []
    for path in folder.iterdir():
        # a notebook may lie in a large folder, such as one's home: a folder is opened only if the code names it
        with contextlib.suppress(OSError):  # a link to nothing, a file that may not be read
            if path.is_file() or (path.is_dir() and path.name in code):
                files = path.rglob("*") if path.is_dir() else [path]
                found.append((sum(file.stat().st_size for file in files), path))
    room = LARGE
    for size, path in sorted(found):
        room -= size
        if room >= 0:
            with contextlib.suppress(OSError):
                (shutil.copytree if path.is_dir() else shutil.copy)(path, work / path.name)


def run_cells(runs, kernel, seconds):
    """Run the cells in order. A cell may take half of the time that is left, so that some is left for the next one."""
    end = monotonic() + seconds
    for run in runs:
        left = end - monotonic()
        if left <= 0.01:
            return
        if run.check:
            kernel.run(CellRun(f"{VERDICTS}.clear()"), left, silent=True)
        kernel.run(run, left / 2, expression=VERDICT_PAIRS if run.check else "None")
        if run.dead:
            return


# ---- from results to a mark


def judge(exercise, runs) -> dict:
    """The mark of one exercise, from the results of its cells and of its check. docs/marking.md lists the statuses."""
    mine = [run for run in runs if run.exercise is exercise and not run.check]
    check = next((run for run in runs if run.exercise is exercise and run.check), None)

    def give(status, text="", mistake=None):
        return {"id": exercise.cell.id, "name": exercise.name, "status": status, "mistake": mistake, "text": text.strip()}

    if mine and _untouched(exercise.cell.source, [run.source for run in mine]):
        return give("not tried")
    if check is None or (not mine and check.fault):
        return give("missing", "the exercise's cell is gone")
    for run in (*mine, check):
        if run.timed_out:
            return give("mistake", f"{'its check' if run.check else 'the cell'} does not end", "does not stop in time")
        if run.check and run.error_type == "AssertionError":
            return give("mistake", run.message, re.match("[^:\n]*", run.message).group() or None)
        if run.fault:
            return give("error", run.fault)
    if not check.was_run:
        dead = next((run for run in runs if run.dead and not run.timed_out), None)
        return give("error", f"Python ended before, in cell {dead.number}") if dead else give("no time left")
    # a check that ends without an error passes, unless it gave a verdict that says otherwise
    verdicts = check.value or []
    if len(verdicts) < len(re.findall(r"^check_\w+\(", check.source, flags=re.MULTILINE)):
        return give("error", "the check gave no verdict: is its name used for something else?")
    wrong = [mistake for ok, mistake in verdicts if not ok]
    return give("mistake", check.printed, wrong[0]) if wrong else give("passed", check.printed)


def _untouched(handed_out, sources):
    """Whether the exercise's own cell is as it was handed out, and no other of its cells defines the same names."""
    own, *others = sources
    try:
        # comments and spaces do not count
        same = ast.dump(ast.parse(own)) == ast.dump(ast.parse(handed_out))
        return same and not any(_defined(handed_out) & _defined(other) for other in others)
    except (SyntaxError, ValueError, RecursionError):
        return [handed_out.strip()] == [source.strip() for source in sources]


def _defined(source):
    """The names that a cell defines; lines for IPython (%, !) are no Python."""
    nodes = list(ast.walk(ast.parse(re.sub(r"^[%!].*", "", source, flags=re.MULTILINE))))
    assigned = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return assigned | {getattr(node, "asname", None) or getattr(node, "name", None) for node in nodes} - {None}


# ---- the command


def in_words(marked) -> str:
    lines = [marked["notebook"]]
    for number, each in enumerate(marked["exercises"], 1):
        more = {"mistake": each["mistake"] or "none of the known ones", "error": each["text"]}.get(each["status"])
        lines.append(f"  {number} {each['name']}: {each['status']}{f': {more}' if more else ''}")
    return "\n".join([*lines, *(f"  cell {error['cell']}: {error['text']}" for error in marked["errors"])])


def mark_all(arguments) -> int:
    """Mark notebooks and print the marks: 0 if everything passed, 1 if not, 2 if one of them cannot be marked."""
    all_marked = []
    for path in arguments.notebooks:
        marked = {"notebook": str(path), "problem": None, "lesson": None, "passed": False, "exercises": [], "errors": []}
        try:
            marked |= mark(path, arguments.timeout, [arguments.model] if arguments.model else None)
            if not arguments.json:
                say(in_words(marked))
        except CommandError as error:
            marked["problem"] = str(error)
            print(f"kmeans-teach: {error}", file=sys.stderr)
        except KeyboardInterrupt:
            return 130
        all_marked.append(marked)
    if arguments.json:
        print(json.dumps({"kmeans_teach": __version__, "notebooks": all_marked}, indent=2))
    if any(marked["problem"] for marked in all_marked):
        return 2
    return 0 if all(marked["passed"] for marked in all_marked) else 1
