"""The panel in a real Chromium: every control by mouse and by keyboard, asserted on what a person sees.

All of them in JupyterLab. On the page of `kmeans-teach panel` only those that this page could break; with LONG=1, all.
"""

import contextlib
import importlib.resources
import json
import os
import random
import re
from base64 import b64decode
from io import BytesIO
from itertools import pairwise

import nbformat
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import TimeoutError, expect

from kmeans_teach.data import DATA_SETS
from kmeans_teach.panel.setting import Setting
from kmeans_teach.panel.stage import BOTTOM, LEFT, NARROWEST, RIGHT, TOP, WIDEST
from tests.browser.lab import launched, open_notebook, still
from tests.browser.pixels import CANVAS, LOOK, REACHABLE, Kernel, cut, looks_like, play, soon, wrong_pixels

pytestmark = pytest.mark.browser

LONG = os.environ.get("LONG") == "1"  # the weekly run: more of the same
REPLAY = "blobs k=6 seed=1"
SHOW_SETTINGS = """import json, ipywidgets
from kmeans_teach.panel import Panel
from pathlib import Path
asked = json.loads(Path("settings.json").read_text())
ipywidgets.VBox([Panel(replay, points=asked["points"]) for replay in asked["settings"]])"""
PIXELS = f"document.querySelector('{CANVAS}').toDataURL()"


def pytest_generate_tests(metafunc):
    mark = metafunc.definition.get_closest_marker("page")
    places = ["lab", "page"] if mark or LONG else ["lab"]
    metafunc.parametrize("page", ["page"] if mark and mark.args == ("only",) else places, indirect=True, scope="module")


@pytest.fixture(scope="module")
def page(request, browser, tmp_path_factory):
    """One page with one panel, for all tests of this file: opening a lab's page takes as long as ten of them."""
    with {"lab": in_lab, "page": alone}[request.param](browser, request, tmp_path_factory) as page:
        page.in_lab = request.param == "lab"
        page.set_default_timeout(20_000)
        page.wait_for_selector(CANVAS, timeout=60_000)
        settled(page)
        yield page
        assert page.errors == []
        page.close()


@contextlib.contextmanager
def in_lab(browser, request, tmp_path_factory):
    address, folder = request.getfixturevalue("course")
    cells = f'{REACHABLE}panel = Panel("{REPLAY}")\npanel', SHOW_SETTINGS
    notebook = nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])
    notebook.metadata.kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    nbformat.write(notebook, folder / "panel.ipynb")
    page = open_notebook(request.getfixturevalue("window"), address, "panel.ipynb")
    page.folder, page.errors = folder, []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(CANVAS, timeout=60_000)
    page.kernel = Kernel(folder / "kernel.json")
    yield page
    page.kernel.client.stop_channels()


@contextlib.contextmanager
def alone(browser, request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("a page")
    with launched(folder, "panel", REPLAY) as (base, token):
        page = still(
            browser.new_context(viewport={"width": 1400, "height": 1000})
        ).new_page()  # a second page shares its cookie
        page.folder, page.errors, page.asked = folder, [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(f"{base}/?token={token}")
        yield page


@pytest.fixture(autouse=True)
def at_the_start(page):
    """Each test begins with the same run, paused at its start, with nothing folded out."""
    panel(page).evaluate(FOLD, [[], False])
    replay(page, REPLAY)


def panel(page):
    return page.locator(".kmeans-panel").first


def button(page, name):
    """A button by its name. That of Step goes on with what comes next."""
    name = re.compile("^Step") if name == "Step" else name
    return page.locator(".kmeans-panel").get_by_role("button", name=name, exact=True)


def tap(page, name):
    """Press a button on the way to what a test is about: in a tenth of the time that a mouse takes."""
    button(page, name).evaluate("button => button.click()")


def handle(page, name):
    return page.locator(".kmeans-panel").get_by_role("slider", name=name, exact=True)


# opens the folds that are named and closes all others, but not with `more`
FOLD = """async (panel, [names, more]) => {
    const openers = [...panel.querySelectorAll(".kmeans-opener")], folds = [...panel.querySelectorAll(".kmeans-fold")];
    const active = opener => opener.classList.contains("mod-active");
    const open = openers.filter(e => names.includes(e.textContent) || (more && active(e)));
    const wrong = () => openers.filter(e => active(e) !== open.includes(e));
    const late = () => wrong().length || openers.some((e, i) => active(e) !== folds[i].clientWidth > 0);
    for (let i = 0; late(); i++) {  // on a busy machine, the kernel's late answer to an earlier click may close one again
        if (i === 4000) throw new Error(`the folds do not open: ${names}`);
        if (i % 1000 === 0) wrong().forEach(e => e.click());
        await new Promise(go => setTimeout(go, 5));
    }
}"""
FOLDS = "Compare", "More settings", "See more", "Table", "Predict", "By hand", "Replay", "Save"


def fold(page, *names):
    """Open folds and wait until they are open: a key pressed earlier would go to their buttons."""
    panel(page).evaluate(FOLD, [names, True])


def sentence(page):
    return page.locator(".kmeans-panel .kmeans-sentence").inner_text()


def says(page, pattern):
    """Wait until the sentence matches."""
    page.wait_for_function(
        "([place, pattern]) => new RegExp(pattern).test(document.querySelector(place)?.textContent)",
        arg=[".kmeans-panel .kmeans-sentence", pattern],
        polling=50,  # and not in each frame: so many frames take all of a processor
    )


def settled(page, quiet=250):
    """Wait until the canvas shows something and has not changed for so many ms; return its LOOK."""
    page.wait_for_function(
        f"""() => {{
            const now = {LOOK}, time = performance.now();
            if (now !== window.lastLook) {{ window.lastLook = now; window.lastChange = time; return false; }}
            return time - window.lastChange > {quiet};
        }}""",
        polling=60,
    )
    return page.evaluate(LOOK)


def changes(page, action):
    """Do something and assert that the picture changed."""
    before = settled(page)
    action()
    page.wait_for_function(f"before => {LOOK} !== before", arg=before, polling=30)


# as if a person had typed the text and left the box
TYPED = """(box, text) => {
    if (box.value === text) return;
    box.value = text;
    for (const name of ["input", "change"]) box.dispatchEvent(new Event(name, { bubbles: true }));
}"""


def replay(page, text):
    """Show the start of another run; the box for its text is in a fold that need not be open."""
    # if it plays, it pauses: else its start would be seen, and left, where the text is the same
    panel(page).evaluate("panel => panel.querySelector('.kmeans-play.mod-active')?.click()")
    page.locator(".kmeans-panel").get_by_label("Replay", exact=True).evaluate(TYPED, text)
    answered(page)
    if not sentence(page).startswith("Start: "):
        if button(page, "First").is_disabled():  # at the start, where a point is ringed
            button(page, "Step").click()
        button(page, "First").click()  # it waits until it is on
    says(page, "^Start: ")


def test_a_drag_of_the_k_slider_with_the_mouse_makes_other_clusters_live(page):
    replay(page, "blobs k=5")  # the tests share this panel, and K may be at the end of its slider
    handle(page, "K").scroll_into_view_if_needed()  # the mouse reaches only what is in view
    box = handle(page, "K").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = settled(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y, steps=5)
    says(page, r"^Start: (1\d|[7-9]) centroids")
    page.wait_for_function(f"before => {LOOK} !== before", arg=before, polling=30)
    page.mouse.move(x + 45, y, steps=5)
    page.mouse.up()
    dragged = int(re.search(r"\d+", sentence(page)).group())
    assert dragged > 6
    assert int(handle(page, "K").get_attribute("aria-valuetext").split(".")[0]) >= dragged


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_every_button_of_the_time_row(page, by):
    def press(name):
        if by == "mouse":
            button(page, name).click()
        else:
            button(page, name).focus()
            page.keyboard.press("Space" if name in ("Back", "Step") else "Enter")

    changes(page, lambda: press("Step"))
    says(page, "^Update 1: ")
    changes(page, lambda: press("Step"))
    says(page, "^Assign 1: ")
    changes(page, lambda: press("Back"))
    says(page, "^Update 1: ")
    press("Last")
    says(page, r"converged after \d+ updates")
    press("First")
    says(page, "^Start: ")
    press("Play")
    button(page, "Pause").wait_for()
    says(page, "^(Update|Assign) [1-9]")
    press("Pause")
    button(page, "Play").wait_for()


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_new_data_and_new_centroids(page, by):
    for name in "New centroids", "New data":
        act = button(page, name).click if by == "mouse" else lambda name=name: button(page, name).press("Enter")
        changes(page, act)
        says(page, "^Start: 6 centroids")
    fold(page, "Replay")
    expect(page.get_by_label("Replay", exact=True)).to_have_value("blobs k=6 seed=2 start=1")  # it follows the picture


def test_the_sliders_by_keyboard(page):
    fold(page, "More settings")
    for name in "K", "Spread", "Points each", "Heaps":
        handle(page, name).focus()
        changes(page, lambda: page.keyboard.press("ArrowRight"))
        says(page, "^Start: ")


def test_the_scrubber_by_keyboard_goes_through_the_half_steps(page):
    recorded = "handle => Number(handle.max) > 5"  # ahead, once the kernel has nothing else to do
    page.wait_for_function(recorded, arg=handle(page, "Half-step").element_handle(), polling=50)
    handle(page, "Half-step").focus()
    changes(page, lambda: page.keyboard.press("ArrowRight"))
    says(page, "^Update 1: ")
    changes(page, lambda: page.keyboard.press("PageUp"))  # a tenth of the way
    says(page, "^(Assign 1|Update 2): ")
    page.keyboard.press("End")
    says(page, r"converged after \d+ updates")
    page.keyboard.press("Home")
    says(page, "^Start: ")


def test_the_scrubber_by_mouse_is_pressed_and_dragged_anywhere(page):
    page.wait_for_function("handle => Number(handle.max) > 5", arg=handle(page, "Half-step").element_handle(), polling=50)
    handle(page, "Half-step").scroll_into_view_if_needed()
    box = handle(page, "Half-step").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + 5)
    page.mouse.down()
    says(page, r"converged after \d+ updates")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40, steps=5)
    says(page, "^(Update|Assign) [2-9]: (?!.*converged)")
    page.mouse.move(box["x"] + 3, box["y"] + 20, steps=5)
    page.mouse.up()
    says(page, "^Start: ")
    last = int(handle(page, "Half-step").get_attribute("max"))
    expect(handle(page, "Half-step")).to_have_attribute("aria-valuetext", re.compile(rf"^0 of {last}, inertia [\d,]+$"))


