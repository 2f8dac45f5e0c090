"""A run is a pure function of its setting; the replay string is the setting, written down."""

import re
from dataclasses import dataclass, fields, replace

import numpy as np

from kmeans_teach.data import DATA_SETS, SPREAD, centre_and_spread, load, plus_plus, random_points, standardise
from kmeans_teach.inputs import as_table, check_count, check_number, short
from kmeans_teach.panel.paint import AS_IN, WRITTEN, check_painted, painted_points, read_painted, read_rows, write_rows

# bounds, so that a pasted string can neither fill the memory nor hold up the panel: each K costs three artists, and more than
# a hundred clusters make a panel that answers late; each cluster of the data has a random generator of its own
MOST_POINTS, MOST = 1_000_000, {"k": 100, "clusters": 1000, "size": 1_000_000}
WAYS = {"random": random_points, "plusplus": plus_plus}
# what a replay string has beside numbers and words: how to read it, and what it must be
READERS = {
    "standardise": (lambda text: ("0", "1").index(text) == 1, "0 or 1"),
    "hand": (read_rows, "centroids, as in hand=1.5,2;3,4"),
    "painted": (read_painted, AS_IN),
    "against": (str, "a text"),
}


@dataclass(frozen=True)
class Setting:
    """All that a run depends on; `str(setting)` is its replay string and `Setting.parse` reads one.

    str(Setting(k=4, seed=7, start=12)) -> "blobs k=4 seed=7 start=12"

    Raises ValueError or TypeError, naming the rule and the value, when it is made with a value out of range.
    """

    data: str = "blobs"  # a name of DATA_SETS, or "mine" for your own points
    k: int = 12
    seed: int = 0  # of the data
    start: int = 0  # seed of the start
    way: str = "random"  # or "plusplus"
    clusters: int = 12  # in the data, where they are made
    size: int = 100  # points per cluster
    spread: float = SPREAD  # standard deviation within a cluster
    standardise: bool = False  # each feature with mean 0 and standard deviation 1?
    hand: tuple | None = None  # the centroids (K, N) put by hand, instead of a start that is drawn
    against: str | None = None  # how a second run beside this one differs: "start:7", "k:5", "way:plusplus" or "course"
    painted: tuple = ()  # points added (x, y), moved (row, x, y) or removed (row,), before they are standardised

    def __post_init__(self):
        if self.data != "mine" and self.data not in DATA_SETS:
            raise ValueError(f"data set must be one of {', '.join(DATA_SETS)}, got {short(self.data)}")
        if self.way not in WAYS:
            raise ValueError(f"way must be one of {', '.join(WAYS)}, got {short(self.way)}")
        for name, most in MOST.items():
            check_count(getattr(self, name), name, most)
        for name in "seed", "start":
            check_count(getattr(self, name), name, 2**63 - 1, least=0)
        check_number(self.spread, "spread", 100)
        if self.clusters * self.size > MOST_POINTS:
            raise ValueError(f"clusters * size must be at most {MOST_POINTS}, got {self.clusters} * {self.size}")
        if self.standardise not in (False, True):
            raise ValueError(f"standardise must be True or False, got {short(self.standardise)}")
        # the class is frozen: only its own code may do this
        object.__setattr__(self, "standardise", bool(self.standardise))
        if self.painted != ():
            object.__setattr__(self, "painted", check_painted(self.painted))
        object.__setattr__(self, "spread", float(self.spread))  # a Fraction is written as 1/3, which cannot be read
        if self.hand is not None:
            hand = tuple(map(tuple, as_table(self.hand, "hand").tolist()))  # plain floats can be written and compared
            if len(hand) != self.k:
                raise ValueError(f"hand must have k={self.k} centroids, got {len(hand)}")
            object.__setattr__(self, "hand", hand)
        if self.against is not None:
            self.rival()

    def __str__(self):
        given = [f.name for f in fields(self)[1:] if f.name == "k" or getattr(self, f.name) != f.default]
        values = {name: getattr(self, name) for name in given}
        if self.standardise:
            values["standardise"] = 1
        if self.hand:
            values["hand"] = write_rows(self.hand)
        if self.painted:  # if they are many, they can be saved as a file, and the text says that it is no replay string
            few = len(self.painted) <= WRITTEN
            values["painted"] = write_rows(self.painted) if few else f"{len(self.painted)}-points"
        # 1e16 instead of 1e+16: in a link, + means a space
        return " ".join([self.data] + [f"{name}={value}" for name, value in values.items()]).replace("e+", "e")

    @classmethod
    def parse(cls, text: str) -> "Setting":
        """Read a replay string; ValueError names the word that cannot be read.

        Without k=, a data set has its own K and its own number of heaps: "rings" is "rings k=2 clusters=2".
        """
        name, *words = re.sub(r"(?<=\d[eE]) (?=\d)", "+", text).split() or [""]  # a link has made "1e 16" of 1e+16
        readers = {f.name: type(f.default) for f in fields(cls)[1:]} | {name: read for name, (read, _) in READERS.items()}
        values = {}
        for word in words:
            key, _, value = word.partition("=")
            if key not in readers:
                words = f"words like k=4, with one of {', '.join(readers)}"
                raise ValueError(f"a replay string must be a data set and {words}; got {short(word)}")
            if key in values:
                raise ValueError(f"a replay string must give {key} once, got {short(word)}, too")
            try:
                if "_" in value and key != "way":  # Python reads 4_0 as 40
                    raise ValueError
                values[key] = readers[key](value)
            except ValueError:
                wanted = READERS[key][1] if key in READERS else "a number, as in k=4"
                raise ValueError(f"{key} in a replay string must be {wanted}, got {short(word)}") from None
        if name in DATA_SETS and "k" not in values and "hand" not in values:  # as a person writes it: a panel writes its K
            values.setdefault("clusters", DATA_SETS[name].clusters)
        if name in DATA_SETS or "hand" in values:
            values.setdefault("k", len(values["hand"]) if "hand" in values else DATA_SETS[name].k)
        return cls(name, **values)

    def points(self, own=None) -> np.ndarray:
        """The points (M, N) of this setting; `own` are your points, for the data set "mine"."""
        points = self.raw(own)
        return standardise(points) if self.standardise else points

    def raw(self, own=None) -> np.ndarray:
        """The points before they are standardised."""
        if self.data != "mine":
            own = load(self.data, clusters=self.clusters, size=self.size, spread=self.spread, seed=self.seed)
        elif own is None:
            raise ValueError('the data set "mine" needs points of your own')
        return painted_points(own, self.painted) if self.painted else own

    def scaling(self, own=None):
        """Two values for each feature: what was subtracted from the points, and by what they were divided."""
        return centre_and_spread(self.raw(own)) if self.standardise else (0.0, 1.0)

    def centroids(self, points) -> np.ndarray:
        """The start (K, N): put by hand, prepared with the data set (start=0, at its own K), or drawn from the points."""
        prepared = DATA_SETS[self.data].start if self.data in DATA_SETS else None
        if self.hand is not None:
            return np.array(self.hand, dtype=float)
        if prepared and self.start == 0 and self.k == len(prepared):
            centre, spread = self.scaling()
            return (np.array(prepared) - centre) / spread
        # [start, 1], not start: with seed == start, the choice of points would depend on how the points were made
        return WAYS[self.way](points, self.k, np.random.default_rng([self.start, 1]))

    def rival(self) -> "Setting":
        """The setting of the second run. With "course" it is the same, run by the course's own functions."""
        if not re.fullmatch(r"course|way:[a-z]+|(k|start):[0-9]{1,19}", str(self.against)):
            raise ValueError(f"against must be course, or one like start:7, k:5 or way:plusplus, got {short(self.against)}")
        name, _, value = self.against.partition(":")
        changes = {} if name == "course" else {"hand": None, name: value if name == "way" else int(value)}
        return replace(self, against=None, **changes)

    def replace(self, **changes) -> "Setting":
        """The same setting with some values changed."""
        return replace(self, **changes)


def check_replay(setting):
    """Check that this is a replay string, a `Setting` or None, and not points in the wrong place."""
    if not isinstance(setting, (str, Setting, type(None))):
        got = f"got a {type(setting).__name__}; your own points are given as points=..."
        raise TypeError(f"a replay string must be a str, {got}")
    if re.fullmatch(r"[^=]*\.(csv|tsv|txt|xlsx?)", str(setting).strip(), re.I):
        how = f"points={short(setting)} (on the command line: --data)"
        raise ValueError(f"a replay string must be a run, such as 'blobs k=4'; a file is given as {how}")
