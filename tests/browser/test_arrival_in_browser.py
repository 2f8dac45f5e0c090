"""What a person sees where a panel cannot run: a notebook opened again, a page without widgets; and Notebook 7."""

import importlib.util
import os
import re

import nbformat
import pytest
from playwright.sync_api import expect

from kmeans_teach.panel.arrival import ALONE
from tests.browser.lab import kernel_connected, launched, open_notebook, run_all
from tests.browser.pixels import CANVAS

pytestmark = pytest.mark.browser

LONG = os.environ.get("LONG") == "1"
CELLS = [
    "from kmeans_teach import Panel\nfrom kmeans_teach.ask import ask",
    'Panel("blobs k=3")',
    'ask("Is it so?", answer="yes", options=["yes", "no"], because="It is.")\nprint("after the question")',
    "from kmeans_teach.lessons import images, widgets\nwidgets.ColourSlider(images.landscape())",
]
VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"


def write(path):
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, CELLS)])
    notebook.metadata.kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(notebook, path)


def end_kernels(page, base, token):
    headers = {"Authorization": f"token {token}"}
    for session in page.request.get(f"{base}/api/sessions", headers=headers).json():
        page.request.delete(f"{base}/api/sessions/{session['id']}", headers=headers)


def shows_what_is_stored(page, where=""):
    """Both pictures, the question, and for each what to do; and neither an empty widget nor a message about one."""
    stored = page.locator(".kmeans-stored:visible")
    expect(stored).to_have_count(3, timeout=30_000)
    for i, inside in enumerate(["img", "summary", "img"]):
        expect(stored.nth(i).locator(inside)).to_be_visible()
        expect(stored.nth(i)).to_contain_text("To use its buttons and sliders, run this cell")
    for picture in stored.locator("img").all():
        assert picture.evaluate("picture => picture.complete && picture.naturalWidth") > 300
    expect(page.get_by_text("after the question", exact=True)).to_be_visible()
    for message in "model not found", "Loading widget":
        assert not [one for one in page.get_by_text(message).all() if one.is_visible()], message


def no_widget_is_stored_twice(page):
    """The widgets are there, and nothing of what is stored for other pages is seen beside them."""
    expect(page.locator(".jupyter-matplotlib-canvas-div:visible")).to_have_count(1, timeout=60_000)
    expect(page.locator(".kmeans-live:visible")).to_have_count(3)
    expect(page.locator(".kmeans-stored:visible")).to_have_count(0)


def a_question_is_answered_by_keyboard(page):
    """A wrong answer, read aloud as a status; then the answer on demand."""
    page.get_by_role("button", name="no", exact=True).press("Enter")
    expect(page.get_by_role("status").filter(has_text="no: not this time.")).to_be_visible()
    page.get_by_role("button", name="no", exact=True).press("Tab")
    if page.evaluate("document.activeElement.textContent") == "yes":  # the order of the options depends on the question
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Show me"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="The answer: yes. It is.")).to_be_visible()


@pytest.fixture(scope="module")
def saved(window, course):
    """A notebook as a person leaves it: run, seen, and saved in JupyterLab; its kernel has ended."""
    (base, token), folder = course
    path = folder / "arrival.ipynb"
    write(path)
    page = open_notebook(window, (base, token), path.name, height=2600)
    notebook = run_all(page, path)
    no_widget_is_stored_twice(page)
    a_question_is_answered_by_keyboard(page)
    end_kernels(page, base, token)
    page.close()
    return notebook


def test_a_notebook_opened_again_shows_pictures_and_what_to_do(window, course, saved):
    page = open_notebook(window, course[0], "arrival.ipynb", height=2600)
    shows_what_is_stored(page)
    page.close()


STATES = {"without widget state": False, "with widget state": True}


@pytest.mark.parametrize("state", STATES.values() if LONG else [True], ids=STATES if LONG else ["with widget state"])
def test_a_page_made_by_nbconvert_shows_pictures_and_what_to_do(browser, saved, state, tmp_path):
    outputs = [output for cell in saved.cells for output in cell.outputs]
    ids = [output.data[VIEW]["model_id"] for output in outputs if VIEW in output.get("data", {})]
    assert len(ids) == 3
    model = {"model_module": "@jupyter-widgets/controls", "model_module_version": "2.0.0", "model_name": "BoxModel"}
    if state:
        saved.metadata.widgets = {
            STATE: {"state": dict.fromkeys(ids, model | {"state": {}}), "version_major": 2, "version_minor": 0}
        }
    from nbconvert import HTMLExporter  # here, because each process of the tests reads this file, and this takes a second

    html, _ = HTMLExporter().from_notebook_node(saved)
    saved.metadata.pop("widgets", None)
    (tmp_path / "page.html").write_text(html, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1400, "height": 2600})
    page.route("http*://**", lambda route: route.abort())
    page.goto((tmp_path / "page.html").as_uri())
    shows_what_is_stored(page)
    page.close()


@pytest.mark.skipif(not LONG, reason="LONG=1: one more lab")
def test_a_page_without_widgets_says_why_and_plays_the_run(browser, tmp_path):
    write(tmp_path / "arrival.ipynb")
    with launched(tmp_path, "lab", str(tmp_path), without=["@jupyter-widgets/jupyterlab-manager"]) as address:
        page = open_notebook(browser, address, "arrival.ipynb", height=2600)
        run_all(page, tmp_path / "arrival.ipynb")
        expect(page.get_by_text(ALONE, exact=True)).to_be_visible(timeout=30_000)
        player = page.locator(".kmeans-player")
        expect(player).to_be_visible(timeout=30_000)
        before = player.locator(".kmeans-said").inner_text()
        player.get_by_role("button", name="Step").click()
        expect(player.locator(".kmeans-said")).not_to_have_text(before)
        expect(player.locator(".kmeans-said")).to_contain_text("Update 1")
        player.get_by_role("button", name="Play").click()
        expect(player.locator(".kmeans-said")).to_contain_text("converged", timeout=30_000)
        assert page.locator(".kmeans-stored:visible").count() == 3
        page.close()


@pytest.mark.skipif(not LONG, reason="LONG=1: one more server")
def test_notebook_7_steps_and_plays_the_panel(browser, tmp_path):
    if importlib.util.find_spec("notebook") is None:
        pytest.skip("Notebook 7 is left out: `pip install notebook` adds it")
    write(tmp_path / "arrival.ipynb")
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with launched(tmp_path, "--ServerApp.ip=127.0.0.1", *root, program="notebook") as (base, token):
        page = browser.new_page(viewport={"width": 1400, "height": 2600})
        with kernel_connected(page):
            page.goto(f"{base}/notebooks/arrival.ipynb?token={token}")
        run_all(page, tmp_path / "arrival.ipynb")
        no_widget_is_stored_twice(page)
        sentence = page.locator(".kmeans-sentence").first
        expect(sentence).to_contain_text("Start: 3 centroids")
        picture = f"document.querySelector('{CANVAS}').toDataURL()"
        before = page.evaluate(picture)
        page.get_by_role("button", name=re.compile("^Step")).click()
        expect(sentence).to_contain_text("Update 1")
        page.wait_for_function(f"before => {picture} !== before", arg=before, polling=50)
        page.get_by_role("button", name="Play", exact=True).click()
        expect(sentence).to_contain_text("converged", timeout=60_000)
        page.keyboard.press("Control+s")
        end_kernels(page, base, token)
        page.close()
