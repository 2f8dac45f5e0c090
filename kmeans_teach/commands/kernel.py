"""A kernel in a temporary folder, for cells that other people wrote. Each cell has a time limit, and no file is left behind."""

import contextlib
import os
import re
import subprocess
import tempfile
from ast import literal_eval
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from time import monotonic

from kmeans_teach.commands import CommandError, copy_course, in_front

START = 60  # seconds that a kernel may take to start
GRACE = 3  # seconds that a cell may take to end after it is interrupted
MOST = 4000  # characters: what a cell prints beyond this is dropped


@dataclass
class Result:
    """What a cell did."""

    printed: str = ""
    error_type: str | None = None  # such as NameError
    message: str = ""  # the whole message of the error
    error: str | None = None  # type and message in one line
    timed_out: bool = False
    dead: bool = False  # the kernel has ended, and runs nothing more
    values: dict = field(default_factory=dict)  # of the expressions that were asked for


class Kernel:
    """`with Kernel() as kernel`: put what the cells need into `kernel.folder`, then `kernel.run(source, seconds)`."""

    def __enter__(self):
        try:
            from jupyter_client.kernelspec import KernelSpecManager
            from jupyter_client.manager import KernelManager
        except ImportError as error:
            raise CommandError("Jupyter is not installed in this Python; `kmeans-teach doctor` says what is missing") from error
        with contextlib.ExitStack() as stack:
            # a cell that is killed may still have a file open, which Windows does not remove
            own = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kmeans-", ignore_cleanup_errors=True)))
            self.folder = own / "work"
            for folder in (self.folder, own / "temporary"):
                folder.mkdir()
            specs = KernelSpecManager(kernel_dirs=[])  # so that python3 is this Python, whatever kernels a user has
            connection = {"connection_file": str(own / "connection.json"), **_without_a_port(own / "socket")}
            self._manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs, **connection)
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            try:
                self._manager.start_kernel(cwd=str(self.folder), env=_environment(own), **quiet)
                stack.callback(self._manager.shutdown_kernel, now=True)
                self._client = self._manager.blocking_client()
                self._client.start_channels()
                stack.callback(self._client.stop_channels)
                self._client.wait_for_ready(timeout=START)
            except (OSError, RuntimeError) as error:
                raise CommandError("no kernel starts here; `kmeans-teach doctor` may say why") from error
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def run(self, source, seconds, *, expressions=None, silent=False) -> Result:
        """Run a cell, and then, if it has not failed, evaluate expressions (name -> expression)."""
        result = Result()
        options = {"silent": silent, "store_history": not silent, "allow_stdin": False, "stop_on_error": False}
        number = self._client.execute(source, user_expressions=expressions or {}, **options)
        end = monotonic() + seconds
        while not result.dead:
            if monotonic() > end:
                if result.timed_out:  # it was interrupted, and goes on
                    self._manager.shutdown_kernel(now=True)
                    result.dead = True
                    break
                result.timed_out = True
                self._manager.interrupt_kernel()
                end = monotonic() + GRACE
            try:
                message = self._client.get_iopub_msg(timeout=0.2)
                if message["parent_header"].get("msg_id") == number and _note(result, message["msg_type"], message["content"]):
                    result.values = self._values(number)
                    break
            except Empty:
                result.dead = not self._manager.is_alive()
        return result

    def _values(self, number):
        while True:
            reply = self._client.get_shell_msg(timeout=GRACE)
            if reply["parent_header"].get("msg_id") == number:
                break
        found = reply["content"].get("user_expressions", {}).items()
        return {name: literal_eval(value["data"]["text/plain"]) for name, value in found if value["status"] == "ok"}


def _note(result, kind, content):
    """Write into the result what a message of the kernel says; return whether it is the last message of the cell."""
    if kind == "stream" and content["name"] == "stdout":
        result.printed = (result.printed + content["text"])[:MOST]
    elif kind == "error":
        result.error_type, result.message = content["ename"], content["evalue"]
        first = result.message.partition("\n")[0]
        first = re.sub(r" \([^()]*?line (\d+)\)$", r" in line \1", first)  # IPython's made-up file name helps nobody
        result.error = f"{result.error_type}: {first}" if first else result.error_type
    return kind == "status" and content["execution_state"] == "idle"


def _without_a_port(path):
    """Options that connect to the kernel through files, where the system has such sockets and the path is short enough."""
    return {"transport": "ipc", "ip": str(path)} if os.name == "posix" and len(os.fsencode(path)) < 90 else {}


def _environment(own):
    """Our environment, but IPython's history and all temporary files go into the folder that is removed afterwards."""
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(own / "temporary"))
    environment = {**os.environ, **temporary, "IPYTHONDIR": str(own / "ipython")}
    if copy_course.clone():  # the package need not be installed
        environment["PYTHONPATH"] = in_front(copy_course.PACKAGE.parent, "PYTHONPATH")
    return environment
