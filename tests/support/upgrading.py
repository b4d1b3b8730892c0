"""An upgrade of the filled first version: what was there before, what is there after, and what differs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy
from flask_migrate import upgrade
from support import first_version
from support.definitions import described, written
from support.migrating import emptied, flask_db_upgrade, rows

from sp.db import db

SAID = {}
"""Of the tables that a later migration changes the rows of: how many it says there are then."""
DROPPED = {"session": {"idle_seconds"}}
"""Columns that a later migration drops, because what they said is said elsewhere."""
MOVED = {"audit_detail": ("audit_event", {"salt": "detail_salt", "json": "detail"})}
"""Tables whose rows a later migration puts beside another's: which, and the columns' names there."""


@dataclass(frozen=True)
class Held:
    """A database: rows by table, definitions in its own words, numbers given; and as reflected."""

    rows: dict
    written: dict
    numbers: dict
    described: dict | None = None


def held():
    tables = sorted(set(sqlalchemy.inspect(db.engine).get_table_names()) - {"alembic_version"})
    return Held({name: table_rows(name) for name in tables}, written(), numbers())


def table_rows(name):
    with db.engine.connect() as connection:
        found = connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()
        return sorted((dict(row) for row in found), key=repr)


def numbers():
    """Give the last number that each table gave."""
    if db.engine.dialect.name == "sqlite":
        return dict(map(tuple, rows("SELECT name, seq FROM sqlite_sequence")))
    return dict(map(tuple, rows("SELECT sequencename, last_value FROM pg_sequences")))


def made_new(config, folder):
    """Give what all migrations make of an empty database."""
    with emptied(config):
        upgrade(str(folder))
        return replace(held(), described=described())


def brought_up(config, folder):
    """Give the filled database of the first version, before and after its upgrade."""
    with emptied(config):
        upgrade(revision=first_version.REVISION)
        with db.engine.begin() as connection:
            first_version.fill(connection, config.settings_directory)
        before = held()
        db.engine.dispose()  # what runs now is another process
        flask_db_upgrade(config, folder)
        return before, held()


def differences(before, after, new):
    """Say what an upgrade lost, changed, or left otherwise than a database that is made new."""
    for name in sorted(before.rows.keys() | after.rows.keys()):
        was, now = before.rows.get(name, []), after.rows.get(name, [])
        if name in MOVED:
            was, now = moved(name, was, after)
        if len(now) != SAID.get(name, len(was)):
            yield f"{name} had {len(was)} rows and has {len(now)}"
        elif (
            name not in SAID
            and was
            and now
            and without(name, was) != shared(without(name, was), now)
        ):
            yield f"{name} has other rows"
    for name, number in before.numbers.items():
        if after.numbers.get(name, 0) < number:
            yield f"{name} numbers on from {after.numbers.get(name, 0)} instead of {number}"
    for name in sorted(after.written.keys() | new.written.keys()):
        if after.written.get(name) != new.written.get(name):
            yield f"{name} is otherwise than in a new database"


def without(table, was):
    """Give the rows of then without the columns that were dropped since."""
    gone = DROPPED.get(table, set())
    kept = ({name: row[name] for name in row if name not in gone} for row in was)
    return sorted(kept, key=repr)


def moved(table, was, after):
    """Give rows of then as they are to be now, and what stands there."""
    there, names = MOVED[table]
    expected = sorted(({names.get(name, name): row[name] for name in row} for row in was), key=repr)
    filled = [row for row in after.rows[there] if all(row[name] for name in names.values())]
    assert table not in after.rows
    return expected, shared(expected, filled)


def shared(was, now):
    """Give the rows of today in the columns that they had."""
    return sorted(({name: row.get(name) for name in was[0]} for row in now), key=repr)


def from_the_models(config):
    with emptied(config):
        db.create_all()
        return described()
