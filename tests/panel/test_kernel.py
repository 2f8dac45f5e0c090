"""A learner's function never takes the kernel: Interrupt ends it, also between two cells, and the panel tells and goes on."""

import asyncio
import functools
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import product
from queue import Empty

import pytest

from kmeans_teach.commands.kernel import start_kernel
from kmeans_teach.inputs.learners import Stopped, call_learners
from kmeans_teach.kmeans import KMeansND, assign_points, update_centroids
from kmeans_teach.panel import Panel
from kmeans_teach.panel import player as player_module
from tests.panel.test_panel import in_a_loop, until

LONG = bool(os.environ.get("LONG"))  # the weekly run: all kinds, in all places
SECONDS = (
    15  # the next cell answers within: 3 on a machine that is not busy; a function that holds the kernel takes 60 and more
)
PANEL = "blobs k=3 clusters=3 size=20 seed=1"
BODIES = {  # what a learner may write, and what the panel says of it where it is not stopped by Interrupt
    "endless": ("while True: pass", "did not come back in time"),
    "endless, a bare except": (
        "while True:\n        try:\n            while True: pass\n        except:\n            pass",
        "did not come back in time",
    ),
    "asleep": ("time.sleep(60)", "did not come back in time"),
    "asleep, a bare except": (
        "while True:\n        try: time.sleep(60)\n        except: pass",
        "did not come back in time",
    ),
    "leaving": ("sys.exit('enough')", "called sys.exit('enough')"),
    "leaving by exit()": ("exit()", "called sys.exit(None)"),
    "asking": ("input('?')", "input"),
    "asking for a password": ("getpass.getpass()", "in line"),
    "an error of its own kind": ("raise Own('x')", "raised Own"),
    "a cancelled error": ("raise asyncio.CancelledError", "raised CancelledError"),
    "an interrupt": ("raise KeyboardInterrupt", "in line"),
}
PLACES = {  # where a function is called: (which one, at which call it is bad, how Step is clicked, what the panel says)
    "a cell": ("assign", 1, None, "my_assign, at the start"),
    "ahead of the cursor": ("update", 1, None, "my_update, in the half-step update 1"),
    "ahead of the cursor, assign": ("assign", 2, None, "my_assign, in the half-step assign 1"),
    "a click": ("update", 1, "message", "my_update, in the half-step update 1"),
    "a click in JupyterLab": ("update", 1, "thread", "my_update, in the half-step update 1"),
    "the second click in JupyterLab": ("assign", 2, "thread", "my_assign, in the half-step assign 1"),
}
DAILY = [
    ("endless, a bare except", "a cell"),
    ("asleep", "ahead of the cursor"),
    ("endless, a bare except", "a click in JupyterLab"),
    ("leaving by exit()", "a click in JupyterLab"),
]
SETUP = f"""
import asyncio, getpass, sys, threading, time
from kmeans_teach.kmeans import assign_points, update_centroids
from kmeans_teach.panel import Panel

class Own(BaseException):
    pass

CLICK = {{"content": {{"data": {{"method": "custom", "content": {{"event": "click"}}}}}}, "buffers": []}}
panel = Panel("{PANEL}")
"""
FUNCTION = """
calls = 0
def my_{role}(*arguments):
    global calls
    calls += 1
    if calls < {call}:
        return {good}(*arguments)
    {body}
panel.{role} = my_{role}
"""
GOOD = {"assign": "assign_points", "update": "update_centroids"}
AGAIN = f"""
panel.assign, panel.update = assign_points, update_centroids
panel.replay("{PANEL}")
panel.controls.step.click()
print(panel.last_error, panel.run.player.cursor, panel.controls.play.value)
panel.controls.first.click()
"""


