"""A run as a moving picture, on the screen and in a file: a frame for each half-step, and on an error nothing left behind."""

import base64
import errno
import gc
import json
import os
import pathlib
import re
import subprocess
from io import BytesIO
from itertools import pairwise

import imageio_ffmpeg
import matplotlib
import numpy as np
import pytest
from matplotlib.animation import AbstractMovieWriter, FuncAnimation
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from kmeans_teach import animation as module
from kmeans_teach.animation import animate, player_page, save, saving
from kmeans_teach.kmeans import KMeansND
from kmeans_teach.narrate import describe
from kmeans_teach.picture import Picture
from kmeans_teach.picture.curve import Curve

LINE = [[-3.0], [-1.0], [0.0], [1.0], [1.0], [8.0]]
STEPS = 10  # by hand: from -3 and 0.99 it takes 5 updates, with the start and 4 assigns


def model(**options):
    return KMeansND(LINE, [[-3.0], [0.99]], **options)


def titles():
    picture, said = Picture(LINE, 2), []
    for step in model().steps():
        picture.show(step)
        said.append(picture.title.get_text())
    assert len(set(said)) == STEPS
    return said


def tick(animation):
    """What the timer of a live canvas does."""
    for function, args, kwargs in list(animation.event_source.callbacks):
        function(*args, **kwargs)
    return animation.picture.title.get_text()


def only_files(folder):
    return sorted(path.name for path in folder.iterdir())


# ---- on the screen


def test_an_animation_shows_each_half_step_once_and_begins_again():
    animation = animate(model())
    assert animation.picture.title.get_text() == titles()[0]
    assert [tick(animation) for _ in range(STEPS)] == titles()
    round_two = [tick(animation) for _ in range(STEPS + 1)]
    assert round_two == [titles()[0], *titles()]  # the tick that begins again draws the start


def test_pause_and_resume_may_be_called_at_any_time_and_twice():
    animation = animate(model())
    for _ in range(2 * STEPS + 3):
        animation.pause()
        animation.pause()
        animation.resume()
        animation.resume()
        tick(animation)


def test_a_saved_run_shows_the_regions_that_are_seen(tmp_path):
    for name, options in ("plain", {}), ("seen", {"regions": True}), ("lines", {"spokes": True}):
        save(model(), tmp_path / f"{name}.gif", dpi=40, **options)
    files = (BytesIO((tmp_path / f"{name}.gif").read_bytes()) for name in ("plain", "seen", "lines"))
    plain, seen, lines = (np.asarray(Image.open(file).convert("RGB")) for file in files)
    assert (plain != seen).mean() > 0.3 > (plain != lines).mean() > 0


def test_an_animation_goes_without_a_word():
    animation = animate(model(), interval=20)
    del animation  # matplotlib warns of one that was never drawn; here a warning is an error
    gc.collect()


class Counting(AbstractMovieWriter):
    def setup(self, fig, outfile, dpi=None):
        self.fig, self.shown = fig, []

    def grab_frame(self, **_):
        self.shown.append(self.title.get_text())

    def finish(self):
        pass


def test_matplotlibs_own_save_takes_every_step_again_and_again():
    animation = animate(model())
    for _ in range(2):
        writer = Counting(fps=2)
        writer.title = animation.picture.title
        animation.save("nowhere", writer=writer)
        assert writer.shown == titles()


def test_a_run_of_more_than_a_hundred_steps_is_saved_whole():
    figure = Figure(figsize=(1, 1), dpi=30)
    FigureCanvasAgg(figure)
    slow = model(update=lambda points, labels, centroids: centroids + 0.001, max_iter=55)
    animation = animate(slow, figure=figure)
    writer = Counting(fps=2)
    writer.title = animation.picture.title
    animation.save("nowhere", writer=writer)
    assert len(writer.shown) == 1 + 2 * 55


def test_what_the_picture_takes_is_passed_on():
    animation = animate(KMeansND(np.eye(4), np.eye(4)[:2]), columns=(2, 3), names=list("abcd"))
    assert animation.picture.ax.get_xlabel() == "c"


