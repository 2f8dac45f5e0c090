"""The panel without its widgets: a setting, the run that it makes, and a cursor over the steps of the run."""

import re
from html import escape
from operator import attrgetter

from kmeans_teach.data import DATA_SETS
from kmeans_teach.data.tables import different, own_table
from kmeans_teach.inputs import as_table, check_columns
from kmeans_teach.inputs.learners import Stopped, TookTooLong
from kmeans_teach.kmeans import KMeansND, assign_points, update_centroids
from kmeans_teach.panel.paint import Painted, few_digits
from kmeans_teach.panel.player import Player
from kmeans_teach.panel.setting import Setting, check_replay

NEW_POINTS = "data", "clusters", "size", "spread", "seed"  # a change of one of these drops what was painted
MAKES_POINTS = attrgetter(*NEW_POINTS, "painted", "standardise")
NEW_START = {"data", "k", "way", "start"}  # a change of one of these drops centroids that were put by hand
COURSE = {"assign": assign_points, "update": update_centroids}
NOTE = '<div class="kmeans-note" role="note">{}</div>'
AHEAD = 20_000_000  # the most labels to record ahead of the cursor: more would keep the processor busy for long


def standardised(names, n):
    """The names of n standardised features: not in their units any more, but all in the same."""
    names = names or ("xy"[:n] if n <= 2 else [f"feature {i}" for i in range(n)])
    return [re.sub(r"\s*[(\[][^()\[\]]*[)\]]$", "", name) + " (standardised)" for name in names]


class PanelRun(Painted):
    """The panel without widgets: `setting` says what is run, `player` where in the run we are. Nothing else is the truth.

    `values` is the setting as the controls show it: there, a start by hand is one more way of starting, "hand".
    `options` are assign, update and max_iter, as for `KMeansND`.
    `left_out` says what of your own points is not used; `note` is the same for the page, where they are shown.
    `axes_options` is what `Picture` needs beside the model: the names of the features, and which two are drawn.
    Every change makes a new `KMeansND` and stands at its start. After an error everything is as it was before. If the
    first run fails at its start, the player shows the start of the course's own functions, and its `failed` is the error.
    """

    def __init__(self, setting=None, *, points=None, columns=None, names=None, without_missing=False, **options):
        check_replay(setting)
        points, names = own_table(points, names, without_missing)
        self.left_out = getattr(points, "attrs", {}).get("left_out", "")
        self._note = self.left_out and NOTE.format(escape(self.left_out))
        names = getattr(points, "columns", None) if names is None else names
        self.own = None if points is None else as_table(points, "points")
        self._own_names = None if names is None else [str(name) for name in names]
        self._columns, self._columns_of = columns, None  # which features are drawn, and of which data set: the first one
        self.options = COURSE | options
        self._points = self.points_of = self.player = None  # the points, all that they depend on, and the run
        self._own_k = 3 if points is None else different(self.own)  # a start is of different points
        self.set(setting or ("heaps" if points is None else f"mine k={self._own_k}"))

    @property
    def model(self) -> KMeansND:
        return self.player.model

    def set(self, setting, **functions):
        """Run another `Setting` or replay string, with another assign or update if given."""
        setting = Setting.parse(setting) if isinstance(setting, str) else setting
        options = self.options | functions
        values = vars(setting) | ({"way": "hand"} if setting.hand else {}) | {"replay": str(setting)}
        if self.points_of != (points_of := MAKES_POINTS(setting)):
            points, self._columns_of = setting.points(self.own), self._columns_of or setting.data
            own = DATA_SETS[setting.data].drawn if setting.data in DATA_SETS else None
            asked = self._columns if setting.data == self._columns_of else None
            self._drawn = check_columns(own if asked is None else asked, points)
            self._points, self.points_of = points, points_of
        model, second = KMeansND(self._points, setting.centroids(self._points), **options), None
        try:
            if setting.against is not None:
                own = COURSE if setting.against == "course" else {}
                second = Player(KMeansND(self._points, setting.rival().centroids(self._points), **options | own))
            if self.player is not None:
                self.player.load(model)
            else:
                self.player = Player(model)
        except Exception as error:
            if self.player is not None:
                raise
            self.player, second = Player(KMeansND(model.points, model.centroids)), None
            self.player.stand_in(model, error)
        self.player.second = second
        self.setting, self.values, self.options = setting, values, options
        self.note = self._note if setting.data == "mine" else ""
        self.names = names = DATA_SETS[setting.data].columns if setting.data in DATA_SETS else self._own_names
        if setting.standardise:
            names = standardised(names, self._points.shape[1])
        self.axes_options = {"names": names, "columns": self._drawn}

    def change(self, name, value):
        """Run the setting with one of its `values` changed."""
        changes = {name: value}
        if value == self.values[name]:
            return
        if name in NEW_START:
            changes["hand"] = None
        if name in NEW_POINTS:
            changes["painted"] = ()
        if name == "data":  # another data set comes with its K, its number of heaps and, perhaps, a prepared start
            data = DATA_SETS.get(value)
            changes |= {"k": data.k if data else self._own_k, "clusters": data.clusters if data else 12, "start": 0}
        if changes.get("way") == "hand":  # the present start can be moved by hand from now on
            changes = {"hand": few_digits(self.model.centroids, self.model.points)}
        setting, painted = self.setting.replace(**changes), self.setting.painted
        self.set(self._from_here(setting, self.own) if name == "standardise" and setting.hand else setting)
        if painted and not setting.painted:
            self.note = NOTE.format("The painted points went with the old data. Undo brings them back.")

    def next_seed(self, name):
        """Add one to "seed" (new data) or "start" (a new start). The replay string can go back to the one before."""
        setting, start = self.setting, self.setting.start
        if name == "start" and setting.against == f"start:{start + 1}":  # not the same start twice: two new ones
            self.set(setting.replace(hand=None, start=start + 2, against=f"start:{start + 3}"))
        else:
            self.change(name, getattr(setting, name) + 1)

    def draw_columns(self, x, y):
        """Draw two other features of this data set. The run stays as it is; a feature is never drawn against itself."""
        (old_x, old_y) = self.axes_options["columns"]
        self._columns = (old_y, old_x) if x == y else (x, y)
        self._drawn, self._columns_of = check_columns(self._columns, self._points), self.setting.data
        self.axes_options = self.axes_options | {"columns": self._drawn}

    def use_functions(self, **functions):
        """Use another assign or update from now on; the cursor stays where it is."""
        cursor = self.player.cursor
        self.set(self.setting, **functions)
        self.player.seek(cursor)

    def recording(self):
        """Record what is shown to its end: a generator. It returns the error if a learner's function did not come back."""
        first, model = self.player, self.model
        try:
            for player in filter(None, (first, first.second)):
                while first.model is model and len(player.steps) * len(model.points) < AHEAD and player.record_unasked():
                    yield
        except (TookTooLong, Stopped) as error:
            return error
        except Exception:  # it is shown when a person comes to that step
            return None
