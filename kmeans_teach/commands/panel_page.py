"""The panel alone, as a page: `kmeans-teach panel` serves it by Voila, for a projector. No code, large type.

What a user gives travels to the page's kernel as JSON in an environment variable, and the replay string of a link as its
query: the page's notebook is one fixed line, and no text is ever put into it.
"""

import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import webbrowser
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlencode

COMMANDS = Path(__file__).resolve().parent
OPTIONS = "KMEANS_TEACH_PANEL"  # the environment variable
WIDEST = 2000  # CSS pixels
FORGOTTEN_AFTER = 60  # seconds without a page after which its kernel is ended, should the page not have said goodbye
WIDGETS = "@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "jupyter-matplotlib", "anywidget"
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "id": "panel",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": "from kmeans_teach.commands.panel_page import panel\npanel()",
        }
    ],
    "metadata": {"title": "K-means", "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def add_command(commands, a_port):
    """Tell the launcher's parser about `kmeans-teach panel`."""
    panel = commands.add_parser("panel", help="show the panel alone, as a page, for a projector")
    panel.add_argument("replay", nargs="?", help='what to show, such as "blobs k=4 seed=7 start=12"')
    panel.add_argument("--data", metavar="FILE.csv", help="points of your own")
    panel.add_argument(
        "--column",
        action="append",
        metavar="NAME",
        help="a column of FILE.csv; again for more (default: all columns of numbers)",
    )
    panel.add_argument("--port", type=a_port, default=8866, help="the port to try first (default: %(default)s)")
    panel.add_argument("--no-browser", action="store_true", help="print the address and leave the browser to you")


def chosen(arguments):
    """The page's options from those of the command line, tried out. ValueError says in one sentence what cannot be used."""
    from kmeans_teach.panel.run import Run

    if arguments.column and not arguments.data:
        raise ValueError("--column names a column of a file, so it needs --data FILE.csv")
    options = {"replay": arguments.replay, "points": arguments.data, "names": arguments.column}
    try:
        Run(options["replay"], points=options["points"], names=options["names"])
    except OSError as error:
        raise ValueError(f"{arguments.data!r} cannot be read: {error.strerror or error}") from None
    except TypeError as error:
        raise ValueError(str(error)) from None
    if arguments.data:
        options["points"] = str(Path(arguments.data).resolve())
    return options | {"folder": os.getcwd()}  # where saved runs go; the page's own folder is gone when it ends


def panel():
    """What the page shows: the panel of a link's replay string, or else of the options; above it what cannot be used.

    This runs in the page's kernel.
    """
    import ipywidgets as w

    from kmeans_teach.panel import Panel

    options = json.loads(os.environ[OPTIONS])
    asked = parse_qs(os.environ.get("QUERY_STRING", "")).get("replay", [])[:1]
    wrong = []
    for replay in (*asked, options.pop("replay")):
        try:
            return w.VBox([*wrong, Panel(replay, widest=WIDEST, **options)])
        except (OSError, TypeError, ValueError) as error:
            wrong.append(w.HTML(f'<div class="kmeans-wrong" role="alert">{escape(str(error))}</div>'))
    return w.VBox(wrong)  # the file has changed since the start


def application(notebook, port, token, forgotten_after=FORGOTTEN_AFTER):
    """The server: on this machine alone, with a token, and without anybody's settings, which might turn that off."""
    from voila.app import Voila

    config = {
        "Voila": {
            "config_file_paths": [],
            "ip": "127.0.0.1",
            "port": port,
            "token": token,  # given by us, for Voila prints one of its own making in its log
            "open_browser": False,  # Voila would open it without the token
            "log_level": "ERROR",
            "tornado_settings": {"log_function": lambda handler: None},  # an address may have the token in it
        },
        "VoilaConfiguration": {"template": "kmeans", "extension_allowlist": [*WIDGETS], "allow_template_override": "NO"},
        "MappingKernelManager": {"cull_idle_timeout": forgotten_after, "cull_interval": max(1, forgotten_after // 4)},
    }
    with contextlib.suppress(ImportError):  # without it each picture comes 40 ms later
        from kmeans_teach.commands.nodelay import NoDelayConnection

        config["Voila"]["kernel_websocket_connection_class"] = NoDelayConnection
    from traitlets.config import Config

    server = Voila(config=Config(config))
    server.initialize([str(notebook)])
    return server


def open_in_browser(address, folder):
    """Open an address by a file that only this user can read: a command line, token and all, could be read by others."""
    file = Path(folder) / "open.html"
    file.touch(mode=0o600)
    file.write_text(f'<!DOCTYPE html><meta http-equiv="refresh" content="0;url={escape(address)}"><title>K-means</title>')
    webbrowser.open(file.as_uri())


def serve(options, port, browser, forgotten_after=FORGOTTEN_AFTER):
    """Serve the page until it is told to stop; return the exit code."""

    def say(sentence):
        print(sentence, flush=True)

    say("Starting the panel")
    paths = [str(COMMANDS / "jupyter"), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(paths)  # where the page's template is
    os.environ[OPTIONS] = json.dumps(options)
    folder = Path(tempfile.mkdtemp(prefix="kmeans-teach-"))
    try:
        (folder / "served").mkdir()
        notebook = folder / "served" / "panel.ipynb"
        notebook.write_text(json.dumps(NOTEBOOK), encoding="utf-8")
        token = secrets.token_hex(24)
        server = application(notebook, port, token, forgotten_after)

        def announce():
            if server.port != port:
                say(f"Port {port} is taken, so this is port {server.port}.")
            address = f"http://127.0.0.1:{server.port}/?{urlencode({'token': token})}"
            say(f"The panel is at {address}\nEnd it with Ctrl-C.")
            if browser:
                open_in_browser(address, folder)

        from tornado.ioloop import IOLoop

        IOLoop.current().add_callback(announce)  # runs once the server listens
        server.start()
    except KeyboardInterrupt:
        pass
    except ImportError:
        print("Voila is not installed in this Python; `kmeans-teach doctor` says what is missing.", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0
