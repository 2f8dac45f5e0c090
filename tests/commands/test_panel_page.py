"""`kmeans-teach panel` serves the panel on this machine alone, with a token; what a user gives never becomes code."""

import ast
import asyncio
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import types
import webbrowser
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import psutil
import pytest
import websocket

from kmeans_teach import __main__ as launcher
from kmeans_teach.commands import panel_page
from tests.commands.test_lab import ask, trip

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"http://127\.0\.0\.1:(?P<port>\d+)/\?token=(?P<token>[0-9a-f]{48})")
# a name and a column that end a string, a line and a command, if they are ever put between quotes
HOSTILE = "it's \"a\"\\\n'''; open('pwned', 'w') #.csv"
COLUMN = 'x"; open("pwned", "w"); "'


def hostile_table(folder):
    """A CSV of two heaps, whose name and first column are no good to whoever pastes them into code."""
    file = folder / HOSTILE
    name = COLUMN.replace('"', '""')
    file.write_text(f'"{name}",y,note\n0,0,a\n0,1,a\n9,0,b\n9,1,b\n')
    return file


def start(folder, *words, code=None, **env):
    """The page's server, once it has said its address; `code` starts it in another way than the launcher's."""
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "kmeans_teach", "panel", *words, "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), **env}
    server = subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    watchdog = threading.Timer(60, server.kill)
    watchdog.start()
    said = []
    for line in server.stdout:
        said.append(line)
        if found := ADDRESS.search(line):
            break
    watchdog.cancel()
    assert found, f"no address in:\n{''.join(said)}"
    reader = threading.Thread(target=said.extend, args=(server.stdout,), daemon=True)  # a pipe that nobody reads fills up
    reader.start()
    return types.SimpleNamespace(
        process=server, said=said, port=int(found["port"]), token=found["token"], reader=reader, folder=folder
    )


def end(server, how=signal.SIGTERM):
    """End the server, and return its exit code and all that it has started."""
    started = psutil.Process(server.process.pid).children(recursive=True)
    server.process.send_signal(how)
    try:
        return server.process.wait(timeout=20), started
    finally:
        server.process.kill()
        server.reader.join(20)
        server.process.stdout.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The page of a table, its port taken by someone else, in a folder with settings that would let everybody in."""
    folder = tmp_path_factory.mktemp("my data")
    (folder / "voila.json").write_text(json.dumps({"Voila": {"token": "", "auto_token": False, "ip": "0.0.0.0"}}))
    words = ["--data", str(hostile_table(folder)), "--column", COLUMN, "--column", "y", "mine\nk=2"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = start(folder, *words, "--port", str(port), JUPYTER_TOKEN="", JUPYTER_CONFIG_DIR=str(folder))
        server.taken = port
        try:
            server.status, server.page = ask(server, f"/?token={server.token}")  # starts a kernel, as a browser does
            yield server
        finally:
            code, _ = end(server)
    assert code == 0 or os.name == "nt"  # Windows ends a process at once


def test_a_kernel_that_has_started_has_said_nothing_in_the_terminal(served):
    assert served.status == 200  # its page came from a kernel
    assert not re.search(r"encryption|warning", "".join(served.said), re.IGNORECASE)


def test_nothing_is_shown_without_the_token(served):
    for path in "/", "/?token=", "/?token=" + "0" * 48, "/?replay=blobs":
        status, location = ask(served, path)
        assert status == 302, path
        assert location.startswith("/login?next="), path
    kernel = kernel_of(served.page)
    assert ask(served, f"/api/kernels/{kernel}")[0] == 403
    assert ask(served, f"/api/kernels/{kernel}", token=served.token)[0] == 200
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        connect(served, kernel, token="0" * 48)


def test_the_address_with_the_token_is_said_once_and_written_nowhere(served):
    assert "".join(served.said).count(served.token) == 1
    files = [path for path in served.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".ipynb" for path in files)
    assert [path for path in files if served.token in path.read_text(encoding="utf-8", errors="replace")] == []


def test_it_listens_on_no_other_address_whatever_settings_lie_about(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5):
        pass
    with pytest.raises(OSError):  # noqa: PT011  refused here, unreachable elsewhere
        socket.create_connection(("127.0.0.2", served.port), timeout=5)


def test_a_taken_port_is_said_and_the_next_one_used(served):
    assert served.port != served.taken
    assert f"Port {served.taken} is taken, so this is port {served.port}.\n" in served.said


class Words(HTMLParser):
    """The visible text of a page and the addresses it loads from."""

    def __init__(self, text):
        super().__init__()
        self.inside, self.text, self.addresses = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = [tag] if tag in ("script", "style") else []
        self.addresses += [value for name, value in attributes if name in ("src", "href")]

    def handle_endtag(self, tag):
        self.inside = []

    def handle_data(self, data):
        self.text += "" if self.inside else data


def test_the_page_is_titled_shows_no_code_and_loads_nothing_from_elsewhere(served):
    page = Words(served.page)
    assert served.status == 200
    assert "<title>K-means</title>" in served.page
    assert "import" not in page.text
    assert len(page.addresses) > 3
    assert [address for address in page.addresses if "//" in address] == []
    assert not re.search(r"""import .* from ["']https?:""", served.page)


