"""The browser's messages reach the main thread in order, a drag as its newest value; a cell run again closes its widgets."""

import asyncio
from types import SimpleNamespace

import ipywidgets
import pytest

from kmeans_teach.ask import close_inside
from kmeans_teach.panel import Panel, main_thread
from kmeans_teach.panel.main_thread import MainThread, replaces, take_over
from tests.open_widgets import open_widgets

comm = pytest.importorskip(
    "comm", reason="before 6.18, ipykernel had a comm manager of its own; test_kernel.py is run there, too"
)


class Main:
    """A main thread that is busy until it is told to go on."""

    def __init__(self):
        self.waiting = []

    def __call__(self, function):
        self.waiting.append(function)

    def go_on(self):
        while self.waiting:
            self.waiting.pop(0)()


def update(widget, **state):
    """As the kernel's comm manager hands a message on."""
    content = {"comm_id": widget.comm.comm_id, "data": {"method": "update", "state": state, "buffer_paths": []}}
    comm.get_comm_manager().comm_msg(None, None, {"content": content, "buffers": []})


def custom(widget, **content):
    content = {"comm_id": widget.comm.comm_id, "data": {"method": "custom", "content": content}}
    comm.get_comm_manager().comm_msg(None, None, {"content": content, "buffers": []})


def click(button):
    custom(button, event="click")


def watched():
    """A busy main thread, a slider, a text and a button in boxes of boxes, and what happens to them."""
    slider, text, button, happened = ipywidgets.IntSlider(), ipywidgets.Text(), ipywidgets.Button(), []
    slider.observe(lambda change: happened.append(change["new"]), "value")
    text.observe(lambda change: happened.append(change["new"]), "value")
    button.on_click(lambda _: happened.append("click"))
    thread, main = MainThread(), Main()
    thread.call = main
    thread.watch(ipywidgets.VBox([ipywidgets.HBox([slider, text]), button]))
    return main, slider, text, button, happened


def test_the_comm_manager_calls_the_method_that_is_replaced():
    assert callable(comm.base_comm.BaseComm.handle_msg)
    slider = ipywidgets.IntSlider()
    heard = []
    slider.comm.handle_msg = heard.append
    update(slider, value=3)
    assert [message["content"]["data"]["state"] for message in heard] == [{"value": 3}]


def test_messages_wait_for_the_main_thread_and_keep_their_order():
    main, slider, text, button, happened = watched()
    update(slider, value=3)
    click(button)
    update(text, value="a")
    update(slider, value=5)
    click(button)
    assert happened == []
    main.go_on()
    assert happened == [3, "click", "a", 5, "click"]


def test_a_drag_is_handled_as_its_newest_value():
    main, slider, _, _, happened = watched()
    for value in range(1, 31):
        update(slider, value=value)
    main.go_on()
    assert happened == [30]


def test_of_a_mouse_that_moves_only_its_newest_place_is_handled_and_every_other_message_is():
    def message(kind):
        return {"content": {"data": {"method": "custom", "content": {"type": kind}}}}

    kinds = "motion_notify", "button_press", "draw", None
    assert [(a, b) for a in kinds for b in kinds if replaces(message(a), message(b))] == [("motion_notify", "motion_notify")]


def test_a_place_of_the_mouse_for_which_the_page_waits_is_handled_though_a_newer_one_waits():
    main, _, _, button, happened = watched()
    button.on_msg(lambda _, content, __: happened.append(content["x"]))
    for x in range(3):
        custom(button, type="motion_notify", x=x, buttons=1, paced=True)
    main.go_on()
    assert happened == [0, 1, 2]


def test_a_value_is_not_dropped_for_a_message_about_something_else():
    main, slider, _, _, happened = watched()
    update(slider, value=3)
    update(slider, description="K")
    main.go_on()
    assert happened == [3]
    assert slider.description == "K"


def test_every_click_counts():
    main, _, _, button, happened = watched()
    for _ in range(3):
        click(button)
    main.go_on()
    assert happened == ["click"] * 3


