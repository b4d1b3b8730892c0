"""A Core statement as each database's own text, compiled once, and the column type of times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import DateTime, String
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

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a naive time: it would be read as another instant on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a time without a zone cannot be stored"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.isoformat(" ", "microseconds") if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: Any,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy gives it
    ) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        instant = datetime.fromisoformat(value) if isinstance(value, str) else value
        return instant.astimezone(UTC)


_REQUIRED: Final = object()


class Compiled:
    """One statement as text for one database, with what its parameters and columns need."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.text = str(compiled)
        order: list[str] | None = compiled.positiontup
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.positional = order is not None
        self.binds = [
            (
                name,
                binds[name].type.dialect_impl(dialect).bind_processor(dialect),
                _REQUIRED if binds[name].required else binds[name].value,
            )
            for name in (order or binds)
        ]
        self.order = [name for name, *_ in self.binds]
        self.known = frozenset(binds)
        columns = getattr(statement, "exported_columns", ())
        self.results = [
            c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns
        ]
        self.plain = not any(self.results)

    def parameters(self, values: dict[str, Any]) -> list[Any] | dict[str, Any]:
        """Return the values in the driver's form; an unknown or a missing name is a KeyError."""
        if not self.known.issuperset(values):
            raise KeyError(*(values.keys() - self.known))
        filled = []
        for name, process, default in self.binds:
            value = values.get(name, default)
            if value is _REQUIRED:
                raise KeyError(name)
            filled.append(value if process is None else process(value))
        if self.positional:
            return filled
        return dict(zip(self.order, filled, strict=True))

    def rows(self, fetched: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Return fetched rows with every value in its Python type."""
        if self.plain:
            return fetched
        return [
            tuple(
                value if process is None else process(value)
                for process, value in zip(self.results, row, strict=True)
            )
            for row in fetched
        ]


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