def test_a_page_that_waits_for_its_kernel_says_so_first(served):
    words = "Python starts and loads matplotlib, which takes some seconds. Then the panel appears here by itself."
    assert served.page.index(words) < served.page.index('"kernelId"')
    assert 'setAttribute("role", "status")' in served.page


def kernel_of(text):
    return re.search(r'"kernelId": "([0-9a-f-]{36})"', text)[1]


def connect(server, kernel, token):
    address = f"ws://127.0.0.1:{server.port}/api/kernels/{kernel}/channels?token={token}"
    return websocket.create_connection(address, timeout=30, http_no_proxy=["127.0.0.1"])


def test_a_reply_does_not_wait_for_an_acknowledgement_and_code_is_not_run(served):
    connection = connect(served, kernel_of(served.page), served.token)
    try:
        rounds = (statistics.quantiles([trip(connection) for _ in range(40)], n=4)[2] for _ in range(3))
        assert any(third_quartile < 0.030 for third_quartile in rounds)
        header = {"msg_id": "m", "msg_type": "execute_request", "session": "s", "username": "u", "version": "5.3", "date": ""}
        content = {"code": "open('pwned', 'w')", "silent": False}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        connection.send(json.dumps({**message, "channel": "shell"}))
        trip(connection)  # the kernel answers in order, so by now it would have run it
    finally:
        connection.close()
    assert list(served.folder.rglob("pwned")) == []


@pytest.fixture
def chosen(monkeypatch):
    """Calls the page's cell with options and a query, in this process; what the page shows, from top to bottom."""
    made = []

    def choose(query="", **options):
        monkeypatch.setenv(panel_page.OPTIONS_VARIABLE, json.dumps({"replay": None, **options}))
        monkeypatch.setenv("QUERY_STRING", query)
        *_, last = ast.parse(panel_page.CODE).body  # the fixed cell shows what its last line makes
        exec(panel_page.CODE.replace(ast.unparse(last), ""), space := {})
        made.extend(eval(ast.unparse(last), space).children)
        return made

    yield choose
    for widget in made:
        widget.close()


def test_what_a_user_gives_reaches_the_panel_as_text(chosen, tmp_path, monkeypatch):
    """What the launcher hands on is run as the page's kernel runs it: the fixed cell, in a folder of its own."""
    words = ["panel", "--data", str(hostile_table(tmp_path)), "--column", COLUMN, "--column", "y", "mine\nk=2"]
    monkeypatch.setattr(panel_page, "serve", lambda options, *_: options)
    options = launcher.main([*words, "--no-browser"])
    assert options["points"] == str(tmp_path / HOSTILE)
    monkeypatch.chdir(tmp_path)
    (panel,) = chosen(**options)
    assert (str(panel.run.setting), len(panel.run.model.points)) == ("mine k=2", 4)
    assert panel.run.axes_options["names"] == [COLUMN, "y"]
    assert not (tmp_path / "pwned").exists()


