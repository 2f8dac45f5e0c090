"""The notebooks: how they are stored, the rules of a lesson, code that a lesson and the package share, and nbval."""

import ast
import errno
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import kmeans_teach
from kmeans_teach.commands.copy_course import handed_out

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
COURSE = ["01_one_dimension", "02_assign_points", "03_update_centroids", "04_generators", "05_panel"]
COURSE += ["06_bad_starts", "07_how_many", "08_many_dimensions", "09_fast", "10_many_machines"]
LESSONS = [path for path in NOTEBOOKS if path.stem in COURSE]
TWINS = {("02_assign_points", "assign_points")}  # at least this one
BANNED = ["simply", "obviously", "as you can see", "sys.path", "!pip", "%pip", "np.random.seed"]
LONG = os.environ.get("LONG") == "1"  # the weekly run: more of the same
OUTPUT_CALLS = ("print", "ask", "check_")  # a cell that calls one of these shows something

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path, kind=None):
    return [cell for cell in nbformat.read(path, as_version=4).cells if kind in (None, cell.cell_type)]


def tagged(path, tag):
    return [cell for cell in cells(path) if tag in cell.metadata.get("tags", [])]


def shown(path):
    """The cells of code that a reader sees: not those of the questions."""
    return [cell for cell in cells(path, "code") if "ask" not in calls(cell.source)]


def prose(path):
    """The markdown of a notebook without its code blocks."""
    return re.sub(r"```.*?```", "", "\n\n".join(cell.source for cell in cells(path, "markdown")), flags=re.DOTALL)


def python(source):
    """The syntax tree of a cell; IPython's own lines (%magics) read as empty ones."""
    return ast.parse(re.sub(r"^%.*$", "", source, flags=re.MULTILINE))


def calls(source):
    """Names of the functions that a cell calls."""
    return {node.func.id for node in ast.walk(python(source)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def texts(outputs):
    """All that a list of outputs says in plain words."""
    return "".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


def search_path():
    """PYTHONPATH for the kernels, so that they find this package, installed or not."""
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))


def nbval(*words):
    """Run pytest with nbval as a user of this clone would, with all plugins and settings, and return what happened."""
    command = [sys.executable, "-m", "pytest", "-q", *words]
    env = {**os.environ, "PYTHONPATH": search_path()}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)


# ---- the collection


def test_the_course_is_there():
    assert [path.stem for path in LESSONS] == COURSE
    assert len(NOTEBOOKS) == len(list(FOLDER.rglob("*.ipynb"))), "a notebook in a folder below would not be tested"


# ---- outputs; that a fresh run gives the stored ones is tested by `make unit` itself, which calls pytest with --nbval


@pytest.mark.long
@pytest.mark.skipif(not LONG, reason="the tests of every day are run with --nbval themselves")
@pytest.mark.parametrize("option", ["--nbval", "--nbval-lax"])
def test_nbval_passes_as_users_type_it(option):
    done = nbval(option, "notebooks/03_update_centroids.ipynb")
    assert done.returncode == 0, done.stdout[-6000:]
    assert f"{len(cells(FOLDER / '03_update_centroids.ipynb', 'code'))} passed" in done.stdout


def test_a_changed_output_fails(tmp_path):
    path = LESSONS[0]  # one is enough, cut after its first printed text, which is changed
    notebook = nbformat.read(path, as_version=4)
    at, output = next((at, out) for at, cell in enumerate(notebook.cells) for out in cell.get("outputs", []) if "text" in out)
    notebook.cells = notebook.cells[: at + 1]
    output.text += "another line\n"
    nbformat.write(notebook, tmp_path / "changed.ipynb")
    done = nbval("--nbval", "-p", "no:randomly", tmp_path / "changed.ipynb")  # outside of this clone nothing keeps the order
    assert re.search(r"^FAILED .*changed\.ipynb::", done.stdout, flags=re.MULTILINE), done.stdout[-6000:]
    before = sum(cell.cell_type == "code" for cell in notebook.cells) - 1
    assert f"1 failed, {before} passed" in done.stdout
    assert "another line" in done.stdout


@every_notebook
def test_every_cell_was_run_in_order_and_none_failed(path):
    code = cells(path, "code")
    assert code
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]


