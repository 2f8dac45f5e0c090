"""How fast the panel is in a real browser: `python -m benchmarks.panel`.

It opens JupyterLab and Chromium on this machine. For the size of the post's data (K = 12, M = 1200) and for M = 100,000 it
prints: the time from a key on the K slider to the new picture (median of 20); the pictures per second of Play, at the fastest
speed and with gliding, and while a centroid is dragged, 20 times (from the median time between two pictures). It also prints
the time from opening a notebook to its first picture, with a server that runs and a kernel that does not (median of 20). To
compare two versions, run both in turn, three times.
"""

import itertools
import statistics
import tempfile
import time
from pathlib import Path

import nbformat

from kmeans_teach.panel.stage import BOTTOM, LEFT, RIGHT, TOP
from tests.browser.lab import chromium, lab, open_notebook, run_all

# the time of every picture that reaches a canvas on the page (not the one that ipympl keeps off screen)
WATCH = """
window.pictures = [];
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...args) {
  const result = draw.apply(this, args);
  if (this.canvas.closest(".kmeans-panel")) window.pictures.push(performance.now());
  return result;
};
"""
# moves the mouse, whose button is pressed, each 16 ms for a second and a half: around a circle, back to where it began
MOVE = """([x, y]) => new Promise(done => {
    const canvas = document.elementFromPoint(x, y);
    let i = 0;
    const move = setInterval(() => {
        const turn = ++i * 2 * Math.PI / 94;
        const at = { clientX: x + 30 - 30 * Math.cos(turn), clientY: y - 30 * Math.sin(turn), buttons: 1, bubbles: true };
        canvas.dispatchEvent(new MouseEvent("mousemove", at));
        if (i === 94) done(clearInterval(move));
    }, 16);
})"""
END_KERNELS = """async token => {
    const headers = { Authorization: `token ${token}` };
    for (const { id } of await (await fetch("/api/sessions", { headers })).json())
        await fetch(`/api/sessions/${id}`, { method: "DELETE", headers });
}"""
# one centroid in the middle of the view, so that the mouse knows where to grab it
BY_HAND = "hand=0,0;" + ";".join(f"{x},{y}" for x in (-3, -1, 1, 3) for y in (-3, 2, 3))[: -len(";3,3")]
SIZES = {1_200: f"uniform k=12 size=100 {BY_HAND}", 100_000: f"uniform k=12 size=8334 {BY_HAND}"}


def press_and_wait(page, key):
    """Milliseconds from a key to the next picture."""
    return page.evaluate(
        """key => new Promise((done, failed) => {
            setTimeout(() => failed(new Error("no picture within 20 seconds")), 20_000);
            const before = window.pictures.length, start = performance.now();
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            const check = () => window.pictures.length > before ? done(window.pictures[before] - start) : setTimeout(check, 1);
            check();
        })""",
        key,
    )


def settle(page):
    """Wait until no picture has come for 300 ms."""
    page.wait_for_function("() => performance.now() - Math.max(0, ...window.pictures.slice(-1)) > 300", polling=50)


def rate(page, action):
    """Pictures per second while an action runs, as a text."""
    page.evaluate("window.pictures.length = 0")
    action(page)
    settle(page)
    times = page.evaluate("window.pictures")
    gaps = [after - before for before, after in itertools.pairwise(times)]
    return f"{1000 / statistics.median(gaps):.1f} per second" if len(gaps) >= 20 else f"only {len(times)} pictures"


def play(page):
    page.get_by_role("button", name="Play", exact=True).click()
    page.get_by_role("button", name="Pause", exact=True).wait_for()
    page.get_by_role("button", name="Play", exact=True).wait_for(timeout=120_000)


def glide(page):
    """Play three seconds at the usual speed, at which half-steps glide."""
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_timeout(3000)
    page.get_by_role("button", name="Pause", exact=True).click()


def drag(page):
    """Drag the centroid in the middle of the view around a circle, 20 times: a hand does not wait for the page."""
    box = page.locator(".kmeans-panel .jupyter-matplotlib-canvas-div").bounding_box()
    # the middle of the Axes
    x, y = box["x"] + (LEFT + box["width"] - RIGHT) / 2, box["y"] + (TOP + box["height"] - BOTTOM) / 2
    page.mouse.move(x, y)
    for _ in range(20):
        page.mouse.down()
        page.evaluate(MOVE, [x, y])
        page.mouse.up()
        settle(page)


def first_picture(context, address, name):
    """Seconds until a notebook shows its cell, until its kernel answers, and until its panel shows a picture."""
    base, token = address
    page, began = context.new_page(), time.monotonic()
    with page.expect_websocket(lambda socket: "/channels" in socket.url):
        page.goto(f"{base}/lab/tree/{name}?token={token}", wait_until="commit")
        page.locator(".jp-CodeCell .cm-content").wait_for()
        shown = time.monotonic() - began
    connected = time.monotonic() - began
    page.locator(".jp-CodeCell .cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("() => window.pictures.length > 0", polling=20)
    seconds = shown, connected, time.monotonic() - began
    page.evaluate(END_KERNELS, token)
    page.close()
    return seconds


def measure():
    with tempfile.TemporaryDirectory() as folder:
        for m, replay in SIZES.items():
            code = [f'from kmeans_teach.panel import Panel\npanel = Panel("{replay}")\npanel']
            notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in code])
            notebook.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
            nbformat.write(notebook, Path(folder) / f"panel{m}.ipynb")
        with lab(folder) as address, chromium() as browser:
            context = browser.new_context(viewport={"width": 1400, "height": 1000})
            context.add_init_script(WATCH)
            times = zip(*(first_picture(context, address, f"panel{min(SIZES)}.ipynb") for _ in range(20)), strict=True)
            medians = ", ".join(f"{statistics.median(seconds):.1f} s" for seconds in times)
            yield "opening a notebook: to its cell, to its kernel, to the first picture, medians of 20", medians
            for m in SIZES:
                page = open_notebook(context, address, f"panel{m}.ipynb", None)
                run_all(page, Path(folder) / f"panel{m}.ipynb")
                page.wait_for_function("() => window.pictures.length > 0")
                settle(page)
                page.locator(".kmeans-panel canvas").first.scroll_into_view_if_needed()
                yield f"M = {m:,}: pictures while a centroid is dragged", rate(page, drag)
                page.get_by_role("slider", name="K", exact=True).focus()
                milliseconds = []
                for i in range(20):
                    milliseconds.append(press_and_wait(page, "ArrowRight" if i % 2 else "ArrowLeft"))
                    settle(page)
                yield f"M = {m:,}: K slider to the picture, median of 20", f"{statistics.median(milliseconds):.0f} ms"
                yield f"M = {m:,}: Play with gliding", rate(page, glide)
                page.get_by_role("slider", name="Speed").focus()
                page.keyboard.press("End")
                yield f"M = {m:,}: Play at the fastest speed", rate(page, play)
                page.close()


if __name__ == "__main__":
    for what, figure in measure():
        print(f"{what}: {figure}", flush=True)
