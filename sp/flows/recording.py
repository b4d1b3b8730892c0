"""The last statement of every change: its event in the organisation's chain, or the service's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sp import db
from sp.audit import ledger
from sp.audit.events import SERVICE_CHAIN, NewEvent
from sp.flows.actor import Actor

__all__ = ["SERVICE_CHAIN", "record_change"]


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
