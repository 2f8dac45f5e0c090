"""The browser tests come last; the site is built once for all who look at it; what a test has to tell is told at the end."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CACHES = ("__pycache__/", ".hypothesis/", ".pytest_cache/", ".ruff_cache/")


@pytest.hookimpl(trylast=True)  # after pytest-randomly has shuffled
def pytest_collection_modifyitems(items):
    # Playwright keeps an event loop running from the first page on, in which no other test can run its own
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def untracked():
    """Files that git does not follow, ignored ones included; outside of a clone, nothing."""
    command = ["git", "status", "--porcelain", "--ignored"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    return [line for line in lines if not line.endswith(CACHES)]  # other tests may write those meanwhile


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site, in which a warning would be an error."""
    folder, before = tmp_path_factory.mktemp("a site"), untracked()
    command = [sys.executable, ROOT / "tools" / "pages.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert untracked() == before, "the build left something in the tree"
    return folder / "html"


def pytest_terminal_summary(terminalreporter):
    """Print what passed tests have recorded as "told", also where they ran in another process."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "told":
                terminalreporter.write_line(text)
