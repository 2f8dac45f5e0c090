"""What may come in: each check either returns, or raises one error that names the rule and the value."""

import numpy as np

LARGEST = 1e150  # a squared distance between larger numbers would overflow float64
MOST_BYTES = 50_000_000  # of a file


def read_only(array):
    """The same array, closed to writing."""
    array.setflags(write=False)
    return array


def name_of(function):
    return getattr(function, "__name__", type(function).__name__)


def as_table(values, name, first=0):
    """The front door: a fresh C-contiguous float64 array (M, N) of finite numbers, or one clear error. `first` counts rows."""
    if np.ma.isMaskedArray(values) and np.ma.getmaskarray(values).any():
        raise ValueError(f"{name} must not have masked entries, got {int(np.ma.getmaskarray(values).sum())} of them")
    try:
        table = np.asarray(values)
    except ValueError:  # numpy's word for rows of unequal length
        lengths = [len(row) if hasattr(row, "__len__") else "none" for row in values]
        raise ValueError(f"{name} must be a table (rows, features), got rows of lengths {lengths[:8]}") from None
    check_table(table, name)
    # C order always, because a sum in another order differs in the last bit
    with np.errstate(over="ignore"):  # a longdouble may not fit; it is refused below, by name
        table = np.array(table, dtype=np.float64, order="C")
    if table.min() >= -LARGEST and table.max() <= LARGEST:  # a NaN fails both; no array of booleans where all is well
        return table
    for bad, rule in (~np.isfinite(table), "be finite"), (np.abs(table) > LARGEST, f"stay below {LARGEST:g} in size"):
        if bad.any():
            row, column = (int(i) for i in np.argwhere(bad)[0])
            raise ValueError(f"{name} must {rule}, got {table[row, column]} in row {first + row}, column {column}")
    return table


def check_table(table, name):
    """Numbers in rows and columns, as far as an array that may not be in memory tells: by its dtype and shape."""
    if table.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be real numbers, got dtype {table.dtype}")
    if table.ndim == 1:
        raise ValueError(f"{name} must have shape (rows, features), got {table.shape}; for one feature use {name}[:, None]")
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"{name} must have shape (rows, features) with at least one of each, got {table.shape}")


def check_width(points, centroids):
    """Points and centroids lie in one space."""
    if points.shape[1] != centroids.shape[1]:
        raise ValueError(
            f"points and centroids must have the same number of features, got shapes {points.shape} and {centroids.shape}"
        )


def check_count(value, name):
    """A whole number of at least 1 (a bool is not a number here), as int."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an int, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def check_k(k, m):
    """K as int, if m points can have that many clusters."""
    if isinstance(k, (bool, np.bool_)) or not isinstance(k, (int, np.integer)):
        raise TypeError(f"k must be an int between 1 and the number of points ({m}), got {k!r}")
    if not 1 <= k <= m:
        raise ValueError(f"k must be between 1 and the number of points ({m}), got {k}")
    return int(k)


def read_text(path):
    """The text of a file at `path`, a Path: UTF-8, with or without a byte order mark, and not too large."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)  # a limit also for what has no size, such as a pipe
    if len(raw) > MOST_BYTES:
        raise ValueError(f"{path.name} must be at most {MOST_BYTES // 1_000_000} MB, it is larger")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"got byte {raw[error.start]:#04x} at {error.start}"
        raise ValueError(f"{path.name} must be text in UTF-8, {byte}; a spreadsheet saves it as 'CSV UTF-8'") from None


# ---- what a learner's own functions return


def call_learners(role, function, *arguments):
    """What a learner's function returns, as an array. An error that it raises gets a note that names the function."""
    try:
        returned = function(*arguments)
    except Exception as error:
        error.add_note(f"raised inside the {role} function {name_of(function)}")
        raise
    try:
        return np.asarray(returned)
    except ValueError:  # numpy's word for rows of unequal length
        raise TypeError(f"{role}: {name_of(function)} must return an array, got rows of unequal lengths") from None


def check_labels(labels, function, m, k):
    """Labels (m,) that `function` returned, as intp: whole numbers from 0 to k - 1."""
    if labels.shape != (m,) or labels.dtype.kind not in "iu":
        raise TypeError(
            f"assign: {name_of(function)} must return {m} integer labels, shape ({m},), "
            f"got shape {labels.shape} of {labels.dtype}"
        )
    if labels.min() < 0 or labels.max() >= k:
        raise ValueError(
            f"assign: {name_of(function)} must return labels from 0 to {k - 1}, got {labels.min()} to {labels.max()}"
        )
    return labels.astype(np.intp, copy=False)  # the step has a copy of its own


def check_moved(moved, function, centroids):
    """Centroids that `function` returned, as float64: finite, not too large, and of the same shape as those before."""
    if moved.shape != centroids.shape or moved.dtype.kind not in "fiu":
        raise TypeError(
            f"update: {name_of(function)} must return {len(centroids)} centroids, shape {centroids.shape}, "
            f"got shape {moved.shape} of {moved.dtype}"
        )
    moved = moved.astype(np.float64, copy=False)  # the step has a copy of its own
    size = np.abs(moved)
    if not size.max() <= LARGEST:  # a NaN is not, either
        bad = ~np.isfinite(moved) if not np.isfinite(moved).all() else size > LARGEST
        rule = "finite centroids" if not np.isfinite(moved).all() else f"centroids below {LARGEST:g} in size"
        k = int(np.flatnonzero(bad.any(axis=1))[0])
        raise ValueError(f"update: {name_of(function)} must return {rule}, got {moved[k]} for centroid {k}")
    return moved
