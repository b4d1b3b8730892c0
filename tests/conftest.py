"""What every test may ask for: a program on a fresh database, its browser, its settings, the clock."""

from __future__ import annotations

import contextvars
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).parent))

from support import own_keys
from support.browser import chromium
from support.databases import make_app, open_databases
from support.settings import make_config

import sp.clock
from sp import key_files
from sp.db import db

NO_SKIPS = os.environ.get("SP_NO_SKIPS") == "1"
MORNING = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


class FrozenClock:
    """The only clock there is during a test; it moves when it is told to."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        return self._instant

    def set(self, instant: datetime) -> None:
        assert instant.tzinfo is not None
        self._instant = instant

    def advance(self, span: timedelta) -> None:
        self._instant += span


class StrangerClient(FlaskClient):
    """A browser that shares nothing with the test: each request has a context of its own.

    A test keeps an app context open to call flows directly. Were requests to join it, what one of
    them left there, such as who is signed in, would reach the next.
    """

    def open(self, *args, **arguments):
        if args and isinstance(args[0], str):
            arguments.setdefault("base_url", self.application.extensions["sp_config"].base_url)
        return contextvars.Context().run(super().open, *args, **arguments)


@pytest.fixture
def clock(monkeypatch) -> FrozenClock:
    frozen = FrozenClock(MORNING)
    monkeypatch.setattr(sp.clock, "now", frozen.now)
    return frozen


@pytest.fixture(scope="session")
def _databases(tmp_path_factory):
    kind = os.environ.get("SP_TEST_DATABASE") or "sqlite"
    with open_databases(kind, tmp_path_factory.mktemp("template"), make_config) as fresh:
        yield fresh


@pytest.fixture
def config(_databases, tmp_path):
    """Settings with folders of their own, and a database that has its tables and nothing else."""
    with _databases(tmp_path) as url:
        yield make_config(tmp_path, url)


@pytest.fixture
def app(config):
    """The whole program, inside its context, so that a test may call flows and verbs."""
    made = make_app(config)
    made.test_client_class = StrangerClient
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def quick_keys(monkeypatch):
    """Our own keys are made once in this process; making one takes longer than most tests."""
    monkeypatch.setattr(key_files, "make_pair", own_keys.take_pair)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium; each test opens a profile of its own in it."""
    with chromium() as running:
        yield running


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


def pytest_sessionfinish(session):
    """Fail a run that skipped anything, where nothing may be skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if NO_SKIPS and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    skipped = terminalreporter.stats.get("skipped")
    if NO_SKIPS and skipped:
        terminalreporter.section("SP_NO_SKIPS=1", red=True)
        terminalreporter.line(f"{len(skipped)} skipped: this run must skip nothing.", red=True)
