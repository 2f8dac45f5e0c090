"""`kmeans-teach check`: mark one notebook or a whole class, several at a time, and say what the class gets wrong."""

import argparse
import contextlib
import csv
import json
import math
import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from kmeans_teach import __version__
from kmeans_teach.commands import CommandError, copy_course, inventory, kernel, say
from kmeans_teach.commands.judge import SECONDS, clean, mark

PAGE = copy_course.PACKAGE / "assets" / "class.html"
GUARD = """Each notebook runs in a folder of its own, with few variables of your environment and with limits of time, memory,
processes and file size. On Linux, where the system allows it, its cells cannot read other files, see other processes or use the
network; elsewhere, a sentence says so. Nothing keeps a cell from faking the marks of its own notebook."""
CODES = """exit codes: 0 every exercise of every notebook passed; 1 all are marked, and not every exercise passed; 2 the command
cannot be done as it was given; 3 a notebook could not be marked; 130 broken off by Ctrl-C"""
COLUMNS = "name", "status", "mistake", "text"  # of an exercise, in CSV
OPEN = "The cells run without isolation here: they could read your files and use the network."


def add_command(commands):
    about = "mark notebooks: for each exercise passed, or the mistake's name"
    command = commands.add_parser("check", help=about, description=f"{about.capitalize()}. {GUARD}", epilog=CODES)
    what = "a lesson that a learner has worked on, or a folder of them; two folders of the inventory are compared"
    command.add_argument("notebooks", nargs="+", metavar="NOTEBOOK", help=what)
    form = command.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print a line of JSON for each notebook")
    form.add_argument("--csv", action="store_true", help="print a line of CSV for each exercise")
    command.add_argument("--html", metavar="FILE", help="write what the class gets wrong, without names, as a page to show")
    cores = min(16, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
    command.add_argument("--jobs", type=a_count, default=cores, metavar="N", help="notebooks at a time (default: %(default)s)")
    limit = f"the time limit of a notebook (default: {SECONDS})"
    command.add_argument("--timeout", type=a_time, default=SECONDS, metavar="SECONDS", help=limit)
    command.add_argument("--model", metavar="FILE", help="the notebook that you handed out, if it is no lesson of the course")
    command.set_defaults(run=mark_all)


def a_time(text):
    with contextlib.suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"a time is a number of seconds above 0, got {text!r:.99}")


def a_count(text):
    if text.isdecimal() and 1 <= int(text) <= 99:
        return int(text)
    raise argparse.ArgumentTypeError(f"a number from 1 to 99 is needed, got {text!r:.99}")


def notebooks_in(place):
    """The notebook, or all notebooks of a folder and of the folders in it, without hidden ones."""
    place = Path(place)
    found = sorted(place.rglob("*.ipynb")) if place.is_dir() and place.suffix != ".ipynb" else [place]
    return [path for path in found if path == place or not any(part.startswith(".") for part in path.relative_to(place).parts)]


def mark_all(arguments) -> int:
    """Mark notebooks and print the marks as they come; the exit code is one of CODES."""
    from kmeans_teach.inputs.parts import need

    need("`kmeans-teach check`", "lab", "nbformat", "ipykernel")
    paths = [path for place in arguments.notebooks for path in notebooks_in(place)]
    if not paths:
        raise CommandError(f"there is no notebook in '{arguments.notebooks[0]}'")
    if arguments.html and not Path(arguments.html).absolute().parent.is_dir():
        raise CommandError(f"there is no folder for '{arguments.html}'")
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name that this terminal cannot show
    if not kernel.can_isolate():
        print(OPEN, file=sys.stderr)
    done, code, show = [], None, print_json if arguments.json else print_csv if arguments.csv else print_line
    if arguments.csv:
        csv_row(["notebook", "lesson", *COLUMNS])
    elif show is print_line and len(paths) > 1:
        say(f"Marking {len(paths)} notebooks, {min(arguments.jobs, len(paths))} at a time.")
    with ThreadPoolExecutor(arguments.jobs) as pool:
        try:
            for future in as_completed([pool.submit(marks_of, path, arguments) for path in paths]):
                done.append(future.result())
                show(done[-1], len(done), len(paths))
        except (BrokenPipeError, KeyboardInterrupt) as error:
            kernel.broken_off.set()
            pool.shutdown(cancel_futures=True)  # it waits until the kernels have ended
            kernel.broken_off.clear()
            if isinstance(error, BrokenPipeError):  # nobody reads on
                raise
            code = 130
    mistakes = class_mistakes(done)
    marked = [one for one in done if not one["problem"]]
    if arguments.html and marked:
        statuses = [[f"{one['lesson']}: {each['name']}", each["status"]] for one in marked for each in one["exercises"]]
        data = json.dumps({"notebooks": len(marked), "statuses": statuses, "mistakes": mistakes}).replace("<", "\\u003c")
        Path(arguments.html).write_text(PAGE.read_text(encoding="utf-8").replace("DATA", data, 1), encoding="utf-8")
    if show is print_line and len(paths) > 1:
        compared = inventory.gains(done, *arguments.notebooks) if len(arguments.notebooks) == 2 else ()
        say("\n".join([*class_lines(done, mistakes, len(paths)), *compared]))
    if arguments.html and marked and show is print_line:
        say(f"\nThe page for the class: {Path(arguments.html).absolute()}")
    return code or (3 if any(one["problem"] for one in done) else 0 if all(one["passed"] for one in done) else 1)