def test_a_button_that_goes_off_under_a_key_leaves_the_keyboard_in_the_panel(page):
    button(page, "Last").press("Enter")
    says(page, r"converged after \d+ updates")
    expect(button(page, "Last")).to_be_disabled()
    expect(button(page, "Play")).to_be_focused()


def test_the_card_at_the_end_shows_the_best_of_a_hundred_starts_by_mouse_and_by_key(page):
    for press in "mouse", "key":
        replay(page, "bad-start k=4 size=20")
        tap(page, "Last")
        page.get_by_text(re.compile("^Settled after .* Of 100 random starts .* lower")).wait_for()
        page.get_by_text(re.compile(r"^best of 100 starts [\d.]+$")).wait_for()
        best = button(page, "Show it")
        best.click() if press == "mouse" else best.press("Enter")
        page.get_by_text("none ends lower").wait_for()
        says(page, r"converged after \d+ updates")
        expect(best).to_be_hidden()


def test_space_plays_and_arrows_step_while_the_picture_has_the_focus(page):
    canvas = page.locator(".kmeans-panel .jupyter-matplotlib-canvas-div")
    canvas.focus()
    for key, said in ("ArrowRight", "^Update 1: "), ("ArrowRight", "^Assign 1: "), ("ArrowLeft", "^Update 1: "):
        page.keyboard.press(key)
        says(page, said)
    page.keyboard.press("Space")
    button(page, "Pause").wait_for()
    page.keyboard.press("Space")
    button(page, "Play").wait_for()


@pytest.mark.page
@pytest.mark.parametrize(("width", "height"), [(1000, 800), (700, 500)])  # the second is 1400 by 1000 at a zoom of 200 %
def test_time_and_picture_are_in_view_together(page, width, height):
    if not page.in_lab and width < 1000:
        pytest.skip("its letters are larger, for a projector")
    try:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"most => document.querySelector('{CANVAS}').clientWidth < most", arg=width, polling=50)
        settled(page)
        page.locator(".kmeans-panel").evaluate("panel => panel.scrollIntoView()")
        for part in button(page, "First"), button(page, "Last"), handle(page, "Speed"), page.locator(CANVAS).first:
            expect(part).to_be_in_viewport(ratio=0.99)
    finally:
        resize(page, narrow=False)


@pytest.mark.page
def test_the_sliders_in_more_settings_are_long_enough_to_hit_a_value_with_the_mouse(page):
    fold(page, "More settings")
    tracks = "tracks => tracks.map(e => e.clientWidth)"
    try:
        for narrow, least in (False, 200), (True, 100):
            resize(page, narrow)
            wide = panel(page).locator(".kmeans-fold .noUi-target").evaluate_all(tracks)
            assert len(wide) == 3
            assert min(wide) >= least
    finally:
        resize(page, narrow=False)


