"""The database: one declarative base, one column type for times, one kind of write transaction.

Reading for a page may use `db.session`. Every write goes through `write`: one short transaction,
opened only when all reading, XML and cryptography are done. Statements are compiled once from the
models and run on the driver's own connection, because ORM objects cost more than all the rest of a
sign-in (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any, Self, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import PoolProxiedConnection

from sp.statement import Statement, UtcDateTime

__all__ = [
    "Base",
    "Statement",
    "Transaction",
    "UtcDateTime",
    "db",
    "one_connection",
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
    """The driver's own connection inside one transaction; `write` and `read` open one.

    What stands in `after_commit` is called once the transaction is durable, and never otherwise.
    """

    def __init__(self, *, commit: bool, begins: bool = True) -> None:
        self._lent = _lent.get()
        self._engine = engine = self._lent.engine if self._lent else db.engine
        self._dialect = engine.dialect
        self._commit = commit
        self._begins = begins
        self.dialect = engine.dialect.name
        self.after_commit: list[Callable[[], None]] = []

    @property
    def lost(self) -> tuple[type[Exception], ...]:
        """Return what the driver raises where another transaction was in the way."""
        driver = self._dialect.loaded_dbapi
        if self.dialect == "sqlite":  # who waited in vain to begin has waited long enough
            return (driver.IntegrityError,)
        return driver.IntegrityError, driver.OperationalError

    def __enter__(self) -> Self:
        self._raw = self._lent.take() if self._lent else self._engine.raw_connection()
        try:
            self._cursor = self._raw.cursor()
            if self._begins and self.dialect == "sqlite":  # the others begin by themselves
                self._cursor.execute("BEGIN IMMEDIATE" if self._commit else "BEGIN")
        except BaseException:
            self._give_back(done=False)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        done = False
        try:
            if kind is not None:
                self._raw.rollback()
                return
            self._cursor.close()
            if self._commit:
                self._raw.commit()
            else:
                self._raw.rollback()
            done = True
        finally:
            self._give_back(done=done)
        for tell in self.after_commit:
            tell()

    def _give_back(self, *, done: bool) -> None:
        if self._lent is None:
            self._raw.close()
        elif not done:
            self._lent.give_back()

    def rows(self, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows."""
        compiled = statement.for_dialect(self._dialect)
        self._cursor.execute(compiled.text, compiled.parameters(values))
        return compiled.rows(self._cursor.fetchall())  # type: ignore[arg-type]

    def one(self, statement: Statement, **values: Any) -> tuple[Any, ...] | None:
        """Run a statement and return its first row, or None."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def add(self, statement: Statement, **values: Any) -> int:
        """Run an INSERT of one row and return its number: on PostgreSQL, what it RETURNs."""
        compiled = statement.for_dialect(self._dialect)
        self._cursor.execute(compiled.text, compiled.parameters(values))
        # SQLite says it by itself, and takes twice as long where it is asked to return it.
        is_sqlite = self.dialect == "sqlite"
        return self._cursor.lastrowid if is_sqlite else self._cursor.fetchone()[0]  # type: ignore[index]

    def change(self, statement: Statement, **values: Any) -> int:
        """Run a statement that changes rows and return how many it changed."""
        compiled = statement.for_dialect(self._dialect)
        self._cursor.execute(compiled.text, compiled.parameters(values))
        return self._cursor.rowcount


def write(work: Callable[[Transaction], T]) -> T:
    """Run `work` in one write transaction and commit; tried again whole, three times, if it loses.

    On SQLite BEGIN IMMEDIATE takes the write lock at once, so nothing that was read inside can be
    stale. `work` must do nothing that cannot be done twice. What it raises rolls all back.
    """
    for attempt in range(1, ATTEMPTS + 1):
        opened = Transaction(commit=True)
        try:
            with opened as transaction:
                return work(transaction)
        except opened.lost:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


def read(*, one_moment: bool = True) -> Transaction:
    """Give a transaction that reads; nothing is committed.

    one_moment: whether all that is read must be of the same moment. Where it need not, SQLite is
    spared a BEGIN and its end, which cost as much as a small statement each.
    """
    return Transaction(commit=False, begins=one_moment)


def one_connection() -> AbstractContextManager[None]:
    """Let the transactions inside, one after the other, use one connection of the pool.

    To take one and give it back costs as much as two statements. A transaction that fails gives
    it back at once: the next one takes another.
    """
    return _Lent()


class _Lent(AbstractContextManager[None]):
    """The connection that `one_connection` has taken from the pool, once it was needed."""

    def __init__(self) -> None:
        self.engine = db.engine
        self._connection: PoolProxiedConnection | None = None

    def __enter__(self) -> None:
        self._token = _lent.set(self)

    def __exit__(self, *_: object) -> None:
        _lent.reset(self._token)
        self.give_back()

    def take(self) -> PoolProxiedConnection:
        if self._connection is None:
            self._connection = self.engine.raw_connection()
        return self._connection

    def give_back(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


_lent: ContextVar[_Lent | None] = ContextVar("lent", default=None)


def prepare_engine(engine: Engine, *, synchronous: str = "FULL") -> None:
    """Set up every new SQLite connection: WAL, foreign keys, durable commits, explicit BEGIN."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions by itself
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
