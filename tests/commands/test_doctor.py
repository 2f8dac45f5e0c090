"""The doctor names each thing that breaks the course, and says nothing is wrong only where nothing is."""

import json
import sys
import types

import pytest
from packaging.requirements import Requirement

from kmeans_teach import __main__ as launcher
from kmeans_teach.commands import doctor

KERNEL = Requirement("ipykernel>=6.29,!=7.0.*,!=7.1.*,!=7.2.*,!=7.3.*")


def sentences(need, version):
    return list(doctor.wrong_package(need, version))


@pytest.mark.parametrize("version", ["6.29.0", "6.31.0", "7.4.0", "8.0.0"])
def test_a_kernel_that_works_is_not_blamed(version):
    assert sentences(KERNEL, version) == []


@pytest.mark.parametrize("version", ["6.28.0", "7.0.0", "7.0.1", "7.1.0", "7.2.0", "7.3.0"])
def test_a_kernel_that_breaks_pictures_is_named_with_the_reason_and_the_cure(version):
    (sentence,) = sentences(KERNEL, version)
    assert sentence.startswith(f"ipykernel is {version}, but the course needs ")
    assert "second thread" in sentence
    assert sentence.endswith(f'python -m pip install "{KERNEL}"')


def test_a_missing_package_is_named_with_what_it_is_for():
    (sentence,) = sentences(Requirement("ipympl>=0.9.4"), None)
    assert sentence.startswith("ipympl is not installed (without it no picture moves in JupyterLab)")


def test_of_two_copies_the_one_that_python_imports_counts_and_the_other_is_no_fault(tmp_path, monkeypatch, capsys):
    for place, version in (("first", "8.1.5"), ("second", "7.0.0")):
        folder = tmp_path / place / f"ipywidgets-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: ipywidgets\nVersion: {version}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "first"), *sys.path, str(tmp_path / "second")])
    monkeypatch.setattr(doctor, "wrong_kernel", list)
    launcher.main(["doctor"])
    report = capsys.readouterr().out
    assert "\nipywidgets 8.1.5\n" in report
    assert "copies" not in report
    assert "7.0.0" not in report


def test_two_versions_of_a_page_part_are_found(tmp_path):
    places = [tmp_path / place for place in ("home", "environment", "empty")]
    for place, version in zip(places, ("5.0.1", "5.0.2"), strict=False):
        folder = place / "@jupyter-widgets/jupyterlab-manager"
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(json.dumps({"version": version}))
    (sentence,) = doctor.wrong_front_ends(places)
    assert "two versions of ipywidgets's page part (5.0.1 in" in sentence
    assert list(doctor.wrong_front_ends(places[1:])) == []


def test_a_kernel_of_another_python_is_named(tmp_path, monkeypatch):
    folder, python = tmp_path / "kernels" / "python3", str(tmp_path / "elsewhere" / "python")
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps({"argv": [python], "display_name": "", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: types.SimpleNamespace(returncode=0))
    (sentence,) = doctor.wrong_kernel()
    assert sentence.startswith(f"Notebooks run in another Python, {python}:")


def test_a_kernel_that_cannot_import_the_package_is_named(monkeypatch):
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: types.SimpleNamespace(returncode=1))
    assert "Notebooks cannot import kmeans_teach: in the clone, python -m pip install -e ." in doctor.wrong_kernel()


def test_a_report_without_ffmpeg_says_what_still_works_and_exits_with_1(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "ffmpeg", lambda: None)
    assert launcher.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "ffmpeg missing" in said
    assert "- ffmpeg is missing, so an animation cannot be saved as .mp4; .gif and .html work." in said
    assert "Nothing is wrong" not in said


def test_a_report_names_every_version_that_matters(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "wrong_kernel", list)  # these tests may run in another Python than the kernel's
    status = launcher.main(["doctor"])
    said = capsys.readouterr().out
    names = [need.name for need in doctor.requirements()]
    assert {"numpy", "matplotlib", "ipywidgets", "ipympl", "jupyterlab", "ipykernel"} <= set(names)
    for name in names:
        assert f"\n{name} {doctor.installed(name)}\n" in said
    assert (status, "Nothing is wrong." in said) in {(0, True), (1, False)}


def test_what_is_needed_is_read_from_the_installed_package_where_there_is_no_clone(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "PYPROJECT", tmp_path / "pyproject.toml")
    lines = ["numpy>=2.0", 'ruff>=0.6; extra == "test"']
    monkeypatch.setattr(doctor.metadata, "requires", {"kmeans-teach": lines}.get)
    assert [str(need) for need in doctor.requirements()] == ["numpy>=2.0"]
