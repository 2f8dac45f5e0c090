"""What depends on the version of ipywidgets: its open widgets, which have no public name, and what version 7 cannot do."""

from importlib.util import find_spec

import pytest

try:
    from ipywidgets.widgets.widget import _instances as open_widgets
except ImportError:  # ipywidgets 7
    from ipywidgets import Widget

    open_widgets = Widget.widgets

why = "before ipywidgets 8, a message needs a kernel (tests/panel/test_kernel.py has one), and a text has no tooltip"
ipywidgets_8 = pytest.mark.skipif(find_spec("comm") is None, reason=why)

__all__ = ["ipywidgets_8", "open_widgets"]
