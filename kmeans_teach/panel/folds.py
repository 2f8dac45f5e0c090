"""The folds of the panel that do something: predictions and saving."""

import contextlib
from base64 import b64encode
from datetime import datetime
from html import escape
from pathlib import Path
from secrets import token_hex

import ipywidgets as w
import numpy as np

from kmeans_teach.animation import WRITERS, saving
from kmeans_teach.kmeans import distances_moved
from kmeans_teach.narrate import letter
from kmeans_teach.panel.controls import at_most, button, row
from kmeans_teach.panel.main_thread import in_slices


def question(player):
    """What to ask about the step after the cursor: (text, set of right clusters, point to ring or None), or None."""
    now, after = player.step, player.peek()
    if after is None:
        return None
    if after.phase == "assign":
        changing = np.flatnonzero(after.labels != now.labels)
        # the same half-step always asks about the same point; one that changes, where there is one
        i = int(changing[len(changing) // 2]) if len(changing) else player.cursor * 7919 % len(now.labels)
        return "Which centroid will the ringed point join?", {int(after.labels[i])}, i
    moves = distances_moved(now.centroids, after.centroids)
    right = set(np.flatnonzero(moves == moves.max()).tolist()) if moves.max() > 0 else {None}
    return "Which centroid will move farthest, or none?", right, None


class Quiz:
    """Asks before each half-step. `box` holds the widgets; `right` of `asked` answers were right.

    `do(action)` runs an action of a person, `ring(i)` rings a point or none, `forward()` takes the half-step.
    """

    def __init__(self, player, do, ring, forward):
        self._player, self._ring, self._forward = player, ring, forward
        self.right, self.asked, self._question = 0, 0, None
        self.on = w.Checkbox(description="Ask me before each half-step", indent=False, tooltip="Step goes on without an answer")
        self.text, self.count = w.HTML().add_class("kmeans-told"), w.HTML().add_class("kmeans-told")
        self.answer = w.Dropdown(description="Answer", layout=w.Layout(width="200px"), disabled=True)
        self.button = button("Check and step", "Check the answer, then take the half-step", disabled=True)
        self.box = w.VBox([self.on, self.text, row(self.answer, self.button), self.count])
        self.button.on_click(lambda _: do(self.check))

    def ask(self, playing):
        """Ask the question that belongs to the cursor, and ring the point that it is about."""
        self._question, self.count.value = question(self._player) if self.on.value and not playing else None, ""
        if self.on.value:
            self._ring(self._question[2] if self._question else None)
            clusters = range(len(self._player.step.centroids))
            self.answer.options = [("choose", -1), *((letter(k), k) for k in clusters), ("none", None)]
            self.answer.value = -1
        if self._question or not self.on.value:
            self.text.value = f"<b>{self._question[0]}</b>" if self._question else ""
        elif playing:
            self.text.value = "Pause, and the next question is asked."
        else:
            over = self._player.at_end
            self.text.value = "The run is over." if over else "The next half-step takes long, or fails: press Step."
        self.answer.disabled = self.button.disabled = self._question is None

    def check(self):
        if self._question is None or self.answer.value == -1:
            raise ValueError("choose an answer first")
        right, correct = self._question[1], self.answer.value in self._question[1]
        self.asked += 1
        self.right += correct
        names = " or ".join("none" if k is None else letter(k) for k in right)
        self._forward()
        self.count.value = f"{'Right' if correct else f'Not so: it was {names}'}. {self.right} of {self.asked} right."


KINDS = {  # for each kind of file: its label, its media type, and the HTML that shows it
    ".gif": ("picture (.gif)", "image/gif", '<img src="{}" alt="the saved run" style="{}">'),
    ".html": ("page that plays (.html)", "text/html", ""),
    ".csv": ("points (.csv)", "text/csv", ""),
    ".mp4": ("video (.mp4)", "video/mp4", '<video controls src="{}" aria-label="the saved run" style="{}"></video>'),
}
SHOWN_TO = 8_000_000  # bytes: a file up to this size is put into the page, to be seen and downloaded


def new_path(folder, suffix, now):
    """A path for a file: kmeans-20261123-141502-c0ffee42.mp4. Its last digits are random: two may save in the same second."""
    return Path(folder) / f"{now:kmeans-%Y%m%d-%H%M%S}-{token_hex(4)}{suffix}"


def offer(path):
    """HTML that shows a saved file and offers it for download."""
    saved = f"Saved as <code>{escape(str(path))}</code>"
    if path.stat().st_size > SHOWN_TO:
        return f"{saved}."
    _, media_type, html = KINDS[path.suffix]
    data = f"data:{media_type};base64,{b64encode(path.read_bytes()).decode()}"
    shown = html.format(data, "max-width:480px;width:100%")
    return f'{saved} (<a download="{escape(path.name)}" href="{data}">download</a>)<br>{shown}'


class Saver:
    """Saves a run as a file in `folder`, a frame at a time. `box` holds the widgets; `path` is the last file that was saved.

    `speed` is the control of the half-steps a second; `do(action)` runs an action of a person, `fail(error)` shows an error.
    """

    def __init__(self, run, picture, speed, folder, do, fail):
        self.folder, self._run, self._picture, self._speed, self._fail = folder, run, picture, speed, fail
        self.task, self.path = None, None
        kinds = [(KINDS[suffix][0], suffix) for suffix in (*WRITERS, ".csv")]
        self.kind = w.Dropdown(options=kinds, description="Save as", layout=at_most("320px"))
        self.button = button("Save this run", "Save every half-step of this run as a frame")
        self.progress = w.IntProgress(description="Frames", layout=at_most("280px", visibility="hidden"))
        self.result = w.HTML()
        self.box = w.VBox([row(self.kind, self.button, self.progress), self.result])
        self.button.on_click(lambda _: do(self.save))

    def save(self):
        if self.task is not None and not self.task.done():
            raise ValueError("a run is being saved; wait until it is done")
        path = new_path(self.folder, self.kind.value, datetime.now())
        if path.suffix == ".csv":
            replay = self._run.save_points(path)
            again = escape(f"Panel({replay!r}, points={str(path)!r})")
            self.path, self.result.value = path, f"{offer(path)}<br>Open it again by <code>{again}</code>"
            return
        seen = {"regions": self._picture.regions, "spokes": self._picture.spokes} | self._run.axes_options
        seen |= {"glide": True, "curve": True, "dpi": 200 if path.suffix == ".html" else 100}
        frames = saving(self._run.model, path, fps=max(1, round(self._speed.value)), **seen)
        self.task = in_slices(self._work(frames, path))

    def _work(self, frames, path):
        try:
            with contextlib.closing(frames):  # a closed panel leaves no half-written file
                for done, total in frames:
                    if done:
                        self.progress.max, self.progress.value, self.progress.layout.visibility = total, done, "visible"
                    yield
            self.path, self.result.value = path, offer(path)
        except Exception as error:
            self.result.value = ""
            error.add_note(f"The run could not be saved as {path.name}.")
            self._fail(error)
        finally:
            self.progress.layout.visibility = "hidden"
