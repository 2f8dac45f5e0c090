"""The cursor over a run: any walk over it shows the steps of the model, and nothing else."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmeans_teach.kmeans import KMeansND, update_centroids
from kmeans_teach.panel import Player
from kmeans_teach.panel import player as player_module
from tests.test_kmeans import same_bits

LINE = np.array([[-3.0], [-1.0], [0.0], [1.0], [1.0], [8.0]])  # from -3 and 0.99: 5 updates, so 10 steps
LAST = 9


def model(**options):
    return KMeansND(LINE, [[-3.0], [0.99]], **options)


class Flaky:
    """An update that fails at its n-th call and at no other."""

    def __init__(self, n, error=ZeroDivisionError):
        self.n, self.error, self.calls = n, error, 0

    def __call__(self, points, labels, centroids):
        self.calls += 1
        if self.calls == self.n:
            raise self.error("on purpose")
        return update_centroids(points, labels, centroids)


def test_a_new_player_stands_at_the_start_and_has_run_nothing_more():
    player = Player(model())
    assert (player.cursor, player.farthest, len(player.steps)) == (0, 0, 1)
    assert player.step.phase == "start"
    assert not player.at_end
    assert not player.recorded_all


def test_forward_to_the_end_and_back_to_the_start():
    player = Player(model())
    walked = [player.step]
    while player.forward():
        walked.append(player.step)
    assert len(walked) == LAST + 1
    same_bits(walked, list(model().steps()))
    assert player.at_end
    assert player.recorded_all
    assert not player.forward()
    assert player.cursor == LAST
    while player.back():
        same_bits([player.step], [walked[player.cursor]])
    assert player.cursor == 0
    assert not player.back()
    assert player.farthest == LAST  # what has been looked at stays looked at


def test_first_last_and_seek():
    player = Player(model())
    assert player.seek(3) is player.step
    same_bits([player.step], list(model().steps())[3:4])
    assert len(player.steps) == 4
    assert player.last().stop == "converged"
    assert (player.cursor, player.farthest) == (LAST, LAST)
    assert player.first().phase == "start"
    assert player.seek(1000).stop == "converged"
    assert player.seek(-5).phase == "start"


def test_peek_looks_at_the_next_step_and_stays():
    player, second = Player(model()), list(model().steps())[1:2]
    same_bits([player.peek()], second)
    assert (player.cursor, player.farthest) == (0, 0)
    same_bits([player.peek()], second)
    player.last()
    assert player.peek() is None


def test_recording_ahead_does_not_move_the_cursor():
    player = Player(model())
    for n in range(LAST):
        assert player.record()
        assert len(player.steps) == n + 2
    assert not player.record()
    assert (player.cursor, player.farthest) == (0, 0)


MOVES = ["forward", "back", "first", "last", "peek", "record", "seek"]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(MOVES), st.integers(-3, 14)), max_size=25))
def test_any_walk_is_that_of_a_cursor_on_a_list(walk):
    player, cursor, farthest = Player(model()), 0, 0
    for move, target in walk:
        if move == "seek":
            player.seek(target)
        else:
            getattr(player, move)()
        goal = {"forward": cursor + 1, "back": cursor - 1, "first": 0, "last": LAST, "seek": target}.get(move, cursor)
        cursor = min(max(goal, 0), LAST)
        farthest = max(farthest, cursor)
        assert (player.cursor, player.farthest) == (cursor, farthest)
        assert (player.step.iteration, player.at_end) == ((cursor + 1) // 2, cursor == LAST)
        assert player.step.inertia == player.steps[cursor].inertia
    iterations = [s.iteration for s in player.steps]
    assert all(0 <= b - a <= 1 for a, b in pairwise(iterations))


@pytest.mark.parametrize("move", ["forward", "last", "peek", "record"])
def test_an_error_leaves_the_cursor_and_the_next_try_runs_again(move):
    player = Player(model(update=Flaky(2)))
    player.seek(2)
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        getattr(player, move)()
    assert (player.cursor, len(player.steps)) == (2, 3)
    recorded = list(player.steps)
    assert player.last().stop == "converged"
    assert player.steps[:3] == recorded
    assert len(player.steps) == LAST + 1
    whole = [(s.iteration, s.phase, s.inertia) for s in model().steps()]
    assert [(s.iteration, s.phase, s.inertia) for s in player.steps] == whole


def test_an_interrupt_is_like_any_error():
    player = Player(model(update=Flaky(1, KeyboardInterrupt)))
    with pytest.raises(KeyboardInterrupt):
        player.forward()
    assert player.cursor == 0
    assert player.forward()


def test_a_function_that_always_fails_fails_each_time_and_does_no_harm():
    def broken(*_):
        raise RuntimeError("always")

    player = Player(model(update=broken))
    for _ in range(3):
        with pytest.raises(RuntimeError, match="always"):
            player.forward()
        assert (player.cursor, len(player.steps)) == (0, 1)


def test_another_run_begins_at_its_start_and_a_failing_one_leaves_the_one_before():
    player = Player(model())
    player.seek(4)
    here = player.step

    def broken(*_):
        raise RuntimeError("at once")

    with pytest.raises(RuntimeError, match="at once"):
        player.load(model(assign=broken))
    assert player.step is here
    assert (player.cursor, player.farthest) == (4, 4)
    assert player.forward()
    other = KMeansND(LINE, [[0.0]])
    player.load(other)
    assert player.model is other
    assert (player.cursor, player.farthest, len(player.steps)) == (0, 0, 1)


@pytest.mark.parametrize(("k", "dtype"), [(2, np.uint8), (256, np.uint8), (257, np.uint16)])
def test_a_recorded_label_takes_a_byte_where_k_allows_and_a_step_under_the_cursor_is_whole(k, dtype):
    points = np.random.default_rng(2).normal(size=(400, 2))
    run = KMeansND(points, points[:k])
    player, expected = Player(run), list(run.steps())
    player.last()
    assert len(player.steps) == len(expected) > 5
    for old, new in pairwise(player.steps):
        assert new.labels.dtype == dtype
        assert new.before is None  # or two more arrays would live as long as the record
        assert (new.labels is old.labels) == (new.phase == "update")
        assert (new.centroids is old.centroids) == (new.phase == "assign")
    for i, step in enumerate(expected):
        got = player.seek(i)
        same_bits([got], [step])
        assert got.labels.dtype == np.intp
        if i:
            same_bits([got.before], [step.before])
        with pytest.raises(ValueError, match="read-only"):
            got.labels[0] = 0
    assert got.before.before is None


def test_a_record_is_bounded_whoever_asks_for_more(monkeypatch):
    player = Player(model())
    monkeypatch.setattr(player_module, "MOST_RECORDED", 2_000)
    message = r"^a record must be at most 0 MB, and half-steps 0 to 4 of 6 points fill it; use fewer points$"
    for move in player.last, player.record, lambda: player.seek(7):
        with pytest.raises(ValueError, match=message):
            move()
    assert player.seek(4).phase == "assign"  # what is recorded stays
    with pytest.raises(ValueError, match=message):
        player.forward()
    assert player.cursor == 4
    player.load(model())
    assert player.forward()


def test_a_run_of_two_steps():
    player = Player(KMeansND([[1.0]], [[1.0]]))
    assert player.forward()
    assert player.at_end
    assert not player.forward()
