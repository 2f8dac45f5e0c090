"""All widgets that are open in this process, by their ids. ipywidgets has no public name for them."""

try:
    from ipywidgets.widgets.widget import _instances as open_widgets
except ImportError:  # ipywidgets 7
    from ipywidgets import Widget

    open_widgets = Widget.widgets

__all__ = ["open_widgets"]
