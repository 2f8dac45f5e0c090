"""Points and centroids put by hand: how changed points are written down, and the acts that change them."""

import numpy as np

from kmeans_teach.inputs import short

WRITTEN, MOST = 40, 5_000  # as many changed points as a replay string holds, and as can be changed at all
AS_IN = f"at most {WRITTEN} points added (x,y), moved (row,x,y) or removed (row), as in 1.5,2;7,0,1;9 (save more as a .csv)"


def read_rows(text):
    return tuple(tuple(float(x) for x in row.split(",")) for row in text.split(";"))


def write_rows(rows):
    return ";".join(",".join(map(repr, row)) for row in rows)


def read_painted(text):
    if text.count(";") >= WRITTEN:
        raise ValueError
    return read_rows(text)


def check_painted(painted):
    """The changes of points as tuples of plain numbers: (x, y) is a point added, (i, x, y) row i moved, (i,) row i removed."""
    checked = []
    for row in painted if isinstance(painted, (tuple, list)) else [painted]:
        try:
            *i, x, y = row if len(row) != 1 else (*row, 0, 0)
            new = (*map(int, i), float(x), float(y))[: len(row)]
            if len(i) > 1 or tuple(row) != new or min(i, default=0) < 0:
                raise ValueError
        except (OverflowError, TypeError, ValueError):
            rule = "points added (x, y), moved (row, x, y) or removed (row,)"
            raise ValueError(f"painted must be {rule}, got {short(row)}") from None
        checked.append(row if [*map(type, row)] == [*map(type, new)] and type(row) is tuple else new)  # else it takes memory
    rows = [row[0] for row in checked if len(row) != 2]
    if len(set(rows)) < len(rows):
        raise ValueError("painted must change each row once")
    if len(checked) > MOST:
        raise ValueError(f"at most {MOST} points can be painted, got {len(checked)}")
    return tuple(checked)


def check_plane(points):
    if points.shape[1] != 2:
        raise ValueError(f"points can be painted in two dimensions only; these have {points.shape[1]}")


def painted_points(points, painted):
    """The points (M, 2) with these changes."""
    check_plane(points)
    points = points.copy()
    for i, *xy in (row for row in painted if len(row) != 2):
        if i >= len(points):
            raise ValueError(f"painted must change rows 0 to {len(points) - 1}, got {short(i)}")
        points[i] = xy or points[i]
    points = np.delete(points, [row[0] for row in painted if len(row) == 1], axis=0)
    return np.vstack([points, *(row for row in painted if len(row) == 2)])


def few_digits(rows, points):
    """Places (rows, N) among these points, in few digits: finer than a pixel of their picture, and short to write."""
    digits = [4 - int(np.floor(np.log10(wide or 1.0))) for wide in map(np.ptp, points.T)]
    return [tuple(map(round, row, digits)) for row in np.asarray(rows, dtype=float).tolist()]


class Painted:
    """The part of `PanelRun` that puts points and centroids by hand. Each place xy is given in the drawn features."""

    def put_centroid(self, places, k=None):
        """Start a run from the present centroids: with one more at the one place, with k there, or, without a place, not k."""
        points, centroids = self.model.points, self.player.step.centroids.copy()
        if not places and len(centroids) == 1:
            raise ValueError("the last centroid cannot be removed")
        if k is None:
            k, centroids = len(centroids), np.vstack([centroids, points.mean(axis=0)])
        for n, x in zip(self.axes_options["columns"], *places or [()], strict=False):
            centroids[k, n] = x
        centroids = centroids if places else np.delete(centroids, k, axis=0)
        self.set(self.setting.replace(k=len(centroids), hand=few_digits(centroids, points)))

    def paint(self, places, row=None):
        """Add a point at each of the places, or put the point in this row at the one place, or, without a place, remove it."""
        points, setting = self.model.points, self.setting
        check_plane(points)
        (centre, spread), new = setting.scaling(self.own), np.empty((len(places), 2))
        new[:, self.axes_options["columns"]] = np.reshape(places, (-1, 2))
        new = few_digits(new * spread + centre, points * spread)
        changed = {change[0]: change for change in setting.painted if len(change) != 2}
        added = [change for change in setting.painted if len(change) == 2]
        first = len(points) - len(added)
        if row is None:
            added += new
        elif row >= first:
            added[row - first : row - first + 1] = new
        else:
            for i in sorted(i for i, change in changed.items() if len(change) == 1):
                row += i <= row  # the row of the data set, where none is removed
            changed[row] = (row, *(new[0] if new else ()))
        painted = *(changed[i] for i in sorted(changed)), *added
        self.set(self._from_here(setting.replace(painted=painted), self.own))

    def _from_here(self, setting, own):
        """The setting with the start that is shown: put by hand, where it would have another one."""
        (centre, spread), (to, by), points = self.setting.scaling(self.own), setting.scaling(own), setting.points(own)
        start = (self.model.centroids * spread + centre - to) / by
        if np.allclose(setting.centroids(points), start, rtol=1e-9, atol=0):
            return setting
        # each painted point moves a standardised start a little: with three digits more, rounding does not hold it back
        return setting.replace(hand=few_digits(start, points / 1000 if setting.standardise else points))

    def save_points(self, path):
        """Save the points as a CSV. Returns the replay string of this run for the points of that file."""
        import pandas as pd  # not at the top of the file, because it is slow to import

        setting, points = self.setting, self.setting.raw(self.own)
        names = self.names or ("xy" if points.shape[1] == 2 else [f"feature {i}" for i in range(points.shape[1])])
        pd.DataFrame(points, columns=[*names]).to_csv(path, index=False)
        kept = {name: getattr(setting, name) for name in ("k", "start", "way", "standardise", "hand")}
        return str(self._from_here(type(setting)("mine", **kept), points))
