"""A learner's function never takes the kernel: whatever it does, its check ends, says so, and leaves nothing behind."""

# ruff: noqa: B012, E722, SIM105

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from kmeans_teach.check import check_assign, check_look, check_squared, check_steps, check_update, trial
from kmeans_teach.inputs import learners
from kmeans_teach.inputs.learners import TookTooLong, call_within
from kmeans_teach.kmeans import assign_points, update_centroids

LONG = bool(os.environ.get("LONG"))  # the weekly run: more of the same
TIMER = hasattr(signal, "setitimer")


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(trial, "SECONDS", 0.1)


def left_behind():
    timer = (signal.getitimer(signal.ITIMER_REAL), signal.getsignal(signal.SIGALRM)) if TIMER else None
    return sys.gettrace(), __builtins__["input"], timer


# ---- loops that end on any system, on any thread


def bare_except():
    i = 0
    while True:
        try:
            i += 1
        except:
            pass


def bare_except_in_bare_except():
    while True:
        try:
            try:
                try:
                    time.sleep(0.01)
                except:
                    pass
            except:
                pass
        except:
            continue


def finally_goes_on():
    while True:
        try:
            time.sleep(0.01)
        finally:
            continue


def suppresses_all():
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(0.01)


def over_an_endless_generator():
    def naturals():
        while True:
            yield 1

    return sum(naturals())


LOOPS = [bare_except, bare_except_in_bare_except, finally_goes_on, suppresses_all, over_an_endless_generator]


# ---- what only a timer ends


def waits():
    time.sleep(60)


def regular_expression():
    re.match(r"(a+)+$", "a" * 40 + "b")


def one_line():
    exec("while True: pass")


def sleeps_again_after_each_bare_except():
    while True:
        try:
            time.sleep(60)
        except:
            pass


def waits_for_an_event():
    threading.Event().wait()


def holds_the_errors():
    held = []
    while True:
        try:
            time.sleep(60)
        except BaseException as error:
            held.append(error)


def goes_on_in_the_except(depth=0):
    try:
        while True:
            pass
    except:
        goes_on_in_the_except(depth + 1)


WAITS = [waits, regular_expression, one_line, sleeps_again_after_each_bare_except, waits_for_an_event, holds_the_errors]
WAITS += [goes_on_in_the_except]


@pytest.mark.parametrize("endless", LOOPS + WAITS * TIMER, ids=lambda f: f.__name__)
def test_what_does_not_end_is_ended_and_leaves_nothing_behind(endless, soon):
    before = left_behind()
    calls = []

    def mine(points, centroids):
        calls.append(1)
        endless()

    verdict = check_assign(mine)
    assert verdict.mistake == "does not stop in time"
    assert "came back  nothing in time, at: " in verdict.text
    assert "It was stopped after a second." in verdict.text
    assert calls == [1]  # not once more on each of the other cases
    assert left_behind() == before


@pytest.mark.parametrize("endless", LOOPS, ids=lambda f: f.__name__)
def test_where_there_is_no_timer_loops_are_ended_too(endless):
    ended = []

    def on_another_thread():
        with contextlib.suppress(TookTooLong):
            call_within(0.1, endless)
        ended.append(sys.gettrace())

    thread = threading.Thread(target=on_another_thread, daemon=True)
    thread.start()
    thread.join(30)
    assert ended == [None]


def test_one_limit_holds_for_all_the_steps_of_a_case_and_for_the_end_of_the_generator(soon):
    def slow(points, centroids):
        while True:
            time.sleep(0.05)
            yield "start", centroids, assign_points(points, centroids)

    def does_not_close(points, centroids):
        try:
            yield "start", centroids, assign_points(points, centroids)
            yield 5
        finally:
            bare_except()

    for mine in slow, does_not_close:
        assert check_steps(mine).mistake == "does not stop in time"


@pytest.mark.skipif(not TIMER, reason="needs a timer")
def test_the_timer_of_someone_else_goes_on_afterwards():
    rings = []
    before = signal.signal(signal.SIGALRM, lambda signum, frame: rings.append(signum))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(TookTooLong):
            call_within(0.2, call_within, 0.05, bare_except)  # one within the other
        assert call_within(1, len, "four") == 4
        while not rings:
            time.sleep(0.001)
        assert rings == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Slow:
    """What ends with it takes for ever."""

    def __del__(self):
        while True:
            pass


