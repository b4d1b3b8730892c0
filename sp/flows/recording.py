"""The last statement of every change: its event in the organisation's chain, or the service's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sp import db
from sp.audit import ledger
from sp.audit.events import SERVICE_CHAIN, NewEvent
from sp.flows.actor import Actor
from sp.sessions import session

__all__ = ["SERVICE_CHAIN", "end_all", "record_change"]

Ended = TypeVar("Ended", int, list[session.Ended])


def record_change(
    transaction: db.Transaction,
    chain: str,
    kind: str,
    actor: Actor,
    at: datetime,
    *,
    account_id: int | None = None,
    revision: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append the event of a change that is made in this transaction."""
    event = NewEvent(
        chain=chain,
        kind=kind,
        code="done",
        actor_kind=actor.kind,
        actor_id=actor.id,
        account_id=account_id,
        revision=revision,
        detail=detail,
        evidence=None,
        reference=None,
    )
    ledger.append(transaction, event, at)


def end_all(transaction: db.Transaction, chain: str | None, end: Callable[[], Ended]) -> Ended:
    """End sessions, those of every sign-in included that the chain tells of before this ending.

    A sign-in of another node that waits for its chain has a session that nobody sees yet; once the
    chain is ours, all that stand before us are seen. The first time comes without it, because
    whoever replaces one of these sessions may be waiting for the chain. None: every chain.
    """
    ended = end()
    if transaction.dialect == "sqlite":  # nobody else is in a transaction
        return ended
    if chain is None:
        ledger.lock_all(transaction)
    else:
        ledger.lock(transaction, chain)
    return ended + end()
