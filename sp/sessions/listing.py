"""Lists of live sessions, and how many an ending would take, for those who decide about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, distinct, func, or_, select

from sp import db
from sp.accounts.account import AccountTable
from sp.sessions.session_table import (
    BY_ACCOUNT,
    BY_ORGANISATION,
    BY_PUBLIC_ID,
    BY_TOKEN,
    STARTED_BEFORE,
    SessionTable,
)
from sp.sessions.session_view import VIEWS, SessionView, to_view

PAGE_LENGTH: Final = 50
SORTS: Final[dict[str, tuple[Any, ...]]] = {
    "since": (SessionTable.created_at.desc(), SessionTable.token_hash),
    "seen": (SessionTable.seen_at.desc(), SessionTable.token_hash),
    "person": (AccountTable.email.asc(), SessionTable.created_at.desc(), SessionTable.token_hash),
}
"""In what order a page of the list stands."""
_IN_USE = SessionTable.seen_at > bindparam("in_use_since")


class Page(NamedTuple):
    """A part of an organisation's live sessions; the counts are of all that match."""

    views: list[SessionView]
    sessions: int
    people: int


class Counted(NamedTuple):
    """What an ending takes: `unused` sessions had run out by themselves, `own` is the asker's."""

    sessions: int
    people: int
    unused: int
    own: bool


def _matches(name: str) -> ColumnElement[bool]:
    return or_(
        AccountTable.email.like(bindparam(name), escape="\\"),
        func.lower(AccountTable.name).like(bindparam(name), escape="\\"),
        # SQLite knows small letters of ASCII only.
        AccountTable.name.like(bindparam("as_typed"), escape="\\"),
    )


_LIVE = VIEWS.where(BY_ORGANISATION, _IN_USE, _matches("pattern"))
_PAGES = {
    name: db.Statement(_LIVE.order_by(*order).limit(PAGE_LENGTH).offset(bindparam("offset")))
    for name, order in SORTS.items()
}
_SIZE = db.Statement(
    _LIVE.with_only_columns(func.count(), func.count(distinct(SessionTable.account_id)))
)
_LIST = db.Statement(VIEWS.where(BY_ORGANISATION).order_by(*SORTS["since"]))
_LIST_OF_ACCOUNT = db.Statement(VIEWS.where(BY_ORGANISATION, BY_ACCOUNT).order_by(*SORTS["since"]))
_FIND = db.Statement(VIEWS.where(BY_ORGANISATION, BY_PUBLIC_ID))


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _count(*conditions: ColumnElement[bool]) -> Select[int, int, int, int]:
    return select(
        func.count(),
        func.count(distinct(SessionTable.account_id)),
        _number(or_(~_IN_USE, SessionTable.expires_at <= bindparam("now"))),
        _number(SessionTable.token_hash == bindparam("own")),
    ).where(*conditions)


_COUNTS = {
    "account_id": db.Statement(_count(BY_ORGANISATION, BY_ACCOUNT)),
    "moment": db.Statement(_count(BY_ORGANISATION, STARTED_BEFORE)),
    "public_id": db.Statement(_count(BY_ORGANISATION, BY_PUBLIC_ID)),
    "token_hash": db.Statement(_count(BY_ORGANISATION, BY_TOKEN)),
    "": db.Statement(_count(BY_ORGANISATION)),
}


def list_for(
    transaction: db.Transaction, organisation_id: int, *, account_id: int | None, now: datetime
) -> list[SessionView]:
    """Return the live sessions of an organisation, or of one of its people, the newest first."""
    of: dict[str, Any] = {"organisation_id": organisation_id, "now": now}
    if account_id is None:
        rows = transaction.rows(_LIST, **of)
    else:
        rows = transaction.rows(_LIST_OF_ACCOUNT, account_id=account_id, **of)
    return [view for view in map(to_view, rows) if now < view.idle_until]


def find(
    transaction: db.Transaction, organisation_id: int, public_id: str, now: datetime
) -> SessionView | None:
    """Return the live session that a list names so."""
    row = transaction.one(_FIND, organisation_id=organisation_id, public_id=public_id, now=now)
    view = to_view(row) if row else None
    return view if view and now < view.idle_until else None


def read_page(
    transaction: db.Transaction,
    organisation_id: int,
    *,
    part: str,
    sort: str,
    number: int,
    in_use_since: datetime,
    now: datetime,
) -> Page:
    """Return one page of an organisation's live sessions, from number 1 on.

    part: what an address or a name holds, "" for all; sort: one of SORTS; in_use_since: who was
    seen no later than that was idle for too long.
    """
    of = {
        "organisation_id": organisation_id,
        "pattern": _pattern(part.lower()),
        "as_typed": _pattern(part),
        "in_use_since": in_use_since,
        "now": now,
    }
    size = transaction.one(_SIZE, **of)
    assert size is not None
    rows = transaction.rows(_PAGES[sort], offset=(number - 1) * PAGE_LENGTH, **of)
    return Page([to_view(row) for row in rows], *size)


def count(
    transaction: db.Transaction,
    organisation_id: int,
    *,
    own: bytes,
    in_use_since: datetime,
    now: datetime,
    **named: Any,
) -> Counted:
    """Count what would end: of account_id, public_id or token_hash, from before moment, or all."""
    (name,) = named or ("",)
    row = transaction.one(
        _COUNTS[name],
        organisation_id=organisation_id,
        own=own,
        in_use_since=in_use_since,
        now=now,
        **named,
    )
    assert row is not None
    sessions, people, unused, own_ones = row
    return Counted(sessions, people, int(unused), bool(own_ones))


def add_up(parts: Iterable[Counted], people: int) -> Counted:
    """Return what several endings take together, of so many people."""
    found = list(parts)
    return Counted(
        sum(each.sessions for each in found),
        people,
        sum(each.unused for each in found),
        any(each.own for each in found),
    )


def _pattern(part: str) -> str:
    """Return what LIKE takes for a text that stands anywhere in another."""
    for each in "\\%_":
        part = part.replace(each, f"\\{each}")
    return f"%{part}%"