def test_home_and_end_go_to_the_ends_of_a_slider_whose_range_has_changed(page):
    for text, k, most in ("blobs k=25", 25, 25), ("blobs k=4 clusters=2 size=7", 4, 14):
        replay(page, text)
        says(page, f"^Start: {k} ")
        for key, k in ("Home", 1), ("PageUp", 6), ("End", most):
            handle(page, "K").press(key)
            says(page, f"^Start: {k} ")


def test_a_value_that_the_keyboard_sets_and_the_panel_refuses_is_told_until_something_else_happens(page):
    replay(page, "blobs k=5 clusters=1 size=6")
    fold(page, "More settings")
    handle(page, "Spread").press("Home")
    alert = page.locator(".kmeans-panel [role=alert]")
    expect(alert).to_have_text("k must be at most the number of different points (1), got 5")
    answered(page)
    expect(handle(page, "Spread")).to_have_attribute("aria-valuetext", "0.28")
    answered(page)
    assert alert.count() == 1, "the page reports that the slider went back, which changes nothing"


def test_the_data_set_and_the_way_of_starting_by_keyboard(page):
    fold(page, "More settings")
    page.get_by_label("Start from").select_option("k-means++")
    says(page, "^Start: 6 centroids")
    page.get_by_label("Data", exact=True).focus()
    page.keyboard.type("penguin bills")
    page.keyboard.press("Enter")
    says(page, "^Start: 3 centroids, and each of 342 points")


def test_seeds_by_keyboard(page):
    fold(page, "More settings")
    for name in "Data seed", "Start seed":
        box = page.get_by_label(name)
        box.fill("41")
        changes(page, lambda box=box: box.press("Enter"))


def test_regions_lines_and_a_point(page):
    fold(page, "See more")
    for name in "Regions", "Lines to centroids":
        check = page.get_by_label(name)
        changes(page, lambda check=check: check.press("Space"))
        changes(page, check.click)
    point = page.get_by_label("Ring point", exact=True)
    point.fill("17")
    changes(page, lambda: point.press("Enter"))
    says(page, r"^Point 17: distance to A .*; nearest [A-F]\.$")
    tap(page, "Step")
    says(page, r"^Update 1: .* Point 17: [A-F]\.$")  # its ring stays
    point.fill("")
    changes(page, lambda: point.press("Enter"))
    says(page, r"^Update 1: [^P]*$")
    point.fill("2000")
    point.press("Enter")
    rule = "the point to ring must be a row from 0 to 1199, or empty for no ring, got '2000'"
    expect(page.locator(".kmeans-panel [role=alert]")).to_have_text(rule)
    tap(page, "Back")
    expect(point).to_have_value("")


def test_x_and_y_by_keyboard(page):
    replay(page, "penguins k=3")
    fold(page, "See more")
    for name, feature in ("Y", "bill depth (mm)"), ("X", "flipper length (mm)"):
        choice = page.locator(".kmeans-panel").get_by_label(name, exact=True)
        changes(page, lambda choice=choice, feature=feature: choice.select_option(feature))
        expect(choice).to_have_value(feature)
    choice.focus()
    page.keyboard.type("bill l")
    expect(choice).to_have_value("bill length (mm)")
    says(page, "^Start: 3 centroids")


def test_a_point_under_the_mouse_shows_its_distances_and_a_click_keeps_them(page):
    replay(page, "uniform k=6 clusters=20 size=300")
    canvas = page.locator(CANVAS).last
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(5, 5)
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    changes(page, lambda: page.mouse.move(*middle))
    changes(page, lambda: page.mouse.move(5, 5))
    page.mouse.click(*middle)
    says(page, r"^Point \d+: distance to A ")


def test_undo_by_mouse_and_by_key(page):
    for key in None, "Enter", "Control+z":
        tap(page, "Step")
        says(page, "^Update 1: ")
        tap(page, "New data")
        says(page, "^Start: ")
        if key:
            (handle(page, "K") if key == "Control+z" else button(page, "Undo")).press(key)
        else:
            button(page, "Undo").click()
        says(page, "^Update 1: ")
        tap(page, "First")
        says(page, "^Start: ")


def test_the_table_is_read_row_by_row(page):
    button(page, "Table").click()
    tap(page, "Step")
    rows = page.locator(".kmeans-panel").get_by_role("row")
    expect(rows).to_have_count(7)
    expect(rows.nth(1).get_by_role("rowheader", name="A", exact=True)).to_be_visible()
    expect(rows.nth(1).get_by_role("cell")).to_have_count(5)


# what a screen reader meets, from the top to the bottom, and where the key Tab stops (T)
ORDER = [
    ("button", "First", "T"), ("button", "Back", "T"), ("button", "Play", "T"),
    ("button", "Step Assign: join the nearest", "T"), ("button", "Last", "T"), ("slider", "Speed", "T"),
    ("textbox", "Speed, value", "T"), ("img", "Update 1: ", "T"),
    ("paragraph", "inertia ", ""), ("slider", "Half-step", "T"), ("paragraph", "Update 1: ", ""), ("combobox", "Data", "T"),
    ("slider", "K", "T"), ("textbox", "K, value", "T"), ("button", "New data", "T"), ("button", "New centroids", "T"),
    ("button", "Undo", ""), ("button", "Compare", "T"),
    ("button", "More settings", "T"), ("button", "See more", "T"), ("button", "Table", "T"),
    ("button", "Predict", "T"), ("button", "By hand", "T"), ("button", "Replay", "T"), ("button", "Save", "T"),
    ("table", "All clusters; their inertias add up to ", ""),
]  # fmt: skip
FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || document.activeElement.id"


def test_a_screen_reader_meets_time_picture_scrubber_sentence_and_setup_in_this_order_and_tab_too(page):
    fold(page, "Table")
    tap(page, "Step")
    says(page, "^Update 1: ")
    page.get_by_role("button", name=re.compile("^Step Assign")).wait_for()  # its name comes in another message
    kinds = "|".join({kind for kind, _, _ in ORDER})
    tree = page.locator(".kmeans-panel").aria_snapshot()
    assert tree.startswith('- group "K-means panel"')
    smallest = """() => Math.min(...[...document.querySelectorAll(".kmeans-panel *")].filter(e => e.clientWidth && e.innerText)
                                     .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    assert page.evaluate(smallest) >= 12
    met = re.findall(rf"""^ *- '?({kinds})(?: "|: "?)([^"\n]+)""", tree, re.MULTILINE)
    met = [(kind, text[: len(name)]) for (kind, text), (_, name, _) in zip(met, ORDER, strict=True)]
    assert met == [(kind, name) for kind, name, _ in ORDER]
    undo = button(page, "Undo").is_enabled()
    expect(button(page, "Table")).to_have_attribute("aria-expanded", "true")
    expect(button(page, "Save")).to_have_attribute("aria-expanded", "false")
    button(page, "First").focus()
    stops = [name for _, name, stop in ORDER if stop or (name == "Undo" and undo)]
    for name in stops:
        assert name.removeprefix("Step ") in page.evaluate(FOCUSED) or name == "Data"
        page.keyboard.press("Tab")