class Notebook:
    """A kernel as a front end sees it."""

    def __init__(self, kernel):
        self.manager, self.client = kernel.manager, kernel.client

    def begin(self, cell):
        return self.client.execute(cell, allow_stdin=False, stop_on_error=False)

    def printed(self, request, seconds=SECONDS):
        """What the cell printed; AssertionError if it has not ended after `seconds`."""
        text, end = "", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                message = self.client.get_iopub_msg(timeout=left)
            except Empty:
                break
            if message["parent_header"].get("msg_id") == request:
                text += message["content"].get("text", "")
                if message["content"].get("execution_state") == "idle":
                    return text
        raise AssertionError(f"no answer after {seconds} s; the kernel {'lives' if self.manager.is_alive() else 'is dead'}")

    def run(self, cell, seconds=SECONDS):
        return self.printed(self.begin(cell), seconds)

    def click_step(self, way):
        """Click outside any cell: by a message of the front end, or on a thread of its own, where JupyterLab's are handled."""
        if way == "thread":
            self.run("threading.Timer(0.02, panel.controls.step.comm.handle_msg, [CLICK]).start()")
        else:
            comm = self.run("print(panel.controls.step.comm.comm_id)").strip()
            content = {"comm_id": comm, "data": {"method": "custom", "content": {"event": "click"}}}
            self.client.shell_channel.send(self.client.session.msg("comm_msg", content))

    def interrupt(self):
        for _ in range(5):
            time.sleep(0.2 if LONG else 0.1)
            self.manager.interrupt_kernel()


@pytest.fixture(scope="module")
def notebook():
    with start_kernel() as kernel:
        notebook = Notebook(kernel)
        notebook.run(SETUP, seconds=60)
        yield notebook


@pytest.mark.skipif(os.name == "nt", reason="there, Interrupt does not end time.sleep")
@pytest.mark.parametrize(("kind", "place"), [*product(BODIES, PLACES)] if LONG else DAILY)
def test_the_next_cell_answers_and_the_panel_tells_and_goes_on(notebook, kind, place):
    (body, said), (role, call, click, where) = BODIES[kind], PLACES[place]
    cell = notebook.begin(FUNCTION.format(role=role, call=call, good=GOOD[role], body=body))
    if click:
        notebook.printed(cell)
        for _ in range(2 if call == 2 else 1):
            notebook.click_step(click)
    elif place != "a cell":
        notebook.printed(cell)
        time.sleep(0.35)  # the panel begins to run ahead 0.3 s after a change
    notebook.interrupt()
    message = notebook.run("print(panel.message.value)")
    # on a busy machine the panel may have run ahead before the click, which then runs the function again, from the start
    assert where in message or (call == 2 and "my_assign, at the start" in message)
    assert "in line " in message
    assert said in message.replace("&#x27;", "'") or "was stopped by Interrupt" in message or "KeyboardInterrupt" in message
    assert notebook.run(AGAIN) == "None 1 False\n"


@pytest.mark.skipif(not LONG, reason="a video takes seconds")
def test_an_interrupt_does_not_end_a_save(notebook):
    notebook.run('panel.saver.kind.value = ".mp4"; panel.saver.button.click()')
    notebook.interrupt()
    for _ in range(100):
        if notebook.run("print(panel.saver.task.done())") == "True\n":
            break
        time.sleep(0.1)
    assert notebook.run("print(panel.last_error, panel.saver.path.exists())") == "None True\n"


# ---- the same without a kernel: SIGINT is ignored, as it is between two cells


@pytest.fixture
def handler(request):
    """Set the handler of SIGINT, and check that it is left as it was."""
    before, handler = signal.getsignal(signal.SIGINT), getattr(request, "param", signal.SIG_IGN)
    signal.signal(signal.SIGINT, handler)
    stdin = sys.stdin
    yield handler
    assert signal.getsignal(signal.SIGINT) == handler
    assert (sys.stdin, sys.gettrace()) == (stdin, None)
    signal.signal(signal.SIGINT, before)


def call(function):
    return call_learners("update", 3, function, lambda array, *_: array.tolist())


def interrupted():
    signal.raise_signal(signal.SIGINT)


def interrupted_again_and_again():
    while True:
        try:
            signal.raise_signal(signal.SIGINT)
        except:  # noqa: E722
            time.time()


def interrupted_with_care():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        return [1, 2]


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.default_int_handler], indirect=True)
@pytest.mark.parametrize(("function", "line"), [(interrupted, 2), (interrupted_again_and_again, 5)])
def test_interrupt_ends_a_function_between_two_cells_and_in_a_cell_as_usual(handler, function, line):
    between = handler is signal.SIG_IGN
    with pytest.raises(Stopped if between else KeyboardInterrupt) as caught:
        call(function)
    assert str(caught.value) == (f"{function.__name__} was stopped by Interrupt" if between else "")
    assert caught.value.__notes__ == [f"in line {line} of {function.__name__}, in the half-step update 3"]


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.default_int_handler], indirect=True)
def test_a_function_may_handle_the_first_interrupt_itself(handler):
    assert call(interrupted_with_care) == [1, 2]


