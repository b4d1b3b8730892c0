"""The chains of events: appending under a chain's lock, within the bounds, and reading back."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import bindparam, exists, insert, select

from sp import clock, db
from sp.audit import evidence, refusals
from sp.audit.canonical_json import canonical_json
from sp.audit.chain_lock import lock, lock_all
from sp.audit.events import (
    FORMAT,
    NO_EVENT,
    SALT_OCTETS,
    EventTable,
    NewEvent,
    digest_detail,
    hash_event,
)
from sp.audit.reading import find_reference, first_kind, list_chains, list_events, read_event
from sp.audit.refusals import SuppressedTable
from sp.audit.verification import verify_chain
from sp.log_lines import tell

__all__ = [
    "Appended",
    "append",
    "find_reference",
    "first_kind",
    "flush_suppressed",
    "list_chains",
    "list_events",
    "lock",
    "lock_all",
    "read_event",
    "record_refusal",
    "verify_chain",
]

_DIGESTS: Final = ("detail_digest", "evidence_digest", "previous_hash")
_log: Final = logging.getLogger("sp.audit")


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an event stands: what is noted elsewhere to hold the chain against later."""

    chain: str
    sequence: int
    hash: str


_LAST = db.Statement(
    select(
        EventTable.sequence,
        EventTable.hash,
        exists()
        .where(
            SuppressedTable.chain == bindparam("chain"), SuppressedTable.hour < bindparam("hour")
        )
        .label("owes"),
    )
    .where(EventTable.chain == bindparam("chain"))
    .order_by(EventTable.sequence.desc())
    .limit(1)
)
_ADD_EVENT = db.Statement(
    insert(EventTable).values({each.name: bindparam(each.name) for each in EventTable.__table__.c})
)


def append(transaction: db.Transaction, event: NewEvent, at: datetime) -> Appended:
    """Append an event to its chain: the last statements of a unit of work (decision 24).

    Counts that an earlier hour still owes are appended before it.
    """
    lock(transaction, event.chain)
    return _append(transaction, event, at, keeps_body=True)


def record_refusal(
    transaction: db.Transaction,
    event: NewEvent,
    at: datetime,
    *,
    verified: bool,
    assertion_key: bytes | None,
) -> Appended | None:
    """Append the event of a refused message, or only count it where that is all the bounds allow.

    `verified` says that a signature of the organisation's IdP verified; `assertion_key` names the
    assertion in it. None is returned where the event was left out.
    """
    lock(transaction, event.chain)
    bounded = refusals.bound(transaction, event, at, verified=verified, assertion_key=assertion_key)
    if bounded is None:
        return None
    return _append(transaction, bounded.event, at, keeps_body=bounded.keeps_body)


def flush_suppressed(transaction: db.Transaction, at: datetime) -> int:
    """Append what every chain owes of past hours, forget their counters; return how many events."""
    hour = refusals.hour_of(at)
    appended = 0
    for chain in refusals.chains_left_out(transaction, hour):
        lock(transaction, chain)
        before, head, _ = _last(transaction, chain, hour)
        after = _settle(transaction, Appended(chain, before, head), at)
        appended += after.sequence - before
    refusals.forget_hours(transaction, hour)
    return appended


def _last(transaction: db.Transaction, chain: str, hour: int) -> tuple[int, str, bool]:
    """Return a chain's last sequence and hash, and whether it owes an event for a past hour."""
    row = transaction.one(_LAST, chain=chain, hour=hour)
    return (row[0], row[1].hex(), row[2]) if row else (0, NO_EVENT, False)


def _append(
    transaction: db.Transaction, event: NewEvent, at: datetime, *, keeps_body: bool
) -> Appended:
    sequence, head, owes = _last(transaction, event.chain, refusals.hour_of(at))
    last = Appended(event.chain, sequence, head)
    if owes:
        last = _settle(transaction, last, at)
    return _add(transaction, last, event, at, keeps_body=keeps_body)


def _settle(transaction: db.Transaction, last: Appended, at: datetime) -> Appended:
    for owed in refusals.take_suppressed(transaction, last.chain, refusals.hour_of(at)):
        last = _add(transaction, last, owed, at, keeps_body=True)
    return last


def _add(
    transaction: db.Transaction, last: Appended, event: NewEvent, at: datetime, *, keeps_body: bool
) -> Appended:
    """Insert an event after the last one of its chain."""
    salt = secrets.token_bytes(SALT_OCTETS)
    detail = None if event.detail is None else canonical_json(event.detail)
    columns: dict[str, Any] = {
        "chain": event.chain,
        "sequence": last.sequence + 1,
        "format": FORMAT,
        "at": clock.microseconds(at),
        "kind": event.kind,
        "code": event.code,
        "actor_kind": event.actor_kind,
        "actor_id": event.actor_id,
        "account_id": event.account_id,
        "revision": event.revision,
        "reference": event.reference,
        "detail_digest": None if detail is None else digest_detail(salt, detail),
        "evidence_digest": None if event.evidence is None else event.evidence.digest,
        "previous_hash": last.hash,
    }
    added = Appended(event.chain, last.sequence + 1, hash_event(columns))
    number = None
    if event.evidence is not None and keeps_body:
        number = evidence.store(transaction, event.evidence)
    digests = {name: bytes.fromhex(columns[name]) for name in _DIGESTS if columns[name]}
    rest = {
        "at": at,
        "hash": bytes.fromhex(added.hash),
        "detail_salt": None if detail is None else salt,
        "detail": detail,
        "evidence_id": number,
    }
    transaction.change(_ADD_EVENT, **{**columns, **digests, **rest})
    transaction.after_commit.append(partial(_tell, added, event))
    return added


def _tell(added: Appended, event: NewEvent) -> None:
    """Note where the event stands outside the database, where a rewrite of it does not reach."""
    facts = {
        "chain": added.chain,
        "sequence": added.sequence,
        "hash": added.hash,
        "kind": event.kind,
        "code": event.code,
        "reference": event.reference,
    }
    tell(_log, "audit", facts)
