"""A JupyterHub of one's own for the length of a `with`: on loopback, with everything it writes in a temporary folder."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).parents[1]
PROXY = "configurable-http-proxy"
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.DummyAuthenticator.password = {password!r}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {home!r}
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = {arguments!r}
c.Spawner.environment = {environment!r}
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 180
"""
ARGUMENTS = ["--ServerApp.kernel_websocket_connection_class=kmeans_teach.commands.nodelay.NoDelayConnection"]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def find_proxy(folder):
    """The proxy's command: that of the path, or one that npm installs in the folder."""
    if found := shutil.which(PROXY):
        return found
    if not (npm := shutil.which("npm")):
        raise SystemExit(f"JupyterHub needs {PROXY}, and there is no npm to fetch it: install Node.js, or put it on the path")
    print(f"{PROXY} is not on the path: npm installs it in a temporary folder", flush=True)
    places = ["--prefix", str(folder), "--cache", str(folder / "cache")]
    subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", *places, PROXY], check=True)
    return str(folder / "node_modules" / ".bin" / PROXY)


class Hub:
    """`with Hub() as hub`: then `hub.sign_in(name)` and `hub.processes()`. Nothing that it started outlives it."""

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        with self._stack:
            self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="classroom-")))
            self._start()
            self._stack = self._stack.pop_all()
        return self

    def _start(self):
        port, hub_port, proxy_port = free_ports(3)
        self.address, self.password = f"http://127.0.0.1:{port}", secrets.token_hex(16)
        self.seen, self.left = {}, []  # processes by pid; those that had to be ended by force
        config = self.folder / "jupyterhub_config.py"
        root = getattr(os, "geteuid", lambda: 1)() == 0
        text = CONFIG.format(
            port=port,
            hub_port=hub_port,
            proxy_port=proxy_port,
            proxy=find_proxy(self.folder),
            password=self.password,
            home=str(self.folder / "home" / "{username}"),
            python=sys.executable,
            arguments=ARGUMENTS + ["--allow-root"] * root,
            environment={"PYTHONPATH": str(ROOT), "TMPDIR": str(self.folder)},
        )
        config.write_text(text, encoding="utf-8")
        own = {"HOME": str(self.folder), "TMPDIR": str(self.folder), "JUPYTERHUB_CRYPT_KEY": secrets.token_hex(32)}
        log = self._stack.enter_context((self.folder / "log").open("wb"))
        command = [sys.executable, "-m", "jupyterhub", "--config", str(config)]
        self.process = psutil.Popen(command, cwd=self.folder, stdout=log, stderr=log, env=os.environ | own)
        self._stack.callback(self._stop)
        self._wait()

    def _wait(self):
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{self.address}/hub/api", timeout=5).ok:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"JupyterHub did not start:\n{self.log()[-2000:]}")

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def __exit__(self, *error):
        self._stack.close()

    def _stop(self):
        self.processes()
        self.process.terminate()  # it ends its servers, and they their kernels
        _, left = psutil.wait_procs(self.seen.values(), timeout=60)
        self.left = [f"{process.pid} was still there after the hub" for process in left]
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=20)

    def sign_in(self, name):
        """Sign in by the form, start the learner's server, open JupyterLab and a session: its socket's address and a token."""
        with requests.Session() as browser:
            browser.get(f"{self.address}/hub/login", timeout=60).raise_for_status()
            form = {"username": name, "password": self.password, "_xsrf": browser.cookies.get("_xsrf", path="/hub/")}
            browser.post(f"{self.address}/hub/login", data=form, allow_redirects=False, timeout=60).raise_for_status()
        who = {"auth": {"username": name, "password": self.password}}
        token = self._ask("post", f"/hub/api/users/{name}/tokens", json=who)["token"]
        self._ask("post", f"/hub/api/users/{name}/server", token)
        progress = self._get(f"/hub/api/users/{name}/server/progress", token, stream=True)
        if '"ready": true' not in progress.text:  # the stream ends when the server is up, or when it failed
            raise RuntimeError(f"the server of {name} did not start: {progress.text[-500:]}")
        for page in "/lab", "/lab/api/settings", "/api/contents", "/api/kernelspecs":  # as the page does
            self._get(f"/user/{name}{page}", token)
        session = {"path": "panel.ipynb", "name": "panel.ipynb", "type": "notebook", "kernel": {"name": "python3"}}
        kernel = self._ask("post", f"/user/{name}/api/sessions", token, json=session)["kernel"]["id"]
        return f"{self.address.replace('http', 'ws')}/user/{name}/api/kernels/{kernel}/channels", token

    def kernels(self, name, token):
        """How many kernels a learner has."""
        return len(self._get(f"/user/{name}/api/kernels", token).json())

    def _get(self, path, token, **more):
        answer = requests.get(self.address + path, headers={"Authorization": f"token {token}"}, timeout=180, **more)
        answer.raise_for_status()
        return answer

    def _ask(self, method, path, token=None, **more):
        headers = {"Authorization": f"token {token}"} if token else {}
        answer = requests.request(method, self.address + path, headers=headers, timeout=180, **more)
        answer.raise_for_status()
        return answer.json() if answer.text else None

    def processes(self):
        """The processes that run now: {"hub": [...], "learner01": [server, kernel], ...}."""
        found = {"hub": [self.process]}
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in self.process.children():
                name = child.environ().get("JUPYTERHUB_USER", "hub")
                found.setdefault(name, []).extend([child, *child.children(recursive=True)])
        self.seen |= {process.pid: process for each in found.values() for process in each}
        return found
