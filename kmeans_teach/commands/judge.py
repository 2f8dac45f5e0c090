"""The marks of one notebook: its cells are run, with the lesson's own checks, and each exercise is judged.

A cell that fails stops no other one; a cell that ends Python, or does not stop, is left out when a new kernel goes on.
docs/marking.md describes the result.
"""

import contextlib
import json
import re
from functools import cache, partial
from pathlib import Path
from time import monotonic

from kmeans_teach.commands import CommandError, copy_course, inventory
from kmeans_teach.commands.kernel import can_isolate, copy_files, start_kernel
from kmeans_teach.commands.notebook import CellRun, cells_to_run, exercises, lesson_of, read

SECONDS = 120  # the default time limit of a notebook
# what runs in the kernel at the beginning: exit() ends only a cell, and nothing is drawn that nobody sees; and what runs before
# each check: the course's own checks are put back
BEGIN = """import sys as _sys, kmeans_teach.check as _check
get_ipython().user_ns.update(exit=_sys.exit, quit=_sys.exit)
get_ipython().display_formatter.active_types = ["text/plain"]
del _sys, _check"""
BEFORE_CHECK = """import kmeans_teach.check as _check
_check.verdicts.clear()
get_ipython().user_ns.update({{name: _check.__dict__[name] for name in {names} if name in _check.__dict__}})
del _check"""
CHECKS = re.compile(r"^(check_\w+)\(", flags=re.MULTILINE)  # the checks that a cell calls
OWN = "calls the course's own function"  # a remark of the checks
LINE, TEXT = 300, 2000  # characters: what is longer is cut
KERNELS = 6  # how many may be started for one notebook
REPEAT = 2  # seconds for a cell that was stopped, and is run again
read_model = cache(read)
probe = cache(partial(Path(__file__).with_name("probe.py").read_text, encoding="utf-8"))


def mark(path, seconds=SECONDS, models=None) -> dict:
    """The marks of one notebook, as docs/marking.md describes them. Raises CommandError if there is nothing to mark."""
    cells = read(path)
    if not models and (found := inventory.marks(cells)):
        return clean(found)
    models = models or sorted(copy_course.shipped().glob(copy_course.LESSONS))
    lesson, handed_out = lesson_of(cells, path, {Path(model).stem: read_model(model) for model in models})
    wanted = exercises(handed_out)
    runs = cells_to_run(cells, wanted)
    last = max((at for at, run in enumerate(runs) if run.check), default=0)
    try:
        run_cells(runs[: last + 1], Path(path).parent, seconds)  # no mark depends on the cells after it
    except (CommandError, OSError) as error:
        raise CommandError(f"'{path}' cannot be run: {error}") from error
    marks = [judge(exercise, runs, cells) for exercise in wanted]
    errors = [{"cell": run.number, "text": run.fault} for run in runs if run.fault and run.exercise is None]
    errors += [{"cell": run.number, "text": f"it changes {_list(run.changed)}"} for run in runs if run.changed and run.number]
    passed = all(each["status"] == "passed" for each in marks)
    return {"lesson": lesson, "passed": passed, "isolated": can_isolate(), "exercises": marks, "errors": clean(errors)}


# ---- running a notebook


def run_cells(runs, folder, seconds):
    """Run the cells in order, in as many kernels as it takes. A cell may take half of the time that is left."""
    code, alive = "\n".join(run.source for run in runs), False
    for _ in range(KERNELS):
        if not alive and seconds > 0.01:
            with start_kernel(lambda work: copy_files(folder, code, work)) as kernel:
                end = monotonic() + seconds  # the time that kernels need to start does not count
                alive = not _go_on(runs, kernel, end)
                seconds = end - monotonic()


