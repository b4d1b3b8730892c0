"""The page of somebody signed in is given also where "last seen" cannot be noted."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from support import apart
from support.databases import another_writes, only_on
from support.pages import read
from support.settings import make_config

from sp.db import db

MINUTE = timedelta(minutes=1)
ON_POSTGRESQL = pytest.mark.parametrize(
    "config", [pytest.param("postgresql", marks=pytest.mark.crowds)], indirect=True
)


@pytest.fixture
def config(request, tmp_path):
    with only_on(getattr(request, "param", "sqlite"), tmp_path, make_config) as settings:
        yield settings


@pytest.fixture
def warnings(caplog):
    """A function that gives what was warned of since it was last asked: its codes."""
    caplog.set_level(logging.WARNING)

    def take():
        codes = [each.code for each in caplog.records if each.name == "sp.presence"]
        caplog.clear()
        return codes

    return take


@pytest.fixture
def signed_in(ada, clock):
    """Ada's browser, a minute after she signed in: her next request would be noted."""
    ada.sign_in()
    clock.advance(MINUTE)
    return ada.client


def last_seen():
    return ask("SELECT seen_at FROM session")


def ask(statement):
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(statement).scalar_one()


def assert_given(client):
    """Hold that her pages are what they always are."""
    assert client.get("/whoami").json["email"] == "ada@acme.example"
    page = client.get("/account")
    assert page.status_code == 200
    assert "You are signed in as ada@acme.example" in read(page).headline


def assert_noted_again(client, clock, before):
    """Hold that what ailed the database is forgotten: at the latest when it was tried twice."""
    for _ in range(2):
        clock.advance(MINUTE)
        assert_given(client)
    assert last_seen() != before


@pytest.fixture
def locked(signed_in, monkeypatch):
    with another_writes(monkeypatch) as other:
        yield other


def test_page_is_given_while_the_database_is_locked(signed_in, locked, clock, warnings):
    before = last_seen()
    assert_given(signed_in)
    assert warnings() == ["database_locked"]
    locked.execute("ROLLBACK")
    assert_noted_again(signed_in, clock, before)
    assert warnings() == []


def test_a_lock_is_waited_for_once_a_minute_and_not_at_every_request(
    signed_in, locked, clock, warnings
):
    for _ in range(3):
        assert_given(signed_in)
    assert warnings() == ["database_locked"]
    clock.advance(MINUTE)
    for _ in range(3):
        assert_given(signed_in)
    assert warnings() == ["database_locked"]


def test_page_is_given_while_the_disk_is_full(signed_in, config, clock, warnings):
    folder = config.settings_directory.parent / "database"

    def work():
        before = last_seen()
        with apart.filled(folder):
            assert_given(signed_in)
            assert warnings() == ["database_full"]
        assert_noted_again(signed_in, clock, before)

    apart.on_small_disk(folder, work)


def test_page_is_given_while_the_file_may_only_be_read(signed_in, config, clock, warnings):
    file = config.settings_directory.parent / "database" / "sp.sqlite3"

    def work():
        before = last_seen()
        db.engine.dispose()
        file.chmod(0o444)
        assert_given(signed_in)
        assert warnings() == ["database_read_only"]
        for each in file.parent.iterdir():  # what SQLite puts beside it has its mode
            each.chmod(0o644)
        assert_noted_again(signed_in, clock, before)

    apart.without_privileges(work)


@ON_POSTGRESQL
def test_page_is_given_while_the_server_takes_no_changes(signed_in, clock, warnings):
    before = last_seen()
    set_database("SET default_transaction_read_only = on")
    assert_given(signed_in)
    assert warnings() == ["database_read_only"]
    set_database("RESET default_transaction_read_only")
    assert_noted_again(signed_in, clock, before)


def set_database(words):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        connection.exec_driver_sql(f"ALTER DATABASE {db.engine.url.database} {words}")
    db.engine.dispose()


def test_warning_says_what_to_do_and_nothing_of_anybody(signed_in, locked, caplog, ada):
    caplog.set_level(logging.WARNING)
    assert_given(signed_in)
    (record,) = caplog.records
    assert record.reason.startswith(f"Another program kept the database {db.engine.url.database}")
    for private in ("ada", "acme", ada.cookie("__Host-sp_session")):
        assert private not in repr(vars(record)).replace(str(db.engine.url.database), "")


def test_session_that_cannot_be_read_lets_nobody_in(signed_in, config, warnings):
    db.engine.dispose()
    file = config.settings_directory.parent / "database" / "sp.sqlite3"
    file.write_bytes(b"no database" * 4096)
    assert signed_in.get("/whoami").status_code >= 500
    assert read(signed_in.get("/account")).headline == "We could not do that just now"
    assert warnings() == []


@pytest.mark.parametrize(
    "refusal",
    [
        "SELECT RAISE(ABORT, 'a row that may not be')",  # what we write is wrong
        "INSERT INTO nowhere VALUES (1)",  # a table is missing
    ],
)
def test_fault_of_ours_is_not_taken_for_a_database_that_has_no_room(signed_in, refusal, warnings):
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE UPDATE ON session BEGIN {refusal}; END"
        )
    assert signed_in.get("/whoami").status_code == 500
    assert warnings() == []
