"""Checks of arguments. Each returns the value, or raises one error that says what is allowed and what was given."""

from numbers import Real

import numpy as np

LARGEST = 1e150  # a squared distance between larger numbers would overflow float64
MOST_BYTES = 50_000_000  # the largest size of a file


def read_only(array):
    """Make the array read-only, and return it."""
    array.setflags(write=False)
    return array


def name_of(function):
    return getattr(function, "__name__", type(function).__name__)


def as_table(values, name, first=0):
    """Copy `values` to a new float64 array (M, N) of finite numbers. Error messages count rows from `first`."""
    if np.ma.isMaskedArray(values) and np.ma.getmaskarray(values).any():
        raise ValueError(f"{name} must not have masked entries, got {int(np.ma.getmaskarray(values).sum())} of them")
    try:
        table = np.asarray(values)
    except ValueError:  # rows of unequal length
        lengths = [len(row) if hasattr(row, "__len__") else "none" for row in values]
        raise ValueError(f"{name} must be a table (rows, features), got rows of lengths {lengths[:8]}") from None
    check_table(table, name)
    # always C order: in another memory order a sum can differ in the last bit
    with np.errstate(over="ignore"):  # a very large longdouble becomes inf, and is refused below
        table = np.array(table, dtype=np.float64, order="C")
    if table.min() >= -LARGEST and table.max() <= LARGEST:  # False if there is a NaN; fast, as it makes no new array
        return table
    for bad, rule in (~np.isfinite(table), "be finite"), (np.abs(table) > LARGEST, f"stay below {LARGEST:g} in size"):
        if bad.any():
            row, column = (int(i) for i in np.argwhere(bad)[0])
            raise ValueError(f"{name} must {rule}, got {table[row, column]} in row {first + row}, column {column}")
    return table


def check_table(table, name):
    """Check dtype and shape only: it may be a Dask array, whose values are not in memory."""
    if table.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be real numbers, got dtype {table.dtype}")
    if table.ndim == 1:
        raise ValueError(f"{name} must have shape (rows, features), got {table.shape}; for one feature use {name}[:, None]")
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"{name} must have shape (rows, features) with at least one of each, got {table.shape}")


def check_width(points, centroids):
    """Check that points and centroids have the same number of features."""
    if points.shape[1] != centroids.shape[1]:
        got = f"got shapes {points.shape} and {centroids.shape}"
        raise ValueError(f"points and centroids must have the same number of features, {got}")


def check_count(value, name):
    """Return an int of at least 1. True and False are not accepted."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an int, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def check_number(value, name):
    """Return a finite number of at least 0. True and False are not accepted."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, got {value}")
    return value


def check_k(k, m):
    """Return k as int, if m points can have k clusters."""
    if isinstance(k, (bool, np.bool_)) or not isinstance(k, (int, np.integer)):
        raise TypeError(f"k must be an int between 1 and the number of points ({m}), got {k!r}")
    if not 1 <= k <= m:
        raise ValueError(f"k must be between 1 and the number of points ({m}), got {k}")
    return int(k)


def read_text(path):
    """The text of a file of UTF-8, with or without a byte order mark. `path` is a Path."""
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)  # not path.stat(): a pipe has no size
    if len(raw) > MOST_BYTES:
        raise ValueError(f"{path.name} must be at most {MOST_BYTES // 1_000_000} MB, it is larger")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"got byte {raw[error.start]:#04x} at {error.start}"
        raise ValueError(f"{path.name} must be text in UTF-8, {byte}; a spreadsheet saves it as 'CSV UTF-8'") from None
