"""What canvas.py assumes of ipympl and matplotlib, name by name, and what it makes of them."""

import asyncio
import io
import json
import threading

import numpy as np
import pytest
from ipympl.backend_nbagg import Canvas
from matplotlib.figure import Figure
from PIL import Image

from kmeans_teach.panel.canvas import Clock, LiveCanvas
from kmeans_teach.panel.main_thread import in_slices, stop
from kmeans_teach.pixels import png


class Browser:
    """Stands for a page: keeps what the canvas sends, shows the pictures as ipympl's JavaScript does, and answers.

    A busy page answers before it has decoded the picture. A newer picture then takes its place.
    """

    def __init__(self, canvas):
        self.canvas, self.frames, self.asked, self.shown, self.busy, self._picture = canvas, 0, 0, None, False, None
        canvas.send = self.receive
        canvas.syncing_data_url = False  # what ipympl sets when the page says "initialized"

    def receive(self, content, buffers=None):
        message = json.loads(content["data"])
        if message["type"] == "binary":
            self._picture = np.asarray(Image.open(io.BytesIO(buffers[0])).convert("RGBA"))
            self.frames += 1
            if not self.busy:
                self.decode()
        elif message["type"] == "draw":
            self.asked += 1

    def decode(self):
        seen = self._picture[:, :, 3:] > 0  # everywhere, in a whole picture
        self.shown = self._picture if self.canvas._image_mode == "full" else np.where(seen, self._picture, self.shown)

    def answer(self):
        """The page is done with a picture, and says so as often as it was asked."""
        while self.asked:
            self.asked -= 1
            self.canvas.handle_event({"type": "draw"})


@pytest.fixture
def scene():
    figure = Figure(figsize=(3, 2))
    ax = figure.add_subplot()
    ax.set(xlim=(0, 10), ylim=(0, 10))
    dot = ax.plot([5], [5], "o", ms=20)[0]
    canvas = LiveCanvas(figure, moving=lambda: [dot], background=ax.get_xlim)
    return canvas, ax, dot, Browser(canvas)


def drawn(canvas):
    """The picture as a full drawing gives it."""
    canvas.kept._kept = None
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


@pytest.mark.parametrize("channels", [3, 4])
def test_its_png_is_read_back_pixel_by_pixel(channels):
    pixels = np.random.default_rng(1).integers(256, size=(7, 11, channels), dtype=np.uint8)
    assert (np.asarray(Image.open(io.BytesIO(png(pixels)))) == pixels).all()


def test_what_the_canvas_overrides_is_there_to_be_overridden():
    for name in (
        "draw", "draw_idle", "handle_draw", "handle_refresh", "handle_event", "handle_set_device_pixel_ratio",
        "handle_motion_notify", "get_diff_image", "blit", "send_event", "send_state",
    ):  # fmt: skip
        assert callable(getattr(Canvas, name)), name
    assert Canvas.syncing_data_url if hasattr(Canvas, "syncing_data_url") else Canvas(Figure()).syncing_data_url is True


def test_nothing_is_sent_before_a_page_is_there():
    canvas = LiveCanvas(Figure())
    sent = []
    canvas.send = lambda *message, **more: sent.append(message)
    canvas.draw()
    canvas.draw_idle()
    assert sent == []
    assert canvas._data_url is None, "a picture stored now would leave the canvas blank"


def test_frames_over_the_kept_background_add_up_to_a_full_drawing(scene):
    canvas, _, dot, browser = scene
    full = []
    canvas.mpl_connect("draw_event", full.append)
    for x in 5, 2, 8, 3:
        dot.set_data([x], [x])
        canvas.draw_idle()
        browser.answer()
    assert len(full) == 1, "axes and ticks are drawn once"
    assert browser.frames == 4
    assert (browser.shown == drawn(canvas)).all()


def test_a_changed_background_is_drawn_anew(scene):
    canvas, ax, dot, browser = scene
    canvas.draw_idle()
    browser.answer()
    ax.set_xlim(-10, 10)
    dot.set_data([-5], [5])
    canvas.draw_idle()
    browser.answer()
    assert (browser.shown == drawn(canvas)).all()


