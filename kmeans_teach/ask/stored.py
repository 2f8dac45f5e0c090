"""A widget that leaves something to read on a page without a kernel."""

import sys
from base64 import b64encode
from html import escape
from importlib.resources import files

from IPython import get_ipython
from IPython.display import display


class Stored:
    """A widget that leaves `stored()`, a bundle of MIME types, to a page without a kernel or without widgets.

    JupyterLab says "model not found" for a lost widget, whatever else is in its output (ipympl issue 473): so there are two. A
    program that runs a notebook has nobody who could answer input(), and gets one output, always the same.
    """

    def _ipython_display_(self):
        stored, shell = self.stored(), get_ipython()
        view = {"application/vnd.jupyter.widget-view+json": {"version_major": 2, "version_minor": 0, "model_id": self.model_id}}
        cell = shell.get_parent() if hasattr(shell, "get_parent") else {}
        if not (cell.get("content", {}).get("allow_stdin") or sys.platform == "emscripten"):
            return display(stored | view, raw=True)
        self.add_class("kmeans-live")
        handle = display(as_page(stored), raw=True, display_id=True)
        display(view | {"text/plain": ""}, raw=True)
        return handle

    def close(self):
        """Close this widget and every widget inside it."""
        close_inside(self)
        super().close()


def as_page(stored):
    """What is stored of a widget as text and as a part of a page, where a picture has its text as the alternative."""
    text, png = stored["text/plain"], b64encode(stored.get("image/png", b"")).decode()
    html = stored.get("text/html", f'<img alt="{escape(text)}" src="data:image/png;base64,{png}">')
    page = (files("kmeans_teach") / "assets" / "stored.html").read_text(encoding="utf-8")
    return {"text/plain": text, "text/html": page.replace("@shown@", html)}


def close_inside(box):
    """Close all widgets in a box, and the layouts and styles of these and of the box."""
    for widget in getattr(box, "children", ()):
        widget.close()
        widget.unobserve_all()
        close_inside(widget)
    for name in "layout", "style":
        if hasattr(box, name):
            getattr(box, name).close()
