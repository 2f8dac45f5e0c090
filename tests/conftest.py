"""The site, built once for all tests that read it, and the lines that tests print at the end."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in a shell's background; the tests raise Interrupts
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
CACHES = ("__pycache__/", ".hypothesis/", ".pytest_cache/", ".ruff_cache/")


def untracked():
    """Files that git does not track, including ignored ones. Outside of a clone there are none."""
    command = ["git", "status", "--porcelain", "--ignored"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    # other tests may write caches at the same time
    return [line for line in lines if line.startswith(("??", "!!")) and not line.endswith(CACHES)]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site. A warning while it is built is an error."""
    folder, before = tmp_path_factory.mktemp("a site"), untracked()
    command = [sys.executable, ROOT / "tools" / "pages.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert untracked() == before, "the build left something in the tree"
    return folder / "html"


def pytest_terminal_summary(terminalreporter):
    """Print what passed tests recorded as "at the end", in whichever process they ran."""
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "at the end":
                terminalreporter.write_line(text)