def _go_on(runs, kernel, end):
    """Run the cells that have not run, and again those that did in an earlier kernel. True if a cell has ended the kernel."""
    begin, before = CellRun(BEGIN), {}
    kernel.run(begin, 30, silent=True, expression=_question({}))
    seals = _told(begin.value)["seals"]
    if begin.dead:
        raise CommandError("its kernel ended at once")
    for run in runs:
        left = end - monotonic()
        if left <= 0.01:
            return False
        if run.dead or (run.check and run.was_run):
            continue
        stubs = run.exercise.stubs if run.exercise else {}
        if stubs and run.exercise.cell.id not in before:
            before[run.exercise.cell.id] = _ask(kernel, stubs)["values"]
        if run.check:
            run.before = before.get(run.exercise.cell.id, {})
            kernel.run(CellRun(BEFORE_CHECK.format(names=CHECKS.findall(run.source))), 10, silent=True)
        again = CellRun(run.source) if run.was_run else run  # its result is known, but the next cells may need what it does
        seconds = min(left / 2, REPEAT) if again is not run and run.timed_out else left / 2
        kernel.run(again, seconds, expression=_question(stubs if run.check else {}))
        if again.dead:
            run.was_run = run.dead = True
            return True
        told = _told(again.value) if again.value else _ask(kernel, stubs if run.check else {})
        run.changed += [each for each in told["seals"] if seals.get(each, told["seals"][each]) != told["seals"][each]]
        seals |= told["seals"]
        if run.check:
            run.after = told
    return False


def _question(stubs):
    """An expression that calls `report` of probe.py, whose text it holds."""
    return f"(lambda space: __import__('builtins').exec({probe()!r}, space) or space['report'](get_ipython(), {stubs!r}))({{}})"


def _ask(kernel, stubs):
    cell = CellRun("")
    kernel.run(cell, 10, silent=True, expression=_question(stubs))
    return _told(cell.value)


def _told(value):
    """The answer of probe.py, if it has its shape: a cell can have changed how Python and Jupyter answer."""
    told = {"verdicts": [], "seals": {}, "values": {}, "own_assert": False}
    with contextlib.suppress(AttributeError, TypeError, ValueError):
        found = json.loads(value)
        told |= {key: found[key] for key in told if type(found.get(key)) is type(told[key])}
        shape = [bool, *[(str, type(None))] * 3]
        told["verdicts"] = [each for each in told["verdicts"] if all(map(isinstance, each, shape))]
    return told


# ---- from results to a mark


