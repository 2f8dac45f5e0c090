"""The widgets of lessons 06 and 08 in a real JupyterLab: surface, strip and picture in K colours, by key and by click.

They are in a notebook with only the cells of the lessons that make them. With LONG=1 all lessons run whole in the browser.
"""

import base64
import io
import re

import nbformat
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.lab import open_notebook, run_all

pytestmark = pytest.mark.browser

# resolves with the picture's next frame
WATCH = """image => { window.shown = new Promise((done, failed) => {
    image.addEventListener("load", () => requestAnimationFrame(done), { once: true });
    setTimeout(() => failed(new Error("no new picture within half a minute")), 30_000);
}); }"""


CELLS = {"06_bad_starts": ["setup-06", "chooser-06", "strip-06"], "08_many_dimensions": ["slider-08"]}


@pytest.fixture(scope="module")
def widgets(window, course):
    """A page in which the cells that make the widgets have run."""
    address, folder = course
    notebook = nbformat.read(folder / "06_bad_starts.ipynb", as_version=4)
    notebook.cells = []
    for lesson, ids in CELLS.items():
        cells = {cell.id: cell for cell in nbformat.read(folder / f"{lesson}.ipynb", as_version=4).cells}
        notebook.cells += [cells[name] for name in ids]
    nbformat.write(notebook, folder / "widgets.ipynb")
    page = open_notebook(window, address, "widgets.ipynb")
    outputs = [output for cell in run_all(page, folder / "widgets.ipynb").cells for output in cell.outputs]
    assert [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"] == []
    yield page
    page.close()


def box_of(page, label):
    """The innermost box with a slider of this label and a picture; its slider's handle, picture and sentence."""
    box = page.locator(".kmeans-panel", has=page.locator(".widget-label", has_text=re.compile(f"^{label}$")))
    box = box.filter(has=page.locator("img[alt]")).first
    slider = box.locator(".widget-slider", has=page.locator(".widget-label", has_text=re.compile(f"^{label}$"))).first
    box.scroll_into_view_if_needed()
    return slider.locator(".noUi-handle"), box.locator("img[alt]").first, box.locator(".kmeans-sentence").first


def press(page, handle, image, key):
    handle.focus()
    page.evaluate(WATCH, image.element_handle())
    page.keyboard.press(key)
    page.evaluate("window.shown")


def click(page, image, x, y):
    """Click at a fraction of the picture, and wait for the new one."""
    page.evaluate(WATCH, image.element_handle())
    box = image.bounding_box()
    image.click(position={"x": box["width"] * x, "y": box["height"] * y})
    page.evaluate("window.shown")


def pixels(image):
    """The pixels that the page shows, before it fits them to its width: (height, width, 3)."""
    drawn = image.evaluate("""image => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        canvas.getContext("2d").drawImage(image, 0, 0);
        return canvas.toDataURL();
    }""")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(drawn.partition(",")[2]))).convert("RGB")).astype(int)


def red_near(image, x, y):
    """How much of the marker's red there is around a fraction of the picture."""
    shown = pixels(image)
    high, wide = shown.shape[:2]
    around = shown[int(y * high) - 8 : int(y * high) + 9, int(x * wide) - 8 : int(x * wide) + 9]
    return int((np.abs(around - (189, 31, 1)).max(axis=2) < 40).sum())


def test_the_surface_follows_keys_and_clicks(widgets):
    handle, image, sentence = box_of(widgets, "c1")
    click(widgets, image, 0.2, 0.3)  # the tests share this page, and come in any order
    c1, c2 = map(float, re.match(r"From \((.+), (.+)\): inertia", image.get_attribute("alt")).groups())
    press(widgets, handle, image, "ArrowRight")
    expect(sentence).to_contain_text(f"From ({c1 + 0.05:.2f}, {c2:.2f}): inertia")
    expect(image).to_have_attribute("alt", sentence.inner_text())
    expect(handle).to_have_attribute("aria-label", "c1")
    expect(image).to_have_css("cursor", "crosshair")
    assert red_near(image, 0.937, 0.077) == 0
    click(widgets, image, 0.937, 0.077)  # high on the map of ends
    expect(sentence).to_contain_text("1.35 times the best.")
    assert red_near(image, 0.937, 0.077) > 20  # the cross stands where the click was
    click(widgets, image, 0.655, 0.43)
    expect(sentence).to_contain_text("the best there is.")
    assert red_near(image, 0.655, 0.43) > 20
    assert red_near(image, 0.937, 0.077) == 0


def test_a_click_means_the_same_place_in_a_narrow_window(widgets):
    _, image, sentence = box_of(widgets, "c1")
    try:
        widgets.set_viewport_size({"width": 700, "height": 1000})
        widgets.wait_for_function("image => image.clientWidth < 700", arg=image.element_handle(), polling=50)
        image.scroll_into_view_if_needed()
        click(widgets, image, 0.937, 0.077)
        expect(sentence).to_contain_text("1.35 times the best.")
        assert red_near(image, 0.937, 0.077) > 10
    finally:
        widgets.set_viewport_size({"width": 1400, "height": 1000})


def test_the_strip_follows_keys_and_clicks_and_the_panel_replays_what_is_picked(widgets):
    handle, image, sentence = box_of(widgets, "rank")
    panel = widgets.locator(".kmeans-panel", has=widgets.get_by_role("button", name="New centroids"))
    line = panel.locator(".kmeans-sentence").first
    expect(sentence).to_contain_text("Rank 100 of 100 (worst)")
    expect(line).to_contain_text("converged after 12 updates")  # the panel shows the end that was picked
    worst = line.text_content()  # not inner_text: that is empty while the line is out of view
    press(widgets, handle, image, "Home")
    expect(sentence).to_contain_text("Rank 1 of 100 (best)")
    expect(line).not_to_have_text(worst)  # another end
    x, y = 0.526, 0.655  # the dot at the far right of the strip: the worst again
    assert red_near(image, x, y) == 0
    click(widgets, image, x, y)
    expect(sentence).to_contain_text("(worst)")
    assert red_near(image, x, y) > 20  # the ring
    expect(sentence).to_contain_text("replay string: blobs k=12 seed=23 start=13")
    expect(line).to_have_text(worst)


def test_the_picture_in_k_colours_follows_its_slider(widgets):
    page = widgets
    handle, image, sentence = box_of(page, "K")
    press(page, handle, image, "Home")
    expect(sentence).to_contain_text("K = 2,")
    shown = pixels(image)
    assert shown.shape == (256, 568, 3)  # original, result and palette, pixel for pixel
    assert [len(np.unique(part.reshape(-1, 3), axis=0)) for part in (shown[:, 264:520], shown[:, 528:])] == [2, 2]
    assert len(np.unique(shown[:, :256].reshape(-1, 3), axis=0)) > 5_000
    for key in ["ArrowRight"] * 6 + ["ArrowLeft"] * 2:
        press(page, handle, image, key)  # one picture for each
    expect(sentence).to_contain_text("K = 6,")
    assert len(np.unique(pixels(image)[:, 264:520].reshape(-1, 3), axis=0)) == 6

    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"])  # beyond the end of the slider
    expect(sentence).to_contain_text("K = 16,")  # live: the button is still down
    page.mouse.up()
