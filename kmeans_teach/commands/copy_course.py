"""The course in a learner's folder: copied there, brought up to date there, and never over what the learner changed.

A small hidden file in the folder says of each lesson what was copied, as a sha256. A lesson that still is what was copied is
the learner's to be given anew; one that is not is theirs, and a newer lesson is put beside it.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path

from kmeans_teach import __version__

PACKAGE = Path(__file__).resolve().parents[1]
FOLDER = "kmeans-course"
LESSONS = "[0-9][0-9]_*.ipynb"
MANIFEST = ".kmeans-course.json"
FORMAT = 1


class CourseError(Exception):
    """Why the course could not be copied, in one sentence."""


def clone():
    """The notebooks of the clone that this package runs from; None where there is no clone."""
    folder = PACKAGE.parent / "notebooks"
    return folder if (PACKAGE.parent / "pyproject.toml").is_file() and folder.is_dir() else None


def shipped():
    """The folder of the lessons as they came: the clone's, or the one that an installed package carries."""
    folder = clone() or PACKAGE / "course"
    if not list(folder.glob(LESSONS)):
        raise CourseError(f"there are no lessons in {folder}: install kmeans-teach anew")
    return folder


def own():
    """Where a learner's copy of the course is, or will be: here, if this folder is one, else in a folder of that name."""
    return Path() if Path(MANIFEST).is_file() else Path(FOLDER)


def add_command(commands):
    command = commands.add_parser("copy", help="copy the course into a folder, never over what was changed there")
    command.add_argument("folder", nargs="?", help=f"where to (default: ./{FOLDER})")


def tell(folder):
    """Copy the course, and print what was done."""
    for sentence in copy(folder):
        print(sentence, flush=True)


def copy(folder, *, source=None, version=__version__) -> list[str]:
    """Copy the course into a folder, or bring it up to date there; say what was done, a sentence each.

    Raises CourseError where that cannot be done. Files are written whole or not at all, and what was copied until then is kept.
    """
    folder, source = Path(folder), Path(source or shipped())
    try:
        if folder.exists() and not folder.is_dir():
            raise CourseError(f"'{folder}' is a file, so the course cannot be copied there")
        if folder.exists() and folder.samefile(source):
            raise CourseError(f"'{folder}' is where the course comes from, so it is not copied there")
        folder.mkdir(parents=True, exist_ok=True)
        manifest, said = _read(folder / MANIFEST, version)
        before = json.dumps(manifest)
        try:
            said += _copy(folder, source, manifest, version)
        finally:
            if json.dumps(manifest) != before:  # after an error too: what was copied until then counts
                _write(folder / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
    except OSError as error:
        raise CourseError(f"the course could not be copied to '{folder}': {error.strerror or error}") from error
    return said or [f"The course in '{folder}' is up to date."]


def _copy(folder, source, manifest, version):
    older = _number(manifest["version"]) > _number(version)
    manifest["version"] = manifest["version"] if older else version
    copied, replaced, beside = [], [], []
    for lesson in [*sorted(source.glob(LESSONS)), source / "README.md"]:
        path, new = folder / lesson.name, lesson.read_bytes()
        if path.is_dir():
            raise CourseError(f"'{path}' is a folder, where the course has a file")
        entry = manifest["files"].setdefault(lesson.name, {})
        here = _digest(path.read_bytes()) if path.exists() else None
        if here is None:
            _write(path, new)
            copied.append(path.name)
        elif here == _digest(new):
            pass
        elif older:
            continue
        elif here in entry.values():
            _write(path, new)
            replaced.append(path.name)
        else:
            if _digest(new) not in entry.values():
                beside.append((path.name, _beside(path, new, version), bool(entry)))
                entry["beside"] = _digest(new)
            continue
        entry["copied"] = _digest(new)
    said = []
    if copied:
        said.append(f"Copied {_files(copied)} of the course to '{folder}'.")
    if replaced:
        said.append(f"Replaced {_files(replaced)} that you had not changed by newer ones: {', '.join(replaced)}.")
    for name, other, known in beside:
        why = f"You have changed {name}, so the newer one" if known else f"Another {name} was there, so the course's"
        said.append(f"{why} is beside it: '{other}'.")
    if older:
        said.append(f"'{folder}' has the course of kmeans_teach {manifest['version']}, and this is {version}: it stays newer.")
    return said


def _files(names):
    return f"{len(names)} file{'' if len(names) == 1 else 's'}"


def _beside(path, data, version):
    """Write the data next to a file, under the first name that is free or has it already; the name."""
    names = (f"{path.stem} ({version}{'' if n == 1 else f', {n}'}){path.suffix}" for n in range(1, 1000))
    other = next(p for p in map(path.with_name, names) if not p.exists() or p.read_bytes() == data)
    if not other.exists():
        _write(other, data)
    return other.name


def _digest(data):
    return hashlib.sha256(data).hexdigest()


def _number(version):
    from packaging.version import Version  # comes with JupyterLab, and takes a while to load

    return Version(version)


def _write(path, data):
    """The whole file or none of it: written under another name in the same folder, then put in its place."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def _read(path, version):
    """What a folder's manifest says, and what there is to say about it."""
    empty = {"format": FORMAT, "version": version, "files": {}}
    try:
        manifest = json.loads(path.read_bytes())
        if manifest["format"] > FORMAT:
            raise CourseError(f"'{path.parent}' is kept by a newer kmeans_teach: nothing was copied; update this one")
        files = {name: {kind: str(entry[kind]) for kind in entry} for name, entry in manifest["files"].items()}
        _number(manifest["version"])
        return {**empty, "version": manifest["version"], "files": files}, []
    except FileNotFoundError:
        return empty, []
    except (ValueError, TypeError, LookupError, AttributeError):
        return empty, [f"'{path}' could not be read, so every file that differs from the course's is taken as yours."]
