"""Points to cluster, and ways to choose a start.

Every random function takes a `numpy.random.Generator`. None changes the global random state of numpy.
"""

from dataclasses import dataclass
from functools import partial
from importlib.resources import files

import numpy as np

from kmeans_teach.data.tables import read_points as read_points
from kmeans_teach.inputs import LARGEST, as_points, as_table, check_count, check_k, check_number, check_spread, short

POST_SPREAD = 0.08**0.5  # 0.2828...: the original post draws its clusters with variance 0.08
SPREAD = 0.28  # the same in two digits, for the named data sets, so that a replay string is short
PENGUIN_COLUMNS = ("bill length (mm)", "bill depth (mm)", "flipper length (mm)", "body mass (g)")


def make_clusters(
    n_clusters: int = 12,
    points_per_cluster: int = 100,
    n_features: int = 2,
    *,
    spread: float = POST_SPREAD,
    bounds: tuple[float, float] = (-4, 4),
    rng: np.random.Generator,
) -> np.ndarray:
    """Make clusters of normally distributed points. Their centres are drawn uniformly between the bounds.

    Parameters
    ----------
    n_clusters, points_per_cluster, n_features : int
        At least 1 each. The defaults are those of the original post.
    spread : float
        Standard deviation of each cluster in each feature, in the units of the points; from 0 to 1e149.
    bounds : (low, high)
        Every feature of a centre lies between the two numbers, which are at most 1e149 in size.
    rng : numpy.random.Generator
        From the same rng state, more clusters or points only add to the old points. Another spread only moves them nearer to
        their centres, or farther away.

    Returns
    -------
    points : (n_clusters * points_per_cluster, n_features) float64
        The clusters alternate: rows c, c + n_clusters, c + 2 * n_clusters, ... are cluster c.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong. The message has the rule and the value.
    """
    for name, value in {"n_clusters": n_clusters, "points_per_cluster": points_per_cluster, "n_features": n_features}.items():
        check_count(value, name)
    most = LARGEST / 10  # so that points far from a centre are still within LARGEST
    check_number(spread, "spread", most)
    try:
        low, high = map(float, bounds)
    except (OverflowError, TypeError, ValueError):
        low = high = np.nan
    if not -most <= low <= high <= most:
        raise ValueError(f"bounds must be two numbers of at most {most:g} in size, the lower one first, got {short(bounds)}")
    points = np.empty((points_per_cluster, n_clusters, n_features))
    for c, seed in enumerate(_generator(rng).integers(2**63, size=n_clusters)):
        own = np.random.default_rng(seed)  # a generator for each cluster, so that it stays the same when another one grows
        centre = own.uniform(low, high, size=n_features)
        points[:, c] = centre + spread * own.normal(size=(points_per_cluster, n_features))
    return points.reshape(-1, n_features)


def random_points(points, k: int, rng: np.random.Generator) -> np.ndarray:
    """Choose k different points as the start (K, N). From the same rng state, a larger k only adds points to the choice."""
    rng, points = _generator(rng), as_table(points, "points")
    k = check_k(k, len(points))
    # one random key for each row, in row order: when points are added, the keys of the other points stay the same
    keys = rng.random(len(points))
    first = np.flatnonzero(keys <= np.partition(keys, k - 1)[k - 1])  # to sort them all would take most of the time
    order = first[np.argsort(keys[first], kind="stable")]
    if len(np.unique(points[order[:k]], axis=0)) < k:
        order = np.argsort(keys, kind="stable")
        _, first = np.unique(points[order] + 0.0, axis=0, return_index=True)
        if len(first) < k:
            raise ValueError(f"k must be at most the number of different points ({len(first)}), got {k}")
        order = order[np.sort(first)]
    return points[order[:k]]


def plus_plus(points, k: int, rng: np.random.Generator) -> np.ndarray:
    """Choose k points far apart as the start (K, N).

    Each next point is drawn with a probability proportional to its squared distance to the nearest point chosen so far:
    Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
    """
    return plus_pluses(points, k, 1, rng)[0]