def test_the_page_has_the_panel_of_the_options_and_saves_where_it_was_started(chosen, tmp_path):
    (panel,) = chosen(replay="blobs k=4 seed=7 start=12", folder=str(tmp_path))
    assert str(panel.run.setting) == "blobs k=4 seed=7 start=12"
    assert (panel.saver.folder, panel.stage.widest) == (str(tmp_path), panel_page.WIDEST)


def test_a_link_can_carry_a_replay_string(chosen):
    (panel,) = chosen("token=x&replay=rings+k%3D2+seed%3D5", replay="blobs k=4")
    assert str(panel.run.setting) == "rings k=2 seed=5"


@pytest.mark.parametrize(
    ("replay", "sentence"),
    [
        ("cats+k=3", "data set must be one of heaps, blobs, .*, got &#x27;cats&#x27;"),
        ("blobs+k=many", "k in a replay string must be a number, as in k=4, got &#x27;k=many&#x27;"),
        ("mine+k=2", "the data set &quot;mine&quot; needs points of your own"),
        ("%3Cscript%3Ealert(1)%3C/script%3E", "data set must be one of .*, got &#x27;&lt;script&gt;alert.*"),
    ],
)
def test_a_bad_replay_string_in_a_link_is_told_above_the_panel_in_one_sentence(replay, sentence, chosen):
    said, panel = chosen(f"replay={replay}", replay="blobs k=4")
    assert re.fullmatch(f'<div class="kmeans-wrong" role="alert">{sentence}</div>', said.value)
    assert str(panel.run.setting) == "blobs k=4"


def test_a_file_that_is_gone_by_the_time_the_page_opens_is_told_on_the_page(chosen, tmp_path):
    (said,) = chosen(points=str(tmp_path / "gone & lost.csv"), names=None)
    assert re.fullmatch(r'<div class="kmeans-wrong" role="alert">.*No such file.*gone &amp; lost.csv.*</div>', said.value)


