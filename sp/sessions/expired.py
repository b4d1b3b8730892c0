"""Removes what has expired, so many rows at a time that nobody waits long for their turn."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, delete, inspect, select, tuple_

from sp import db

AT_ONCE: Final = 10_000
"""A transaction of SQLite's keeps all others out: so many rows take it a tenth of a second."""


def removal(table: type[db.Base], condition: ColumnElement[bool]) -> db.Statement:
    """Return the statement that removes AT_ONCE rows at most of those that meet a condition."""
    keys = inspect(table).primary_key
    return db.Statement(
        delete(table).where(tuple_(*keys).in_(select(*keys).where(condition).limit(AT_ONCE)))
    )
