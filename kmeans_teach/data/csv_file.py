"""Points from a file: `read_points` reads a table of CSV, by pandas."""

import re
from io import StringIO
from pathlib import Path

from kmeans_teach.inputs import read_text

MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-"}  # what people write when a value was not measured


def read_points(path, columns=None):
    """Read points from a CSV file: a pandas DataFrame (M, N) of the named columns, or of all columns of numbers.

    The first line has the names of the columns. Lines that begin with # may come before it. Values are separated by commas,
    semicolons or tabs. The file is text in UTF-8, at most 50 MB. No code in it is run.
    ValueError names the column or row that cannot be read.
    """
    import pandas as pd  # not at the top of the file, because it is slow to import

    path = Path(path)
    text = read_text(path)
    remarks = re.match(r"([^\S\n]*(#[^\n]*)?\n)*", text)[0]
    first_line = re.sub(r'"[^"]*"', "", text[len(remarks) :].partition("\n")[0])  # a separator in quotes does not count
    try:
        table = pd.read_csv(
            StringIO(text, newline=""), sep=max(",;\t", key=first_line.count), skiprows=remarks.count("\n"),
            header=None, dtype=object, na_filter=False, engine="python",  # the only engine that refuses wrong quotation marks
        )  # fmt: skip
    except ValueError as error:  # all errors of pandas about the text are of this kind
        raise ValueError(f"{path.name} cannot be read as CSV: {error}") from None
    names, table = [name.strip() for name in table.iloc[0]], table[1:]
    if "" in names or len(set(names)) < len(names):
        raise ValueError(f"columns must have names, all different, got {names}")
    if pd.to_numeric(pd.Series(names), errors="coerce").notna().all():
        raise ValueError(f"the first line of {path.name} must hold the names of the columns, got numbers: {names}")
    if table.empty:
        raise ValueError(f"{path.name} must have rows of values below the line of names")
    table.columns = names
    short = table.isna().any(axis=1)  # pandas fills a short row with None; an empty value is ""
    if short.any():
        row, values = short.idxmax(), f"{len(names)} values, as many as there are names"
        raise ValueError(f"row {row} of {path.name} must have {values}, got {table.loc[row].count()}")
    missing = table.apply(lambda column: column.str.strip().str.lower().isin(MISSING))
    wrong = table.apply(pd.to_numeric, errors="coerce").isna() & ~missing
    numeric = [name for name in names if not wrong[name].any() and not missing[name].all()]
    columns = [columns] if isinstance(columns, str) else list((numeric or names) if columns is None else columns)
    if not columns or len(set(columns)) < len(columns) or not set(columns) <= set(names):
        raise ValueError(f"columns must be one or more different names of {', '.join(names)}, got {columns}")
    for name in columns:
        if wrong[name].any():
            row = wrong[name].idxmax()
            value = table.loc[row, name]
            hint = " (a number here is written with a point: 3.5)" if re.fullmatch(r"\s*[-+]?\d*,\d+\s*", value) else ""
            others = f"columns of numbers: {', '.join(numeric) or 'none'}"
            raise ValueError(f"column {name!r} must hold numbers, got {value[:40]!r} in row {row}{hint}; {others}")
    gaps = missing[columns]
    if gaps.any(axis=None):
        counts = ", ".join(f"{n} in {name!r}" for name, n in gaps.sum().items() if n)
        raise ValueError(
            f"values are missing: {counts}. K-means needs all values: choose other columns, or remove the rows with a gap "
            f"({(~gaps.any(axis=1)).sum()} of {len(table)} rows are complete)"
        )
    return table[columns].astype(float)  # as Python reads a number: to_numeric may miss the last bit
