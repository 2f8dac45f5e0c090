"""What misses a part that is not installed says in one sentence what to type, for the way in which the course was installed."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from kmeans_teach import KMeansND, save
from kmeans_teach import __main__ as launcher
from kmeans_teach.inputs import parts
from kmeans_teach.lessons import needs

ROOT = Path(__file__).parent.parent
LESSON_10 = ROOT / "notebooks" / "10_many_machines.ipynb"
ADDRESS = "https://example.org/kmeans_teach"

# the folder of the environment, what its installer leaves in it, and what to type for a part and the names of its packages
INSTALLED_BY = {
    "pip": ("venv", [], "python -m pip install {names}"),
    "pip, in an environment that is not active": ("not active", [], '"{python}" -m pip install {names}'),
    "uv, in an environment without pip": ("venv", [], "uv pip install --python python {names}"),
    "conda": ("envs/kmeans", ["conda-meta/history"], "conda install --channel conda-forge {names}"),
    "pipx": ("venvs/kmeans-teach", ["pipx_metadata.json"], "pipx inject kmeans-teach {names}"),
    "pipx run": (
        "pipx/.cache/4f1c",
        ["pipx_metadata.json"],
        'pipx run --spec "kmeans-teach[{extras}] @ git+https://example.org/kmeans_teach" kmeans-teach',
    ),
    "uvx": ("uv/archive-v0/Xy", [], 'uvx --from "kmeans-teach[{extras}] @ git+https://example.org/kmeans_teach" kmeans-teach'),
    "uv tool": ("uv/tools/kmeans-teach", ["uv-receipt.toml"], 'uv tool install "kmeans-teach[{extras}] @ git+{address}"'),
    "make docs, in a clone": (
        ".venv",
        ["docs.installed"],
        {"lab": "make lab", None: '"{python}" -m pip install {names}'},
    ),
    "make lab, in a clone": (".venv", ["lab.installed"], '"{python}" -m pip install {names}'),
}


def noted(text):
    """importlib.metadata, with what pip has noted about where the course came from."""
    files = {"kmeans-teach": {"direct_url.json": text}}
    return SimpleNamespace(distribution=lambda name: SimpleNamespace(read_text=files[name].__getitem__))


@pytest.fixture(params=INSTALLED_BY)
def typed(request, tmp_path, monkeypatch):
    """A function of (part, names of packages): what has to be typed in this environment."""
    folder, files, wanted = INSTALLED_BY[request.param]
    prefix = tmp_path / "a folder" / folder
    python = prefix / "bin" / ("python.exe" if os.name == "nt" else "python")
    for file in (python, *(prefix / name for name in files)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o755)
    active = not request.param.startswith("make") and "not active" not in request.param
    monkeypatch.setenv("PATH", str(python.parent if active else tmp_path))  # there is no ffmpeg in it, either
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "executable", str(python))
    for module in ["voila", "imageio_ffmpeg", *["pip"] * ("without pip" in request.param)]:
        monkeypatch.setitem(sys.modules, module, None)
    source = {"url": ADDRESS, "vcs_info": {"vcs": "git", "commit_id": "4f1c"}}
    monkeypatch.setattr(parts, "metadata", noted(json.dumps(source)))

    def command(part, names):
        text = wanted if isinstance(wanted, str) else wanted.get(part, wanted[None])
        extras = "lab" if part == "lab" else f"lab,{part}"
        return text.format(names=names, python=python, extras=extras, address=ADDRESS)

    return command


def first_cell():
    notebook = json.loads(LESSON_10.read_text(encoding="utf-8"))
    source = next("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    exec(source.replace("%matplotlib inline", ""), {})


def command(*words):
    """What a command that cannot be done writes on stderr."""

    def run():
        assert launcher.main([*words]) == 2

    return run


def a_video():
    save(KMeansND([[0.0, 0], [1, 1], [5, 5]], [[0.0, 0], [5, 5]]), "run.mp4")


def many_machines():
    sys.modules.pop("kmeans_teach.lessons.many_machines", None)
    import_module("kmeans_teach.lessons.many_machines")


# the modules that are not there, what is done, the part, its packages that are missing, and the beginning of the sentence
MISSES = {
    "a video": (["imageio_ffmpeg"], a_video, "video", "imageio-ffmpeg", "an .mp4 needs ffmpeg, .gif and .html need none; "),
    "the page of the panel": (["voila"], command("panel"), "page", "voila", "kmeans-teach: `kmeans-teach panel` needs voila; "),
    "lab": (["jupyterlab"], command("lab"), "lab", "jupyterlab", "kmeans-teach: `kmeans-teach lab` needs jupyterlab; "),
    "marking": (
        ["nbformat", "ipykernel"],
        command("check", "01_one_dimension.ipynb"),
        "lab",
        "nbformat ipykernel",
        "kmeans-teach: `kmeans-teach check` needs nbformat and ipykernel; ",
    ),
    "lesson 10": (["distributed"], first_cell, "lab", "distributed", "this lesson needs distributed; "),
    "a lesson with scikit-learn": (
        ["sklearn"],
        lambda: needs("sklearn"),
        "lab",
        "scikit-learn",
        "this lesson needs scikit-learn; ",
    ),
    "the code of lesson 10": (["dask"], many_machines, "lab", "dask", "kmeans_teach.lessons.many_machines needs dask; "),
}


@pytest.mark.parametrize("what", MISSES)
def test_one_sentence_says_what_to_type(what, typed, tmp_path, monkeypatch, capsys):
    hidden, do, part, names, start = MISSES[what]
    for module in hidden:
        monkeypatch.setitem(sys.modules, module, None)  # so that importing it fails, as if it were not installed
    monkeypatch.setitem(sys.modules, "kmeans_teach.lessons.many_machines", None)  # and put back afterwards
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    try:
        do()
        said = capsys.readouterr()
        assert said.out == ""
        sentence = said.err.removesuffix("\n")
    except (OSError, ImportError) as error:
        sentence = str(error)
    assert sentence.startswith(start)
    assert "\n" not in sentence
    assert sentence.endswith(f"type in a terminal: {typed(part, names)}")
    assert sorted(tmp_path.rglob("*")) == before


def test_where_a_part_is_needed_the_extra_of_that_name_brings_it():
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for _, _, part, names, _ in MISSES.values():
        for name in names.split():
            assert name == "dask" or any(line.startswith(name) for line in extras[part])  # distributed brings dask


def test_an_ffmpeg_of_the_system_is_enough(tmp_path, monkeypatch):
    program = tmp_path / ("ffmpeg.exe" if os.name == "nt" else "ffmpeg")
    program.touch(mode=0o755)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert parts.ffmpeg() == str(program)
    monkeypatch.setenv("PATH", "")
    assert parts.ffmpeg() is None


def test_a_copy_from_a_registry_or_a_folder_is_asked_for_again_from_there(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "archive-v0" / "Xy"))
    monkeypatch.setitem(sys.modules, "voila", None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", json)  # is there, and stays
    for text, address in (None, ""), ('{"url": "file:///clone", "dir_info": {}}', " @ file:///clone"):
        monkeypatch.setattr(parts, "metadata", noted(text))
        assert parts.how_to_get("page", "voila") == f'uvx --from "kmeans-teach[lab,page,video]{address}" kmeans-teach'


def test_in_a_browser_a_lesson_that_needs_more_asks_for_a_computer(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        ImportError, match=r"^this lesson needs a computer of your own: distributed does not run inside a browser$"
    ):
        needs("numpy", "distributed")


def test_a_notebook_shows_the_sentence_alone(capsys, monkeypatch):
    monkeypatch.setattr(HistoryManager, "enabled", False)
    shell = InteractiveShell()
    for hook in "excepthook", "displayhook":
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    shell.run_cell('from kmeans_teach.lessons import needs\nneeds("nowhere")')
    said = capsys.readouterr()
    assert said.out.count("\n") == 1
    assert said.out.startswith("this lesson needs nowhere; to install what is missing, type in a terminal: ")
    assert said.err == ""


def test_what_is_there_is_not_missed():
    assert needs("json", "numpy") is None
