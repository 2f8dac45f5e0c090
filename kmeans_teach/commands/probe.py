"""What marking asks a notebook's kernel about the learner's functions and the checks.

The text of this file is sent with each question and run in the kernel, so that a cell cannot replace it. It imports what it
needs inside its functions, and answers with numbers and text, which can be compared.
"""


def prepare(shell, names):
    """Put the course's own checks back, and forget old verdicts. As JSON: which of them had been replaced."""
    import json
    import sys

    check, space = sys.modules["kmeans_teach.check"], shell.user_ns
    own = {name: getattr(check, name) for name in names if hasattr(check, name)}
    replaced = [name for name in own if space.get(name, own[name]) is not own[name]]
    space.update(own)
    check.verdicts.clear()
    return json.dumps({"replaced": replaced})


def report(shell, stubs):
    """As JSON: the verdicts of the last check, seals of what the checks rely on, and facts about the learner's functions.

    `stubs` maps the name of what a learner writes to the name that the lesson put there.
    """
    import json
    import sys

    check, kmeans, space = sys.modules["kmeans_teach.check"], sys.modules["kmeans_teach.kmeans"], shell.user_ns
    loaded = [module for name, module in sorted(sys.modules.items()) if name.startswith("kmeans_teach")]
    values = {}
    for name, stub in stubs.items():
        value, handed = space.get(name), space.get(stub)
        ours = [vars(module)[stub] for module in loaded if stub in vars(module)]
        own = {identity(each): each.__name__ for each in [*ours, handed, kmeans.KMeansND] if hasattr(each, "__name__")}
        calls = sorted(reached(value, own, set()) - {own.get(identity(value))})
        file, package = getattr(getattr(value, "__code__", None), "co_filename", ""), check.__file__.rpartition("check")[0]
        values[name] = {"id": identity(value), "handed": identity(handed) if callable(handed) else 0, "calls": calls}
        values[name] |= {"own": file.startswith(package), "shipped": bool(ours)}
    verdicts = [
        [bool(one.ok), *(text and str(text)[:4000] for text in (one.mistake, one.text, getattr(one, "question", None)))]
        for one in list(check.verdicts)
    ]
    return json.dumps({"verdicts": verdicts, "seals": seals(), "values": values, "own_assert": own_assert()})


def identity(value):
    """A number that tells one function from another: that of its code, which all its aliases and copies share."""
    return id(getattr(value, "__code__", value))


def reached(value, own, seen):
    """The names in `own` of the functions that a learner's function uses, itself or by way of others in the notebook."""
    import types

    if identity(value) in own or id(value) in seen:
        return {own[identity(value)]} if identity(value) in own else set()
    seen.add(id(value))
    inner = [getattr(value, name, None) for name in ("func", "__func__", "__wrapped__")]
    if not isinstance(value, types.FunctionType) and callable(value) and type(value).__module__ == "__main__":
        inner.append(type(value).__call__)
    codes, used = [getattr(value, "__code__", None)], []
    for code in codes:
        if isinstance(code, types.CodeType):
            codes += [each for each in code.co_consts if isinstance(each, types.CodeType)]
            used += code.co_names
    space = getattr(value, "__globals__", {}) if getattr(value, "__module__", "") == "__main__" else {}
    inner += [space[name] for name in used if name in space]
    inner += [vars(each).get(name) for each in inner if isinstance(each, types.ModuleType) for name in used]
    inner += [cell.cell_contents for cell in getattr(value, "__closure__", None) or () if cell != type(cell)()]
    return set().union(*(reached(each, own, seen) for each in inner if each is not None))


def seals():
    """{module: a number that changes if one of its functions does}, of the modules that the checks rely on."""
    import builtins
    import sys
    import types

    def mark(value):
        code = getattr(value, "__code__", None)
        return id(value), hash(code) if isinstance(code, types.CodeType) else 0, id(getattr(value, "__defaults__", None))

    found = {}
    for name in sorted(sys.modules):
        module = sys.modules[name]
        ours = name.startswith(("kmeans_teach.check", "kmeans_teach.inputs", "kmeans_teach.kmeans"))
        if (ours or name in ("numpy", "numpy.linalg", "builtins")) and isinstance(module, types.ModuleType):
            public = dir(builtins) if module is builtins else list(vars(module)) if ours else module.__all__
            values = {each: vars(module).get(each) for each in public if each not in ("input", "exit", "quit", "display", "_")}
            classes = [each for each in values.values() if ours and isinstance(each, type) and each.__module__ == name]
            members = [(key, mark(each)) for one in classes for key, each in sorted(vars(one).items()) if callable(each)]
            kept = sorted((key, mark(each)) for key, each in values.items() if callable(each))
            found[name] = hash((tuple(kept), tuple(members)))
    return found


def own_assert():
    """Whether the last error arose in the last cell itself, and not in a function that it called."""
    import sys
    import traceback

    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(getattr(sys, "last_traceback", None))]
    return files[1:2] == files[-1:]
