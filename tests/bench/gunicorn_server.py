"""A server as in production: gunicorn with two workers, on a socket that we hold, and their CPU."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
PATIENCE = 30


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen
    port: int

    def workers(self):
        """Return the process ids of the workers."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text(encoding="ascii").split()]

    def cpu(self):
        """Return the CPU that the workers used so far, in milliseconds, by the scheduler's account."""
        return sum(_nanoseconds(pid) for pid in self.workers()) / 1e6


@contextmanager
def gunicorn(program, environment, *, folder=ROOT, held=None):
    """Serve a program; `held` is a listening socket of ours, or one is made here."""
    held = held or listening()
    held.set_inheritable(True)
    words = ["--bind", f"fd://{held.fileno()}", "--workers", str(WORKERS), "--log-level", "error"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *words, program],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[held.fileno()],
    )
    server = Server(process, held.getsockname()[1])
    try:
        _wait_for_workers(server)
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE)
        held.close()


def listening():
    """Return a socket that listens on a free port, so that nobody else can take it."""
    return socket.create_server(("127.0.0.1", 0), backlog=256)


def _wait_for_workers(server):
    deadline = time.monotonic() + PATIENCE
    while len(server.workers()) < WORKERS:
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("gunicorn did not start")
        time.sleep(0.05)


def _nanoseconds(pid):
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0])
