"""What marking asks a notebook's kernel about the learner's functions and the checks.

The text of this file is sent with each question and run in the kernel, so that a cell cannot replace it. What it imports, it
imports inside its functions, to leave the notebook's names alone.
"""


def report(shell, stubs):
    """As JSON: the verdicts of the last check, seals of what the checks rely on, and facts about the learner's functions.

    `stubs` maps the name of what a learner writes to the name that the lesson put there.
    """
    import json
    import sys

    check, space, values = sys.modules["kmeans_teach.check"], shell.user_ns, {}
    package = [vars(module) for name, module in sorted(sys.modules.items()) if name.startswith("kmeans_teach.")]
    for name, stub in stubs.items():
        value, handed = space.get(name), space.get(stub)
        known = [handed, sys.modules["kmeans_teach.kmeans"].KMeansND, *(one[stub] for one in package if stub in one)]
        own = {identity(each): each.__name__ for each in known if hasattr(each, "__name__") and each is not value}
        values[name] = {"id": identity(value), "handed": identity(handed) if callable(handed) else 0}
        values[name]["calls"] = sorted(reached(value, own, set()))
    texts = [(one.ok, one.mistake, one.text, getattr(one, "question", None)) for one in list(check.verdicts)]
    verdicts = [[bool(ok), *(text and str(text)[:4000] for text in rest)] for ok, *rest in texts]
    return json.dumps({"verdicts": verdicts, "seals": seals(), "values": values, "own_assert": own_assert()})


def identity(value):
    """A number that tells one function from another: that of its code, which all its aliases and copies share."""
    return id(getattr(value, "__code__", value))


def reached(value, own, seen):
    """The names, from `own`, of the functions that a learner's function calls, itself or by way of others in the notebook."""
    import types

    if id(value) in seen:
        return set()
    seen.add(id(value))
    codes, names, found = [getattr(value, "__code__", None)], [], set()
    for code in codes:
        if isinstance(code, types.CodeType):
            codes += code.co_consts
            names += code.co_names
    space = getattr(value, "__globals__", {}) if getattr(value, "__module__", "") == "__main__" else {}
    inner = [space[name] for name in names if name in space]
    inner += [vars(each).get(name) for each in inner if isinstance(each, types.ModuleType) for name in names]
    inner += [getattr(value, "func", None), getattr(value, "__wrapped__", None), *(getattr(value, "__defaults__", None) or ())]
    if getattr(type(value), "__module__", "") == "__main__":
        inner.append(vars(type(value)).get("__call__"))
    for each in inner:
        found |= {own[identity(each)]} if identity(each) in own else reached(each, own, seen) if callable(each) else set()
    return found


def seals():
    """{module: a number that changes if one of its functions does}, of the modules that the checks rely on."""
    import sys
    import types

    def seal(value):
        code = getattr(value, "__code__", None)
        members = sorted(vars(value)) if isinstance(value, type) and value.__module__.startswith("kmeans_teach") else ()
        return id(value), isinstance(code, types.CodeType) and hash(code), *[seal(vars(value)[each]) for each in members]

    found, changing = {}, {"input", "exit", "quit", "display", "get_ipython", "_"}
    for name, module in sorted(sys.modules.items()):
        ours = name.startswith(("kmeans_teach.check", "kmeans_teach.inputs", "kmeans_teach.kmeans"))
        if ours or name in ("numpy", "numpy.linalg", "builtins"):
            values = [vars(module).get(each) for each in getattr(module, "__all__", sorted({*vars(module)} - changing))]
            found[name] = hash(tuple(seal(value) for value in values if callable(value)))
    return found


def own_assert():
    """Whether the last error arose in the last cell itself, and not in a function that it called."""
    import sys
    import traceback

    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(getattr(sys, "last_traceback", None))]
    return files[1:2] == files[-1:]
