"""The program as operators serve it: gunicorn with two worker processes, on a port that we hold.

with prepared(config, tmp_path) as service:       # inside the program's context; nothing runs yet
    make_live(service.config, …)
    service.start()
    service.config.base_url                       # http://sp.localhost:…, on 127.0.0.1
    service.workers()                             # their process ids
    service.errors()                              # what they logged as an error
    with another_node(service, tmp_path) as node:   # on the same database and folders
        node.port                                 # where it listens; its base URL is the first one's
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from support.databases import make_app
from support.http_browser import over_http

from sp.config import Config
from sp.db import db

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
PATIENCE = 60


@contextmanager
def prepared(config, folder):
    """Give a service that is not started yet; it ends with the block."""
    # The port is ours from here on and is handed over: nobody can take it meanwhile.
    with socket.create_server(("127.0.0.1", 0)) as held:
        config = replace(config, base_url=f"http://sp.localhost:{held.getsockname()[1]}")
        app = make_app(config)
        service = Service(config, app, held, folder / "gunicorn.log")
        with app.app_context():
            try:
                yield service
            finally:
                service.end()
                db.session.remove()
                db.engine.dispose()


@contextmanager
def another_node(service, folder):
    """Start a second node of a deployment; before both there would be a load balancer."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        node = Service(service.config, service.app, held, folder / "another-gunicorn.log")
        try:
            node.start()
            yield node
        finally:
            node.end()


@dataclass
class Service:
    config: Config
    app: object
    held: socket.socket
    log: Path
    process: subprocess.Popen | None = None

    @property
    def port(self):
        return self.held.getsockname()[1]

    def start(self):
        """Start it, and wait until it says that it is ready."""
        words = ["--bind", f"fd://{self.held.fileno()}", "--workers", str(WORKERS)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *words, "--log-level", "error", "wsgi:app"],
                cwd=ROOT,
                env=self._environment(),
                pass_fds=[self.held.fileno()],
                stdout=log,
                stderr=log,
            )
        self._wait_for(self._is_ready)

    def workers(self):
        """Give the process ids of gunicorn's workers, once all are there."""
        self._wait_for(lambda: len(self._children()) == WORKERS)
        return self._children()

    def wait_until_gone(self, worker):
        """Wait until a worker has ended and another one took its place."""
        self._wait_for(lambda: worker not in self._children())
        return self.workers()

    def errors(self):
        """Give every line of the log that tells of an error."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if not _is_harmless(line)]

    def end(self):
        """End it as an operator does; every request that it has is answered first."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _is_ready(self):
        """Ask it; while nobody accepts what comes to the port, there is no answer."""
        try:
            reply = over_http(patience=1)(
                "GET", f"http://sp.localhost:{self.port}/readyz", {}, None
            )
        except TimeoutError:
            return False
        return reply.status == HTTPStatus.OK

    def _children(self):
        parent = self.process.pid
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
        return [int(word) for word in listed.split()]

    def _environment(self):
        theirs = {name: text for name, text in os.environ.items() if not name.startswith("SP_")}
        return theirs | {
            "SP_BASE_URL": self.config.base_url,
            "SP_DATABASE_URL": self.config.database_url,
            "SP_SQLITE_SYNCHRONOUS": self.config.sqlite_synchronous,
            "SP_SETTINGS_DIR": str(self.config.settings_directory),
            "SP_CERTS_DIR": str(self.config.certificates_directory),
            "SP_SECRET_KEY": self.config.secret_key.decode(),
        }

    def _wait_for(self, look):
        deadline = time.monotonic() + PATIENCE
        while not look():
            log = self.log.read_text(encoding="utf-8")
            assert self.process.poll() is None, log
            assert time.monotonic() < deadline, log
            time.sleep(0.05)


def _is_harmless(line):
    try:
        return json.loads(line)["level"] in ("info", "warning")
    except ValueError:
        return False