def marks_of(path, arguments) -> dict:
    """The marks of one notebook, or the problem that it has: whatever goes wrong with it, the others are marked."""
    marked = {"kmeans_teach": __version__, "notebook": clean(str(path)), "problem": None, "lesson": None, "passed": False}
    marked |= {"isolated": False, "exercises": [], "errors": []}
    try:
        return marked | mark(path, arguments.timeout, [arguments.model] if arguments.model else None)
    except CommandError as error:
        problem = error
    except Exception as error:
        problem = f"'{path}' cannot be marked: {type(error).__name__}: {error}"
    return marked | {"problem": clean(str(problem))}


# ---- what is printed


def print_json(marked, *_):
    say(json.dumps(marked))


def print_csv(marked, *_):
    for each in marked["exercises"] or [{"status": "problem", "text": marked["problem"]}] * bool(marked["problem"]):
        csv_row([marked["notebook"], marked["lesson"], *map(each.get, COLUMNS)])


def csv_row(cells):
    row = [f"'{cell}" if str(cell).startswith(("=", "+", "-", "@")) else cell for cell in cells]  # or a spreadsheet computes it
    csv.writer(sys.stdout, lineterminator="\n").writerow(row)
    sys.stdout.flush()


def print_line(marked, number, count):
    """All about one notebook; of several, a line for each."""
    exercises = marked["exercises"]
    if count > 1:
        passed = f"{sum(each['status'] == 'passed' for each in exercises)} of {len(exercises)} passed"
        others = [f"{each['name']}: {_told(each)}" for each in exercises if each["status"] != "passed"]
        say(f"{number:>3}/{count}  {marked['notebook']:<30}  {marked['problem'] or '; '.join([passed, *others])}")
    elif marked["problem"]:
        print(f"kmeans-teach: {marked['problem']}", file=sys.stderr)
    else:
        say(in_words(marked))


def _told(exercise):
    text, status = exercise["text"].partition("\n")[0], exercise["status"]
    text = text.rpartition("write a def of your own.")[2].strip() if status == "not tried" else text  # it says so itself
    more = (exercise["mistake"] or "none of the known ones") if status == "mistake" else text * (status != "passed")
    return status + f": {more}" * bool(more)


def in_words(marked) -> str:
    lines = [f"  {number} {each['name']}: {_told(each)}" for number, each in enumerate(marked["exercises"], 1)]
    return "\n".join([marked["notebook"], *lines, *(f"  cell {error['cell']}: {error['text']}" for error in marked["errors"])])


# ---- the class


def class_mistakes(done):
    """The mistakes by their names, the most frequent first, each with its count of notebooks, its question and one case."""
    found = {}
    for marked in done:
        for exercise in marked["exercises"]:
            for mistake in exercise["mistakes"]:
                one = found.setdefault(mistake["name"], mistake | {"in": set(), "exercises": set(), "text": exercise["text"]})
                one["in"].add(marked["notebook"])
                one["exercises"].add(exercise["name"])
    found.pop(None, None)
    rows = [one | {"count": len(one.pop("in")), "exercises": sorted(one["exercises"])} for one in found.values()]
    return sorted(rows, key=lambda one: (-one["count"], one["name"]))


def class_lines(done, mistakes, count):
    passed, problems = sum(one["passed"] for one in done), sum(bool(one["problem"]) for one in done)
    yield f"\n{passed} of {count} passed everything; {problems} cannot be marked; {count - len(done)} not reached."
    yield "\nWHAT THE CLASS GETS WRONG" + ("" if mistakes else "\n  no mistake that has a name")
    for one in mistakes:
        yield f"  {one['count']:>3} x  {one['name']} ({', '.join(one['exercises'])})"
        if one["question"]:
            yield f"         {one['question']}"
    others = {"mistake without a known name": [], "not tried": []}
    for each in (each for one in done for each in one["exercises"]):
        if each["status"] == "not tried":
            others["not tried"].append(each["name"])
        elif each["status"] == "mistake" and not each["mistake"]:
            others["mistake without a known name"].append(each["name"])
    for what, names in others.items():
        if names:
            yield f"  {len(names):>3} x  {what} ({', '.join(sorted(set(names)))})"
