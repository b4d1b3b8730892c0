"""A PostgreSQL server of our own for as long as the tests run: no port, no password, no trace.

It listens on a socket in a folder of its own, so no other server is ever in the way, and runs as
an unprivileged user where the tests run as root.
"""

from __future__ import annotations

import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg

INSTALL = "needs Debian's postgresql: sudo apt-get install -y postgresql"
USER = "sp"
DEADLINE = 60


def find_programs():
    """Return the newest folder that holds PostgreSQL's server programs, or None."""
    on_path = shutil.which("initdb")
    found = sorted(
        glob.glob("/usr/lib/postgresql/*/bin/initdb"),  # noqa: PTH207 - an absolute pattern
        key=lambda path: int(path.split("/")[4]) if path.split("/")[4].isdecimal() else 0,
    )
    path = found[-1] if found else on_path
    return Path(path).parent if path else None


@contextmanager
def server(programs, *, durable=False):
    """Give the folder of the socket of a fresh server; it ends and its folder goes afterwards.

    Tests lose nothing with the machine; who measures wants it durable.
    """
    folder = Path(tempfile.mkdtemp(prefix="sp-postgresql-"))  # short: a socket's path is limited
    as_user = {}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    data = folder / "data"
    try:
        subprocess.run(
            [
                *(programs / "initdb", "--pgdata", data, "--username", USER, "--auth", "trust"),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            **as_user,
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(programs / "postgres", "-D", data, "-k", folder),
                    *("-c", "listen_addresses="),
                    *(() if durable else ("-c", "fsync=off", "-c", "full_page_writes=off")),
                ],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                stderr=log,
                **as_user,
            )
        try:
            _wait(process, folder)
            yield folder
        finally:
            process.send_signal(signal.SIGINT)  # "fast": open sessions are ended
            process.wait(DEADLINE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def connect(folder, database="postgres"):
    """Return a connection that commits each statement."""
    return psycopg.connect(host=str(folder), user=USER, dbname=database, autocommit=True)


def url(folder, database):
    """Return the address of a database as SQLAlchemy reads it."""
    return f"postgresql+psycopg://{USER}@/{database}?host={folder}"


def _wait(process, folder):
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            connect(folder).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text(encoding="utf-8")) from None
            time.sleep(0.05)
        else:
            return
