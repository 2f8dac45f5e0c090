"""A learner's own table: read a CSV by the names of its columns, and write it again with the labels. Lesson 07 uses it.

table = read_table("birds.csv")
points = table.points(["wing (mm)", "mass (g)"])       # (M, 2)
... labels ...
table.save("birds-labelled.csv", labels)
"""

import csv
import io
import re
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np

from kmeans_teach.inputs import as_table
from kmeans_teach.narrate import plural

MOST_BYTES = 50_000_000
SEPARATORS = ",;\t"
MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-"}  # what people write where nothing was measured


@dataclass(frozen=True)
class Table:
    """Rows of text under named columns; numbers are made of them only when asked for."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    separator: str = ","

    def text(self, name: str) -> list[str]:
        """A column as it stands in the file."""
        if name not in self.names:
            raise ValueError(f"column must be one of {', '.join(self.names)}, got {name!r}")
        column = self.names.index(name)
        return [row[column] for row in self.rows]

    def missing(self, names=None) -> dict[str, int]:
        """How many values are missing in each of these columns (all by default)."""
        return {name: sum(map(_is_missing, self.text(name))) for name in self._several(names)}

    def without_missing(self, names=None) -> "Table":
        """The table of those rows that have a value in every one of these columns (all by default)."""
        columns = [self.names.index(name) for name in self.missing(names)]
        whole = tuple(row for row in self.rows if not any(_is_missing(row[column]) for column in columns))
        return Table(self.names, whole, self.separator)

    @property
    def numeric(self) -> tuple[str, ...]:
        """The names of the columns in which every value that is there is a number."""
        given = {name: [value for value in self.text(name) if not _is_missing(value)] for name in self.names}
        return tuple(name for name, values in given.items() if values and all(map(_is_number, values)))

    def points(self, names) -> np.ndarray:
        """The points (M, N) of these columns. ValueError for a column of text, and for missing values, which are counted."""
        names = self._several(names)
        if len(set(names)) != len(names) or not names:
            raise ValueError(f"columns must be one or more different names, got {names}")
        for name in names:
            self._refuse_text(name)
        counts = {name: n for name, n in self.missing(names).items() if n}
        if counts:
            m, whole = len(self.rows), len(self.without_missing(names).rows)
            each = ", ".join(f"{n} in {name!r}" for name, n in counts.items())
            raise ValueError(
                f"values are missing: {each}. K-means needs them all: table.without_missing({names}) "
                f"keeps {whole} of {m} rows; or choose other columns"
            )
        return as_table([[float(value) for value in row] for row in zip(*map(self.text, names), strict=True)], "points")

    def _several(self, names):
        """A list of names, of one name, of several, or of all for None."""
        return [names] if isinstance(names, str) else list(self.names if names is None else names)

    def _refuse_text(self, name):
        for row, value in enumerate(self.text(name), 1):
            if not (_is_missing(value) or _is_number(value)):
                comma = " (a number here is written with a point: 3.5)" if _is_number(value.replace(",", ".", 1)) else ""
                raise ValueError(
                    f"column {name!r} must hold numbers, got {value[:40]!r} in row {row}{comma}; "
                    f"columns of numbers: {', '.join(self.numeric) or 'none'}"
                )

    def save(self, path, labels, *, name: str = "cluster") -> Path:
        """Write the table with a last column of labels. A file that is there is never overwritten."""
        if len(labels) != len(self.rows):
            raise ValueError(f"labels must be one for each of {len(self.rows)} rows, got {len(labels)}")
        if name in self.names:
            raise ValueError(f"the table has a column {name!r} already; choose another name for the labels")
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.separator, lineterminator="\n")
        writer.writerow([*self.names, name])
        writer.writerows([*row, int(label)] for row, label in zip(self.rows, labels, strict=True))
        path = Path(path)
        try:
            file = path.open("x", encoding="utf-8", newline="")
        except FileExistsError:
            raise FileExistsError(f"{path} is there already; choose another name") from None
        try:
            with file:
                file.write(text.getvalue())
        except OSError:
            path.unlink()  # a disk that is full leaves no half of a table
            raise
        return path


def read_table(path) -> Table:
    """Read a CSV file with a line of names, separated by comma, semicolon or tab; lines of # before the names are skipped.

    The file is text of at most 50 MB, in UTF-8; nothing in it is evaluated. ValueError names what cannot be read, and where.
    """
    path = Path(path)
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)  # a bound that holds even where the size of the file is not known before
    if len(raw) > MOST_BYTES:
        raise ValueError(f"{path.name} must be at most {MOST_BYTES // 1_000_000} MB, it is larger")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = f"got byte {raw[error.start]:#04x} at {error.start}"
        raise ValueError(f"{path.name} must be text in UTF-8, {where}; a spreadsheet saves it as 'CSV UTF-8'") from None
    text = re.sub(r"\A([^\S\n]*(#[^\n]*)?\n)*", "", text)  # remarks stand before the names: below, a # is part of a value
    marks = re.sub(r'"[^"]*"', "", text.partition("\n")[0])  # the line of names, without what stands in quotes
    separator = max(SEPARATORS, key=marks.count)  # the first of equals, so a comma where there is none
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise ValueError(f"{path.name} cannot be read as CSV: {error}") from None
    lines = [line for line in lines if len(line) > 1 or "".join(line).strip()]  # not the empty ones
    if len(lines) < 2:
        raise ValueError(f"{path.name} must have a line of names and a row below it, got {plural(len(lines), 'line')}")
    names, *rows = lines
    names = tuple(name.strip() for name in names)
    if "" in names or len(set(names)) != len(names):
        raise ValueError(f"columns must have names, all different, got {', '.join(map(repr, names))}")
    if all(map(_is_number, names)):
        raise ValueError(
            f"the first line of {path.name} must hold the names of the columns, got numbers: {', '.join(names)[:40]}"
        )
    for number, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise ValueError(
                f"row {number} of {path.name} must have {len(names)} values, as the line of names has, got {len(row)}"
            )
    return Table(names, tuple(map(tuple, rows)), separator)


def standardise(points) -> np.ndarray:
    """Each column less its mean, over its standard deviation (ddof 0): a step of 1 is a usual difference in every column.

    A column whose values are all the same becomes zeros. Lesson 07 says when to do this, and when not.
    """
    points = as_table(points, "points")
    centred = points - points.mean(axis=0)
    spread = points.std(axis=0)
    spread[np.ptp(points, axis=0) == 0] = np.inf  # rounding may leave a spread of 1e-17 in a column of equal values
    return centred / spread


def cross_table(names, labels, k: int) -> tuple[list[str], np.ndarray]:
    """Count pairs: the different names, in order, and a table (names, k) of how many of each have each label."""
    labels = np.asarray(labels)
    if len(names) != len(labels) or not ((labels >= 0) & (labels < k)).all():
        raise ValueError(f"labels must be numbers from 0 to {k - 1}, one for each of {len(names)} names, got {labels}")
    kinds, rows = np.unique(np.asarray(names), return_inverse=True)
    counts = np.zeros((len(kinds), k), dtype=np.intp)
    np.add.at(counts, (rows, labels), 1)
    return [str(kind) for kind in kinds], counts


def match(counts) -> tuple[int, ...]:
    """For each row of a square table the column that it is matched with, so that the matched counts are the most possible.

    match([[0, 5], [7, 1]]) -> (1, 0)   (every order is tried, so 8 rows at most)
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or len(counts) > 8:
        raise ValueError(f"counts must be a square table of at most 8 rows, got shape {counts.shape}")
    rows = np.arange(len(counts))
    return max(permutations(range(len(counts))), key=lambda order: counts[rows, list(order)].sum())


def _is_missing(value):
    return value.strip().lower() in MISSING


def _is_number(value):
    try:
        float(value)
    except ValueError:
        return False
    return "_" not in value  # Python reads 1_000 as a number; a table does not mean one
