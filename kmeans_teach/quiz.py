"""The panel's fold for predictions: a question before each half-step, and a score."""

import ipywidgets as w
import numpy as np

from kmeans_teach.controls import button, row
from kmeans_teach.lloyd import distances_moved
from kmeans_teach.narrate import letter


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
