"""The folds of the panel that do something: predictions, the score of a start, and saving."""

import contextlib
from base64 import b64encode
from datetime import datetime
from html import escape
from pathlib import Path

import ipywidgets as w
import numpy as np

from kmeans_teach.animation import saving
from kmeans_teach.data import random_points
from kmeans_teach.kmeans import KMeansND, distances_moved
from kmeans_teach.narrate import letter, number
from kmeans_teach.panel.controls import button, row
from kmeans_teach.panel.main_thread import cancel, in_slices


def question(player):
    """About the step after the cursor: (text, set of right cluster numbers, point to ring or None); None at the end."""
    now, after = player.step, player.peek()
    if after is None:
        return None
    if after.phase == "assign":
        changing = np.flatnonzero(after.labels != now.labels)
        # the same half-step always asks about the same point; one that changes, where there is one
        i = int(changing[len(changing) // 2]) if len(changing) else player.cursor * 7919 % len(now.labels)
        return "Which centroid will the ringed point join?", {int(after.labels[i])}, i
    moves = distances_moved(now.centroids, after.centroids)
    if moves.max() == 0:
        return "Which centroid will move farthest, or none?", {None}, None
    return "Which centroid will move farthest, or none?", set(np.flatnonzero(moves == moves.max()).tolist()), None


class Quiz:
    """`box` holds the widgets; `right` of `asked` answers were right."""

    def __init__(self, panel):
        self.panel, self.right, self.asked, self._now = panel, 0, 0, None
        self.on = w.Checkbox(description="Ask me before each half-step", indent=False, tooltip="Step goes on without an answer")
        self.text, self.score = w.HTML(), w.HTML()
        self.answer = w.Dropdown(description="Answer", layout=w.Layout(width="200px"))
        self.button = button("Check and step", "Check the answer, then take the half-step")
        self.box = w.VBox([self.on, self.text, row(self.answer, self.button), self.score])
        self.on.observe(lambda change: panel.do(self.ask), "value")
        self.button.on_click(lambda _: panel.do(self.check))
        self._show()

    def ask(self):
        """Put the question that belongs to the cursor, ringing the point it is about."""
        idle = self.on.value and not self.panel.stage.playing
        self._now = question(self.panel.run.player) if idle else None
        if self.on.value:
            self.panel.mark(self._now[2] if self._now else None)
        self._show()

    def _show(self):
        clusters = range(len(self.panel.run.player.step.centroids))
        options = [("choose", -1), *((letter(k), k) for k in clusters), ("none", None)]
        if self.answer.options != tuple(options):
            self.answer.options = options
        self.answer.value = -1
        self.text.value = f"<b>{self._now[0]}</b>" if self._now else "The run is over." if self.on.value else ""
        self.answer.disabled = self.button.disabled = self._now is None

    def check(self):
        if self._now is None or self.answer.value == -1:
            raise ValueError("choose an answer first")
        wanted = self._now[1]
        self.asked += 1
        self.right += self.answer.value in wanted
        names = " or ".join("none" if k is None else letter(k) for k in wanted)
        said = "Right" if self.answer.value in wanted else f"Not so: it was {names}"
        self.score.value = f"{said}. {self.right} of {self.asked} right."
        self.panel.go(self.panel.run.player.forward)


STARTS = 100


class Score:
    """`box` holds the widgets; `best` is the lowest inertia of the hundred starts, once they are run."""

    def __init__(self, panel):
        self.panel, self.task, self.best, self._of = panel, None, None, None
        self.button = button("Score this start", "Compare this start with Lloyd's end and with the best of 100 random starts")
        self.text = w.HTML()
        self.box = w.VBox([row(self.button), self.text])
        self.button.on_click(lambda _: panel.do(self.run))

    def reset(self):
        """Forget what was told: the run is another one."""
        cancel(self.task)
        self.text.value = ""

    def run(self):
        self.reset()
        self.task = in_slices(self._work())

    def _work(self):
        try:
            model = self.panel.run.model
            start, k = next(model.steps()), len(model.centroids)
            end = model.fit()
            told = f"This start: inertia {number(start.inertia)}. K-means from it ends at {number(end.inertia)}."
            self.text.value = told
            yield
            run = (self.panel.run.setting.but(hand=None, k=k, start=0, way="random"), k)  # all that the hundred depend on
            if self._of != run:
                ends = []
                for i in range(STARTS):
                    centroids = random_points(model.points, k, np.random.default_rng([i, 1]))
                    ends.append(KMeansND(model.points, centroids, max_iter=model.max_iter).fit().inertia)
                    self.text.value = f"{told} Best of {i + 1} random starts: {number(min(ends))}."
                    yield
                self._of, self.best, self._ends = run, min(ends), ends
            beaten = sum(end.inertia <= other for other in self._ends)
            compared = f"This one ends as well as, or better than, {beaten} of the {STARTS}."
            self.text.value = f"{told} Best of {STARTS} random starts: {number(self.best)}. {compared}"
        except Exception as error:
            self.panel.fail(error)


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
