"""A browser and a lab for the browser tests, and one line when there is no browser."""

import os

import pytest

from tests.browser.lab import chromium, chromium_path, copy_notebooks, lab

HOW = "browser tests left out: no Chromium here; get one with `apt install chromium` or `.venv/bin/playwright install chromium`"
MISSING = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def browser(pytestconfig):
    try:
        with chromium() as browser:
            yield browser
    except Exception as error:
        if chromium_path() or "Executable doesn't exist" not in str(error):
            raise
        pytestconfig.stash[MISSING] = True
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(HOW)
        pytest.skip(HOW)


@pytest.fixture(scope="session")
def course(tmp_path_factory, browser):
    """The address of a lab that serves a copy of the course, and the folder of the copy."""
    folder = tmp_path_factory.mktemp("a course")  # with a space, as folders have
    copy_notebooks(folder)
    with lab(folder) as address:
        yield address, folder


def pytest_terminal_summary(terminalreporter, config):
    if config.stash.get(MISSING, False):
        terminalreporter.write_line(HOW, yellow=True)