@every_notebook
def test_outputs_are_stored(path):
    loud = [cell for cell in cells(path, "code") if any(name.startswith(OUTPUT_CALLS) for name in calls(cell.source))]
    assert loud
    for cell in loud:
        assert cell.outputs or isinstance(python(cell.source).body[-1], ast.FunctionDef), cell.id
    for cell in cells(path, "code"):
        last = python(cell.source).body[-1]
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
            assert any("data" in output for output in cell.outputs), f"{cell.id} shows {last.value.id}, and nothing is stored"


@every_notebook
def test_outputs_are_the_same_on_every_machine(path):
    for cell in cells(path, "code"):
        assert not re.search(r"\bat 0x[0-9a-f]+|\d\d:\d\d:\d\d|/(home|tmp|root|work)/", texts(cell.outputs)), cell.id
        for output in cell.outputs:
            assert not [kind for kind in output.get("data", {}) if "widget" in kind], cell.id


@every_notebook
def test_only_a_page_of_pictures_is_left_out_of_the_comparison(path):
    """The player's page holds PNG bytes, which differ between matplotlib's versions, inside HTML, which nbval compares."""
    ignored = tagged(path, "nbval-ignore-output")
    assert len(ignored) <= 1
    for cell in ignored:
        assert any("data:image/png" in output.get("data", {}).get("text/html", "") for output in cell.outputs)
    assert not [
        tag for cell in cells(path) for tag in cell.metadata.get("tags", []) if tag in ("nbval-skip", "raises-exception")
    ]


# ---- how it is stored


@every_notebook
def test_the_file_is_small_and_clean(path):
    assert path.stat().st_size < 200_000
    raw = json.loads(path.read_text(encoding="utf-8"))
    assert set(raw["metadata"]) == {"kernelspec", "language_info"}
    assert raw["metadata"]["kernelspec"]["name"] == "python3"
    assert raw["metadata"]["language_info"] == {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"}
    for cell in raw["cells"]:
        assert set(cell["metadata"]) <= {"cellView", "jupyter", "mystnb", "tags"}, cell["id"]
        assert not [output for output in cell.get("outputs", []) if output.get("metadata")], cell["id"]


@every_notebook
def test_cell_ids_are_readable(path):
    ids = [cell.id for cell in cells(path)]
    assert len(set(ids)) == len(ids)
    for name in ids:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", name), name
        assert not re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4,12})*", name), name


@every_notebook
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"", prose(path))
    targets = [first or second for first, second in links]
    assert targets
    for target in targets:
        if target.startswith("https://"):
            continue
        file = target.partition("#")[0]
        assert (FOLDER / file).exists() or Path(file).stem in COURSE, target  # test_the_course_is_there sees to those


@every_notebook
def test_a_stored_picture_is_described_in_words(path):
    """For those who cannot see it: MyST-NB writes this text into the page."""
    for cell in cells(path, "code"):
        drawn = any("image/png" in output.get("data", {}) for output in cell.outputs)
        words = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        assert len(words.split()) >= 4 if drawn else not words, cell.id


# ---- how it reads


