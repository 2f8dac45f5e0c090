"""The panel: sliders and buttons that set up a K-means run, and one animation that plays it."""

from importlib import import_module

__all__ = ["Panel", "Player"]
_HOME = {"Panel": "panel", "Player": "player"}  # loaded on first use: a run can be had without any widget


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
