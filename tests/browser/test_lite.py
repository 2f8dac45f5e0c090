"""The course in the browser alone: the site of `make lite`, served on loopback, in a Chromium that finds no other host.

Its Pyodide comes from a wheel on PyPI, which is fetched once and kept in the user's cache. Without that wheel, only what needs
no Pyodide is tested, and a line at the end says so; with REQUIRE_PYODIDE=1 that is a failure.
"""

import functools
import http.server
import importlib
import json
import os
import re
import sys
import threading

import nbformat
import pytest
from playwright.sync_api import expect

from kmeans_teach.data import DATA_SETS
from tests.browser.lab import ROOT, still

pytest.importorskip("jupyterlite_core", reason="the site needs `pip install -e .[lite]`")
pytestmark = pytest.mark.browser
LONG = os.environ.get("LONG") == "1"  # the weekly run
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
WITH_PANEL = "05_panel.ipynb"
# on every run, the cells of it that make a panel, ask, and check an answer; the weekly run reaches the end of every lesson
NEEDED = {"panel-02", "panel-04", "panel-08", "panel-25", "panel-26", "panel-27", "panel-28"}
OPEN = """name => { const open = window.jupyterapp?.shell?.currentWidget;
                  return open?.context?.path === name && open.context.isReady && open.content.model !== null; }"""
RUN_ALL = """async () => {
    const { commands, shell } = window.jupyterapp;
    await shell.currentWidget.sessionContext.ready;
    await commands.execute("notebook:run-all-cells");
}"""
NOTEBOOK = "() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON())"
REPLACE = """async ([id, source]) => {
    const { commands, shell } = window.jupyterapp, notebook = shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id);
    notebook.activeCell.model.sharedModel.setSource(source);
    await commands.execute("notebook:run-cell");
}"""


@pytest.fixture(scope="module")
def tool():
    """The modules tools/lite.py and tools/lite_pyodide.py."""
    sys.path.insert(0, str(ROOT / "tools"))
    yield importlib.import_module("lite"), importlib.import_module("lite_pyodide")
    sys.path.remove(str(ROOT / "tools"))


@pytest.fixture(scope="module")
def kept(tool, request):
    """Skip what needs a Pyodide where there is none."""
    try:
        tool[1].fetch_kept()
    except Exception as error:
        left_out = f"the course in the browser was not run: no Pyodide ({str(error).splitlines()[0]})"
        if os.environ.get("REQUIRE_PYODIDE") == "1":
            pytest.fail(left_out)
        pytest.skip(left_out)


@pytest.fixture(scope="module")
def site(tool, kept, tmp_path_factory):
    """The folder of a site, as `make lite` builds it. Tests may drive its pages by `jupyterapp`."""
    folder = tmp_path_factory.mktemp("lite") / "site"
    tool[0].build(folder, "kept")
    settings = folder / "jupyter-lite.json"
    content = json.loads(settings.read_text(encoding="utf-8"))
    content["jupyter-config-data"]["exposeAppInBrowser"] = True
    settings.write_text(json.dumps(content), encoding="utf-8")
    lesson = nbformat.read(folder / "files" / WITH_PANEL, as_version=4)
    lesson.cells = [cell for cell in lesson.cells if LONG or cell.cell_type == "markdown" or cell.id in NEEDED]
    nbformat.write(lesson, folder / "files" / WITH_PANEL)
    return folder


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def open_lesson(context, address, name):
    """A page with a lesson. `asked` are the addresses that the page asked for, and `errors` what it did not catch."""
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.asked, page.errors = [], []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    context.on("request", lambda request: page.asked.append(request.url))
    page.goto(f"{address}/lab/index.html?path={name}")
    page.wait_for_function(OPEN, arg=name, polling=100)
    return page


def notebook(page):
    return nbformat.reads(page.evaluate(NOTEBOOK), as_version=4)


def outputs(page):
    return [output for cell in notebook(page).cells if cell.cell_type == "code" for output in cell.outputs]


def run_all(page):
    """Run All reaches the last cell, and nothing in a cell is red."""
    page.evaluate(RUN_ALL)
    cells = [cell for cell in notebook(page).cells if cell.cell_type == "code"]
    assert len(cells) >= len(NEEDED)
    assert all(cell.execution_count for cell in cells)
    pictures = [output.data["image/png"] for output in outputs(page) if "image/png" in output.get("data", {})]
    assert all(isinstance(png, str) and png.startswith("iVBOR") for png in pictures), "a picture is no PNG in base64"
    nothing_is_red(page)


def nothing_is_red(page):
    assert [output for output in outputs(page) if output.output_type == "error" or output.get("name") == "stderr"] == []
    assert page.errors == []


@pytest.fixture(scope="module")
def lesson(browser, address):
    """Lesson 05, run to its end: its first panel is `page.panel`."""
    context = still(browser.new_context(viewport={"width": 1400, "height": 1000}))
    page = open_lesson(context, address, WITH_PANEL)
    run_all(page)
    page.panel = page.locator(".kmeans-panel").first
    yield page
    nothing_is_red(page)
    assert len(page.asked) > 100
    assert [url for url in page.asked if not url.startswith((f"{address}/", "blob:", "data:"))] == []
    context.close()


def button(page, name):
    return page.panel.get_by_role("button", name=name, exact=True)


