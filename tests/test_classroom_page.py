"""What docs/classroom.md says to type or to click: links lead somewhere, snippets can be read, the panel opens a replay."""

import contextlib
import io
import json
import re
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import yaml
from jupyter_server.services.kernels.connection.base import BaseKernelWebsocketConnection

from kmeans_teach import Setting, __version__
from kmeans_teach.commands import copy_course

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/classroom.md").read_text(encoding="utf-8")
BINDER = "https://mybinder.org/v2/gh/OWNER/kmeans_teach/main?urlpath="
HUB = "https://hub.example.org/hub/user-redirect/git-pull?"


def blocks(language):
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found, language
    return found


def binder_links():
    """What each opens, on the machine that Binder starts."""
    found = [parse_qs(urlsplit(link).query)["urlpath"][0] for link in re.findall(r"\((https://mybinder\.org/v2/[^)]+)\)", PAGE)]
    assert len(found) == 3
    return found


def settings():
    (text,) = blocks("yaml")
    return yaml.safe_load(text)


def in_megabytes(text):
    number, unit = re.fullmatch(r"(\d+)([MG])", text).groups()
    return int(number) * {"M": 1, "G": 1000}[unit]


def is_connection(name):
    module, _, kind = name.rpartition(".")
    return issubclass(getattr(import_module(module), kind), BaseKernelWebsocketConnection)


def test_each_binder_link_opens_a_notebook_of_the_repository():
    for page in binder_links():
        app, path = re.fullmatch(r"(lab/tree|voila/render)/([^?]+)(?:\?.*)?", page).groups()
        path = path.replace(f"{copy_course.FOLDER}/", "notebooks/")  # binder/postBuild copies the course there
        assert (ROOT / path).is_file()
        assert (app == "lab/tree") == path.startswith("notebooks/")


def test_a_link_can_hold_a_replay_string():
    (query,) = [urlsplit(page).query for page in binder_links() if "?" in page]
    (replay,) = parse_qs(query)["replay"]
    assert Setting.parse(replay) == Setting("bad-start", k=4)
    assert f"`{replay}`" in PAGE


def test_the_two_snippets_print_the_links_that_the_page_shows():
    printed = []
    for code in blocks("python"):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(code, {})
        printed.append(out.getvalue().strip())
    assert [link[: len(start)] for link, start in zip(printed, (BINDER, HUB), strict=True)] == [BINDER, HUB]
    assert f"]({printed[0]})" in PAGE
    assert f"    {printed[1]}\n" in PAGE
    asked = parse_qs(urlsplit(printed[1]).query)
    assert (ROOT / asked["urlpath"][0].removeprefix("lab/tree/kmeans_teach/")).is_file()
    assert asked["repo"] == ["https://github.com/OWNER/kmeans_teach"]


def test_one_placeholder_stands_for_the_account_and_is_explained():
    addresses = [unquote(link) for link in re.findall(r"https?[:%]\S+kmeans_teach", PAGE)]
    assert len(addresses) > 5
    assert all("OWNER/kmeans_teach" in address for address in addresses)
    assert PAGE.index("Wherever this page says `OWNER`") == PAGE.index("OWNER") - len("Wherever this page says `")


def test_limits_leave_room_for_what_was_measured():
    memory, cpu = settings()["singleuser"]["memory"], settings()["singleuser"]["cpu"]
    measured = [int(number) for number in re.findall(r"\b(\d+) MB", PAGE)]
    assert len(measured) > 5
    panel = int(re.search(r"then a learner takes\s+(\d+) MB", PAGE)[1])
    assert panel <= in_megabytes(memory["guarantee"]) < in_megabytes(memory["limit"])
    assert max(number for number in measured if number < 1000) + 150 < in_megabytes(memory["limit"])
    assert 0.03 <= cpu["guarantee"] < cpu["limit"]


def test_the_image_is_that_of_this_version_and_opens_the_first_lesson():
    image = settings()["singleuser"]["image"]
    assert image["tag"] == __version__
    assert f"--image-name {image['name']}:{image['tag']}" in PAGE
    assert f"docker push {image['name']}:{image['tag']}" in PAGE
    folder, _, lesson = settings()["singleuser"]["defaultUrl"].removeprefix("/lab/tree/").partition("/")
    assert (ROOT / "notebooks" / lesson).is_file()
    assert f"/home/jovyan/{folder} " in settings()["singleuser"]["lifecycleHooks"]["postStart"]["exec"]["command"][-1]


def test_the_server_settings_name_a_class_that_is_there():
    names = [json.loads(text)["ServerApp"]["kernel_websocket_connection_class"] for text in blocks("json")]
    files = settings()["singleuser"]["extraFiles"].values()
    names += [file["data"]["ServerApp"]["kernel_websocket_connection_class"] for file in files]
    assert len(names) == 2
    assert all(map(is_connection, names))


def test_the_panel_alone_says_on_binder_too_what_it_waits_for():
    template = json.loads((ROOT / "binder/panel.ipynb").read_text(encoding="utf-8"))["metadata"]["voila"]["template"]
    assert (ROOT / "kmeans_teach/commands/jupyter/voila/templates" / template / "index.html.j2").is_file()
    assert 'cp -r kmeans_teach/commands/jupyter/voila "$prefix/share/jupyter/"' in (ROOT / "binder/postBuild").read_text()


@pytest.mark.parametrize(
    ("query", "setting", "fails"),
    [
        ("", "heaps k=4 clusters=4", False),
        ("replay=bad-start%20k%3D4", "bad-start k=4", False),
        ("token=a&replay=bills+k%3D3", "bills k=3", False),
        ("replay=nonsense", "heaps k=4 clusters=4", True),
    ],
)
def test_the_panel_alone_opens_the_replay_of_its_address(query, setting, fails, monkeypatch):
    monkeypatch.setenv("QUERY_STRING", query)
    (cell,) = json.loads((ROOT / "binder/panel.ipynb").read_text(encoding="utf-8"))["cells"]
    names = {}
    exec("".join(cell["source"]), names)
    panel = names["panel"]
    assert str(panel.run.setting) == setting
    assert (panel.last_error is not None) is fails
    panel.close()