@every_notebook
def test_cells_are_short(path):
    code = [cell.source.splitlines() if cell in shown(path) else ["ask("] for cell in cells(path, "code")]
    assert max(map(len, code)) <= 15
    assert not [line for lines in code for line in lines if line.rstrip().endswith(";")]
    seen = [1 if "ask" in calls(cell.source) else len(cell.source.splitlines()) for cell in cells(path, "code")]
    assert sorted(seen)[len(seen) // 2] <= 6, "a question is folded to one line"


@every_notebook
def test_no_word_or_line_that_the_style_forbids(path):
    whole = "\n".join(cell.source for cell in cells(path)).lower()
    assert not [word for word in BANNED if word in whole]
    assert not re.search(r"^\s*from .* import \*", whole, flags=re.MULTILINE)


@every_lesson
def test_a_lesson_has_the_size_of_a_lesson(path):
    markdown, code = len(cells(path, "markdown")), len(cells(path, "code"))
    assert markdown + code >= 25
    assert markdown + len(shown(path)) <= 40
    assert markdown / len(shown(path)) >= 0.8
    assert markdown / code <= 1.6
    assert 800 <= len(prose(path).split()) <= 1500


@every_lesson
def test_a_lesson_has_its_frame(path):
    first, *_, last = cells(path)
    assert re.match(r"# \S", first.source)
    assert len(re.findall(r"^# ", prose(path), flags=re.MULTILINE)) == 1
    for words in "*You will end with*", "*You need*":
        assert words in prose(path)
    for heading in "Your turn", "Under the hood":
        assert re.search(rf"^## {heading}", prose(path), flags=re.MULTILINE), heading
    targets = re.findall(r"\]\(([^)]+)\)", last.source)
    number = COURSE.index(path.stem)
    near = {f"{name}.ipynb" for name in COURSE[max(number - 1, 0) : number + 2] if name != path.stem}
    assert near | {"README.md"} <= set(targets)


@every_lesson
def test_a_lesson_asks_for_predictions(path):
    asked = [cell for cell in cells(path, "code") if "ask" in calls(cell.source)]
    assert len(asked) >= 3
    for cell in asked:
        assert "<details>" in "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs), cell.id
        assert "remove-input" in cell.metadata.get("tags", []), f"{cell.id}: the site would show the answer"


@every_notebook
def test_what_a_learner_gets_shows_no_answer(path):
    """No output, every question folded with nothing to see in the line that stays, every solution in a closed fold."""
    stored, handed = (nbformat.reads(text, as_version=4) for text in (path.read_bytes(), handed_out(path.read_bytes())))
    nbformat.validate(handed)
    assert [(cell.id, cell.cell_type, cell.source) for cell in handed.cells] == [
        (cell.id, cell.cell_type, cell.source) for cell in stored.cells
    ]
    for cell in handed.cells:
        tags, metadata = cell.metadata.get("tags", []), dict(cell.metadata)
        folded = metadata.pop("jupyter", None) == {"source_hidden": True} and metadata.pop("cellView", None) == "form"
        assert metadata == ({"tags": tags} if tags else {})  # the words for a picture could answer, too
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
            asks = "ask" in calls(cell.source)
            assert (asks or "hide-input" in tags) == folded, cell.id
            assert not asks or re.match(r"ask\(\n|from kmeans_teach\.ask import ask\n", cell.source), cell.id
        in_view = re.sub(r"<details><summary>.*?</details>", "", cell.source, flags=re.DOTALL)
        assert "<details" not in in_view or cell.cell_type == "code", cell.id
        assert "solution" not in tags or (in_view != cell.source and "```" not in in_view), cell.id


@every_lesson
def test_a_lesson_shows_a_stored_picture(path):
    assert [cell for cell in cells(path, "code") for output in cell.outputs if "image/png" in output.get("data", {})]


# ---- one function in two places


def definitions(trees):
    """The last definition of each function or class, by name, as a tree without docstrings."""
    found = {}
    for tree in trees:
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                for inner in ast.walk(node):
                    if isinstance(inner, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(inner) is not None:
                        inner.body = inner.body[1:] or [ast.Pass()]
                found[node.name] = ast.dump(node)
    return found


def test_what_a_lesson_writes_and_the_package_ships_is_the_same():
    shipped = definitions(ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "kmeans_teach").rglob("*.py"))
    written = {path.stem: definitions(python(cell.source) for cell in cells(path, "code")) for path in NOTEBOOKS}
    twins = {(stem, name) for stem, found in written.items() for name in found if name in kmeans_teach.__all__}
    assert len(twins) >= len(TWINS) > 0
    assert twins >= TWINS
    for stem, name in sorted(twins):
        assert written[stem][name] == shipped[name], f"{name} in {stem} is not the package's"


# ---- running them


def test_a_full_disk_leaves_the_notebook_as_it_was(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("execute", ROOT / "tools" / "execute.py")
    spec.loader.exec_module(execute := importlib.util.module_from_spec(spec))
    path = tmp_path / "mine.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), path)
    before, write = path.read_bytes(), nbformat.write

    def full(notebook, file):
        Path(file).write_text("half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    class Client:
        __init__ = execute = lambda *_, **__: None

    monkeypatch.setattr(execute, "NotebookClient", Client)
    monkeypatch.setattr(nbformat, "write", full)
    with pytest.raises(OSError, match="No space left"):
        execute.execute(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    monkeypatch.setattr(nbformat, "write", write)
    execute.execute(path)
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
