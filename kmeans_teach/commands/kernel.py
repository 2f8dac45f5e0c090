"""A kernel in a temporary folder of its own, for cells of other people: each with a time limit, and nothing left behind."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from ast import literal_eval
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from time import monotonic

from kmeans_teach.commands import copy_course

START = 60  # seconds that a kernel may take to start
GRACE = 3  # seconds that a cell may take to end when it is told to
MOST = 4000  # characters that are kept of what a cell prints


class KernelError(Exception):
    """Why there is no kernel, in one sentence."""


@dataclass
class Ran:
    """What came of a cell."""

    said: str = ""
    kind: str | None = None  # of the error, as NameError
    error: str | None = None  # in one line, its kind first
    message: str = ""
    stopped: bool = False  # at its time limit
    dead: bool = False  # the kernel has ended, and runs nothing more
    answers: dict = field(default_factory=dict)


class Kernel:
    """`with Kernel() as kernel`: put what the cells need into `kernel.folder`, then `kernel.run(source, seconds)`."""

    def __enter__(self):
        try:
            from jupyter_client.kernelspec import KernelSpecManager
            from jupyter_client.manager import KernelManager
        except ImportError as error:
            raise KernelError("Jupyter is not installed in this Python; `kmeans-teach doctor` says what is missing") from error
        with contextlib.ExitStack() as stack:
            # a cell that is killed may still hold a file, which Windows does not remove
            own = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kmeans-", ignore_cleanup_errors=True)))
            self.folder = own / "work"
            for folder in (self.folder, own / "temporary", own / "kernels" / "this"):
                folder.mkdir(parents=True)
            # this Python, whatever Jupyter's own list of kernels says
            spec = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "this"}
            (own / "kernels" / "this" / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
            specs = KernelSpecManager(kernel_dirs=[str(own / "kernels")], ensure_native_kernel=False)
            self._manager = KernelManager(
                kernel_name="this",
                kernel_spec_manager=specs,
                connection_file=str(own / "connection.json"),
                **_without_a_port(own / "socket"),
            )
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            try:
                self._manager.start_kernel(cwd=str(self.folder), env=_environment(own), **quiet)
                stack.callback(self._manager.shutdown_kernel, now=True)
                self._client = self._manager.blocking_client()
                self._client.start_channels()
                stack.callback(self._client.stop_channels)
                self._client.wait_for_ready(timeout=START)
            except (OSError, RuntimeError) as error:
                raise KernelError("no kernel starts here; `kmeans-teach doctor` may say why") from error
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def run(self, source, seconds, *, ask=None, silent=False) -> Ran:
        """Run a cell; `ask` (name -> expression) is answered after it, if it has not failed."""
        ran = Ran()
        number = self._client.execute(
            source, silent=silent, store_history=not silent, user_expressions=ask or {}, allow_stdin=False, stop_on_error=False
        )
        end = monotonic() + seconds
        while not ran.dead:
            if monotonic() > end:
                if ran.stopped:  # it was told to, and does not listen
                    self._manager.shutdown_kernel(now=True)
                    ran.dead = True
                    break
                ran.stopped = True
                self._manager.interrupt_kernel()
                end = monotonic() + GRACE
            try:
                message = self._client.get_iopub_msg(timeout=0.2)
                if message["parent_header"].get("msg_id") == number and _take(ran, message["msg_type"], message["content"]):
                    ran.answers = self._answers(number)
                    break
            except Empty:
                ran.dead = not self._manager.is_alive()
        return ran

    def _answers(self, number):
        while True:
            reply = self._client.get_shell_msg(timeout=GRACE)
            if reply["parent_header"].get("msg_id") == number:
                break
        found = reply["content"].get("user_expressions", {}).items()
        return {name: literal_eval(answer["data"]["text/plain"]) for name, answer in found if answer["status"] == "ok"}


def _take(ran, kind, content):
    """Note what a message of the kernel says; is it the last one?"""
    if kind == "stream" and content["name"] == "stdout":
        ran.said = (ran.said + content["text"])[:MOST]
    elif kind == "error":
        ran.kind, ran.message = content["ename"], content["evalue"]
        first = ran.message.partition("\n")[0]
        first = re.sub(r" \([^()]*?line (\d+)\)$", r" in line \1", first)  # IPython's made-up file name tells nothing
        ran.error = f"{ran.kind}: {first}" if first else ran.kind
    return kind == "status" and content["execution_state"] == "idle"


def _without_a_port(path):
    """The way to reach the kernel: by files, where there are such sockets and the path is as short as they ask for."""
    return {"transport": "ipc", "ip": str(path)} if os.name == "posix" and len(os.fsencode(path)) < 90 else {}


def _environment(own):
    """Ours, with IPython's history and all temporary files in the folder that goes away."""
    temporary = str(own / "temporary")
    names = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary)
    environment = {**os.environ, **names, "IPYTHONDIR": str(own / "ipython")}
    if copy_course.clone():  # it need not be installed
        path = [str(copy_course.PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment["PYTHONPATH"] = os.pathsep.join(path)
    return environment
