"""What access.js speaks, on an empty page with a clock of our own; and a saved run's page by its keys."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from kmeans_teach.animation import save
from kmeans_teach.kmeans import KMeansND
from kmeans_teach.panel.access import Access

pytestmark = pytest.mark.browser

# a page with a model that is no widget: `tell` sets its sentence, and `spoken` gets what the live region says, and when
READY = """async code => {
  const { default: access } = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  document.body.innerHTML = '<div class="kmeans-panel"><div></div></div>';
  const el = document.querySelector("div > div"), state = { sentence: "Start.", inertias: [], canvas: null }, listeners = {};
  const model = { get: name => state[name], set: () => {}, save_changes: () => {}, off: () => {},
                  on: (names, f) => names.split(" ").forEach(name => (listeners[name] ??= []).push(f)) };
  window.end = access.render({ model, el });
  const voice = document.querySelector("[aria-live=polite]");
  window.spoken = [[performance.now(), voice.textContent]];
  setInterval(() => {
    if (voice.textContent !== spoken.at(-1)[1]) spoken.push([performance.now(), voice.textContent]);
  }, 1);
  window.tell = sentence => { state.sentence = sentence; listeners["change:sentence"].forEach(f => f()); };
  window.play = (i, last) => {
    const timer = setInterval(() => { tell(`Half-step ${i++}.`); if (i > last) clearInterval(timer); }, 32);
  };
}"""


def test_at_most_one_sentence_in_a_second_is_spoken_and_the_last_one_always(browser):
    page = browser.new_page()
    try:
        page.clock.install(time=0)
        page.clock.pause_at(1000)  # from here on, time passes in run_for alone
        page.evaluate(READY, Access._esm)
        page.clock.run_for(5000)
        assert [text for _, text in page.evaluate("spoken")] == [""], "nothing is spoken before something changes"
        page.evaluate("play(1, 150)")  # 4.8 seconds
        page.clock.run_for(6000)
        (_, *spoken), shown = page.evaluate("spoken"), page.locator(".kmeans-sentence").text_content()
        times, texts = zip(*spoken, strict=True)
        assert 5 <= len(texts) <= 6
        assert all(after - before >= 1000 for before, after in pairwise(times))
        assert texts[0] == "Half-step 1.", "at once"
        assert texts[-1] == shown == "Half-step 150."
        page.clock.run_for(9000)
        assert page.evaluate("spoken.at(-1)[1]") == "", "who reads the page finds each sentence once"
        page.evaluate("tell('A click on a point.')")
        page.clock.run_for(20)
        assert page.evaluate("spoken.at(-1)[1]") == "A click on a point."
        page.evaluate("tell('And then the page is closed.'); end()")
        page.clock.run_for(3000)
        assert page.evaluate("spoken.at(-1)[1]") == "A click on a point."
    finally:
        page.close()


def test_a_saved_page_is_played_by_keys_glides_and_is_crisp(browser, tmp_path):
    points = [[3, 3], [4, 3], [4, 2], [9, 2], [5, 1], [6, 2], [9, 4], [5, 2], [5, 4], [7, 4], [6, 5]]
    path = save(KMeansND(points, points[:3]), tmp_path / "run.html", fps=5, dpi=200)
    context = browser.new_context(viewport={"width": 700, "height": 800}, device_scale_factor=2)
    try:
        page, errors = context.new_page(), []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path.as_uri())
        said, discs, scrubber = page.locator(".kmeans-said"), page.locator(".kmeans-frame i"), page.get_by_role("slider")
        page.evaluate("window.seen = []; new MutationObserver(all => all.forEach(one => seen.push(one.addedNodes.length)))"
                      ".observe(document.querySelector('.kmeans-frame'), { childList: true })")  # fmt: skip
        for key, words, at in [
            ("ArrowRight", "Update 1:", 1), ("ArrowRight", "Assign 1:", 2), ("ArrowLeft", "Update 1:", 1), 
            ("End", "Update 3:", 5), ("Home", "Start:", 0),
        ]:  # fmt: skip
            page.keyboard.press(key)
            expect(said).to_have_text(re.compile(f"^{words}"))
            expect(scrubber).to_have_value(str(at))
        moved = page.evaluate("seen.filter(added => added).length")
        assert moved == 2, "two centroids moved in the first update; Back, Home and End jump"
        expect(discs).to_have_count(0)
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        assert said.get_attribute("aria-live") == "off", "while it plays, nothing is spoken"
        expect(said).to_have_text(re.compile("converged"), timeout=10_000)
        expect(said).to_have_attribute("aria-live", "polite")
        width = page.locator("img").evaluate("img => [img.naturalWidth, img.clientWidth]")
        assert width == [1280, 640], "a pixel of the file for each of the screen"
        page.emulate_media(reduced_motion="reduce")
        page.keyboard.press("Home")
        page.evaluate("seen.length = 0")
        page.keyboard.press("ArrowRight")
        expect(said).to_have_text(re.compile("^Update 1:"))
        assert page.evaluate("seen.length") == 0, "where a person wants no motion, it jumps"
        assert errors == []
    finally:
        context.close()
