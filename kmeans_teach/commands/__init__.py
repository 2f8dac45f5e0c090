"""The command `kmeans-teach`: one module for each of its commands; here is what they share."""

import argparse
import ipaddress
import os
import socket
import webbrowser
from pathlib import Path

JUPYTER = Path(__file__).resolve().parent / "jupyter"  # settings of JupyterLab, and the template of the panel's page


class CommandError(Exception):
    """Why a command cannot do what was asked, in one sentence."""


def say(sentence):
    print(sentence, flush=True)


def a_port(text):
    """A port from the command line."""
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to 65535, got {text!r:.99}")
    return int(text)


def an_address(text):
    """An address of this machine from the command line: a server can listen there."""
    try:
        ipaddress.ip_address("127.0.0.1" if text == "localhost" else text)
        family, *_, address = socket.getaddrinfo(text, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind(address)
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{text!r:.99} is not an address of this machine") from error
    return text


def add_server_options(command, port):
    """The options of every command that serves pages."""
    command.add_argument("--port", type=a_port, default=port, help="the port to try first (default: %(default)s)")
    command.add_argument("--no-browser", action="store_true", help="print the address, and open no browser")


def can_open_browser(arguments):
    """Whether to open a browser; if it is wanted and there is none, say so."""
    if arguments.no_browser:
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        say("No browser was found: copy the address below into one.")
        return False
    return True


def in_front(folder, variable):
    """The value of a path variable of the environment, with a folder put before what is there."""
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get(variable)])])
