"""What is wrong with a database that cannot be used: one sentence for whoever runs the service.

The drivers say "disk I/O error" or "unable to open database file": neither where, nor what to do.
"""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError

FULL: Final = "database_full"
READ_ONLY: Final = "database_read_only"
DENIED: Final = "database_denied"
LOCKED: Final = "database_locked"
CROWDED: Final = "database_crowded"
UNREACHABLE: Final = "database_unreachable"
FAILING: Final = "database_failing"
DAMAGED: Final = "database_damaged"
NO_TABLES: Final = "tables_missing"

_OF_SQLITE: Final = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
    sqlite3.SQLITE_IOERR: FAILING,
    sqlite3.SQLITE_NOMEM: FAILING,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
"""By the primary code, the last octet of a code (SQLite, "Result and Error Codes")."""
_OF_POSTGRESQL: Final = {
    "53100": FULL,
    "25006": READ_ONLY,
    "42501": DENIED,
    "55P03": LOCKED,
    "57014": LOCKED,
    "40001": LOCKED,
    "40P01": LOCKED,
    "53300": CROWDED,
    "57P01": UNREACHABLE,
    "57P02": UNREACHABLE,
    "57P03": UNREACHABLE,
    "53200": FAILING,
    "58030": FAILING,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "42P01": NO_TABLES,
    "42703": NO_TABLES,
}
"""By SQLSTATE (PostgreSQL, Appendix A)."""
_NO_ROOM: Final = 64 * 1024
"""Octets; SQLite needs 32 KiB to open a database, and calls it an I/O error where it lacks them."""


class Trouble(NamedTuple):
    """`sentence` names files, a server, a user: it is for operators and the log."""

    code: str
    sentence: str

    @property
    def passes(self) -> bool:
        """Say whether the database is the right one, and only cannot be used for now."""
        return self.code not in (DAMAGED, NO_TABLES)


def find(error: BaseException, engine: Engine) -> Trouble | None:
    """Return what is wrong with the database, or None where an error tells of something else.

    Connections that can only read are given up: SQLite's would stay so when their file may be
    written again, PostgreSQL's when the server's settings say otherwise.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    driver = engine.dialect.loaded_dbapi
    if not isinstance(cause, driver.Error):
        return None
    if engine.dialect.name == "sqlite":
        found = _of_sqlite(cause, Path(engine.url.database or ""))
    else:
        is_lost = isinstance(cause, driver.OperationalError) and cause.sqlstate is None
        found = _of_postgresql(cause, engine.url, is_lost=is_lost)
    if found is not None and found.code == READ_ONLY:
        engine.dispose()
    return found


def _of_sqlite(error: Any, path: Path) -> Trouble | None:
    code = _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if code == FAILING and _free(path.parent) < _NO_ROOM:
        code = FULL
    if code is None and str(error).startswith(("no such table", "no such column")):
        code = NO_TABLES
    if code is None:
        return None
    if code in (READ_ONLY, UNREACHABLE):
        return Trouble(code, _missing_right(path))
    sentences = {
        FULL: f"There is no room left for the database {path}: free some on its disk, then try "
        "again.",
        LOCKED: f"Another program kept the database {path} locked for too long, such as a backup "
        "or an upgrade: let it end, then try again.",
        FAILING: f"The database {path} can be neither read nor written ({error.sqlite_errorname}): "
        "look at its disk, at quotas and at the log of the system.",
        DAMAGED: f"{path} is damaged, or no SQLite database at all: check SP_DATABASE_URL, or put "
        "a backup in its place.",
        NO_TABLES: f"The tables in {path} are missing or old: run flask db upgrade.",
    }
    return Trouble(code, sentences[code])


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return _NO_ROOM


def _missing_right(path: Path) -> str:
    """Return what keeps this user from a database, its folder, or the files that SQLite adds."""
    user, folder = _user(), path.parent
    if not os.access(folder, os.F_OK):
        return f"{folder} does not exist, or {user} cannot get there: check SP_DATABASE_URL."
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return f"The disk of the database {path} is mounted read-only: mount it for writing."
    for each in (folder, *(Path(f"{path}{end}") for end in ("", "-wal", "-shm"))):
        if os.access(each, os.F_OK) and not os.access(each, os.W_OK):
            return (
                f"The user {user} may not write {each}: run this as the user of the service, or "
                "give that user the right."
            )
    return (
        f"The database {path} cannot be opened or written: check SP_DATABASE_URL, and that {user} "
        "may read and write it, its -wal, its -shm and their folder."
    )


def _user() -> str:
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _of_postgresql(error: Any, url: URL, *, is_lost: bool) -> Trouble | None:
    state, words = error.sqlstate or "", str(error).partition("\n")[0].rstrip(".")
    code = _OF_POSTGRESQL.get(state)
    if is_lost or state.startswith("08"):
        # Whom a server turns away is told no code, and its words only in the server's language.
        crowded = any(each in words for each in ("too many", "connection slots"))
        code = CROWDED if crowded else UNREACHABLE
    if code is None:
        return None
    where = f"the database {url.database} on {_host(url)}"
    sentences = {
        FULL: f"There is no room left for {where}: free some on that server's disk, then try "
        "again.",
        READ_ONLY: f"{where} takes no changes ({words}): name the primary in SP_DATABASE_URL, or "
        "switch default_transaction_read_only off.",
        DENIED: f"The role {url.username} has too few rights in {where} ({words}): grant them, "
        "or name the owner of the tables in SP_DATABASE_URL.",
        LOCKED: f"Another program kept {where} waiting for too long ({words}): let it end, then "
        "try again.",
        CROWDED: f"{where} has no connection left ({words}): raise its max_connections or the "
        "role's limit, or run fewer workers.",
        UNREACHABLE: f"{where} cannot be reached ({words}): check SP_DATABASE_URL, and that the "
        "server runs.",
        FAILING: f"{where} can be neither read nor written ({words}): look at that server's log.",
        DAMAGED: f"{where} is damaged ({words}): look at that server's log, or put a backup in its "
        "place.",
        NO_TABLES: f"The tables in {where} are missing or old: run flask db upgrade.",
    }
    return Trouble(code, _capital(sentences[code]))


def _host(url: URL) -> str:
    host = url.host or url.query.get("host") or "this machine"
    return host if isinstance(host, str) else ", ".join(host)


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
