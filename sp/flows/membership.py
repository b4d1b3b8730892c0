"""Organisations and their people: who exists, who may come in, under which rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sp import clock, db
from sp.accounts import account, identity_link
from sp.accounts.account import Account, normalise_email
from sp.audit import events
from sp.errors import BadInputError, ConflictError
from sp.flows.actor import Actor
from sp.flows.looking_up import find_account, find_organisation
from sp.flows.recording import record_change
from sp.organisations import organisation
from sp.organisations.organisation import Organisation
from sp.sessions import session


def add_organisation(
    slug: str, name: str, domains: Sequence[str], *, actor: Actor, demo: bool = False
) -> Organisation:
    """Make an organisation with the e-mail domains that staff vouch for.

    Raises BadInputError for a slug, name or domain that cannot be used, ConflictError where the
    slug or a domain is taken.
    """
    now = clock.now()

    def work(transaction: db.Transaction) -> Organisation:
        made = organisation.add(
            transaction, slug=slug, name=name, domains=tuple(domains), at=now, demo=demo
        )
        record_change(
            transaction,
            made.slug,
            events.ORGANISATION_ADDED,
            actor,
            now,
            detail={"name": made.name, "domains": list(made.domains)},
        )
        return made

    return db.write(work)


def set_policy(slug: str, changes: Mapping[str, Any], *, actor: Actor) -> Organisation:
    """Change an organisation's sign-in rules; what is not named stays as it is.

    Known names: sign_in, unsolicited, create_accounts, required_groups, idle_seconds,
    absolute_seconds, floor_seconds. The event holds before and after of what changed; nothing
    changed makes no event. A session that was idle for too long before stays over after.
    """
    now = clock.now()
    number = find_organisation(slug).id

    def work(transaction: db.Transaction) -> None:
        organisation.lock(transaction, number)  # what it reads next is what it changes
        here = organisation.find_by_id(transaction, number)
        assert here is not None  # organisations are never removed
        before = {name: getattr(here, name) for name in changes}
        changed = {name: new for name, new in changes.items() if not _is_same(before[name], new)}
        if not changed:
            return
        if "idle_seconds" in changed:
            session.end_idle(transaction, here.id, now - timedelta(seconds=here.idle_seconds))
        organisation.set_policy(transaction, here.id, changed)
        record_change(
            transaction,
            here.slug,
            events.POLICY_CHANGED,
            actor,
            now,
            detail={
                "before": {name: _plain(before[name]) for name in changed},
                "after": {name: _plain(value) for name, value in changed.items()},
            },
        )

    db.write(work)
    return find_organisation(slug)


def add_account(
    slug: str, email: str, *, actor: Actor, role: str = "member", name: str = ""
) -> Account:
    """Add a person before their first sign-in; an address outside the domains makes a guest."""
    now = clock.now()
    here = find_organisation(slug)
    address = normalise_email(email)

    def work(transaction: db.Transaction) -> Account:
        made = account.add(
            transaction, here.id, address, name=name, role=role, origin="staff", at=now
        )
        if made is None:
            raise ConflictError(public=f"{here.slug} has an account {address} already.")
        _tell(transaction, here.slug, events.ACCOUNT_ADDED, actor, made, role=role, origin="staff")
        return made

    return db.write(work)


def list_accounts(slug: str) -> list[Account]:
    """Return everybody who has an account at an organisation, by e-mail address."""
    here = find_organisation(slug)
    with db.read() as transaction:
        return account.list_for(transaction, here.id)


def suspend(slug: str, email: str, *, actor: Actor) -> int:
    """Keep a person out from now on and end their sessions; return how many ended."""
    now = clock.now()
    here = find_organisation(slug)
    person = find_account(here, email)

    def work(transaction: db.Transaction) -> int:
        if not account.suspend(transaction, person.id, now):
            raise ConflictError(public=f"{person.email} is suspended already.")
        ended = session.end_by_account(transaction, person.id)
        _tell(transaction, here.slug, events.ACCOUNT_SUSPENDED, actor, person, ended=ended)
        return ended

    return db.write(work)


def restore(slug: str, email: str, *, actor: Actor) -> None:
    """Let a suspended person in again, by a sign-in of their own from now on.

    A sign-in that ran beside the suspension may have left a session: it must not wake up now.
    """
    here = find_organisation(slug)
    person = find_account(here, email)

    def work(transaction: db.Transaction) -> None:
        if not account.restore(transaction, person.id):
            raise ConflictError(public=f"{person.email} is not suspended.")
        session.end_by_account(transaction, person.id)
        _tell(transaction, here.slug, events.ACCOUNT_RESTORED, actor, person)

    db.write(work)


def relink(slug: str, email: str, *, actor: Actor) -> int:
    """Forget who a person is at the Identity Provider: their next sign-in links them anew.

    Returns how many links were forgotten; their sessions end.
    """
    here = find_organisation(slug)
    person = find_account(here, email)

    def work(transaction: db.Transaction) -> int:
        forgotten = identity_link.forget(transaction, person.id)
        if not forgotten:
            raise BadInputError(public=f"{person.email} has never signed in by SSO.")
        ended = session.end_by_account(transaction, person.id)
        _tell(
            transaction,
            here.slug,
            events.ACCOUNT_RELINKED,
            actor,
            person,
            forgotten=forgotten,
            ended=ended,
        )
        return forgotten

    return db.write(work)


def set_role(slug: str, email: str, role: str, *, actor: Actor) -> None:
    """Let a person be a member, an admin or an auditor, from their next request on."""
    here = find_organisation(slug)
    person = find_account(here, email)

    def work(transaction: db.Transaction) -> None:
        before = account.set_role(transaction, person.id, role)
        if before == role:
            raise ConflictError(public=f"{person.email} is {role} already.")
        _tell(transaction, here.slug, events.ROLE_CHANGED, actor, person, before=before, after=role)

    db.write(work)


def _tell(
    transaction: db.Transaction, slug: str, kind: str, actor: Actor, person: Account, **more: object
) -> None:
    """Record what was done about a person."""
    detail = {"email": person.email, **more}
    record_change(transaction, slug, kind, actor, clock.now(), account_id=person.id, detail=detail)


def _is_same(before: object, after: object) -> bool:
    """Say whether a rule stays as it is; groups have no order."""
    if isinstance(before, tuple) and isinstance(after, tuple):
        return set(before) == set(after)
    return before == after


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
