"""Whatever comes in, the message about it is one sentence of at most about 300 characters."""

import argparse
import functools

import numpy as np
import pytest

from kmeans_teach import KMeansND, data, save
from kmeans_teach.ask import Question
from kmeans_teach.commands import a_port, an_address, lab, mark
from kmeans_teach.inputs import check_count, check_k, check_number, cut, short
from kmeans_teach.panel.setting import Setting

LONG, TWO = "x" * 1_000_000, [[0.0, 0.0], [1.0, 2.0]]
MANY, WIDE = list(range(50_000)), np.zeros((2, 999))


class Odd:
    def __repr__(self):
        raise RuntimeError("no repr")


HUGE = [LONG, MANY, [MANY] * 3, 10**5000, np.zeros((99, 99)), {"a": LONG}, Odd(), LONG.encode()]


def named(function):
    function.__name__ = LONG
    return function


def returning(value):
    return named(lambda *_: value)


DOORS = {
    "a count": lambda value: check_count(value, "max_iter", 300),
    "a number": lambda value: check_number(value, "fps", 300),
    "k": lambda value: check_k(value, 5),
    "data set": lambda value: Setting(value),
    "way": lambda value: Setting(way=value),
    **{f"{name} of a setting": lambda value, name=name: Setting(**{name: value}) for name in ("k", "seed", "spread", "size")},
    "hand": lambda value: Setting(hand=value, k=1),
    "painted": lambda value: Setting(painted=value),
    "standardise": lambda value: Setting(standardise=value),
    "bounds": lambda value: data.make_clusters(bounds=value, rng=np.random.default_rng(1)),
    "spread": lambda value: data.make_clusters(spread=value, rng=np.random.default_rng(1)),
    "rng": lambda value: data.plus_plus(TWO, 1, value),
    "question": lambda value: Question([value], 1, "so"),
    "answer": lambda value: Question("what", [value], "so"),
    "option": lambda value: Question("what", value, "so", options=("A", LONG + "y")),
    "fps": lambda value: save(KMeansND(TWO, TWO), "never.gif", fps=[value]),
    "labels": lambda value: KMeansND(TWO, TWO, assign=returning(value)).fit(),
    "centroids": lambda value: KMeansND(TWO, TWO, update=returning(value)).fit(),
}
OTHERS = {
    "load": lambda: data.load(LONG),
    "a replay string": lambda: Setting.parse(LONG),
    "a word": lambda: Setting.parse(f"blobs {LONG}"),
    "a number": lambda: Setting.parse(f"blobs k={LONG}"),
    "digits": lambda: Setting.parse(f"blobs seed={'9' * 1_000_000}"),
    "by hand": lambda: Setting.parse(f"blobs hand={'1,' * 100_000}"),
    "too many by hand": lambda: Setting.parse(f"blobs hand={'1,2;' * 100_000}3,4"),
    "painted points": lambda: Setting.parse(f"blobs painted={LONG}"),
    "a dtype": lambda: KMeansND(np.zeros(9, dtype=[(f"column {i}", float) for i in range(5000)]), TWO),
    "a dtype of labels": lambda: KMeansND(TWO, TWO, assign=returning(np.zeros(2, dtype=[(LONG, int)]))).fit(),
    "wide centroids": lambda: KMeansND(
        np.zeros((2, 999)), np.zeros((2, 999)), update=returning(np.full((2, 999), 1e200))
    ).fit(),
    "a reply": lambda: Question("what", 1, "so").check(LONG),
    "a file": lambda: save(KMeansND(TWO, TWO), LONG),
    "a port": lambda: a_port(LONG),
    "an address": lambda: an_address("1" * 99_999),
    "a folder": lambda: lab.a_folder("x" * 200 + "/" * 1000),
    "a time": lambda: mark.a_time(LONG),
}
CASES = {door: [functools.partial(f, value) for value in HUGE] for door, f in DOORS.items()}
CASES |= {f"{door} too": [f] for door, f in OTHERS.items()}


@pytest.mark.parametrize("door", CASES)
def test_no_message_is_long_whatever_comes_in(door):
    for case in CASES[door]:
        with pytest.raises((TypeError, ValueError, argparse.ArgumentTypeError)) as caught:
            case()
        assert 0 < len(str(caught.value)) <= 320
        assert "\n" not in str(caught.value)


def test_a_value_is_shortened_only_if_it_is_long():
    assert [short(value) for value in (1.5, "a b", np.float64(2), np.True_, None, [1, 2])] == [
        *("1.5", "'a b'", "2.0", "True", "None", "[1, 2]")
    ]
    assert short(np.eye(2)) == "array([[1., 0.], [0., 1.]])"
    assert short(10**5000) == "a value of type int"
    assert short(Odd()).startswith("<Odd instance at 0x")
    assert cut("abc\ndef") == "abc def"
    assert cut("x" * 100, 10) == "xxxxxxx..."
    assert len(short(LONG)) <= 80
