"""Film the panel for the top of README.md: `python tools/film.py [REPLAY]` writes docs/panel.gif.

Each frame is a screenshot of the real panel, in a real JupyterLab and a real Chromium, after one more press of Step.
"""

import io
import sys
import tempfile
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # tests/browser starts the lab and the browser

from tests.browser.lab import chromium, lab, open_notebook  # noqa: E402

REPLAY = "blobs k=5 seed=20 start=13 clusters=5 size=60 spread=0.5"  # every centroid moves far, and the run ends well
MOST = 30  # frames
FIRST, EACH, LAST = 1500, 900, 4000  # milliseconds


def notebook(path):
    """Write a notebook that opens the panel at the replay string in the file `replay`."""
    cell = nbformat.v4.new_code_cell("from kmeans_teach.panel import Panel\nPanel(open('replay').read())")
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)


def still(panel):
    """Take screenshots until two in a row are equal: then the picture is complete."""
    before, now = None, panel.screenshot()
    while now != before:
        panel.page.wait_for_timeout(200)
        before, now = now, panel.screenshot()
    shot = Image.open(io.BytesIO(now)).convert("RGB")
    return shot.crop((0, 2, *shot.size))  # without the border of the cell above


def shoot(replay):
    """Return the frames: the start, and one for each half-step up to the last."""
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder)) as address, chromium() as browser:
        (Path(folder) / "replay").write_text(replay, encoding="utf-8")
        notebook(Path(folder) / "panel.ipynb")
        page = open_notebook(browser, address, "panel.ipynb")
        page.locator(".jp-CodeCell").first.click()
        page.keyboard.press("Control+Enter")
        panel = page.locator(".kmeans-panel")
        panel.get_by_role("button", name="See more").click()
        panel.get_by_label("Regions").check()
        panel.get_by_role("button", name="See more").click()
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        frames, sentence = [still(panel)], panel.locator(".kmeans-sentence")
        while "after" not in sentence.inner_text() and len(frames) < MOST:  # "converged after 7 updates"
            panel.get_by_role("button", name="Step").click()
            frames.append(still(panel))
        return frames


def save(frames, path):
    """Write a GIF with one small palette for all frames, so that parts that do not change need few bytes."""
    both = Image.new("RGB", (frames[0].width, 2 * frames[0].height))
    both.paste(frames[0], (0, 0))
    both.paste(frames[-1], (0, frames[0].height))
    palette = both.quantize(96, method=Image.Quantize.MEDIANCUT)
    first, *rest = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    durations = [FIRST, *[EACH] * (len(rest) - 1), LAST]
    first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, optimize=True)


if __name__ == "__main__":
    frames, path = shoot(*sys.argv[1:] or [REPLAY]), ROOT / "docs" / "panel.gif"
    save(frames, path)
    print(f"{path.name}: {len(frames)} frames of {frames[0].width} by {frames[0].height}, {path.stat().st_size // 1000} kB")
