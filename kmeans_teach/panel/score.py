"""How good a start is: its run, compared with the runs from a hundred random starts."""

import ipywidgets as w

from kmeans_teach.kmeans import KMeansND
from kmeans_teach.narrate import number, plural
from kmeans_teach.panel.controls import button, row
from kmeans_teach.panel.main_thread import in_slices, running_loop, stop

STARTS = 100
UNASKED = 50_000  # distances in a half-step, up to which a hundred runs take about a second: nobody has asked for them


def to_the_end(model):
    """`model.fit()` as a generator that yields at each half-step, so that others have their turn."""
    for step in model.steps():
        yield step
    return step


class StartScore:
    """Compares a run with those from a hundred random starts, all by the course's own functions.

    `box` holds the widgets that score a start, and `card`, at the end of a run, tells how it compares. `best` is the lowest
    inertia of the hundred, or None. `do(action)` runs an action of a person, `fail(error)` shows an error, `mark(best)` shows
    the best inertia, and `replay(setting)` shows the end of another run.
    """

    def __init__(self, run, do, fail, mark, replay):
        self._run, self._fail, self._mark, self.task, self._ends, self._ends_of = run, fail, mark, None, [], None
        self.best, self.ended = None, False
        self.button = button("Score this start", "Compare this start with Lloyd's end and with the best of 100 random starts")
        self.text, self.told = w.HTML().add_class("kmeans-told"), w.HTML()
        self.show_best = button("Show it", "Show the best of the 100 runs")
        self.box = w.VBox([row(self.button), self.text])
        self.card = row(self.told, self.show_best, display="none").add_class("kmeans-card")
        self.button.on_click(lambda _: do(self.compare))
        self.show_best.on_click(lambda _: do(replay, self._start(1 + self._ends.index(self.best))))

    def reset(self):
        """Remove the texts and stop the work: the panel shows another run."""
        if self.task is not None:
            stop(self.task)
        self.task = None
        self.button.description = "Score my eye" if self._run.setting.hand else "Score this start"
        self.text.value, self.ended, self.card.layout.display = "", False, "none"
        if self._ends_of != self._of():
            self.best = None
            self._mark(None)

    def _of(self):
        """All that the hundred runs depend on."""
        return self._run.points_of, len(self._run.player.step.centroids)

    def _start(self, i):
        return self._run.setting.replace(hand=None, way="random", start=i)

    def _hundred(self):
        """Find the ends of the hundred runs. Those of starts 1 to 100: start 0 may be one that was prepared."""
        model, of = self._run.model, self._of()
        if self._ends_of != of:
            ends = []
            for i in range(1, STARTS + 1):
                centroids = self._start(i).centroids(model.points)
                ends.append((yield from to_the_end(KMeansND(model.points, centroids, max_iter=model.max_iter))).inertia)
            self._ends_of, self._ends = of, ends
        self.best = min(self._ends)
        self._mark(self.best)

    def compare(self):
        self.reset()
        self.task = in_slices(self._work())

    def _work(self):
        try:
            end, start = (yield from to_the_end(self._run.model)), self._run.player.steps[0]
            text = f"This start: inertia {number(start.inertia)}. K-means from it ends at {number(end.inertia)}."
            self.text.value = text
            yield from self._hundred()
            if self._run.setting.hand and self.best > 0:
                self.text.value = self._by_eye(start.inertia, end.inertia)
                return
            beaten = sum(end.inertia <= other for other in self._ends)
            compared = f"This one ends as well as, or better than, {beaten} of the {STARTS}."
            self.text.value = f"{text} Best of {STARTS} random starts: {number(self.best)}. {compared}"
        except Exception as error:
            self._fail(error)

    def _by_eye(self, placed, end):
        """A sentence, with a score that a class can compare, and the replay string that gives the same."""
        best = min(self.best, end)
        more, then = (number(round(100 * (x / best - 1), 1)) for x in (placed, end))
        known = f"{more} % above the best known, {number(best)} ({STARTS} random starts and yours)"
        here = f"as you placed them, the inertia is {number(placed)}, {known}"
        there = f"K-means from there ends at {number(end)}, {then} % above"
        again = f"The same place again: <code>{self._run.setting.replace(against=None)}</code>"
        return f"<b>Your eye scores {int(100 * best / placed)} of 100</b>: {here}; {there}. {again}"

    def rest(self, ended):
        """The panel rests: at the end of a run, where the card is shown if it costs little, or elsewhere."""
        self.ended, (_, k) = ended, self._of()
        self.card.layout.display = "none"
        few = k * len(self._run.model.points) <= UNASKED
        if ended and (few or self.best is not None) and (self.task is None or self.task.done()) and running_loop():
            self.task = in_slices(self._compare_end(self._run.player.step), after=0.3)

    def _compare_end(self, end):
        try:
            yield from self._hundred()
        except ValueError:  # a start by hand may have more centroids than there are different points
            return
        as_low = sum(other <= end.inertia * (1 + 1e-9) for other in self._ends)  # but for rounding
        lower = 100 * (1 - self.best / end.inertia) if self.best < end.inertia * (1 - 1e-9) else 0
        stopped = "Settled" if end.stop == "converged" else "Stopped"
        much = number(round(lower) or round(lower, 1)) if lower >= 0.05 else "less than 0.1"
        best = f"the best ends {much} % lower." if lower else "none ends lower."
        ends = ("ends" if as_low == 1 else "end") + (" as low or lower" if lower else " as low")
        text = f"{stopped} after {plural(end.iteration, 'update')}. Of {STARTS} random starts {as_low} {ends}; {best}"
        if self._run.player.second is not None:
            other = self._run.player.second.step.inertia
            text = f"The first run: {text} It ends at inertia {number(end.inertia)}, the second at {number(other)}."
        self.told.value, self.show_best.layout.display = text, None if lower else "none"
        self.card.layout.display = None if self.ended else "none"