def test_one_frame_is_under_way_at_a_time_and_the_newest_wins(scene):
    canvas, _, dot, browser = scene
    for x in range(10):
        dot.set_data([x], [x])
        canvas.draw_idle()
    assert browser.frames == 1
    browser.answer()
    assert browser.frames == 2, "the nine that came meanwhile are one picture"
    assert (browser.shown == drawn(canvas)).all()
    browser.answer()
    before = browser.frames
    canvas.draw_idle()
    assert browser.frames == before + 1


@pytest.mark.parametrize(("quick", "frames"), [(60, 4), (0, 2)])
def test_a_page_that_answers_quickly_is_asked_at_each_third_frame(scene, monkeypatch, quick, frames):
    monkeypatch.setattr("kmeans_teach.panel.canvas.QUICK", quick)
    canvas, _, dot, browser = scene
    canvas.draw_idle()
    browser.answer()
    for x in range(10):
        dot.set_data([x], [x])
        canvas.draw_idle()
    assert (browser.frames, browser.asked) == (frames, 1)
    browser.answer()
    assert browser.frames == frames + 1
    assert (browser.shown == drawn(canvas)).all()


def test_a_page_that_tells_of_the_mouse_only_when_pictures_have_come_is_asked_for_no_answer(scene):
    canvas, _, dot, browser = scene
    for paced in [False] * 4 + [True] * 10:  # a mouse whose places are told at any time has to wait for the answer
        dot.set_data([browser.frames], [paced])
        canvas.handle_event(
            {"type": "motion_notify", "x": 9, "y": 9, "button": 0, "buttons": 1, "modifiers": [], "paced": paced}
        )
        canvas.draw_idle()
    assert (browser.frames, browser.asked) == (11, 1)
    assert (browser.shown == drawn(canvas)).all()


def test_a_page_loaded_anew_gets_a_whole_picture(scene):
    canvas, _, _, browser = scene
    canvas.draw_idle()
    browser.asked, browser.shown = 0, None  # the old page never answers
    canvas.handle_event({"type": "refresh"})
    browser.answer()
    assert canvas._image_mode == "full"
    assert (browser.shown == drawn(canvas)).all()


def test_a_page_loaded_anew_is_told_that_the_picture_has_no_handle(scene):
    canvas, _, _, _ = scene
    told = []
    canvas.send_state = lambda key=None: told.append(key)
    canvas.handle_event({"type": "refresh"})
    assert "resizable" in told
    assert canvas.resizable is False


@pytest.mark.parametrize("colours", [["red", "green", "red"], ["red", "green", "blue", "blue"]])
def test_a_busy_page_that_drops_all_frames_but_the_last_shows_no_older_one(scene, colours):
    canvas, _, dot, browser = scene
    canvas.draw_idle()
    browser.answer()
    browser.busy = True
    for x, colour in enumerate(colours):
        dot.set(xdata=[2 * x], color=colour)
        canvas.draw_idle()
        browser.answer()
    browser.decode()
    assert (browser.shown == drawn(canvas)).all()


def test_a_page_that_does_not_answer_gets_the_newest_picture_all_the_same(scene, monkeypatch):
    monkeypatch.setattr("kmeans_teach.panel.canvas.LOST_AFTER", 0)
    canvas, _, dot, browser = scene

    async def scenario():
        for x in 2, 4, 8:
            dot.set_data([x], [x])
            canvas.draw_idle()
        assert browser.frames == 1
        await canvas.ready()
        while canvas._wanted:
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(scenario(), 20))
    assert browser.frames == 2
    assert (browser.shown == drawn(canvas)).all()


def test_the_answers_of_two_pages_to_one_picture_ask_for_no_more(scene):
    canvas, _, _, browser = scene
    canvas.draw_idle()
    browser.asked += 1  # the other page answers too
    browser.answer()
    assert browser.frames == 1


