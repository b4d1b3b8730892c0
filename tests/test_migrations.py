"""Migrations and models say the same, and a migration never loses a row's children."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from dataclasses import replace
from functools import partial

import pytest
from flask_migrate import downgrade, upgrade
from support.definitions import described
from support.migrating import emptied, folder_of, rows

from sp.db import db

PARENT_AND_CHILD = """
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table(
        "child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE")),
    )
    op.execute("INSERT INTO parent VALUES (1)")
    op.execute("INSERT INTO child VALUES (1, 1)")
"""
REBUILD = """
    with op.batch_alter_table("parent", recreate="always") as table:
        table.add_column(sa.Column("name", sa.String(10)))
"""
NUMBERED = """
    op.create_table("numbered", sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)
    op.create_table("other", sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)
    op.execute("INSERT INTO numbered VALUES (1), (7)")
    op.execute("INSERT INTO other VALUES (3)")
"""
REBUILD_NUMBERED = """
    with op.batch_alter_table(
        "numbered", recreate="always", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.add_column(sa.Column("name", sa.String(10)))
    op.drop_table("other")
"""
LOSE_THE_PARENT = """
    op.add_column("child", sa.Column("name", sa.String(10)))
    op.execute("DELETE FROM parent")
"""


@pytest.fixture
def empty(config):
    with emptied(config) as made:
        yield made


@pytest.fixture
def on_sqlite(config, tmp_path):
    """On whatever the other tests run: only SQLite rebuilds tables."""
    url = f"sqlite:///{tmp_path}/rebuilt.sqlite3"
    with emptied(replace(config, database_url=url)) as made:
        yield made


@pytest.fixture
def steps(tmp_path):
    """A function that makes a folder of migrations of its own out of these bodies."""
    return partial(folder_of, tmp_path)


def test_upgrade_of_an_empty_database_makes_what_the_models_say(empty):
    assert described() == {}
    upgrade()
    migrated = described()
    downgrade(revision="base")
    assert described() == {}
    db.create_all()
    assert set(migrated) == set(db.metadata.tables)
    assert migrated == described()


def test_upgrade_works_through_the_command(empty):
    result = empty.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 0, result.output
    assert set(described()) == set(db.metadata.tables)


def test_upgrading_twice_changes_nothing(empty):
    upgrade()
    once = described()
    upgrade()
    assert described() == once


def test_rebuilding_a_parent_keeps_its_children(on_sqlite, steps):
    upgrade(steps(PARENT_AND_CHILD, REBUILD))
    assert rows("SELECT id, name FROM parent") == [(1, None)]
    assert rows("SELECT id, parent_id FROM child") == [(1, 1)]


@pytest.mark.parametrize(("kept", "expected"), [("id = 1", [1, 8]), ("id > 7", [8])])
def test_rebuilt_table_never_gives_a_number_a_second_time(on_sqlite, steps, kept, expected):
    folder = steps(NUMBERED, REBUILD_NUMBERED)
    upgrade(folder, revision="1")
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM numbered WHERE NOT {kept}")
    upgrade(folder)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO numbered (name) VALUES ('new')")
    assert [row[0] for row in rows("SELECT id FROM numbered ORDER BY id")] == expected
    assert rows("SELECT name FROM sqlite_sequence") == [("numbered",)]


def test_migration_that_would_orphan_a_row_is_undone_whole(on_sqlite, steps, caplog):
    caplog.set_level(logging.ERROR)
    folder = steps(PARENT_AND_CHILD, LOSE_THE_PARENT)
    upgrade(folder, revision="1")
    with pytest.raises(SystemExit) as caught:
        upgrade(folder)
    assert caught.value.code == 1
    assert "rows without their parent in child" in caplog.text
    assert rows("SELECT id FROM parent") == [(1,)]
    assert [row[1] for row in rows("PRAGMA table_info(child)")] == ["id", "parent_id"]
    assert rows("SELECT version_num FROM alembic_version") == [("1",)]


def test_foreign_keys_are_on_again_after_a_migration(on_sqlite, steps):
    upgrade(steps(PARENT_AND_CHILD))
    assert rows("PRAGMA foreign_keys") == [(1,)]


def test_upgrade_waits_for_who_writes_and_sees_what_they_wrote(on_sqlite, steps):
    """Of two at once the second finds nothing to do; it must not have looked before the first."""
    folder, outcomes = steps(PARENT_AND_CHILD), []
    other = sqlite3.connect(db.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    def run():
        with on_sqlite.app_context():
            try:
                upgrade(folder)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - the test tells of it
                outcomes.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(1)
    other.execute("CREATE TABLE somebody_s (id INTEGER)")
    other.execute("COMMIT")
    other.close()
    thread.join()
    assert outcomes == []
    assert rows("SELECT id FROM parent") == [(1,)]
