"""The site as a browser shows it, from a folder and with no network."""

import os

import pytest

pytestmark = pytest.mark.browser
PAGES = ["index", "notebooks/04_generators", "notebooks/06_bad_starts", "api", "docs/teaching", "benchmarks/RESULTS"]


@pytest.fixture
def page(browser):
    """A page that is offline, and that is asserted to have met no error."""
    context = browser.new_context(offline=True)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: wrong.append(request.url))
    yield page
    context.close()
    assert wrong == []


@pytest.mark.parametrize("width", [1400, 700] if os.environ.get("LONG") == "1" else [700])
def test_a_page_fits_its_window_and_every_picture_of_it_is_drawn(page, site, width):
    page.set_viewport_size({"width": width, "height": 1000})
    pictures = 0
    for name in PAGES:
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)"), name
        pictures += page.evaluate("document.images.length")
    assert pictures > len(PAGES)


def test_the_player_plays_from_a_file(page, site):
    page.goto((site / "notebooks" / "04_generators.html").as_uri())
    player = page.locator(".kmeans-player")
    assert player.locator("p").inner_text().startswith("start, inertia ")
    player.get_by_role("button", name="Step").click()
    assert player.locator("p").inner_text().startswith("update, inertia ")
    player.locator("input").fill("8")
    player.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('.kmeans-player input').value === '11'", polling=50)
    assert player.locator("p").inner_text() == "update, inertia 163"
    assert player.locator("img").get_attribute("alt") == "This picture shows: update, inertia 163"


def test_the_search_finds_words_without_a_server(page, site):
    page.goto((site / "index.html").as_uri())
    page.get_by_placeholder("Search").fill("Arthur")
    page.keyboard.press("Enter")
    page.wait_for_selector("ul.search a")
    assert "06_bad_starts" in page.locator("ul.search a").first.get_attribute("href")
