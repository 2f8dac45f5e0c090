"""`kmeans-teach copy`: the course in a learner's folder. It never writes over what the learner changed.

A hidden folder keeps each lesson as the learner got it. A lesson with the same cells as that copy is unchanged, and a newer
one may replace it; otherwise the lesson is the learner's, and a newer one is put beside it.

The lessons of the course are stored with their outputs, which would answer its questions. A learner gets them without.
"""

import contextlib
import json
import os
from itertools import count
from pathlib import Path

from kmeans_teach import __version__
from kmeans_teach.commands import CommandError, say

PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = "kmeans-course"
LESSONS = "[0-9][0-9]_*.ipynb"
PRISTINE = ".kmeans-course"  # the hidden folder, inside the learner's
NOT_A_NOTEBOOK = ValueError, TypeError, LookupError, AttributeError, RecursionError


def add_command(commands):
    command = commands.add_parser("copy", help="copy the course into a folder; files that you changed there stay")
    command.add_argument("folder", nargs="?", help=f"the folder to copy into (default: ./{FOLDER})")
    command.set_defaults(run=lambda arguments: copy_and_report(arguments.folder or learners_folder()))


def clone():
    """The notebooks of the clone that this package runs from; None if there is no clone."""
    folder = PACKAGE.parent / "notebooks"
    return folder if (PACKAGE.parent / "pyproject.toml").is_file() and folder.is_dir() else None


def shipped():
    """The folder of the lessons that come with the package: the clone's, or those inside an installed package."""
    folder = clone() or PACKAGE / "course"
    if not list(folder.glob(LESSONS)):
        raise CommandError(f"there are no lessons in {folder}: install kmeans-teach again")
    return folder


def learners_folder():
    """The learner's copy of the course: the current folder if it is such a copy, otherwise a folder below it."""
    return Path() if Path(PRISTINE).is_dir() else Path(FOLDER)


def copy_and_report(folder):
    """Copy the course, print what was done, and return the exit code."""
    for sentence in copy(folder):
        say(sentence)
    return 0


def copy(folder, *, source=None, version=__version__) -> list[str]:
    """Copy the course into a folder, or bring it up to date there; return sentences that say what was done.

    Raises CommandError if it cannot be done. Each file is then whole, and the files that were copied before stay.
    """
    folder, source = Path(folder), Path(source or shipped())
    copied, replaced, beside = [], [], []
    try:
        if folder.exists() and not folder.is_dir():
            raise CommandError(f"'{folder}' is a file, so the course cannot be copied there")
        if folder.exists() and folder.samefile(source):
            raise CommandError(f"'{folder}' is where the course comes from, so it is not copied there")
        (folder / PRISTINE).mkdir(parents=True, exist_ok=True)
        for lesson in [*sorted(source.glob(LESSONS)), source / "README.md"]:
            path, pristine = folder / lesson.name, folder / PRISTINE / lesson.name
            if path.is_dir():
                raise CommandError(f"'{path}' is a folder, but the course has a file of that name")
            here, given = (file.read_bytes() if file.exists() else None for file in (path, pristine))
            new = handed_out(lesson.read_bytes())
            if here is not None and given == new:
                continue  # there is no newer one
            mine, first, newer = (data and _cells(path, data) for data in (here, given, new))
            if here is None or (mine == first and here != new):
                _write(path, new)
                (copied if here is None else replaced).append(path.name)
            elif newer not in (mine, first):
                reason = f"Another {path.name} was there, so the course's" if given is None else ""
                reason = reason or f"You have changed {path.name}, so the newer one"
                beside.append(f"{reason} is beside it: '{_write_beside(path, new, version)}'.")
            if given != new:
                _write(pristine, new)  # after the lesson: if this fails, the next run finds the lesson already there
    except OSError as error:
        raise CommandError(f"the course could not be copied to '{folder}': {error.strerror or error}") from error
    sentences = [f"Copied {_files(copied)} of the course to '{folder}'."] if copied else []
    if replaced:
        sentences.append(f"Replaced {_files(replaced)} that you had not changed by newer ones: {', '.join(replaced)}.")
    return [*sentences, *beside] or [f"The course in '{folder}' is up to date."]


def handed_out(lesson: bytes) -> bytes:
    """A lesson as a learner gets it: nothing was run, so no output answers a question; what is folded stays folded.

    Bytes that are no notebook, such as the page beside the lessons, are returned as they are.
    """
    try:
        notebook = json.loads(lesson)
        notebook["metadata"] = _only(("kernelspec", "language_info"), notebook["metadata"])
        for cell in notebook["cells"]:
            cell["metadata"] = _only(("cellView", "jupyter", "tags"), cell["metadata"])
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
        return f"{json.dumps(notebook, indent=1, ensure_ascii=False)}\n".encode()
    except NOT_A_NOTEBOOK:
        return lesson


def _only(names, metadata):
    return {name: value for name, value in metadata.items() if name in names}


def _cells(path, data):
    """What a learner may change in a file: of a lesson the cells, but not the outputs that running it writes."""
    if path.suffix == ".ipynb":
        with contextlib.suppress(*NOT_A_NOTEBOOK):
            cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(data)["cells"]]
            return [cell for cell in cells if cell[1].strip()]  # JupyterLab adds an empty cell after the last one that is run
    return data


def _files(names):
    return f"{len(names)} file{'' if len(names) == 1 else 's'}"


def _write_beside(path, data, version):
    """Write the data next to a file, under the first name that is free or already has this data; return the name."""
    names = (f"{path.stem} ({version}{'' if n == 1 else f', {n}'}){path.suffix}" for n in count(1))
    other = next(p for p in map(path.with_name, names) if not p.exists() or p.read_bytes() == data)
    if not other.exists():
        _write(other, data)
    return other.name


def _write(path, data):
    """Write the whole file or none of it: first under another name in the same folder, which is then renamed."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
