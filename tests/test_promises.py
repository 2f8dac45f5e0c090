"""docs/promises.md names tests that are there; and the promises on what is left alone: session, modules, network."""

import ast
import json
import os
import pkgutil
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import kmeans_teach

ROOT = Path(__file__).parent.parent


def python(code, tmp_path):
    """What a fresh Python prints, in a folder of its own."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- the page


def rows():
    page = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (?!promise |---)(.+) \| (.+) \|$", page, re.MULTILINE)
    assert len(found) > 25
    return found


@cache
def functions_of(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_promise_names_a_test_that_is_there():
    for promise, holder in rows():
        assert promise.endswith("."), promise
        named = re.fullmatch(r"`(tests/(?:\w+/)?test_\w+\.py)::(test_\w+)`", holder)
        assert named, holder
        assert named[2] in functions_of(named[1]), holder


def test_no_promise_is_made_twice():
    promises, holders = zip(*rows(), strict=True)
    assert len(set(promises)) == len(promises)
    assert len(set(holders)) == len(holders)


# ---- what is left alone

SESSION = """
import gc, importlib, json, os, pkgutil, random, socket, sys, warnings

sockets = []
sys.addaudithook(lambda event, arguments: sockets.append(event) if event.startswith("socket.") else None)

# what other packages do to the session when they are imported is theirs: they are imported first
import anywidget, dask.array, ipykernel, ipympl.backend_nbagg, ipywidgets, matplotlib, numpy as np
import matplotlib.animation, matplotlib.pyplot as plt

def session():
    return {
        "numpy's random state": [str(part) for part in np.random.get_state()],
        "Python's random state": random.getstate(),
        "numpy's error handling": np.geterr(),
        "numpy's printing": np.get_printoptions(),
        "matplotlib's settings": dict(dict.items(matplotlib.rcParams)),
        "warnings filters": list(warnings.filters),
        "working folder": os.getcwd(),
        "environment": dict(os.environ),
        "path": list(sys.path),
        "pyplot's figures": plt.get_fignums(),
        "excepthook": sys.excepthook,
    }

def changed():
    return [name for name, value in session().items() if value != before[name]]

before = session()
"""
IMPORT = """
import kmeans_teach as kt
modules = [module.name for module in pkgutil.walk_packages(kt.__path__, "kmeans_teach.")]
for name in modules:
    importlib.import_module(name)
by_import = changed()
"""
USE = """
points = kt.make_clusters(3, 10, rng=np.random.default_rng(1))
for pick in kt.random_points, kt.plus_plus:
    model = kt.KMeansND(points, pick(points, 3, np.random.default_rng(2)))
    told = [kt.describe(step) for step in model.steps()]
short = kt.KMeansND(points, points[:3], max_iter=1)
kt.Player(short).last()
kt.panel.run.PanelRun(kt.Setting.parse("bills k=3 start=1")).next_seed("start")
picture = kt.Picture(kt.load("penguins"), 3)
animation = kt.animate(short)
for name in "run.html", "run.gif", "run.mp4":
    kt.save(short, name, dpi=30)
kt.player_page(short, dpi=30)
panel = kt.Panel("bills k=3")
panel.run.player.last()
panel.close()
del animation, panel
gc.collect()
"""
TELL = """
opened = list(sockets)
socket.socket().close()
print(json.dumps({"modules": modules, "by import": by_import, "by use": changed(), "steps": len(told),
                  "sockets": opened, "a socket of ours": sockets[len(opened):]}))
"""


@pytest.fixture(scope="module")
def a_session(tmp_path_factory):
    """What a fresh Python tells after every module was imported and the package was used."""
    folder = tmp_path_factory.mktemp("session")
    told = json.loads(python(SESSION + IMPORT + USE + TELL, folder))
    assert {"kmeans_teach.kmeans", "kmeans_teach.panel.stage", "kmeans_teach.__main__"} <= set(told["modules"])
    assert told["steps"] > 3
    return told | {"files": sorted(path.name for path in folder.iterdir())}


def test_importing_every_module_leaves_the_session_as_it_was(a_session):
    assert a_session["by import"] == []


def test_using_the_package_leaves_the_session_as_it_was(a_session):
    assert a_session["by use"] == []
    assert a_session["files"] == ["run.gif", "run.html", "run.mp4"]  # what was saved, and nothing else


def test_no_socket_is_opened(a_session):
    assert a_session["a socket of ours"] == ["socket.__new__"]  # one would have been noticed
    assert a_session["sockets"] == []


NUMPY_ONLY = ["kmeans", "inputs", "data", "narrate", "panel.setting", "panel.player", "panel.run", "check"]


def test_what_computes_loads_neither_matplotlib_nor_widgets(tmp_path):
    heavy = ["matplotlib", "ipywidgets", "ipympl", "IPython", "PIL", "pandas", "sklearn", "dask"]
    code = f"""
import sys
for name in {NUMPY_ONLY}:
    __import__("kmeans_teach." + name)
    print(*(other for other in {heavy} if other in sys.modules))
import kmeans_teach.panel.panel
print(*{{"pandas"}} & set(sys.modules))
"""
    assert (
        python(code, tmp_path).split() == []
    )  # pandas reads a file of points; nothing else needs it, and it is slow to import
    package_alone = (
        "import kmeans_teach, sys; dir(kmeans_teach); print(*{'numpy', 'matplotlib', 'ipywidgets'} & set(sys.modules))"
    )
    assert python(package_alone, tmp_path).split() == []


def test_every_public_name_is_there_and_no_other():
    assert len(kmeans_teach.__all__) > 10
    for name in kmeans_teach.__all__:
        assert getattr(kmeans_teach, name).__doc__
        assert name in dir(kmeans_teach)
    modules = {module.name for module in pkgutil.iter_modules(kmeans_teach.__path__)}
    assert not modules & set(kmeans_teach.__all__)  # importing the module would put itself in the place of the function
    with pytest.raises(AttributeError, match=r"^module 'kmeans_teach' has no attribute 'KMeans'$"):
        kmeans_teach.KMeans  # noqa: B018
