"""Throwing away what has expired; nothing that the record or a session needs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sp import clock, db
from sp.audit import events, ledger
from sp.config import Config
from sp.flows.actor import SYSTEM
from sp.flows.recording import SERVICE_CHAIN, record_change
from sp.organisations import idp_directory, organisation
from sp.sessions import consumed_assertion, pending_logout, pending_request, session
from sp.sessions.expired import AT_ONCE

PAUSE: Final = 0.1
"""Seconds; who waits for SQLite's lock looks again after as long at most."""
_VERBS: Final = {
    "sessions": session.purge,
    "pending_requests": pending_request.purge,
    "pending_logouts": pending_logout.purge,
    "consumed_assertions": consumed_assertion.purge,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """How many of each were removed."""

    sessions: int
    pending_requests: int
    pending_logouts: int
    consumed_assertions: int
    suppressed_counts: int
    leftover_directories: int


def purge(config: Config) -> Purged:
    """Remove what has expired and tell of refusals that were counted but not recorded.

    Used assertions go only when no message that carries them could pass any more.
    """
    now = clock.now()
    expired = {name: _purge_all(verb, now) for name, verb in _VERBS.items()}
    with db.read() as transaction:
        known = organisation.known_revisions(transaction)
    leftovers = idp_directory.remove_leftovers(config.settings_directory, known, now)

    def work(transaction: db.Transaction) -> Purged:
        purged = Purged(
            **expired,
            suppressed_counts=ledger.flush_suppressed(transaction, now),
            leftover_directories=len(leftovers),
        )
        record_change(
            transaction,
            SERVICE_CHAIN,
            events.PURGED,
            SYSTEM,
            now,
            detail={name: getattr(purged, name) for name in Purged.__slots__},
        )
        return purged

    return db.write(work)


def _purge_all(verb: Callable[[db.Transaction, datetime], int], now: datetime) -> int:
    """Remove all that has expired, and let others have their turn in between."""
    removed = last = db.write(lambda transaction: verb(transaction, now))
    while last >= AT_ONCE:
        time.sleep(PAUSE)
        last = db.write(lambda transaction: verb(transaction, now))
        removed += last
    return removed
