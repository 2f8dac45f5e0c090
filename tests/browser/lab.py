"""A real JupyterLab on loopback and a real Chromium, for tests and for the benchmark of the panel."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

import nbformat
from nbformat.reader import NotJSONError
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
INDICATOR = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator"
CHROMIUM_FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # there is no network
]


def chromium_path():
    """Debian's Chromium (or another one on the path), or None, for Playwright's own."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def wait_for_port(address):
    """JupyterLab gives its address a moment before it listens there."""
    host, port = address.removeprefix("http://").split(":")
    for _ in range(200):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection((host, int(port)), timeout=5):
            return
        time.sleep(0.05)
    raise RuntimeError(f"nobody listens at {address}")


@contextlib.contextmanager
def launched(folder, *words, program="kmeans_teach", without=()):
    """Start `kmeans-teach` (or another module) with these words in a folder; yields (url of the server, token).

    `without` are extensions of JupyterLab that are not used.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT), "JUPYTER_PLATFORM_DIRS": "1"}
    with tempfile.TemporaryDirectory() as home:
        settings = Path(home, "labconfig", "page_config.json")
        settings.parent.mkdir()
        settings.write_text(json.dumps({"disabledExtensions": dict.fromkeys(without, True)}))
        environment |= {"JUPYTER_CONFIG_DIR": home, "JUPYTER_DATA_DIR": home, "JUPYTER_RUNTIME_DIR": home}
        # Jupyter looks for a free port, and listens there later: of two servers that start together, one would get the other's
        port = 8900 + 100 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        command = [sys.executable, "-m", program, *words, "--no-browser", f"--port={port}"]
        server = subprocess.Popen(
            command, cwd=folder, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True, env=environment
        )
        reader = threading.Thread(target=deque, args=(server.stdout, 0), daemon=True)
        try:
            for line in server.stdout:
                found = re.search(r"(http://127\.0\.0\.1:\d+)/\S*[?&]token=(\w+)", line)
                if found:
                    break
            else:
                raise RuntimeError("the server ended before it gave its address")
            # a pipe that nobody reads would fill up and stop the server
            reader.start()
            wait_for_port(found[1])
            yield found.groups()
        finally:
            server.terminate()
            server.wait(60)  # on a busy machine it takes many seconds to end its kernels
            if reader.ident:
                reader.join(20)
            server.stdout.close()  # else it is collected open, and pytest turns that warning into an error


def lab(folder):
    """Serve a folder as `kmeans-teach lab` does."""
    return launched(folder, "lab", str(folder))


@contextlib.contextmanager
def chromium():
    """A browser with an empty profile."""
    arguments = CHROMIUM_FLAGS + (["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


def still(context):
    """Nothing turns or fades in the pages of this context: each frame of a kernel's spinner takes time."""
    style = "*, ::before, ::after { animation: none !important; transition: none !important; }"
    context.add_init_script(
        f"""addEventListener("DOMContentLoaded", () => {{
            document.head.append(Object.assign(document.createElement("style"), {{ textContent: "{style}" }}));
        }});"""
    )
    return context


@contextlib.contextmanager
def kernel_connected(page):
    """Wait, after the block that opens a notebook, until its kernel is connected and idle."""
    # the page says "idle" before it has a kernel, and a Run All that early stops after one cell: wait for the kernel's socket
    with page.expect_websocket(lambda socket: "/channels" in socket.url, timeout=90_000):
        yield
    with contextlib.suppress(Late):  # a quick kernel has been through this already
        page.wait_for_selector(f'{INDICATOR}:not([data-status="idle"])', state="attached", timeout=2_000)
    page.wait_for_selector(f'{INDICATOR}[data-status="idle"]', state="attached", timeout=60_000)


def open_notebook(window, address, name, width=1400, height=1000):
    """A page of a browser or of a context with the notebook open, its kernel connected, and nothing run."""
    base, token = address
    page = window.new_page()
    if width:
        page.set_viewport_size({"width": width, "height": height})
    with kernel_connected(page):
        page.goto(f"{base}/lab/tree/{name}?reset&token={token}")
    return page


def open_by_double_click(page, name):
    """Open one more notebook in a page, from the list at its left, as learners do."""
    with kernel_connected(page):
        page.locator(".jp-DirListing-item", has_text=name).dblclick()


def run_all(page, path):
    """Run All by its menu; wait until every code cell of the file has run, and return the notebook as it was saved then.

    Asked of the file, because a page holds only the cells that are near the view.
    """
    page.locator(".lm-MenuBar-item", has_text=re.compile("^Run$")).click()
    page.locator(".lm-Menu-item", has_text=re.compile("^Run All Cells")).first.click()
    for _ in range(300):
        page.wait_for_timeout(300)
        if page.locator(INDICATOR).get_attribute("data-status") != "idle":  # to write and read the file takes long
            continue
        page.keyboard.press("Control+s")
        try:
            notebook = nbformat.read(path, as_version=4)
        except NotJSONError:  # it is being written
            continue
        if all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code"):
            return notebook
    raise TimeoutError(f"{path.name} did not run to its end")
