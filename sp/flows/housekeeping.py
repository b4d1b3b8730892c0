"""Throwing away what has expired; nothing that the record or a session needs."""

from __future__ import annotations

from dataclasses import dataclass

from sp import clock, db
from sp.audit import events, ledger
from sp.config import Config
from sp.flows.actor import SYSTEM
from sp.flows.recording import SERVICE_CHAIN, record_change
from sp.organisations import idp_directory, organisation
from sp.sessions import consumed_assertion, pending_logout, pending_request, session


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

    def work(transaction: db.Transaction) -> Purged:
        purged = Purged(
            sessions=session.purge(transaction, now),
            pending_requests=pending_request.purge(transaction, now),
            pending_logouts=pending_logout.purge(transaction, now),
            consumed_assertions=consumed_assertion.purge(transaction, now),
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

    with db.read() as transaction:
        known = organisation.known_revisions(transaction)
    leftovers = idp_directory.remove_leftovers(config.settings_directory, known, now)
    return db.write(work)