def says(page, pattern):
    expect(page.panel.locator(".kmeans-sentence")).to_have_text(re.compile(pattern), timeout=30_000)


def shown(page):
    return page.panel.locator("canvas").first.evaluate("canvas => canvas.toDataURL()")


def redrawn(page, before):
    """Wait until the canvas shows another picture than before."""
    canvas = page.panel.locator("canvas").first.element_handle()
    page.wait_for_function("([canvas, before]) => canvas.toDataURL() !== before", arg=[canvas, before], polling=50)


def test_the_panel_steps_plays_begins_anew_is_dragged_and_saves(lesson):
    """One after the other on one panel: to open a lesson in the browser takes as long as all of this."""
    start = shown(lesson)
    lesson.panel.get_by_role("button", name=re.compile("^Step")).click()
    says(lesson, "^Update 1: 5 centroids moved")
    redrawn(lesson, start)
    button(lesson, "Back").click()
    says(lesson, "^Start: 5 centroids")

    button(lesson, "Play").click()
    says(lesson, "^Assign 1: ")
    says(lesson, "^Update 2: ")
    button(lesson, "Pause").click()
    expect(button(lesson, "Play")).to_be_visible()

    before = shown(lesson)
    button(lesson, "New centroids").click()
    says(lesson, "^Start: 5 centroids")
    redrawn(lesson, before)

    handle = lesson.panel.get_by_role("slider", name="K", exact=True)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lesson.mouse.move(x, y)
    lesson.mouse.down()
    lesson.mouse.move(x - 20, y, steps=8)
    lesson.mouse.up()
    says(lesson, r"^Start: [2-9] centroids")
    says(lesson, f"^Start: {int(float(handle.get_attribute('aria-valuetext')))} centroids")

    lesson.panel.get_by_role("combobox", name="Data").select_option(label=DATA_SETS["empty-cluster"].label)  # a short run
    says(lesson, "^Start: 3 centroids")
    button(lesson, "Save").click()
    kinds = lesson.panel.get_by_role("combobox", name="Save as")
    expect(kinds.locator("option")).to_have_text([re.compile(rf"\({ending}\)$") for ending in (r"\.gif", r"\.html", r"\.csv")])
    kinds.select_option(index=1)
    button(lesson, "Save this run").click()
    expect(lesson.panel.get_by_text("Saved as")).to_be_visible(timeout=120_000)


def test_a_question_is_answered_and_a_check_names_the_mistake(lesson):
    asked = lesson.locator(".jupyter-widgets.widget-vbox", has_text="The cursor is at 1. You press Back three times").last
    asked.scroll_into_view_if_needed()
    asked.get_by_role("textbox").fill("1")
    asked.get_by_role("button", name="Check").click()
    expect(asked.get_by_role("status")).to_contain_text("Right")
    cells = [cell for cell in notebook(lesson).cells if cell.cell_type == "code"]
    at = next(i for i, cell in enumerate(cells) if cell.source == "check_changed(my_changed)")
    lesson.evaluate(REPLACE, [cells[at - 1].id, "my_changed = lambda before, after: (before == after).sum()"])
    lesson.evaluate(REPLACE, [cells[at].id, cells[at].source])
    said = [output for cell in notebook(lesson).cells if cell.id == cells[at].id for output in cell.outputs]
    assert "counts those that stayed" in str(said)


def test_a_cell_that_runs_again_closes_its_first_panel(lesson):
    first = next(cell for cell in notebook(lesson).cells if cell.cell_type == "code")
    lesson.evaluate(REPLACE, [first.id, first.source.replace("panel = ", "old, panel = panel, ")])
    says(lesson, "^Start: 5 centroids")
    lesson.evaluate(REPLACE, [first.id, "print(old.comm, panel.comm is None)"])
    said = [output.text for cell in notebook(lesson).cells if cell.id == first.id for output in cell.outputs]
    assert said == ["None False\n"]
    lesson.evaluate(REPLACE, [first.id, first.source])


def test_what_a_learner_wrote_survives_a_reload_and_a_newer_course(lesson, browser, address, site):
    file, mine, newer = site / "files" / WITH_PANEL, "# what the learner wrote", "# a newer course"
    lesson.evaluate(
        """async source => {
            const document = window.jupyterapp.shell.currentWidget.context;
            document.model.sharedModel.cells[0].setSource(source);
            await document.save();
        }""",
        mine,
    )
    given = nbformat.read(file, as_version=4)
    given.cells[0].source = newer
    nbformat.write(given, file)
    others = browser.new_context()
    for context, source in (lesson.context, mine), (others, newer):
        page = context.new_page()  # with no lesson in it, so that no Python starts
        page.goto(f"{address}/lab/index.html?reset")
        page.wait_for_function("window.jupyterapp?.serviceManager?.isReady", timeout=60_000, polling=100)
        got = page.evaluate(
            "async name => (await window.jupyterapp.serviceManager.contents.get(name, { content: true })).content", WITH_PANEL
        )
        assert "".join(got["cells"][0]["source"]) == source
        page.close()
    others.close()


@pytest.mark.skipif(not LONG, reason="minutes: LONG=1")
@pytest.mark.parametrize("name", [name for name in LESSONS if "many_machines" not in name and name != WITH_PANEL])
def test_run_all_of_every_lesson_reaches_its_end(browser, address, name):
    context = browser.new_context()
    run_all(open_lesson(context, address, name))
    context.close()
