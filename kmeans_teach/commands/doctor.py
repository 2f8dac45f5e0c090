"""`kmeans-teach doctor`: the versions that matter to the course, and what is wrong with them, in plain sentences."""

import contextlib
import json
import subprocess
import sys
import tempfile
from functools import partial
from importlib import metadata
from pathlib import Path

from kmeans_teach import __version__

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
PARTS = {
    "core": "K-means, pictures and the panel",
    "lab": "JupyterLab, and what every lesson needs",
    "video": "a run saved as .mp4",
    "page": "the panel alone, as a page",
}
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
    """For each part of the course the packages that it needs: lists of packaging's Requirement."""
    from packaging.requirements import Requirement

    if PYPROJECT.is_file():  # a clone; its metadata may be those of an older installation
        import tomllib

        project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
        extras = project["optional-dependencies"]
        lines = project["dependencies"] + [f'{line}; extra == "{part}"' for part in extras for line in extras[part]]
    else:
        lines = metadata.requires("kmeans-teach")
    needs, found = [Requirement(line) for line in lines], {}
    for part in PARTS:  # the core is first, and no extra has its name
        found[part] = [need for need in needs if need.marker is None or need.marker.evaluate({"extra": part})]
        needs = [need for need in needs if need not in found[part]]
    return found


def installed(name):
    """The version of the copy that Python imports, the first one on its path; None if there is no copy."""
    return next((copy.version for copy in metadata.distributions(name=name)), None)


def wrong_package(need, version, how_to_get):
    """Sentences about a package that is missing or outside its allowed versions."""
    why = f" ({WHY[need.name]})" if need.name in WHY else ""
    get = how_to_get(f'"{need.name}{need.specifier}"')
    if version is None:
        yield f"{need.name} is not installed{why}: {get}"
    elif not all(part.contains(version, prereleases=True) for part in need.specifier if part.operator == "<"):
        yield f"{need.name} is {version}, and nobody has tried the course with it yet: {get}"
    elif not need.specifier.contains(version, prereleases=True):
        yield f"{need.name} is {version}, but the course needs {need.specifier}{why}: {get}"


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


def report(_):
    """Print parts, versions and problems; return 0 if nothing is wrong, 1 otherwise. A part that is missing is not wrong."""
    print(f"kmeans_teach {__version__}\nPython {sys.version.split()[0]} ({sys.executable})")
    wrong = []
    try:
        from kmeans_teach.inputs.parts import ffmpeg, how_to_get

        for part, needs in requirements().items():
            get, versions = partial(how_to_get, part), {need: installed(need.name) for need in needs}
            missing = [need.name for need, version in versions.items() if version is None]
            program = ffmpeg() if part == "video" else None  # which may be the system's
            there = "installed" if program or not missing else f"not installed; type {get(*missing)}"
            print(f"\n{part} ({PARTS[part]}): {there}" + (f"\nffmpeg {program}" if program else ""))
            for need, version in versions.items():
                print(need.name, version or "missing")
                wrong += wrong_package(need, version, get) if version or part == "core" else []
    except ImportError as error:  # of numpy or packaging
        wrong.append(f"{error}, so nothing of the course starts: python -m pip install numpy matplotlib")
    with contextlib.suppress(ImportError):  # without Jupyter there is no kernel to look at
        from jupyter_core.paths import jupyter_path

        wrong += [*wrong_kernel(), *wrong_front_ends(jupyter_path("labextensions"))]
    print("\nNothing is wrong." if not wrong else "\nWrong:\n" + "\n".join(f"- {sentence}" for sentence in wrong))
    return 1 if wrong else 0
