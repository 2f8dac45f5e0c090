"""The browser tests come last."""

import pytest


@pytest.hookimpl(trylast=True)  # after pytest-randomly has shuffled
def pytest_collection_modifyitems(items):
    # Playwright keeps an event loop running from the first page on, in which no other test can run its own
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
