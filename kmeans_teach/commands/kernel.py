"""A kernel in a temporary folder, for cells that other people wrote. Each cell has a time limit, and no file is left behind."""

import contextlib
import os
import tempfile
from ast import literal_eval
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from time import monotonic
from typing import Any

from kmeans_teach.commands import CommandError, copy_course, in_front
from kmeans_teach.commands.notebook import CellRun

START = 60  # seconds that a kernel may take to start
GRACE = 3  # seconds that a cell may take to end after it is interrupted
MOST = 4000  # characters: what a cell prints beyond this is dropped


@contextlib.contextmanager
def start_kernel():
    """`with start_kernel() as kernel`: put what the cells need into `kernel.folder`, then `kernel.run(cell, seconds)`."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import KernelManager
    except ImportError as error:
        raise CommandError("Jupyter is not installed in this Python; `kmeans-teach doctor` says what is missing") from error
    # a cell that is killed may still have a file open, which Windows does not remove
    own = tempfile.TemporaryDirectory(prefix="kmeans-", ignore_cleanup_errors=True)
    with own as folder, contextlib.ExitStack() as stack:
        work, temporary, ipython, socket = (Path(folder, name) for name in ("work", "temporary", "ipython", "socket"))
        work.mkdir()
        temporary.mkdir()
        # IPython's history and all temporary files go into the folder that is removed afterwards
        environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)) | {"IPYTHONDIR": str(ipython)}
        if copy_course.clone():  # the package need not be installed
            environment["PYTHONPATH"] = in_front(copy_course.PACKAGE.parent, "PYTHONPATH")
        specs = KernelSpecManager(kernel_dirs=[])  # so that python3 is this Python, whatever kernels a user has
        manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs, connection_file=f"{folder}/connection.json")
        if os.name == "posix" and len(os.fsencode(socket)) < 90:  # then files connect to the kernel, and it needs no port
            manager.transport, manager.ip = "ipc", str(socket)
        try:
            manager.start_kernel(cwd=str(work), env=environment, stdout=DEVNULL, stderr=DEVNULL)
            stack.callback(manager.shutdown_kernel, now=True)
            client = manager.blocking_client()
            client.start_channels()
            stack.callback(client.stop_channels)
            client.wait_for_ready(timeout=START)
        except (OSError, RuntimeError) as error:
            raise CommandError("no kernel starts here; `kmeans-teach doctor` may say why") from error
        yield Kernel(work, manager, client)


@dataclass
class Kernel:
    """A kernel that runs, and its working folder."""

    folder: Path
    manager: Any
    client: Any

    def run(self, cell: CellRun, seconds, *, expression="None", silent=False):
        """Run a cell and write its result into it; its `value` is that of the expression, if the cell does not fail."""
        options = {"silent": silent, "allow_stdin": False, "stop_on_error": False}
        request = self.client.execute(cell.source, user_expressions={"value": expression}, **options)
        cell.was_run, ended, end = True, False, monotonic() + seconds
        while not (ended or cell.dead):
            if monotonic() > end and cell.timed_out:  # it was interrupted, and goes on
                self.manager.shutdown_kernel(now=True)
                cell.dead = True
            elif monotonic() > end:
                cell.timed_out, end = True, monotonic() + GRACE
                self.manager.interrupt_kernel()
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                cell.dead = not self.manager.is_alive()
                continue
            if message["parent_header"].get("msg_id") == request:
                kind, content = message["msg_type"], message["content"]
                if kind == "stream" and content["name"] == "stdout":
                    cell.printed = (cell.printed + content["text"])[:MOST]
                elif kind == "error":
                    cell.error_type, cell.message = content["ename"], content["evalue"]
                ended = kind == "status" and content["execution_state"] == "idle"
        if ended:
            replies = iter(lambda: self.client.get_shell_msg(timeout=GRACE), None)
            reply = next(reply for reply in replies if reply["parent_header"].get("msg_id") == request)
            value = reply["content"].get("user_expressions", {}).get("value", {})
            if value.get("status") == "ok":
                cell.value = literal_eval(value["data"]["text/plain"])
