"""Lessons 06 and 07 in a real JupyterLab: the surface, the strip and the picture in K colours, by key and by click."""

import re
from statistics import median

import pytest
from playwright.sync_api import expect

from tests.browser.test_lessons_in_browser import run_lesson

pytestmark = pytest.mark.browser

# resolves, after the next key, to the milliseconds from the key to the picture's next frame
WATCH = """image => { window.shown = new Promise(done => {
    let pressed = null;
    window.addEventListener("keydown", () => { pressed = performance.now(); }, { once: true, capture: true });
    image.addEventListener("load", () => requestAnimationFrame(() => done(performance.now() - pressed)), { once: true });
}); }"""


@pytest.fixture(scope="module")
def lesson_06(browser, course):
    page = run_lesson(browser, course, "06_bad_starts.ipynb")
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
    return page.evaluate("window.shown")


def click(image, x, y):
    """Click at a fraction of the picture."""
    box = image.bounding_box()
    image.click(position={"x": box["width"] * x, "y": box["height"] * y})


def test_the_surface_follows_keys_and_clicks(lesson_06):
    handle, image, sentence = box_of(lesson_06, "c1")
    expect(sentence).to_contain_text("From (5.00, 7.50): inertia")
    press(lesson_06, handle, image, "ArrowRight")
    expect(sentence).to_contain_text("From (5.05, 7.50): inertia")
    expect(image).to_have_attribute("alt", sentence.inner_text())
    expect(handle).to_have_attribute("aria-label", "c1")
    click(image, 0.62, 0.2)  # high on the map of ends
    expect(sentence).to_contain_text("14.8 times the best.")


def test_the_strip_follows_keys_and_clicks_and_the_panel_replays_what_is_picked(lesson_06):
    handle, image, sentence = box_of(lesson_06, "rank")
    panel = lesson_06.locator(".kmeans-panel", has=lesson_06.get_by_role("button", name="New centroids"))
    line = panel.locator(".kmeans-sentence").first
    expect(sentence).to_contain_text("Rank 100 of 100 (worst)")
    expect(line).to_contain_text("Start: 12 centroids")
    worst = line.text_content()  # not inner_text: that is empty while the line is out of view
    press(lesson_06, handle, image, "Home")
    expect(sentence).to_contain_text("Rank 1 of 100 (best)")
    expect(line).not_to_have_text(worst)  # another start, and so another inertia
    click(image, 0.57, 0.7)  # at the far right of the strip: the worst again
    expect(sentence).to_contain_text("(worst)")
    expect(sentence).to_contain_text("replay string: blobs k=12 seed=7 start=")
    expect(line).to_have_text(worst)


def test_the_picture_in_k_colours_follows_its_slider(browser, course):
    page = run_lesson(browser, course, "07_many_dimensions.ipynb")
    handle, image, sentence = box_of(page, "K")
    press(page, handle, image, "Home")
    expect(sentence).to_contain_text("K = 2,")
    times = [press(page, handle, image, key) for key in ["ArrowRight"] * 14 + ["ArrowLeft"] * 6]
    assert len(times) == 20
    expect(sentence).to_contain_text("K = 10,")
    print(f"K slider to picture: median {median(times):.0f} ms, longest {max(times):.0f} ms")
    page.close()
