"""The class benchmark's parts that need no hub: what it reads, how it stands for a browser, what it says."""

import asyncio
import json

import numpy as np
import pytest
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from matplotlib.figure import Figure

from benchmarks import classroom, section
from benchmarks.page import Page, read, size_of_png, write
from kmeans_teach.panel.canvas import LiveCanvas
from kmeans_teach.pixels import png

# ---- the websocket


def test_a_message_is_written_as_the_server_reads_it():
    name, raw = write("shell", "comm_msg", {"comm_id": "a"}, "mine", subshell="sub")
    channel, parts = deserialize_msg_from_ws_v1(raw)
    header, parent, metadata, content = map(json.loads, parts)
    assert channel == "shell"
    assert (header["msg_id"], header["msg_type"], header["session"], header["subshell_id"]) == (name, "comm_msg", "mine", "sub")
    assert (parent, metadata, content) == ({}, {}, {"comm_id": "a"})


def test_outside_of_a_subshell_none_is_named():
    _, parts = deserialize_msg_from_ws_v1(write("shell", "execute_request", {}, "mine")[1])
    assert "subshell_id" not in json.loads(parts[0])


def test_a_message_is_read_as_the_server_writes_it():
    parts = [b'{"msg_type": "comm_msg"}', b'{"msg_id": "asked"}', b"{}", b'{"a": 1}', b"\x00\xff", b"two"]
    assert read(serialize_msg_to_ws_v1(parts, "iopub")) == ("comm_msg", "asked", {"a": 1}, [b"\x00\xff", b"two"])


def test_a_picture_has_a_size_and_half_of_one_has_none():
    picture = png(np.zeros((7, 11, 4), dtype=np.uint8))
    assert size_of_png(picture) == (11, 7)
    for broken in (picture[:-1], picture[1:], b"", b"\x89PNG"):
        with pytest.raises(ValueError, match="not a whole PNG"):
            size_of_png(broken)


# ---- the page


class Socket:
    def __init__(self):
        self.sent = []

    def write_message(self, raw, binary):
        assert binary
        self.sent.append(read(raw)[2])

    def types(self):
        """What was sent to the canvas since the last time."""
        sent, self.sent = self.sent, []
        return [content["data"]["content"]["type"] for content in sent]


@pytest.fixture
def page():
    page = Page()
    page.socket = Socket()
    page.take(
        "comm_open", None, {"comm_id": "c", "data": {"state": {"_model_name": "MPLCanvasModel", "_image_mode": "full"}}}, []
    )
    return page


def event(kind):
    return {"comm_id": "c", "data": {"method": "custom", "content": {"data": json.dumps({"type": kind})}}}


def test_it_introduces_itself_to_the_canvas_as_ipympl_does(page):
    assert page.socket.types() == ["refresh", "send_image_mode", "initialized"]


def test_it_asks_for_one_picture_at_a_time(page):
    page.socket.types()
    for _ in range(3):
        page.take("comm_msg", None, event("draw"), [])
    assert page.socket.types() == ["draw"]
    page.take("comm_msg", None, event("binary"), [png(np.zeros((1, 1, 4), dtype=np.uint8))])
    page.take("comm_msg", None, event("draw"), [])
    assert page.socket.types() == ["draw"]


def test_it_shows_what_the_kernel_has_drawn_and_notices_when_a_picture_is_missing(page):
    figure = Figure(figsize=(3, 2))
    dot = figure.add_subplot(xlim=(0, 10), ylim=(0, 10)).plot([5], [5], "o", ms=20)[0]
    canvas = LiveCanvas(figure, moving=lambda: [dot])
    canvas.syncing_data_url = False
    canvas.observe(lambda change: page.models["c"].update(_image_mode=change["new"]), "_image_mode")

    def send(content, buffers=()):
        page.take("comm_msg", None, {"comm_id": "c", "data": {"method": "custom", "content": content}}, list(buffers))

    canvas.send = send
    for x in 5, 2, 8, 3:
        dot.set_data([x], [x])
        canvas.draw_idle()
        assert page.socket.types()[-1:] == ["draw"]
        canvas.handle_event({"type": "draw"})
    assert [whole for whole, _ in page.pictures] == [True, False, False, False]
    assert page.pixels() == bytes(canvas.buffer_rgba())
    del page.pictures[2]
    assert page.pixels() != bytes(canvas.buffer_rgba())


