"""`kmeans-teach lab`: JupyterLab at lesson 01, on this machine alone unless the user asks for more."""

import argparse
import importlib
import ipaddress
import os
import sys
from pathlib import Path
from urllib.parse import quote

from kmeans_teach.commands import JUPYTER, add_server_options, an_address, can_open_browser, copy_course, in_front, say

NO_DELAY = "kmeans_teach.commands.nodelay"
SHORTEST = 16  # characters of a token that other machines could try to guess


def add_command(commands):
    command = commands.add_parser("lab", help="open the course in JupyterLab (the default command)")
    notebooks = f"the folder of the notebooks (default: the course, copied into ./{copy_course.FOLDER})"
    command.add_argument("folder", nargs="?", type=a_folder, help=notebooks)
    listen = "the address to listen on (default: %(default)s, this machine)"
    command.add_argument("--ip", type=an_address, default="127.0.0.1", help=listen)
    add_server_options(command, port=8888)
    command.set_defaults(run=open_lab)


def a_folder(text):
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r:.99} is not a folder")
    return Path(text).resolve()


def first_page(folder):
    """The address, within the server, of lesson 01, or of the folder if lesson 01 is not in it."""
    lessons = sorted((path.name for path in folder.glob("01_*.ipynb")), key=len)  # a newer copy beside it has a longer name
    return f"/lab/tree/{quote(lessons[0])}" if lessons else "/lab"


def without_delay():
    """The setting of a Jupyter server that sends kernel messages at once, if this server can take it."""
    if os.environ.get("JUPYTER_GATEWAY_URL"):  # kernels on another machine have a connection class of their own
        return {}
    try:
        importlib.import_module(NO_DELAY)
    except ImportError:
        return {}
    return {"kernel_websocket_connection_class": f"{NO_DELAY}.NoDelayConnection"}


def start_sooner():
    """Let Jupyter start a second or two sooner: without an optional checker of addresses, which first reads 38 grammars."""
    sys.modules.setdefault("rfc3987_syntax", None)  # as if it were not installed


def encryption():
    """The setting of kernels that encrypts their messages, if this Jupyter has it: without it, ipykernel prints a warning."""
    import zmq
    from jupyter_client import KernelManager

    able = hasattr(KernelManager, "transport_encryption") and zmq.has("curve")
    return {"transport_encryption": "auto"} if able else {}


def server_options(folder, *, port, ip, browser, root):
    """The options that start JupyterLab. None of them touches the token, which stays on."""
    return [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        f"--ServerApp.ip={ip}",
        f"--LabApp.default_url={first_page(folder)}",
        "--Application.log_level=WARN",
        *(f"--ServerApp.{name}={value}" for name, value in without_delay().items()),
        *(f"--KernelManager.{name}={value}" for name, value in encryption().items()),
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if root else []),
    ]


def why_not(provider, public):
    """Why this server must not start, or None. Its identity provider decides who may enter; `public`: from other machines."""
    from jupyter_server.auth.identity import IdentityProvider, PasswordIdentityProvider

    if type(provider) not in (IdentityProvider, PasswordIdentityProvider):  # another may let everybody in
        name = type(provider).__name__
        return f"Your Jupyter settings let {name} decide who may enter, and kmeans-teach trusts only a token or password."
    if not provider.auth_enabled:
        return "Your Jupyter settings turn the token off, and kmeans-teach does not serve without one."
    if public and 0 < len(provider.token) < SHORTEST:
        return f"With --ip, a token of your own must have at least {SHORTEST} characters; yours has {len(provider.token)}."
    return None


def open_lab(arguments):
    """Serve the course with JupyterLab until the user stops it; return the exit code."""
    from kmeans_teach.inputs.parts import need  # it loads numpy, which `kmeans-teach doctor` must not need

    need("`kmeans-teach lab`", "lab", "jupyterlab", "ipykernel")
    start_sooner()
    from jupyterlab.labapp import LabApp

    folder, port, ip = arguments.folder, arguments.port, arguments.ip
    if folder is None:
        copy_course.copy_and_report(folder := copy_course.learners_folder().resolve())
    say(f"Starting JupyterLab in {folder}")
    # the user's own settings stay; these are added: no question about news when the page opens, and no Voila in the lab
    os.environ["JUPYTER_CONFIG_PATH"] = in_front(JUPYTER, "JUPYTER_CONFIG_PATH")

    root = getattr(os, "geteuid", lambda: 1)() == 0
    if root:
        say("You are root. Jupyter refuses root by default, so --allow-root was added.")
    if public := ip != "localhost" and not ipaddress.ip_address(ip).is_loopback:
        say(f"Listening on {ip}: other machines can reach this server, and whoever has its token can run code here.")
    browser = can_open_browser(arguments)
    server = LabApp.initialize_server(argv=server_options(folder, port=port, ip=ip, browser=browser, root=root))
    if server.port != port:
        say(f"Port {port} is taken, so this is port {server.port}.")
    if sentence := why_not(server.identity_provider, public):
        print(sentence, file=sys.stderr)
        return 1
    if not server.identity_provider.token_generated:  # then Jupyter does not print its address by itself
        say(f"JupyterLab is at {server.display_url}, with the token or password of your own settings.")
    server.start()
    return 0
