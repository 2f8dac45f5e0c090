"""What access.js speaks, on an empty page with a clock of our own."""

from itertools import pairwise

from kmeans_teach.panel.access import Access

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
