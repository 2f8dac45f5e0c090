"""The files that name dependencies agree with pyproject.toml, and what sets up an environment is sound."""

import os
import re
import shutil
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = {need.name: need.specifier for need in map(Requirement, PROJECT["dependencies"])}
PARTS = {  # what a learner may install beside the core
    part: {need.name: need.specifier for need in map(Requirement, PROJECT["optional-dependencies"][part])}
    for part in ("lab", "video", "page")
}
assert PARTS["page"]["ipykernel"] == PARTS["lab"]["ipykernel"]
COURSE = {**RUNTIME, **PARTS["lab"], **PARTS["video"], **PARTS["page"]}
EXTRAS = {
    need.name: need.specifier
    for lines in PROJECT["optional-dependencies"].values()
    for need in map(Requirement, lines)
    if need.name != PROJECT["name"]  # an extra may be made of other extras
}
CONDA_NAMES = {"matplotlib": "matplotlib-base"}  # the same package without a desktop toolkit
WITH_OLD_ONES = {"pyparsing"}  # tests/lowest.txt says why


def environment(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def conda_specs(path):
    lines = environment(path)["dependencies"]
    assert len(lines) > len(RUNTIME)
    names = [re.match(r"[a-z0-9-]+", line)[0] for line in lines]
    assert len(set(names)) == len(names)
    return {name: line.removeprefix(name) for name, line in zip(names, lines, strict=True)}


def test_conda_gets_every_dependency_of_the_lessons_with_the_same_versions_and_nothing_else():
    specs = conda_specs("environment.yml")
    python, pip = specs.pop("python"), specs.pop("pip")
    assert pip == ""
    assert re.fullmatch(r"=3\.\d+", python)
    assert Version(python.removeprefix("=")) in Requirement(f"python{PROJECT['requires-python']}").specifier
    wanted = {CONDA_NAMES.get(name, name): specifier for name, specifier in COURSE.items()}
    assert specs.keys() == wanted.keys()
    for name, spec in specs.items():
        assert Requirement(name + spec).specifier == wanted[name], name


def test_everything_comes_from_conda_forge():
    assert environment("environment.yml")["channels"] == ["conda-forge", "nodefaults"]
    assert all(isinstance(line, str) for line in environment("environment.yml")["dependencies"])  # no pip section


def test_binder_gets_the_same_environment_and_nothing_hides_it():
    assert (ROOT / "binder/environment.yml").read_bytes() == (ROOT / "environment.yml").read_bytes()
    assert not (ROOT / ".binder").exists()  # with both, repo2docker stops


def lines_of(path):
    return [line for line in (ROOT / path).read_text(encoding="utf-8").splitlines() if line and not line.startswith("# ")]


@pytest.mark.skipif(os.name == "nt", reason="a file has no mark there that says it can be run")
@pytest.mark.parametrize("script", ["binder/postBuild", ".ci/run"])
def test_a_script_can_be_run_and_is_sound_bash(script):
    assert os.access(ROOT / script, os.X_OK)
    subprocess.run(["bash", "-n", ROOT / script], check=True)


def test_the_lowest_set_is_the_lowest_that_pyproject_allows():
    pins = {}
    for line in lines_of("tests/lowest.txt"):
        name, version = line.split("==")
        pins[name] = Version(version)
    wanted = {**RUNTIME, **EXTRAS}
    assert pins.keys() - WITH_OLD_ONES == wanted.keys()
    for name, specifier in wanted.items():
        assert [Version(part.version) for part in specifier if part.operator == ">="] == [pins[name]], name
        assert pins[name] in specifier


def test_numpy_2_and_a_kernel_that_draws_on_one_thread_are_required():
    assert "1.26.4" not in RUNTIME["numpy"]
    assert "2.0.0" in RUNTIME["numpy"]
    for broken in ("7.0.1", "7.1.0", "7.2.0", "7.3.0"):
        assert broken not in COURSE["ipykernel"]
    for sound in ("6.31.0", "7.4.0"):
        assert sound in COURSE["ipykernel"]


def test_the_core_is_light_and_no_part_of_a_learner_holds_a_tool_of_ours():
    assert set(RUNTIME) == {"numpy", "matplotlib", "ipywidgets", "ipympl", "anywidget", "pandas"}
    assert set(PARTS["lab"]) == {"jupyterlab", "ipykernel", "nbformat", "scikit-learn", "distributed"}
    assert (set(PARTS["video"]), set(PARTS["page"])) == ({"imageio-ffmpeg"}, {"voila", "ipykernel"})
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = dict(re.findall(r"^(\w+): \.venv/(\w+)\.installed$", make, re.MULTILINE))
    assert installs == {"setup": "test", "lab": "lab", "docs": "docs", "lite": "lite"}
    assert set(installs.values()) <= PROJECT["optional-dependencies"].keys()


def with_all_that_they_need(*names):
    """The names of packages and of all packages that these need, as they are installed here."""
    found, open_ones = set(), {*names}
    while open_ones:
        name = open_ones.pop()
        needs = map(Requirement, metadata.requires(name) or [])
        found.add(name)
        open_ones |= {canonicalize_name(n.name) for n in needs if n.marker is None or n.marker.evaluate({"extra": ""})} - found
    return found


def test_to_a_jupyter_that_can_draw_the_core_adds_fewer_than_ten_packages():
    there = with_all_that_they_need("jupyterlab", "ipykernel", "ipywidgets", "numpy", "matplotlib")
    assert len(there) > 50
    added = with_all_that_they_need(*RUNTIME) - there
    assert {"pandas", "ipympl", "anywidget"} <= added
    assert len(added | {"kmeans-teach"}) < 10  # five in November 2026


def test_a_major_version_that_was_never_tried_is_not_installed():
    for name, tried, untried in ("jupyterlab", 4, 5), ("ipywidgets", 8, 9), ("ipykernel", 7, 8), ("numpy", 2, 3):
        assert f"{tried}.99" in COURSE[name]
        assert f"{untried}.0" not in COURSE[name]


# the versions that Colab had in August 2026; an installation there must not replace them
COLAB = {"numpy": "2.1.3", "matplotlib": "3.10.0", "ipywidgets": "7.7.1", "anywidget": "0.9.21", "pandas": "2.2.2"}


def test_the_core_leaves_the_versions_of_colab_alone():
    assert all(version in RUNTIME[name] for name, version in COLAB.items())
    assert "6.17.1" in COURSE["ipykernel"]  # which lab would bring


def test_the_set_for_a_term_is_one_that_pyproject_allows():
    pins = dict(line.split("==") for line in lines_of("constraints.txt"))
    assert len(pins) > len(COURSE)
    for name, specifier in COURSE.items():
        assert Version(pins[name]) in specifier, name
    assert not pins.keys() & {"kmeans-teach", "pytest", "ruff", "sphinx"}


def test_the_weekly_run_writes_that_set_after_every_lesson_ran_with_it():
    job = workflow()["jobs"]["known-good"]
    assert job["if"] == "github.event_name == 'schedule'"
    runs = [step["run"] for step in job["steps"] if "run" in step]
    (install,) = [i for i, run in enumerate(runs) if "'.[lab,page,video]'" in run]
    (lessons,) = [i for i, run in enumerate(runs) if "jupyter execute notebooks/[0-9]*.ipynb" in run]
    (written,) = [i for i, run in enumerate(runs) if "mv new.txt constraints.txt" in run]
    assert install < lessons < written


def workflow():
    return yaml.load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"), yaml.BaseLoader)


def test_the_public_checks_run_on_push_on_pull_requests_and_weekly():
    assert workflow()["on"].keys() == {"push", "pull_request", "schedule"}
    assert len(workflow()["on"]["schedule"]) == 1


def test_every_make_command_of_the_public_checks_is_a_target():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    runs = [step["run"] for job in workflow()["jobs"].values() for step in job["steps"] if "run" in step]
    called = {target for run in [*runs, *lines_of(".ci/run")] for target in re.findall(r"\bmake ([a-z]+)", run)}
    assert {"setup", "test", "unit", "browser"} <= called
    assert called <= targets


def test_the_lowest_python_is_among_those_checked():
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert oldest in workflow()["jobs"]["newest"]["strategy"]["matrix"]["python"]
    (setup,) = [step for step in workflow()["jobs"]["lowest"]["steps"] if "setup-python" in step.get("uses", "")]
    assert setup["with"]["python-version"] == oldest


MAKE = shutil.which("make")


@pytest.mark.skipif(os.name == "nt", reason="the played Python is a shell script")
@pytest.mark.parametrize("target", ["setup", "lab", "docs"])
def test_an_old_python_is_refused_in_one_sentence(target, tmp_path):
    if MAKE is None:
        pytest.skip("make is not installed")
    clone, old = tmp_path / "a clone", tmp_path / "an old python"
    clone.mkdir()
    shutil.copy(ROOT / "Makefile", clone)
    (clone / "pyproject.toml").touch()
    old.write_text("#!/bin/sh\nexit 1\n")  # the answer of an old Python that is asked whether it is new enough
    old.chmod(0o755)
    outside = {name: value for name, value in os.environ.items() if "MAKE" not in name and name != "MFLAGS"}
    run = subprocess.run([MAKE, target, f"PYTHON={old}"], cwd=clone, env=outside, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith("kmeans_teach needs Python 3.11 or newer.")
    assert run.stdout == ""
    assert not (clone / ".venv").exists()
