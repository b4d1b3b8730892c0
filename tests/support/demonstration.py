"""The demonstration as a newcomer starts it: two programs, two sites, data in a folder of their own.

with demonstration(tmp_path) as demo:
    demo.service, demo.idp              # http://sp.localhost:…, http://idp.localhost:…
    demo.flask("sp", "organisation", "policy", "acme", "--unsolicited", "accept")
    demo.lines                          # what was printed until both answered
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IN_USE = "is in use"
LAST_LINE = "Ctrl-C ends both"
TRIES = 5
PATIENCE = 60
GIVEN = Path("/proc/sys/net/ipv4/ip_local_port_range")
LEAST_PORT = 20_000


@dataclass(frozen=True)
class Demonstration:
    process: subprocess.Popen
    lines: list[str]
    port: int
    idp_port: int
    environment: dict[str, str]

    @property
    def service(self):
        return f"http://sp.localhost:{self.port}"

    @property
    def idp(self):
        return f"http://idp.localhost:{self.idp_port}"

    def flask(self, *words):
        """Run one of the service's own commands on the demonstration's data, and give its output."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env=self.environment | {"SP_BASE_URL": self.service},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def free_ports(count=2):
    """Give ports that nobody listens on now; whoever takes them must be ready to be too late.

    It may take seconds until they are taken. The system gives these to nobody who asks for any, as
    every test beside this one does, and every connection.
    """
    low, high = map(int, GIVEN.read_text(encoding="ascii").split())
    ports = [port for port in range(LEAST_PORT, 65_536) if not low <= port <= high]
    random.shuffle(ports)
    return list(islice(filter(is_free, ports), count))


def is_free(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def environment_in(folder: Path) -> dict[str, str]:
    """Give settings under which the demonstration keeps everything in a folder."""
    return os.environ | {
        "SP_DATABASE_URL": f"sqlite:///{folder / 'sp.sqlite3'}",
        "SP_SETTINGS_DIR": str(folder / "saml_settings"),
        "SP_CERTS_DIR": str(folder / "certs"),
        "DEMO_DIRECTORY": str(folder / "demo"),
    }


def start(environment, ports, command=None, cwd=ROOT):
    """Start it, and read what it prints until it says how to end it, or ends by itself."""
    # A shell makes its background jobs ignore Ctrl-C; a terminal does not.
    words = ["env", "--default-signal=INT", *(command or [sys.executable, "-m", "sp.demo.run"])]
    process = subprocess.Popen(
        words,
        cwd=cwd,
        env=environment | {"PORT": str(ports[0]), "DEMO_PORT": str(ports[1])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith(LAST_LINE):
            break
    return Demonstration(process, lines, *ports, environment)


def end(running):
    """Press Ctrl-C, as in the terminal that it runs in."""
    if running.process.poll() is None:
        os.killpg(running.process.pid, signal.SIGINT)
    running.process.communicate(timeout=PATIENCE)


@contextmanager
def demonstration(folder: Path, **started):
    """Give the running demonstration; another pair of ports is taken where one was lost meanwhile."""
    for _ in range(TRIES):
        running = start(environment_in(folder), free_ports(), **started)
        if running.lines and running.lines[-1].startswith(LAST_LINE):
            break
        end(running)
        assert IN_USE in "\n".join(running.lines), running.lines
    try:
        yield running
    finally:
        end(running)
