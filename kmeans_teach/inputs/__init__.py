"""Checks of arguments. Each returns the value, or raises one error that says what is allowed and what was given.

A message has at most about 300 characters, whatever comes in: `cut` and `short` see to it.
"""

import reprlib
from numbers import Real
from operator import index

import numpy as np

LARGEST = 1e150  # a squared distance between larger numbers would overflow float64
SMALLEST = 1e-150  # the square of a distance below 1e-154 loses its digits, and is 0 below 1e-162
MOST_BYTES = 50_000_000  # the largest size of a file


def read_only(array):
    """Make the array read-only, and return it."""
    array.setflags(write=False)
    return array


_repr = reprlib.Repr()  # it does not write out a long value only to cut it
_repr.maxstring = _repr.maxlong = _repr.maxother = 80


def cut(text, most=80):
    """The text in one line of at most `most` characters, for a message."""
    text = " ".join(map(str.strip, str(text)[: 9 * most].splitlines()))
    return text if len(text) <= most else f"{text[: most - 3]}..."


def short(value):
    """`repr(value)`, cut. A number of NumPy looks like one of Python."""
    try:
        return cut(_repr.repr(value.item() if isinstance(value, np.generic) else value))
    except Exception:  # an int of 5,000 digits cannot be written, and a class may have a wrong repr
        return cut(f"a value of type {type(value).__name__}")


def name_of(function):
    return cut(getattr(function, "__name__", type(function).__name__), 60)


def as_table(values, name, before=0):
    """Copy `values` to a new float64 array (M, N) of finite numbers. A DataFrame is a table, too.

    Error messages count rows and columns from 1; `before` rows come before these. In a DataFrame they have their labels.
    """
    rows = [values] if np.ma.isMaskedArray(values) else values if isinstance(values, (list, tuple)) else ()
    masked = sum(int(np.ma.getmaskarray(row).sum()) for row in rows if np.ma.isMaskedArray(row))
    if masked:
        raise ValueError(f"{name} must not have masked entries, got {masked} of them")
    if hasattr(values, "to_frame") and np.ndim(values) == 1:
        raise ValueError(f"{name} must be a table (rows, features), got a column; use df[[{short(values.name)}]]")
    try:
        table = np.asarray(values)
    except ValueError:  # rows of unequal length
        lengths = [len(row) if hasattr(row, "__len__") else "none" for row in values]
        raise ValueError(f"{name} must be a table (rows, features), got rows of lengths {lengths[:8]}") from None
    frame = values if hasattr(values, "isna") and hasattr(values, "columns") else None

    def at(row, column):
        if frame is None:
            return f"in row {before + row + 1}, column {column + 1} (counted from 1)"
        return f"in the row labelled {short(frame.index[row])}, column {short(frame.columns[column])}"

    if table.dtype == object and table.ndim == 2:  # it may hold plain numbers, as pandas' nullable columns do
        table = table if frame is None else np.where(frame.isna(), np.nan, table)
        for i, value in enumerate(table.flat):
            if not isinstance(value, (Real, np.bool_)):
                how = "" if frame is None else f"; leave out what is no number: {name}.select_dtypes('number')"
                raise TypeError(f"{name} must be real numbers, got {short(value)} {at(*divmod(i, table.shape[1]))}{how}")
        try:
            table = table.astype(float)
        except OverflowError:
            raise ValueError(f"{name} must be at most {LARGEST:g} in size, got an int that is larger") from None
    check_table(table, name)
    # always C order: in another memory order a sum can differ in the last bit
    with np.errstate(over="ignore"):  # a very large longdouble becomes inf, and is refused below
        table = np.array(table, dtype=np.float64, order="C")
    if table.min() >= -LARGEST and table.max() <= LARGEST:  # False if there is a NaN; fast, as it makes no new array
        return table
    for bad, rule in (~np.isfinite(table), "be finite"), (np.abs(table) > LARGEST, f"be at most {LARGEST:g} in size"):
        if bad.any():
            row, column = (int(i) for i in np.argwhere(bad)[0])
            raise ValueError(f"{name} must {rule}, got {table[row, column]} {at(row, column)}")
    return table