def judge(exercise, runs, cells=()) -> dict:
    """The mark of one exercise, from the results of its cells and of its check. docs/marking.md lists the statuses."""
    mine = [run for run in runs if run.exercise is exercise and not run.check]
    check = next((run for run in runs if run.exercise is exercise and run.check), None)
    before, told = (check.before, check.after) if check else ({}, {})
    verdicts, values = told.get("verdicts", []), told.get("values", {})

    from kmeans_teach.check.mistakes import link  # here, because it loads numpy

    def give(status, text="", mistakes=()):
        found = [{"name": name, "question": question or "", "more": link(name)} for name, question in dict(mistakes).items()]
        named = "; ".join(each["name"] for each in found if each["name"]) or None
        mark = {"id": exercise.cell.id, "name": exercise.name, "status": status, "mistake": named, "text": text.strip()}
        return clean(mark | {"mistakes": found})

    def notes(names):
        places = {name: [run.number for run in runs if run.number and _defines(run.source, name, exercise)] for name in names}
        return [f"{name} is also defined in code cell {_list(found)}." for name, found in places.items() if found]

    names, text = exercise.name.split(", "), "\n".join(verdict[2] or "" for verdict in verdicts)
    skipped = [verdict[2] for verdict in verdicts if verdict[1] == "not tried"]
    wrong = [verdict for verdict in verdicts if not verdict[0] and verdict[1] != "not tried"]
    untouched = _untouched(exercise, mine, values, before)
    failed = next((run for run in mine if run.fault), None)
    # a cell that fails after its definition is judged by the check; one that fails before it has defined nothing
    defined = any(each["id"] != before.get(name, {}).get("id") for name, each in values.items())
    if (untouched or skipped) and (defined or not failed) and (len(untouched) == len(names) or not wrong):
        told = skipped or [f"{_list(untouched)} is as it was handed out."]
        return give("not tried", " ".join([*told, *notes(untouched or names)]))
    if check is None or (not mine and check.fault and not verdicts):
        as_text = any(cell.id == exercise.cell.id and not cell.code and cell.id for cell in cells)
        gone = "the exercise's cell is a text cell now: make it a code cell again" if as_text else "the exercise's cell is gone"
        return give("missing", "; ".join([gone, *notes(names)]))
    asked = len(CHECKS.findall(check.source))
    if failed is None or defined:
        if wrong and len(verdicts) >= asked:
            return give("mistake", text, [(verdict[1], verdict[3]) for verdict in wrong])
        if check.error_type == "AssertionError" and told.get("own_assert"):
            name, _, question = check.message.partition("\n")[0].partition(":")
            return give("mistake", check.message, [(name or None, question.strip())])
        if check.was_run and not check.fault and len(verdicts) >= asked:
            doubts = _calls(exercise, values, verdicts)
            for run in (run for run in runs[: runs.index(check) + 1] if run.changed):
                doubts.append(f"{f'Cell {run.number}' if run.number else 'A function'} changes {_list(run.changed)}.")
            doubts += ["There are more verdicts than checks."] * (0 < asked < len(verdicts))
            last = text or (check.printed.strip().splitlines() or [""])[-1]
            return give("look at it" if doubts else "passed", " ".join([*doubts, last]))
    if slow := next((run for run in (*mine, check) if run.timed_out), None):
        question = "When does the loop end?"
        text = "its check does not end" if slow.check else "the cell does not end"
        return give("mistake", text, [("does not stop in time", question)])
    if failed or check.fault:
        return give("error", (failed or check).fault)
    if not check.was_run:
        return give("no time left")
    return give("error", "the check gave no verdict: is its name used for something else?")


def _untouched(exercise, mine, values, before):
    """The names that still mean what the lesson's line had given them; without the kernel's answer, the lines tell."""
    if values or not mine:
        return [name for name, each in values.items() if each["id"] == before.get(name, {}).get("handed")]
    handed, lines = {*map(_bare, exercise.cell.source.splitlines())}, [line for run in mine for line in run.source.splitlines()]
    added = "\n".join(line for line in lines if _bare(line) not in handed)
    there = handed <= {"", *map(_bare, lines)}
    return [name for name in exercise.name.split(", ") if there and not _defines(added, name, exercise)]


def _calls(exercise, values, verdicts):
    """Sentences about functions that leave the work to the course's own ones."""
    calls = {name: each["calls"] for name, each in values.items() if each["calls"]}
    if not calls and any(verdict[1] == OWN for verdict in verdicts):
        calls = {exercise.name: ["function"]}
    return [f"{name} calls the course's own {_list(called)}." for name, called in calls.items()]


def _defines(source, name, exercise):
    """Whether a cell gives a value to the name, by another line than the lesson's."""
    source = re.sub(rf"^{name} *= *{exercise.stubs.get(name, '#')}\b.*", "", source, flags=re.MULTILINE)
    return re.search(rf"^(?:async )?(?:def|class) {name}\b|^{name}\s*[,:=](?!=)", source, flags=re.MULTILINE)


def _bare(source):
    """A line without comments and spaces."""
    return re.sub(r"#.*|\s+", "", source)


def _list(names):
    return ", ".join(map(str, names))


def clean(value, most=LINE):
    """The same, with no character that controls a terminal, and cut where it is long."""
    if isinstance(value, dict):
        return {key: clean(each, TEXT if key == "text" else LINE) for key, each in value.items()}
    if isinstance(value, list):
        return [clean(each) for each in value]
    if isinstance(value, str):
        shown = "".join(c if c.isprintable() or (c == "\n" and most == TEXT) else f"\\x{ord(c):02x}" for c in value[: most + 1])
        return shown if len(shown) <= most else f"{shown[:most]} ..."
    return value
