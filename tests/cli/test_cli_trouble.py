"""What commands say where SQLite's file is full, read-only, locked or away; nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event
from support import apart
from support.databases import another_writes, only_on
from support.migrating import empty
from support.settings import make_config

from sp.db import db

ADD = ("organisation", "add", "globex", "--name", "Globex", "--domain", "globex.example")


@pytest.fixture
def config(tmp_path):
    """Settings with a database of SQLite's, whatever the other tests run on."""
    with only_on("sqlite", tmp_path, make_config) as settings:
        yield settings


@pytest.fixture
def file():
    return lambda: Path(db.engine.url.database)


@pytest.fixture
def doctor(sp):
    """A function that gives what the doctor finds amiss."""

    def run():
        done = sp("doctor", "--json")
        told = {row["name"]: row["sentence"] for row in done.json if not row["ok"]}
        assert done.status == (1 if told else 0)
        return told

    return run


@pytest.fixture
def changes(acme, sp, metadata):
    """Commands that each change something in the database, none of which needs another's work."""
    assert sp("account", "add", "acme", "ada@acme.example").status == 0
    return [
        ADD,
        ("organisation", "policy", "acme", "--create-accounts"),
        ("account", "add", "acme", "grace@acme.example"),
        ("account", "suspend", "acme", "ada@acme.example"),
        ("idp", "import", "acme", metadata),
        ("keys", "generate"),
        ("purge",),
    ]


def kept():
    """Give how many rows each table has."""
    with db.engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in sorted(db.metadata.tables)
        }


def test_full_disk_is_told_by_every_command_that_changes_something(
    sp, refused, doctor, changes, file
):
    sentence = (
        f"There is no room left for the database {file()}: free some on its disk, then try again."
    )

    def work():
        before = kept()
        with apart.filled(file().parent):
            for each in changes:
                assert refused(*each) == sentence
            assert doctor()["writing"] == sentence
            assert kept() == before
            assert sp("organisation", "list").status == 0
        for each in changes:
            assert sp(*each).status == 0
        assert "writing" not in doctor()
        assert sp("audit", "verify").status == 0

    apart.on_small_disk(file().parent, work)


def test_disk_that_is_too_full_to_open_the_database_is_told_as_full(refused, acme, file):
    """SQLite itself says "disk I/O error" there."""

    def work():
        db.engine.dispose()
        with apart.filled(file().parent):
            assert refused("organisation", "list").startswith("There is no room left for the data")

    apart.on_small_disk(file().parent, work)


def test_database_that_has_all_the_pages_it_may_have_is_told_as_full(sp, acme):
    @event.listens_for(db.engine, "connect")
    def _limit(connection, _record):
        connection.execute("PRAGMA max_page_count = 1")  # that is: as many as it has

    db.engine.dispose()
    for number in range(50):
        done = sp("account", "add", "acme", f"person-{number}@acme.example")
        if done.status:
            break
    assert done.err.startswith("There is no room left for the database ")
    assert len(sp("account", "list", "acme", "--json").json) == number
    assert sp("audit", "verify").status == 0


def test_disk_that_is_mounted_read_only_is_told(refused, acme, file):
    sentence = f"The disk of the database {file()} is mounted read-only: mount it for writing."

    def work():
        db.engine.dispose()
        apart.mount_read_only(file().parent)
        assert refused(*ADD) == sentence

    apart.on_small_disk(file().parent, work)


@pytest.mark.parametrize(
    ("modes", "named"),
    [
        ({".": 0o755, "sp.sqlite3": 0o444}, "sp.sqlite3"),
        ({".": 0o555, "sp.sqlite3": 0o644}, "."),
        ({".": 0o555, "sp.sqlite3": 0o444}, "."),
        ({".": 0o000}, "."),
    ],
)
def test_user_who_may_not_write_is_told_what(sp, refused, doctor, acme, file, modes, named):
    folder = file().parent

    def work():
        db.engine.dispose()
        for name, mode in reversed(modes.items()):
            (folder / name).chmod(mode)
        for told in (refused(*ADD), doctor()["writing"]):
            assert told.startswith("The user ")
            assert f" may not write {folder / named}: run this as the user of the servi" in told
        folder.chmod(0o755)
        for each in folder.iterdir():  # what SQLite puts beside it has its mode
            each.chmod(0o644)
        db.engine.dispose()
        assert sp(*ADD).status == 0

    apart.without_privileges(work)


def test_folder_in_the_place_of_the_database_is_told(refused, app, file):
    db.engine.dispose()
    file().unlink()
    file().mkdir()
    assert refused(*ADD).startswith(f"The database {file()} cannot be opened or written: check SP_")


def test_folder_that_is_gone_is_told(refused, app, file):
    db.engine.dispose()
    file().unlink()
    file().parent.rmdir()
    assert refused(*ADD).startswith(f"{file().parent} does not exist, or ")


def test_file_that_is_no_database_is_told(refused, doctor, app, file):
    db.engine.dispose()
    file().write_bytes(b"no database" * 4096)
    assert refused(*ADD).startswith(f"{file()} is damaged, or no SQLite database at all: check ")
    assert doctor()["tables"].startswith(f"{file()} is damaged")


def test_missing_tables_are_told_with_what_makes_them(refused, app, file):
    empty()
    assert refused(*ADD) == f"The tables in {file()} are missing or old: run flask db upgrade."


@pytest.fixture
def locked(app, monkeypatch):
    with another_writes(monkeypatch) as other:
        yield other


def test_lock_that_does_not_end_is_told(sp, refused, doctor, locked, file):
    sentence = (
        f"Another program kept the database {file()} locked for too long, such as a backup or an "
        "upgrade: let it end, then try again."
    )
    assert refused(*ADD) == sentence
    assert doctor()["writing"] == sentence
    locked.execute("ROLLBACK")
    assert sp(*ADD).status == 0
