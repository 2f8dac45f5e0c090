"""The browser tests come last; and the site is built once for all who look at it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.hookimpl(trylast=True)  # after pytest-randomly has shuffled
def pytest_collection_modifyitems(items):
    # Playwright keeps an event loop running from the first page on, in which no other test can run its own
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def untracked():
    """Files that git does not follow, ignored ones included; outside of a clone, nothing."""
    command = ["git", "status", "--porcelain", "--ignored"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site, in which a warning would be an error."""
    folder, before = tmp_path_factory.mktemp("a site"), untracked()
    command = [sys.executable, ROOT / "tools" / "pages.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert untracked() == before, "the build left something in the tree"
    return folder / "html"
