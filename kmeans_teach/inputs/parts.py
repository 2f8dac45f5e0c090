"""The parts of the course that need not be installed, and what to type to add one, for the way this copy was installed."""

import json
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from shutil import which

PACKAGES = {"imageio_ffmpeg": "imageio-ffmpeg", "sklearn": "scikit-learn"}  # all others have the name of their module


class MissingPart(ImportError):
    """Something that is needed is not installed. A notebook shows the sentence alone, without a traceback."""

    def _render_traceback_(self):
        return [str(self)]


def need(what, part, *modules):
    """Raise MissingPart, with what to type, if `what` needs a module that is not installed. The extra `part` brings them."""
    missing = [PACKAGES.get(name, name) for name in modules if find_spec(name) is None]
    names = " and ".join(missing)
    if missing and sys.platform == "emscripten":
        raise MissingPart(f"{what} needs a computer of your own: {names} does not run inside a browser")
    if missing:
        raise MissingPart(f"{what} needs {names}; to install what is missing, type in a terminal: {how_to_get(part, *missing)}")


def ffmpeg():
    """The path of the ffmpeg of imageio-ffmpeg, or else of the system's; None if there is none."""
    try:
        from imageio_ffmpeg import get_ffmpeg_exe

        return get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        return which("ffmpeg")


def how_to_get(part, *packages):
    """The command that adds packages, which the extra `part` brings, to this installation of the course."""
    prefix, names = Path(sys.prefix), " ".join(packages)
    if (prefix / "conda-meta").is_dir():
        return f"conda install --channel conda-forge {names}"
    if (prefix / "pipx_metadata.json").is_file() and prefix.parent.name == "venvs":
        return f"pipx inject {prefix.name} {names}"
    if (prefix / "pipx_metadata.json").is_file():
        return f"pipx run --spec {_course_with(part)} kmeans-teach"
    if (prefix / "uv-receipt.toml").is_file():
        return f"uv tool install {_course_with(part)}"
    if prefix.parent.name.startswith(("archive-v", "environments-v", "builds-v")):  # of uv's cache
        return f"uvx --from {_course_with(part)} kmeans-teach"
    if part == "lab" and [*prefix.glob("*.installed")] and not (prefix / "lab.installed").exists():
        return "make lab"  # in a clone in which make has installed something else
    own = Path(which("python") or "").parent == Path(sys.executable).parent  # what a terminal calls python
    python = "python" if own else f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f"{python} -m pip install {names}" if find_spec("pip") else f"uv pip install --python {python} {names}"


def _course_with(part):
    """The course with its extras and one more, as pipx and uv take it: from where this copy came from, if that was noted."""
    others = {"page": "voila", "video": "imageio_ffmpeg"}
    extras = ",".join(["lab", *(name for name, module in others.items() if name == part or find_spec(module))])
    source = json.loads(metadata.distribution("kmeans-teach").read_text("direct_url.json") or "{}")
    version_control = source.get("vcs_info", {}).get("vcs")
    address = f"{version_control}+{source['url']}" if version_control else source.get("url")
    return f'"kmeans-teach[{extras}]{f" @ {address}" if address else ""}"'
