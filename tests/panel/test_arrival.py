"""What is shown of a panel without a kernel, and where no page answers. tests/browser/test_arrival_in_browser.py sees it."""

import asyncio
import json
import os
import re
from html import escape

import nbformat
import pytest
from nbclient import NotebookClient

from kmeans_teach.ask import Asked, Question
from kmeans_teach.ask import stored as ask_module
from kmeans_teach.kmeans import assign_points
from kmeans_teach.lessons.images import landscape
from kmeans_teach.lessons.widgets import ColourSlider
from kmeans_teach.panel import Panel, arrival

VIEW = "application/vnd.jupyter.widget-view+json"
SAVED = "This is a saved output. To use its buttons and sliders, run this cell, after the cells above it."
MADE = {
    "a panel": lambda: Panel("blobs k=3 clusters=3 size=20 seed=1"),
    "a question": lambda: Asked(Question("Is `a < b`?", "yes", "So it is.", ("yes", "no"))),
    "a picture with a slider": lambda: ColourSlider(landscape()),
}


class Handle:
    def __init__(self, outputs):
        self.outputs = outputs

    def update(self, bundle, raw):
        assert raw
        self.outputs[0] = bundle


@pytest.fixture
def cell(monkeypatch):
    """A cell in a notebook: `cell(person)` says who runs it, and returns the list of its outputs."""
    outputs, request = [], {"content": {}}

    def display(bundle, raw, display_id=None):
        assert raw
        outputs.append(bundle)
        return Handle(outputs) if display_id else None

    class Shell:
        get_parent = staticmethod(lambda: request)

    def run_by(person):
        request["content"]["allow_stdin"] = person
        return outputs

    monkeypatch.setattr(ask_module, "display", display)
    monkeypatch.setattr(ask_module, "get_ipython", lambda: Shell)
    return run_by


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_a_program_gets_one_output_with_all_forms_and_a_persons_page_two(cell, make):
    """What stays when the widget is gone is an output of its own. A page hides it beside a widget of the class kmeans-live."""
    outputs, widget = cell(False), make()
    widget._ipython_display_()
    (only,) = outputs
    view, stored = only.pop(VIEW), only
    assert view == {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    assert stored == widget.stored()
    assert "kmeans-live" not in widget._dom_classes
    cell(True).clear()
    widget._ipython_display_()
    assert "kmeans-live" in widget._dom_classes
    stays, beside = outputs
    assert beside == {VIEW: view, "text/plain": ""}
    assert stays.keys() == {"text/plain", "text/html"}
    assert ".kmeans-live" in stays["text/html"]
    assert SAVED in stays["text/html"]
    assert stored.get("text/html", f'<img alt="{escape(stored["text/plain"])}') in stays["text/html"]
    assert len(json.dumps(stays)) < 60_000
    if isinstance(widget, Panel):
        assert widget.stage.figure.texts == [], "the sentence in the stored picture is not in the live one"
    widget.close()


# ---- where no page answers


def arriving(cell, monkeypatch, script, make=MADE["a panel"], wait=0.02):
    """The outputs of a cell that shows a panel, after `await script(panel, outputs)`."""
    monkeypatch.setattr(arrival, "WAIT", wait)

    async def scenario():
        outputs, panel = cell(True), make()
        panel._ipython_display_()
        await asyncio.wait_for(script(panel, outputs), 60)
        panel.close()
        return outputs

    return asyncio.run(scenario())


async def told(outputs, words):
    while words not in outputs[0]["text/html"]:
        await asyncio.sleep(0.01)


def answer(panel):
    """As the page does: ipympl's front end says first that it is there."""
    panel.stage.canvas._handle_custom_msg({"type": "initialized"}, [])


def test_where_no_page_answers_one_sentence_says_why_and_the_player_shows_the_same_run(cell, monkeypatch):
    calls = []

    def mine(points, centroids):
        calls.append(1)
        return assign_points(points, centroids)

    async def script(panel, outputs):
        while not panel.run.player.recorded_all:
            await asyncio.sleep(0.01)
        before = len(calls)
        await told(outputs, "<script>")
        assert len(calls) == before, "what was recorded is shown: nothing of the learner's is called for it"
        assert panel.run.player.cursor == 0
        steps = panel.run.player.steps
        page = outputs[0]["text/html"]
        data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)[1])
        assert len(data["frames"]) == len(data["sentences"]) == len(steps)
        assert data["sentences"][-1].endswith(f"converged after {steps[-1].iteration} updates.")
        assert "half-steps.</p>" not in page

    outputs = arriving(cell, monkeypatch, script, lambda: Panel("blobs k=3 clusters=3 size=20 seed=1", assign=mine), wait=0.6)
    assert outputs[0]["text/plain"] == arrival.ALONE
    assert arrival.ALONE.count(".") == 1
    assert arrival.ALONE in outputs[0]["text/html"]
    assert VIEW in outputs[1]


def test_a_page_that_answers_late_takes_the_sentence_away(cell, monkeypatch):
    async def script(panel, outputs):
        await told(outputs, arrival.ALONE)
        answer(panel)
        await asyncio.sleep(0.05)
        assert outputs[0]["text/plain"] == repr(panel)
        assert SAVED in outputs[0]["text/html"]
        await panel._arriving  # the player that was being made is not shown any more
        assert arrival.ALONE not in outputs[0]["text/html"]

    arriving(cell, monkeypatch, script)


def test_a_page_that_answers_in_time_and_a_panel_that_is_closed_get_no_sentence(cell, monkeypatch):
    for end in answer, Panel.close:

        async def script(panel, outputs, end=end):
            before = dict(outputs[0])
            end(panel)
            await panel._arriving
            assert outputs[0] == before

        cell(True).clear()
        arriving(cell, monkeypatch, script)


def test_of_a_long_run_the_player_shows_the_beginning_and_says_so(cell, monkeypatch):
    monkeypatch.setattr(arrival, "MOST", 3)

    async def script(panel, outputs):
        while len(panel.run.player.steps) < 4:
            await asyncio.sleep(0.01)
        await told(outputs, "<p>These are its first 3 half-steps.</p>")

    arriving(cell, monkeypatch, script, wait=0.6)


@pytest.mark.long
@pytest.mark.skipif(
    os.environ.get("LONG") != "1", reason="LONG=1: a kernel; nbval sees every day that stored outputs stay as they are"
)
def test_a_program_that_runs_a_notebook_sees_the_same_outputs_however_long_it_waits():
    """No page answers there either."""
    code = "from kmeans_teach.panel import Panel, arrival", "arrival.WAIT = 0.1\npanel = Panel('blobs k=3')\npanel"
    wait = "import asyncio\nfor _ in range(30):\n    await asyncio.sleep(0.02)"
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, (*code, wait))])
    NotebookClient(notebook, timeout=60).execute()
    (output,) = notebook.cells[1].outputs
    assert output.data.keys() == {"text/plain", "image/png", VIEW}
    assert output.data["text/plain"] == 'Panel("blobs k=3")'
