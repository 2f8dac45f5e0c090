"""Every file that names a dependency says the same as pyproject.toml."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = {need.name: need.specifier for need in map(Requirement, PROJECT["dependencies"])}
SCALE = {need.name: need.specifier for need in map(Requirement, PROJECT["optional-dependencies"]["scale"])}  # lesson 09's
EXTRAS = {
    need.name: need.specifier
    for lines in PROJECT["optional-dependencies"].values()
    for need in map(Requirement, lines)
    if need.name != PROJECT["name"]  # an extra may be made of other extras
}
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",  # the same package without a desktop toolkit
    "dask": "distributed",  # brings Dask of its own version, and numpy is there; conda-forge's dask brings bokeh too
}
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
    wanted = {CONDA_NAMES.get(name, name): specifier for name, specifier in {**RUNTIME, **SCALE}.items()}
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


def test_post_build_installs_warms_the_fonts_and_switches_the_news_off():
    assert os.access(ROOT / "binder/postBuild", os.X_OK)
    lines = lines_of("binder/postBuild")
    assert lines[:3] == ["#!/bin/bash", "set -e", "python -m pip install --no-deps ."]
    assert sum("matplotlib" in line for line in lines) == 1
    assert lines[-1].endswith('"$settings/overrides.json"')
    overrides = json.loads((ROOT / lines[-1].split()[1]).read_text(encoding="utf-8"))
    assert overrides == {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}


def test_post_build_does_what_it_says_in_a_pretended_image(tmp_path):
    """The real script with a stand-in for Python: pip and matplotlib are noted, sys.prefix is a folder with a space."""
    prefix, noted = tmp_path / "an image", tmp_path / "noted"
    stand_in = tmp_path / "bin/python"
    stand_in.parent.mkdir()
    stand_in.write_text(
        f'#!/bin/bash\nif [[ "$*" == *sys.prefix* ]]; then echo "{prefix}"; else echo "$1 $2" >> "{noted}"; fi\n'
    )
    stand_in.chmod(0o755)
    env = {**os.environ, "PATH": f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([ROOT / "binder/postBuild"], cwd=ROOT, env=env, check=True)
    assert noted.read_text().splitlines()[0] == "-m pip"
    assert "matplotlib" in noted.read_text().splitlines()[1]
    assert "fetchNews" in (prefix / "share/jupyter/lab/settings/overrides.json").read_text()
    off = json.loads((prefix / "etc/jupyter/labconfig/page_config.json").read_text())
    assert off == {"disabledExtensions": {"@voila-dashboards/jupyterlab-preview": True}}


@pytest.mark.parametrize("script", ["binder/postBuild", ".ci/run"])
def test_scripts_are_sound_bash(script):
    bash = shutil.which("bash")
    assert bash, "bash is needed"
    subprocess.run([bash, "-n", ROOT / script], check=True)


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
        assert broken not in RUNTIME["ipykernel"]
    for sound in ("6.31.0", "7.4.0"):
        assert sound in RUNTIME["ipykernel"]


def workflow():
    return yaml.load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"), yaml.BaseLoader)


def test_the_public_checks_run_on_push_pull_request_and_weekly_with_newest_and_lowest():
    assert workflow()["on"].keys() == {"push", "pull_request", "schedule"}
    (when,) = workflow()["on"]["schedule"]
    minute, hour, day, month, weekday = when["cron"].split()
    assert minute.isdecimal()
    assert hour.isdecimal()
    assert (day, month) == ("*", "*")
    assert weekday in {"0", "1", "2", "3", "4", "5", "6"}
    newest, lowest = workflow()["jobs"]["newest"]["steps"], workflow()["jobs"]["lowest"]["steps"]
    assert {"run": "make test", "env": {"REQUIRE_BROWSER": "1"}} in newest
    assert {"run": "make setup", "env": {"PIP_CONSTRAINT": "${{ github.workspace }}/tests/lowest.txt"}} in lowest
    assert {"run": "make unit"} in lowest


def test_the_weekly_run_tries_many_more_examples():
    long = workflow()["jobs"]["long"]
    assert long["if"] == "github.event_name == 'schedule'"
    assert {"run": 'make unit ARGS="-m long"', "env": {"LONG": "1"}} in long["steps"]
    assert {"run": "make browser", "env": {"LONG": "1", "REQUIRE_BROWSER": "1"}} in long["steps"]


def test_the_lowest_python_is_among_those_checked():
    oldest = PROJECT["requires-python"].removeprefix(">=")
    assert oldest in workflow()["jobs"]["newest"]["strategy"]["matrix"]["python"]
    (setup,) = [step for step in workflow()["jobs"]["lowest"]["steps"] if "setup-python" in step.get("uses", "")]
    assert setup["with"]["python-version"] == oldest


def test_ci_requires_the_browser_and_stops_at_the_first_failure():
    lines = lines_of(".ci/run")
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert lines[:2] == ["#!/bin/bash", "set -euo pipefail"]
    assert lines[-1] == "REQUIRE_BROWSER=1 make test </dev/null"


@pytest.mark.parametrize("there", [True, False])
def test_ci_installs_a_browser_only_where_there_is_none(there, tmp_path):
    """The real script in a folder with a space, with stand-ins that note what they were asked."""
    found, noted = tmp_path / "bin", tmp_path / "noted"
    script = tmp_path / "a clone/.ci/run"
    found.mkdir()
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / ".ci/run", script)
    (found / "dirname").symlink_to(shutil.which("dirname"))
    for name in ["make", "apt-get", *["chromium"] * there]:
        (found / name).write_text(f'#!{shutil.which("bash")}\necho "{name} $* $REQUIRE_BROWSER" >> "{noted}"\n')
        (found / name).chmod(0o755)
    subprocess.run([shutil.which("bash"), script], env={"PATH": str(found)}, check=True)
    asked = [" ".join(line.split()) for line in noted.read_text().splitlines()]
    install = ["apt-get update -qq", "apt-get install -qq --yes --no-install-recommends chromium"]
    assert asked == [*([] if there else install), "make test 1"]


MAKE = shutil.which("make")


def make(folder, *words, **env):
    wanted = {**os.environ}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "ARGS", "PYTHON"):  # these tests may run under make
        wanted.pop(name, None)
    return subprocess.run([MAKE, *words], cwd=folder, env={**wanted, **env}, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path):
    """A clone's Makefile in a folder with a space, with a stand-in for Python that notes what it was asked."""
    if MAKE is None:
        pytest.skip("make is not installed")
    folder = tmp_path / "a clone"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "pyproject.toml").touch()
    stand_in = tmp_path / "python"
    stand_in.write_text(
        "#!/bin/bash\n"
        f'echo "$*" >> "{tmp_path}/asked"\n'
        'if [[ "$*" == "-m venv --clear .venv" ]]; then mkdir -p .venv/bin; cp "$0" .venv/bin/python; fi\n'
    )
    stand_in.chmod(0o755)
    return folder


