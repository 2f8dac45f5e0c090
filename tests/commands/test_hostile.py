"""Hostile notebooks among right ones: each right one gets its mark, and nothing outside is touched or left behind."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib
import psutil
import pytest

from kmeans_teach.commands import kernel
from kmeans_teach.commands.notebook import CellRun
from tests.commands.hostile import ANSWERS, BREAKING, CELLS, FILES, RIGHT, notebook
from tests.test_notebooks import LONG, ROOT, search_path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="most of these cells are for POSIX")
NEEDED = ("import numpy as np\nfrom kmeans_teach import assign_points", "def squared_table")
# on every run: of each kind those that try the most
FEW = {"a detached process, and no end", "format 3", "a link", "cut"}
OURS = f"987{os.getpid()}"  # seconds to sleep, by which our processes are known
SECRETS = """
import os, pathlib
found = [name for name in ("AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK") if name in os.environ]
for path in {paths}:
    try:
        found.append(pathlib.Path(path).read_text())
    except OSError:
        pass
for name in os.listdir("/proc"):
    try:
        found += [word for word in pathlib.Path("/proc", name, "environ").read_text().split(chr(0)) if "a secret" in word]
    except OSError:
        pass
import socket
try:
    socket.create_connection(("{host}", {port}), 2)
    found.append("network")
except OSError:
    pass
raise ValueError(found)
"""


@pytest.fixture(scope="module")
def lesson():
    """The cells of lesson 02 that its exercises need."""
    (path,) = (ROOT / "notebooks").glob("02_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    exercises = [at for at, cell in enumerate(code) if "exercise" in cell["metadata"].get("tags", [])]
    needed = [cell for cell in code[: exercises[0]] if "def squared_table" in "".join(cell["source"])]
    first = {"cell_type": "code", "id": "first", "metadata": {}, "source": NEEDED[0]}
    return [first, *needed, *(code[at + more] for at in exercises for more in (0, 1))]


def processes():
    """The processes that this user runs, without those that come and go: their ids and commands."""
    return {process.pid: process.info["cmdline"] for process in psutil.process_iter(["cmdline"]) if process.info["cmdline"]}


def contents(folder):
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def mark_folder(folder, *options, **variables):
    """Exit code, the marks by the notebook's name, and what was printed on stderr."""
    command = [sys.executable, "-m", "kmeans_teach", "check", str(folder), "--json", "--jobs", "2", *options]
    env = {**os.environ, "PYTHONPATH": search_path(), "MPLCONFIGDIR": matplotlib.get_cachedir(), **variables}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=3000, check=False)
    marks = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {Path(each["notebook"]).stem: each for each in marks}, done.stderr


def test_each_right_notebook_gets_its_mark_and_the_hostile_ones_harm_nobody(lesson, tmp_path):
    folder, home = tmp_path / "class", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    (home / "secret.txt").write_text("a secret")
    right, good = notebook(lesson, RIGHT), range(30 if LONG else 1)
    expected = {f"right {n}": ("passed", "passed") for n in good}
    for n in good:
        (folder / f"right {n}.ipynb").write_text(right)
    for name, before in CELLS.items():
        if LONG or name in FEW:
            (folder / f"cell {name}.ipynb").write_text(notebook(lesson, RIGHT, before).replace("987654", OURS))
            expected[f"cell {name}"] = ("passed", "passed")
    for name, (answers, statuses) in ANSWERS.items():
        if LONG or name in FEW:
            (folder / f"answer {name}.ipynb").write_text(notebook(lesson, answers))
            expected[f"answer {name}"] = statuses
    for name, before in BREAKING.items():
        if LONG:
            (folder / f"breaking {name}.ipynb").write_text(notebook(lesson, RIGHT, before))
    sentences = {}
    for name, (content, sentence) in FILES.items():
        if content and (LONG or name in FEW):
            path = folder / f"file {name}.ipynb"
            if callable(content):
                content(path)
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.replace("<right>", right[:999]).encode())
            sentences[f"file {name}"] = sentence
    before, running = contents(tmp_path), processes()
    with tempfile.TemporaryDirectory() as temporary:  # a short name, as the sockets of kernels need it
        code, marks, _ = mark_folder(folder, "--timeout", "24" if LONG else "16", HOME=str(home), TMPDIR=temporary)
        assert list(Path(temporary).iterdir()) == []
    assert code == 3
    assert contents(tmp_path) == before
    found = {name: tuple(each["status"] for each in mark["exercises"]) for name, mark in marks.items() if name not in sentences}
    assert {name: found.get(name) for name in expected if found.get(name) != expected[name]} == {}
    for name, sentence in sentences.items():
        assert sentence in marks[name]["problem"]
    assert len(marks) == len(expected) + len(sentences) + len(BREAKING) * LONG >= (120 if LONG else 5)
    text = json.dumps(marks)
    assert "\\u001b" not in text
    assert max(map(len, text.split('"'))) < 4000
    left = [" ".join(command) for pid, command in processes().items() if pid not in running]
    assert [command for command in left if OURS in command or temporary in command] == []


@pytest.mark.skipif(not kernel.can_isolate(), reason="this system isolates nothing")
def test_a_notebook_reads_no_secret_of_the_teacher_and_has_no_network(lesson, tmp_path):
    folder, home = tmp_path / "class", tmp_path / "home"
    for place in (folder, home / ".ssh"):
        place.mkdir(parents=True)
    secrets = [home / ".ssh" / "key", home / "secret.txt", folder / "neighbour.ipynb", folder / ".env", ROOT / "README.md"]
    for path in secrets[:-1]:
        path.write_text("a secret")
    paths = [str(path) for path in secrets] + [path.name for path in secrets] + ["/etc/shadow", "/etc/hostname"]
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        cell = SECRETS.format(paths=paths, host="127.0.0.1", port=server.getsockname()[1])
        (folder / "mine.ipynb").write_text(notebook(lesson, RIGHT, cell))
        variables = {"AWS_SECRET_ACCESS_KEY": "a secret", "SSH_AUTH_SOCK": str(home / "a secret"), "HOME": str(home)}
        _, marks, _ = mark_folder(folder / "mine.ipynb", **variables)
    assert marks["mine"]["errors"][-1]["text"] == "ValueError: []"
    assert marks["mine"]["isolated"]
    assert marks["mine"]["passed"]


def test_without_isolation_too_a_cell_does_not_end_the_marking_and_leaves_nothing_running(monkeypatch):
    monkeypatch.setattr(kernel, "can_isolate", lambda: False)
    parent = f"import os, signal\nassert os.getppid() not in (1, {os.getpid()})\nos.kill(os.getppid(), signal.SIGTERM)"
    running = processes()
    with kernel.start_kernel() as one:
        for source in (CELLS["a detached process"], parent):
            cell = CellRun(source.replace("987654", OURS))
            one.run(cell, 20)
            assert cell.fault is None
        temporary = Path(one.manager.connection_file).parent.name
    left = [" ".join(command) for pid, command in processes().items() if pid not in running]
    assert [command for command in left if OURS in command or temporary in command] == []
