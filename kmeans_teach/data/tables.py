"""Points from a table that a person has: a CSV file, or a DataFrame.

Nothing is left out in silence: the frame that comes back has in `attrs["left_out"]` one line that says what it lacks.
"""

import re
from pathlib import Path

import numpy as np

from kmeans_teach.data.csv_text import NO_NAME, THOUSANDS, read_table
from kmeans_teach.inputs import cut, read_utf8, short

# how a number may be written that we cannot read, and what to do; {} is the value
HINTS = {
    THOUSANDS.pattern: "write it without a comma: 1234, or with a point: 1.234",
    r"[-+]?\d*,\d+": "a number here is written with a point: 3.5",
    r"[-+]?\d*\.\d+": "other numbers of this file have a decimal comma",
    r"[-+]?\d{1,3}([,.\s'’]\d{3})+([.,]\d+)?": "write it without signs between thousands",
    r"[-+]?[\d.,]+\s*[%‰]": "write it without the percent sign",
    r"[-+]?\s*[$€£¥]\s*[-+]?[\d.,]+|[-+]?[\d.,]+\s*[$€£¥]": "write it without the sign of the currency",
    r"[\u2010-\u2015\u2212]\s*[\d.,]+": "its minus sign is another character than -",
    r"\([\d.,]+\)": "write a negative number with a minus sign",
    r"#[A-Z/0]+[!?]": "an error in the spreadsheet",
    r"[-+]?\d[\d.,]*(\s[a-z]{1,4}|\s?°[CF]?|\s?[cdkmnµ]?[mgls][²³]?)": "a unit belongs in the name of the column",
}


def read_points(path, columns=None, *, without_missing=False):
    """Read points from a CSV file: a pandas DataFrame (M, N) of the named columns, or of all columns of numbers.

    Parameters
    ----------
    path : str or Path
        A text in UTF-8 of at most 50 MB. The first line has the names of the columns. Lines that begin with # may come before
        it. Values are separated by commas, semicolons, tabs or |; numbers also by spaces. Where no comma separates values,
        numbers may have decimal commas. No code in it is run.
    columns : str or sequence of str, optional
        The names of the columns to use.
    without_missing : bool, optional
        Leave out the rows in which a value is missing.

    Returns
    -------
    points : DataFrame
        Its index numbers the rows of the file that have values, from 1. `points.attrs["left_out"]` is one line that says what
        was left out: columns of text (more than half of the values are no numbers), without a name or without values; rows.

    Raises
    ------
    ValueError
        It names the column, the row and the value that cannot be read, or says how many rows lack values.
    OSError
        The file cannot be opened.
    """
    import pandas as pd  # not at the top of the file, because it is slow to import

    path = Path(path).expanduser()
    file = cut(path.name, 60)
    names, values, words, unread = read_table(read_utf8(path), file)
    found = len(values) - np.isnan(values).sum(axis=0)
    kinds = {"no name": [], "text": [], "no values": []}
    usable, numeric = [], []
    for i, name in enumerate(names):
        count, examples = unread.get(i, (0, []))
        if NO_NAME.fullmatch(name):
            if count or found[i]:
                kinds["no name"].append(f"column {i + 1}")
        elif count > found[i] and 2 * sum(_hint(value) != "" for _, value in examples) <= len(examples):
            kinds["text"].append(name)
        elif not count and not found[i]:
            kinds["no values"].append(name)
        else:
            usable.append(name)
            numeric += [] if count else [name]
    places = {name: i for i, name in enumerate(names) if not NO_NAME.fullmatch(name)}
    chosen = [columns] if isinstance(columns, str) else list((usable or places) if columns is None else columns)
    if not chosen or len(set(chosen)) < len(chosen) or not set(chosen) <= set(places):
        raise ValueError(f"columns must be one or more different names of {_some(places)}, got {short(chosen)}")
    for name in chosen:
        if places[name] in unread:
            row, value = unread[places[name]][1][0]
            hint = _hint(value) or ("" if numeric or names[1:] else "values are separated by commas, semicolons, tabs or |")
            hint = f" ({hint})" if hint else ""
            wrong = f"column {short(name)} must hold numbers, got {short(value)} in row {row}{hint}"
            raise ValueError(f"{wrong}; columns of numbers: {_some(numeric)}")
    keep = [places[name] for name in chosen]
    values = values if keep == [*range(len(names))] else values[:, keep]
    frame = pd.DataFrame(values, columns=chosen, index=range(1, len(values) + 1), copy=False)
    words = {name: words[places[name]] for name in chosen if places[name] in words}
    return _complete(frame, kinds if columns is None else {}, without_missing, words)


