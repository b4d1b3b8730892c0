"""The database: one declarative base, one column type for times, one kind of write transaction.

Reading for a page may use `db.session`. Every write goes through `write`: one short transaction,
opened only when all reading, XML and cryptography are done. Statements are compiled once from the
models and run on the driver's own connection, because ORM objects cost more than all the rest of a
sign-in (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase

from sp.statement import Statement, UtcDateTime

__all__ = [
    "Base",
    "Statement",
    "Transaction",
    "UtcDateTime",
    "db",
    "prepare_engine",
    "read",
    "write",
]

T = TypeVar("T")

ATTEMPTS = 3
BUSY_TIMEOUT_MS = 15_000

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every table; models subclass it directly."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(model_class=Base)


class Transaction:
    """The driver's own connection inside one transaction.

    What stands in `after_commit` is called once the transaction is durable, and never otherwise.
    """

    def __init__(self, connection: DBAPIConnection, dialect: Dialect) -> None:
        self._cursor = connection.cursor()
        self._dialect = dialect
        self.dialect = dialect.name
        self.after_commit: list[Callable[[], None]] = []

    def rows(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows."""
        compiled = statement.for_dialect(self._dialect)
        self._cursor.execute(compiled.text, compiled.parameters(values))
        return compiled.rows(self._cursor.fetchall())  # type: ignore[arg-type]

    def one(self, statement: Statement, **values: Any) -> tuple[Any, ...] | None:
        """Run a statement and return its first row, or None."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def change(self, statement: Statement, **values: Any) -> int:
        """Run a statement that changes rows and return how many it changed."""
        compiled = statement.for_dialect(self._dialect)
        self._cursor.execute(compiled.text, compiled.parameters(values))
        return self._cursor.rowcount

    def close(self) -> None:
        """Close the cursor."""
        self._cursor.close()


def write(work: Callable[[Transaction], T]) -> T:
    """Run `work` in one write transaction and commit; tried again whole, three times, if it loses.

    On SQLite BEGIN IMMEDIATE takes the write lock at once, so nothing that was read inside can be
    stale. `work` must do nothing that cannot be done twice. What it raises rolls all back.
    """
    engine = db.engine
    lost = (
        engine.dialect.loaded_dbapi.IntegrityError,
        engine.dialect.loaded_dbapi.OperationalError,
    )
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with _transaction(engine, commit=True) as transaction:
                return work(transaction)
        except lost:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


@contextmanager
def read() -> Iterator[Transaction]:
    """Give a transaction that reads; nothing is committed."""
    with _transaction(db.engine, commit=False) as transaction:
        yield transaction


@contextmanager
def _transaction(engine: Engine, *, commit: bool) -> Iterator[Transaction]:
    raw = engine.raw_connection()
    try:
        transaction = Transaction(raw.dbapi_connection, engine.dialect)  # type: ignore[arg-type]
        if engine.dialect.name == "sqlite":
            raw.cursor().execute("BEGIN IMMEDIATE" if commit else "BEGIN")
        try:
            yield transaction
        except BaseException:
            raw.rollback()
            raise
        transaction.close()
        if commit:
            raw.commit()
        else:
            raw.rollback()
    finally:
        raw.close()
    for tell in transaction.after_commit:
        tell()


def prepare_engine(engine: Engine, *, synchronous: str = "FULL") -> None:
    """Set up every new SQLite connection: WAL, foreign keys, durable commits, explicit BEGIN."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions by itself
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")
