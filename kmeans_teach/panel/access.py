"""What ipywidgets and ipympl leave out for keyboards and screen readers, and the width that the page has for the picture."""

from pathlib import Path

import anywidget
import traitlets


class Access(anywidget.AnyWidget):
    """The panel's spoken line: shows `sentence` and has it announced; names the parts of the panel for a screen reader.

    access.js says what is mended and why. `width` is the room (CSS pixels) of the picture, told by the browser.
    """

    # its text, not its path: anywidget keeps every widget alive that has its code from a file
    _esm = (Path(__file__).parent / "access.js").read_text(encoding="utf-8")
    sentence = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int(0).tag(sync=True)
