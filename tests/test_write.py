"""A write transaction: for how long it waits, and what it sees, whatever a server is set to."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from support.databases import open_databases
from support.racing import race
from support.settings import make_config

from sp import db
from sp.app import create_app
from sp.db import prepare_engine
from sp.flows import membership
from sp.flows.actor import COMMAND_LINE

OTHER_ISOLATION = """DO $$ BEGIN EXECUTE format(
    'ALTER DATABASE %%I SET default_transaction_isolation = ''repeatable read''', current_database()
); END $$"""


@pytest.fixture
def on(request, tmp_path):
    """The program on one kind of database, whatever the other tests run on."""
    (tmp_path / "template").mkdir()
    with (
        open_databases(request.param, tmp_path / "template", make_config) as fresh,
        fresh(tmp_path) as url,
    ):
        made = create_app(make_config(tmp_path, url))
        with made.app_context():
            yield made
            db.db.engine.dispose()


def is_run_on(kind):
    marked = pytest.param(kind, marks=[pytest.mark.crowds] if kind == "postgresql" else [])
    return pytest.mark.parametrize("on", [marked], indirect=True)


def ask(statement):
    with db.db.engine.connect() as connection:
        return connection.exec_driver_sql(statement).scalar_one()


@is_run_on("sqlite")
def test_write_waits_for_a_locked_database_once_and_not_three_times(on, monkeypatch):
    """Three times the busy timeout is longer than gunicorn lets a worker be silent."""
    monkeypatch.setattr("sp.db.BUSY_TIMEOUT_MS", 50)
    prepare_engine(db.db.engine)
    db.db.engine.dispose()
    begun = []
    enter = db.Transaction.__enter__

    def entered(transaction):
        begun.append(transaction)
        return enter(transaction)

    monkeypatch.setattr(db.Transaction, "__enter__", entered)
    other = sqlite3.connect(db.db.engine.url.database, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            db.write(lambda _: None)
    finally:
        other.close()
    assert len(begun) == 1
    db.write(lambda _: None)


@is_run_on("postgresql")
def test_isolation_that_the_server_begins_with_lets_no_append_collide(on, monkeypatch):
    with db.db.engine.begin() as connection:
        connection.exec_driver_sql(OTHER_ISOLATION)
    db.db.engine.dispose()
    monkeypatch.setattr(db, "ATTEMPTS", 1)
    membership.add_organisation("acme", "Acme", ["acme.example"], actor=COMMAND_LINE)

    def add(number):
        membership.add_account("acme", f"person-{number}@acme.example", actor=COMMAND_LINE)

    race(on, add, threads=8)
    assert len(membership.list_accounts("acme")) == 8


@is_run_on("postgresql")
def test_options_in_the_address_of_a_database_hold_beside_ours(on):
    config = on.extensions["sp_config"]
    url = f"{config.database_url}&options=-c%20statement_timeout%3D7000"
    made = create_app(replace(config, database_url=url))
    with made.app_context():
        assert ask("SHOW statement_timeout") == "7s"
        assert ask("SHOW timezone").lower() == "utc"
        assert ask("SHOW transaction_isolation") == "read committed"
        db.db.engine.dispose()