SPOKEN = """() => { const voice = document.querySelector(".kmeans-voice"); window.spoken = [];
                 new MutationObserver(() => voice.textContent && spoken.push([performance.now(), voice.textContent]))
                     .observe(voice, { childList: true, subtree: true, characterData: true }); }"""


def test_while_it_plays_at_its_fastest_a_sentence_is_spoken_at_most_once_in_a_second(page):
    replay(page, "uniform k=8 size=15")
    handle(page, "Speed").press("End")
    page.evaluate(SPOKEN)
    tap(page, "Play")
    says(page, "converged")
    page.wait_for_function("/converged/.test(spoken.at(-1)?.[1])", polling=50)  # the last one is spoken
    spoken = page.evaluate("spoken")
    handle(page, "Speed").press("Home")
    assert all(after - before > 950 for (before, _), (after, _) in pairwise(spoken)), spoken


@pytest.mark.page
def test_three_levels_of_detail_by_keyboard(page):
    replay(page, "blobs k=5")  # where no point is ringed, as it may be by another test of this panel
    fold(page, "See more")
    words = page.locator(".kmeans-panel").get_by_label("In words", exact=True)
    words.press("ArrowDown")
    says(page, "^Start, inertia [0-9.]+\\.\nA: [0-9]+ points")
    words.press("ArrowDown")
    says(page, "No point is ringed yet")
    words.press("Home")
    says(page, "^Start: ")


def test_predictions_are_asked_and_counted(page):
    fold(page, "Predict")
    asks = page.get_by_label("Ask me before each half-step")
    asks.press("Space")
    expect(asks).to_be_checked()
    page.get_by_text("Which centroid will move farthest, or none?").wait_for()
    answered(page)  # all options are there
    page.get_by_label("Answer").select_option("A")
    button(page, "Check and step").press("Enter")
    says(page, "^Update 1: ")
    page.get_by_text(re.compile(r"[01] of 1 right")).wait_for()
    page.get_by_text("Which centroid will the ringed point join?").wait_for()
    page.get_by_label("Ask me before each half-step").click()


def put_a_in_the_middle(page):
    """Show two centroids, A in the middle of the picture. Returns where it is on the page, and the box of the canvas."""
    replay(page, "penguins k=3")  # its view fits no other data, so that the next view is a new one
    replay(page, "uniform k=2 seed=1 hand=0.0,0.0;3.0,3.0")
    fold(page, "Replay")
    says(page, "^Start: 2 ")
    return middle(page)


def middle(page):
    """Where the middle of the picture is on the page (x, y), and the box of the canvas: in view, until a control is clicked."""
    canvas = page.locator(CANVAS).last
    canvas.scroll_into_view_if_needed()
    settled(page)
    box = canvas.bounding_box()
    zoom = max(1, box["width"] / WIDEST)
    x, y = (zoom * LEFT + box["width"] - zoom * RIGHT) / 2, (zoom * TOP + box["height"] - zoom * BOTTOM) / 2
    return box["x"] + x, box["y"] + y, box


def replay_text(page):
    return page.locator(".kmeans-panel").get_by_label("Replay", exact=True).input_value()


def answered(page):
    """Wait until the kernel has handled what the page has sent."""
    panel(page).evaluate(ANSWERED)


@pytest.mark.page
def test_a_centroid_is_dragged_with_the_mouse_and_moved_by_keys(page):
    x, y, box = put_a_in_the_middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    changes(page, lambda: page.mouse.move(x + 60, y - 30, steps=8))
    page.mouse.move(x + 60, box["y"] - 40, steps=5)
    page.mouse.up()  # above the picture
    answered(page)
    dragged = replay_text(page)
    assert "hand=0.0,0.0" not in dragged
    assert "3.0,3.0" in dragged
    page.mouse.move(x - 60, y + 30, steps=8)
    answered(page)
    assert replay_text(page) == dragged, "A was let go where the mouse left the picture"
    page.locator(CANVAS).last.locator("xpath=..").focus()
    page.keyboard.press("b")
    says(page, "^B chosen")
    changes(page, lambda: page.keyboard.press("Shift+ArrowLeft"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.ariaLabel") == "Half-step", "the picture lets go of the keyboard"


def finger(page, *places):
    """Put a finger on the page at the first place (x, y), move it over the others, and lift it."""
    session = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(places):
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if i else "touchStart", "touchPoints": [{"x": x, "y": y}]}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()


# from now on, whether the page has scrolled with each move of a finger, or a control has used the move
TOUCHES = """() => { window.untouched = []; document.addEventListener(
    "touchmove", e => window.untouched.push(e.defaultPrevented), { passive: true }); }"""


def test_a_finger_drags_a_centroid_and_scrolls_the_page_from_anywhere_else(page):
    x, y, _ = put_a_in_the_middle(page)
    page.evaluate(TOUCHES)
    finger(page, *[(x + 9 + 5 * i, y + 5 * i) for i in range(9)])
    answered(page)
    dragged = replay_text(page)
    assert "hand=0.0,0.0" not in dragged
    assert page.evaluate("window.untouched.splice(0)").count(True) > 3, "the page does not scroll with it"
    finger(page, *[(x - 60, y + 60 - 5 * i) for i in range(9)])
    answered(page)
    assert replay_text(page) == dragged
    assert True not in page.evaluate("window.untouched"), "the page scrolls"


def choose_tool(page, how, what):
    """Choose what a click does. Returns where the middle of the picture is then: the page may have scrolled to the buttons."""
    fold(page, "By hand")
    for name in how, what:
        button(page, name).click()
        expect(button(page, name)).to_have_attribute("aria-pressed", "true")
    answered(page)
    return middle(page)[:2]


def test_points_and_centroids_are_painted_by_mouse_finger_and_keys(page):
    put_a_in_the_middle(page)
    x, y = choose_tool(page, "add", "points")
    says(page, "^Click to add a point")
    page.mouse.dblclick(x + 90, y)  # two clicks
    says(page, "^1202 points now. A new run begins from the same start")
    assert page.evaluate(f"getComputedStyle(document.querySelectorAll('{CANVAS}')[1]).cursor") == "crosshair"
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=5)
    page.mouse.up()
    answered(page)
    says(page, r"^12(0[4-9]|1\d) points now")
    button(page, "Undo").click()
    says(page, "^Start: 2 centroids, and each of 1202 points")
    page.evaluate(TOUCHES)
    x, y, _ = middle(page)
    finger(page, *[(x + 30 + 5 * i, y - 5 * i) for i in range(5)])
    says(page, r"^12(0[4-9]|1\d) points now")
    assert page.evaluate("window.untouched").count(True) > 3, "the page does not scroll with it"
    page.locator(CANVAS).last.locator("xpath=..").focus()
    page.keyboard.press("Control+z")
    says(page, "^Start: 2 centroids, and each of 1202 points")
    for name in "Shift+ArrowDown", "ArrowLeft", "h":
        page.keyboard.press(name)
    says(page, "^1212 points now")
    x, y = choose_tool(page, "remove", "centroids")
    page.mouse.click(x, y)
    says(page, "^1 centroid now")
    button(page, "By hand").click()
    says(page, "^Start: 1 centroid")