def test_what_is_left_out_is_printed_and_shown_on_the_page(chosen, tmp_path, monkeypatch, capsys):
    asked = {}
    monkeypatch.setattr(panel_page, "serve", lambda options, *_: asked.update(options))
    (tmp_path / "birds.csv").write_text("wing,mass,kind\n1,2,tit\n3,,tit\n4,5,wren\n")
    launcher.main(["panel", "--data", str(tmp_path / "birds.csv"), "--without-missing"])
    left_out = "Left out: kind (text); 1 of 3 rows (missing values)."
    assert capsys.readouterr().out.startswith(f"{left_out}\n")
    (panel,) = chosen(**{name: asked[name] for name in ("points", "names", "without_missing")})
    shown = f'<div class="kmeans-note" role="note">{left_out}</div>'
    assert panel.message.value == shown
    panel.controls.step.click()
    assert panel.message.value == shown
    panel.controls.data.value = "blobs"
    assert panel.message.value == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["cats k=3"], "data set must be one of heaps, blobs, "),
        (["blobs k=0"], "k must be at least 1, got 0"),
        (["blobs\nk=many"], "k in a replay string must be a number"),
        (["mine k=3"], 'the data set "mine" needs points of your own'),
        (["--data", "no such.csv"], "'no such.csv' cannot be read: No such file or directory"),
        (["--data", "."], f"'.' cannot be read: {'Permission denied' if os.name == 'nt' else 'Is a directory'}"),
        (
            ["--data", "birds.csv", "--column", "beak"],
            "columns must be one or more different names of wing, mass, kind, got ['beak']",
        ),
        (["--data", "birds.csv", "--column", "kind"], "column 'kind' must hold numbers, got 'tit' in row 1"),
        (["--data", "birds.csv"], "values are missing in 1 of 2 rows, first in row"),
        (["--data", "birds.csv", "--column", "wing", "mine k=9"], "k must be between 1 and the number of points (2), got 9"),
        (["--column", "wing"], "--column names a column of a file, so it needs --data FILE.csv"),
        (["birds.csv"], "a file is given as points='birds.csv' (on the command line: --data)"),
        (["--without-missing"], "--without-missing is about the rows of a file, so it needs --data FILE.csv"),
        (["--port", "0"], "a port is a whole number from 1 to 65535, got '0'"),
    ],
)
def test_bad_input_gets_one_sentence_and_exit_code_2_before_anything_is_served(words, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(panel_page, "serve", None)
    Path("birds.csv").write_text("wing,mass,kind\n1,2,tit\n3,,tit\n")
    with pytest.raises(SystemExit) as stopped:
        launcher.main(["panel", *words])
    said = capsys.readouterr()
    assert stopped.value.code == 2
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a console, not to a process")
@pytest.mark.long
@pytest.mark.skipif(os.environ.get("LONG") != "1", reason="waits for many seconds: LONG=1")
def test_a_kernel_without_a_page_is_ended_and_ctrl_c_ends_the_rest_and_leaves_no_file(tmp_path):
    heed = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # ignored below a job of a script
    serve = "page.serve({'replay': None}, 8866, False, idle=6)"
    code = f"import sys; from kmeans_teach.commands import panel_page as page; page.CODE = '0'; sys.exit({serve})"
    server = start(tmp_path, code=heed + code)
    try:
        kernel = kernel_of(ask(server, f"/?token={server.token}")[1])  # a page that never speaks to its kernel
        deadline = time.monotonic() + 30
        while ask(server, f"/api/kernels/{kernel}", token=server.token)[0] == 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        ask(server, f"/?token={server.token}")
    finally:
        code, started = end(server, signal.SIGINT)
    assert code == 0
    assert len(started) == 1, "the kernel of the second page"
    assert psutil.wait_procs(started, timeout=20)[1] == []
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in "".join(server.said)


@pytest.mark.parametrize("state", ["busy", "idle"])
@pytest.mark.parametrize("pages", [0, 1])
def test_a_kernel_whose_page_was_closed_is_ended_also_while_it_computes(state, pages, tmp_path, monkeypatch):
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    made, ended = [], []
    monkeypatch.setattr("voila.app.Voila", lambda config: made.append(config) or types.SimpleNamespace(initialize=list))
    panel_page.application(tmp_path, 8866, "0" * 48)

    class Manager(AsyncMappingKernelManager):
        async def shutdown_kernel(self, kernel_id):
            ended.append(kernel_id)

    manager, long_ago = Manager(config=made[0]), datetime.now(UTC) - timedelta(seconds=61)
    spec = types.SimpleNamespace(metadata={})
    kernel = types.SimpleNamespace(execution_state=state, last_activity=long_ago, kernel_spec=spec, kernel_name="python3")
    manager._kernels["a kernel"], manager._kernel_connections["a kernel"] = kernel, pages
    asyncio.run(manager.cull_kernel_if_idle("a kernel"))
    assert ended == ([] if pages else ["a kernel"])


def test_the_browser_is_sent_by_a_file_that_nobody_else_can_read(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    panel_page.open_in_browser("http://127.0.0.1:8866/?token=secret&x", tmp_path)
    (file,) = tmp_path.iterdir()
    assert opened == [file.as_uri()]
    assert 'content="0;url=http://127.0.0.1:8866/?token=secret&amp;x"' in file.read_text()
    assert os.name == "nt" or file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("there", [True, False])
def test_without_a_browser_it_says_so_and_serves_on(there, monkeypatch, capsys):
    def get(*_):
        if not there:
            raise webbrowser.Error("could not locate runnable browser")
        return "a browser"

    served = []
    monkeypatch.setattr(webbrowser, "get", get)
    monkeypatch.setattr(panel_page, "serve", lambda options, port, browser: served.append((port, browser)) or 0)
    assert launcher.main(["panel", "--port", "9000"]) == 0
    assert served == [(9000, there)]
    assert ("No browser was found: copy the address below into one." in capsys.readouterr().out) != there