def test_an_error_within_the_end_of_an_object_is_not_printed_and_comes_again(capsys, monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", hook := sys.__unraisablehook__)
    with pytest.raises(TookTooLong):
        call_within(0.05, lambda: [Slow() and None for _ in iter(int, 1)])
    assert capsys.readouterr() == ("", "")
    assert sys.unraisablehook is hook


def test_a_trace_function_of_someone_else_is_put_back(soon):
    def theirs(frame, event, _):
        return None

    before = sys.gettrace()
    sys.settrace(theirs)
    try:
        check_assign(lambda points, centroids: bare_except())
        assert sys.gettrace() is theirs
    finally:
        sys.settrace(before)


def test_interrupt_ends_the_cell_as_usual_and_leaves_nothing_behind():
    before = left_behind()

    def mine(points, centroids):
        signal.raise_signal(signal.SIGINT)
        time.sleep(60)

    for check in check_assign, check_steps:
        with pytest.raises(KeyboardInterrupt):
            check(mine)
        assert left_behind() == before


# ---- right functions that need their time


class Clock:
    """A clock that a learner's function can put forward, as if it had to wait."""

    def __init__(self):
        self.ahead, self.looks = 0, 0

    def __call__(self):
        self.looks += 1
        return time.perf_counter() + self.ahead

    def put_forward(self, seconds):
        self.ahead += seconds
        looks = self.looks
        while self.looks == looks:
            time.sleep(0.001)


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(learners, "perf_counter", Clock())
    return learners.perf_counter


def test_an_import_inside_the_function_is_not_timed_as_the_learners(clock, tmp_path, monkeypatch):
    lines = "from kmeans_teach.inputs import learners\nexec('learners.perf_counter.put_forward(100)')\n"
    (tmp_path / "large_library.py").write_text(lines + "from kmeans_teach.kmeans import assign_points as nearest")
    monkeypatch.syspath_prepend(tmp_path)

    def mine(points, centroids):
        from large_library import nearest

        return nearest(points, centroids)

    assert check_assign(mine)
    del sys.modules["large_library"]
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(check_assign(mine)))
    thread.start()
    thread.join()
    assert verdicts[0]
    assert clock.ahead == 200


def test_on_a_busy_machine_the_time_that_passes_does_not_count_in_full(clock):
    assert call_within(1, clock.put_forward, 1.5) is None
    with pytest.raises(TookTooLong):
        call_within(1, clock.put_forward, 1.8)


@pytest.mark.skipif(not LONG, reason="the weekly run: imports of large libraries, each in a fresh process")
@pytest.mark.parametrize(
    "body",
    [
        "from sklearn.metrics import pairwise_distances_argmin as f; return f(points, centroids)",
        "from scipy.spatial.distance import cdist; return cdist(points, centroids).argmin(axis=1)",
        "import pandas; return pandas.DataFrame({k: ((points - c)**2).sum(1) for k, c in enumerate(centroids)}).idxmin(axis=1)",
    ],
)
def test_a_right_answer_that_imports_a_large_library_is_right(body):
    program = f"def mine(points, centroids): {body}\nfrom kmeans_teach.check import check_assign\ncheck_assign(mine)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "mine: right on 28 cases\n"


# ---- functions that ask, exit, or raise what is no Exception


def asks(*case):
    return int(input("K = "))


def asks_among_its_steps(points, centroids):
    yield "start", centroids, assign_points(points, centroids)
    input()


@pytest.mark.parametrize(("check", "mine"), [(check_assign, asks), (check_update, asks), (check_steps, asks_among_its_steps)])
def test_input_is_refused_at_once(check, mine, capsys):
    before = left_behind()
    verdict = check(mine)
    assert verdict.mistake == "asks for input"
    assert "EOFError: a check calls the function many times, and nobody answers input(), at: " in verdict.text
    assert left_behind() == before
    assert "K = " not in capsys.readouterr().out.replace('"K = "', "")


@pytest.mark.parametrize("error", [SystemExit("enough"), GeneratorExit(), type("Own", (BaseException,), {})()], ids=repr)
def test_what_is_no_exception_is_named_and_the_session_goes_on(error):
    def mine(points, centroids):
        raise error

    for check in check_assign, check_steps:
        verdict = check(mine)
        assert verdict.mistake == f"raises {type(error).__name__}"
        assert f"came back  {type(error).__name__}" in verdict.text
        assert ", at: raise error" in verdict.text


# ---- what is said of the end of a stream is true


def rounds(n):
    def mine(points, centroids):
        labels = assign_points(points, centroids)
        yield "start", centroids, labels
        for _ in range(n):
            centroids = update_centroids(points, labels, centroids)
            yield "update", centroids, labels
            labels = assign_points(points, centroids)
            yield "assign", centroids, labels

    return mine


def until_the_labels_stay(points, centroids):
    labels, before = assign_points(points, centroids), None
    yield "start", centroids, labels
    while not np.array_equal(labels, before):
        centroids = update_centroids(points, labels, centroids)
        yield "update", centroids, labels
        before, labels = labels, assign_points(points, centroids)
        yield "assign", centroids, labels


