"""What ipywidgets and ipympl leave out for keyboards and screen readers, and the room that the page has for the picture."""

from pathlib import Path

import anywidget
import traitlets
from ipywidgets import Widget, widget_serialization


class Access(anywidget.AnyWidget):
    """The line below the picture: it shows `sentence`, and a screen reader speaks it. It also gives names to the controls.

    access.js says what it adds and why. `width` is the width (CSS pixels) that the page has for the picture on `canvas`, and
    `ratio` says how many pixels of the screen make one of them. If several pages show the panel, they belong to the page that
    was used last. `places` are those of the centroids in the picture, as shares of its width and height from
    the lower left, for a finger.
    """

    # the text of the file, not its path: anywidget never frees a widget whose code comes from a path
    _esm = (Path(__file__).parent / "access.js").read_text(encoding="utf-8")
    sentence = traitlets.Unicode().tag(sync=True)
    places = traitlets.List().tag(sync=True)
    width = traitlets.Int(0).tag(sync=True)
    ratio = traitlets.Float(1).tag(sync=True)
    canvas = traitlets.Instance(Widget, allow_none=True).tag(sync=True, **widget_serialization)