def drag_of(panel, what):
    """Messages of the page that drag a slider or a centroid."""
    if what == "slider":
        for k in range(6, 10):
            update(panel.controls.k, value=k)
            yield
        return
    canvas = panel.stage.canvas
    x, y = panel.stage.picture.ax.transData.transform(panel.run.player.step.centroids[1])
    for i, kind in enumerate(["button_press"] + 4 * ["motion_notify"]):
        custom(canvas, type=kind, x=x + i, y=canvas.get_renderer().height - y, button=0, buttons=1, modifiers=[])
        if i:
            yield


@pytest.mark.parametrize("what", ["slider", "centroid"])
@pytest.mark.parametrize("let_go", [True, False])
def test_during_a_drag_the_page_is_told_no_words_and_at_rest_every_value(monkeypatch, what, let_go):
    told = {}  # for each widget what the page has of it
    monkeypatch.setattr(
        ipywidgets.Widget, "_send", lambda self, message, buffers=None: told.get(self, {}).update(message.get("state", {}))
    )

    async def scenario():
        panel = Panel("blobs k=5")
        panel.controls.folds["Table"].value = True
        words = panel.access, panel.controls.replay, panel.controls.table
        told.update({widget: widget.get_state() for widget in words})
        drag = drag_of(panel, what)
        next(drag)  # a centroid that was pressed is named at once
        before, sentence = [dict(told[widget]) for widget in words], panel.access.sentence
        for _ in drag:
            custom(panel.stage.canvas, type="draw")
        assert [told[widget] for widget in words] == before
        assert panel.controls.replay.value != before[1]["value"]
        assert panel.access.sentence != sentence or what == "centroid"
        if let_go:
            custom(panel.stage.canvas, type="button_release", x=0, y=0, button=0, buttons=0, modifiers=[])
        else:
            await asyncio.sleep(2 * main_thread.REST)
        assert [told[widget] for widget in words] == [widget.get_state() for widget in words]
        panel.close()

    asyncio.run(asyncio.wait_for(scenario(), 20))


# ---- one cell after the other


@pytest.fixture
def notebook(monkeypatch):
    """Stands for the kernel: `notebook(cell, execution)` says which cell runs now."""
    parent = {}
    monkeypatch.setattr(main_thread, "get_ipython", lambda: SimpleNamespace(get_parent=lambda: parent))
    monkeypatch.setattr(main_thread, "_made", {})

    def runs(cell, execution):
        parent.update(metadata={"cellId": cell}, header={"msg_id": execution})

    return runs


def is_open(widget):
    return widget.comm is not None


def make():
    widget = ipywidgets.IntSlider()
    take_over(widget)
    return widget


def test_a_cell_that_runs_again_closes_what_it_made_before_and_nothing_else(notebook):
    notebook("a", 1)
    left, right = make(), make()
    assert is_open(left)
    assert is_open(right), "two in one cell can be compared"
    notebook("b", 2)
    other = make()
    notebook("a", 3)
    again = make()
    assert [is_open(widget) for widget in (left, right, other, again)] == [False, False, True, True]


def test_where_cells_have_no_id_a_line_that_runs_again_closes_what_it_made_before(notebook):
    made = []
    for execution in 1, 2:
        notebook(None, execution)
        made += [make() for _ in range(2)]
    assert [is_open(widget) for widget in made] == [False, False, True, True]


def test_in_a_script_all_widgets_stay():
    assert all(is_open(widget) for widget in [make() for _ in range(3)])


def test_closing_what_is_inside_a_box_leaves_nothing_open():
    before = set(open_widgets)
    slider = ipywidgets.IntSlider()
    box = ipywidgets.VBox([ipywidgets.HBox([slider, ipywidgets.Button()])])
    assert len(set(open_widgets) - before) > 7, "each has a layout, and most have a style"
    close_inside(box)
    close_inside(box)
    box.close()
    assert set(open_widgets) == before
