"""Reading events back, one, by reference, or the newest of a chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.sql import ColumnElement

from sp import db
from sp.audit.events import DETAIL, Event, EventTable

_DIGESTS: Final = frozenset({"detail_digest", "evidence_digest", "previous_hash", "hash"})
COLUMNS: Final = tuple(each for each in EventTable.__table__.columns if each.name not in DETAIL)
"""The columns of `EventTable` but for the detail's, in the order in which `to_event` takes them."""
_NAMES: Final = tuple(each.name for each in COLUMNS)


def to_event(
    values: Sequence[Any], salt: bytes | None = None, detail: bytes | None = None
) -> Event:
    """Return the event of a row's COLUMNS and, where they are there, its detail and its salt."""
    named = dict(zip(_NAMES, values, strict=True))
    for name in _DIGESTS:
        if named[name] is not None:
            named[name] = named[name].hex()
    if salt is None or detail is None:
        return Event(**named)
    return Event(**named, detail=json.loads(detail), detail_salt=salt.hex())


_EVENTS = select(*COLUMNS, EventTable.detail_salt, EventTable.detail)
_ONE = db.Statement(
    _EVENTS.where(
        EventTable.chain == bindparam("chain"), EventTable.sequence == bindparam("sequence")
    )
)
_FIRST_KIND = db.Statement(
    select(EventTable.kind).where(EventTable.chain == bindparam("chain"), EventTable.sequence == 1)
)
_BY_REFERENCE = db.Statement(
    _EVENTS.where(EventTable.reference == bindparam("reference")).order_by(EventTable.at.desc())
)


def _newest(*conditions: ColumnElement[bool]) -> db.Statement:
    return db.Statement(
        _EVENTS.where(
            EventTable.chain == bindparam("chain"),
            EventTable.sequence < bindparam("before"),
            *conditions,
        )
        .order_by(EventTable.sequence.desc())
        .limit(bindparam("limit", type_=Integer))
    )


_CHAINS = db.Statement(select(EventTable.chain).distinct())
_NEWEST = _newest()
_NEWEST_OF_KIND = _newest(EventTable.kind == bindparam("kind"))
_AFTER_ALL: Final = 2**62


def read_event(transaction: db.Transaction, chain: str, sequence: int) -> Event | None:
    """Return one event of a chain, or None."""
    if not 0 < sequence < _AFTER_ALL:
        return None
    return _first(transaction.rows(_ONE, chain=chain, sequence=sequence))


def find_reference(transaction: db.Transaction, reference: str) -> Event | None:
    """Return the event of a reference, the newest should two ever share one, or None."""
    return _first(transaction.rows(_BY_REFERENCE, reference=reference))


def list_events(
    transaction: db.Transaction,
    chain: str,
    *,
    limit: int,
    kind: str | None = None,
    before: int | None = None,
) -> list[Event]:
    """Return the newest events of a chain, the newest first; `before` a sequence goes on paging."""
    values: dict[str, Any] = {"chain": chain, "limit": limit, "before": before or _AFTER_ALL}
    if kind is None:
        rows = transaction.rows(_NEWEST, **values)
    else:
        rows = transaction.rows(_NEWEST_OF_KIND, kind=kind, **values)
    return [to_event(row[:-2], *row[-2:]) for row in rows]


def first_kind(transaction: db.Transaction, chain: str) -> str | None:
    """Return the kind of a chain's first event, None where it is not there."""
    row = transaction.one(_FIRST_KIND, chain=chain)
    return row[0] if row else None


def list_chains(transaction: db.Transaction) -> list[str]:
    """Return the name of every chain that has an event."""
    return [chain for (chain,) in transaction.rows(_CHAINS)]


def _first(rows: list[tuple[Any, ...]]) -> Event | None:
    return to_event(rows[0][:-2], *rows[0][-2:]) if rows else None
