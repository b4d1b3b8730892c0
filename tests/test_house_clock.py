"""The house's one clock: nothing in `sp` learns what time it is from anywhere but `sp.clock`."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = sorted((ROOT / "sp").rglob("*.py"))

# How long something took, or how long to wait, is told by time.monotonic and time.perf_counter:
# nobody sets those clocks, and a test that stops the other one must not stop a wait.
READERS = {
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    *("datetime.date.today", "time.time", "time.time_ns", "time.clock_gettime"),
    *("time.clock_gettime_ns", "time.gmtime", "time.localtime", "time.ctime", "time.asctime"),
    *("time.strftime", "email.utils.localtime", "email.utils.formatdate", "email.utils.make_msgid"),
    *("werkzeug.http.http_date", "uuid.uuid1", "sqlalchemy.func.now"),
    *("sqlalchemy.func.current_timestamp", "sqlalchemy.func.current_date"),
    *("sqlalchemy.func.current_time", "sqlalchemy.func.localtimestamp"),
    *("sqlalchemy.func.clock_timestamp", "sqlalchemy.func.statement_timestamp"),
    *("sqlalchemy.func.transaction_timestamp", "sqlalchemy.func.sysdate"),
    *("sqlalchemy.func.julianday", "sqlalchemy.func.unixepoch", "sqlalchemy.func.strftime"),
    # By its own name it cannot be set by a test: it is called as `clock.now()`.
    "sp.clock.now",
}
IN_SQL = re.compile(
    r"\b(CURRENT_(TIMESTAMP|DATE|TIME)|LOCALTIME(STAMP)?|SYSDATE|GETDATE)\b"
    r"|\b((clock|statement|transaction)_timestamp|now)\s*\(\s*\)|'now'",
    re.IGNORECASE,
)
ALLOWED = {
    ("sp/clock.py", "datetime.datetime.now"): "it is the clock",
}


def reads_in(path):
    """Give every place of a file that learns the time: by a name that it imported, or in SQL."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = dict(names_imported_in(tree))
    said = {id(text) for text in docstrings_of(tree)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            full = full_name(node, known)
            if full in READERS and (full != "sp.clock.now" or isinstance(node, ast.Name)):
                yield full
        elif is_text(node) and id(node) not in said and IN_SQL.search(node.value):
            yield node.value


def names_imported_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                first = each.name.partition(".")[0]
                yield (each.asname, each.name) if each.asname else (first, first)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def docstrings_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def full_name(node, known):
    """Give the whole name that a dotted one stands for here, or None where it begins otherwise."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    before = full_name(node.value, known)
    return before and f"{before}.{node.attr}"


def found():
    return [(str(path.relative_to(ROOT)), read) for path in ROOMS for read in reads_in(path)]


def test_time_is_read_in_one_room_only():
    assert [each for each in found() if each not in ALLOWED] == []


def test_every_exception_is_still_needed():
    assert ALLOWED.keys() - set(found()) == set()


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("from datetime import UTC, datetime\ndatetime.now(UTC)", ["datetime.datetime.now"]),
        (
            "from datetime import datetime as d\nfield(default_factory=d.utcnow)",
            ["datetime.datetime.utcnow"],
        ),
        ("import datetime\ndatetime.date.today()", ["datetime.date.today"]),
        ("import datetime as dt\ndt.datetime.today()", ["datetime.datetime.today"]),
        ("import time\ntime.time_ns()", ["time.time_ns"]),
        ("from time import time as read\nread()", ["time.time"]),
        ("import email.utils\nemail.utils.formatdate()", ["email.utils.formatdate"]),
        ("import sqlalchemy as sa\nColumn(server_default=sa.func.now())", ["sqlalchemy.func.now"]),
        (
            "from sqlalchemy import func\nfunc.current_timestamp()",
            ["sqlalchemy.func.current_timestamp"],
        ),
        ("text('DEFAULT CURRENT_TIMESTAMP')", ["DEFAULT CURRENT_TIMESTAMP"]),
        ("text('at > now()')", ["at > now()"]),
        ("""text("datetime('now')")""", ["datetime('now')"]),
        ("from sp.clock import now\nnow()", ["sp.clock.now"]),
        ("from sp import clock\nclock.now()", []),
        ("import time\ntime.monotonic() + time.perf_counter()", []),
        ("from datetime import datetime\ndatetime.fromtimestamp(record.created, UTC)", []),
        ("result.now == result.then", []),
        ("'''What is read now() is the clock.'''", []),
        ("'Please try again now.'", []),
    ],
)
def test_the_search_finds_who_reads_the_time(tmp_path, source, read):
    (tmp_path / "room.py").write_text(source, encoding="utf-8")
    assert list(reads_in(tmp_path / "room.py")) == read