def test_only_a_picture_that_was_sent_after_the_kernel_took_up_the_click_counts(page):
    picture = png(np.zeros((1, 1, 4), dtype=np.uint8))

    async def scenario():
        waiting = asyncio.create_task(page.picture_after(lambda: "click"))
        await asyncio.sleep(0)
        page.take("comm_msg", "earlier", event("binary"), [picture])
        page.take("status", "earlier", {"execution_state": "busy"}, [])
        page.take("comm_msg", "earlier", event("binary"), [picture])
        await asyncio.sleep(0)
        assert not waiting.done()
        page.take("status", "click", {"execution_state": "busy"}, [])
        page.take("comm_msg", "click", event("binary"), [picture])
        assert 0 < await waiting < 10

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("error", {"ename": "ValueError", "evalue": "no"}, "ValueError: no"),
        ("stream", {"name": "stderr", "text": "Traceback"}, "stderr: Traceback"),
        ("status", {"execution_state": "restarting"}, "the kernel is restarting"),
        ("comm_msg", {"comm_id": "m", "data": {"method": "update", "state": {"value": '<div class="kmeans-error">no'}}}, "no"),
    ],
)
def test_what_a_learner_would_see_go_wrong_is_an_error(page, kind, content, said):
    page.take(kind, None, content, [])
    assert len(page.errors) == 1
    assert said in page.errors[0]


def test_what_is_no_error_is_not_counted(page):
    page.take("stream", None, {"name": "stdout", "text": "hello"}, [])
    page.take("status", None, {"execution_state": "idle"}, [])
    page.take("comm_msg", None, {"comm_id": "m", "data": {"method": "update", "state": {"value": "fine"}}}, [])
    assert page.errors == []
    assert page.models["m"] == {"value": "fine"}


# ---- what it says


def test_percentiles_of_a_hundred_and_one():
    assert classroom.percentiles(list(range(1, 102))) == (51, 96)


def test_a_row_for_each_act_and_one_for_all():
    rows = classroom.latencies([("Step", 0.010), ("Step", 0.030), ("Play", 0.5)])
    assert [row[:3] for row in rows] == [["Step", "2", "20 ms"], ["Play", "1", "500 ms"], ["all", "3", "30 ms"]]
    assert rows[-1][-1] == "500 ms"


@pytest.mark.parametrize(
    ("megabytes", "seconds", "errors", "held"),
    [(250, 1.0, [], True), (251, 0.1, [], False), (100, 1.1, [], False), (100, 0.1, ["lost"], False)],
)
def test_what_was_asked_holds_only_if_all_of_it_does(megabytes, seconds, errors, held):
    costs = {"early": classroom.Cost(most=90), "late": classroom.Cost(most=megabytes)}
    rows, holds = classroom.claims(costs, [("Step", seconds)], errors)
    assert holds is held
    assert [row[2] for row in rows] == [str(len(errors)), str(megabytes), f"{seconds:.2f}"]


def test_nothing_measured_is_not_a_success():
    assert classroom.claims({"late": classroom.Cost()}, [], [])[1] is False


# ---- a page that several tools write

PAGE = "# Results\n\nbefore\n\n## One\n\n1\n\n### deeper\n\n11\n\n## Two\n\n2\n"


def test_a_section_is_replaced_where_it_stands_with_all_below_it():
    assert section.put(PAGE, "## One", "new") == "# Results\n\nbefore\n\n## One\n\nnew\n\n## Two\n\n2\n"


def test_a_section_that_is_not_there_comes_last():
    assert section.put(PAGE, "## Three", "3") == PAGE + "\n## Three\n\n3\n"
    assert section.put("", "## Three", "3") == "## Three\n\n3\n"


def test_a_new_page_keeps_what_other_tools_wrote():
    assert section.keep(PAGE, "# Newer\n\n## Two\n\n22") == "# Newer\n\n## Two\n\n22\n\n## One\n\n1\n\n### deeper\n\n11\n"
    assert section.keep("", PAGE) == PAGE
