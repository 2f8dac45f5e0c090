"""The course is copied into a learner's folder, whole or not at all, and never over what the learner changed."""

import errno
import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from kmeans_teach.commands import CommandError, copy_course
from kmeans_teach.commands.copy_course import PRISTINE, copy, handed_out

ONE, TWO, PAGE = "01_one.ipynb", "02_two.ipynb", "README.md"


@pytest.fixture
def source(tmp_path):
    """A course of two lessons and a page; what else lies in its folder is no part of it."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name, text in {ONE: "one", TWO: "two", PAGE: "page", "notes.ipynb": "own", "data.csv": "own"}.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def folder(tmp_path, source):
    """A learner's copy, made by version 0.1.0, in a folder with a space."""
    folder = tmp_path / "my course"
    copy(folder, source=source, version="0.1.0")
    return folder


def texts(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if path.name != PRISTINE}


def newer(source, **changes):
    for stem, text in changes.items():
        next(path for path in source.iterdir() if path.stem.endswith(stem)).write_text(text)


def test_the_lessons_and_their_page_are_copied_and_nothing_else(source, folder):
    assert texts(folder) == {ONE: "one", TWO: "two", PAGE: "page"}
    assert (folder / ONE).stat().st_mode & 0o777 == 0o666 & ~umask()  # as any new file, not a private one


def test_after_a_thousand_newer_ones_there_is_a_name_for_one_more(source, folder):
    for name in ["02_two (0.2.0).ipynb", *(f"02_two (0.2.0, {n}).ipynb" for n in range(2, 1000))]:
        (folder / name).write_text("mine")
    (folder / TWO).write_text("two, and my work")
    newer(source, two="two, better")
    assert "02_two (0.2.0, 1000).ipynb" in copy(folder, source=source, version="0.2.0")[0]


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_was_done_is_said_in_sentences(tmp_path, source):
    new = tmp_path / "a" / "b"
    assert copy(new, source=source) == [f"Copied 3 files of the course to '{new}'."]
    assert copy(new, source=source) == [f"The course in '{new}' is up to date."]
    (new / TWO).unlink()
    assert copy(new, source=source) == [f"Copied 1 file of the course to '{new}'."]


def test_a_second_run_changes_no_byte(source, folder):
    def state():
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}

    before = state()
    copy(folder, source=source, version="0.1.0")
    assert state() == before


def test_a_lesson_that_was_deleted_comes_back(source, folder):
    (folder / ONE).unlink()
    copy(folder, source=source)
    assert texts(folder)[ONE] == "one"


def test_an_unchanged_lesson_is_replaced_by_a_newer_one(source, folder):
    newer(source, two="two, better")
    said = copy(folder, source=source, version="0.2.0")
    assert said == [f"Replaced 1 file that you had not changed by newer ones: {TWO}."]
    assert texts(folder) == {ONE: "one", TWO: "two, better", PAGE: "page"}
    newer(source, two="two, best")
    copy(folder, source=source, version="0.3.0")
    assert texts(folder)[TWO] == "two, best"


def test_a_changed_lesson_without_a_newer_one_is_left_alone_silently(source, folder):
    (folder / ONE).write_text("one, and my work")
    assert copy(folder, source=source, version="0.2.0") == [f"The course in '{folder}' is up to date."]
    assert texts(folder) == {ONE: "one, and my work", TWO: "two", PAGE: "page"}


def test_a_changed_lesson_is_never_overwritten_and_a_newer_one_is_put_beside_it_once(source, folder):
    (folder / TWO).write_text("two, and my work")
    newer(source, two="two, better")
    beside = "02_two (0.2.0).ipynb"
    assert copy(folder, source=source, version="0.2.0") == [
        f"You have changed {TWO}, so the newer one is beside it: '{beside}'."
    ]
    wanted = {ONE: "one", TWO: "two, and my work", beside: "two, better", PAGE: "page"}
    assert texts(folder) == wanted

    for _ in range(2):  # neither again, nor when the learner has thrown it away
        assert copy(folder, source=source, version="0.2.0") == [f"The course in '{folder}' is up to date."]
        assert texts(folder) == wanted
        (folder / beside).unlink(missing_ok=True)
        wanted.pop(beside, None)

    newer(source, two="two, best")
    copy(folder, source=source, version="0.3.0")
    assert texts(folder) == wanted | {"02_two (0.3.0).ipynb": "two, best"}


