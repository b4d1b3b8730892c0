"""A write transaction: what is tried again, and what is not."""

from __future__ import annotations

import sqlite3

import pytest

from sp import db
from sp.db import prepare_engine


def test_write_waits_for_a_locked_database_once_and_not_three_times(app, monkeypatch):
    """Three times the busy timeout is longer than gunicorn lets a worker be silent."""
    if db.db.engine.dialect.name != "sqlite":
        return
    waits = 50
    monkeypatch.setattr("sp.db.BUSY_TIMEOUT_MS", waits)
    prepare_engine(db.db.engine)
    db.db.engine.dispose()
    begun = []
    enter = db.Transaction.__enter__

    def entered(transaction):
        begun.append(transaction)
        return enter(transaction)

    monkeypatch.setattr(db.Transaction, "__enter__", entered)
    other = sqlite3.connect(db.db.engine.url.database, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            db.write(lambda _: None)
    finally:
        other.close()
    assert len(begun) == 1
    db.write(lambda _: None)
