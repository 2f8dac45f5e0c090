"""The stream of steps as a moving picture: on the screen, or in a file that plays anywhere."""

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from html import escape
from importlib.resources import files
from json import dumps
from numbers import Real
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from matplotlib.animation import AbstractMovieWriter, Animation, FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from kmeans_teach.inputs import parts, short
from kmeans_teach.kmeans import KMeansND
from kmeans_teach.narrate import describe
from kmeans_teach.picture import RASTER_FROM, Picture
from kmeans_teach.picture.curve import HIGH, Curve
from kmeans_teach.pixels import COLOURS, own_look, small_png


def animate(model: KMeansND, *, interval: int = 800, **picture_options) -> FuncAnimation:
    """An animation of `model.steps` with one frame for each half-step. It repeats after its end.

    Parameters
    ----------
    model : KMeansND
    interval : int
        Milliseconds between two frames.
    **picture_options
        Options of `Picture`: columns, names, figure, regions, spokes.

    Returns
    -------
    matplotlib.animation.FuncAnimation
        Keep it in a variable: Python deletes an animation that no variable refers to, and then it stops. You can call
        `pause()` and `resume()` at any time. It plays only if its figure has a live canvas. See lesson 04.
    """
    picture = Picture.of(model, **picture_options)
    animation = FuncAnimation(
        picture.figure,
        picture.show,
        frames=model.steps,  # the function, not model.steps(): each showing and each saving needs a new generator
        init_func=lambda: picture.show(next(model.steps())),  # without it, the first frame would be drawn twice
        interval=interval,
        repeat_delay=3 * interval,  # and repeat: after a run without repeat, pause() would raise (matplotlib issue 30622)
        cache_frame_data=False,
    )
    picture.figure.canvas.draw()
    animation.picture = picture
    return animation


class _Ffmpeg(FFMpegWriter):
    """matplotlib's writer, with the ffmpeg of imageio-ffmpeg, if there is one: the system may have none."""

    @classmethod
    def bin_path(cls):
        return parts.ffmpeg()

    def _run(self):
        # as matplotlib's, but in a session of its own: Interrupt, meant for a cell, goes to all processes of the kernel's
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self._proc = subprocess.Popen(self._args(), creationflags=flags, start_new_session=True, **pipes)

    def setup(self, *args, **kwargs):
        try:
            super().setup(*args, **kwargs)
        except (OSError, RuntimeError) as error:
            raise OSError(f"an .mp4 needs ffmpeg, which does not start ({error}); .gif and .html need none") from error

    def grab_frame(self, **kwargs):
        try:
            super().grab_frame(**kwargs)
        except BrokenPipeError as error:
            self.finish()  # this raises the reason, if ffmpeg gave one
            raise OSError("ffmpeg ended before the video was complete") from error

    def finish(self):
        try:
            super().finish()
        except subprocess.CalledProcessError as error:
            lines = (error.stderr or "").strip().splitlines() or [f"it ended with status {error.returncode}"]
            raise OSError(f"ffmpeg could not make the video: {lines[-1]}") from error


class PlayerWriter(AbstractMovieWriter):
    """Writes a page with all pictures inside it: buttons, a slider, and below each picture the sentence that describes it."""

    def setup(self, *args, **kwargs):
        super().setup(*args, **kwargs)
        self.frames, self.sentences, self.texts, self.inertias, self.places = [], [], [], [], []

    def tell(self, step, picture):
        """What the page says and does beside the last picture: `places` are the centroids, in % from the upper left."""
        self.sentences.append(describe(step))
        self.inertias.append(step.inertia)
        shares = picture.ax.transData.transform(picture.flat(step.centroids)) / self.fig.bbox.size
        self.places.append((100 * abs(shares - (0, 1))).round(1).tolist())

    def grab_frame(self, **kwargs):
        self.frames.append("data:image/png;base64," + b64encode(small_png(self.fig, self.dpi)).decode())
        texts = [text.get_text() for ax in self.fig.axes for text in (ax.title, *ax.texts)]
        self.texts.append(" ".join(filter(None, texts)) or f"Frame {len(self.frames)}")

    def finish(self):
        self.sentences = self.sentences or self.texts  # of an animation that is not ours: what is written in its pictures
        page, strip_css, strip_js = (
            (files("kmeans_teach") / name).read_text(encoding="utf-8")
            for name in ("assets/player.html", "panel/strip.css", "panel/strip.js")
        )
        page = page.replace("@css@", strip_css).replace("@js@", strip_js)
        page = page.replace("@first@", self.frames[0]).replace("@sentence@", escape(self.sentences[0]))
        data = {"frames": self.frames, "sentences": self.sentences, "ms": round(1000 / self.fps)}
        data |= {"inertias": self.inertias, "places": self.places, "colours": COLOURS}
        page = page.replace("@data@", dumps(data).replace("<", "\\u003c"))
        Path(self.outfile).write_text(page, encoding="utf-8")


GLIDING, MOST_GLIDING = {".mp4": 10, ".gif": 8}, 400  # pictures a second; in a file: a .gif keeps them all in memory
WRITERS = {".mp4": _Ffmpeg, ".gif": PillowWriter, ".html": PlayerWriter}
if sys.platform == "emscripten":
    del WRITERS[".mp4"]  # Python in a browser can start no ffmpeg