def test_the_scrubber_by_finger(page):
    page.wait_for_function("handle => Number(handle.max) > 5", arg=handle(page, "Half-step").element_handle(), polling=50)
    handle(page, "Half-step").scroll_into_view_if_needed()
    box = handle(page, "Half-step").bounding_box()
    places = [(box["x"] + 5 + i * (box["width"] - 10) / 9, box["y"] + 20) for i in range(10)]
    finger(page, *places)
    says(page, r"converged after \d+ updates")
    finger(page, *places[::-1])
    says(page, "^Start: ")


ONE_KEYS = [*"myr16cvbaii00ddxslojkhfpz", "ArrowUp", "ArrowDown", "Shift+M", "Shift+V", "Shift+L", "Escape"]


def test_the_keys_of_a_control_do_nothing_to_the_notebook_and_those_of_the_notebook_work_from_it(page):
    if not page.in_lab:
        pytest.skip("a page of its own has no notebook around it")
    fold(page, "More settings", "See more", "Replay")
    panel = page.locator(".kmeans-panel")
    text = panel.get_by_label("Replay", exact=True)
    controls = [
        *[button(page, name) for name in ("Step", "Save")],
        *[handle(page, name) for name in ("K", "Half-step")],
        *[panel.get_by_label(name) for name in ("Data seed", "Start from", "Regions")],
        *[text, panel.locator(".widget-readout").first, panel.locator(".jupyter-matplotlib-canvas-div")],
    ]
    cells = """[document.querySelector(".jp-Dialog") === null,
        ...[...document.querySelectorAll(".jp-Notebook:not(.lm-mod-hidden) .jp-Cell")].map(cell =>
            cell.className.replace(/lm-[^ ]+/g, "") + cell.querySelector(".cm-content")?.textContent)]"""
    for control in controls if LONG else (controls[0], controls[2], text, controls[-1]):
        control.focus()
        before = page.evaluate(cells)
        assert len(before) >= 3
        for key in ONE_KEYS:
            page.keyboard.press(key)
        assert page.evaluate(cells) == before, control
        if control is text:
            assert "00ddx" in text.input_value()
        control.focus()
        # JupyterLab saves nothing while a save is under way, and its last act is the checkpoint
        with page.expect_response(lambda answer: answer.request.method == "POST" and "panel.ipynb/checkpoints" in answer.url):
            page.keyboard.press("Control+s")
        page.wait_for_load_state("networkidle")
    answered(page)
    text.fill("blobs k=3")
    text.press("Control+a")
    text.press("Control+x")  # cuts the text, not the cell
    assert text.input_value() == ""
    assert page.evaluate(cells) == before
    replay(page, "blobs k=3")
    button(page, "Step").press("Control+Enter")  # runs the cell, as everywhere in a notebook
    says(page, "^Start: 6 centroids")


def test_a_start_is_scored_against_a_hundred_and_an_eye_by_keys_alone(page):
    fold(page, "By hand")
    button(page, "Score this start").press("Enter")
    page.get_by_text(re.compile("Best of 100 random starts: .*This one ends as well as")).wait_for(timeout=60_000)
    page.locator(CANVAS.removesuffix(" canvas")).focus()
    page.keyboard.press("b")
    page.keyboard.press("ArrowUp")
    button(page, "Score my eye").press("Enter")
    page.get_by_text(re.compile(r"Your eye scores \d+ of 100")).wait_for(timeout=60_000)


@pytest.mark.page
def test_a_run_is_saved_and_offered(page):
    replay(page, "empty-cluster k=3")  # a short run
    fold(page, "Save")
    page.get_by_label("Save as").select_option("picture (.gif)")
    button(page, "Save this run").press("Enter")
    page.get_by_role("link", name="download").wait_for(timeout=60_000)
    saved = list(page.folder.glob("kmeans-*.gif"))
    assert len(saved) == 1
    assert page.get_by_role("link", name="download").get_attribute("download") == saved[0].name


def test_a_wrong_replay_string_is_told_in_one_message(page):
    fold(page, "Replay")
    box = page.get_by_label("Replay", exact=True)
    box.fill("cats k=3")
    box.press("Enter")
    alert = page.locator(".kmeans-panel [role=alert]")
    alert.wait_for()
    assert alert.count() == 1
    assert "data set must be one of" in alert.inner_text()
    button(page, "Step").click()
    alert.wait_for(state="detached")


@pytest.mark.parametrize("busy", [800, 1500] if LONG else [1500])  # ms
def test_a_page_that_was_busy_while_playing_shows_at_rest_what_was_drawn(page, busy):
    if not page.in_lab:
        pytest.skip("the kernel of this page cannot be asked")
    replay(page, f"uniform k=12 seed={busy}")
    handle(page, "Speed").press("End")
    play(page, busy)
    assert wrong_pixels(page, page.kernel) == 0
    for name in "Back", "First":
        tap(page, name)
        assert wrong_pixels(page, page.kernel) == 0


@pytest.mark.skipif(not LONG, reason="a second page takes ten seconds: LONG=1")
def test_of_two_pages_the_one_in_use_decides_the_size_and_both_show_the_whole_picture(page):
    if not page.in_lab:
        pytest.skip("each page of this kind has a kernel of its own")
    server = page.url.partition("/lab")[0]
    page.locator(".jp-NotebookPanel-toolbar [data-jp-item-name=save]").locator("visible=true").first.click()
    cookies = page.context.storage_state()
    sharp = page.context.browser.new_context(
        viewport={"width": 700, "height": 1000}, device_scale_factor=2, storage_state=cookies
    )
    other = sharp.new_page()
    other.goto(f"{server}/lab/workspaces/other/tree/panel.ipynb")
    other.wait_for_selector(CANVAS, timeout=60_000)
    for i, (user, unused) in enumerate([(other, page), (page, other), (other, page)]):
        if i > 0:  # a page that has just been opened is in use
            user.mouse.move(0, 0)
            user.locator(".kmeans-panel .kmeans-sentence").hover()
        assert soon(user, lambda user=user: (page.kernel("panel.stage.width") > 700) == (user is page))
        assert wrong_pixels(user, page.kernel) == 0
        assert soon(unused, lambda unused=unused: looks_like(unused, page.kernel))
        assert max(cut(page), cut(other)) <= 0
    sharp.close()
    page.mouse.move(0, 0)
    page.locator(".kmeans-panel .kmeans-sentence").hover()
    assert wrong_pixels(page, page.kernel) == 0, "a page of ratio 1, after one of ratio 2"


