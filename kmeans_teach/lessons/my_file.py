"""The learner's own file, my_kmeans.py: it grows from lesson 02 to lesson 05, and then runs without Jupyter.

A lesson calls `begin`, so that it can import what earlier lessons built, and `keep` to write what it builds itself.
"""

import ast
import builtins
import importlib.util
import linecache
import os
import re
import symtable
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import kmeans_teach.check
from kmeans_teach.check.exercises import exercise
from kmeans_teach.check.stub import course_own

NAME = "my_kmeans.py"
IMPORT = ("import ", "from ")
# the exercises whose functions go into the file: their names there, and those of their checks
CHECKED = {name: name for name in ("assign", "update", "inertia", "limits")} | {"half_steps": "steps"}
_written = {}  # what `keep` wrote last, by name: to replace that loses nothing


@cache
def _temporary():
    return TemporaryDirectory()  # as long as the kernel runs


def folder() -> Path:
    """The folder that a lesson writes to: its own. When the project tests its lessons, a temporary one."""
    return Path(_temporary().name) if os.environ.get("KMEANS_TEACH_FOLDER") == "temporary" else Path.cwd()


def begin(*names):
    """See to it that my_kmeans.py has these names, if need be as the course wrote them, and can be imported anew."""
    text = _read()
    for name in names:
        text = text if name in _sources(text) else _with_the_courses(text, name)
    _write(text)
    course = [name for name in names if _is_course(text, name)]
    groups = {
        "the course's {} (until you write yours)": [name for name in course if name in CHECKED],
        "the lessons' {}": [name for name in course if name not in CHECKED],
        "your {}": [name for name in names if name not in course],
    }
    print(f"{NAME} has", "; ".join(words.format(", ".join(some)) for words, some in groups.items() if some))


def keep(definition, name=None):
    """Write a function or a class of the notebook into my_kmeans.py, in place of an earlier one of that name.

    Of an exercise only a right answer is written; until then, the course's own function stands in.

    Parameters
    ----------
    definition : function or class
        Written in a cell by `def` or `class`.
    name : str, optional
        Its name in the file, if it is another one: `keep(my_assign, "assign")`.

    Raises
    ------
    TypeError, ValueError
        There is no source to write, it needs something of the notebook that the file does not have, or the file cannot be
        read as Python. Then nothing was written.
    """
    text, name = _read(), name or getattr(definition, "__name__", "")
    if name in CHECKED and (why := _not_yet(name, definition)):
        if name not in _sources(text):
            _write(text := _with_the_courses(text, name))
        who = "the course's stands in for it" if _is_course(text, name) else "the earlier one stays"
        return print(f"{NAME}: your {name} is {why}; {who}")
    source, imports = _source(definition, name, _sources(text))
    before, spare = _sources(text).get(name), ""
    if before not in (None, source, _written.get(name)) and not _is_course(text, name):
        path = next(path for i in range(1, 10**6) if not (path := folder() / f"my_kmeans-{i}.py").exists())
        path.write_text(text, encoding="utf-8")
        spare = f"; as it was before, the file is now {path.name}"
    for other, line in imports.items():
        text = _with(text, other, line)
    _write(_with(text, name, source))
    _written[name] = source
    print(f"{NAME}: {name} is written{spare}")


def _not_yet(name, f):
    if course_own(f, exercise(CHECKED[name])):
        return "still to be written"
    return None if is_right(name, f) else "not right yet"


def is_right(name, f) -> bool:
    """Whether a function of the file passes its check, of which nothing is printed."""
    check = exercise(CHECKED[name])
    return callable(f) and (course_own(f, check) or all(check.answer(f, case).right for case in check.cases()))


def insist(**functions):
    """End the program if one of these functions is wrong, after the words of its check."""
    for name, f in functions.items():
        if not is_right(name, f):
            getattr(kmeans_teach.check, f"check_{CHECKED[name]}")(f)
            sys.exit(f"{NAME}: {name} is wrong, so there is no film. Mend it, and run the file again.")


# ---- the text of the file


@cache
def _course():
    return (files("kmeans_teach") / "assets" / "my_kmeans.txt").read_text(encoding="utf-8")


def _read():
    path = folder() / NAME
    text = path.read_text(encoding="utf-8") if path.exists() else _course().partition("from ")[0]
    try:
        ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"{NAME} cannot be read as Python ({error.msg}, line {error.lineno}): mend it, or rename it") from None
    return text


