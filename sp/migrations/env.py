"""Runs migrations in one transaction, on the connection that the program itself would use."""

from __future__ import annotations

from typing import Any

from alembic import context
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from sp import trouble
from sp.db import db

LOCK = 0x5350_6D69  # any number of our own: two nodes must not migrate at the same time


def run_online() -> None:
    """Migrate, and commit only what leaves every foreign key whole.

    SQLite rebuilds a table to change it. With foreign keys on, dropping the old one would delete
    its children; they can be switched off only outside a transaction, and are checked inside it.
    Who comes second waits for the first, and then finds nothing to do.
    A table that was rebuilt numbers on from its highest row, not from the highest there ever was.
    """
    with db.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
                context.configure(
                    connection=connection, target_metadata=db.metadata, **_arguments()
                )
                numbers = _numbers(connection)
                with context.begin_transaction():
                    context.run_migrations()
                _number_on(connection, numbers)
                _check_foreign_keys(connection)
        finally:
            _foreign_keys(connection, "ON")


def run_offline() -> None:
    """Print the SQL instead of running it."""
    context.configure(
        dialect_name=db.engine.dialect.name,
        target_metadata=db.metadata,
        literal_binds=True,
        **_arguments(),
    )
    with context.begin_transaction():
        context.run_migrations()


def _arguments() -> dict[str, Any]:
    given: dict[str, Any] = current_app.extensions["migrate"].configure_args
    return {**given, "transactional_ddl": True, "process_revision_directives": _skip_empty}


def _skip_empty(_context: object, _revision: object, directives: list[Any]) -> None:
    """Write no migration where nothing has changed."""
    options = context.config.cmd_opts
    if getattr(options, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def _foreign_keys(connection: Connection, state: str) -> None:
    if connection.dialect.name == "sqlite":
        # Past SQLAlchemy, which would begin a transaction first.
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys = {state}")
        cursor.close()


def _numbers(connection: Connection) -> dict[str, int]:
    """Return the highest number that each table with AUTOINCREMENT ever gave."""
    if connection.dialect.name != "sqlite":
        return {}
    table = "SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'"
    if connection.exec_driver_sql(table).first() is None:
        return {}
    rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
    return {str(name): int(number) for name, number in rows}


def _number_on(connection: Connection, numbers: dict[str, int]) -> None:
    """Let no number that was given before be given again: the record knows people by theirs."""
    now = _numbers(connection)
    for name, number in numbers.items():
        if number > now.get(name, 0):
            connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence SELECT name, ? FROM sqlite_master"
                " WHERE type = 'table' AND name = ?",
                (number, name),
            )


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            tables = sorted({str(row[0]) for row in broken})
            message = f"a migration left rows without their parent in {', '.join(tables)}"
            raise RuntimeError(message)


if context.is_offline_mode():
    run_offline()
else:
    try:
        run_online()
    except DBAPIError as error:
        found = trouble.find(error, db.engine)
        if found is None:
            raise
        raise CommandError(found.sentence) from error  # which flask db tells without a traceback
