"""A filled database of the first version comes to the newest one, and loses nothing on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy
from flask_migrate import upgrade
from support import first_version
from support.databases import make_app
from support.migrating import emptied, folder_of
from support.upgrading import brought_up, differences, from_the_models, held, made_new

from sp.app import MIGRATIONS
from sp.db import db

# A parent that others refer to, built anew by SQLite and altered twice by PostgreSQL.
REBUILD = """
    here = op.get_bind().dialect.name
    with op.batch_alter_table(
        "account",
        recreate="always" if here == "sqlite" else "never",
        table_kwargs={{"sqlite_autoincrement": {numbered}}},
    ) as table:
        if here != "sqlite":
            table.add_column(sa.Column("nickname", sa.Text))
            table.drop_column("nickname")
    if here != "sqlite" and not {numbered}:
        op.alter_column("account", "id", server_default=None)
"""
GOOD = REBUILD.format(numbered=True)
"""Leaves what it found."""


def test_database_of_the_first_version_comes_to_the_newest_with_all_it_has(config):
    new = made_new(config, MIGRATIONS)
    before, after = brought_up(config, MIGRATIONS)
    assert all(before.rows.values())
    assert list(differences(before, after, new)) == []


def test_rebuilding_a_parent_loses_nothing(config, tmp_path):
    folder = folder_of(tmp_path, GOOD, upon_ours=True)
    new = made_new(config, folder)
    before, after = brought_up(config, folder)
    assert list(differences(before, after, new)) == []
    assert new.described == from_the_models(config)


LOSSES = """
    op.execute("DELETE FROM required_group WHERE name = 'staff'")
    op.execute("UPDATE session SET session_index = NULL")
    op.drop_table("refusal_suppressed")
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM pending_request")):
        op.drop_index("ix_session_account_id", table_name="session")
"""


def test_whatever_a_migration_loses_is_told(config, tmp_path):
    folder = folder_of(tmp_path, LOSSES, upon_ours=True)
    new = made_new(config, folder)
    before, after = brought_up(config, folder)
    assert list(differences(before, after, new)) == [
        "refusal_suppressed had 1 rows and has 0",
        "required_group had 2 rows and has 1",
        "session has other rows",
        "index ix_session_account_id is otherwise than in a new database",
    ]


def test_migration_that_leaves_another_definition_than_the_models_is_told(config, tmp_path):
    folder = folder_of(tmp_path, REBUILD.format(numbered=False), upon_ours=True)
    changed, models = made_new(config, folder).described, from_the_models(config)
    assert [name for name in models if changed[name] != models[name]] == ["account"]


def test_first_version_uses_every_column_of_every_table(config):
    with emptied(config):
        upgrade(revision=first_version.REVISION)
        with db.engine.begin() as connection:
            first_version.fill(connection, config.settings_directory)
        filled = {
            f"{table}.{name}"
            for table, rows in held().rows.items()
            for row in rows
            for name, value in row.items()
            if value is not None
        }
        metadata = sqlalchemy.MetaData()
        metadata.reflect(db.engine)
    metadata.remove(metadata.tables["alembic_version"])
    assert {str(column) for table in metadata.sorted_tables for column in table.c} - filled == set()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_first_migration_is_what_it_was(config, tmp_path, capsys, dialect):
    """Databases that it made are out there: what is to change is a migration of its own."""
    addresses = {"sqlite": f"sqlite:///{tmp_path}/none", "postgresql": "postgresql+psycopg:///none"}
    with make_app(replace(config, database_url=addresses[dialect])).app_context():
        upgrade(revision=first_version.REVISION, sql=True)
        db.engine.dispose()
    recorded = (first_version.FOLDER / f"{dialect}.sql").read_text(encoding="utf-8")
    assert capsys.readouterr().out.split() == recorded.split()
