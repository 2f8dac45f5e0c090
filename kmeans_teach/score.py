"""The panel's fold for the score of a start: against Lloyd from there, and against the best of a hundred random starts."""

import ipywidgets as w
import numpy as np

from kmeans_teach.controls import button, row
from kmeans_teach.data import random_points
from kmeans_teach.live import cancel, in_slices
from kmeans_teach.lloyd import KMeansND
from kmeans_teach.narrate import number

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
