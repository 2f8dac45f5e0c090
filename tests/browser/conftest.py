"""A browser and a lab for all browser tests, and one line at the end when there is no browser."""

import os

import pytest

from kmeans_teach.commands import copy_course
from tests.browser.lab import chromium, chromium_path, lab, still

HOW = "browser tests left out: no Chromium here; get one with `apt install chromium` or `.venv/bin/playwright install chromium`"


# not for the whole session: as long as Playwright is there, no other test of this process can run an event loop of its own
@pytest.fixture(scope="package")
def browser():
    try:
        with chromium() as browser:
            yield browser
    except Exception as error:
        if chromium_path() or "Executable doesn't exist" not in str(error):
            raise
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(HOW)
        pytest.skip(HOW)


@pytest.fixture(scope="package")
def window(browser):
    """For the pages of the lab, one after the other: what the first has loaded and compiled, the next ones need not."""
    context = still(browser.new_context())
    yield context
    context.close()


@pytest.fixture(scope="package")
def course(tmp_path_factory, browser):
    """The address of a lab that serves a copy of the course, and the folder of the copy."""
    folder = tmp_path_factory.mktemp("a course")  # with a space, as folders have
    copy_course.copy(folder)
    with lab(folder) as address:
        yield address, folder


def pytest_terminal_summary(terminalreporter):
    if any(HOW in str(report.longrepr) for report in terminalreporter.getreports("skipped")):
        terminalreporter.write_line(HOW, yellow=True)
