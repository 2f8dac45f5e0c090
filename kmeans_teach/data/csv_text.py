"""The text of a CSV file: where its names are, what separates its values, and which of them are numbers."""

import csv
import re
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from itertools import chain, islice, pairwise

import numpy as np

from kmeans_teach.inputs import short

# what people and programs write when a value was not measured: pandas' words, and those of other programs
WORDS = "na n/a n.a. nan -nan null none missing ? - . – — #n/a #na <na> 1.#ind -1.#ind 1.#qnan -1.#qnan"
MISSING = {"", "#n/a n/a", *WORDS.split()}
NO_NAME = re.compile(r"|Unnamed: \d+")  # pandas names a column without a name so
NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)(e[-+]?\d+)?", re.I | re.A)  # with a decimal comma too
THOUSANDS = re.compile(r"[-+]?[1-9]\d{,2}(,\d{3})+")  # or a decimal comma: nobody can tell
NO_NAMES = {"?", "-", ".", "NA", "NaN", "nan", "inf", "#N/A", "<NA>"}  # values, not names of columns
SEPARATORS = ",;\t|"
SAMPLE = 100  # rows, or values of a column, by which we judge
CELLS = 20_000  # that are text in memory at the same time


def read_table(raw, file):
    """Read the bytes of a CSV file, with the name `file`: (names, values, missing, unread).

    `values` (M, N) has NaN for what is no number. `missing` has {column: the first of the words for a missing value}, and
    `unread` has {column: (how many values are neither a number nor such a word, the first of them as (row, text))}.
    """
    skip, separator = _before_names(_lines(raw))
    separator = separator or _separator(raw, skip)
    try:
        table = _parse(raw, skip, separator, file)
        wrong = (text for _, examples in table[3].values() for _, text in examples)
        if separator != "," and any("," in text and NUMBER.fullmatch(text) and not THOUSANDS.fullmatch(text) for text in wrong):
            again = _parse(raw, skip, separator, file, decimal=",")
            return min(table, again, key=lambda table: sum(count for count, _ in table[3].values()))
    except csv.Error as error:
        raise ValueError(f"{file} cannot be read as CSV: {error}") from None
    return table


def _lines(raw):
    return TextIOWrapper(BytesIO(raw), "utf-8-sig", newline="")


def _before_names(lines):
    """How many lines come before the line of names, and the separator if one of them says it, as Excel's "sep=;" does."""
    skip, separator = 0, None
    for line, following in pairwise(chain(lines, [""])):
        if said := re.fullmatch(r'"?sep=([,;\t|])"?[,;\t|]*\s*', line, re.I):
            separator = said[1]
        elif line.startswith("#"):  # a remark, or names of which the first one begins with #
            count, count_following = (sum(map(text.count, SEPARATORS)) for text in (line, following))
            if line[1:2] != " " and following[:1] != "#" and count >= count_following:
                break
        elif line.strip():
            break
        skip += 1
    return skip, separator


def _rows(raw, skip, separator):
    """The rows as lists of text, without those that hold no value at all."""
    rows = csv.reader(islice(_lines(raw), skip, None), delimiter=separator, skipinitialspace=True, strict=True)
    return (row for row in rows if any(map(str.strip, row)))


def _separator(raw, skip):
    """The separator that gives each row as many values, and then the most numbers."""

    def judge(separator):
        rows = []
        with suppress(csv.Error):
            for row in islice(_rows(raw, skip, separator), SAMPLE):
                rows.append(row)
        width = len(rows[0]) if rows else 0
        cells = [cell.strip() for row in rows[1:] for cell in row]
        numbers = sum(bool(NUMBER.fullmatch(cell)) or cell.lower() in MISSING for cell in cells)
        return width > 1, sum(len(row) == width for row in rows) / max(len(rows), 1), numbers / max(len(cells), 1), width

    best = max(SEPARATORS, key=judge)
    return " " if not judge(best)[0] and judge(" ")[:3] == (True, 1, 1) else best


def _parse(raw, skip, separator, file, decimal="."):
    import pandas as pd  # not at the top of the file, because it is slow to import

    rows = _rows(raw, skip, separator)
    names = [" ".join(name.split()) for name in next(rows, [])]
    width = len(names)
    if not names:
        raise csv.Error("it is empty")
    counted = ["", *map(str, range(width - 1))]  # so pandas writes a table of numbers without names
    for name in names if names != counted else ():
        if NUMBER.fullmatch(name) or name in NO_NAMES:
            raise ValueError(f"the first line of {file} must hold the names of the columns, such as x, y; got {short(name)}")
    named = [name for name in names if not NO_NAME.fullmatch(name)]
    if len(set(named)) < len(named):
        raise ValueError(f"columns must have different names, got {short(max(named, key=named.count))} more than once")
    most = min(raw.count(b"\n") + raw.count(b"\r") + 1, len(raw) // width + 1)
    values, missing, unread, m = np.empty((most, width)), {}, {}, 0  # memory is used only where values are written
    while chunk := [*islice(rows, max(1, CELLS // width))]:
        for row in chunk:
            m += 1
            if len(row) != width:
                raise ValueError(f"row {m} of {file} must have {width} values, as many as there are names, got {len(row)}")
        texts = cells = np.array(chunk, dtype=object).ravel()
        if decimal == ",":  # pandas reads neither 1,5 nor 1_5
            texts = np.array([text.replace(".", "_").replace(",", ".") for text in cells], dtype=object)
        numbers = pd.to_numeric(texts, errors="coerce")
        read = ~np.isnan(numbers)
        numbers = np.full(len(texts), np.nan)
        numbers[read] = texts[read].astype(float)  # as Python reads a number: to_numeric may miss the last bit
        values[m - len(chunk) : m] = numbers.reshape(-1, width)
        for i in np.flatnonzero(~read).tolist():
            text = cells[i].strip()
            if text.lower() in MISSING:
                missing.setdefault(i % width, text)
            else:
                count, examples = unread.get(i % width, (0, []))
                if count < SAMPLE:
                    examples.append((m - len(chunk) + i // width + 1, text))
                unread[i % width] = count + 1, examples
    if not m:
        raise ValueError(f"{file} must have rows of values below the line of names")
    return names, values[:m], missing, unread
