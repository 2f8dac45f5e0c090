"""The doctor names each thing that breaks the course, and says nothing is wrong only where nothing is."""

import json
import re
import sys
import types

import pytest
from packaging.requirements import Requirement

from kmeans_teach import __main__ as launcher
from kmeans_teach.commands import doctor
from kmeans_teach.inputs import parts

KERNEL = Requirement("ipykernel>=6.17.1,!=7.0.*,!=7.1.*,!=7.2.*,!=7.3.*,<8")
PIP = "python -m pip install {}".format


def sentences(need, version):
    return list(doctor.wrong_package(need, version, PIP))


@pytest.mark.parametrize("version", ["6.17.1", "6.31.0", "7.4.0", "7.9.0"])
def test_a_kernel_that_works_is_not_blamed(version):
    assert sentences(KERNEL, version) == []


@pytest.mark.parametrize("version", ["6.17.0", "7.0.0", "7.0.1", "7.1.0", "7.2.0", "7.3.0"])
def test_a_kernel_that_breaks_pictures_is_named_with_the_reason_and_the_cure(version):
    (sentence,) = sentences(KERNEL, version)
    assert sentence.startswith(f"ipykernel is {version}, but the course needs ")
    assert "second thread" in sentence
    assert sentence.endswith(f'python -m pip install "{KERNEL}"')


@pytest.mark.parametrize(
    "line", ["ipykernel>=6.17.1,!=7.0.*,<8", "jupyterlab>=4.2,<5", "ipywidgets>=7.7.1,<9", "numpy>=2.0,<3"]
)
def test_a_major_version_that_nobody_has_tried_is_named(line):
    need, major = Requirement(line), line[-1]
    for version in f"{major}.0.0", f"{major}.1.2", f"{major}.0.0a1":
        cure = f'python -m pip install "{need}"'
        assert sentences(need, version) == [f"{need.name} is {version}, and nobody has tried the course with it yet: {cure}"]
    assert sentences(need, f"{int(major) - 1}.99") == []


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


def test_each_part_is_there_or_the_report_says_what_to_type_which_is_no_fault(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "wrong_kernel", list)
    monkeypatch.setattr(doctor, "wrong_front_ends", lambda _: [])
    monkeypatch.setattr(parts, "how_to_get", lambda part, *names: f"GET {part} {' '.join(names)}")
    monkeypatch.setattr(parts, "ffmpeg", lambda: "/usr/bin/ffmpeg")
    found = {need.name: "1.0" for needs in doctor.requirements().values() for need in needs if need.name != "voila"}
    monkeypatch.setattr(doctor, "wrong_package", lambda need, version, _: [] if version else [f"{need.name} is not installed"])
    monkeypatch.setattr(doctor, "installed", found.get)
    assert launcher.main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "\ncore (K-means, pictures and the panel): installed\n" in said
    assert "\nlab (JupyterLab, and what every lesson needs): installed\n" in said
    assert "\nvideo (a run saved as .mp4): installed\nffmpeg /usr/bin/ffmpeg\n" in said
    assert "\npage (the panel alone, as a page): not installed; type GET page voila\nvoila missing\nipykernel 1.0\n" in said
    assert said.endswith("\n\nNothing is wrong.\n")

    for name in "imageio-ffmpeg", "distributed", "nbformat", "pandas":
        del found[name]
    assert launcher.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "\ncore (K-means, pictures and the panel): not installed; type GET core pandas\n" in said
    assert "lesson needs): not installed; type GET lab nbformat distributed\n" in said
    assert "\nvideo (a run saved as .mp4): installed\nffmpeg /usr/bin/ffmpeg\nimageio-ffmpeg missing\n" in said
    assert said.endswith("\nWrong:\n- pandas is not installed\n")

    monkeypatch.setattr(parts, "ffmpeg", lambda: None)
    launcher.main(["doctor"])
    assert "\nvideo (a run saved as .mp4): not installed; type GET video imageio-ffmpeg\n" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["numpy", "packaging"])
def test_without_what_the_report_itself_needs_it_says_so(name, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "wrong_kernel", list)
    for module in [*sys.modules]:
        if module.partition(".")[0] in (name, "kmeans_teach") and module not in ("kmeans_teach", "kmeans_teach.commands"):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    assert doctor.report(None) == 1
    sentence = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(rf"- .*{name}.*, so nothing of the course starts: python -m pip install numpy matplotlib", sentence)


def test_a_report_names_every_version_that_matters(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "wrong_kernel", list)  # these tests may run in another Python than the kernel's
    status = launcher.main(["doctor"])
    said = capsys.readouterr().out
    names = {part: [need.name for need in needs] for part, needs in doctor.requirements().items()}
    assert {"numpy", "matplotlib", "ipywidgets", "ipympl"} <= set(names["core"])
    assert {"jupyterlab", "ipykernel", "distributed"} <= set(names["lab"])
    assert (names["video"], names["page"]) == (["imageio-ffmpeg"], ["voila", "ipykernel"])
    for name in (name for part in names.values() for name in part):
        assert f"\n{name} {doctor.installed(name)}\n" in said
    assert (status, "Nothing is wrong." in said) in {(0, True), (1, False)}


def test_what_is_needed_is_read_from_the_installed_package_where_there_is_no_clone(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "PYPROJECT", tmp_path / "pyproject.toml")
    lines = ["numpy>=2.0", 'ruff>=0.6; extra == "test"', "colorama; sys_platform == 'never'", 'voila>=0.5.8; extra == "page"']
    lines += ['pywinpty; sys_platform == "never" and extra == "lab"', 'jupyterlab<5; extra == "lab"']
    monkeypatch.setattr(doctor.metadata, "requires", {"kmeans-teach": lines}.get)
    found = {part: [need.name for need in needs] for part, needs in doctor.requirements().items()}
    assert found == {"core": ["numpy"], "lab": ["jupyterlab"], "video": [], "page": ["voila"]}
    assert list(found) == ["core", "lab", "video", "page"]