@pytest.mark.page
def test_without_a_kernel_one_sentence_stands_for_all_broken_links(page):
    tap(page, "Play")
    button(page, "Pause").wait_for()
    # the class that ipywidgets gives to all widgets of a kernel that has gone
    mark = "const all = document.querySelectorAll('.jupyter-widgets'), mark = 'jupyter-widgets-disconnected';"
    page.evaluate(f"() => {{ {mark} all.forEach(e => e.classList.add(mark)); }}")
    shown = """[...document.querySelectorAll(".jupyter-widgets-disconnected")].filter(e => e.closest(".kmeans-panel"))
               .map(e => getComputedStyle(e, "::before").content).filter(text => text !== "none" && text !== '""')"""
    advice = "Run its cell again." if page.in_lab else "Reload the page."
    assert page.evaluate(shown) == [f'"This panel has lost its kernel. {advice}"']
    expect(button(page, "Play")).not_to_have_class(re.compile("mod-active"))  # nothing plays any more
    page.evaluate(f"() => {{ {mark} all.forEach(e => e.classList.remove(mark)); }}")
    tap(page, "Play")  # in truth the kernel is there and still plays, so this is a Pause


def test_after_many_random_actions_the_page_shows_what_a_full_drawing_shows(page):
    walk = random.Random(7)
    names = ["Back", "Step", "Last", "First", "New data", "New centroids"]
    fold(page, "More settings")
    for _ in range(100 if LONG else 25):
        what = walk.randrange(4)
        if what == 0:
            handle(page, walk.choice(["K", "Half-step", "Spread"])).focus()
            page.keyboard.press(walk.choice(["ArrowRight", "ArrowLeft", "PageUp", "Home"]))
        elif what == 1:
            page.locator(".kmeans-panel").get_by_role("button", name=re.compile("^(Play|Pause)$")).dispatch_event(
                "click"
            )  # whichever it is by now
        elif (one := button(page, walk.choice(names))).is_enabled():
            one.dispatch_event("click")  # by the time it is pressed, it may be off
    button(page, "New data").click()
    look = settled(page, quiet=1500)  # on a busy machine the last of many answers may come late
    seen = page.evaluate(PIXELS)
    assert page.locator(".kmeans-panel [role=alert]").count() == 0
    # another size and back again makes the kernel draw everything again
    for narrow in True, False:
        resize(page, narrow)
        settled(page)
    with contextlib.suppress(TimeoutError):
        page.wait_for_function(f"look => {LOOK} === look", arg=look, polling=100)
    assert other_pixels(seen, page.evaluate(PIXELS)) == 0


def other_pixels(one, another):
    """How many pixels of two pictures of one size differ."""
    return int((rgb(one) != rgb(another)).any(axis=-1).sum())


def resize(page, narrow):
    """Make the window so narrow that the curve stands below the picture, or wide again."""
    narrow_width = 700 if page.in_lab else 560  # JupyterLab has side bars
    page.set_viewport_size({"width": narrow_width if narrow else 1400, "height": 1000})
    page.wait_for_function(f"narrow => document.querySelector('{CANVAS}').clientWidth < 600 === narrow", arg=narrow, polling=50)


def rgb(url):
    """The pixels (height, width, 3) of a PNG in a data URL."""
    return np.asarray(Image.open(BytesIO(b64decode(url.partition(",")[2]))).convert("RGB"))


def test_two_lanes(page):
    pictures, both = page.locator(CANVAS.removesuffix(" canvas")), r"^K = 6\. {0}.*K = 7\. {0}"
    against = page.locator(".kmeans-panel").get_by_label("Against", exact=True)
    for mouse in False, True:
        button(page, "Compare").click() if mouse else button(page, "Compare").press("Enter")
        expect(pictures).to_have_count(2)
        says(page, r"^.* 0\. Start: .* 1\. Start: |^K = 6\. Start: ")
        against.select_option("another start") if mouse else against.press("Home")
        says(page, r"^Start seed 0\. Start: .*Start seed 1\. Start: ")
        against.select_option("another K") if mouse else against.press("ArrowDown")
        says(page, both.format("Start: "))
        button(page, "Step").click() if mouse else button(page, "Step").press("Enter")
        says(page, both.format("Update 1: "))
        expect(pictures.nth(1)).to_have_attribute("aria-label", re.compile("^K = 7. Update 1: "))
        handle(page, "Half-step").scroll_into_view_if_needed()
        if mouse:
            page.locator(".kmeans-strip svg").click(position={"x": 3, "y": 20}, force=True)
        else:
            pictures.nth(1).focus()
            page.keyboard.press("ArrowLeft")
        says(page, both.format("Start: "))
        if not mouse:
            button(page, "Compare").press("Space")
            expect(pictures).to_have_count(1)
            says(page, "^Start: ")
    first, second = (pictures.nth(i).bounding_box() for i in range(2))
    assert (first["y"], first["width"]) == (second["y"], second["width"])
    assert first["x"] + first["width"] <= second["x"], "side by side"
    try:
        page.set_viewport_size({"width": 700 if page.in_lab else 400, "height": 1000})  # JupyterLab has side bars
        page.wait_for_function(
            f"[...document.querySelectorAll('{CANVAS}')].every(canvas => canvas.clientWidth < 400)", polling=50
        )
        button(page, "Play").scroll_into_view_if_needed()
        play_y, first, second = (e.bounding_box() for e in (button(page, "Play"), pictures.nth(0), pictures.nth(1)))
        assert first["y"] + first["height"] <= second["y"], "below each other"
        assert second["y"] + second["height"] - play_y["y"] < 800, "all in view with Play"
    finally:
        button(page, "Compare").press("Space")
        expect(pictures).to_have_count(1)
        says(page, "^Start: ")
        resize(page, narrow=False)


