"""A person's own sessions: where they are signed in, and ending it there."""

from __future__ import annotations

from dataclasses import dataclass

from sp import clock, db
from sp.audit import events
from sp.flows.actor import Actor
from sp.flows.recording import end_all, record_change
from sp.organisations import organisation, presets
from sp.sessions import listing, session
from sp.sessions.session import SessionView


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One of a person's sessions, as they would speak of it.

    `product` is the name of the company login's product, "" where that is not known; `is_this`
    marks the session that asks.
    """

    view: SessionView
    product: str
    is_this: bool


def list_own(asking: SessionView) -> list[OwnSession]:
    """Return the live sessions of the person who asks: this one first, then the newest."""
    with db.read() as transaction:
        views = listing.list_for(
            transaction, asking.organisation_id, account_id=asking.account_id, now=clock.now()
        )
        revisions = organisation.list_revisions(transaction, asking.organisation_id)
    products = {each.number: _product(each.provider) for each in revisions}
    found = [
        OwnSession(view, products.get(view.revision or 0, ""), view.token_hash == asking.token_hash)
        for view in views
    ]
    return sorted(found, key=lambda each: not each.is_this)


def end_one(asking: SessionView, public_id: str) -> int:
    """End another session of the same person; 0 where they have none of this name.

    What it names may be over already, or somebody else's: neither is told, nothing is recorded.
    """

    def work(transaction: db.Transaction) -> int:
        ended = session.end_other(transaction, asking.account_id, public_id, but=asking.token_hash)
        if ended:
            _record(transaction, asking, {"by": "own", "session": public_id, "ended": ended})
        return ended

    return db.write(work)


def end_others(asking: SessionView) -> int:
    """End all other sessions of the same person; return how many ended."""

    def work(transaction: db.Transaction) -> int:
        ended = end_all(
            transaction,
            asking.organisation_slug,
            lambda: session.end_others(transaction, asking.account_id, but=asking.token_hash),
        )
        if ended:
            _record(transaction, asking, {"by": "own", "ended": ended})
        return ended

    return db.write(work)


def _product(provider: str) -> str:
    preset = presets.PRESETS.get(provider)
    return preset.title if preset and provider != "general" else ""


def _record(transaction: db.Transaction, asking: SessionView, detail: dict[str, str | int]) -> None:
    record_change(
        transaction,
        asking.organisation_slug,
        events.SESSION_REVOKED,
        Actor("person", str(asking.account_id)),
        clock.now(),
        account_id=asking.account_id,
        detail=detail,
    )
