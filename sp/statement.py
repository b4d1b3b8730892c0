"""A Core statement as each database's own text, compiled once, and the column type of times."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import DateTime, LargeBinary, String
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC: timestamptz on PostgreSQL, text of fixed width on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return text on SQLite, whose own times know no zone."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    # The conversions themselves: SQLAlchemy would wrap `process_bind_param` in one more call.
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """Refuse a naive time: it would be read as another instant on another machine."""
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 - SQLAlchemy gives it
        """Return the instant in UTC."""
        return _from_text if dialect.name == "sqlite" else _to_utc


def _to_utc(instant: datetime | None) -> datetime | None:
    if instant is None or instant.tzinfo is UTC:
        return instant
    if instant.tzinfo is None:
        message = "a time without a zone cannot be stored"
        raise ValueError(message)
    return instant.astimezone(UTC)


@lru_cache(maxsize=64)  # a sign-in writes its one instant four times
def _to_text(instant: datetime | None) -> str | None:
    utc = _to_utc(instant)
    return None if utc is None else utc.isoformat(" ", "microseconds")


def _from_text(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


# The driver asks octets, truths and None how to be stored, and makes two errors of the answer that
# they cannot tell; a word for each of these types spares it both, at every parameter.
sqlite3.register_adapter(bytes, memoryview)
sqlite3.register_adapter(bool, int)
sqlite3.register_adapter(type(None), {None: None}.get)


_Conversion: TypeAlias = Callable[[Any], Any]


class Compiled:
    """One statement as text for one database, with what its parameters and columns need."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text = str(compiled)
        order: list[str] | None = compiled.positiontup
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.positional = order is not None
        self.order = order or list(binds)
        self.known = binds.keys()
        self.defaults = {name: bind.value for name, bind in binds.items() if not bind.required}
        self.bind_conversions = _conversions(
            [binds[name].type for name in self.order],
            lambda kind: kind.dialect_impl(dialect).bind_processor(dialect),
        )
        self.result_conversions = _conversions(
            [column.type for column in getattr(statement, "exported_columns", ())],
            lambda kind: kind.dialect_impl(dialect).result_processor(dialect, None),
        )

    def parameters(self, values: dict[str, Any]) -> list[Any] | dict[str, Any]:
        """Return the values in the driver's form; an unknown or a missing name is a KeyError."""
        if self.defaults:
            values = self.defaults | values
        if values.keys() != self.known:
            raise KeyError(*(values.keys() ^ self.known))
        filled = list(map(values.__getitem__, self.order))
        for place, convert in self.bind_conversions:
            filled[place] = convert(filled[place])
        return filled if self.positional else dict(zip(self.order, filled, strict=True))

    def rows(self, fetched: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return fetched rows with every value in its Python type."""
        if not self.result_conversions:
            return fetched
        return [self._read(list(row)) for row in fetched]

    def _read(self, row: list[Any]) -> tuple[Any, ...]:
        for place, convert in self.result_conversions:
            row[place] = convert(row[place])
        return tuple(row)


def _conversions(
    types: Iterable[TypeEngine[Any]], conversion: Callable[[TypeEngine[Any]], _Conversion | None]
) -> list[tuple[int, _Conversion]]:
    """Return which places need to be converted, and how.

    Octets need nothing: both drivers take and give them as they are.
    """
    found = [None if isinstance(kind, LargeBinary) else conversion(kind) for kind in types]
    return [(place, convert) for place, convert in enumerate(found) if convert is not None]


class Statement:
    """A Core statement that is compiled once for each database.

    Give the statement, or a function from dialect name to statement where the two differ.
    """

    def __init__(self, statement: Executable | Callable[[str], Executable]) -> None:
        self._statement = statement
        self._compiled: dict[str, Compiled] = {}

    def for_dialect(self, dialect: Dialect) -> Compiled:
        """Return the text and parameter rules for this database."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            given = self._statement
            statement = given(dialect.name) if callable(given) else given
            compiled = self._compiled[dialect.name] = Compiled(statement, dialect)
        return compiled
