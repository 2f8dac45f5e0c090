"""The panel's fold for saving: a file of the present run, made while the panel goes on."""

import contextlib
from base64 import b64encode
from datetime import datetime
from html import escape
from pathlib import Path

import ipywidgets as w

from kmeans_teach.animation import saving
from kmeans_teach.controls import button, row
from kmeans_teach.live import in_slices

KINDS = [("video (.mp4)", ".mp4"), ("picture (.gif)", ".gif"), ("page that plays (.html)", ".html")]
TYPES = {".mp4": "video/mp4", ".gif": "image/gif", ".html": "text/html"}
SHOWN_TO = 8_000_000  # bytes up to which the file is put into the page, to be seen and downloaded


def free_name(folder, suffix, now):
    """A name in the folder that is not taken: kmeans-20261123-141502.mp4."""
    stem = now.strftime("kmeans-%Y%m%d-%H%M%S")
    names = (f"{stem}{'' if n == 1 else f'-{n}'}{suffix}" for n in range(1, 1000))
    return next(path for path in (Path(folder) / name for name in names) if not path.exists())


def offer(path):
    """HTML that shows a saved file and lets it be downloaded."""
    name = escape(path.name)
    if path.stat().st_size > SHOWN_TO:
        return f"Saved as <code>{escape(str(path))}</code>."
    data = f"data:{TYPES[path.suffix]};base64,{b64encode(path.read_bytes()).decode()}"
    shown = {
        ".mp4": f'<video controls src="{data}" style="max-width:480px;width:100%" aria-label="the saved run"></video>',
        ".gif": f'<img src="{data}" style="max-width:480px;width:100%" alt="the saved run">',
        ".html": "",
    }[path.suffix]
    return f'Saved as <code>{escape(str(path))}</code> (<a download="{name}" href="{data}">download</a>)<br>{shown}'


class Saver:
    """`box` holds the widgets; `save()` begins, one frame at a time; `path` is the last file, `task` the work under way."""

    def __init__(self, panel):
        self.panel, self.task, self.path, self._busy = panel, None, None, False
        self.kind = w.Dropdown(options=KINDS, description="Save as", layout=w.Layout(width="280px", max_width="100%"))
        self.button = button("Save this run", "Save every half-step of this run as a frame")
        self.progress = w.IntProgress(
            description="Frames", layout=w.Layout(width="280px", max_width="100%", visibility="hidden")
        )
        self.result = w.HTML()
        self.box = w.VBox([row(self.kind, self.button, self.progress), self.result])
        self.button.on_click(lambda _: panel.do(self.save))

    def save(self):
        if self._busy:
            raise RuntimeError("a run is being saved; wait until it is done")
        path = free_name(self.panel.folder, self.kind.value, datetime.now())
        look = self.panel.run.look
        frames = saving(self.panel.run.model, path, fps=max(1, round(self.panel.controls.speed.value)), **look)
        self._busy = True
        self.task = in_slices(self._work(frames, path))

    def _work(self, frames, path):
        try:
            with contextlib.closing(frames):  # a closed panel leaves no half-written file
                for done, total in frames:
                    self.progress.max, self.progress.value, self.progress.layout.visibility = total, done, "visible"
                    yield
            self.path, self.result.value = path, offer(path)
        except Exception as error:
            self.result.value = ""
            self.panel.fail(OSError(f"the run could not be saved as {path.name}: {error}"))
        finally:
            self._busy = False
            self.progress.layout.visibility = "hidden"