def test_saving_a_file_leaves_the_page_alone(scene, tmp_path):
    canvas, _, dot, browser = scene
    canvas.draw_idle()
    browser.answer()
    canvas.figure.savefig(tmp_path / "a.png", dpi=50)
    dot.set_data([2], [7])
    canvas.draw_idle()
    browser.answer()
    assert (browser.shown == drawn(canvas)).all()
    assert np.asarray(Image.open(tmp_path / "a.png")).shape[:2] == (100, 150)


def test_messages_of_another_thread_are_handled_on_the_main_one():
    async def scenario():
        canvas, seen = LiveCanvas(Figure()), []
        canvas.mpl_connect("key_press_event", lambda event: seen.append(threading.current_thread()))
        thread = threading.Thread(target=canvas.handle_event, args=({"type": "key_press", "key": "ka"},))
        thread.start()
        thread.join()
        assert seen == []
        await asyncio.sleep(0)
        assert seen == [threading.main_thread()]

    asyncio.run(scenario())


def test_matplotlibs_keys_do_nothing_here(scene):
    canvas, ax, _, _ = scene
    canvas.handle_event({"type": "key_press", "key": "kl"})  # elsewhere: a logarithmic axis
    assert ax.get_yscale() == "linear"


def test_a_clock_ticks_until_it_is_stopped_and_can_be_started_again():
    async def scenario():
        ticks = []

        async def ready():
            pass

        clock = Clock(0.001, ready)
        clock.add_callback(ticks.append, 1)
        for _ in range(2):
            clock.start()
            clock.start()
            before = len(ticks)
            while len(ticks) < before + 3:
                await asyncio.sleep(0.001)
            clock.stop()
            clock.stop()
            assert not clock.running
            at = len(ticks)
            await asyncio.sleep(0.02)
            assert len(ticks) == at
        clock.remove_callback(ticks.append)
        clock.tick()
        assert len(ticks) == at

    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_work_in_slices_runs_at_once_without_a_loop_and_bit_by_bit_with_one():
    done = []
    assert in_slices(done.append(i) for i in range(3)) is None
    assert len(done) == 3

    async def scenario():
        task = in_slices(done.append(i) for i in range(3))
        assert len(done) == 3
        await task
        assert len(done) == 6

    asyncio.run(scenario())


def test_work_that_is_stopped_ends_at_once_and_no_task_is_cancelled():
    ended = []

    def count():
        try:
            yield from range(1000)
        finally:
            ended.append("closed")

    def stops_itself():
        stop(mine)  # as a learner's function that closes the panel
        yield
        ended.append("went on")

    async def scenario():
        nonlocal mine
        tasks = begun, _waiting, mine = in_slices(count()), in_slices(count(), after=0.05), in_slices(stops_itself())
        next(begun.work)
        stop(*tasks[:2], None)
        assert ended == ["closed"], "what has not begun has nothing to end"
        await asyncio.wait(tasks)
        assert not any(task.cancelled() or task.exception() for task in tasks)
        assert ended == ["closed", "went on"]

    mine = None
    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_a_clock_that_is_stopped_and_a_canvas_that_is_closed_leave_no_task_behind(scene):
    async def scenario():
        canvas, _, _, _ = scene
        clock = Clock(0.001, canvas.ready)
        for _ in range(3):  # before the first task has begun
            clock.start()
            clock.stop()
        clock.start()
        canvas.draw_idle()  # and the page never answers
        tasks = [task for task in asyncio.all_tasks() if task.get_coro().__name__ == "_run"]
        assert len(tasks) == 4
        await asyncio.sleep(0.02)
        assert sum(not task.done() for task in tasks) == 1, "only the last one waits for the picture"
        clock.stop()
        canvas.close()
        await asyncio.wait(tasks)
        assert not any(task.cancelled() or task.exception() for task in tasks)

    asyncio.run(asyncio.wait_for(scenario(), 20))


def test_closing_twice_frees_the_widgets(scene):
    canvas = scene[0]
    toolbar = canvas.toolbar
    canvas.close()
    canvas.close()
    assert canvas.comm is None
    assert toolbar.comm is None
