"""The versions that matter to the course, and what is wrong with them, in plain sentences."""

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


def copies(name):
    """Each installed copy of a distribution, as (version, place), the one that Python imports first."""
    return list(dict.fromkeys((found.version, str(found.locate_file(""))) for found in metadata.distributions(name=name)))


def wrong_python(version):
    if version < (3, 11):
        yield f"kmeans_teach needs Python 3.11 or newer; this is {version[0]}.{version[1]}."


def wrong_packages(needs, found):
    """Sentences about what is missing, outside its allowed versions, or there twice; `found` is name -> copies."""
    for need in needs:
        have = found[need.name]
        why = f" ({WHY[need.name]})" if need.name in WHY else ""
        if not have:
            yield f'{need.name} is not installed{why}: python -m pip install "{need}"'
        elif not need.specifier.contains(have[0][0], prereleases=True):
            yield f'{need.name} is {have[0][0]}, but the course needs {need.specifier}{why}: python -m pip install "{need}"'
        if len(have) > 1:
            places = ", ".join(f"{version} in {place}" for version, place in have)
            yield f"There are {len(have)} copies of {need.name} ({places}): uninstall until one is left."


def wrong_front_ends(folders):
    """Sentences about the part of a widget package that runs in the page, where two versions of it lie side by side."""
    for name, package in FRONT_ENDS.items():
        found = {}
        for manifest in (Path(folder) / name / "package.json" for folder in folders):
            if manifest.is_file():
                found.setdefault(json.loads(manifest.read_text(encoding="utf-8"))["version"], manifest.parent)
        if len(found) > 1:
            places = ", ".join(f"{version} in {place}" for version, place in found.items())
            yield f"JupyterLab finds two versions of {package}'s page part ({places}): remove the one you do not use."


def wrong_kernel():
    """Sentences about the Python that runs the notebooks."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return
    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        yield "Jupyter knows no kernel named python3: python -m ipykernel install --sys-prefix"
        return
    # compared unresolved: in a virtual environment both may be links to one system Python
    if Path(command).is_absolute() and Path(command).parent != Path(sys.executable).parent:
        yield f"Notebooks run in another Python, {command}: python -m ipykernel install --sys-prefix"
    with tempfile.TemporaryDirectory() as elsewhere:
        run = subprocess.run([sys.executable, "-c", "import kmeans_teach"], cwd=elsewhere, capture_output=True, check=False)
    if run.returncode:
        yield "Notebooks cannot import kmeans_teach: in the clone, python -m pip install -e ."


def ffmpeg():
    """The path of the ffmpeg that imageio-ffmpeg offers, or None."""
    try:
        import imageio_ffmpeg

        return imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):
        return None


def report():
    """Print versions and problems; return 0 if nothing is wrong, 1 otherwise."""
    print(f"kmeans_teach {__version__}\nPython {sys.version.split()[0]} ({sys.executable})")
    wrong = [*wrong_python(sys.version_info)]
    try:
        needs = requirements()
    except ImportError:
        needs = []
        wrong.append("packaging is not installed, so nothing that the course needs is: python -m pip install kmeans-teach")
    found = {need.name: copies(need.name) for need in needs}
    for name, have in found.items():
        print(name, have[0][0] if have else "missing")
    wrong += wrong_packages(needs, found)
    wrong += wrong_kernel()
    try:
        from jupyter_core.paths import jupyter_path

        wrong += wrong_front_ends(jupyter_path("labextensions"))
    except ImportError:
        pass  # said above: jupyterlab is missing
    video = ffmpeg()
    print(f"ffmpeg {video or 'missing'}")
    if video is None:
        wrong.append("ffmpeg is missing, so an animation cannot be saved as .mp4; .gif and .html work.")
    print("\nNothing is wrong." if not wrong else "\nWrong:\n" + "\n".join(f"- {sentence}" for sentence in wrong))
    return 1 if wrong else 0
