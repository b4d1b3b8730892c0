"""A fresh database for each test: a copy of one that was migrated once.

SP_TEST_DATABASE=postgresql runs the same tests on PostgreSQL, sqlite (the default) on SQLite.
"""

from __future__ import annotations

import itertools
import logging
import shutil
import sqlite3
from contextlib import closing, contextmanager

import pytest
from flask_migrate import upgrade
from support import postgresql

from sp.app import create_app
from sp.db import db

KINDS = ("sqlite", "postgresql")


def make_app(config):
    """Return the whole program as tests use it: what goes wrong in it is raised, not answered."""
    made = create_app(config)
    made.testing = True
    return made


@contextmanager
def open_databases(kind, folder, make_config):
    """Give a function that takes a test's folder and gives, as a context, a database's address."""
    if kind == "sqlite":
        template = folder / "template.sqlite3"
        migrate(make_config(folder, f"sqlite:///{template}"))
        yield lambda here: sqlite_copy(template, here)
    elif kind == "postgresql":
        programs = postgresql.find_programs()
        if programs is None:
            pytest.skip(postgresql.INSTALL)
        with postgresql.server(programs) as socket:
            with postgresql.connect(socket) as connection:
                connection.execute("CREATE DATABASE template_of_tests")
            migrate(make_config(folder, postgresql.url(socket, "template_of_tests")))
            numbers = itertools.count(1)
            yield lambda _here: postgresql_copy(socket, f"test_{next(numbers)}")
    else:
        pytest.fail(f"SP_TEST_DATABASE is {kind!r}; it can be {' or '.join(KINDS)}")


def migrate(config):
    """Bring a new database to this version, through the migrations that operators run."""
    with make_app(config).app_context():
        logging.getLogger("alembic").setLevel(logging.WARNING)
        upgrade()
        db.session.remove()
        db.engine.dispose()


@contextmanager
def only_on(kind, folder, make_config):
    """Give settings with a database of one kind, alone in folder/database, whatever tests run on."""
    for name in ("template", "database"):
        (folder / name).mkdir()
    with (
        open_databases(kind, folder / "template", make_config) as fresh,
        fresh(folder / "database") as url,
    ):
        yield make_config(folder, url)


@contextmanager
def another_writes(monkeypatch):
    """Have another program in the middle of a write that does not end; give its connection.

    Only SQLite lets nobody else write then; who waits for it here does not wait long.
    """
    monkeypatch.setattr("sp.db.BUSY_TIMEOUT_MS", 50)
    db.engine.dispose()
    with closing(sqlite3.connect(db.engine.url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


@contextmanager
def sqlite_copy(template, folder):
    path = folder / "sp.sqlite3"
    shutil.copyfile(template, path)
    yield f"sqlite:///{path}"


@contextmanager
def postgresql_copy(socket, name):
    with postgresql.connect(socket) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_of_tests STRATEGY file_copy")
    yield postgresql.url(socket, name)
    with postgresql.connect(socket) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