def until_all_moves_are_short(points, centroids):
    stream = rounds(10**9)(points, centroids)
    yield next(stream)
    for update, assign in zip(stream, stream, strict=False):
        yield update
        yield assign
        if abs(update[1] - centroids).max() < 0.5:
            return
        centroids = update[1]


@pytest.mark.parametrize(
    ("mine", "mistake"),
    [
        (rounds(2), "a fixed number of rounds"),
        (rounds(3), "a fixed number of rounds"),
        (rounds(10), "a fixed number of rounds"),
        (rounds(300), "a fixed number of rounds"),
        (rounds(10**9), "does not stop in time"),
        (until_the_labels_stay, "stops when the labels stay"),
        (until_all_moves_are_short, "stops at the wrong step"),
    ],
)
def test_a_run_that_ends_is_not_called_endless(mine, mistake):
    verdict = check_steps(mine)
    assert verdict.mistake == mistake
    assert "at step    3, after the end\n" in verdict.text
    assert ("stopped after 1,000 steps" in verdict.text) == (mistake == "does not stop in time")


def test_calls_that_raise_an_error_are_not_told_to_return_the_same_generator():
    def mine(points, centroids):
        if points.shape[1] > 1:
            raise IndexError
        return rounds(1)(points, centroids)

    assert check_steps(mine).mistake != "a used-up generator"


# ---- in a kernel, where a cell runs inside an event loop


def test_in_a_kernel_each_of_these_cells_ends_and_the_text_is_stored_once_as_plain_output():
    sources = [
        "import sys, time, numpy as np\nfrom kmeans_teach.check import check_assign, check_steps, check_update, trial\n"
        "trial.SECONDS = 0.1",
        "def my_update(points, labels, centroids):\n"
        "    return np.array([points[labels == k].mean(axis=0) for k in range(len(centroids))])\n"
        "check_update(my_update)",
        "def my_steps(points, centroids):\n    while True:\n        points = points + 0\n    yield\ncheck_steps(my_steps)",
        "def my_assign(points, centroids):\n    return points[len(points)]\ncheck_assign(my_assign)",
        "def my_assign(points, centroids):\n    while True:\n        try:\n            time.sleep(9)\n"
        "        except:\n            pass\ncheck_assign(my_assign)",
        "def my_assign(points, centroids):\n    return input()\ncheck_assign(my_assign)",
        "def my_assign(points, centroids):\n    sys.exit()\ncheck_assign(my_assign)",
        "def my_assign(points, centroids):\n    exit()\n    return [0]\ncheck_assign(my_assign)\nleft = exit",
        "print(left is exit, left is quit, left is sys.exit, trial.builtins.input.__name__)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    outputs = [cell.outputs for cell in notebook.cells]
    texts = ["".join(piece.text for piece in pieces) for pieces in outputs[1:]]
    assert {piece.get("name") for pieces in outputs[1:] for piece in pieces} == {"stdout"}
    mistakes = ["empty cluster as NaN", "does not stop in time", "raises IndexError", "does not stop in time"]
    mistakes += ["asks for input", "raises SystemExit", "raises SystemExit"]
    for text, mistake in zip(texts[:-1], mistakes, strict=True):
        assert text.count(f"The mistake: {mistake}.\n") == 1
        assert text.count("cases. The smallest of them:") == 1
    assert ", at: return points[len(points)]" in texts[2]
    assert texts[-1] == "True True False raw_input\n"  # the kernel goes on as before


# ---- values and errors that cannot be looked at


class Unreadable(Exception):
    def __str__(self):
        raise RuntimeError("no words")

    def __array__(self, *arguments, **options):
        raise RuntimeError("no array")


class Hidden:
    @property
    def __signature__(self):
        raise RuntimeError("no signature")

    def __call__(self, *arguments):
        raise Unreadable


def holds_itself(*arguments):
    mine = []
    mine.append(mine)
    return mine


@pytest.mark.parametrize(
    "f", [Hidden(), lambda *_: Unreadable(), lambda *_: [Unreadable(), None], holds_itself, lambda *_: np.zeros(10**5)]
)
def test_what_cannot_be_looked_at_is_wrong_and_no_error_of_the_check(f):
    for check in check_assign, check_update, check_steps, check_squared, check_look:
        verdict = check(f)
        assert verdict.mistake
        assert len(verdict.text) < 2000


def test_an_error_in_the_large_case_that_measures_memory_is_not_raised():
    def mine(points, centroids):
        if len(points) > 20:
            raise IndexError
        return np.array([((centroids - point) ** 2).sum(axis=1) for point in points])

    assert check_squared(mine)
