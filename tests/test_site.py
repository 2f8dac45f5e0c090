"""The pages to read: built once from this tree, without a warning, and looked at as a browser with no network would."""

import inspect
import json
import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

import kmeans_teach

ROOT = Path(__file__).parent.parent
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
LOADS = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src"), ("object", "data")}


class Page(HTMLParser):
    """What a page links to, what it loads, its pictures and its anchors."""

    def __init__(self, path):
        super().__init__()
        self.path, self.links, self.loads, self.pictures, self.anchors = path, [], [], [], set()
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, pairs):
        given = dict(pairs)
        self.anchors.add(given.get("id"))
        self.loads += [given[name] for name in ("src", "href", "data") if (tag, name) in LOADS and name in given]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img":
            self.pictures.append(given)


@pytest.fixture(scope="module")
def pages(site):
    found = {path: Page(path) for path in site.rglob("*.html")}
    assert len(found) > len(LESSONS)
    return found


def lessons(pages):
    found = [page for path, page in sorted(pages.items()) if path.parent.name == "notebooks" and path.stem in LESSONS]
    assert [page.path.stem for page in found] == LESSONS
    return found


def test_every_lesson_is_there_with_its_number_in_the_list_of_pages(site, pages):
    front = pages[site / "index.html"].text
    for lesson in lessons(pages):
        entry = re.search(rf'<a class="[^"]*" href="notebooks/{lesson.path.stem}\.html">([^<]+)</a>', front)
        assert entry, lesson.path.stem
        assert entry[1].startswith(f"{lesson.path.stem[:2]} ")


def test_what_a_reader_looks_for_is_there(site):
    for name in ("index", "api", "docs/promises", "docs/teaching", "benchmarks/RESULTS", "CHANGELOG", "CONTRIBUTING"):
        assert (site / f"{name}.html").is_file(), name


def test_every_link_within_the_site_leads_to_a_page_and_a_place_on_it(site, pages):
    checked, in_browser = 0, []
    for page in pages.values():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto"):
                continue
            target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            if target == site / "lite" / "lab" / "index.html":  # of `make lite`, which is published beside these pages
                in_browser.append(parts.query)
                continue
            assert target.is_file(), f"{page.path.name}: {link}"
            assert target.is_relative_to(site), f"{page.path.name}: {link}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].anchors, f"{page.path.name}: {link}"
            checked += 1
    assert checked > 100
    assert sorted(in_browser) == [f"path={name}.ipynb" for name in LESSONS if name[0].isdigit() and "many_machines" not in name]


def test_all_that_a_page_loads_lies_in_the_folder(site, pages):
    loaded = [(page, one) for page in pages.values() for one in page.loads if not one.startswith(("data:", "#"))]
    assert len(loaded) > len(pages)
    for page, one in loaded:
        path = urlsplit(one).path
        assert not urlsplit(one).netloc, f"{page.path.name} loads {one}"
        assert (page.path.parent / unquote(path)).is_file(), f"{page.path.name} loads {one}"


def test_no_style_sheet_loads_anything_from_the_network(site):
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert sheets
    for sheet in sheets:
        assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", sheet) == []


def test_every_picture_is_described_in_words(pages):
    pictures = [picture for page in pages.values() for picture in page.pictures]
    assert len(pictures) > len(LESSONS)
    for picture in pictures:
        words = picture.get("alt") or ""
        assert len(words.split()) >= 4, picture
        assert not re.search(r"\.(png|gif|svg|jpe?g)\b|<|object at", words), picture


def test_a_picture_of_a_lesson_has_the_alternative_text_of_its_cell(pages):
    for lesson in lessons(pages):
        notebook = json.loads((ROOT / "notebooks" / f"{lesson.path.stem}.ipynb").read_text(encoding="utf-8"))
        written = [cell["metadata"]["mystnb"]["image"]["alt"] for cell in notebook["cells"] if "mystnb" in cell["metadata"]]
        assert written
        assert {picture["alt"] for picture in lesson.pictures} >= set(written), lesson.path.stem


def test_no_answer_stands_before_its_question(pages):
    questions = [lesson.text.count("<b>Predict:</b>") for lesson in lessons(pages)]
    assert sum(questions) > 3 * len(LESSONS)
    for lesson in lessons(pages):
        assert not re.search(r'<span class="n">ask</span><span class="p">\(', lesson.text), lesson.path.stem


def test_the_player_is_there_and_asks_nothing_of_the_network(site):
    page = (site / "notebooks" / "04_generators.html").read_text(encoding="utf-8")
    player = re.search(r'<div class="kmeans-player".*?</script>\s*</div>', page, re.DOTALL)
    assert player
    assert 'data-do="play"' in player[0]
    assert "://" not in player[0]


def test_every_public_name_is_described(site, pages):
    anchors = pages[site / "api.html"].anchors
    assert {f"kmeans_teach.{name}" for name in kmeans_teach.__all__} <= anchors


def test_the_panel_is_shown_with_its_own_arguments(site):
    page = (site / "api.html").read_text(encoding="utf-8")
    shown = unescape(re.sub(r"<[^>]+>", "", re.search(r'<dt[^>]* id="kmeans_teach.Panel">.*?</dt>', page, re.DOTALL)[0]))
    for name in list(inspect.signature(kmeans_teach.Panel.__init__).parameters)[1:]:
        assert name in shown


def test_a_picture_on_another_host_becomes_its_words(site, pages):
    words = "Open the course on Binder"
    assert f"![{words}](https://" in (ROOT / "docs" / "classroom.md").read_text(encoding="utf-8")
    page = pages[site / "docs" / "classroom.html"]
    assert re.search(rf'<a [^>]*href="https://mybinder\.org/[^>]*>(<span>)?{words}<', page.text)
    assert words not in [picture.get("alt") for picture in page.pictures]


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    command = [sys.executable, ROOT / "tools" / "pages.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_what_is_pushed_to_main_is_published():
    flow = yaml.load((ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
    assert flow["on"] == {"push": {"branches": ["main"]}}
    steps = flow["jobs"]["build"]["steps"]
    commands = [step["run"] for step in steps if "run" in step]
    assert commands == ["make docs", 'make lite ARGS="--pyodide newest"'], "the first one makes the folder of both anew"
    (upload,) = [step for step in steps if step.get("uses", "").startswith("actions/upload-pages-artifact@")]
    assert upload["with"]["path"] == "site/html"
    publish = flow["jobs"]["publish"]
    assert publish["needs"] == "build"
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
    assert publish["steps"][-1]["uses"].startswith("actions/deploy-pages@")
