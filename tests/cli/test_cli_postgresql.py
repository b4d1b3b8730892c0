"""What commands say where PostgreSQL takes no changes, has no room, or lets nobody in."""

from __future__ import annotations

import contextvars
from dataclasses import replace

import pytest
from support import apart
from support.commands import run
from support.databases import make_app, only_on
from support.settings import make_config

from sp.db import db

pytestmark = pytest.mark.crowds

ADD = ("organisation", "add", "globex", "--name", "Globex", "--domain", "globex.example")


@pytest.fixture
def config(tmp_path):
    """Settings with a database on a server, whatever the other tests run on."""
    with only_on("postgresql", tmp_path, make_config) as settings:
        yield settings


def on_server(words):
    """Change the server's settings for this database."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        connection.exec_driver_sql(words.format(db.engine.url.database))
    db.engine.dispose()


def where():
    return f"database {db.engine.url.database} on {db.engine.url.query['host']}"


def test_server_that_takes_no_changes_is_told(sp, refused, acme):
    on_server("ALTER DATABASE {} SET default_transaction_read_only = on")
    (amiss,) = (each for each in sp("doctor", "--json").json if each["name"] == "writing")
    for told in (refused(*ADD), amiss["sentence"]):
        assert told.startswith(f"The {where()} takes no changes (cannot execute ")
        assert "default_transaction_read_only" in told
    on_server("ALTER DATABASE {} RESET default_transaction_read_only")
    assert sp(*ADD).status == 0


def test_wait_that_the_server_ends_is_told(sp, refused, acme):
    on_server("ALTER DATABASE {} SET lock_timeout = '50ms'")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE organisation")
        told = refused(*ADD)
    assert told.startswith(f"Another program kept the {where()} waiting for too long (canceling ")
    assert sp(*ADD).status == 0


@pytest.fixture
def as_role(app, config):
    """A function that runs a command as another role, which must fail, and gives its sentence."""

    def run_as(role, *words, database=None):
        url = db.engine.url.set(username=role, database=database or db.engine.url.database)
        address = url.render_as_string(hide_password=False)
        return contextvars.Context().run(_fail, replace(config, database_url=address), words)

    return run_as


def _fail(config, words):
    made = make_app(config)
    with made.app_context():
        done = run(made, *words)
        db.engine.dispose()
    assert (done.status, done.out) == (1, "")
    return done.err


def test_role_with_too_few_rights_is_told(as_role, acme):
    on_server("CREATE ROLE guest LOGIN")
    told = as_role("guest", *ADD)
    assert told.startswith(
        f"The role guest has too few rights in the {where()} (permission denied for "
    )


def test_server_without_a_connection_left_is_told(as_role, acme):
    on_server("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0")
    told = as_role("crowd", *ADD)
    assert told.startswith(f"The {where()} has no connection left (")
    assert "max_connections" in told


def test_database_that_the_server_does_not_know_is_told(as_role, acme):
    told = as_role("sp", *ADD, database="elsewhere")
    assert told.startswith("The database elsewhere on ")
    assert " cannot be reached (connection failed: " in told
    assert 'database "elsewhere" does not exist' in told


def test_full_disk_of_the_server_is_told(tmp_path):
    """The server runs beside the command, in the same process apart; one table is on that disk."""
    folder = tmp_path / "small"
    folder.mkdir()

    def work():
        tables = folder / "tables"
        tables.mkdir()
        with only_on("postgresql", tmp_path, make_config) as config:
            made = make_app(config)
            with made.app_context():
                with db.engine.connect().execution_options(
                    isolation_level="AUTOCOMMIT"
                ) as connection:
                    connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{tables}'")
                    connection.exec_driver_sql("ALTER TABLE organisation SET TABLESPACE small")
                with apart.filled(folder):
                    done = run(made, *ADD)
                    assert done.status == 1
                    assert done.err.startswith(f"There is no room left for the {where()}: free ")
                assert run(made, *ADD).status == 0
                db.engine.dispose()

    apart.on_small_disk(folder, work)
