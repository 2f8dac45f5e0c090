"""What can be seen in the results of a wrong function, if no known mistake gives the same: a name, or None."""

import numpy as np

from kmeans_teach.check.trial import as_array, same_array, same_value


def arrays(trials):
    """(result, expected, case) of each trial that raised no error."""
    return [(as_array(trial.value), np.asarray(trial.expected), trial.case) for trial in trials if not trial.error]


def kind(trials, first):
    """What is wrong with the kind of value, whatever the numbers are: a name and more, or None."""
    value, expected = first.value, first.expected
    if isinstance(expected, tuple):
        rows = isinstance(value, np.ndarray) and value.ndim > 0
        if not (rows or isinstance(value, (tuple, list))) or len(value) != len(expected):
            return "one thing, not two", f"{kind_of(value)} came back."
        pairs = [(as_array(part), np.asarray(wanted)) for part, wanted in zip(value, expected, strict=True)]
    else:
        if isinstance(value, tuple) and any(same_array(part, expected) for part in value):
            return "returns several things", f"A tuple of {len(value)} came back."
        pairs = [(as_array(value), np.asarray(expected))]
    if isinstance(value, (list, tuple)) and any(row is None for row in value):
        return "None instead of a row", ""
    for result, wanted in pairs:
        if isinstance(value, (list, tuple)) and wanted.dtype.kind == "i" and {type(label) for label in value} == {str}:
            return "letters, not numbers"
        if result is None:
            return "wrong dtype", f"{kind_of(value)} came back, not an array of numbers."
        if result.shape != wanted.shape:
            shapes = f"It has shape {result.shape}, but {wanted.shape} is expected."
            return "wrong shape" if wanted.ndim else "not one number", shapes
    if isinstance(expected, tuple):
        return None
    every = arrays(trials)
    if all(a is not None and a.shape == b.shape and np.allclose(a, b, rtol=1e-2, atol=1e-2) for a, b, _ in every):
        result, wanted = pairs[0]
        if result.dtype.kind != wanted.dtype.kind or result.dtype in (np.float32, np.float16):
            return "wrong dtype", f"The numbers fit, but their dtype is {result.dtype}, and {wanted.dtype} is expected."
        if all(((a == a.round(8)) | (a == a.astype(np.float32))).all() for a, *_ in every):
            return "rounded"
    return None


def labels(trials, first):
    if all(_is_groups(trial.value, *trial.case) for trial in trials):
        return "groups, not labels"
    if fault := kind(trials, first):
        return fault
    every = arrays(trials)
    if any(a is None or a.shape != b.shape for a, b, _ in every):
        return None
    for a, _, _ in every:
        if not (a == np.floor(a)).all():  # NaN is not equal to itself
            return "wrong dtype", f"A label is a whole number, and {a[a != np.floor(a)][0]:g} came back."
    if any(a.min() < 0 or a.max() >= len(case[1]) for a, _, case in every):
        return "labels out of range"
    tables = [
        (a.astype(int), b, ((case[0][:, None] - case[1]) ** 2).reshape(len(a), len(case[1]), -1).sum(axis=2))
        for a, b, case in every
    ]
    if all((table[np.arange(len(a)), a] == table.min(axis=1)).all() for a, _, table in tables):
        return "ties not to the lower index"
    near, got, wanted = (np.concatenate(parts) for parts in zip(*((t.min(axis=1), a, b) for a, b, t in tables), strict=True))
    large = near >= near[got != wanted].min()
    if large.sum() < len(near) and near[large].min() > 50 and ((got == 0) == (large | (wanted == 0))).all():
        return "first nearest too small"
    return "one label for all" if all((a == a[0]).all() for a, _, _ in tables) else None


def rows(trials, first):
    if fault := kind(trials, first):
        return fault
    every = arrays(trials)
    if any(a is None or a.shape != b.shape for a, b, _ in every):
        return None
    if all(np.allclose(a[np.unique(case[1])], b[np.unique(case[1])]) for a, b, case in every):
        return "empty cluster moved"
    if all(same_array(np.sort(a, axis=0), np.sort(b, axis=0)) for a, b, _ in every):
        return "rows in another order"
    return None


def start(trials, first):
    value = as_array(first.value)
    if value is None or value.shape != first.expected.shape:
        return kind(trials, first)
    if not all((first.case[0] == row).all(axis=1).any() for row in value):
        return "not a point"
    if len(np.unique(value, axis=0)) < len(value):
        return "a point chosen twice"
    if one_start(trials):
        return "always the same start"
    ends = {as_array(trial.value).tobytes() for trial in trials if len(trial.case[0]) == 4}
    return "drawn at random" if len(ends) > 4 else None  # ten starts among four points: the first decides the rest


def one_start(trials):
    """Did every rng choose the same first point? The last six cases have the same points."""
    values = [as_array(trial.value) for trial in trials[-6:]]
    return all(value is not None and np.array_equal(value[:1], values[0][:1]) for value in values)


def rule(trials, first):
    return "nothing at the end" if first.value is None and any(trial.right for trial in trials) else kind(trials, first)


def join(trials, first):
    if isinstance(first.error, (RuntimeWarning, ZeroDivisionError)):
        return "NaN where nobody is"
    if fault := kind(trials, first):
        return fault
    means = as_array(first.value[0])
    return "NaN where nobody is" if np.isnan(means).any() and same_value(first.value[1], first.expected[1]) else None


def _is_groups(value, points, centroids):
    """K collections that hold M things together."""
    groups = list(value.values()) if isinstance(value, dict) else value
    if not isinstance(groups, (list, tuple)) or not all(hasattr(group, "__len__") for group in groups):
        return False
    return len(groups) == len(centroids) and sum(map(len, groups)) == len(points)


def kind_of(value):
    """The kind of value, with its article, to begin a sentence."""
    if isinstance(value, np.ndarray):
        return f"An array of dtype {value.dtype}"
    kind = type(value).__name__
    return f"A{'n' * (kind[0] in 'aeiouAEIOU')} {kind}"
