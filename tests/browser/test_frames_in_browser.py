"""Sixty plays, on pages that are busy now and then, of unlike width and ratio: at rest they show what the kernel drew.

Only with LONG=1: test_panel_in_browser.py has a few of them.
"""

import os
import random

import nbformat
import pytest

from tests.browser.lab import open_notebook
from tests.browser.pixels import CANVAS, REACHABLE, Kernel, cut, looks_like, play, soon, wrong_pixels

pytestmark = [pytest.mark.browser, pytest.mark.skipif(os.environ.get("LONG") != "1", reason="takes minutes: LONG=1")]

NAME = "frames.ipynb"
RUNS = "uniform k=12 size=100", "uniform k=12 size=1000 clusters=20"  # 1,200 and 20,000 points
CELL = f"""{REACHABLE}panel = Panel("blobs k=12")
panel.controls.speed.value = 10**1.5
panel"""


@pytest.fixture(scope="module")
def pages(browser, course):
    """Two pages with the same panel, and its kernel: first one of ratio 2, and later a narrow one of ratio 1."""
    (base, token), folder = course
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    notebook.metadata.kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(notebook, folder / NAME)
    sharp = browser.new_context(viewport={"width": 1400, "height": 1000}, device_scale_factor=2)
    one = open_notebook(sharp, (base, token), NAME, None)
    one.locator(".jp-CodeCell").first.click()
    one.keyboard.press("Control+Enter")
    one.wait_for_selector(CANVAS, timeout=60_000)
    kernel = Kernel(folder / "kernel.json")
    assert wrong_pixels(one, kernel) == 0
    one.keyboard.press("Control+s")
    coarse = browser.new_context(viewport={"width": 700, "height": 1000})
    two = coarse.new_page()
    two.goto(f"{base}/lab/workspaces/other/tree/{NAME}?token={token}")
    two.wait_for_selector(CANVAS, timeout=60_000)
    yield one, two, kernel
    kernel.client.stop_channels()
    sharp.close()
    coarse.close()


def press(page, name):
    page.locator(".kmeans-panel").get_by_role("button", name=name, exact=True).click()


def test_pages_of_unlike_width_and_ratio_show_the_whole_picture_and_the_one_in_use_decides_its_size(pages):
    one, two, kernel = pages
    for i, (user, other) in enumerate([(two, one), (one, two), (two, one)]):
        if i > 0:  # a new page is in use
            user.mouse.move(0, 0)
            user.locator(".kmeans-panel .kmeans-sentence").hover()
        assert soon(user, lambda user=user: (kernel("panel.stage.width") > 700) == (user is one))
        assert wrong_pixels(user, kernel) == 0
        assert soon(other, lambda other=other: looks_like(other, kernel))
        assert max(cut(one), cut(two)) <= 0


def test_a_page_that_was_busy_shows_at_rest_what_was_drawn(pages):
    one, two, kernel = pages
    chance, wrong, busy = random.Random(15), [], []
    two.set_viewport_size({"width": 1400, "height": 1000})
    changes = (
        lambda: press(two, "Back"),
        lambda: press(two, "First"),
        lambda: two.set_viewport_size({"width": 800, "height": 900}),
        lambda: two.set_viewport_size({"width": 1400, "height": 1000}),
    )
    for i in range(60):
        if i == 40:
            one.context.close()
        kernel("1", f"panel.replay('{RUNS[i % 2]} seed={i // 2}')")
        busy.append(chance.randint(500, 2500) if i % 3 == 0 else 0)
        play(two, busy[-1], after=chance.randint(0, 500) if busy[-1] else 0)
        assert kernel("panel.stage.playing, panel.run.player.at_end") == (False, True)
        wrong.append(wrong_pixels(two, kernel))
        if i % 10 == 9:
            for change in changes:
                change()
                two.wait_for_timeout(300)
                wrong.append(wrong_pixels(two, kernel))
    print(f"{len(busy)} plays, {sum(map(bool, busy))} busy; wrong pixels: {wrong}")
    assert (len(busy), sum(map(bool, busy)), len(wrong)) == (60, 20, 84)
    assert set(wrong) == {0}