# ---- in a file


def frames_of(path):
    """The pictures of a saved run, read back as RGB arrays, and the seconds that one is shown."""
    if path.suffix.lower() == ".mp4":
        ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
        raw = subprocess.run([ffmpeg, "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True)
        told = re.search(r"Video: h264.*?, (\d+)x(\d+).*?, ([\d.]+) fps", raw.stderr.decode())
        return list(np.frombuffer(raw.stdout, np.uint8).reshape(-1, int(told[2]), int(told[1]), 3)), 1 / float(told[3])
    if path.suffix.lower() == ".gif":
        with Image.open(path) as gif:
            frames, seconds = [], set()
            for i in range(gif.n_frames):
                gif.seek(i)
                seconds.add(gif.info["duration"] / 1000)
                frames.append(np.asarray(gif.convert("RGB")))
        (each,) = seconds
        return frames, each
    data = page_data(path.read_text(encoding="utf-8"))
    pictures = [Image.open(BytesIO(base64.b64decode(f.removeprefix("data:image/png;base64,")))) for f in data["frames"]]
    return [np.asarray(p.convert("RGB")) for p in pictures], data["ms"] / 1000


def page_data(page):
    (text,) = re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


@pytest.mark.parametrize("name", ["run.mp4", "run.gif", "run.html", "RUN.GIF"])
def test_a_saved_run_has_a_frame_for_each_half_step_and_they_are_the_pictures(name, tmp_path):
    path = save(model(), tmp_path / name, fps=4, dpi=50)
    assert path == tmp_path / name
    assert only_files(tmp_path) == [name]
    frames, seconds = frames_of(path)
    assert len(frames) == STEPS
    assert seconds == pytest.approx(1 / 4, abs=0.006)  # a GIF counts in hundredths
    picture = Picture(LINE, 2, include=[[-3.0], [0.99]])
    for step, frame in zip(model().steps(), frames, strict=True):
        picture.show(step)
        drawn = BytesIO()
        picture.figure.savefig(drawn, format="png", dpi=50)
        expected = np.asarray(Image.open(drawn).convert("RGB")).astype(int)
        assert frame.shape == expected.shape == (240, 320, 3)
        # colours are packed (64 or 256 of them, or a video's), so a pixel here and there is another one
        assert np.abs(frame - expected).mean() < 4


@pytest.mark.parametrize(("name", "fps", "each"), [("run.gif", 2, 4), ("run.mp4", 3, 3), ("run.gif", 8, 1), ("run.html", 2, 1)])
def test_a_run_that_glides_has_pictures_on_the_way_and_takes_as_long(name, fps, each, tmp_path):
    path, done = tmp_path / name, []
    done += saving(model(max_iter=1), path, fps=fps, dpi=40, glide=True)
    assert done[-1] == (3, 3)
    assert [step for step, _ in done if step] == sorted(step for step, _ in done if step)
    if name.endswith(".gif"):
        with Image.open(path) as gif:
            seconds = 0
            for i in range(gif.n_frames):  # equal neighbours are one frame, shown for longer
                gif.seek(i)
                seconds += gif.info["duration"] / 1000
            assert gif.n_frames <= 3 * each
            assert gif.n_frames > 3 or each == 1
            assert seconds == pytest.approx(3 / fps, rel=0.05)  # a GIF counts in hundredths
        return
    frames, seconds = frames_of(path)
    assert len(frames) == 3 * each
    assert len(frames) * seconds == pytest.approx(3 / fps, abs=0.01)
    if each > 1:
        differ = [np.abs(a.astype(int) - b).mean() > 0.02 for a, b in pairwise(frames)]
        assert differ[each - 1 : each + 1] == [True, True], "the centroids are on their way"
        assert not differ[0], "the start rests"


def test_a_long_run_does_not_glide_because_a_gif_keeps_all_pictures_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST_GLIDING", 11)
    assert len(list(saving(model(max_iter=1), tmp_path / "a.gif", dpi=20, glide=True))) == 6


def test_the_curve_of_the_inertia_is_drawn_below_the_picture_with_a_mark_that_moves(tmp_path):
    assert [f.shape for f in frames_of(save(model(max_iter=1), tmp_path / "a.gif", dpi=60, curve=True))[0]] == [
        (330, 384, 3)
    ] * 3
    picture = Picture.of(model(), figure=FigureCanvasAgg(Figure(figsize=(6.4, 5.5))).figure)
    curve, inertias = Curve(picture, [9.0, 4.0, 4.0, 1.0]), [9.0, 4.0, 4.0, 1.0]
    picture.figure.canvas.draw()
    assert curve.ax.get_window_extent().y1 < picture.ax.get_tightbbox().y0, "below all that the picture has"
    assert curve.ax.get_position().width == pytest.approx(picture.ax.get_position().width, abs=0.02)
    for i in 0, 3:
        curve.show(i)
        assert curve.now.get_xydata().tolist() == [[i, inertias[i]]]
        assert [text.get_text() for text in curve.texts] == [f"inertia {inertias[i]:.0f}", f"{i} of 3"]


def test_the_page_has_the_inertias_and_the_places_of_the_centroids(tmp_path):
    data = page_data(player_page(model(), dpi=40))
    steps, picture = list(model().steps()), Picture.of(model())
    picture.figure.canvas.draw()
    assert data["inertias"] == [step.inertia for step in steps]
    width, height = picture.figure.bbox.size
    for step, places in zip(steps, data["places"], strict=True):
        x, y = picture.ax.transData.transform(picture.flat(step.centroids)).T
        assert np.allclose(places, np.column_stack([100 * x / width, 100 - 100 * y / height]), atol=0.06)


SETTINGS = {  # what a person may have set, and what would change or break a film
    "savefig.bbox": "tight", "savefig.transparent": True, "savefig.facecolor": "red", "savefig.dpi": 10,
    "figure.constrained_layout.use": True, "figure.facecolor": "black", "font.size": 20, "axes.grid": False,
    "animation.codec": "mpeg4", "animation.bitrate": 1, "animation.writer": "html",
}  # fmt: skip


@pytest.mark.parametrize(
    "name", ["run.gif", "run.html", "run.mp4"] if os.environ.get("LONG") == "1" else ["run.gif", "run.mp4"]
)
def test_a_persons_settings_of_matplotlib_change_no_film(name, tmp_path):
    short = model(max_iter=1)
    with matplotlib.rc_context():
        (plain := tmp_path / "plain").mkdir()
        expected, _ = frames_of(save(short, plain / name, dpi=30))
        matplotlib.rcParams.update(SETTINGS)
        frames, _ = frames_of(save(short, tmp_path / name, dpi=30))
        assert matplotlib.rcParams["savefig.bbox"] == "tight"
        animate(short, figure=FigureCanvasAgg(Figure()).figure)  # and without a warning
    assert len(frames) == len(expected) == 3
    for frame, other in zip(frames, expected, strict=True):
        assert np.array_equal(frame, other)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_the_umask_decides_who_may_read_a_saved_file(umask, mode, tmp_path):
    before = os.umask(umask)
    try:
        path = save(model(max_iter=1), tmp_path / "run.html", dpi=30)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == mode


def test_the_page_says_each_step_in_words_and_asks_nothing_of_the_network(tmp_path):
    page = save(model(), tmp_path / "run.html", dpi=30).read_text(encoding="utf-8")
    sentences = [describe(step) for step in model().steps()]
    assert page_data(page)["sentences"] == sentences
    assert f'alt="This picture shows: {sentences[0]}"' in page
    assert "@" not in re.sub(r'"data:image[^"]*"', "", page)  # no placeholder is left
    assert "http" not in page
    assert "src=" in page
    assert set(re.findall(r'src="([a-z]+):', page)) == {"data"}


def test_the_page_as_a_string_is_the_page_of_the_file(tmp_path):
    assert player_page(model(), dpi=30) == save(model(), tmp_path / "run.html", dpi=30).read_text(encoding="utf-8")


def test_the_page_of_another_animation_has_the_words_of_its_pictures():
    figure = Figure(figsize=(2, 2))
    words = figure.add_subplot().text(0, 0, "")
    film = FuncAnimation(figure, lambda i: words.set_text(f"picture {i}"), frames=3, cache_frame_data=False)
    assert page_data(player_page(film, dpi=30))["sentences"] == ["picture 0", "picture 1", "picture 2"]
    film = FuncAnimation(Figure(figsize=(2, 2)), lambda i: [], frames=2, cache_frame_data=False)
    assert page_data(player_page(film, dpi=30))["sentences"] == ["Frame 1", "Frame 2"]


def test_saving_tells_how_far_it_is(tmp_path):
    assert list(saving(model(max_iter=1), tmp_path / "run.html", dpi=30)) == [(0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (3, 3)]


def test_saving_leaves_a_shown_picture_as_it_is(tmp_path):
    animation = animate(model())
    tick(animation)
    before = tick(animation)
    save(model(), tmp_path / "run.html", dpi=30)
    assert animation.picture.title.get_text() == before


# ---- and when it cannot be


def test_a_file_that_is_there_is_never_overwritten(tmp_path):
    path = tmp_path / "run.gif"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"run\.gif exists already; choose another name$"):
        save(model(), path)
    assert path.read_text() == "mine"
    assert only_files(tmp_path) == ["run.gif"]


def test_nor_is_one_that_came_while_the_run_was_saved(tmp_path):
    path = tmp_path / "run.html"
    frames = saving(model(), path, dpi=30)
    next(frame for frame in frames if frame[0] == 1)
    path.write_text("another's")
    with pytest.raises(FileExistsError):
        list(frames)
    assert path.read_text() == "another's"
    assert only_files(tmp_path) == ["run.html"]


@pytest.mark.parametrize(
    ("name", "options", "kind", "message"),
    [
        ("run.avi", {}, ValueError, "a run is saved as one of .mp4, .gif, .html, got 'run.avi'"),
        ("run", {}, ValueError, "a run is saved as one of .mp4, .gif, .html, got 'run'"),
        ("run.gif", {"fps": 0}, ValueError, "fps must be a number from 0.01 to 50 for a .gif file, got 0"),
        ("run.GIF", {"fps": 200}, ValueError, "fps must be a number from 0.01 to 50 for a .GIF file, got 200"),
        ("run.gif", {"fps": 0.001}, ValueError, "fps must be a number from 0.01 to 50 for a .gif file, got 0.001"),
        ("run.mp4", {"fps": -1}, ValueError, "fps must be a number from 0.01 to 240 for a .mp4 file, got -1"),
        ("run.mp4", {"fps": 1e300}, ValueError, "fps must be a number from 0.01 to 240 for a .mp4 file, got 1e+300"),
        ("run.html", {"fps": "fast"}, ValueError, "fps must be a number from 0.01 to 240 for a .html file, got 'fast'"),
        ("run.html", {"fps": np.nan}, ValueError, "fps must be a number from 0.01 to 240 for a .html file, got nan"),
        ("run.gif", {"dpi": 0}, ValueError, "dpi must be a number from 1 to 1000 for a .gif file, got 0"),
        ("run.gif", {"names": ["a", "b"]}, ValueError, "names must be one for each of 1 features, got ['a', 'b']"),
    ],
)
def test_a_wish_that_cannot_be_met_leaves_nothing_behind(name, options, kind, message, tmp_path):
    with pytest.raises(kind) as caught:
        save(model(), tmp_path / name, **options)
    assert str(caught.value) == message
    assert only_files(tmp_path) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^there is no folder .*missing to save in$"):
        save(model(), tmp_path / "missing" / "run.gif")
    assert only_files(tmp_path) == []


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def closed(*_, **__):
    raise PermissionError(errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("suffix", "owner", "name", "fault", "message"),
    [
        (
            ".html",
            pathlib.Path,
            "touch",
            closed,
            "Permission denied",
        ),  # root may write anywhere, so a read-only folder is played
        (".html", pathlib.Path, "write_text", full, "No space left on device"),
        (".html", Image.Image, "save", full, "No space left on device"),
        (".gif", Image.Image, "save", full, "No space left on device"),
        (".html", os, "replace", full, "No space left on device"),
        (".gif", os, "replace", closed, "Permission denied"),
        (".html", module.Picture, "show", full, "No space left on device"),
        (".gif", module.Picture, "show", full, "No space left on device"),
        (".mp4", module.Picture, "show", full, "No space left on device"),
    ],
)
def test_a_full_disk_or_a_closed_folder_leaves_nothing_behind(suffix, owner, name, fault, message, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fault)
        with pytest.raises(OSError, match=message):
            save(model(), tmp_path / f"run{suffix}", dpi=30)
    assert only_files(tmp_path) == []


@pytest.mark.parametrize("suffix", [".html", ".gif"])
@pytest.mark.parametrize("done", [1, 3])
def test_saving_broken_off_leaves_nothing_behind(suffix, done, tmp_path):
    frames = saving(model(), tmp_path / f"run{suffix}", dpi=30)
    next(frame for frame in frames if frame[0] == done)
    assert len(only_files(tmp_path)) == 1
    frames.close()
    assert only_files(tmp_path) == []


def test_an_error_in_a_learners_function_leaves_nothing_behind(tmp_path):
    def broken(*_):
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        save(model(update=broken), tmp_path / "run.html")
    assert only_files(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="there are no sessions of processes")
def test_ffmpeg_runs_in_a_session_of_its_own_where_an_interrupt_meant_for_a_cell_does_not_reach_it(tmp_path, monkeypatch):
    popen, sessions = subprocess.Popen, []

    def noting(*arguments, **options):
        process = popen(*arguments, **options)
        sessions.append(os.getsid(process.pid))
        return process

    monkeypatch.setattr(subprocess, "Popen", noting)
    save(model(max_iter=1), tmp_path / "run.mp4", dpi=30)
    assert sessions  # the first save of a process also asks ffmpeg for its version
    assert sessions[-1] != os.getsid(0)


FFMPEGS = {
    "missing": (None, r"^an \.mp4 needs ffmpeg, which does not start \(.*no-ffmpeg.*\); \.gif and \.html need none$"),
    "not to be run": ("", r"^an \.mp4 needs ffmpeg, which does not start \(.*\); \.gif and \.html need none$"),
    "disk full": (
        "#!/bin/sh\necho 'frame 1' >&2; echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 28\n",
        r"^ffmpeg could not make the video: .*No space left on device$",
    ),
    "killed": ("#!/bin/sh\nkill -9 $$\n", r"^ffmpeg could not make the video: it ended with status -9$"),
    "gives up without a word": ("#!/bin/sh\nexit 0\n", r"^ffmpeg ended before the video was complete$"),
    "fails at the end": (
        "#!/bin/sh\ncat >/dev/null; exit 1\n",
        r"^ffmpeg could not make the video: it ended with status 1$",
    ),
}


@pytest.mark.skipif(os.name == "nt", reason="the played ffmpegs are shell scripts")
@pytest.mark.parametrize("what", FFMPEGS)
def test_an_ffmpeg_that_is_missing_killed_or_failing_leaves_nothing_behind(what, tmp_path, monkeypatch):
    script, message = FFMPEGS[what]
    program, folder = tmp_path / "no-ffmpeg", tmp_path / "runs"
    folder.mkdir()
    if script is not None:
        program.write_text(script)
        program.chmod(0o755 if script else 0o644)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))
    with pytest.raises(OSError, match=message):
        save(model(), folder / "run.mp4", dpi=30)
    assert only_files(folder) == []
