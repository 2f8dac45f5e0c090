"""The launcher serves JupyterLab on this machine alone, with its token on, at lesson 01; bad input gets one sentence."""

import ast
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import types
import urllib.error
import urllib.parse
import urllib.request
import uuid
import webbrowser
from importlib import metadata
from pathlib import Path

import pytest
import websocket
from packaging.version import Version

from kmeans_teach import __main__ as launcher
from kmeans_teach.commands import copy_course, lab

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(?P<port>\d+)(?P<path>/\S*)\?token=(?P<token>[0-9a-f]{32,})")
EMPTY = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def wait_for(port):
    """Return once the port takes connections: Jupyter prints its address just before that."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, f"nothing listens on port {port}"
            time.sleep(0.02)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server started by the launcher in a folder with a space, its port taken by someone else."""
    folder = tmp_path_factory.mktemp("a course")
    for name in ("01_one_dimension.ipynb", "02_assign_points.ipynb"):
        (folder / name).write_text(json.dumps(EMPTY))
    own = tmp_path_factory.mktemp("jupyter")
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    env = {**os.environ, **{place: str(own / place) for place in places}, "PYTHONPATH": str(ROOT)}
    for name in ("JUPYTER_TOKEN", "JUPYTER_CONFIG_PATH"):
        env.pop(name, None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "kmeans_teach", "lab", str(folder), "--port", str(port), "--no-browser"]
        server = subprocess.Popen(command, env=env, cwd=own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        watchdog = threading.Timer(60, server.kill)
        watchdog.start()
        said, found = [], None
        for line in server.stdout:
            said.append(line)
            if found := ADDRESS.search(line):
                break
        watchdog.cancel()
        reader = threading.Thread(target=said.extend, args=(server.stdout,), daemon=True)  # what it says from now on
        reader.start()
        try:
            assert found, f"no address in:\n{''.join(said)}"
            wait_for(int(found["port"]))
            answer = {"port": int(found["port"]), "path": found["path"], "token": found["token"]}
            yield types.SimpleNamespace(**answer, said=said, taken=port, folder=folder, own=own)
        finally:
            server.terminate()
            try:
                code = server.wait(timeout=15)
            finally:
                server.kill()
                reader.join(15)
                server.stdout.close()
        assert code == 0 or os.name == "nt"  # Windows ends a process at once


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def ask(served, path, *, token=None, data=None):
    """The status and the body that the server answers, without following a redirect."""
    headers = {"Authorization": f"token {token}"} if token else {}
    request = urllib.request.Request(f"http://127.0.0.1:{served.port}{path}", data=data, headers=headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay).open(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Location", "")


def test_nothing_is_served_without_the_token(served):
    assert ask(served, "/api/contents")[0] == 403
    assert ask(served, "/api/contents", token="0" * len(served.token))[0] == 403
    status, location = ask(served, "/lab")
    assert (status, location) == (302, "/login?next=%2Flab")


def test_with_the_token_the_folder_is_served_though_its_name_has_a_space(served):
    status, body = ask(served, "/api/contents", token=served.token)
    assert " " in served.folder.name
    assert status == 200
    assert sorted(entry["name"] for entry in json.loads(body)["content"]) == [
        "01_one_dimension.ipynb",
        "02_assign_points.ipynb",
    ]


def test_the_page_opens_at_lesson_01(served):
    assert served.path == "/lab/tree/01_one_dimension.ipynb"
    assert ask(served, served.path, token=served.token)[0] == 200


def test_a_taken_port_is_said_and_the_next_one_used(served):
    assert served.port != served.taken
    assert f"Port {served.taken} is taken, so this is port {served.port}." in "".join(served.said)


def test_it_listens_on_no_other_address(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5):
        pass
    with pytest.raises(OSError):  # noqa: PT011  refused here, unreachable elsewhere
        socket.create_connection(("127.0.0.2", served.port), timeout=5)


def test_root_is_told_what_was_added_and_others_are_told_nothing(served):
    assert ("--allow-root" in "".join(served.said)) == (getattr(os, "geteuid", lambda: 1)() == 0)


def test_the_news_question_is_off_and_the_users_settings_are_untouched(served):
    status, body = ask(served, "/lab/api/settings/@jupyterlab/apputils-extension:notification", token=served.token)
    answer = json.loads(body)
    assert status == 200
    assert answer["schema"]["properties"]["fetchNews"]["default"] == "false"
    assert answer["raw"].strip() == "{}"
    assert not list(served.own.rglob("*.jupyterlab-settings"))


def test_no_button_shows_a_lesson_without_its_code(served):
    """Voila, which `kmeans-teach panel` needs, comes with one."""
    _, body = ask(served, served.path, token=served.token)
    config = json.loads(re.search(r'id="jupyter-config-data" type="application/json">(.*?)</script>', body, re.DOTALL)[1])
    assert any("widgets" in extension["name"] for extension in config["federated_extensions"])
    assert "@voila-dashboards/jupyterlab-preview" in config["disabledExtensions"]


def test_voila_stays_out_of_the_lab_and_the_lab_starts_without_a_warning(served):
    """As a part of JupyterLab it has nothing to do, and asks for settings that Jupyter warns of."""
    assert ask(served, "/voila/render/01_one_dimension.ipynb", token=served.token)[0] == 404
    assert "Warning" not in "".join(served.said)


def trip(connection):
    """The seconds from a question to the kernel's answer."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "kernel_info_request", "session": "s", "username": "u"}
    message = {"header": {**header, "version": "5.3", "date": ""}, "parent_header": {}, "metadata": {}, "content": {}}
    start = time.perf_counter()
    connection.send(json.dumps({**message, "channel": "shell"}))
    while True:
        answer = json.loads(connection.recv())
        if answer["msg_type"] == "kernel_info_reply" and answer["parent_header"]["msg_id"] == header["msg_id"]:
            return time.perf_counter() - start


@pytest.fixture(scope="module")
def connection(served):
    """A connection to a kernel of the server that has answered."""
    status, body = ask(served, "/api/kernels", token=served.token, data=b'{"name": "python3"}')
    assert status == 201
    address = f"ws://127.0.0.1:{served.port}/api/kernels/{json.loads(body)['id']}/channels?token={served.token}"
    connection = websocket.create_connection(address, timeout=30, http_no_proxy=["127.0.0.1"])
    try:
        trip(connection)
        yield connection
    finally:
        connection.close()


def test_a_reply_of_the_kernel_does_not_wait_for_an_acknowledgement(connection):
    """Nagle's algorithm against a delayed acknowledgement costs 40 ms of every round trip; without it there are about 3."""
    # with the delay more than half of the trips wait, in each round; a busy machine may spoil one round
    rounds = (statistics.quantiles([trip(connection) for _ in range(40)], n=4)[2] for _ in range(3))
    assert any(third_quartile < 0.030 for third_quartile in rounds)


def test_a_kernel_that_has_started_has_said_nothing_in_the_terminal(served, connection):
    """ipykernel 7.3 and later warn there of messages without encryption, which learners take for a fault."""
    if Version(metadata.version("ipykernel")) < Version("7.3"):
        pytest.skip("this ipykernel neither warns nor encrypts")
    (file,) = served.own.rglob("kernel-*.json")
    assert ("curve_publickey" in json.loads(file.read_text())) == bool(lab.encryption())
    assert not re.search(r"encryption|warning", "".join(served.said), re.IGNORECASE)


def test_messages_are_encrypted_only_where_jupyter_can(monkeypatch):
    assert [option for option in options() if "encryption" in option] == ["--KernelManager.transport_encryption=auto"]
    monkeypatch.setattr("zmq.has", lambda name: name != "curve")
    assert options() == [option for option in options() if "encryption" not in option]
    monkeypatch.undo()
    monkeypatch.delattr("jupyter_client.KernelManager.transport_encryption")
    assert lab.encryption() == {}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lab", "nowhere"], "'nowhere' is not a folder"),
        (["lab", "pyproject.toml"], "'pyproject.toml' is not a folder"),
        (["lab", "--port", "many"], "a port is a whole number from 1 to 65535, got 'many'"),
        (["lab", "--port", "65536"], "a port is a whole number from 1 to 65535, got '65536'"),
        (["lab", "--port", "0"], "a port is a whole number from 1 to 65535, got '0'"),
        (["lab", "--ip", "192.0.2.1"], "'192.0.2.1' is not an address of this machine"),
        (["lab", "--ip", "*"], "'*' is not an address of this machine"),
        (["lab", "--ip", ""], "'' is not an address of this machine"),
        (["--port", "0"], "a port is a whole number from 1 to 65535, got '0'"),
        (["check"], "the following arguments are required: NOTEBOOK"),
        (["fly"], "invalid choice: 'fly'"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2(words, sentence, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as stopped:
        launcher.main(words)
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1


def test_a_folder_without_lesson_01_opens_as_a_folder(tmp_path):
    (tmp_path / "10_other.ipynb").touch()
    assert lab.first_page(tmp_path) == "/lab"
    (tmp_path / "01_a b.ipynb").touch()
    assert lab.first_page(tmp_path) == "/lab/tree/01_a%20b.ipynb"
    (tmp_path / "01_a b (0.2.0).ipynb").touch()  # a newer one, put beside the learner's
    assert lab.first_page(tmp_path) == "/lab/tree/01_a%20b.ipynb"


def options(**changes):
    choice = {"port": 8888, "ip": "127.0.0.1", "browser": True, "root": False, **changes}
    return lab.server_options(Path("a course"), **choice)


def test_options_are_added_only_when_they_are_needed():
    assert "--ServerApp.ip=127.0.0.1" in options()
    assert set(options(root=True)) - set(options()) == {"--allow-root"}
    assert set(options(browser=False)) - set(options()) == {"--no-browser"}
    assert not [option for option in options(root=True, browser=False) if "token" in option.lower() or "password" in option]


def test_without_the_quick_websocket_the_servers_own_is_used(monkeypatch):
    assert len(lab.without_delay()) == 1
    monkeypatch.setenv("JUPYTER_GATEWAY_URL", "http://127.0.0.1:1")
    assert lab.without_delay() == {}
    monkeypatch.delenv("JUPYTER_GATEWAY_URL")
    monkeypatch.setattr(lab, "NO_DELAY", "kmeans_teach.no_such_module")
    assert lab.without_delay() == {}


@pytest.fixture
def pretend(monkeypatch):
    """JupyterLab replaced by a record of how it was started."""
    from jupyter_server.auth.identity import PasswordIdentityProvider
    from jupyterlab.labapp import LabApp

    provider = PasswordIdentityProvider(token="0" * 48)
    provider.token_generated = True
    server = types.SimpleNamespace(port=8888, identity_provider=provider, display_url="the address", started=0)

    def initialize_server(argv):
        server.argv = argv
        return server

    def start():
        server.started += 1

    server.start = start
    monkeypatch.setattr(LabApp, "initialize_server", initialize_server)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "theirs")
    return server


def test_jupyter_starts_without_the_grammars_of_addresses(pretend, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "rfc3987_syntax", raising=False)
    assert launcher.main(["lab", str(tmp_path), "--no-browser"]) == 0
    assert sys.modules.get("rfc3987_syntax", "not yet") is None


def test_without_a_browser_it_says_so_and_serves_on(pretend, tmp_path, monkeypatch, capsys):
    def none(*_):
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    assert launcher.main(["lab", str(tmp_path)]) == 0
    assert pretend.started == 1
    assert "--no-browser" in pretend.argv
    assert "No browser was found: copy the address below into one." in capsys.readouterr().out


def test_with_a_browser_jupyter_opens_it(pretend, tmp_path, monkeypatch):
    monkeypatch.setattr(webbrowser, "get", lambda: "a browser")
    assert launcher.main(["lab", str(tmp_path)]) == 0
    assert "--no-browser" not in pretend.argv


def test_other_machines_are_let_in_only_in_so_many_words(pretend, tmp_path, capsys):
    assert launcher.main(["lab", str(tmp_path), "--no-browser"]) == 0
    assert "other machines" not in capsys.readouterr().out
    assert launcher.main(["lab", str(tmp_path), "--no-browser", "--ip", "0.0.0.0"]) == 0
    assert "--ServerApp.ip=0.0.0.0" in pretend.argv
    assert "Listening on 0.0.0.0: other machines can reach this server" in capsys.readouterr().out


def test_settings_that_turn_the_token_off_are_refused(pretend, tmp_path, capsys):
    pretend.identity_provider.token = ""
    assert launcher.main(["lab", str(tmp_path), "--no-browser"]) == 1
    assert pretend.started == 0
    assert "does not serve without one" in capsys.readouterr().err
    pretend.identity_provider.hashed_password = "argon2:..."
    assert launcher.main(["lab", str(tmp_path), "--no-browser", "--ip", "0.0.0.0"]) == 0


def test_an_identity_provider_that_may_let_everybody_in_is_refused(pretend, tmp_path, capsys):
    """A login handler of one's own, as before Jupyter Server 2, becomes a LegacyIdentityProvider."""
    from jupyter_server.auth import identity

    class Everybody(identity.PasswordIdentityProvider):
        def get_user(self, handler):
            return identity.User("somebody")

    for kind in Everybody, identity.LegacyIdentityProvider:
        pretend.identity_provider = kind(token="0" * 48)
        assert launcher.main(["lab", str(tmp_path), "--no-browser"]) == 1
        assert f"let {kind.__name__} decide who may enter" in capsys.readouterr().err
    assert pretend.started == 0


def test_a_token_that_can_be_guessed_is_refused_where_other_machines_can_try(pretend, tmp_path, capsys):
    for token, ip, code in ("x", "127.0.0.1", 0), ("x", "0.0.0.0", 1), ("x" * 15, "0.0.0.0", 1), ("x" * 16, "0.0.0.0", 0):
        pretend.identity_provider.token = token
        assert launcher.main(["lab", str(tmp_path), "--no-browser", "--ip", ip]) == code
        said = f"With --ip, a token of your own must have at least 16 characters; yours has {len(token)}.\n"
        assert capsys.readouterr().err == (said if code else "")


def test_a_token_of_ones_own_still_gets_the_address_printed(pretend, tmp_path, capsys):
    pretend.identity_provider.token_generated = False
    assert launcher.main(["lab", str(tmp_path), "--no-browser"]) == 0
    assert pretend.started == 1
    assert "JupyterLab is at the address" in capsys.readouterr().out


def test_configuration_of_the_users_own_is_kept(pretend, tmp_path):
    assert launcher.main(["lab", str(tmp_path), "--no-browser"]) == 0
    assert os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep) == [
        str(ROOT / "kmeans_teach" / "commands" / "jupyter"),
        "theirs",
    ]


@pytest.mark.parametrize("words", [[], ["lab"], ["--port", "9999", "--no-browser"], ["lab", "notebooks"]])
def test_in_a_clone_its_lessons_are_copied_too_unless_their_folder_is_named(words, pretend, tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    for name in ("pyproject.toml", "notebooks/01_one.ipynb", "notebooks/README.md"):
        (tmp_path / name).touch()
    monkeypatch.setattr(copy_course, "PACKAGE", tmp_path / "kmeans_teach")
    monkeypatch.chdir(tmp_path)
    assert launcher.main(words) == 0
    opened = "notebooks" if "notebooks" in words else "kmeans-course"
    assert f"--ServerApp.root_dir={tmp_path / opened}" in pretend.argv
    assert ("--ServerApp.port=9999" in pretend.argv) == ("9999" in words)
    assert sorted(os.listdir(tmp_path)) == sorted({opened, "notebooks", "pyproject.toml"})


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package outside of any clone, which carries a lesson, and an empty folder where the learner is."""
    carried = tmp_path / "kmeans_teach" / "course"
    carried.mkdir(parents=True)
    for name in ("01_one.ipynb", "README.md"):
        (carried / name).write_text(name)
    monkeypatch.setattr(copy_course, "PACKAGE", carried.parent)
    here = tmp_path / "at home"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.mark.parametrize("words", [[], ["lab"], ["--no-browser"]])
def test_without_a_clone_the_course_is_copied_and_opened_at_lesson_01(words, pretend, installed, capsys):
    assert launcher.main(words) == 0
    folder = installed / "kmeans-course"
    assert sorted(os.listdir(folder)) == [copy_course.PRISTINE, "01_one.ipynb", "README.md"]
    assert {f"--ServerApp.root_dir={folder}", "--LabApp.default_url=/lab/tree/01_one.ipynb"} <= set(pretend.argv)
    assert f"Copied 2 files of the course to '{folder}'." in capsys.readouterr().out


def test_a_changed_lesson_survives_a_second_start(pretend, installed):
    launcher.main([])
    (installed / "kmeans-course" / "01_one.ipynb").write_text("my work")
    launcher.main([])
    assert (installed / "kmeans-course" / "01_one.ipynb").read_text() == "my work"
    assert pretend.started == 2


def test_copy_only_copies(pretend, installed, capsys):
    assert launcher.main(["copy"]) == 0
    assert launcher.main(["copy", "for class/one"]) == 0
    assert capsys.readouterr().out == "".join(
        f"Copied 2 files of the course to '{folder}'.\n" for folder in ("kmeans-course", Path("for class/one"))
    )
    assert pretend.started == 0


@pytest.mark.parametrize("words", [[], ["copy"], ["lab", "--no-browser"]])
def test_where_nothing_can_be_copied_nothing_is_opened(words, pretend, installed, capsys):
    (installed / "kmeans-course").write_text("a file of mine")
    assert launcher.main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"kmeans-teach: '.*kmeans-course' is a file, so the course cannot be copied there\n", said.err)
    assert pretend.started == 0
    assert (installed / "kmeans-course").read_text() == "a file of mine"


def test_the_launcher_loads_no_other_package():
    code = (
        "import sys; before = set(sys.modules); import kmeans_teach.__main__;"
        "print({name.split('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ast.literal_eval(run.stdout) == {"kmeans_teach"}