def _write(text):
    """Write the file, and let Python forget what it knows of it."""
    path = folder() / NAME
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        (part := path.with_suffix(".part")).write_text(text, encoding="utf-8")
        part.replace(path)
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)  # two files of one second can look the same to it
    sys.modules.pop(path.stem, None)
    importlib.invalidate_caches()
    if str(folder()) not in sys.path:
        sys.path.insert(0, str(folder()))


def _nodes(text):
    """Name -> (first line, last line) of each definition and import of a module."""
    found = {}
    for node in ast.parse(text).body:
        names = [alias.asname or alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        names += [node.name] if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []
        names += [one.id for one in getattr(node, "targets", ()) if isinstance(one, ast.Name)]
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
        found |= dict.fromkeys(names, (first, node.end_lineno))
    return found


def _sources(text):
    lines = text.splitlines()
    return {name: "\n".join(lines[first - 1 : last]) for name, (first, last) in _nodes(text).items()}


def _is_course(text, name):
    return _sources(text)[name] == _sources(_course()).get(name)


def _with_the_courses(text, name):
    """The text with the course's definition of a name, and with what that needs."""
    finished = _sources(_course())
    for other in sorted(_outside(finished[name]) & finished.keys(), key=[*finished].index):
        text = text if other in _sources(text) else _with_the_courses(text, other)
    return _with(text, name, finished[name])


def _with(text, name, source):
    """The text with one definition more, or with another one in its place."""
    lines, new, at, imported = text.splitlines(), source.splitlines(), None, source.startswith(IMPORT)
    if name in (there := _sources(text)) and (not there[name].startswith(IMPORT) or _is_course(text, name)):
        first, last = _nodes(text)[name]
        at = None if there[name].startswith(IMPORT) else first - 1
        del lines[first - 1 : last]
    if at is None and imported:
        nodes = [node for node in ast.parse("\n".join(lines)).body if isinstance(node, (ast.Import, ast.ImportFrom))]
        at = max((node.end_lineno for node in nodes), default=0)
    elif at is None:
        at = next((i for i, line in enumerate(lines) if line.startswith("if __name__")), len(lines))
        new = ["", "", *new, "", ""]
    lines[at:at] = new
    text = re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).rstrip("\n") + "\n"
    return text + _course()[_course().index("\n\nif __name__") :] if name == "main" and "\nif __name__" not in text else text


# ---- the source of what a notebook defines


def _outside(source):
    """The names that a definition takes from outside of itself."""
    found, tables = set(), [symtable.symtable(source, NAME, "exec")]
    while tables:
        tables += (table := tables.pop()).get_children()
        found |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return found - set(dir(builtins))


def _source(definition, name, there):
    """The source of a definition under its new name, and name -> line of the imports that it needs."""
    own = [f for f in (definition, *getattr(definition, "__dict__", {}).values()) if hasattr(f, "__code__")]
    cell = "".join(linecache.getlines(own[0].__code__.co_filename)) if own else ""
    at = own[0].__code__.co_firstlineno if own else 0
    old = next((old for old, (first, last) in _nodes(cell).items() if first <= at <= last), None)
    if old is None:
        raise TypeError(f"keep takes a function or a class that was written in a cell, got {name or type(definition).__name__}")
    source, imports, space = _sources(cell)[old], {}, own[0].__globals__
    for other in sorted((_outside(source) & space.keys()) - {old, *there}):
        value = space[other]
        module = getattr(value, "__module__", "__main__")
        where = vars(sys.modules.get(module, builtins))
        its_name = next((one for one in (getattr(value, "__name__", ""), other) if where.get(one) is value), other)
        known_as = f" as {other}" * (its_name != other)
        if isinstance(value, ModuleType):
            imports[other] = f"import {value.__name__}" + f" as {other}" * (value.__name__ != other)
        elif module == "__main__":
            hint = f"keep({other}) first" if hasattr(value, "__code__") else "make it an argument"
            raise ValueError(f"{old} uses {other} of the notebook, which {NAME} does not have: {hint}")
        else:
            imports[other] = f"from {module} import {its_name}{known_as}"
    return re.sub(rf"\b{old}\b", name, source), imports
