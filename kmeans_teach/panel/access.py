"""The strip and the line below the picture, what ipywidgets and ipympl leave out, and what the page has for the picture."""

from pathlib import Path

import anywidget
import traitlets
from ipywidgets import Widget, widget_serialization


class Access(anywidget.AnyWidget):
    """The strip below the picture, which is the scrubber, and a line with `sentence`. A screen reader speaks
    that, too, at most once in a second.

    The strip shows the inertia of each recorded half-step, whether the run is `over` at the last, and the `best` inertia that
    is known, or None. A person who moves it sets `cursor`. access.js says what else it adds and why.

    Where two runs are shown, `names` are their names, and the strip, the line and the second canvas have the `other_...` ones.

    `width` is the width (CSS pixels) that the page has for the picture on `canvas`, `height` is that of the window, and `ratio`
    says how many pixels of the screen make one of them. `dark`: are its letters light? `still`: does a person want no motion?
    If several pages show the panel, all these are of the page that was used last. `places` are those of the centroids in the
    picture, as shares of its width and height from the lower left, for a finger; with a `brush` it acts
    anywhere in the picture.
    """

    # the text of the file, not its path: anywidget never frees a widget whose code comes from a path
    _esm = "\n".join(
        (Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("strip.js", "canvas.js", "access.js")
    )
    cursor = traitlets.Int(0).tag(sync=True)
    inertias = traitlets.List([0.0]).tag(sync=True)
    best = traitlets.Float(None, allow_none=True).tag(sync=True)
    over = traitlets.Bool(False).tag(sync=True)
    sentence = traitlets.Unicode().tag(sync=True)
    names = traitlets.List().tag(sync=True)
    other_inertias = traitlets.List().tag(sync=True)
    other_sentence = traitlets.Unicode().tag(sync=True)
    second_canvas = traitlets.Instance(Widget, allow_none=True).tag(sync=True, **widget_serialization)
    brush = traitlets.Bool(False).tag(sync=True)
    places = traitlets.List().tag(sync=True)
    width = traitlets.Int(0).tag(sync=True)
    height = traitlets.Int(0).tag(sync=True)
    ratio = traitlets.Float(1).tag(sync=True)
    dark = traitlets.Bool(False).tag(sync=True)
    still = traitlets.Bool(False).tag(sync=True)
    canvas = traitlets.Instance(Widget, allow_none=True).tag(sync=True, **widget_serialization)
