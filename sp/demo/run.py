"""`make run`: everything that a first look needs, made if missing, started, and ended together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sp.demo.context import DemoConfig
from sp.demo.key_files import load_or_make_keys
from sp.demo.one_at_a_time import refuse_second, take
from sp.demo.people import PASSWORD
from sp.demo.ports import CannotStartError, Ports, read_ports, refuse_taken

ROOT: Final = Path(__file__).resolve().parent.parent.parent
SLUG: Final = "acme"
PATIENCE: Final = 30.0
"""Seconds that a program may take until it answers."""


def main() -> int:
    """Make what is missing, start both programs, and end both with Ctrl-C."""
    started: list[subprocess.Popen[bytes]] = []
    signal.signal(signal.SIGTERM, _interrupt)
    folder = Path(os.environ.get("DEMO_DIRECTORY") or ROOT / "instance" / "demo")
    try:
        ports = read_ports(os.environ)
        refuse_second(folder)
        refuse_taken(ports)
        with take(folder):
            _tell("Preparing keys, database and the demonstration ...")
            environment = make_environment(ports, folder)
            prepare(ports, environment)
            started += [_start_idp(ports, environment), _start_service(ports, environment)]
            _wait_for(started, ports)
            print(welcome(ports), flush=True)  # noqa: T201 - this is what the command is for
            return _watch(started)
    except CannotStartError as error:
        _tell(str(error))
        return 1
    except KeyboardInterrupt:
        _tell("")
        return 0
    finally:
        _end(started)


def make_environment(ports: Ports, folder: Path) -> dict[str, str]:
    """Return what both programs are set to; everything is kept in the checkout."""
    return {
        **os.environ,
        "SP_BASE_URL": ports.service_url,
        "DEMO_BASE_URL": ports.idp_url,
        "DEMO_SECOND_BASE_URL": ports.second_idp_url,
        "DEMO_SP_BASE_URL": ports.service_url,
        "DEMO_DIRECTORY": str(folder),
    }


def prepare(ports: Ports, environment: Mapping[str, str]) -> None:
    """Bring tables, keys and the organisation to where this run needs them."""
    folder = Path(environment["DEMO_DIRECTORY"])
    config = DemoConfig(
        base_url=ports.idp_url,
        second_base_url=environment["DEMO_SECOND_BASE_URL"],
        sp_base_url=ports.service_url,
        directory=folder,
    )
    metadata = folder / "metadata.xml"
    metadata.write_bytes(describe(config))
    _flask(environment, "db", "upgrade")
    _flask(environment, "sp", "demo", str(metadata))


def describe(config: DemoConfig) -> bytes:
    """Return the demonstration IdP's metadata."""
    return config.describe(load_or_make_keys(config.directory).certificate)


def welcome(ports: Ports) -> str:
    """Return the five lines that a newcomer reads."""
    return "\n".join(
        (
            f"Open    {ports.service_url}/login",
            "type    ada@acme.example   (or grace@acme.example)",
            f"then    the password at the demonstration's company login: {PASSWORD}",
            f"portal  {ports.idp_url}/   (tiles, sign-out, and switches for both)",
            "Ctrl-C ends both; everything is kept for the next time.",
        )
    )


def _flask(environment: Mapping[str, str], *words: str) -> None:
    """Run one of the service's own commands."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise CannotStartError(lines[-1] if lines else f"flask {' '.join(words)} failed.")


def _start_service(ports: Ports, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return _gunicorn(environment, ports.service, "wsgi:app", "2")


def _start_idp(ports: Ports, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # One process: it keeps the answers on their way in memory.
    return _gunicorn(environment, ports.idp, "sp.demo.app:create_app_from_environment()", "1")


def _gunicorn(
    environment: Mapping[str, str], port: int, program: str, workers: str
) -> subprocess.Popen[bytes]:
    words = ["--bind", f"127.0.0.1:{port}", "--workers", workers, "--log-level", "error"]
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "gunicorn", *words, program],
        cwd=ROOT,
        env=dict(environment),
        start_new_session=True,  # Ctrl-C reaches us alone, and we end both in order
    )


def _wait_for(started: list[subprocess.Popen[bytes]], ports: Ports) -> None:
    deadline = time.monotonic() + PATIENCE
    for port in (ports.idp, ports.service):
        while not _answers(port):
            if any(each.poll() is not None for each in started):
                raise CannotStartError("A program ended before it answered; see the lines above.")
            if time.monotonic() > deadline:
                raise CannotStartError(f"Nothing answers on port {port} after {PATIENCE:.0f} s.")
            time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def _watch(started: list[subprocess.Popen[bytes]]) -> int:
    """Wait until somebody ends us, or one of the two ends by itself."""
    while all(each.poll() is None for each in started):
        time.sleep(0.5)
    raise CannotStartError("One of the two programs ended by itself; the other is ended, too.")


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    for each in started:
        if each.poll() is None:
            each.terminate()
    for each in started:
        try:
            each.wait(timeout=10)
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - progress, for people


if __name__ == "__main__":
    sys.exit(main())
