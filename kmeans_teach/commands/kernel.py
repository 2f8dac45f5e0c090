"""A kernel in a temporary folder, for cells that other people wrote. Each cell has a time limit, and no file is left behind."""

import contextlib
import os
import random
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
from ast import literal_eval
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from kmeans_teach.commands import CommandError, copy_course, in_front
from kmeans_teach.commands.notebook import LARGEST, CellRun

START = 60  # seconds that a kernel may take to start
GRACE = 3  # seconds that a cell may take to end after it is interrupted
MOST = 4000  # characters: what a cell prints before the last ones is dropped
# the variables of the environment that a notebook sees, and what it can read of the system where it is isolated
VARIABLES = "LANG LC_ALL LC_CTYPE LD_LIBRARY_PATH OMP_NUM_THREADS OPENBLAS_NUM_THREADS PATH PATHEXT PYTHONPATH SYSTEMROOT TZ"
SYSTEM = """/usr /bin /sbin /lib /lib32 /lib64 /nix/store /gnu/store /etc/alternatives /etc/fonts /etc/group /etc/ld.so.cache
/etc/localtime /etc/passwd /dev/full /dev/null /dev/random /dev/urandom /dev/zero"""
SCRIPT = copy_course.PACKAGE / "assets" / "sandbox.sh"
# elsewhere, a shell stands between a notebook and the marking, which a cell might end as its parent
IN_BETWEEN = ["sh", "-c", 'unset JPY_PARENT_PID; trap : INT; "$@"; exit', "sh"]
# the packages may lie in a folder that is closed to others
FIND = "import importlib.util, sys; sys.exit(importlib.util.find_spec('ipykernel') is None)"
broken_off = threading.Event()  # by Ctrl-C: all kernels end
# the process of a kernel: at most 4 GB of memory for each process, 256 MB for a file, 256 processes more than there are
KERNEL = """
import contextlib, os, sys
with contextlib.suppress(ImportError, OSError, ValueError):
    import resource
    processes = os.path.exists("/proc/loadavg") and int(open("/proc/loadavg").read().split("/")[1].split()[0]) + 256
    for name, most in ("CORE", 0), ("FSIZE", 256 << 20), ("AS", 4 << 30), ("NPROC", processes or 4096):
        hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
from ipykernel.kernelapp import IPKernelApp
sys.path.insert(0, "")  # only now: what lies beside a notebook stands for no module above
IPKernelApp.launch_instance(sys.argv[1:])
"""


def environment(folder) -> dict:
    """The few variables that a notebook needs, with places inside the folder for all that it may write."""
    variables = {name: os.environ[name] for name in VARIABLES.split() if name in os.environ}
    if copy_course.clone():  # the package need not be installed
        variables["PYTHONPATH"] = in_front(copy_course.PACKAGE.parent, "PYTHONPATH")
    place = os.environ.get("MPLCONFIGDIR") or f"~/{'.cache/' if sys.platform == 'linux' else '.'}matplotlib"
    for file in Path(place).expanduser().glob("fontlist*.json"):  # a new list of all fonts would take seconds
        shutil.copy(file, Path(folder, "home"))
    variables |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), f"{folder}/temporary") | {"KMEANS_TEACH_MARKS": folder}
    variables |= dict.fromkeys(("HOME", "USERPROFILE", "MPLCONFIGDIR", "IPYTHONDIR"), f"{folder}/home")
    return variables | {"USER": "learner", "LOGNAME": "learner"}


def isolated(folder, command) -> list:
    """The command in a world of its own, where Linux allows it: see sandbox.sh. It reads this Python and its packages."""
    package, installed = copy_course.PACKAGE, set(sysconfig.get_paths().values())
    paths = {*SYSTEM.split(), sys.prefix, sys.base_prefix, *installed, *sys.path[1:], str(package)}
    paths = {path for path in paths if os.path.isabs(path) and (Path(path) not in package.parents or path in installed)}
    paths = [path for path in sorted(paths) if os.path.exists(path) and not paths & set(map(str, Path(path).parents))]
    spaces = ["--mount", "--pid", "--net", "--ipc", "--fork", "--kill-child", *(["--map-root-user"] if os.getuid() else [])]
    user = "" if os.getuid() else str(random.randrange(100_000, 1_000_000))
    return ["unshare", *spaces, "sh", str(SCRIPT), folder, user, *paths, "--", *command]


@cache
def can_isolate() -> bool:
    """Whether this system can keep a notebook from other files, from other processes, and from the network."""
    if not shutil.which("unshare"):
        return False
    with tempfile.TemporaryDirectory(prefix="kmeans-") as folder:
        for name in ("root", "work"):
            Path(folder, name).mkdir()
        command = isolated(os.path.realpath(folder), [sys.executable, "-c", FIND])
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def copy_files(folder, code, work):
    """Copy the files beside a notebook and the folders that its code names, small ones first, up to LARGEST bytes in all.

    Links, hidden files and other notebooks stay where they are: they may be somebody else's.
    """

    def left_out(path):
        hidden = path.name.startswith(".") or path.suffix == ".ipynb"
        return hidden or path.is_symlink() or not (path.is_file() or path.is_dir())

    found = []
    for path in folder.iterdir():
        # a notebook may lie in a large folder, such as one's home: a folder is opened only if the code names it
        with contextlib.suppress(OSError):  # a file that may not be read
            if not left_out(path) and (path.is_file() or path.name in code):
                files = [file for file in path.rglob("*") if not left_out(file)] if path.is_dir() else [path]
                found.append((sum(file.stat().st_size for file in files), path))
    room = LARGEST
    for size, path in sorted(found):
        room -= size
        if room < 0:
            return
        with contextlib.suppress(OSError):
            if path.is_dir():
                shutil.copytree(path, work / path.name, ignore=lambda at, names: [n for n in names if left_out(Path(at, n))])
            else:
                shutil.copyfile(path, work / path.name)


