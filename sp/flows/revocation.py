"""Ending sessions: one, a person's, an organisation's; felt on the next request, on every node."""

from __future__ import annotations

from sp import clock, db, tokens
from sp.audit import events
from sp.errors import NotFoundError
from sp.flows.actor import Actor
from sp.flows.looking_up import find_account, find_organisation
from sp.flows.recording import record_change
from sp.sessions import session
from sp.sessions.session import SessionView


def list_sessions(slug: str, email: str | None = None) -> list[SessionView]:
    """Return the live sessions of an organisation, or of one of its people."""
    here = find_organisation(slug)
    person = find_account(here, email) if email else None
    with db.read() as transaction:
        return session.list_for(
            transaction, here.id, account_id=person.id if person else None, now=clock.now()
        )


def revoke(
    slug: str, *, actor: Actor, email: str | None = None, public_id: str | None = None
) -> int:
    """End one session, all of a person's, or all of an organisation's; return how many ended."""
    now = clock.now()
    here = find_organisation(slug)
    person = find_account(here, email) if email else None

    def work(transaction: db.Transaction) -> int:
        if public_id:
            ended = session.end_by_public_id(transaction, here.id, public_id)
        elif person:
            ended = session.end_by_account(transaction, person.id)
        else:
            ended = session.end_by_organisation(transaction, here.id)
        if public_id and not ended:
            raise NotFoundError(public=f"{slug} has no session {public_id}.")
        record_change(
            transaction,
            here.slug,
            events.SESSION_REVOKED,
            actor,
            now,
            account_id=person.id if person else None,
            detail={"ended": ended, "session": public_id or "", "email": email or ""},
        )
        return ended

    return db.write(work)


def sign_out(token: str) -> bool:
    """End the session of this token, as its own person asked; False where there was none."""
    now = clock.now()
    token_hash = tokens.hash_token(token)
    with db.read() as transaction:
        ended = session.load(transaction, token_hash, now)
    if ended is None:
        return False

    def work(transaction: db.Transaction) -> bool:
        if not session.end_by_token(transaction, token_hash):
            return False
        record_change(
            transaction,
            ended.organisation_slug,
            events.SIGN_OUT,
            Actor("person", str(ended.account_id)),
            now,
            account_id=ended.account_id,
            detail={"session": ended.public_id},
        )
        return True

    return db.write(work)
