"""What is published: the sources build the same wheel as the clone, and the wheel is all that a learner needs."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from kmeans_teach import __version__
from kmeans_teach.commands import copy_course
from tests.test_readme import tracked

ROOT = Path(__file__).parent.parent
NAME = f"kmeans_teach-{__version__}"


def call(*words, cwd=ROOT, wanted=0, **env):
    """What a command prints, as a user's shell would run it: without this clone on the path."""
    alone = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(words, cwd=cwd, env={**alone, **env}, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == wanted, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The wheel of this clone, and that of its sources unpacked elsewhere."""
    folder = tmp_path_factory.mktemp("built")
    build = (sys.executable, "-m", "hatchling", "build", "-d")
    call(*build, folder)
    with tarfile.open(folder / f"{NAME}.tar.gz") as sources:
        sources.extractall(folder / "sources", filter="data")
    call(*build, folder / "again", "-t", "wheel", cwd=folder / "sources" / NAME)
    return folder / f"{NAME}-py3-none-any.whl", folder / "again" / f"{NAME}-py3-none-any.whl"


def test_the_tests_build_with_the_tool_that_pip_builds_with():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert len(project["build-system"]["requires"]) == 1
    extras = project["project"]["optional-dependencies"]
    (others,) = [line for line in extras["test"] if line.startswith("kmeans-teach[")]
    assert "lite" in others
    assert set(project["build-system"]["requires"]) < {*extras["test"], *extras["lite"]}


def contents(wheel):
    with zipfile.ZipFile(wheel) as files:
        return {name: files.read(name) for name in files.namelist() if "dist-info" not in name}


def test_the_wheel_carries_the_package_and_the_course_and_nothing_else(built):
    lessons = [path for path in tracked() if path.match("notebooks/*") and path.suffix != ".py"]
    assert len(lessons) >= 9
    package = [path for path in tracked() if path.parts[0] == "kmeans_teach"]
    wanted = {path.as_posix(): path for path in package} | {f"kmeans_teach/course/{path.name}": path for path in lessons}
    found = contents(built[0])
    assert found.keys() == wanted.keys()
    assert all(found[name] == (ROOT / path).read_bytes() for name, path in wanted.items())


def test_the_sources_build_the_same_wheel(built):
    one, other = map(contents, built)
    assert one == other


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The command `kmeans-teach` of the wheel in an environment of its own, which borrows all other packages from ours."""
    folder = tmp_path_factory.mktemp("installed")
    call(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    call(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", built[0])
    paths = {"base": str(folder), "platbase": str(folder)}
    (Path(sysconfig.get_path("purelib", vars=paths)) / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python.with_name("kmeans-teach")


def test_from_the_wheel_in_an_empty_folder_the_course_is_copied_and_runs(installed, tmp_path_factory):
    here = tmp_path_factory.mktemp("an empty folder")
    lessons = sorted(path.name for path in (ROOT / "notebooks").glob(copy_course.LESSONS))
    assert call(installed, "copy", cwd=here) == f"Copied {len(lessons) + 1} files of the course to 'kmeans-course'.\n"
    copied = sorted(path.name for path in (here / "kmeans-course").iterdir())
    assert copied == [copy_course.PRISTINE, *lessons, "README.md"]
    told = call(installed, "check", "--json", f"kmeans-course/{lessons[0]}", cwd=here, wanted=1)
    notebook = json.loads(told)
    assert notebook["lesson"] == Path(lessons[0]).stem
    assert {each["status"] for each in notebook["exercises"]} == {"not tried"}
    assert notebook["errors"] == []  # every cell ran
    assert sorted(path.name for path in here.rglob("*")) == sorted(["kmeans-course", *copied, *lessons, "README.md"])
