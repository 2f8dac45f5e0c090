"""Film the panel for the top of README.md: `python tools/film.py [REPLAY]` writes docs/panel.gif.

Each frame is a screenshot of the real panel, in a real JupyterLab and a real Chromium. After each press of Step there
are a few on the way to the next half-step, and one when the picture rests.
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
MOST = 30  # half-steps
FIRST, EACH, LAST, BETWEEN = 1500, 800, 4000, 90  # milliseconds


def notebook(path):
    """Write a notebook that opens the panel at the replay string in the file `replay`."""
    cell = nbformat.v4.new_code_cell("from kmeans_teach.panel import Panel\nPanel(open('replay').read())")
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)


def shots(panel):
    """Take screenshots until three in a row are equal: then the picture is complete. Returns those that differ."""
    taken, same = [panel.screenshot()], 0
    while same < 2:
        panel.page.wait_for_timeout(200 if same or len(taken) > 8 else 0)
        now = panel.screenshot()
        same = same + 1 if now == taken[-1] else 0
        taken += [now] * (not same)
    shot = [Image.open(io.BytesIO(one)).convert("RGB") for one in taken]
    return [one.crop((0, 2, *one.size)) for one in shot]  # without the border of the cell above


def shoot(replay):
    """Return the frames and their times: the start, and for each half-step a few on the way and one at rest."""
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
        frames, sentence = [(shots(panel)[-1], FIRST)], panel.locator(".kmeans-sentence")
        for _ in range(MOST):
            panel.get_by_role("button", name="Step").click()
            page.mouse.move(0, 0)
            *between, rest = shots(panel)
            frames += [(shot, BETWEEN) for shot in between[1:4]] + [(rest, EACH)]
            if "after" in sentence.inner_text():  # "converged after 7 updates"
                break
        return frames


def save(frames, path):
    """Write a GIF with one small palette for all frames, so that parts that do not change need few bytes."""
    shots, durations = [shot for shot, _ in frames], [*[time for _, time in frames[:-1]], LAST]
    both = Image.new("RGB", (shots[0].width, 2 * shots[0].height))
    both.paste(shots[0], (0, 0))
    both.paste(shots[-1], (0, shots[0].height))
    palette = both.quantize(96, method=Image.Quantize.MEDIANCUT)
    first, *rest = [shot.quantize(palette=palette, dither=Image.Dither.NONE) for shot in shots]
    first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, optimize=True)


if __name__ == "__main__":
    frames, path = shoot(*sys.argv[1:] or [REPLAY]), ROOT / "docs" / "panel.gif"
    save(frames, path)
    print(
        f"{path.name}: {len(frames)} frames of {frames[0][0].width} by {frames[0][0].height}, {path.stat().st_size // 1000} kB"
    )