def plus_pluses(points, k: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """The starts (n, K, N) that n calls of `plus_plus` would choose with this rng, chosen side by side."""
    rng, points = _generator(rng), as_points(points)
    draws = rng.random((check_count(n, "n"), check_k(k, len(points))))
    rows = np.minimum((draws * len(points)).astype(np.intp), len(points) - 1)  # the first row of each; the others follow
    squared = np.full((n, len(points)), np.inf)
    for i in range(1, k):
        squared = np.minimum(squared, ((points - points[rows[:, i - 1, None]]) ** 2).sum(axis=2))
        share = (squared / np.maximum(squared.max(axis=1, keepdims=True), np.finfo(float).tiny)).cumsum(axis=1)
        if not share[:, -1].all():
            equal = len(np.unique(points + 0.0, axis=0)) == i
            what = "different points" if equal else "points whose squared distance is not rounded to 0"
            raise ValueError(f"k must be at most the number of {what} ({i}), got {k}")
        draw = np.minimum(draws[:, i : i + 1] * share[:, -1:], np.nextafter(share[:, -1:], 0))
        rows[:, i] = (share <= draw).sum(axis=1)  # not "<": a row of chance 0 is never chosen
    return points[rows]


def centre_and_spread(points):
    """For each column the mean and the standard deviation (ddof 0); of equal values, that value and 1."""
    centre, spread, equal = points.mean(axis=0), points.std(axis=0), np.ptp(points, axis=0) == 0
    centre[equal], spread[equal] = points[0, equal], 1  # rounding may leave a spread of 1e-17 in a column of equal values
    return centre, spread


def standardise(points) -> np.ndarray:
    """Subtract from each column its mean, and divide by its standard deviation (ddof 0).

    A column whose values are all the same becomes zeros. Lesson 08 explains when to do this, and when not.
    """
    points = as_table(points, "points")
    for column in points.T:
        check_spread(column[:, None])
    centre, spread = centre_and_spread(points)
    return (points - centre) / spread


def _generator(rng):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, such as numpy.random.default_rng(7), got {short(rng)}")
    return rng


# ---- the named data sets: each function takes (clusters, size, spread, rng), and may not need all of them


def _blobs(clusters, size, spread, rng, n_features=2):
    return make_clusters(clusters, size, n_features, spread=spread, rng=rng)


def _heaps(clusters, size, spread, rng):
    """Heaps like blobs, but the centre of each is, of twenty places, the farthest from the centres before: they lie apart."""
    places, centres = np.random.default_rng(rng.integers(2**63)), np.empty((0, 2))
    for _ in range(clusters):
        tried = places.uniform(-2, 2, size=(20, 2))
        away = np.hypot(*(tried[:, None] - centres).T).min(axis=0, initial=9)
        centres = np.vstack([centres, tried[away.argmax()]])
    around = make_clusters(clusters, size, spread=spread, bounds=(0, 0), rng=rng)
    return (around.reshape(size, clusters, 2) + centres).reshape(-1, 2)


def _unequal(clusters, size, spread, rng):
    """One wide cluster beside small dense ones, all with the same number of points."""
    tight = make_clusters(clusters, size, spread=spread / 4, rng=rng).reshape(size, clusters, 2)
    centre = tight[:, 0].mean(axis=0)
    tight[:, 0] = centre + (tight[:, 0] - centre) * 16
    return tight.reshape(-1, 2)


def _rings(clusters, size, spread, rng):
    """One ring for each cluster, around the same centre."""
    turns, noise = rng.random((size, clusters)), rng.normal(size=(size, clusters))
    radius = 1 + 3 * np.arange(clusters) / max(clusters - 1, 1) + spread / 3 * noise
    return np.stack([radius * np.cos(2 * np.pi * turns), radius * np.sin(2 * np.pi * turns)], axis=2).reshape(-1, 2)


def _uniform(clusters, size, spread, rng):
    return rng.uniform(-4, 4, size=(clusters * size, 2))


def _penguins(clusters, size, spread, rng, columns=(2, 3, 4, 5)):
    text = (files("kmeans_teach.data") / "penguins.csv").read_text(encoding="utf-8")
    return np.loadtxt(text.splitlines(), delimiter=",", usecols=columns, skiprows=3)


def _four_heaps(clusters, size, spread, rng):
    """Heaps at the corners of a wide rectangle, where bad starts are easy to show."""
    corners = np.array([[-3.0, -1.0], [-3.0, 1.0], [3.0, -1.0], [3.0, 1.0]])
    return (corners + 0.25 * rng.normal(size=(size, 4, 2))).reshape(-1, 2)


@dataclass(frozen=True)
class DataSet:
    """A named data set: what the panel calls it, the function that makes its points, and what is known of them."""

    label: str
    make: object
    uses: frozenset = frozenset()  # the options that change it: clusters, size, spread, seed
    columns: tuple = ("x", "y")  # their names
    drawn: tuple | None = None  # which two of them tell most, where there are more
    k: int = 3  # a good K to begin with, and
    clusters: int = 12  # a good number of heaps, where they are made
    start: tuple | None = None  # prepared centroids for start=0, or None


_ALL = frozenset({"clusters", "size", "spread", "seed"})
_SEED = frozenset({"size", "seed"})
DATA_SETS = {
    "heaps": DataSet("heaps that lie apart", _heaps, _ALL, k=4, clusters=4),
    "blobs": DataSet("blobs", _blobs, _ALL, k=12),
    "bills": DataSet("penguin bills", partial(_penguins, columns=(2, 3)), columns=PENGUIN_COLUMNS[:2], k=3),
    "penguins": DataSet("penguins, all four", _penguins, columns=PENGUIN_COLUMNS, drawn=(0, 3), k=3),
    "line": DataSet("on a line", partial(_blobs, n_features=1), _ALL, columns=("x",), k=3, clusters=3),
    "unequal": DataSet("one wide, some tight", _unequal, _ALL, k=3, clusters=3),
    "rings": DataSet("rings", _rings, _ALL, k=2, clusters=2),
    "uniform": DataSet("no clusters at all", _uniform, _ALL - {"spread"}, k=4),
    "bad-start": DataSet("a bad start", _four_heaps, _SEED, k=4, start=((-3, 1), (-3, 1.4), (-3, -1), (3, 0))),
    "empty-cluster": DataSet("an empty cluster", _four_heaps, _SEED, k=3, start=((-3, 0), (3, 0), (0, 9))),
}


def load(name: str, *, clusters: int | None = None, size: int = 100, spread: float = SPREAD, seed: int = 0) -> np.ndarray:
    """Points (M, N) of a named data set. `DATA_SETS[name].columns` are the names of the features, with units.

    `clusters` (by default the data set's own number), `size` (points per cluster), `spread` and `seed` change the generated
    data sets. They do not change the measured ones: "penguins" (342 rows; mm, mm, mm and g) and "bills" (its first two).
    ValueError if the name is not in `DATA_SETS`.
    """
    if name not in DATA_SETS:
        raise ValueError(f"data set must be one of {', '.join(DATA_SETS)}, got {short(name)}")
    clusters = DATA_SETS[name].clusters if clusters is None else check_count(clusters, "clusters")
    size = check_count(size, "size")
    return DATA_SETS[name].make(clusters, size, spread, np.random.default_rng(seed))