def test_who_takes_the_newer_lesson_is_up_to_date_again(source, folder):
    (folder / TWO).write_text("two, and my work")
    newer(source, two="two, better")
    copy(folder, source=source, version="0.2.0")
    (folder / "02_two (0.2.0).ipynb").replace(folder / TWO)
    newer(source, two="two, best")
    copy(folder, source=source, version="0.3.0")
    assert texts(folder) == {ONE: "one", TWO: "two, best", PAGE: "page"}


def test_a_name_that_is_taken_beside_is_not_overwritten_either(source, folder):
    (folder / TWO).write_text("two, and my work")
    (folder / "02_two (0.2.0).ipynb").write_text("mine as well")
    newer(source, two="two, better")
    copy(folder, source=source, version="0.2.0")
    assert texts(folder)["02_two (0.2.0).ipynb"] == "mine as well"
    assert texts(folder)["02_two (0.2.0, 2).ipynb"] == "two, better"


def test_a_file_that_was_there_before_the_course_is_kept(tmp_path, source):
    (tmp_path / PAGE).write_text("my own page")
    said = copy(tmp_path, source=source, version="0.1.0")
    assert f"Another {PAGE} was there, so the course's is beside it: 'README (0.1.0).md'." in said
    assert (tmp_path / PAGE).read_text() == "my own page"
    assert (tmp_path / "README (0.1.0).md").read_text() == "page"


