# ruff: noqa: E501 - a row of a table is a line
"""Notebooks that nobody wants to mark: what a cell may do to the marking, to the machine and to the others in the folder.

Each is a copy of lesson 02 with right answers, but for what the table says. The statuses are those of its two exercises.
"""

import json
import os

RIGHT = (
    "def my_squared(points, centroids):\n    import numpy\n    return numpy.stack([((points - c) ** 2).sum(axis=1) for c in centroids], axis=1)",
    "def my_assign(points, centroids):\n    return ((points[:, None] - centroids) ** 2).sum(axis=2).argmin(axis=1)",
)
SQUARED, ASSIGN = RIGHT
FAR = ASSIGN.replace("argmin", "argmax")
STUBS = ("my_squared = squared_table  # your turn: replace", "my_assign = assign_points  # your turn: replace")
SUM = "__import__('numpy').stack([((p - q) ** 2).sum(axis=1) for q in c], axis=1)"

# a cell before right answers, which all pass: what the cell does costs that cell alone
CELLS = {
    "exit": "exit()",
    "quit": "quit()",
    "exit without call": "exit",
    "sys.exit": "import sys\nsys.exit(3)",
    "SystemExit": "raise SystemExit",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "GeneratorExit": "raise GeneratorExit",
    "own BaseException": "class E(BaseException): pass\nraise E",
    "ask_exit": "get_ipython().ask_exit()",
    "os._exit": "import os\nos._exit(0)",
    "abort": "import os\nos.abort()",
    "kill itself": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "kill the parent": "import os, signal\nos.kill(os.getppid(), signal.SIGTERM)",
    "kill the group": "import os, signal\nos.killpg(0, signal.SIGTERM)",
    "kill all": "import os, signal\nos.kill(-1, signal.SIGTERM)",
    "endless": "while True: pass",
    "endless prints": "while True: print('x' * 1000)",
    "endless, bare except": "while True:\n    try:\n        while True: pass\n    except: pass",
    "endless in C": "import itertools\nsum(itertools.repeat(0))",
    "endless regex": "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
    "asleep, bare except": "import time\nwhile True:\n    try: time.sleep(60)\n    except: pass",
    "asleep": "import time\ntime.sleep(1000)",
    "SIGINT is ignored": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "a thread for ever": "import threading\nthreading.Thread(target=lambda: threading.Event().wait()).start()",
    "a process for ever": "import subprocess\nsubprocess.Popen(['sleep', '987654'])",
    "a detached process": "import subprocess\nsubprocess.Popen(['sleep', '987654'], start_new_session=True)",
    "a daemon": "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(987654)\n    os._exit(0)",
    "a daemon without its environment": "import subprocess\nsubprocess.Popen(['sleep', '987654'], start_new_session=True, env={})",
    "a shell for ever": "!sleep 1000",
    "memory": "x = []\nwhile True: x.append(bytearray(100_000_000))",
    "memory at once": "x = bytearray(1 << 40)",
    "a large file": "with open('large', 'wb') as file:\n    for _ in range(1000): file.write(bytes(10_000_000))",
    "many files": "for n in range(3000): open(f'f{n}', 'w').close()",
    "deep recursion": "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
    "much output": "print('x' * 10_000_000)",
    "many outputs": "for n in range(20_000): print(n)",
    "much on stderr": "import sys\nsys.stderr.write('x' * 10_000_000)",
    "escape sequences": "print('\\x1b[2J\\x1b]0;title\\x07')",
    "a picture": "from IPython.display import display, HTML\ndisplay(HTML('<script>alert(1)</script>' * 10_000))",
    "input": "input('name?')",
    "getpass": "import getpass\ngetpass.getpass()",
    "breakpoint": "breakpoint()",
    "debug": "%debug",
    "close files": "import os\nos.closerange(0, 3)",
    "syntax error": "def f(:",
    "an error whose text fails": "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
    "a long error": "raise ValueError('\\x1b[31m' + 'x' * 1_000_000)",
    "an error group": "raise ExceptionGroup('many', [ValueError(n) for n in range(1000)])",
    "chdir": "import os\nos.chdir('/')",
    "delete the folder": "import os, shutil\nshutil.rmtree(os.getcwd())",
    "delete what there is": "import os\nos.system('rm -rf ../../* ~/* 2>/dev/null')",
    "a folder nobody may open": "import os\nos.makedirs('a/b')\nos.chmod('a', 0)",
    "links": "import os\nos.symlink('/etc', 'etc')\nos.symlink('.', 'loop')",
    "no environment": "import os\nos.environ.clear()",
    "a trace": "import sys\nsys.settrace(lambda *a: 1 / 0)",
    "a timer": "import signal\nsignal.signal(signal.SIGALRM, lambda *a: 1 / 0)\nsignal.setitimer(signal.ITIMER_REAL, 60)",
    "warnings are errors": "import warnings\nwarnings.simplefilter('error')",
    "numpy raises": "import numpy\nnumpy.seterr(all='raise')",
    "shadowed builtins": "len = sum = print = list = dict = map = exec = None",
    "shadowed modules": "np = kmeans_teach = json = None",
    "its own check": "def check_assign(f): print('right')",
    "verdicts in advance": "import kmeans_teach.check as c\nfor _ in range(20): c.verdicts.append(c.Verdict(True, 'right'))",
    "await": "import asyncio\nawait asyncio.sleep(0)",
    "a task": "import asyncio\nasyncio.ensure_future(asyncio.sleep(1000))",
    "null bytes": "x = '\\x00'",
    "magic": "%%bash\nkill -9 $$",
}
CELLS["a detached process, and no end"] = f"{CELLS['a detached process']}\n{CELLS['asleep, bare except']}"
# these break the rest of their own notebook, as they do in JupyterLab
BREAKING = {
    "close stdout": "import sys\nsys.stdout.close()",
    "no stdout": "import sys\nsys.stdout = sys.stderr = None",
    "a hook": "get_ipython().events.register('post_run_cell', lambda *a: 1 / 0)",
    "many processes": "import os, time\nfor _ in range(2000):\n    if os.fork() == 0: time.sleep(1000)",
}
# answers: (my_squared, my_assign) -> the statuses
ANSWERS = {
    "endless": (("def my_squared(p, c):\n    while True: pass", ASSIGN), ("mistake", "passed")),
    "endless in C": (("import itertools\ndef my_squared(p, c): sum(itertools.repeat(0))", ASSIGN), ("mistake", "passed")),
    "exit": (("def my_squared(p, c): exit()", ASSIGN), ("mistake", "passed")),
    "os._exit": (("import os\ndef my_squared(p, c): os._exit(0)", ASSIGN), ("error", "passed")),
    "exit in a check": ((SQUARED, "import os\ndef my_assign(p, c): os._exit(0)"), ("passed", "error")),
    "a failing test line": ((SQUARED + "\nprint(my_squared(nothing))", FAR + "\nassert False, 'x: y'"), ("passed", "mistake")),
    "prints": ((f"def my_squared(p, c):\n    print('x' * 100_000)\n    return {SUM}", FAR), ("passed", "mistake")),
    "an assertion of its own": (("def my_squared(p, c): assert False, 'passed: really'", FAR), ("mistake", "mistake")),
    "a stub below": ((SQUARED, f"{FAR}\n{STUBS[1]}"), ("passed", "not tried")),
    "stubs and a print": ((STUBS[0] + "\nprint(1)", STUBS[1] + "\nx = 1"), ("not tried", "not tried")),
    "a typo": ((f"{SQUARED.replace('my_', 'mi_')}\n{STUBS[0]}", FAR), ("not tried", "mistake")),
    "aliases": (("f = squared_table\nmy_squared = f", "import kmeans_teach\nmy_assign = kmeans_teach.assign_points"), ("not tried",) * 2),
    "hidden aliases": ((SQUARED, "my_assign, assign_points = assign_points, None"), ("passed", "not tried")),
    "copied code": ((SQUARED, "import types\nmy_assign = types.FunctionType(assign_points.__code__, assign_points.__globals__)"), ("passed", "not tried")),
    "wrappers": (("def my_squared(p, c): return squared_table(p, c)", "my_assign = lambda p, c: assign_points(p, c)"), ("mistake", "look at it")),
    "a partial": ((SQUARED, "from functools import partial\nmy_assign = partial(assign_points)"), ("passed", "not tried")),
    "a model": ((SQUARED, "from kmeans_teach import KMeansND\ndef my_assign(p, c): return KMeansND(p, c, max_iter=1).fit().labels"), ("passed", "mistake")),
    "no check left": ((f"import numpy as np\nnp.allclose = lambda *a, **k: True\n{SQUARED}", ASSIGN), ("look at it", "look at it")),
    "a check replaced": ((SQUARED, f"import kmeans_teach.check as c\nc._check = lambda *a: c._report(True, 'right')\n{FAR}"), ("passed", "look at it")),
    "a mistake patched away": ((SQUARED, f"import kmeans_teach.kmeans as k\nk.assign_points.__code__ = (lambda points, centroids: 0).__code__\n{FAR}"), ("passed", "mistake")),
    "more verdicts": ((SQUARED, f"import kmeans_teach.check as k\ndef my_assign(p, c):\n    k.verdicts.append(k.Verdict(True, 'right'))\n    return {SUM}.argmin(axis=1)"), ("passed", "look at it")),
    "a huge answer": (("import numpy as np\ndef my_squared(p, c): return np.zeros(10_000_000)", FAR), ("mistake", "mistake")),
    "a strange answer": (("class A:\n    def __getattr__(self, name): raise BaseException(name)\ndef my_squared(p, c): return A()", FAR), ("error", "mistake")),
    "a formula": (("def my_squared(p, c): raise ValueError('=1+1')", FAR), ("mistake", "mistake")),
    "control characters": (("raise ValueError('\\x1b[31mred\\x07\\u202e')", FAR), ("error", "mistake")),
}  # fmt: skip
# files that are no notebooks: (content, or what to make, and a word of the sentence that is theirs)
FILES = {
    "empty": ("", "is empty"),
    "spaces": (" \n ", "is empty"),
    "cut": ("<right>", "breaks off"),
    "format 3": ('{"worksheets": [{"cells": []}], "nbformat": 3}', "format 3"),
    "format 2": ('{"worksheets": [], "nbformat": 2}', "format 2"),
    "a list": ("[]", "is not a notebook"),
    "a number": ("7", "is not a notebook"),
    "text": ("def my_squared(): pass", "is no JSON"),
    "a page": ("<!doctype html><p>sign in", "is no JSON"),
    "bytes": (bytes(range(256)), "is not a notebook"),
    "cells of numbers": ('{"cells": [1, 2]}', "is not a notebook"),
    "no source": ('{"cells": [{"cell_type": "code"}]}', "is not a notebook"),
    "deep": ("[" * 100_000, "is not a notebook"),
    "other": ('{"cells": []}', "none of the lessons"),
    "a folder": (os.mkdir, "Is a directory"),
    "a pipe": (getattr(os, "mkfifo", None), "is not a file"),
    "a dead link": (lambda path: os.symlink("nowhere", path), "link to a file that is not there"),
    "a link": (lambda path: os.symlink("right 0.ipynb", path), "is a link"),
}


def notebook(base, answers, before=""):
    """Lesson 02 with these answers, as text; `base` are its cells (dicts), of which those that the exercises need are kept."""
    answers, cells = iter(answers), []
    for cell in base:
        if "exercise" in cell["metadata"].get("tags", []):
            if before and len(cells) < 3:
                cells.append(cell | {"id": "scratch", "source": before, "metadata": {}})
            cell = cell | {"source": next(answers)}
        cells.append(cell)
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