def asked(folder):
    notes = folder.parent / "asked"
    lines = notes.read_text().splitlines() if notes.exists() else []
    notes.write_text("")
    return [line for line in lines if not line.startswith("-c ")]


PIP = "-m pip install --quiet --disable-pip-version-check --editable .[test]"


def test_setting_up_is_done_once_and_again_when_pyproject_changes_or_the_folder_moved(folder):
    python = f"PYTHON={folder.parent / 'python'}"
    assert make(folder, "setup", python).returncode == 0
    assert asked(folder) == ["-m venv --clear .venv", PIP]
    assert make(folder, "lab", python, "ARGS=--no-browser").returncode == 0
    assert asked(folder) == ["-m kmeans_teach lab --no-browser"]

    later = (folder / ".venv/installed").stat().st_mtime + 10
    os.utime(folder / "pyproject.toml", (later, later))
    assert make(folder, "setup", python).returncode == 0
    assert asked(folder) == ["-m pip --version", PIP]
    os.utime(folder / "pyproject.toml", (0, 0))

    moved = folder.rename(folder.parent / "another place")
    assert make(moved, "setup", python).returncode == 0
    assert asked(moved) == ["-m pip --version", PIP]
    assert make(moved, "setup", python).returncode == 0
    assert asked(moved) == []


def test_make_test_checks_the_style_before_it_tests(folder):
    assert make(folder, "test", f"PYTHON={folder.parent / 'python'}").returncode == 0
    assert asked(folder)[2:] == [
        "-m ruff check .",
        "-m ruff format --check .",
        "-m pytest -m not browser -n 2 --dist loadfile",
        "-m pytest -m browser tests/browser",
    ]


def test_an_old_python_is_refused_in_one_sentence_before_pip_is_heard(folder):
    old = folder.parent / "python"
    old.write_text(f'#!/bin/bash\necho "$*" >> "{folder.parent}/asked"\nexit 1\n')
    run = make(folder, "setup", f"PYTHON={old}")
    assert run.returncode == 2
    assert run.stderr.startswith("kmeans_teach needs Python 3.11 or newer.")
    assert run.stdout == ""
    assert asked(folder) == []
    assert not (folder / ".venv").exists()


def test_the_newer_of_two_pythons_is_found(folder):
    found = folder.parent / "bin"
    found.mkdir()
    (found / "python3").write_text("#!/bin/bash\nexit 1\n")
    shutil.copy(folder.parent / "python", found / "python3.12")
    for tool in ("bash", "sh", "cat", "pwd", "rm", "mkdir", "cp"):
        (found / tool).symlink_to(shutil.which(tool))
    for program in found.iterdir():
        if not program.is_symlink():
            program.chmod(0o755)
    run = make(folder, "setup", PATH=str(found))
    assert (run.returncode, run.stderr) == (0, "")
    assert asked(folder) == ["-m venv --clear .venv", PIP]