def own_table(points, names, without_missing):
    """A person's points and the names of their features: of a file by `read_points`, of a DataFrame by `numbers_of`."""
    if isinstance(points, (str, Path)):
        return read_points(points, names, without_missing=without_missing), None  # the frame has the names
    if hasattr(points, "select_dtypes"):
        return numbers_of(points, without_missing), names
    if without_missing:
        raise TypeError("without_missing needs points from a file or a DataFrame")
    return points, names


def different(points):
    """How many points are different, up to 3. Mostly the first few tell, and to compare all takes long."""
    few = len(np.unique(points[:100], axis=0))
    return min(3, few if few >= 3 else len(np.unique(points, axis=0)))


def numbers_of(frame, without_missing=False):
    """The columns of numbers of a DataFrame, as `read_points` gives them; the frame itself if it has none."""
    numbers = frame.infer_objects().select_dtypes(["number", "bool"], exclude=["timedelta", "complexfloating"])
    numbers = numbers.loc[:, [not NO_NAME.fullmatch(str(name)) for name in numbers.columns]]
    if numbers.empty:
        return frame
    names = [*map(str, frame.columns.difference(numbers.columns, sort=False))]
    kinds = {"no name": [name for name in names if NO_NAME.fullmatch(name)]}
    kinds["not numbers"] = [name for name in names if name not in kinds["no name"]]
    values = numbers.to_numpy(dtype=float, na_value=np.nan)
    return _complete(type(frame)(values, columns=numbers.columns, index=frame.index), kinds, without_missing)


def _complete(frame, kinds, without_missing, words=None):
    """The frame, if no value is missing or rows may be left out, with the note of all that is left out."""
    gaps = np.isnan(frame.to_numpy())
    rows = gaps.any(axis=1)
    notes = [f"{_some(names)} ({kind})" for kind, names in kinds.items() if names]
    if rows.any():
        remain = f"{len(rows) - rows.sum()} of {len(rows)}"
        row = int(rows.argmax())
        name = frame.columns[gaps[row].argmax()]
        first = f"first in {'row labelled' if words is None else 'row'} {short(frame.index[row])}, column {short(str(name))}"
        first += f" ({short(words[name])})" if name in (words or ()) else ""
        missing = f"values are missing in {rows.sum()} of {len(rows)} rows, {first}. K-means needs all values"
        if rows.all():
            raise ValueError(f"{missing}: choose other columns; complete are: {_some(frame.columns[~gaps.any(axis=0)])}")
        if not without_missing:
            how = "without_missing=True, or --without-missing on the command line"
            raise ValueError(f"{missing}. To leave these rows out, so that {remain} remain: {how}")
        frame = frame[~rows]
        notes.append(f"{rows.sum()} of {len(rows)} rows (missing values)")
    frame.attrs["left_out"] = f"Left out: {'; '.join(notes)}." if notes else ""
    return frame


def _some(names, most=3):
    names = [*map(str, names)]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(cut(name, 30) for name in names[:most]) + more or "none"


def _hint(value):
    return next((hint for pattern, hint in HINTS.items() if re.fullmatch(pattern, value)), "")