def lesson(*sources, output=None, kind="code"):
    """A notebook as nbformat writes it. With an output, it was run."""
    shown = [{"output_type": "stream", "name": "stdout", "text": f"{output}"}] if output else []
    ran = {"outputs": shown, "execution_count": output} if kind == "code" else {}
    cells = [
        {"cell_type": kind, "id": f"cell-{n}", "metadata": {}, "source": [source], **ran} for n, source in enumerate(sources)
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return f"{json.dumps({'cells': cells, 'metadata': metadata, 'nbformat': 4, 'nbformat_minor': 5}, indent=1)}\n"


@pytest.fixture
def notebook(tmp_path, source):
    """A learner's copy of a course whose second lesson is a real notebook."""
    newer(source, two=lesson("k = 3", "k + 1"))
    copy(tmp_path / "mine", source=source, version="0.1.0")
    return tmp_path / "mine" / TWO


def test_a_lesson_that_was_only_run_is_not_changed_so_a_newer_one_replaces_it(source, notebook):
    notebook.write_text(was_run := lesson("k = 3", "k + 1", " \n", output=4))  # JupyterLab adds an empty cell at the end
    copy(notebook.parent, source=source, version="0.1.0")
    assert notebook.read_text() == was_run  # there is no newer one, and the learner's outputs stay
    newer(source, two=(better := lesson("k = 3", "k + 2")))
    assert copy(notebook.parent, source=source, version="0.2.0") == [
        f"Replaced 1 file that you had not changed by newer ones: {TWO}."
    ]
    assert notebook.read_text() == better


def test_a_lesson_is_handed_out_as_if_it_was_never_run():
    stored = json.loads(lesson("k = 3", "k + 1", output=4))
    folded = {"jupyter": {"source_hidden": True}, "cellView": "form", "tags": ["exercise"]}
    stored["cells"][0]["metadata"] = {**folded, "mystnb": {"image": {"alt": "four"}}, "collapsed": True, "execution": {}}
    stored["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    wanted = json.loads(lesson("k = 3", "k + 1"))
    wanted["cells"][0]["metadata"] = folded
    handed = handed_out(json.dumps(stored).encode())
    assert json.loads(handed) == wanted
    assert handed_out(handed) == handed
    for page in b"# The course", b"", b"5", b'{"cells": 5}', b"\xff", b"[" * 9999:
        assert handed_out(page) == page


def run_by_nbclient(notebook):
    NotebookClient(notebook, kernel_name="python3", store_widget_state=True).execute()


def saved_by_jupyterlab(notebook):
    """What JupyterLab 4 writes without running anything: its own ids, metadata, format; and folds that were opened."""
    notebook.nbformat_minor = 4
    notebook.metadata = {"kernelspec": {"name": "other", "display_name": "Other"}, "toc-autonumbering": True}
    for cell in notebook.cells:
        del cell["id"]
        cell.metadata = {"trusted": True, "collapsed": False, "jupyter": {"outputs_hidden": True, "source_hidden": False}}


def saved_by_colab(notebook):
    notebook.nbformat_minor = 0
    notebook.metadata = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    for cell in notebook.cells:
        cell.metadata = {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost:8080/"}, "outputId": "0"}
        cell.outputs = [nbformat.v4.new_output("stream", text="4")]


def saved_by_vs_code(notebook):
    notebook.metadata["language_info"] = {"name": "python", "version": "3.14.0", "codemirror_mode": {"name": "ipython"}}
    notebook.cells[1].metadata = {"vscode": {"languageId": "python"}}
    notebook.cells.append(nbformat.v4.new_code_cell("\n"))


TOOLS = [run_by_nbclient, saved_by_jupyterlab, saved_by_colab, saved_by_vs_code]
WITHOUT, WITH = "handed out without outputs", "as 0.1.0 did, with outputs"


@pytest.mark.parametrize(("touch", "given"), [(tool, WITHOUT) for tool in TOOLS] + [(tool, WITH) for tool in TOOLS[1:]])
def test_what_a_tool_does_to_a_lesson_is_no_change_of_the_learner(touch, given, source, notebook, monkeypatch):
    if given == WITH:
        monkeypatch.setattr(copy_course, "handed_out", lambda lesson: lesson)
        newer(source, two=lesson("k = 3", "k + 1", output=4))
        copy(notebook.parent, source=source, version="0.1.0")
        assert '"4"' in notebook.read_text()
        monkeypatch.undo()
    touch(mine := nbformat.read(notebook, as_version=4))
    nbformat.write(mine, notebook)
    newer(source, two=lesson("k = 3", "k + 2", output=5))
    assert copy(notebook.parent, source=source, version="0.2.0") == [
        f"Replaced 1 file that you had not changed by newer ones: {TWO}."
    ]
    assert notebook.read_text() == lesson("k = 3", "k + 2")


def test_a_lesson_of_0_1_0_loses_its_outputs_but_not_a_learners_work(source, notebook, monkeypatch):
    """The cells are the same as before, so there is nothing to put beside what the learner wrote."""
    for mine, wanted in (lesson("k = 3", "k + 1", output=4), lesson("k = 3", "k + 1")), 2 * (lesson("k = 4", output=4),):
        (notebook.parent / PRISTINE / TWO).write_text(lesson("k = 3", "k + 1", output=4))
        notebook.write_text(mine)
        copy(notebook.parent, source=source, version="0.2.0")
        assert notebook.read_text() == wanted
        assert not list(notebook.parent.glob("02_two (*"))


@pytest.mark.parametrize(
    "mine",
    [
        lesson("k = 4", "k + 1"),
        lesson("k + 1", "k = 3"),
        lesson("k = 3"),
        lesson("k = 3", "k + 1", "mine"),
        lesson("k = 3", "k + 1", kind="markdown"),
        "no notebook any more",
        '{"cells": 5}',
    ],
)
def test_any_other_cell_makes_a_lesson_the_learners(mine, source, notebook):
    notebook.write_text(mine)
    newer(source, two=lesson("k = 3", "k + 2"))
    copy(notebook.parent, source=source, version="0.2.0")
    assert notebook.read_text() == mine
    assert notebook.with_name("02_two (0.2.0).ipynb").is_file()


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", None])
def test_without_a_pristine_copy_everything_that_differs_is_the_learners(damage, source, folder):
    """This holds for a folder of version 0.1.0, too, which has no such copies."""
    (folder / TWO).write_text("two, and my work")
    for pristine in (folder / PRISTINE).iterdir():
        pristine.unlink() if damage is None else pristine.write_bytes(damage)
    assert len(copy(folder, source=source, version="0.1.0")) == 1
    assert texts(folder) == {ONE: "one", TWO: "two, and my work", "02_two (0.1.0).ipynb": "two", PAGE: "page"}
    assert copy(folder, source=source, version="0.1.0") == [f"The course in '{folder}' is up to date."]


def test_a_file_or_a_folder_in_the_way_is_said(tmp_path, source, folder):
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(CommandError, match=r"^'.*taken' is a file, so the course cannot be copied there$"):
        copy(tmp_path / "taken", source=source)
    with pytest.raises(CommandError, match=r"^the course could not be copied to '.*below': [A-Z][\w ]+$"):
        copy(tmp_path / "taken" / "below", source=source)
    (folder / TWO).unlink()
    (folder / TWO).mkdir()
    with pytest.raises(CommandError, match=r"^'.*02_two\.ipynb' is a folder, but the course has a file of that name$"):
        copy(folder, source=source)
    with pytest.raises(CommandError, match=r"^'.*shipped' is where the course comes from, so it is not copied there$"):
        copy(source, source=source)
    assert (tmp_path / "taken").read_text() == "mine"
    assert PRISTINE not in os.listdir(source)


@pytest.fixture
def failing(monkeypatch):
    """Let writing one file fail half-way: with half of its bytes written, or with none for a folder that is closed."""

    def fail(name, number):
        def write(path, data):
            if name not in path.name:
                return whole(path, data)
            if number == errno.ENOSPC:
                whole(path, data[: len(data) // 2])
            raise OSError(number, os.strerror(number), str(path))

        whole = Path.write_bytes
        monkeypatch.setattr(Path, "write_bytes", write)

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_full_disk_or_a_closed_folder_leaves_whole_files_only(number, source, folder, failing, monkeypatch):
    (folder / ONE).write_text("one, and my work")
    newer(source, one="one, better", two="two, better", README="page, better")
    failing(TWO, number)
    with pytest.raises(CommandError) as told:
        copy(folder, source=source, version="0.2.0")
    assert str(told.value) == f"the course could not be copied to '{folder}': {os.strerror(number)}"
    assert texts(folder) == {ONE: "one, and my work", "01_one (0.2.0).ipynb": "one, better", TWO: "two", PAGE: "page"}

    monkeypatch.undo()  # there is room again: the rest comes, and nothing comes twice
    assert copy(folder, source=source, version="0.2.0") == [
        f"Replaced 2 files that you had not changed by newer ones: {TWO}, {PAGE}."
    ]
    assert len(texts(folder)) == 4


def test_a_clone_has_its_own_lessons_and_a_package_those_it_carries(tmp_path, monkeypatch):
    monkeypatch.setattr(copy_course, "PACKAGE", tmp_path / "kmeans_teach")
    (tmp_path / "kmeans_teach" / "course").mkdir(parents=True)
    assert copy_course.clone() is None
    with pytest.raises(CommandError, match=r"^there are no lessons in .*course: install kmeans-teach again$"):
        copy_course.shipped()
    (tmp_path / "kmeans_teach" / "course" / ONE).touch()
    assert copy_course.shipped() == tmp_path / "kmeans_teach" / "course"
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / ONE).touch()
    assert copy_course.shipped() == tmp_path / "kmeans_teach" / "course"
    (tmp_path / "pyproject.toml").touch()
    assert copy_course.shipped() == copy_course.clone() == tmp_path / "notebooks"


def test_within_a_copy_of_the_course_that_copy_is_meant(source, folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert copy_course.learners_folder() == Path("kmeans-course")
    monkeypatch.chdir(folder)
    assert copy_course.learners_folder() == Path()
