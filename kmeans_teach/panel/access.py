"""What ipywidgets and ipympl leave out for keyboards and screen readers, and the width that the page has for the picture."""

from pathlib import Path

import anywidget
import traitlets


class Access(anywidget.AnyWidget):
    """The line below the picture: it shows `sentence`, and a screen reader speaks it. It also gives names to the controls.

    access.js says what it adds and why. `width` is the width (CSS pixels) that the page has for the picture.
    """

    # the text of the file, not its path: anywidget never frees a widget whose code comes from a path
    _esm = (Path(__file__).parent / "access.js").read_text(encoding="utf-8")
    sentence = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int(0).tag(sync=True)
