"""The order of the tests, and which of them stay together when several processes run them.

This file lies at the top because `pytest --nbval notebooks` needs it too.
"""

import gc

import pytest

gc.disable()  # while the tests are collected, hardly anything becomes garbage

BROWSER, SITE = "tests/browser/", "tests/test_site.py"
PANEL, LITE = f"{BROWSER}test_panel_in_browser.py", f"{BROWSER}test_lite.py"


def file_of(nodeid):
    return nodeid.partition("::")[0]


def group(nodeid):
    """The tests that stay in one process, of about as many seconds as the other groups: those of a file, or what shares a
    browser and a server. The panel is tested in JupyterLab, and with fewer tests on a page of its own.
    """
    file = file_of(nodeid)
    if file == PANEL:
        return f"{PANEL} in JupyterLab" if "[lab" in nodeid else LITE
    return LITE if file == LITE else BROWSER if file.startswith((BROWSER, SITE)) else file


def rank(item):
    """What takes longest comes first, so that no process is left alone with it at the end."""
    kind = group(item.nodeid)
    if kind.startswith(BROWSER):
        return 2, kind
    return (1, kind) if kind.endswith(".ipynb") else (0, "")


def pytest_collection_modifyitems(items):
    """Keep the random order, but not for the cells of a notebook: each needs the cells above it."""
    items.sort(key=lambda item: getattr(item, "cell_num", 0))  # only a cell has a number
    items.sort(key=rank, reverse=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With `-n`, each group stays in one process."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # the order is that of rank()

    class Scheduler(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return group(nodeid)

    return Scheduler(config, log)


def pytest_collection_finish():
    """All modules are loaded now and stay: Python need not look through them for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()
