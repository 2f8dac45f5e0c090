"""The lessons in Google Colab: the copies that the badges open, and, with LONG=1, all lessons on Colab's own versions."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LEFT_ALONE = {"ipykernel", "ipywidgets", "jupyter_client", "tornado", "ipython"}
PINS = dict(
    line.split("==") for line in (ROOT / "tests" / "colab.txt").read_text(encoding="utf-8").splitlines() if "==" in line
)
long = pytest.mark.skipif(os.environ.get("LONG") != "1", reason="LONG=1 downloads Colab's versions (about 200 MB)")


@pytest.fixture(scope="module")
def colab():
    spec = importlib.util.spec_from_file_location("colab", ROOT / "tools" / "colab.py")
    spec.loader.exec_module(module := importlib.util.module_from_spec(spec))
    return module


def test_each_lesson_has_a_badge_and_each_badge_a_copy_that_is_up_to_date(colab):
    page = (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")
    badges = re.findall(r"\(https://colab\.research\.google\.com/github/OWNER/kmeans_teach/blob/main/colab/([^)]+)\)", page)
    copies = sorted((ROOT / "colab").iterdir())
    assert badges == [path.name for path in LESSONS] == [path.name for path in copies]
    for path, copy in zip(LESSONS, copies, strict=True):
        assert copy.read_text(encoding="utf-8") == colab.copied(path), f"run tools/colab.py: {path.name} has changed"


def test_a_copy_is_the_lesson_without_outputs_after_one_cell_that_installs(colab):
    for path in LESSONS:
        copy, lesson = nbformat.reads(colab.copied(path), as_version=4), nbformat.read(path, as_version=4)
        nbformat.validate(copy)
        first, *others = copy.cells
        words = r"#@title [^\n]+\n%pip install --quiet git\+https://github\.com/OWNER/kmeans_teach( \w+)*"
        assert re.fullmatch(words, first.source)
        assert [(cell.cell_type, cell.source) for cell in others] == [(cell.cell_type, cell.source) for cell in lesson.cells]
        assert not any(cell.get("outputs") for cell in copy.cells)
        for cell in others:  # Colab has a name of its own for a cell whose source is hidden
            assert not cell.metadata.get("jupyter", {}).get("source_hidden") or cell.metadata.get("cellView") == "form", cell.id


def test_the_versions_of_colab_are_allowed():
    assert PINS.keys() > LEFT_ALONE


# ---- with LONG=1


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    return done.stdout


def versions(python):
    listed = json.loads(run(python, "-m", "pip", "list", "--format=json"))
    found = {one["name"].lower().replace("-", "_"): one["version"] for one in listed}
    return {name: found.get(name.replace("-", "_")) for name in PINS}


@pytest.fixture(scope="module")
def kernel(tmp_path_factory, colab):
    """The place of a kernel "colab", with Colab's versions and what the first cells of the copies install."""
    folder = tmp_path_factory.mktemp("colab")
    run(sys.executable, "-m", "venv", folder)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", *(f"{name}=={version}" for name, version in PINS.items()))
    before = versions(python)
    assert before == PINS
    asked_for = sorted({tuple(colab.words(lesson.stem, str(ROOT))) for lesson in LESSONS}, key=len)
    assert len(asked_for) == 2
    for asked in asked_for:
        plan = json.loads(run(python, "-m", "pip", "install", "--dry-run", "--report", "-", *asked))
        names = {one["metadata"]["name"].lower().replace("-", "_") for one in plan["install"]}
        assert not names & LEFT_ALONE, asked
        run(python, "-m", "pip", "install", *asked)
    after = versions(python)
    assert {name: after[name] for name in LEFT_ALONE} == {name: before[name] for name in LEFT_ALONE}
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"dask"}, "lesson 10's distributed brings the Dask of its own version"
    run(python, "-m", "pip", "check")
    kernel = folder / "for nbclient" / "kernels" / "colab" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "Colab", "language": "python"}))
    return kernel.parents[2]


@long
@pytest.mark.long
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs_on_colabs_versions(path, kernel, tmp_path, monkeypatch):
    """And says what is stored: what is printed, and the text of each output."""
    monkeypatch.setenv("JUPYTER_PATH", str(kernel))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    stored = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, kernel_name="colab", timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    for ran, was in zip(notebook.cells, stored.cells, strict=True):
        if ran.cell_type == "code":
            assert not [one for one in ran.outputs if one.output_type == "error" or one.get("name") == "stderr"], ran.id
            assert said(ran) == said(was), ran.id


def said(cell):
    """What a cell says in words."""
    return "".join(one.get("text", "") or one.get("data", {}).get("text/plain", "") for one in cell.outputs)
