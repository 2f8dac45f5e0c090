"""The site of `make lite`, and a Python as it is in a browser: what can be tested without a Pyodide and without a browser."""

import functools
import hashlib
import http.server
import importlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parent.parent
IN_A_BROWSER = """
import asyncio, sys, threading, time
import numpy as np
import anywidget, ipympl.backend_nbagg, matplotlib.animation, pandas, PIL.Image  # these look at the platform themselves

def refuse(*_):
    raise RuntimeError("can't start new thread")

sys.platform, threading.Thread.start = "emscripten", refuse
del time.thread_time

from kmeans_teach import KMeansND, Panel, make_clusters
from kmeans_teach.lessons import fast

points = make_clusters(4, 9000, rng=np.random.default_rng(1))
fast.SPLIT = 1  # a second thread is always tried
last, plain = fast.fit(points, points[:4]), KMeansND(points, points[:4]).fit()
assert last.iteration == plain.iteration
assert np.array_equal(last.labels, plain.labels)

async def play():
    panel = Panel("empty-cluster k=3")
    assert [suffix for _, suffix in panel.saver.kind.options] == [".gif", ".html", ".csv"]
    panel.controls.speed.value = 8
    panel.saver.button.click()
    panel.start_score.button.click()
    panel.controls.play.value = True
    while not panel.run.player.at_end or panel.saver.path is None:
        await asyncio.sleep(0.01)
    panel.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait([*tasks, asyncio.ensure_future(asyncio.sleep(0))])
    assert not any(task.cancelled() for task in tasks)
    assert panel.last_error is None, panel.last_error
    print(panel.saver.path.suffix)

asyncio.run(play())
"""


@pytest.fixture(scope="module")
def tool():
    """The modules tools/lite.py and tools/lite_pyodide.py."""
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="the site needs `pip install -e .[lite]`")
    sys.path.insert(0, str(ROOT / "tools"))
    yield importlib.import_module("lite"), importlib.import_module("lite_pyodide")
    sys.path.remove(str(ROOT / "tools"))


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def wheel(folder, name, requires=()):
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "")
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {one}" for one in requires)]
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines))
    return path


@pytest.fixture
def pyodide(tmp_path):
    """The folder of a made-up Pyodide with the packages a (which needs b), b and c."""
    folder = tmp_path / "distribution"
    folder.mkdir()
    for name in "pyodide.mjs", "pyodide.asm.wasm", "pyodide.asm.js", "python_stdlib.zip":
        (folder / name).write_text(name)
    packages = {}
    for name, depends in {"a": ["b"], "b": [], "c": []}.items():
        path = wheel(folder, name)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        packages[name] = {"name": name, "file_name": path.name, "sha256": sha256, "depends": depends}
    (folder / "pyodide-lock.json").write_text(json.dumps({"info": {"python": "3.14.0"}, "packages": packages}))
    return folder


def test_where_no_thread_and_no_other_program_can_be_started_the_course_runs(tmp_path):
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command, environment = [sys.executable, "-c", IN_A_BROWSER], os.environ | {"PYTHONPATH": path}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (".gif\n", "")


def test_the_lock_names_the_course_and_all_that_it_needs_and_the_site_holds_no_more(tool, pyodide, tmp_path):
    needs = ["A>=1", "other; sys_platform == 'emscripten'", "voila; sys_platform != 'emscripten'", "widgetsnbextension"]
    wheels = {"kmeans-teach": wheel(tmp_path, "kmeans_teach", needs), "other": wheel(tmp_path, "other")}
    site = tmp_path / "site"
    tool[1].add_pyodide(site, str(pyodide), wheels)
    packages = json.loads((site / "pyodide-lock.json").read_text())["packages"]
    assert set(packages) == {"a", "b", "kmeans-teach", "other"}
    assert packages["kmeans-teach"]["depends"] == ["a", "other"]
    assert packages["kmeans-teach"]["imports"] == ["kmeans_teach"]
    for package in packages.values():
        data = (site / package["file_name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == package["sha256"]
    assert not (site / "c-1.0-py3-none-any.whl").exists()
    assert (site / "pyodide.asm.js").read_text() == "pyodide.asm.js"


def test_a_pyodide_of_an_address_is_put_into_the_site_and_the_rest_stays_there(tool, pyodide, tmp_path):
    site, handler = tmp_path / "site", functools.partial(Quiet, directory=pyodide)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address, thread = f"http://127.0.0.1:{server.server_port}", threading.Thread(target=server.serve_forever)
        thread.start()
        tool[1].add_pyodide(site, address, {"kmeans-teach": wheel(tmp_path, "kmeans_teach", ["b"])})
        server.shutdown()
        thread.join()
    packages = json.loads((site / "pyodide-lock.json").read_text())["packages"]
    assert packages["b"]["file_name"] == "b-1.0-py3-none-any.whl"
    assert packages["c"]["file_name"] == f"{address}/c-1.0-py3-none-any.whl"
    assert [path.name for path in site.glob("*.whl")] == ["b-1.0-py3-none-any.whl"]


def test_a_file_that_is_missing_or_another_than_the_lock_says_ends_the_build(tool, pyodide, tmp_path):
    needed = {"kmeans-teach": wheel(tmp_path, "kmeans_teach", ["b"])}
    (pyodide / "b-1.0-py3-none-any.whl").write_bytes(b"another")
    with pytest.raises(RuntimeError, match="is not the file that the lock names"):
        tool[1].add_pyodide(tmp_path / "one", str(pyodide), needed)
    (pyodide / "pyodide.mjs").unlink()
    with pytest.raises(FileNotFoundError, match=r"pyodide\.mjs"):
        tool[1].add_pyodide(tmp_path / "two", str(pyodide), needed)


def test_the_lessons_of_the_site_are_those_of_the_course_and_one_says_that_it_needs_a_computer(tool, tmp_path):
    tool[0].add_course(tmp_path / "files", ROOT / "notebooks")
    lessons = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    assert len(lessons) >= 9
    for path in lessons:
        ours, theirs = (json.loads(one.read_text(encoding="utf-8")) for one in (path, tmp_path / "files" / path.name))
        assert theirs["metadata"]["kernelspec"]["name"] == "python", "with another name, a person is asked for a kernel"
        if "many_machines" in path.stem:
            (only,) = theirs["cells"]
            assert "it needs a computer of your own" in only["source"]
            continue
        assert [cell["source"] for cell in theirs["cells"]] == [cell["source"] for cell in ours["cells"]]
        assert all(not cell.get("outputs") for cell in theirs["cells"])
    readme = (tmp_path / "files" / "README.md").read_text(encoding="utf-8")
    assert "01_one_dimension.ipynb" in readme
    assert "](https://" not in readme, "the list loads nothing from elsewhere"


@pytest.mark.skipif(os.environ.get("LONG") != "1", reason="ten seconds; tests/browser/test_lite.py builds one: LONG=1")
def test_the_site_is_built_around_any_pyodide(tool, pyodide, tmp_path):
    tool[0].build(tmp_path / "site", str(pyodide))
    for name in "lab/index.html", "static/pyodide/pyodide.mjs", "files/panel.ipynb", "api/contents/all.json":
        assert (tmp_path / "site" / name).is_file(), name
    settings = json.loads((tmp_path / "site" / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    assert {one["name"] for one in settings["federated_extensions"]} >= {"anywidget", "jupyter-matplotlib"}