@contextlib.contextmanager
def start_kernel(prepare=lambda work: None):
    """`with start_kernel(prepare) as kernel`: `prepare(folder)` puts files there; then `kernel.run(cell, seconds)`."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    # a cell that is killed may still have a file open, which Windows does not remove
    own = tempfile.TemporaryDirectory(prefix="kmeans-", ignore_cleanup_errors=True)
    with own as folder, contextlib.ExitStack() as stack:
        folder = os.path.realpath(folder)
        work, socket = Path(folder, "work"), f"{folder}/socket"
        for name in ("home", "root", "temporary", "work"):
            Path(folder, name).mkdir()
        prepare(work)
        specs = KernelSpecManager(kernel_dirs=[])  # so that python3 is this Python, whatever kernels a user has
        manager = KernelManager(kernel_name="python3", kernel_spec_manager=specs, connection_file=f"{folder}/connection.json")
        command = [sys.executable, "-P", "-c", KERNEL, "-f", "{connection_file}"]
        if os.name == "posix" and len(os.fsencode(socket)) < 90:  # then files connect to the kernel, and it needs no port
            manager.transport, manager.ip = "ipc", socket
            command = isolated(folder, command) if can_isolate() else [*IN_BETWEEN, *command]
        manager.kernel_spec.argv = command
        try:
            manager.start_kernel(cwd=str(work), env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(end_all, manager, folder)
            client = manager.blocking_client()
            client.start_channels()
            stack.callback(client.stop_channels)
            client.wait_for_ready(timeout=START)
        except (OSError, RuntimeError) as error:
            raise CommandError("no kernel starts here; `kmeans-teach doctor` may say why") from error
        yield Kernel(manager, client)


def end_all(manager, folder):
    """End a kernel, and what it has started, by its parents or by its environment."""
    import psutil  # ipykernel needs it, so it is there

    found = []
    with contextlib.suppress(psutil.Error):
        found = psutil.Process(manager.provisioner.pid).children(recursive=True)
    manager.shutdown_kernel(now=True)
    for process in [*found, *(() if can_isolate() else psutil.process_iter())]:
        with contextlib.suppress(psutil.Error):
            if process in found or process.environ().get("KMEANS_TEACH_MARKS") == folder:
                process.kill()


@dataclass
class Kernel:
    """A kernel that runs."""

    manager: Any
    client: Any

    def run(self, cell: CellRun, seconds, *, expression="None", silent=False):
        """Run a cell and write its result into it; its `value` is that of the expression, if the cell does not fail.

        A cell can make its kernel answer anything. An answer that has not Jupyter's shape counts as the end of the kernel.
        """
        try:
            self._run(cell, seconds, expression, {"silent": silent, "allow_stdin": False, "stop_on_error": False})
        except (Empty, LookupError, AttributeError, RuntimeError, SyntaxError, TypeError, ValueError):
            self._end(cell)

    def _end(self, cell):
        self.manager.shutdown_kernel(now=True)
        cell.dead = True

    def _run(self, cell, seconds, expression, options):
        request = self.client.execute(cell.source, user_expressions={"value": expression}, **options)
        cell.was_run, ended, end = True, False, monotonic() + seconds
        while not (ended or cell.dead):
            if broken_off.is_set():
                raise CommandError("it was broken off")
            if monotonic() > end and cell.timed_out:  # it was interrupted, and goes on
                self._end(cell)
            elif monotonic() > end:
                cell.timed_out, end = True, monotonic() + GRACE
                self.manager.interrupt_kernel()
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except Empty:
                cell.dead = cell.dead or not self.manager.is_alive()
                continue
            if message["parent_header"].get("msg_id") == request:
                kind, content = message["msg_type"], message["content"]
                if kind == "stream" and content["name"] == "stdout":
                    cell.printed = (cell.printed + content["text"])[-MOST:]
                elif kind == "error":
                    cell.error_type, cell.message = f"{content['ename']}"[:99], f"{content['evalue']}"[:MOST]
                ended = kind == "status" and content["execution_state"] == "idle"
        while ended:
            reply = self.client.get_shell_msg(timeout=GRACE)
            if reply["parent_header"].get("msg_id") == request:
                reply, ended = reply["content"], False
                cell.dead = any(each["source"] == "ask_exit" for each in reply.get("payload", []))
                value = reply.get("user_expressions", {}).get("value", {})
                if value.get("status") == "ok":
                    cell.value = literal_eval(value["data"]["text/plain"])
