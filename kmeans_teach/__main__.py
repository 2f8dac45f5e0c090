"""The launcher: `lab` opens the course, `panel` shows the panel alone, `copy`, `check` and `doctor` help with both."""

import argparse
import importlib
import ipaddress
import os
import socket
import sys
import webbrowser
from pathlib import Path
from urllib.parse import quote

from kmeans_teach import __version__
from kmeans_teach.commands import copy_course, mark, panel_page

COMMANDS = Path(__file__).resolve().parent / "commands"
NO_DELAY = "kmeans_teach.commands.nodelay"


class Parser(argparse.ArgumentParser):
    """Answers bad input with one sentence and exit code 2."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {message}; `{self.prog} --help` shows what it takes\n")


def a_folder(text):
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is not a folder")
    return Path(text).resolve()


def a_port(text):
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to 65535, got {text!r}")
    return int(text)


def an_address(text):
    try:
        ipaddress.ip_address("127.0.0.1" if text == "localhost" else text)
        family, *_, place = socket.getaddrinfo(text, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind(place)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address of this machine") from error
    return text


def parser():
    words = (
        f"Without a command, the course is copied into ./{copy_course.FOLDER} and opened: that is `lab`, and takes its options."
    )
    main = Parser(prog="kmeans-teach", description=f"Learn K-means clustering by building it, then playing it. {words}")
    main.add_argument("--version", action="version", version=f"kmeans_teach {__version__}")
    commands = main.add_subparsers(dest="command", required=True)
    lab = commands.add_parser("lab", help="open the course in JupyterLab (what happens when no command is given)")
    where = f"where the notebooks are (default: in a clone its own, elsewhere the course, copied into ./{copy_course.FOLDER})"
    lab.add_argument("folder", nargs="?", type=a_folder, help=where)
    lab.add_argument("--port", type=a_port, default=8888, help="the port to try first (default: %(default)s)")
    lab.add_argument("--ip", type=an_address, default="127.0.0.1", help="where to listen (default: %(default)s, this machine)")
    lab.add_argument("--no-browser", action="store_true", help="print the address and leave the browser to you")
    copy_course.add_command(commands)
    mark.add_command(commands)
    panel_page.add_command(commands, a_port)
    commands.add_parser("doctor", help="print the versions that matter and what is wrong")
    return main


def first_page(folder):
    """The address, within the server, of lesson 01, or of the folder if lesson 01 is not in it."""
    lessons = sorted((path.name for path in folder.glob("01_*.ipynb")), key=len)  # one put beside it has a longer name
    return f"/lab/tree/{quote(lessons[0])}" if lessons else "/lab"


def without_delay():
    """The option that sends kernel messages at once, where this Jupyter server can take it."""
    if os.environ.get("JUPYTER_GATEWAY_URL"):  # kernels on another machine have a connection class of their own
        return []
    try:
        importlib.import_module(NO_DELAY)
    except ImportError:
        return []
    return [f"--ServerApp.kernel_websocket_connection_class={NO_DELAY}.NoDelayConnection"]


def server_options(folder, *, port, ip, browser, root):
    """What JupyterLab is started with. None of it touches the token, which stays on."""
    options = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        f"--ServerApp.ip={ip}",
        f"--LabApp.default_url={first_page(folder)}",
        "--Application.log_level=WARN",
        *without_delay(),
    ]
    if not browser:
        options.append("--no-browser")
    if root:
        options.append("--allow-root")
    return options


def have_browser():
    try:
        return webbrowser.get() is not None
    except webbrowser.Error:
        return False


def lab(folder, port, ip, browser):
    """Serve `folder` with JupyterLab until it is told to stop; return the exit code."""

    def say(sentence):
        print(sentence, flush=True)

    say(f"Starting JupyterLab in {folder}")
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        print("JupyterLab is not installed in this Python; `kmeans-teach doctor` says what is missing.", file=sys.stderr)
        return 1
    # beside the user's own settings, not in them: no question about news when the page opens, and no Voila in the lab
    paths = [str(COMMANDS / "jupyter"), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)

    root = getattr(os, "geteuid", lambda: 1)() == 0
    if root:
        say("You are root, whom Jupyter refuses by default, so --allow-root was added.")
    if ip != "localhost" and not ipaddress.ip_address(ip).is_loopback:
        say(f"Listening on {ip}: other machines can reach this server, and whoever has its token can run code here.")
    if browser and not have_browser():
        say("No browser was found: copy the address below into one.")
        browser = False
    server = LabApp.initialize_server(argv=server_options(folder, port=port, ip=ip, browser=browser, root=root))
    if server.port != port:
        say(f"Port {port} is taken, so this is port {server.port}.")
    if not server.identity_provider.auth_enabled:
        print("Your Jupyter settings turn the token off, and kmeans-teach does not serve without one.", file=sys.stderr)
        return 1
    if not server.identity_provider.token_generated:  # then Jupyter does not print its address by itself
        say(f"JupyterLab is at {server.display_url}, with the token or password of your own settings.")
    server.start()
    return 0


def the_course():
    """The clone's own notebooks, or a learner's copy of those that the package carries; says what was copied."""
    if (folder := copy_course.clone()) is None:
        folder = copy_course.own().resolve()
        copy_course.tell(folder)
    return folder


def show_panel(arguments):
    try:
        options = panel_page.chosen(arguments)
    except ValueError as error:
        parser().error(" ".join(str(error).split()))
    browser = not arguments.no_browser
    if browser and not have_browser():
        print("No browser was found: copy the address below into one.", flush=True)
        browser = False
    return panel_page.serve(options, arguments.port, browser)


def main(argv=None):
    argv = sys.argv[1:] if argv is None else argv
    if not argv or (argv[0].startswith("-") and argv[0] not in ("-h", "--help", "--version")):
        argv = ["lab", *argv]
    arguments = parser().parse_args(argv)
    if arguments.command == "doctor":
        from kmeans_teach.commands.doctor import report

        return report()
    if arguments.command == "check":
        return mark.report(arguments.notebooks, as_json=arguments.json, seconds=arguments.timeout, model=arguments.model)
    if arguments.command == "panel":
        return show_panel(arguments)
    try:
        if arguments.command == "copy":
            copy_course.tell(arguments.folder or copy_course.own())
            return 0
        folder = arguments.folder or the_course()
    except copy_course.CourseError as error:
        print(f"kmeans-teach: {error}", file=sys.stderr)
        return 2
    return lab(folder, arguments.port, arguments.ip, not arguments.no_browser)


if __name__ == "__main__":
    sys.exit(main())