def test_a_program_with_a_handler_of_its_own_keeps_it_and_so_does_another_thread(monkeypatch):
    seen, values = [], []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append("own"))
    assert call(interrupted_with_care) is None
    signal.signal(signal.SIGINT, before)
    assert seen == ["own"]
    thread = threading.Thread(target=lambda: values.append(call(lambda: [3])))
    thread.start()
    thread.join()
    assert values == [[3]]


@pytest.mark.skipif(os.name == "nt", reason="there, a signal cannot be sent to a thread")
def test_an_interrupt_at_any_moment_leaves_the_handler_as_it_was():
    calls = """
import signal, sys, time
from kmeans_teach.inputs.learners import Stopped, call_learners
sys.modules["ipykernel"] = None
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("ready", flush=True)
seen, begin = set(), time.monotonic()
while time.monotonic() < begin + (0.4 if seen >= {7, "stopped"} else 20):
    try:
        seen.add(call_learners("update", 3, lambda: [7], lambda array, *_: array[0]))
    except Stopped:
        seen.add("stopped")
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
print(seen >= {7, "stopped"})
"""
    with subprocess.Popen([sys.executable, "-c", calls], stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(1e-4)
        assert process.stdout.read() == "True\n"


def helper():
    return 1 / 0


def decorate(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


def calls_a_helper():
    x = 1
    return helper() + x


@decorate
def decorated():
    return helper()


class Callable:
    def __call__(self):
        return helper()


@pytest.mark.parametrize(
    ("function", "where"),
    [
        (helper, "in line 2 of helper, "),
        (calls_a_helper, "in line 3 of calls_a_helper, "),
        (decorated, "in line 3 of decorated, "),  # its decorator is line 1
        (Callable(), "in line 2 of Callable, "),
        (lambda: helper(), "in line 1 of <lambda>, "),
        (functools.partial(helper), ""),
        (int.__add__, ""),  # not a function of Python, and called with too little
    ],
)
def test_an_error_names_the_line_in_the_learners_function_and_the_half_step(function, where):
    with pytest.raises((ZeroDivisionError, TypeError)) as caught:
        call(function)
    assert caught.value.__notes__ == [f"{where}in the half-step update 3"]


class OwnKind(BaseException):
    pass


NO_EXCEPTIONS = {
    "called sys.exit(&#x27;enough&#x27;)": SystemExit("enough"),
    "called sys.exit(None)": SystemExit,
    "raised GeneratorExit": GeneratorExit,
    "raised CancelledError": asyncio.CancelledError,
    "raised OwnKind": OwnKind("x"),
    "was stopped by Interrupt": KeyboardInterrupt,
}


def raising(error):
    def my_update(points, labels, centroids):
        raise error

    return my_update


def test_whatever_is_raised_while_it_plays_pauses_is_told_and_the_panel_goes_on(handler):
    async def scenario():
        panel = Panel(PANEL)
        panel.controls.speed.value = 30
        for said, error in NO_EXCEPTIONS.items():
            panel.update = raising(error)
            panel.controls.play.value = True
            await until(lambda: panel.last_error is not None)
            assert (panel.stage.playing, panel.controls.play.value) == (False, False)
            assert f"my_update {said}\nin line 2 of my_update, in the half-step update 1" in panel.message.value
            panel.update = update_centroids
            panel.controls.step.click()
            assert (panel.last_error, panel.message.value, panel.run.player.cursor) == (None, "", 1)
            panel.controls.first.click()
        panel.close()

    in_a_loop(scenario())


def test_interrupt_in_a_cell_is_told_and_ends_the_cell():
    panel = Panel(PANEL, update=raising(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        panel.controls.step.click()
    assert "KeyboardInterrupt\nin line 2 of my_update, in the half-step update 1" in panel.message.value
    panel.update = update_centroids
    panel.controls.step.click()
    assert panel.message.value == ""
    panel.close()


# ---- what nobody has asked for


def test_a_function_that_did_not_come_back_is_never_run_ahead_again(monkeypatch):
    monkeypatch.setattr(player_module, "UNASKED", 0.05)
    calls = []

    def my_update(points, labels, centroids):
        calls.append(len(centroids))
        time.sleep(0.3)
        return update_centroids(points, labels, centroids)

    async def scenario():
        panel = Panel(PANEL, update=my_update)
        await until(lambda: panel.last_error is not None)
        for part in "my_update did not come back in time", "in line 3 of my_update, in the half-step update 1", "Step waits":
            assert part in panel.message.value
        panel.controls.k.value = 4
        assert panel.message.value == ""
        panel.quiz.on.value = True
        assert panel.quiz.text.value == "The next half-step takes long, or fails: press Step."
        panel.quiz.on.value = False
        await asyncio.sleep(0.4)
        assert calls == [3], "neither another run nor a question calls it"
        panel.controls.step.click()
        assert (calls, panel.run.player.cursor) == ([3, 4], 1), "a person's own click waits"
        panel.update = update_centroids
        await until(lambda: panel.run.player.recorded_all)
        panel.close()

    in_a_loop(scenario())


def test_a_question_waits_for_a_function_only_a_little(monkeypatch):
    monkeypatch.setattr(player_module, "UNASKED", 0.05)
    panel = Panel(PANEL, update=lambda *_: time.sleep(60))
    panel.quiz.on.value = True
    assert panel.quiz.text.value == "The next half-step takes long, or fails: press Step."
    panel.close()


def test_a_function_that_failed_ahead_is_run_again_only_when_asked():
    calls = []

    def my_update(points, labels, centroids):
        calls.append(len(centroids))
        raise ZeroDivisionError

    async def scenario():
        panel = Panel(PANEL, update=my_update)
        await until(lambda: calls)
        await asyncio.sleep(0)
        assert panel.last_error is None, "it is shown when a person comes to that step"
        panel.controls.regions.value = True
        panel.controls.spread.value = panel.controls.spread.value
        await asyncio.sleep(0.4)
        assert calls == [3]
        panel.close()

    in_a_loop(scenario())


# ---- what a person has asked for, and takes long


@pytest.mark.parametrize("fold", ["start_score", "saver"])
def test_the_score_and_a_save_that_meet_an_error_say_so_and_end(fold, tmp_path, handler):
    async def scenario():
        panel = Panel(PANEL, update=raising(KeyboardInterrupt), folder=tmp_path)
        part = getattr(panel, fold)
        part.button.click()
        await until(lambda: part.task.done())
        assert "my_update was stopped by Interrupt\nin line 2 of my_update, in the half-step update 1" in panel.message.value
        assert ("could not be saved" in panel.message.value) is (fold == "saver")
        assert list(tmp_path.iterdir()) == []
        panel.update = update_centroids
        part.button.click()
        panel.controls.step.click()
        assert panel.run.player.cursor == 1, "meanwhile, the panel goes on"
        assert not part.task.done()
        await until(lambda: part.task.done())
        assert panel.last_error is None
        panel.close()

    in_a_loop(scenario())


# ---- a function that fails while the panel is made


def no_name(points, centroids):
    return later(points, centroids)  # noqa: F821


def wrong_shape(points, centroids):
    return assign_points(points, centroids)[1:]


def leaves(points, centroids):
    sys.exit()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (no_name, "NameError: name 'later' is not defined\nin line 2 of no_name, at the start"),
        (wrong_shape, "TypeError: assign: wrong_shape must return 60 integer labels"),
        (leaves, "leaves called sys.exit(None)\nin line 2 of leaves, at the start"),
    ],
)
def test_a_panel_is_made_also_with_a_function_that_fails_and_takes_a_corrected_one(bad, said):
    panel = Panel(PANEL, assign=bad)
    said = said.replace("'", "&#x27;")
    for act in (
        lambda: None,
        panel.controls.step.click,
        lambda: setattr(panel.controls.k, "value", 4),
        panel.controls.last.click,
    ):
        act()
        assert said in panel.message.value
        assert "as the course&#x27;s own assign_points labels it" in panel.message.value
        assert (panel.run.player.cursor, panel.controls.k.value, panel.assign) == (0, 3, bad)
    panel.assign = assign_points
    assert panel.message.value == ""
    panel.controls.last.click()
    assert panel.run.player.step.stop == "converged"
    panel.close()


def test_a_name_that_is_defined_later_lets_the_same_function_run(monkeypatch):
    panel = Panel(PANEL, assign=no_name)
    monkeypatch.setitem(globals(), "later", lambda points, centroids: 2 - assign_points(points, centroids))
    panel.controls.step.click()
    assert (panel.message.value, panel.run.player.cursor) == ("", 1)
    model = KMeansND(panel.run.model.points, panel.run.model.centroids, assign=no_name)
    for now, expected in zip(panel.run.player.steps, model.steps(), strict=False):
        assert now.labels.tolist() == expected.labels.tolist()
    panel.close()
