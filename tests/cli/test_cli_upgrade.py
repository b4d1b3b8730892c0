"""What `flask db upgrade` says where the database is full or locked, and that it leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import apart
from support.databases import another_writes, only_on
from support.definitions import described
from support.migrating import empty
from support.settings import make_config

from sp.db import db


@pytest.fixture
def config(tmp_path):
    """Settings with a database of SQLite's, whatever the other tests run on."""
    with only_on("sqlite", tmp_path, make_config) as settings:
        yield settings


@pytest.fixture
def upgrade(runner):
    """A function that runs flask db upgrade, and gives its exit status and what it wrote."""

    def run():
        done = runner.invoke(args=["db", "upgrade"])
        assert done.exception is None or isinstance(done.exception, SystemExit), done
        return done.exit_code, done.output

    return run


def test_upgrade_on_a_full_disk_is_told_without_a_traceback_and_leaves_nothing(upgrade, app):
    path = Path(db.engine.url.database)

    def work():
        empty()
        with apart.filled(path.parent):
            status, told = upgrade()
            assert status == 1
            assert f"Error: There is no room left for the database {path}: " in told
            assert described() == {}
        assert upgrade()[0] == 0
        assert set(described()) == set(db.metadata.tables)

    apart.on_small_disk(path.parent, work)


def test_upgrade_of_a_locked_database_is_told_without_a_traceback(upgrade, monkeypatch):
    with another_writes(monkeypatch):
        status, told = upgrade()
    assert status == 1
    assert "Error: Another program kept the database " in told
    assert upgrade()[0] == 0
