"""`kmeans-teach doctor`: the versions that matter to the course, and what is wrong with them, in plain sentences."""

import contextlib
import json
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from kmeans_teach import __version__

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
WHY = {
    "ipykernel": "7.0 to 7.3 handle widgets on a second thread, which breaks pictures while the panel plays",
    "ipympl": "without it no picture moves in JupyterLab",
    "ipywidgets": "without it there are no sliders and no buttons",
}
FRONT_ENDS = {"@jupyter-widgets/jupyterlab-manager": "ipywidgets", "jupyter-matplotlib": "ipympl"}


def add_command(commands):
    command = commands.add_parser("doctor", help="print the versions that matter, and what is wrong with them")
    command.set_defaults(run=report)


def requirements():
    """What kmeans_teach needs at run time: a list of packaging's Requirement."""
    from packaging.requirements import Requirement

    if PYPROJECT.is_file():  # a clone; its metadata may be those of an older installation
        import tomllib

        lines = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        lines = metadata.requires("kmeans-teach")
    needs = [Requirement(line) for line in lines]
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]


def installed(name):
    """The version of the copy that Python imports, the first one on its path; None if there is no copy."""
    return next((copy.version for copy in metadata.distributions(name=name)), None)


def wrong_package(need, version):
    """Sentences about a package that is missing or outside its allowed versions."""
    why = f" ({WHY[need.name]})" if need.name in WHY else ""
    if version is None:
        yield f'{need.name} is not installed{why}: python -m pip install "{need}"'
    elif not need.specifier.contains(version, prereleases=True):
        yield f'{need.name} is {version}, but the course needs {need.specifier}{why}: python -m pip install "{need}"'


def wrong_front_ends(folders):
    """Sentences about the part of a widget package that runs in the page, if JupyterLab finds two versions of it."""
    for name, package in FRONT_ENDS.items():
        found = {}
        for manifest in (Path(folder) / name / "package.json" for folder in folders):
            if manifest.is_file():
                found.setdefault(json.loads(manifest.read_text(encoding="utf-8"))["version"], manifest.parent)
        if len(found) > 1:
            versions = ", ".join(f"{version} in {folder}" for version, folder in found.items())
            yield f"JupyterLab finds two versions of {package}'s page part ({versions}): remove the one you do not use."


def wrong_kernel():
    """Sentences about the Python that runs the notebooks."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        yield "Jupyter knows no kernel named python3: python -m ipykernel install --sys-prefix"
        return
    # compared unresolved: in a virtual environment both may be links to one system Python
    if Path(command).is_absolute() and Path(command).parent != Path(sys.executable).parent:
        yield f"Notebooks run in another Python, {command}: python -m ipykernel install --sys-prefix"
    with tempfile.TemporaryDirectory() as elsewhere:
        done = subprocess.run([sys.executable, "-c", "import kmeans_teach"], cwd=elsewhere, capture_output=True, check=False)
    if done.returncode:
        yield "Notebooks cannot import kmeans_teach: in the clone, python -m pip install -e ."


def ffmpeg():
    """The path of the ffmpeg that imageio-ffmpeg offers, or None."""
    with contextlib.suppress(ImportError, RuntimeError):
        import imageio_ffmpeg

        return imageio_ffmpeg.get_ffmpeg_exe()


def report(_):
    """Print versions and problems; return 0 if nothing is wrong, 1 otherwise."""
    print(f"kmeans_teach {__version__}\nPython {sys.version.split()[0]} ({sys.executable})")
    wrong = []
    try:
        for need in requirements():
            version = installed(need.name)
            print(need.name, version or "missing")
            wrong += wrong_package(need, version)
    except ImportError:
        wrong.append("packaging is not installed, so nothing that the course needs is: python -m pip install kmeans-teach")
    with contextlib.suppress(ImportError):  # the list already says that jupyterlab is missing
        from jupyter_core.paths import jupyter_path

        wrong += [*wrong_kernel(), *wrong_front_ends(jupyter_path("labextensions"))]
    video = ffmpeg()
    print(f"ffmpeg {video or 'missing'}")
    if video is None:
        wrong.append("ffmpeg is missing, so an animation cannot be saved as .mp4; .gif and .html work.")
    print("\nNothing is wrong." if not wrong else "\nWrong:\n" + "\n".join(f"- {sentence}" for sentence in wrong))
    return 1 if wrong else 0