@pytest.mark.page
def test_axe_finds_nothing_wrong_in_the_panel(page):
    fold(page, *FOLDS)
    axe = importlib.resources.files("axe_core_python") / "axe.min.js"
    page.evaluate(axe.read_text(encoding="utf-8"))
    for scheme in ("light",) if page.in_lab else ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        result = page.evaluate("axe.run(document.querySelector('.kmeans-panel'))")
        assert len(result["passes"]) > 10
        found = [f"{v['id']}: {node['html'][:200]}" for v in result["violations"] for node in v["nodes"]]
        assert found == [], scheme
    page.emulate_media(color_scheme="light")


@pytest.mark.page
def test_on_a_narrow_page_everything_wraps_and_nothing_is_clipped(page):
    resize(page, narrow=True)
    try:
        fold(page, *FOLDS)
        over = page.evaluate(
            """() => { const panel = document.querySelector(".kmeans-panel"), right = panel.getBoundingClientRect().right + 1;
                       return [...panel.querySelectorAll("button, input, select, canvas, .widget-slider, p")]
                              .filter(e => e.getBoundingClientRect().right > right).map(e => e.outerHTML.slice(0, 120)); }"""
        )
        assert over == []
        assert page.locator(CANVAS).first.bounding_box()["width"] >= NARROWEST
        tap(page, "Compare")
        tap(page, "Last")
        page.get_by_text("The run is over", exact=True).wait_for()  # so short that it would find room in the row
        page.set_viewport_size({"width": 700 if page.in_lab else 420, "height": 1000})
        settled(page)  # the page is laid out again some time after it
        boxes = "b => b.map(e => (({ top, bottom, left, right }) => ({ top, bottom, left, right }))(e.getBoundingClientRect()))"
        *four, step = page.locator(
            ".kmeans-panel button:has(~ .kmeans-step), .kmeans-step, .kmeans-step ~ button"
        ).evaluate_all(f"b => ({boxes})(b.sort((one, other) => one.matches('.kmeans-step') - other.matches('.kmeans-step')))")
        assert len(four) == 4
        assert {box["top"] for box in four} == {four[0]["top"]}, "four in a row"
        assert step["top"] >= four[0]["bottom"], "and Step below them, as wide"
        assert step["left"] == pytest.approx(min(box["left"] for box in four), abs=1)
        assert step["right"] == pytest.approx(max(box["right"] for box in four), abs=1)
        button(page, "Compare").click()
    finally:
        button(page, "Compare").click()  # two pictures are never as wide as one
        resize(page, narrow=False)


@pytest.mark.page("only")
def test_the_page_and_its_picture_are_dark_where_a_person_wants_dark_pages(page):
    corner = "c => [...c.getContext('2d').getImageData(2, 2, 1, 1).data.slice(0, 3)]"
    for scheme, ground in ("dark", [17, 17, 17]), ("light", [255, 255, 255]):
        page.emulate_media(color_scheme=scheme)
        assert soon(page, lambda ground=ground: page.locator(CANVAS).first.evaluate(corner) == ground), scheme
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb{tuple(ground)}"


@pytest.mark.page("only")
def test_the_page_asks_nothing_of_the_network_and_its_address_gives_no_token_away(page):
    base = re.match(r"http://127\.0\.0\.1:\d+/", page.url)[0]
    asked = [url for url in page.asked if not url.startswith(("data:", "blob:"))]
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith(base)] == []
    assert "token" not in page.url
    assert page.title() == "K-means"


@pytest.mark.page("only")
@pytest.mark.parametrize(("width", "height", "picture"), [(1400, 1000, 1100), (1280, 600, 850)])
def test_the_page_is_large_and_all_of_it_in_view(page, width, height, picture):
    try:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"most => document.querySelector('{CANVAS}').clientHeight <= most", arg=height - 250, polling=50)
        settled(page)
        assert page.locator(CANVAS).first.bounding_box()["width"] >= picture
        for name in "New data", "Back", "Save":
            box = button(page, name).bounding_box()
            assert box["height"] > 35, name
            assert box["y"] + box["height"] <= height, name
            seen = "([x, y]) => document.elementFromPoint(x, y)?.textContent"
            assert page.evaluate(seen, [box["x"] + 20, box["y"] + 20]) == name, "nothing is clipped"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        resize(page, narrow=False)


@pytest.mark.page
def test_the_picture_has_no_handle_to_resize_it_by(page):
    corner = "c => [...c.getContext('2d').getImageData(c.width - 3, c.height - 3, 1, 1).data]"
    assert page.locator(CANVAS).last.evaluate(corner) == [0, 0, 0, 0]


@pytest.mark.page("only")
def test_a_link_carries_a_replay_string_and_a_closed_page_ends_its_kernel(page):
    other = page.context.new_page()
    other.goto(page.url + "?replay=cats<script>alert(1)</script>")
    other.wait_for_selector(CANVAS, timeout=60_000)
    assert other.get_by_role("alert").inner_text().startswith("data set must be one of heaps, blobs, ")
    other.goto(page.url + "?replay=blobs+seed%3D2+hand=1e+16,2;0,0;1,1;2,2;3,3")  # a browser takes the + for a space
    other.wait_for_selector(CANVAS, timeout=60_000)
    says(other, "^Start: 5 centroids")
    kernel = json.loads(other.locator("#jupyter-config-data").inner_text())["kernelId"]
    answer = f"async () => (await fetch('/api/kernels/{kernel}')).status"
    assert page.evaluate(answer) == 200
    other.close(run_before_unload=True)
    page.wait_for_function(f"async () => (await fetch('/api/kernels/{kernel}')).status === 404", polling=200)


OWN = np.random.default_rng(3).normal(size=(50, 2))
# Two turns to the kernel and back: it has handled what the page had sent, and the page what the kernel had. The last fold opens
# and closes, outside of the page's flow: to lay out all of JupyterLab anew twice would take longer than the turns.
ANSWERED = """async panel => {
    const [opener, fold] = [".kmeans-opener", ".kmeans-fold"].map(name => [...panel.querySelectorAll(name)].at(-1));
    fold.style.position = "fixed";
    for (let turn = 0; turn < 2; turn++) {
        const open = fold.style.display === "none";
        opener.click();
        for (let i = 0; (fold.style.display !== "none") !== open; i++) {
            if (i === 3000) throw new Error("the panel did not answer");
            await new Promise(go => setTimeout(go, 5));
        }
    }
    fold.style.position = "";
}"""


