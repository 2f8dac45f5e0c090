"""The order of the tests, and which of them stay together when several processes run them.

This file lies at the top because `pytest --nbval notebooks` needs it too.
"""

import gc

import pytest

BROWSER, SITE = "tests/browser/", "tests/test_site.py"
LONGEST = (f"{BROWSER}test_panel_in_browser.py", f"{BROWSER}test_lite.py")


def file_of(nodeid):
    return nodeid.partition("::")[0]


def rank(item):
    """What takes longest comes first, so that no process is left alone with it at the end."""
    file = file_of(item.nodeid)
    if file.startswith(BROWSER):
        return 3, file * (file in LONGEST)
    if file == SITE:
        return 2, ""
    return (1, file) if file.endswith(".ipynb") else (0, "")


def pytest_collection_modifyitems(items):
    """Keep the random order, but not for the cells of a notebook: each needs the cells above it."""
    items.sort(key=lambda item: getattr(item, "cell_num", 0))  # only a cell has a number
    items.sort(key=rank, reverse=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With `-n`, each file stays in one process. The panel's in the browser has one for itself; all others that need a
    browser or the site share another.
    """
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # the order is that of rank()

    class Scheduler(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = file_of(nodeid)
            return BROWSER if file.startswith((BROWSER, SITE)) and file != LONGEST[0] else file

    return Scheduler(config, log)


def pytest_collection_finish():
    """All modules are loaded now and stay: Python need not look through them for garbage again and again."""
    gc.collect()
    gc.freeze()
