"""The person is admitted: account, session, and the events that say so, all in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sp import db, tokens
from sp.accounts import admission
from sp.accounts.account import Account
from sp.accounts.admission import Admitted
from sp.audit import events, ledger
from sp.audit.evidence import Evidence
from sp.flows.actor import Actor
from sp.flows.outcomes import DEFAULT_RETURN_TO, SignedIn
from sp.flows.recording import record_change
from sp.flows.sign_on_record import Attempt, make_event
from sp.organisations.attribute_map import Identity
from sp.organisations.organisation import Organisation
from sp.saml.types import Assertion
from sp.sessions import session
from sp.sessions.pending_request import PendingRequest
from sp.sessions.session import NewSession


def let_in(
    transaction: db.Transaction,
    attempt: Attempt,
    assertion: Assertion,
    identity: Identity,
    decision: Admitted,
    *,
    request: PendingRequest | None,
    kept: Evidence,
) -> SignedIn:
    """Make what admission decided, end the sessions this one replaces, and start a new one."""
    person = admission.apply(transaction, attempt.organisation, decision, attempt.now)
    _end_replaced(transaction, attempt, request)
    token = tokens.make_token()
    # Who comes from a portal may be bound to nothing yet; the next sign-in must find this session.
    binding = None if attempt.binding_hash else tokens.make_token()
    started = _session(attempt, assertion, identity, person, token=token, new_binding=binding)
    session.make(transaction, started)
    _record_account_changes(transaction, attempt, decision, person)
    event = make_event(
        attempt,
        "done",
        kept=kept,
        account_id=person.id,
        detail={
            "session": started.public_id,
            "identity": identity.as_detail(),
            "notes": list(decision.notes),
        },
    )
    ledger.append(transaction, event, attempt.now)
    return_to = request.return_to if request else attempt.way_back.return_to
    return SignedIn(
        token=token,
        return_to=return_to or DEFAULT_RETURN_TO,
        expires_at=started.expires_at,
        binding=binding,
    )


def session_end(
    organisation: Organisation, now: datetime, not_on_or_after: datetime | None
) -> datetime:
    """Return when a session ends at the latest: ours, or the IdP's, but never under the floor.

    SessionNotOnOrAfter (Core 2.7.2) is honoured; some IdPs set it to five minutes, which would sign
    people out while they work.
    """
    ours = now + timedelta(seconds=organisation.absolute_seconds)
    if not_on_or_after is None:
        return ours
    return min(ours, max(not_on_or_after, now + timedelta(seconds=organisation.floor_seconds)))


def _session(
    attempt: Attempt,
    assertion: Assertion,
    identity: Identity,
    person: Account,
    *,
    token: str,
    new_binding: str | None,
) -> NewSession:
    now, here = attempt.now, attempt.organisation
    return NewSession(
        public_id=tokens.make_reference(),
        token_hash=tokens.hash_token(token),
        account_id=person.id,
        organisation_id=here.id,
        created_at=now,
        seen_at=now,
        expires_at=session_end(here, now, assertion.session_not_on_or_after),
        how="sso",
        idp_entity_id=identity.idp_entity_id,
        name_id=assertion.name_id,
        session_index=assertion.session_index,
        authn_instant=assertion.authn_instant,
        authn_context=assertion.authn_context,
        revision=here.live_revision,
        binding_hash=tokens.hash_token(new_binding) if new_binding else attempt.binding_hash,
        user_agent=attempt.browser.user_agent[:200],
        address=attempt.browser.address,
    )


def _end_replaced(
    transaction: db.Transaction, attempt: Attempt, request: PendingRequest | None
) -> None:
    """End the session that the browser had when it started, and all others of its binding."""
    if request and request.noted_session_hash:
        session.end_by_token(transaction, request.noted_session_hash)
    if attempt.binding_hash:
        session.end_by_binding(transaction, attempt.organisation.id, attempt.binding_hash)


def _record_account_changes(
    transaction: db.Transaction, attempt: Attempt, decision: Admitted, person: Account
) -> None:
    """Record what this sign-in changed about the account, before the sign-in itself."""
    actor = Actor("idp", str(attempt.organisation.live_revision))
    chain = attempt.organisation.slug
    if decision.creates_account:
        record_change(
            transaction,
            chain,
            events.ACCOUNT_ADDED,
            actor,
            attempt.now,
            account_id=person.id,
            detail={"email": person.email, "origin": "sign_on"},
        )
    if decision.new_email:
        record_change(
            transaction,
            chain,
            events.EMAIL_CHANGED,
            actor,
            attempt.now,
            account_id=person.id,
            detail={"before": decision.old_email, "after": decision.new_email},
        )