def random_setting(walk):
    """A setting that `Setting` accepts and whose start can be drawn. One value in three or four is extreme."""

    def some(*usual, extreme):
        return walk.choice(extreme) if walk.random() < 0.3 else walk.choice(usual)

    def seed():
        return some(0, walk.randrange(1000), walk.randrange(2**31), extreme=[5_000_000_000, 2**53 + 1, walk.randrange(2**63)])

    clusters = some(walk.randint(2, 20), walk.randint(2, 20), extreme=[21, 60, 1000])
    sizes = [size for size in (3, 4, 37, 100, 101, 499, 1001, 2000) if clusters * size <= 6000]
    setting = Setting(
        data=walk.choice([*DATA_SETS, "mine"]),
        k=1,
        seed=seed(),
        start=seed(),
        way=walk.choice(["random", "plusplus"]),
        clusters=clusters,
        size=walk.choice(sizes),
        spread=some(
            round(walk.uniform(0.05, 1.5), 2), walk.uniform(0.05, 1.5), extreme=[0.285, 1e-5, walk.uniform(2, 99), 100.0]
        ),
    )
    points = setting.points(OWN)
    k = walk.randint(1, min(len(points) // 2, some(12, 20, extreme=[40])))
    if walk.random() < 0.7:
        return setting.replace(k=k)
    scale = walk.choice([1, 1, 1e-7, 1e16])
    return setting.replace(
        k=k, hand=[[scale * round(walk.gauss(0, 2), walk.choice([0, 3, 17])) for _ in points[0]] for _ in range(k)]
    )


def move_one_control(walk, panel, setting):
    """Move one control that is not at its end, by a key or a click. Returns the values of the setting that it must change."""
    uses = DATA_SETS[setting.data].uses if setting.data in DATA_SETS else ()
    moves = ["k", "start", "data", "way", "hand", "nothing", *uses]
    name = walk.choice(moves)
    labels = {"k": "K", "spread": "Spread", "size": "Points each", "clusters": "Heaps"}
    if name in labels:
        value = getattr(setting, name)
        down = value > {"k": 2, "spread": 1, "size": 500, "clusters": 15}[name]
        slider = panel.get_by_role("slider", name=labels[name], exact=True)
        slider.press("ArrowLeft" if down else "ArrowRight")
        step = (-1 if down else 1) * (0.01 if name == "spread" else 1)
        return {name: round(round(value, 2) + step, 2)} | ({"hand": None} if name == "k" else {})
    if name in ("seed", "start"):
        value, label = getattr(setting, name), {"seed": "New data", "start": "New centroids"}[name]
        if value < 2**53:
            panel.get_by_label(f"{name.replace('seed', 'data').capitalize()} seed").press("ArrowUp")
        elif value < 2**63 - 1:
            panel.get_by_role("button", name=label, exact=True).click()
        else:
            return {}
        return {name: value + 1} | ({"hand": None} if name == "start" else {})
    if name == "data":
        other = walk.choice([data for data in DATA_SETS if data != setting.data])
        panel.get_by_label("Data", exact=True).select_option(DATA_SETS[other].label)
        return {"data": other, "k": DATA_SETS[other].k, "clusters": DATA_SETS[other].clusters, "start": 0, "hand": None}
    if name == "way":
        way = "plusplus" if setting.way == "random" else "random"
        panel.get_by_label("Start from").select_option({"random": "random points", "plusplus": "k-means++"}[way])
        return {"way": way, "hand": None}
    if name == "hand":
        canvas = panel.locator(".jupyter-matplotlib-canvas-div")
        canvas.press("a")
        canvas.press("ArrowRight")
        return {"hand": ...}
    walk.choice([
        lambda: panel.get_by_role("button", name=re.compile("^Step")).click(),
        lambda: panel.get_by_role("slider", name="Half-step").press("End"),
        lambda: panel.get_by_role("slider", name="Speed").press("PageUp"),
        lambda: panel.get_by_label("Lines to centroids").press("Space"),
    ])()  # fmt: skip
    return {}


def test_random_settings_survive_being_shown_and_the_move_of_one_control(page):
    if not page.in_lab:
        pytest.skip("only a notebook shows many panels")
    walk = random.Random(15)
    settings = [random_setting(walk) for _ in range(100 if LONG else 3)]
    # a page that got the new range of a slider before its new value rounded the old one, and sent it back
    settings += map(Setting.parse, ["penguins k=5 spread=41.75570680146902", "empty-cluster k=1 spread=100.0"])
    fresh = 10 if LONG else 1
    asked = {"settings": [str(setting) for setting in settings[:fresh]], "points": OWN.tolist()}
    (page.folder / "settings.json").write_text(json.dumps(asked))
    cell = page.locator(".jp-CodeCell").nth(1)

    def shown(panel):
        return Setting.parse(panel.get_by_label("Replay", exact=True).input_value())

    def run_cell(panels):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        drawn = f"count => document.querySelectorAll('{CANVAS}').length === 2 * count"
        page.wait_for_function(drawn, arg=panels + 1, timeout=120_000, polling=100)  # ten panels, on a busy machine

    changed = set()
    run_cell(fresh)
    try:
        for i, setting in enumerate(settings):
            panel = cell.locator(".kmeans-panel").nth(min(i, fresh - 1))
            if i < fresh:
                panel.scroll_into_view_if_needed()
                panel.evaluate(FOLD, [["More settings", "See more", "Replay"], False])
            else:  # the last panel shows one after the other
                panel.get_by_label("Replay", exact=True).fill(str(setting))
                panel.get_by_label("Replay", exact=True).press("Enter")
            panel.evaluate(ANSWERED)
            assert shown(panel) == setting
            expected = move_one_control(walk, panel, setting)
            panel.evaluate(ANSWERED)
            moved = shown(panel)
            if "hand" in expected and expected["hand"] is ...:
                assert moved.hand != setting.hand
                expected["hand"] = moved.hand
            panel.evaluate(ANSWERED)  # what the page answered to that
            assert panel.get_by_role("alert").all_inner_texts() == [], setting
            assert vars(shown(panel)) == vars(setting) | expected, setting
            changed.update(name for name in vars(setting) if getattr(moved, name) != getattr(setting, name))
        assert len(changed) > (8 if LONG else 1)
    finally:
        (page.folder / "settings.json").write_text(json.dumps(asked | {"settings": []}))
        run_cell(0)
        page.locator(CANVAS).last.scroll_into_view_if_needed()


def test_a_page_reloaded_while_playing_finds_a_living_panel(page):
    button(page, "Play").click()
    if page.in_lab:
        save = page.locator(".jp-NotebookPanel-toolbar [data-jp-item-name=save]").locator("visible=true").first
        with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/panel.ipynb" in answer.url):
            save.click()  # what is not on the disk would not be there after the reload
    page.reload()
    page.wait_for_selector(CANVAS, timeout=60_000)
    page.wait_for_function("() => document.querySelector('.kmeans-sentence')?.textContent.length > 0", polling=50)
    settled(page)
    if page.in_lab:  # a page of its own begins a new run
        button(page, "First").click()
    says(page, "^Start: ")
    changes(page, lambda: button(page, "Step").click())
    says(page, "^Update 1: ")
