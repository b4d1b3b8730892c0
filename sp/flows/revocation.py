"""Ending sessions by whatever names them; each ends for every node with the commit."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sp import clock, db
from sp.audit import events
from sp.errors import NotFoundError
from sp.flows.actor import Actor
from sp.flows.looking_up import find_account, find_organisation
from sp.flows.recording import SERVICE_CHAIN, end_all, record_change
from sp.flows.selection import Meant, Selection, check_moment, find_meant
from sp.organisations import organisation
from sp.organisations.organisation import Organisation
from sp.sessions import listing, session
from sp.sessions.session import SessionView


class Preview(NamedTuple):
    """What an ending would take now: `one` is the session, where it names a live one."""

    meant: Meant
    counted: listing.Counted
    one: SessionView | None


def list_sessions(slug: str, email: str | None = None) -> list[SessionView]:
    """Return the live sessions of an organisation, or of one of its people."""
    here = find_organisation(slug)
    person = find_account(here, email) if email else None
    with db.read() as transaction:
        return listing.list_for(
            transaction, here.id, account_id=person.id if person else None, now=clock.now()
        )


def read_page(slug: str, *, part: str, sort: str, number: int) -> listing.Page:
    """Return one page of an organisation's live sessions; `part` is of an address or a name."""
    here, now = find_organisation(slug), clock.now()
    with db.read() as transaction:
        return listing.read_page(
            transaction,
            here.id,
            part=part,
            sort=sort,
            number=number,
            in_use_since=_in_use_since(here, now),
            now=now,
        )


def preview(slug: str, selection: Selection, *, asking: SessionView) -> Preview:
    """Say what `revoke` would end, and whether the session that asks is among it."""
    meant, now = find_meant(slug, selection), clock.now()
    here = meant.here
    of: dict[str, Any] = {
        "own": asking.token_hash,
        "in_use_since": _in_use_since(here, now),
        "now": now,
    }
    one = None
    with db.read() as transaction:
        if selection.name_id:
            named = session.find_by_name_id(
                transaction, here.id, meant.idp_entity_id, meant.name_id, selection.session_indexes
            )
            counted = listing.add_up(
                (
                    listing.count(transaction, here.id, token_hash=token_hash, **of)
                    for token_hash, _ in named
                ),
                people=len({each.account_id for _, each in named}),
            )
        else:
            counted = listing.count(transaction, here.id, **of, **_named(meant))
        if selection.public_id:
            one = listing.find(transaction, here.id, selection.public_id, now)
    return Preview(meant, counted, one)


def revoke(slug: str, selection: Selection, *, actor: Actor) -> int:
    """End what is selected at an organisation; return how many sessions ended."""
    meant = find_meant(slug, selection)

    def work(transaction: db.Transaction) -> int:
        ended, account_id, detail = _end(transaction, meant)
        _record(transaction, slug, actor, {**detail, "ended": ended}, account_id=account_id)
        return ended

    return db.write(work)


def revoke_everywhere(moment: datetime, *, actor: Actor) -> int:
    """End every session of the whole service that started before a moment.

    Each organisation that lost some is told in its own chain; the service's chain tells the sum.
    """
    check_moment(moment)

    def work(transaction: db.Transaction) -> int:
        ended = end_all(transaction, None, lambda: session.end_before(transaction, moment))
        of = {"by": "moment", "before": moment.isoformat()}
        for chain, count in _by_chain(transaction, ended):
            _record(transaction, chain, actor, {**of, "ended": count})
        _record(transaction, SERVICE_CHAIN, actor, {**of, "ended": len(ended)})
        return len(ended)

    return db.write(work)


def _end(transaction: db.Transaction, meant: Meant) -> tuple[int, int | None, dict[str, Any]]:
    """Return how many ended, whose they were if one person's, and what to tell of it."""
    here, chosen, person = meant.here, meant.selection, meant.person
    if chosen.public_id:
        this = session.end_by_public_id(transaction, here.id, chosen.public_id)
        if not this:
            raise NotFoundError(public=f"{here.slug} has no session {chosen.public_id}.")
        return len(this), this[0].account_id, {"by": "session", "session": chosen.public_id}
    if person:
        ended = end_all(
            transaction, here.slug, lambda: session.end_by_account(transaction, person.id)
        )
        return ended, person.id, {"by": "person", "email": person.email}
    if before := chosen.before:
        started = end_all(
            transaction, here.slug, lambda: session.end_before(transaction, before, here.id)
        )
        return len(started), None, {"by": "moment", "before": before.isoformat()}
    if chosen.name_id:
        return _end_named(transaction, meant)
    ended = end_all(
        transaction, here.slug, lambda: session.end_by_organisation(transaction, here.id)
    )
    return ended, None, {"by": "organisation"}


def _end_named(transaction: db.Transaction, meant: Meant) -> tuple[int, int | None, dict[str, Any]]:
    here, indexes = meant.here, meant.selection.session_indexes
    ended = end_all(
        transaction,
        here.slug,
        lambda: session.end_by_name_id(
            transaction, here.id, meant.idp_entity_id, meant.name_id, indexes
        ),
    )
    people = {each.account_id for each in ended}
    detail = {
        "by": "name_id",
        "idp_entity_id": meant.idp_entity_id,
        "name_id": meant.name_id.value,
        "session_indexes": sorted(indexes),
    }
    return len(ended), people.pop() if len(people) == 1 else None, detail


def _named(meant: Meant) -> dict[str, Any]:
    """Return what a selection without a NameID is counted by; nothing for everybody."""
    chosen = meant.selection
    by = {
        "account_id": meant.person.id if meant.person else None,
        "public_id": chosen.public_id,
        "moment": chosen.before,
    }
    return {name: value for name, value in by.items() if value is not None}


def _in_use_since(here: Organisation, now: datetime) -> datetime:
    return now - timedelta(seconds=here.idle_seconds)


def _record(
    transaction: db.Transaction,
    chain: str,
    actor: Actor,
    detail: dict[str, Any],
    *,
    account_id: int | None = None,
) -> None:
    record_change(
        transaction,
        chain,
        events.SESSION_REVOKED,
        actor,
        clock.now(),
        account_id=account_id,
        detail=detail,
    )


def _by_chain(transaction: db.Transaction, ended: list[session.Ended]) -> list[tuple[str, int]]:
    """Return how many ended in each chain, in the order in which all lock them."""
    counts = Counter(each.organisation_id for each in ended)
    slugs = {each.id: each.slug for each in organisation.list_all(transaction)} if counts else {}
    return sorted((slugs[number], count) for number, count in counts.items())
