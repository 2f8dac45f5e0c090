"""The pixels of a page, and those that its kernel drew."""

import ast
from base64 import b64decode
from io import BytesIO

import numpy as np
from jupyter_client import BlockingKernelClient
from PIL import Image

CANVAS = ".kmeans-panel .jupyter-matplotlib-canvas-div canvas"
# a page's own number for what its canvas shows: a picture as PNG, in each frame of a wait, would take all of a processor
LOOK = f"""(() => {{
    const canvas = document.querySelector("{CANVAS}"), {{ width, height }} = canvas;
    const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
    let look = width;
    for (let i = 0; i < pixels.length; i++) look = Math.imul(look ^ pixels[i], 16777619);
    return look;
}})()"""
# the first lines of a notebook whose kernel is asked
REACHABLE = """import shutil
import numpy as np
from ipykernel import get_connection_file
from kmeans_teach.panel import Panel
from kmeans_teach.pixels import png
shutil.copy(get_connection_file(), "kernel.json")
"""


class Kernel:
    """The kernel of a notebook, asked over a line of its own."""

    def __init__(self, file):
        self.client = BlockingKernelClient(connection_file=str(file))
        self.client.load_connection_file()
        self.client.start_channels(stdin=False, hb=False, iopub=False)

    def __call__(self, expression, code=""):
        """The value of an expression, after some code has run."""
        options = {"user_expressions": {"value": expression}, "store_history": False, "reply": True, "timeout": 60}
        answer = self.client.execute(code, **options)["content"]["user_expressions"]["value"]
        assert answer["status"] == "ok", answer
        return ast.literal_eval(answer["data"]["text/plain"])

    def picture(self):
        """The pixels (height, width, 4) that were drawn last."""
        return pixels(self("png(np.asarray(panel.stage.canvas.get_renderer().buffer_rgba()))"))


def pixels(png):
    return np.asarray(Image.open(BytesIO(png)).convert("RGBA"))


def seen(page):
    """The pixels (height, width, 4) of the page's canvas."""
    url = page.evaluate(f"document.querySelector('{CANVAS}').toDataURL()")
    return pixels(b64decode(url.partition(",")[2]))


def wrong_pixels(page, kernel, tries=50):
    """How many pixels of the page differ from what the kernel drew, once both rest. Pictures of unlike size differ in all."""
    for _ in range(tries):
        page.wait_for_timeout(100)
        there, drawn = seen(page), kernel.picture()
        wrong = int((there != drawn).any(axis=2).sum()) if there.shape == drawn.shape else drawn[:, :, 0].size
        if wrong == 0:
            break
    return wrong


def looks_like(page, kernel):
    """Whether the page shows the whole of the kernel's picture, with more or less pixels."""
    there, drawn = (np.asarray(Image.fromarray(a).convert("L").resize((76, 50)), float) for a in (seen(page), kernel.picture()))
    return np.abs(there - drawn).mean() < 3


def soon(page, condition):
    """Whether a condition becomes true."""
    for _ in range(50):
        if condition():
            return True
        page.wait_for_timeout(100)
    return False


def cut(page):
    """How many CSS pixels of the picture are outside the room that the page has for it."""
    return page.evaluate(
        f"""() => {{ const right = e => e.getBoundingClientRect().right;
                     return right(document.querySelector("{CANVAS}")) - right(document.querySelector(".kmeans-room")); }}"""
    )


def play(page, busy=0, after=0):
    """Play to the end. The page is busy for some ms, some ms after the begin.

    The page watches the button's text, because the run may be over before a test, or a frame of the page, could see it begin.
    """
    page.evaluate(
        """([busy, after]) => new Promise((begun, failed) => {
            const buttons = [...document.querySelectorAll(".kmeans-panel button")];
            const play = buttons.find(button => button.innerText.trim() === "Play");
            setTimeout(() => failed(new Error("Play did not begin within a minute")), 60_000);
            new MutationObserver((_, observer) => {
                observer.disconnect();
                begun();
            }).observe(play, { characterData: true, childList: true, subtree: true });
            play.click();
        }).then(() => new Promise(done => setTimeout(done, after))).then(() => {
            const start = performance.now();
            while (performance.now() - start < busy);
        })""",
        [busy, after],
    )
    page.locator(".kmeans-panel").get_by_role("button", name="Play", exact=True).wait_for(timeout=120_000)
