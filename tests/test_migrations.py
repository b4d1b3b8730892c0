"""Migrations and models say the same, and a migration never loses a row's children."""

from __future__ import annotations

import logging
import shutil
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy
from flask_migrate import downgrade, upgrade

from sp.app import MIGRATIONS, create_app
from sp.db import db

VERSION = '''"""{name}."""
import sqlalchemy as sa
from alembic import op
revision = {revision!r}
down_revision = {before!r}
def upgrade():
{body}
def downgrade():
    pass
'''
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
LOSE_THE_PARENT = """
    op.add_column("child", sa.Column("name", sa.String(10)))
    op.execute("DELETE FROM parent")
"""


@contextmanager
def emptied(config):
    """Give a program whose database has no tables yet."""
    made = create_app(config)
    with made.app_context():
        metadata = sqlalchemy.MetaData()
        metadata.reflect(db.engine)
        metadata.drop_all(db.engine)
        yield made
        db.session.remove()
        db.engine.dispose()


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
    folder = tmp_path / "with a space" / "migrations"

    def make(*bodies):
        shutil.copytree(MIGRATIONS, folder, ignore=lambda *_: ["versions", "__pycache__"])
        (folder / "versions").mkdir()
        for number, body in enumerate(bodies, 1):
            text = VERSION.format(
                name=f"Step {number}",
                revision=str(number),
                before=str(number - 1) if number > 1 else None,
                body=body,
            )
            (folder / "versions" / f"{number}.py").write_text(text, encoding="utf-8")
        return str(folder)

    return make


def described():
    """Give everything the database itself knows about its tables."""
    inspector = sqlalchemy.inspect(db.engine)
    told = {}
    for name in sorted(set(inspector.get_table_names()) - {"alembic_version"}):
        told[name] = {
            "columns": [
                (c["name"], str(c["type"]), c["nullable"], c["default"])
                for c in inspector.get_columns(name)
            ],
            "primary key": inspector.get_pk_constraint(name),
            "foreign keys": by_name(inspector.get_foreign_keys(name)),
            "unique": by_name(inspector.get_unique_constraints(name)),
            "checks": by_name(inspector.get_check_constraints(name)),
            "indexes": by_name(map(plain, inspector.get_indexes(name))),
        }
    return told


def by_name(found):
    return sorted(found, key=lambda each: each["name"] or "")


def plain(index):
    """Write an index's condition out, so that two of them can be compared."""
    options = index.get("dialect_options", {})
    return index | {"dialect_options": {name: str(value) for name, value in options.items()}}


def rows(statement):
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(statement).fetchall()


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