def saving(
    model: KMeansND, path, *, fps: float = 2, dpi: int = 100, glide=False, curve=False, **picture_options
) -> Iterator[tuple[int, int]]:
    """`save` as a generator that yields (half-steps done, all of them). At first it counts them, and yields (0, counted)."""
    path, inertias = Path(path), []
    if path.suffix.lower() not in WRITERS:
        raise ValueError(f"a run is saved as one of {', '.join(WRITERS)}, got {short(path.name)}")
    if path.suffix.lower() == ".mp4" and parts.ffmpeg() is None:
        get = f"to install one (170 MB, under the GPL), type in a terminal: {parts.how_to_get('video', 'imageio-ffmpeg')}"
        raise OSError(f"an .mp4 needs ffmpeg, .gif and .html need none; {get}")
    if path.exists():
        raise FileExistsError(f"{path} exists already; choose another name")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save in")
    fastest = 50 if path.suffix.lower() == ".gif" else 240  # browsers play a faster .gif slowly: 10 pictures a second
    for name, value, least, most in ("fps", fps, 0.01, fastest), ("dpi", dpi, 1, 1000):
        if not (isinstance(value, Real) and least <= value <= most):
            raise ValueError(f"{name} must be a number from {least} to {most} for a {path.suffix} file, got {short(value)}")
    for total, step in enumerate(model.steps(), 1):  # a second run costs less than keeping all steps in memory
        inertias.append(step.inertia)
        yield 0, total
    kind = path.suffix.lower()
    each = max(1, round(GLIDING.get(kind, 0) / fps)) if glide else 1  # pictures for each half-step, and those that move
    each = each if each * total <= MOST_GLIDING else 1
    moving = max(1, round(each * min(0.4 * fps, 0.8)))
    if curve and kind != ".html":  # there, the strip is drawn by the page
        picture_options["figure"] = FigureCanvasAgg(Figure(figsize=(6.4, 4.8 + HIGH))).figure
    picture = Picture.of(model, **picture_options)  # a new one, so that a picture on the screen does not change
    with own_look():  # a person's settings may ask for what a moving picture cannot have: savefig.bbox, animation.codec
        strip = Curve(picture, inertias) if curve and kind != ".html" else None
        writer = WRITERS[kind](fps=float(fps) * each)
    part = path.with_name(f".part-{token_hex(4)}{path.suffix}")  # in the same folder, so that it can be renamed at the end
    part.touch(exist_ok=False)  # not by tempfile, which would keep others from reading it: the umask decides
    try:
        writer.setup(picture.figure, part, dpi)
        try:
            for done, step in enumerate(model.steps(), 1):
                if strip is not None:
                    strip.show(done - 1)
                glides = step.before is not None and (step.phase == "update" or len(picture.xy) < RASTER_FROM)
                for i in range(1, each + 1):
                    picture.show(step, min(1, i / moving) if glides else 1)
                    with own_look():
                        writer.grab_frame()
                    yield done - (i < each), total
                if isinstance(writer, PlayerWriter):
                    writer.tell(step, picture)
        except BaseException:
            with suppress(Exception):
                writer.finish()  # stop ffmpeg; the first error is the one to raise
            raise
        writer.finish()
        path.touch(exist_ok=False)  # fails if the name was taken in the meantime, so that no file is overwritten
        try:
            os.replace(part, path)
        except BaseException:
            path.unlink()
            raise
    finally:
        part.unlink(missing_ok=True)


def save(model: KMeansND, path, **options) -> Path:
    """Save a run, one frame for each half-step, as .mp4 (H.264), .gif, or .html (a player that needs no network).

    Parameters
    ----------
    model : KMeansND
    path : str or Path
        Its ending chooses the format. An existing file is never overwritten.
    fps : float, optional
        Frames per second, 2 by default: from 0.01 to 240, or to 50 in a .gif, because browsers slow down a faster one.
    dpi : int, optional
        Dots per inch, 100 by default: from 1 to 1000. The picture is 6.4 by 4.8 inches. An .html shows it at most 640 pixels
        wide: with a dpi of 200 it is crisp also where two pixels of the screen make one.
    glide : bool, optional
        Move on the way from a half-step to the next, as the panel does. An .html always does.
    curve : bool, optional
        Draw the inertia of all half-steps as a strip below the picture, as the panel does. An .html always does.
    **picture_options
        Options of `Picture`: columns, names, regions, spokes.

    Returns
    -------
    pathlib.Path
        The complete file. If there is an error, no incomplete file stays.

    Raises
    ------
    ValueError
        The ending is not allowed, or `fps` or `dpi` is out of its range.
    FileExistsError
        The file exists already.
    OSError
        The folder does not exist, is full or cannot be written to; or ffmpeg does not work, for a video.
    """
    for _ in saving(model, path, **options):
        pass
    return Path(path)


def player_page(model: KMeansND | Animation, *, fps: float = 2, dpi: int = 70, **picture_options) -> str:
    """The .html player as a string, for `IPython.display.HTML`. It plays in a page that has no kernel.

    A matplotlib animation can take the place of the model. Then this is what `to_jshtml` does, without the network.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "run.html")
        if isinstance(model, Animation):
            model.save(path, writer=PlayerWriter(fps=fps), dpi=dpi)
        else:
            save(model, path, fps=fps, dpi=dpi, **picture_options)
        return path.read_text(encoding="utf-8")
