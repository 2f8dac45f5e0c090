"""What a learner's browser is to a kernel: the websocket, the widgets' models, and ipympl's canvas, without a browser.

It speaks as JupyterLab does: the websocket protocol v1, widget messages over a subshell where the kernel has them, and the
answers that ipympl's JavaScript gives, by which the kernel knows that a picture has arrived.
"""

import asyncio
import io
import json
import struct
import time
import uuid

import numpy as np
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from PIL import Image
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

PROTOCOL = "v1.kernel.websocket.jupyter.org"
PATIENCE = 30.0  # seconds after which an answer or a picture counts as lost


def read(raw):
    """A message as it comes: its type, the id of the message that it answers, its content, its buffers."""
    _, (header, parent, _, content, *buffers) = deserialize_msg_from_ws_v1(raw)
    return json.loads(header)["msg_type"], json.loads(parent).get("msg_id"), json.loads(content), buffers


def write(channel, kind, content, session, subshell=None):
    """The id of a new message, and the message as it is sent."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": session, "username": "", "version": "5.4"}
    if subshell:
        header["subshell_id"] = subshell
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    return header["msg_id"], serialize_msg_to_ws_v1(message, channel, lambda part: json.dumps(part).encode())


def size_of_png(data):
    """Width and height; ValueError where the bytes are no whole PNG."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR" or data[-8:-4] != b"IEND":
        raise ValueError(f"not a whole PNG: {bytes(data[:16])!r}, {len(data)} bytes")
    return struct.unpack(">II", data[16:24])


class Page:
    """One notebook page with one panel. `errors` collects what a learner would see go wrong."""

    def __init__(self):
        self.session, self.subshell, self.socket, self.reader = uuid.uuid4().hex, None, None, None
        self.models, self.canvas, self.errors = {}, None, []
        self.pictures, self.shown = [], asyncio.Event()  # (whether whole, PNG) as they came; set when the first is there
        self._replies, self._asked = {}, False  # futures by message id; whether a picture is on its way
        self._click, self._begun, self._picture = None, False, None

    async def connect(self, address, token):
        headers = {"Authorization": f"token {token}"}
        request = HTTPRequest(f"{address}?session_id={self.session}", headers=headers, connect_timeout=PATIENCE)
        self.socket = await websocket_connect(request, subprotocols=[PROTOCOL], max_message_size=2**26)
        if self.socket.selected_subprotocol != PROTOCOL:
            raise RuntimeError(f"the server speaks {self.socket.selected_subprotocol!r}, not {PROTOCOL}")
        self.reader = asyncio.create_task(self._read())
        about = await self.ask("shell", "kernel_info_request", {})
        if "kernel subshells" in about.get("supported_features", []):  # JupyterLab sends what widgets say over one
            self.subshell = (await self.ask("control", "create_subshell_request", {}))["subshell_id"]

    def close(self):
        if self.reader is not None:
            self.reader.cancel()
        if self.socket is not None:
            self.socket.close()

    # ---- out

    def send(self, channel, kind, content, subshell=None):
        name, raw = write(channel, kind, content, self.session, subshell)
        self.socket.write_message(raw, binary=True)
        return name

    async def ask(self, channel, kind, content):
        """Send, and wait for the reply's content."""
        answer = self._replies[self.send(channel, kind, content)] = asyncio.get_running_loop().create_future()
        return await asyncio.wait_for(answer, PATIENCE)

    async def run(self, code, **expressions):
        """Run a cell; the values of expressions, as their repr."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": True}
        reply = await self.ask("shell", "execute_request", content | {"user_expressions": expressions})
        if reply["status"] != "ok":
            raise RuntimeError(f"the cell ended with {reply.get('ename')}: {reply.get('evalue')}")
        return {name: answer["data"]["text/plain"] for name, answer in reply["user_expressions"].items()}

    async def evaluate(self, expression):
        return (await self.run("", it=expression))["it"]

    def _comm(self, model, **data):
        return self.send("shell", "comm_msg", {"comm_id": model, "data": data}, self.subshell)

    def set(self, model, **state):
        """What a widget sends when a person changes it."""
        self.models[model].update(state)
        return self._comm(model, method="update", state=state, buffer_paths=[])

    def tell(self, model, **content):
        """A message of a widget's own: a button's click, or an event of the canvas."""
        return self._comm(model, method="custom", content=content)

    def find(self, **wanted):
        """The one model with these traits."""
        found = [name for name, state in self.models.items() if wanted.items() <= state.items()]
        if len(found) != 1:
            raise LookupError(f"{len(found)} widgets are {wanted}")
        return found[0]

    async def picture_after(self, send, at=None):
        """Seconds from a click (now, or `at`) to the first picture that was sent after the kernel took it up."""
        begun = time.perf_counter() if at is None else at
        self._begun, self._picture = False, asyncio.get_running_loop().create_future()
        self._click = send()
        return await asyncio.wait_for(self._picture, PATIENCE) - begun

    def pixels(self):
        """What the canvas shows after all pictures, put together as ipympl's JavaScript does: whole ones, and differences."""
        shown = None
        for whole, png in self.pictures[max(i for i, (whole, _) in enumerate(self.pictures) if whole) :]:
            picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))
            shown = picture if whole else np.where(picture[:, :, 3:] > 0, picture, shown)
        return shown.tobytes()

    # ---- in

    async def _read(self):
        while (raw := await self.socket.read_message()) is not None:
            try:
                self.take(*read(raw))
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}")
        self.errors.append("the websocket was closed")

    def take(self, kind, parent, content, buffers):
        if kind == "comm_open":
            self._open(content["comm_id"], content["data"].get("state", {}))
        elif kind == "comm_msg":
            self._hear(content["comm_id"], content["data"], buffers)
        elif kind == "status":
            self._status(content["execution_state"], parent)
        elif kind == "error":
            self.errors.append(f"{content['ename']}: {content['evalue']}")
        elif kind == "stream" and content["name"] == "stderr":
            self.errors.append(f"stderr: {content['text']}")
        elif kind.endswith("_reply") and parent in self._replies:
            self._replies.pop(parent).set_result(content)

    def _open(self, name, state):
        self.models[name] = state
        if state.get("_model_name") == "MPLCanvasModel":
            self.canvas = name
            for what in "refresh", "send_image_mode", "initialized":
                self.tell(name, type=what)

    def _hear(self, name, data, buffers):
        if data["method"] == "update":
            self.models.setdefault(name, {}).update(data["state"])
            if "kmeans-error" in str(data["state"].get("value", "")):
                self.errors.append(f"the panel shows an error: {data['state']['value']}")
        elif data["method"] == "custom" and name == self.canvas:
            self._canvas(json.loads(data["content"]["data"])["type"], buffers)

    def _canvas(self, what, buffers):
        """As ipympl's JavaScript does: a picture is answered once it is there, and asked for once at a time."""
        if what == "binary":
            size_of_png(buffers[0])
            self._asked = False
            self.pictures.append((self.models[self.canvas]["_image_mode"] == "full", bytes(buffers[0])))
            self.shown.set()
            if self._begun and not self._picture.done():
                self._picture.set_result(time.perf_counter())
        elif what == "draw" and not self._asked:
            self._asked = True
            self.tell(self.canvas, type="draw")
        elif what == "resize":
            self.tell(self.canvas, type="refresh")

    def _status(self, state, parent):
        if state == "busy" and parent == self._click:
            self._begun = True
        elif state in ("restarting", "autorestarting", "dead"):
            self.errors.append(f"the kernel is {state}")
