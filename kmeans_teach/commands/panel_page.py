"""`kmeans-teach panel`: the panel alone, as a page for a projector, served by Voila. No code, large type.

The page's notebook is fixed, and no text of a user is ever put into it. The options reach its kernel as JSON in an
environment variable, and the replay string of a link as the query of its address.
"""

import json
import os
import secrets
import tempfile
import webbrowser
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from kmeans_teach.commands import JUPYTER, add_server_options, can_open_browser, in_front, say
from kmeans_teach.commands.lab import encryption, start_sooner, without_delay

OPTIONS_VARIABLE = "KMEANS_TEACH_PANEL"  # of the environment
WIDEST = 2000  # CSS pixels
IDLE = 60  # seconds without a page, after which a kernel is ended, also one that is busy
WIDGETS = "@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "jupyter-matplotlib", "anywidget"
CODE = "from kmeans_teach.commands.panel_page import make_page\nmake_page()"  # the one cell of the page's notebook


def add_command(commands):
    command = commands.add_parser("panel", help="show the panel alone, as a page, for a projector")
    command.add_argument("replay", nargs="?", help='the run to show, such as "blobs k=4 seed=7 start=12"')
    command.add_argument("--data", metavar="FILE.csv", help="your own points")
    columns = "a column of FILE.csv; repeat it for more columns (default: all columns of numbers)"
    command.add_argument("--column", action="append", metavar="NAME", help=columns)
    command.add_argument("--without-missing", action="store_true", help="leave out the rows in which a value is missing")
    add_server_options(command, port=8866)
    command.set_defaults(run=show_panel, refuse=command.error)


def show_panel(arguments):
    """Serve the page that the command line asks for, or refuse it in one sentence."""
    from kmeans_teach.inputs.parts import need

    need("`kmeans-teach panel`", "page", "voila", "ipykernel")
    from kmeans_teach.panel.run import PanelRun

    if arguments.column and not arguments.data:
        arguments.refuse("--column names a column of a file, so it needs --data FILE.csv")
    if arguments.without_missing and not arguments.data:
        arguments.refuse("--without-missing is about the rows of a file, so it needs --data FILE.csv")
    options = {"points": arguments.data and str(Path(arguments.data).expanduser().resolve()), "names": arguments.column}
    options["without_missing"] = arguments.without_missing
    try:
        run = PanelRun(arguments.replay, **options)  # an error says what cannot be used
    except OSError as error:
        arguments.refuse(f"{arguments.data!r} cannot be read: {error.strerror or error}")
    except (TypeError, ValueError) as error:
        arguments.refuse(" ".join(str(error).split()))
    if run.left_out:
        say(run.left_out)
    # saved runs go to the current folder: that of the page's notebook is removed at the end
    options |= {"replay": arguments.replay, "folder": os.getcwd()}
    return serve(options, arguments.port, can_open_browser(arguments))


def make_page():
    """The content of the page, made in its kernel: the panel, and above it a sentence for each thing that cannot be used.

    The panel shows the replay string of the link, or else the run of the options.
    """
    import ipywidgets as w

    from kmeans_teach.panel import Panel

    options = json.loads(os.environ[OPTIONS_VARIABLE])
    asked = parse_qs(os.environ.get("QUERY_STRING", "")).get("replay", [])[:1]
    wrong = []
    for replay in (*asked, options.pop("replay")):
        try:
            return w.VBox([*wrong, Panel(replay, widest=WIDEST, **options)])
        except (OSError, TypeError, ValueError) as error:
            wrong.append(w.HTML(f'<div class="kmeans-wrong" role="alert">{escape(str(error))}</div>'))
    return w.VBox(wrong)  # the file has changed since the start


def application(notebook, port, token, idle=IDLE):
    """The server, on this machine alone and with a token. It reads no settings of the user, which could turn that off."""
    from traitlets.config import Config
    from voila.app import Voila

    config = {
        "Voila": {
            "config_file_paths": [],
            "ip": "127.0.0.1",
            "port": port,
            "token": token,  # ours: if Voila makes one, it prints it in its log
            "open_browser": False,  # Voila would open it without the token
            "log_level": "ERROR",
            **without_delay(),  # without it each picture comes 40 ms later
            "tornado_settings": {"log_function": lambda handler: None},  # an address may contain the token
        },
        "VoilaConfiguration": {"template": "kmeans", "extension_allowlist": [*WIDGETS], "allow_template_override": "NO"},
        "MappingKernelManager": {"cull_idle_timeout": idle, "cull_interval": max(1, idle // 4), "cull_busy": True},
        "KernelManager": encryption(),
    }
    server = Voila(config=Config(config))
    server.initialize([str(notebook)])
    return server


def open_in_browser(address, folder):
    """Open an address through a file that only this user can read. Others could read the token on a command line."""
    file = Path(folder) / "open.html"
    file.touch(mode=0o600)
    file.write_text(f'<!DOCTYPE html><meta http-equiv="refresh" content="0;url={escape(address)}"><title>K-means</title>')
    webbrowser.open(file.as_uri())


def serve(options, port, browser, idle=IDLE):
    """Serve the page until the user stops it; return the exit code."""
    say("Starting the panel")
    start_sooner()
    os.environ["JUPYTER_PATH"] = in_front(JUPYTER, "JUPYTER_PATH")  # for the page's template
    os.environ[OPTIONS_VARIABLE] = json.dumps(options)
    import nbformat
    from tornado.ioloop import IOLoop

    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells, metadata = [nbformat.v4.new_code_cell(CODE)], {"title": "K-means", "kernelspec": kernel}
    token = secrets.token_hex(24)
    try:
        with tempfile.TemporaryDirectory(prefix="kmeans-teach-", ignore_cleanup_errors=True) as folder:
            notebook = Path(folder, "served", "panel.ipynb")
            notebook.parent.mkdir()
            nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), notebook)
            server = application(notebook, port, token, idle)

            def announce():
                if server.port != port:
                    say(f"Port {port} is taken, so this is port {server.port}.")
                address = f"http://127.0.0.1:{server.port}/?{urlencode({'token': token})}"
                say(f"The panel is at {address}\nEnd it with Ctrl-C.")
                if browser:
                    open_in_browser(address, folder)

            IOLoop.current().add_callback(announce)  # runs once the server listens
            server.start()
    except KeyboardInterrupt:
        pass
    return 0
