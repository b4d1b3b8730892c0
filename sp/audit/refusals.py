"""The bounds that no flood of bad answers goes beyond, and the count of what they left out.

Everything here stands outside the chains, is touched under the chain's lock only, and goes with
the hour that it belongs to (DESIGN, decision 27).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, LargeBinary, String, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import Executable

from sp import clock, db
from sp.audit.events import REFUSALS_SUPPRESSED, NewEvent

EVENTS_AN_HOUR: Final = 200
BODIES_AN_HOUR: Final = 20
HOUR: Final = 3_600_000_000
"""Microseconds; hours are counted from 1970, so all nodes agree on where one ends."""


class UnverifiedHourTable(db.Base):
    """How many events of one hour were recorded before any signature verified."""

    __tablename__ = "refusal_hour"
    __table_args__ = ({"sqlite_with_rowid": False},)

    chain: Mapped[str] = mapped_column(String(63), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recorded: Mapped[int] = mapped_column(Integer)


class SeenRefusalTable(db.Base):
    """That an assertion was refused with a code in one hour; `key` is a digest of both."""

    __tablename__ = "refusal_seen"
    __table_args__ = ({"sqlite_with_rowid": False},)

    chain: Mapped[str] = mapped_column(String(63), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class SuppressedTable(db.Base):
    """How many refusals of a code one hour left out."""

    __tablename__ = "refusal_suppressed"
    __table_args__ = ({"sqlite_with_rowid": False},)

    chain: Mapped[str] = mapped_column(String(63), primary_key=True)
    hour: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


def hour_of(at: datetime) -> int:
    """Return the hour that an instant belongs to."""
    return clock.microseconds(at) // HOUR


def _insert(dialect: str, row: type[db.Base]) -> Any:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(row)


def _count_unverified(dialect: str) -> Executable:
    insert = _insert(dialect, UnverifiedHourTable).values(
        chain=bindparam("chain"), hour=bindparam("hour"), recorded=1
    )
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=["chain", "hour"],
        set_={"recorded": UnverifiedHourTable.recorded + 1},
        where=UnverifiedHourTable.recorded < EVENTS_AN_HOUR,
    ).returning(UnverifiedHourTable.recorded)


def _note_seen(dialect: str) -> Executable:
    insert = _insert(dialect, SeenRefusalTable).values(
        chain=bindparam("chain"), hour=bindparam("hour"), key=bindparam("key")
    )
    return insert.on_conflict_do_nothing()  # type: ignore[no-any-return]


def _count_suppressed(dialect: str) -> Executable:
    insert = _insert(dialect, SuppressedTable).values(
        chain=bindparam("chain"), hour=bindparam("hour"), code=bindparam("code"), count=1
    )
    return insert.on_conflict_do_update(  # type: ignore[no-any-return]
        index_elements=["chain", "hour", "code"], set_={"count": SuppressedTable.count + 1}
    )


_COUNT_UNVERIFIED = db.Statement(_count_unverified)
_NOTE_SEEN = db.Statement(_note_seen)
_COUNT_SUPPRESSED = db.Statement(_count_suppressed)
_OF_CHAIN = (SuppressedTable.chain == bindparam("chain"), SuppressedTable.hour < bindparam("hour"))
_LEFT_OUT = db.Statement(
    select(
        SuppressedTable.code,
        func.sum(SuppressedTable.count, type_=BigInteger).label("count"),
        func.min(SuppressedTable.hour).label("first"),
        func.max(SuppressedTable.hour).label("last"),
    )
    .where(*_OF_CHAIN)
    .group_by(SuppressedTable.code)
    .order_by(SuppressedTable.code)
)
_FORGET_LEFT_OUT = db.Statement(delete(SuppressedTable).where(*_OF_CHAIN))
_CHAINS_LEFT_OUT = db.Statement(
    select(SuppressedTable.chain)
    .where(SuppressedTable.hour < bindparam("hour"))
    .distinct()
    .order_by(SuppressedTable.chain)
)
_FORGET_HOURS = db.Statement(
    delete(UnverifiedHourTable).where(UnverifiedHourTable.hour < bindparam("hour"))
)
_FORGET_SEEN = db.Statement(
    delete(SeenRefusalTable).where(SeenRefusalTable.hour < bindparam("hour"))
)


@dataclass(frozen=True, slots=True)
class Bounded:
    """A refusal that will be recorded, and whether its message is kept with it."""

    event: NewEvent
    keeps_body: bool


def bound(
    transaction: db.Transaction,
    event: NewEvent,
    at: datetime,
    *,
    verified: bool,
    assertion_key: bytes | None,
) -> Bounded | None:
    """Return the event as far as the bounds let it in; None once it is counted and left out.

    A signature that verified around no assertion (the IdP said no) names nothing to count it by:
    it stands under the same bound as what did not verify.
    """
    hour = hour_of(at)
    if verified and assertion_key is not None:
        key = hashlib.sha256(assertion_key + event.code.encode()).digest()
        if transaction.change(_NOTE_SEEN, chain=event.chain, hour=hour, key=key):
            return Bounded(event, keeps_body=True)
    else:
        recorded = transaction.one(_COUNT_UNVERIFIED, chain=event.chain, hour=hour)
        if recorded is not None:
            if recorded[0] <= BODIES_AN_HOUR:
                return Bounded(event, keeps_body=True)
            return Bounded(_without_body(event), keeps_body=False)
    transaction.change(_COUNT_SUPPRESSED, chain=event.chain, hour=hour, code=event.code)
    return None


def take_suppressed(transaction: db.Transaction, chain: str, hour: int) -> list[NewEvent]:
    """Return one event for each code that hours before this one left out, and forget the counts."""
    rows = transaction.rows(_LEFT_OUT, chain=chain, hour=hour)
    transaction.change(_FORGET_LEFT_OUT, chain=chain, hour=hour)
    return [_suppressed(chain, *row) for row in rows]


def chains_left_out(transaction: db.Transaction, hour: int) -> list[str]:
    """Return the chains that still owe an event for an hour before this one."""
    return [row[0] for row in transaction.rows(_CHAINS_LEFT_OUT, hour=hour)]


def forget_hours(transaction: db.Transaction, hour: int) -> None:
    """Remove the counters of the hours before this one."""
    transaction.change(_FORGET_HOURS, hour=hour)
    transaction.change(_FORGET_SEEN, hour=hour)


def _without_body(event: NewEvent) -> NewEvent:
    """Tell in the detail what the message was, since the evidence itself is not kept."""
    if event.evidence is None:
        return event
    message = event.evidence.message
    told = {"message_sha256": hashlib.sha256(message).hexdigest(), "message_size": len(message)}
    return event._replace(detail={**(event.detail or {}), **told})


def _suppressed(chain: str, code: str, count: int, first: int, last: int) -> NewEvent:
    """Return the event that stands for `count` refusals; `since` and `until` in microseconds."""
    return NewEvent(
        chain=chain,
        kind=REFUSALS_SUPPRESSED,
        code=code,
        actor_kind="system",
        actor_id="service",
        account_id=None,
        revision=None,
        detail={"count": int(count), "since": first * HOUR, "until": (last + 1) * HOUR},
        evidence=None,
        reference=None,
    )