def check_table(table, name):
    """Check dtype and shape only: it may be a Dask array, whose values are not in memory."""
    if table.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be real numbers, got dtype {cut(table.dtype)}")
    if table.ndim == 1:
        raise ValueError(f"{name} must have shape (rows, features), got {table.shape}; for one feature use {name}[:, None]")
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"{name} must have shape (rows, features) with at least one of each, got {table.shape}")


def as_points(values):
    """`as_table` of points whose distances can be squared."""
    points = as_table(values, "points")
    check_spread(points)
    return points


def check_spread(points, *centroids):
    """Check that points, if they differ, differ by so much that the square of it keeps its digits."""
    if np.ptp(points[:100], axis=0).max() >= SMALLEST:  # these are nearly always enough, and many points take long
        return
    wide = max(np.ptp(column) for column in points.T)  # with axis=0 it takes ten times as long
    if wide == 0:  # all points are equal: measure from there to the centroids
        wide = np.ptp(np.vstack([points[:1], *centroids]), axis=0).max()
    if 0 < wide < SMALLEST:
        rule = f"all equal, or differ by at least {SMALLEST:g} in some feature (the square of less is rounded to 0)"
        raise ValueError(f"points must be {rule}, got differences of at most {wide:g}")


def check_start(points, centroids):
    """Check that a run of these points can start from these centroids: two tables of `as_table`."""
    check_width(points, centroids)
    check_k(len(centroids), len(points))
    check_spread(points, centroids)


def check_width(points, centroids):
    """Check that points and centroids have the same number of features."""
    if points.shape[1] != centroids.shape[1]:
        got = f"got shapes {points.shape} and {centroids.shape}"
        raise ValueError(f"points and centroids must have the same number of features, {got}")


def check_count(value, name, most=np.inf, least=1, rule=""):
    """Return an int from `least` to `most`, which `rule` says in words. True and False are not accepted."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be {f'an int {rule}'.strip()}, got {short(value)}")
    if not least <= value <= most:
        rule = rule or (f"at least {least}" if value < least else f"at most {most}")
        raise ValueError(f"{name} must be {rule}, got {short(value)}")
    return int(value)


def check_number(value, name, most=np.inf):
    """Return a finite number from 0 to `most`. True and False are not accepted."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {short(value)}")
    if not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, got {short(value)}")
    if value > most:
        raise ValueError(f"{name} must be at most {most:g}, got {short(value)}")
    return value


def check_columns(columns, points):
    """The two columns of the points (M, N) to draw: those given, or the first two that vary. A line has only one."""
    n = points.shape[1]
    if columns is None or n == 1:
        constant = np.ptp(points, axis=0) == 0 if n > 2 else np.zeros(n)  # of digits, the first pixel is always white
        return tuple(sorted(constant.argsort(kind="stable")[:2].tolist()))
    try:
        chosen = tuple(map(index, columns))
    except TypeError:
        chosen = ()
    if len(chosen) != 2 or len({*chosen} & {*range(n)}) != 2:
        raise ValueError(f"columns must be two different numbers from 0 to {n - 1}, got {short(columns)}")
    return chosen


def check_k(k, m):
    """Return k as int, if m points can have k clusters."""
    return check_count(k, "k", m, rule=f"between 1 and the number of points ({m})")


def read_utf8(path):
    """The bytes of a file of UTF-8. `path` is a Path."""
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe may never end; a folder gives an OSError
        raise ValueError(f"{cut(path.name, 60)} must be a file, not a pipe or a device")
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)  # not path.stat(): the file may grow
    if len(raw) > MOST_BYTES:
        raise ValueError(f"{cut(path.name, 60)} must be at most {MOST_BYTES // 1_000_000} MB, it is larger")
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        byte = f"got byte {raw[error.start]:#04x} at {error.start}"
        raise ValueError(f"{cut(path.name, 60)} must be text in UTF-8, {byte}; a spreadsheet saves it as 'CSV UTF-8'") from None
    return raw
