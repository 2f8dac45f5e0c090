"""README.md, CONTRIBUTING.md, docs/start.md, CHANGELOG.md and CITATION.cff are true: what they name is there."""

import contextlib
import io
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from PIL import Image

from kmeans_teach import __main__ as launcher
from kmeans_teach import __version__

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = ["README.md", "CONTRIBUTING.md", "docs/start.md"]


def text(page):
    return (ROOT / page).read_text(encoding="utf-8")


def commands(page):
    """The lines of a page's indented blocks, without comments."""
    lines = [line.partition("  #")[0].strip() for line in text(page).splitlines() if line.startswith("    ")]
    assert lines, f"{page} shows no command"
    return lines


def tracked():
    """The files that git tracks and that are still there. Outside of a clone the test is skipped."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a clone: git lists no files")
    names = [name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()]
    assert "README.md" in names
    return [Path(name) for name in names]


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_is_a_target(page):
    wanted = {target for line in commands(page) for target in re.findall(r"^(?:\S+=\S+ )?make (\w+)", line)}
    wanted |= set(re.findall(r"`(?:\S+=\S+ )?make (\w+)`", text(page)))
    assert {"lab", "test"} <= wanted or page != "docs/start.md"
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    assert wanted
    assert wanted <= targets


def test_make_help_lists_every_target():
    targets = set(re.findall(r"^\.PHONY: (.+)$", text("Makefile"), re.MULTILINE)[0].split())
    assert set(re.findall(r"@echo 'make (\w+) ", text("Makefile"))) == targets - {"help", "setup"}


def test_every_kmeans_teach_command_is_accepted():
    lines = [
        line for page in ("README.md", "docs/start.md") for line in [*commands(page), *re.findall(r"`([^`]+)`", text(page))]
    ]
    called = [re.search(r"(?:^|(?:pipx run|uvx) .*)kmeans-teach( .+|$)|python -m kmeans_teach( .+)", line) for line in lines]
    words = [shlex.split(found[1] or found[2] or "") for found in called if found]
    assert words.count([]) == 5  # pipx and uvx, with and without a clone, and pip
    assert sum(word == ["lab"] for word in words) == 2  # in a clone: conda's and pip's
    accepted = {launcher.parser().parse_args(word or ["lab"]).command for word in words}
    assert accepted == {"lab", "panel", "copy", "check", "doctor"}
    assert PROJECT["scripts"] == {"kmeans-teach": "kmeans_teach.__main__:main"}


def test_no_command_asks_a_registry_for_the_course_which_is_not_there():
    lines = [line for page in [*PAGES, "docs/classroom.md"] for line in commands(page)]
    installs = [line for line in lines if re.search(r"pip install|pip wheel|pipx run|uvx|pipx install", line)]
    asking = [line for line in installs if "kmeans" in line or "[" in line]
    assert len(asking) >= 9
    for line in asking:
        source = re.search(
            r"\s\"?(\.(\[|$)|kmeans-teach(\[[a-z,]+\])? @ git\+https://github\.com/OWNER/kmeans_teach\")|--find-links", line
        )
        assert source, line


def test_the_six_lines_of_the_readme_print_what_it_shows():
    """The run is worked out by hand in tests/test_kmeans.py, half-step by half-step."""
    (code,), (shown,) = (
        re.findall(r"```python\n(.*?)```", text("README.md"), re.S),
        re.findall(r"```text\n(.*?)```", text("README.md"), re.S),
    )
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {})
    assert printed.getvalue() == shown


def test_the_readme_can_be_read_in_one_sitting():
    assert 70 <= len(text("README.md").splitlines()) <= 100


def test_the_conda_commands_name_the_environment_that_the_file_makes():
    assert "conda env create --file environment.yml" in commands("docs/start.md")
    name = yaml.safe_load(text("environment.yml"))["name"]
    assert f"conda activate {name}" in commands("docs/start.md")


def test_the_python_that_is_asked_for_is_the_one_that_is_needed():
    oldest = PROJECT["requires-python"].removeprefix(">=")
    for page in ("README.md", "CONTRIBUTING.md", "Makefile"):
        assert set(re.findall(r"Python (3\.\d+) or newer", text(page))) == {oldest}, page


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_every_link_within_the_repository_leads_somewhere(page):
    links = [link for link in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", text(page)) if not link.startswith("https://")]
    here = (ROOT / page).parent
    assert [link for link in links if not (here / link.partition("#")[0]).exists()] == []
    for link in links:
        name, _, heading = link.partition("#")
        headings = heading and re.findall(r"^#+ (.+)$", (here / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert not heading or heading in {title.lower().replace(" ", "-") for title in headings}


def test_every_picture_is_there_and_has_its_alternative_text():
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", text("README.md"))
    assert pictures
    for alternative, path in pictures:
        assert len(alternative) > 20
        assert (ROOT / path).is_file()


def test_the_film_at_the_top_is_a_run_step_by_step_and_quick_to_load():
    """`python tools/film.py` makes it."""
    path = ROOT / "docs" / "panel.gif"
    assert f"]({path.relative_to(ROOT).as_posix()})" in text("README.md").partition("\n## ")[0]
    assert path.stat().st_size < 400_000
    with Image.open(path) as film:
        assert 700 <= film.width <= 900
        lengths = [film.seek(frame) or film.info["duration"] for frame in range(film.n_frames)]
    rests = [length for length in lengths if length >= 500]  # the others are on the way to the next half-step
    assert len(rests) == 14  # as the alternative text says: the start, seven updates and the six times that points chose
    assert sum(lengths) < 20_000
    assert lengths[-1] == max(lengths)


def test_the_citation_is_that_of_this_version():
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert str(citation["version"]) == __version__
    assert f"{citation['license']} AND CC-BY-4.0" == PROJECT["license"]  # in CITATION.cff two licences would mean a choice
    assert "CC-BY-4.0" in citation["abstract"]
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in PROJECT["authors"]]
    assert {"message", "title"} <= citation.keys()


def test_the_newest_version_in_the_changelog_is_this_one():
    versions = re.findall(r"^## \[(\d[^]]*)\]", text("CHANGELOG.md"), re.MULTILINE)  # [Unreleased] may come before it
    assert versions
    assert versions[0] == __version__


def test_the_two_posts_are_credited():
    readme = " ".join(text("README.md").split())
    for title in ("Visualizing K-means clustering in 1D with Python", "Animating K-means clustering in 2D with matplotlib"):
        assert f"*{title}*" in readme
    assert "N. Syed" in readme
