"""A panel without its widgets: a setting, the run that it makes, and a cursor over the steps of the run."""

import time
from itertools import islice
from pathlib import Path

import numpy as np

from kmeans_teach.data import DATA_SETS, read_points
from kmeans_teach.inputs import as_table
from kmeans_teach.kmeans import KMeansND, Step, assign_points, update_centroids
from kmeans_teach.panel.setting import Setting


class Player:
    """Walks back and forth over the steps of a model; `step` is the one under the cursor, `farthest` the last one looked at.

    An error in a learner's function leaves the cursor where it is, and the next attempt runs that function again.
    """

    def __init__(self, model: KMeansND):
        self.load(model)

    def load(self, model: KMeansND):
        """Take another run and stand at its start. If its first step fails, the run before stays."""
        stream = model.steps()
        first = next(stream)
        self.model, self.steps, self.cursor, self.farthest, self._stream = model, [first], 0, 0, stream

    @property
    def step(self) -> Step:
        return self.steps[self.cursor]

    @property
    def recorded_all(self) -> bool:
        return self.steps[-1].stop is not None

    @property
    def at_end(self) -> bool:
        return self.step.stop is not None

    def record(self) -> bool:
        """Add one more step to the record; False if the run is over."""
        if self.recorded_all:
            return False
        if self._stream is None:  # it failed before: run again up to where it failed
            self._stream = islice(self.model.steps(), len(self.steps), None)
        try:
            self.steps.append(next(self._stream))
        except BaseException:
            self._stream = None  # a generator that has raised is used up
            raise
        return True

    def peek(self) -> Step | None:
        """The step after the cursor, or None at the end; the cursor stays."""
        if self.at_end or (self.cursor + 1 == len(self.steps) and not self.record()):
            return None
        return self.steps[self.cursor + 1]

    def seek(self, cursor: int) -> Step:
        """Put the cursor on a step by its number, as near as the run allows."""
        while len(self.steps) <= cursor and self.record():
            pass
        self.cursor = max(0, min(int(cursor), len(self.steps) - 1))
        self.farthest = max(self.farthest, self.cursor)
        return self.step

    def forward(self) -> bool:
        """One step on; False, and no move, at the end."""
        if self.at_end:
            return False
        self.seek(self.cursor + 1)
        return True

    def back(self) -> bool:
        """One step back; False, and no move, at the start."""
        if self.cursor == 0:
            return False
        self.cursor -= 1
        return True

    def first(self) -> Step:
        return self.seek(0)

    def last(self) -> Step:
        while self.record():
            pass
        return self.seek(len(self.steps) - 1)


NEW_START = {"data", "k", "way", "start"}  # changes that put aside centroids placed by hand
AHEAD = 20_000_000  # labels recorded ahead of the cursor, at most: 160 MB


class Run:
    """`setting` is the single truth of what is run, `player` of where in the run we are.

    Every change makes a new `KMeansND` and stands at its start; on an error all stays as it was.
    """

    def __init__(
        self,
        setting=None,
        *,
        points=None,
        columns=(0, 1),
        names=None,
        assign=assign_points,
        update=update_centroids,
        max_iter=300,
    ):
        if isinstance(points, (str, Path)):
            points, names = read_points(points, names), None  # the frame has the names
        self.own = None if points is None else as_table(points, "points")
        self._own_names = names or [str(name) for name in getattr(points, "columns", [])] or None
        self.columns, self.options = columns, {"assign": assign, "update": update, "max_iter": max_iter}
        self._points_of = None  # (what the points depend on, the points)
        self._own_k = 3 if points is None else min(3, len(np.unique(self.own, axis=0)))  # a start is of different points
        self.setting = read(setting or ("blobs" if points is None else f"mine k={self._own_k}"))
        self.player = Player(self._model(self.setting, self.options))

    @property
    def model(self) -> KMeansND:
        return self.player.model

    @property
    def look(self) -> dict:
        """What `Picture` needs to know beyond the points."""
        data = self.setting.data
        return {"names": DATA_SETS[data].columns if data in DATA_SETS else self._own_names, "columns": self.columns}

    def _model(self, setting, options):
        data = setting.but(k=1, start=0, way="random", hand=None)
        if self._points_of is None or self._points_of[0] != data:
            self._points_of = (data, setting.points(self.own))
        points = self._points_of[1]
        return KMeansND(points, setting.centroids(points), **options)

    def set(self, setting):
        """Run another `Setting` or replay string."""
        setting = read(setting)
        self.player.load(self._model(setting, self.options))
        self.setting = setting

    @property
    def values(self) -> dict:
        """The setting as the controls show it: a start by hand is one more way of starting."""
        shown = {name: value for name, value in vars(self.setting).items() if name != "hand"}
        return shown | ({"way": "hand"} if self.setting.hand else {})

    def take(self, values: dict):
        """Run the setting with some values changed, if any differs."""
        changed = {name for name in values if values[name] != self.values[name]}
        if "data" in changed:  # another data set comes with a K worth trying and, perhaps, a prepared start
            values = values | {"k": DATA_SETS[values["data"]].k if values["data"] in DATA_SETS else self._own_k, "start": 0}
        hand = None if changed & NEW_START else self.setting.hand
        if values.get("way") == "hand":
            values = values | {"way": self.setting.way}
            if changed == {"way"}:  # from here on the present start is one's own
                hand = tuple(map(tuple, self.model.centroids.tolist()))
        if changed:
            self.set(self.setting.but(hand=hand, **values))

    def bump(self, *seeds):
        """One more on each of the seeds: new data, or a new start, that can be come back to."""
        hand = None if "start" in seeds else self.setting.hand
        self.set(self.setting.but(hand=hand, **{name: getattr(self.setting, name) + 1 for name in seeds}))

    def place(self, k, xy):
        """Begin anew from the present centroids, with the k-th put at xy in the drawn features."""
        centroids = self.player.step.centroids.copy()
        drawn = [0] if centroids.shape[1] == 1 else list(self.columns)
        for n, place in zip(drawn, xy, strict=False):
            wide = np.ptp(self.model.points[:, n]) or 1.0
            centroids[k, n] = round(float(place), 4 - int(np.floor(np.log10(wide))))  # a pixel or less: short to write down
        self.set(self.setting.but(hand=tuple(map(tuple, centroids.tolist()))))

    def replace(self, **functions):
        """Put in another assign or update, and stand where we stood."""
        cursor, options = self.player.cursor, self.options | functions
        self.player.load(self._model(self.setting, options))
        self.options = options
        self.player.seek(cursor)

    def recording(self):
        """Record the present run to its end, as a generator that yields every hundredth of a second."""
        player, model, until = self.player, self.model, time.monotonic() + 0.01
        while player.model is model and len(player.steps) * len(model.points) < AHEAD:
            try:
                if not player.record():
                    return
            except Exception:  # it is shown when a person comes to that step
                return
            if time.monotonic() > until:
                yield
                until = time.monotonic() + 0.01


def read(setting):
    return Setting.parse(setting) if isinstance(setting, str) else setting
