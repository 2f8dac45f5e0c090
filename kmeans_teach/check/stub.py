"""Is it the learner's own function? And what it takes from the notebook instead of its arguments."""

import difflib
import dis
import re
import sys
from functools import partial
from itertools import product
from types import CodeType

import numpy as np

from kmeans_teach import kmeans
from kmeans_teach.check.mistakes import catalogue, defined


def course_own(f, check) -> bool:
    """Whether `f` is the course's own function: the one of the package or of the lesson, by whatever name."""
    while True:
        if isinstance(f, partial) and not f.args and not f.keywords:
            f = f.func
        elif hasattr(f, "__wrapped__"):
            f = f.__wrapped__
        else:
            break
    if str(getattr(f, "__module__", "")).startswith("kmeans_teach."):
        return True
    code, table = getattr(f, "__code__", None), catalogue()[check.name]
    # lessons 02 and 03 write functions of the package
    own = defined(table["own"]) if "own" in table else vars(kmeans).get(table.get("given"))
    return bool(own) and isinstance(code, CodeType) and _written(code) == _written(own.__code__)


def _written(code):
    """What a function does with which names, whatever stands around it and in its docstring; its own name counts."""
    kept = [i for i in dis.get_instructions(code) if i.opname.startswith(("LOAD", "STORE", "BINARY", "COMPARE"))]
    words = [_written(i.argval) if isinstance(i.argval, CodeType) else re.sub(r"NULL|self|[ +|]", "", i.argrepr) for i in kept]
    return code.co_name, code.co_varnames, words


def calls_course_own(f, check) -> bool:
    """Whether the function leaves the work to the course's own one."""
    given = catalogue()[check.name].get("given")
    return given in getattr(getattr(f, "__code__", None), "co_names", ()) and course_own(f.__globals__.get(given), check)


def where_it_went(f) -> str:
    """A sentence on the learner's own function, if the line of the lesson has replaced it or its name is misspelt."""
    main = vars(sys.modules["__main__"])
    own = [name for name, value in main.items() if callable(value) and getattr(value, "__module__", "") == "__main__"]
    for name in [name for name, value in main.items() if value is f and name.startswith("my_")]:
        if any(re.search(rf"^\s*def {name}\(", str(cell), re.MULTILINE) for cell in main.get("In", ())):
            return f" Your `def {name}` was replaced by the line `{name} = ...`: delete that line, and run your def again."
        others = [other for other in own if main[other] is not f]
        if near := difflib.get_close_matches(name, others, 1, 0.8):
            return f" There is a function `{near[0]}`: should its name be `{name}`?"
    return ""


def reads_global(f, trials, answer, surely):
    """The data of the notebook without which `f` would be right; if not `surely`, arrays on which its answers depend; or []."""
    codes, names = [f.__code__] if hasattr(f, "__code__") else [], set()
    while codes:
        code = codes.pop()
        names |= {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
        codes += [const for const in code.co_consts if isinstance(const, CodeType)]
    data = [name for name in sorted(names) if isinstance(f.__globals__.get(name), (np.ndarray, list, tuple, int))]

    def instead(values, trial):
        """What `f` does on the case with these values, and not those of the notebook."""
        before = {name: f.__globals__[name] for name in values}
        try:
            f.__globals__.update(values)
            return answer(trial.case)
        finally:
            f.__globals__.update(before)

    for choice in product(range(6), repeat=len(data)) if surely and len(data) in (1, 2) else ():
        if all(instead({name: _parts(t.case)[i] for name, i in zip(data, choice, strict=True)}, t).right for t in trials):
            return data
    first, tables = trials[0], [] if surely else [name for name in data if isinstance(f.__globals__[name], np.ndarray)]
    tables = {name: f.__globals__[name] for name in tables if f.__globals__[name].dtype.kind in "iuf"}
    return [name for name, table in tables.items() if not first.alike(instead({name: 2 * table + 1}, first))]


def _parts(case):
    """What a function can be meant to use: the arguments of the call, and their sizes."""
    return [case[0], case[-1], case[len(case) // 2], len(case[0]), len(case[-1]), np.shape(case[0])[-1]]
