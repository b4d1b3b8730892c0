"""`make run` as a newcomer runs it: in a folder with a space in its name, twice, and ended by Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support.demonstration import IN_USE, LAST_LINE, ROOT, TRIES, end, free_ports, start
from support.http_browser import HttpBrowser, over_http

FOLDER = "a folder with a space"


@pytest.fixture
def checkout(tmp_path):
    """A checkout as git would give it, and the environment that this run was made with."""
    copy = tmp_path / FOLDER
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.splitlines()):
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(Path(sys.prefix).resolve())
    return copy


@pytest.fixture
def bare():
    """The environment of a newcomer: no settings, and no make that runs this one."""
    ours = ("SP_", "MAKE", "MFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def make_run(checkout, environment):
    """Run it; where a port was lost between looking and taking, on another pair."""
    for _ in range(TRIES):
        running = start(environment, free_ports(), ["make", "run"], checkout)
        if running.lines[-1].startswith(LAST_LINE):
            return running
        end(running)
        assert IN_USE in running.lines[-2], running.lines
    raise AssertionError("no free port")


def sign_in(demo):
    page = HttpBrowser(over_http()).open(f"{demo.service}/account?week=9")
    page = page.submit({"email": "ada@acme.example"})
    return page.submit({"person": "ada", "password": "demo"}, button="Sign in")


def test_it_runs_signs_in_ends_and_goes_on_with_what_it_had(checkout, bare):
    first = make_run(checkout, bare)
    try:
        told = first.lines[-5:]
        assert told[0].split() == ["Open", f"{first.service}/login"]
        assert "ada@acme.example" in told[1]
        assert "demo" in told[2]
        arrived = sign_in(first)
        assert arrived.path == "/account?week=9"
        assert "ada@acme.example" in arrived.text
        keys = sorted(checkout.glob("certs/*"))
        private = [path for path in keys if path.suffix == ".key" or path.name == "secret_key"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
        assert stat.S_IMODE((checkout / "instance").stat().st_mode) == 0o700
    finally:
        end(first)
    assert first.process.returncode in (0, -signal.SIGINT)  # make itself dies of it
    for port in (first.port, first.idp_port):
        with closing(socket.socket()) as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0

    second = make_run(checkout, bare)
    try:
        assert (second.port, second.idp_port) != (first.port, first.idp_port)
        assert "ada@acme.example" in sign_in(second).text
        assert sorted(checkout.glob("certs/*")) == keys
    finally:
        end(second)


def test_a_second_one_in_the_same_folder_leaves_the_first_alone(checkout, bare):
    first = make_run(checkout, bare)
    try:
        for ports in (free_ports(), (first.port, first.idp_port)):
            second = start(bare, ports, ["make", "run"], checkout)
            end(second)
            assert second.process.returncode != 0
            assert "is running already" in second.lines[0]
        assert "ada@acme.example" in sign_in(first).text
    finally:
        end(first)


def test_a_port_in_use_is_one_clear_sentence(checkout, bare):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        (other,) = free_ports(1)
        running = start(bare, [port, other], ["make", "run"], checkout)
        end(running)
    assert running.process.returncode != 0
    said = [line for line in running.lines if not line.startswith("make:")]
    others = f"PORT={port + 100} DEMO_PORT={other + 100}"
    assert said == [f"Port {port} is in use. Choose others: {others} make run"]
    assert not (checkout / "instance").exists()


@pytest.mark.parametrize("ports", [("eighty", 8001), (0, 8001), (8000, 65_536), (8000, 8000)])
def test_what_is_no_port_is_one_clear_sentence(ports, bare):
    running = start(bare, ports)
    end(running)
    assert running.process.returncode == 1
    assert len(running.lines) == 1
    assert "PORT" in running.lines[0]
