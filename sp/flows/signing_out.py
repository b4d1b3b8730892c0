"""Signing out here: our session ends first, always; then the company's login is asked for its own.

What comes back, and what a company's login asks by itself, is the business of `single_logout`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sp import clock, db, tokens
from sp.audit import events, ledger
from sp.audit.events import NewEvent
from sp.config import Config
from sp.errors import SpError
from sp.fetch import FetchError
from sp.flows import single_logout
from sp.flows.logout_receiving import Came
from sp.flows.logout_sending import Sender, Sent
from sp.flows.outcomes import Leave, SignedOut
from sp.flows.recording import end_all
from sp.flows.sign_on_record import Browser
from sp.organisations import idp_directory, organisation
from sp.organisations.organisation import Organisation
from sp.sessions import pending_logout, session
from sp.sessions.pending_logout import PendingLogout
from sp.sessions.session import Ended, SessionView

NOBODY: Final = SignedOut(None)


@dataclass(frozen=True, slots=True)
class LogoutOutcome:
    """What came of asking a company's login, as in PendingLogout; None while it is silent."""

    organisation_name: str
    outcome: str | None


def sign_out(config: Config, browser: Browser) -> Leave | SignedOut:
    """End the session of this browser, as its own person asked (SAML Profiles 4.4.3.1).

    Returns where the browser asks the company's login to end its own session. Where it takes no
    such request, or one by SOAP only, which is then sent from here, that was all.
    """
    if browser.session_token is None:
        return NOBODY
    now = clock.now()
    token_hash = tokens.hash_token(browser.session_token)
    with db.read() as transaction:
        ended = session.load(transaction, token_hash, now)
        here = organisation.find(transaction, ended.organisation_slug) if ended else None
    if ended is None or here is None:
        return NOBODY
    sender = _find_sender(config, here, ended, now)
    sent = _make_request(sender, ended) if sender else None

    def work(transaction: db.Transaction) -> bool:
        if not session.end_by_token(transaction, token_hash):
            return False
        others: list[Ended] = []
        if sent is not None:
            others = _end_the_same(transaction, here, ended)
            pending_logout.save(transaction, _pending(here, ended, sent, now))
        ledger.append(transaction, _event(browser, here, ended, sent, others), now)
        return True

    if not db.write(work) or sent is None or sender is None:
        return NOBODY
    return sent.leave or _ask(sender, sent, browser)


def find_outcome(slug: str, request_id: str) -> LogoutOutcome | None:
    """Return what came of a LogoutRequest of ours; None where there was none, or long ago."""
    now = clock.now()
    with db.read() as transaction:
        here = organisation.find(transaction, slug)
        found = pending_logout.find(transaction, here.id, request_id, now) if here else None
    return LogoutOutcome(here.name, found.outcome) if here and found else None


def _find_sender(
    config: Config, here: Organisation, ended: SessionView, now: datetime
) -> Sender | None:
    """Return what a LogoutRequest is made by; None where the IdP in force knows no such session."""
    if here.live_revision is None or here.live_digest is None:
        return None
    try:
        revision = idp_directory.read_revision(
            config.settings_directory, here.slug, here.live_revision, here.live_digest
        )
    except SpError:  # what is amiss with us keeps nobody signed in
        return None
    if ended.idp_entity_id != revision.idp_entity_id:
        return None
    return Sender(config=config, organisation=here, revision=revision, now=now)


def _make_request(sender: Sender, ended: SessionView) -> Sent | None:
    if ended.name_id is None:
        return None
    try:
        return sender.request(ended.name_id, ended.session_index)
    except SpError:
        return None


def _ask(sender: Sender, sent: Sent, browser: Browser) -> SignedOut:
    """Ask by SOAP, and take what is answered; silence leaves the session there in doubt."""
    slug = sender.organisation.slug
    try:
        octets = sender.ask_by_soap(sent)
    except FetchError:
        return SignedOut(sent.request_id, slug)
    came = Came(
        binding="soap",
        query="",
        fields=(),
        body=octets,
        address=browser.address,
        user_agent=browser.user_agent,
    )
    return single_logout.take_soap_answer(sender.config, slug, came, sent.request_id)


def _end_the_same(
    transaction: db.Transaction, here: Organisation, ended: SessionView
) -> list[Ended]:
    """End what else rests on the IdP's session that we ask to end: it will not tell us of it."""
    idp, name_id, index = ended.idp_entity_id, ended.name_id, ended.session_index
    if name_id is None or idp is None or index is None:
        return []
    return end_all(
        transaction,
        here.slug,
        lambda: session.end_by_name_id(transaction, here.id, idp, name_id, (index,)),
    )


def _pending(here: Organisation, ended: SessionView, sent: Sent, now: datetime) -> PendingLogout:
    return PendingLogout(
        organisation_id=here.id,
        request_id=sent.request_id,
        account_id=ended.account_id,
        created_at=now,
        expires_at=now + pending_logout.LIFETIME,
        answered_at=None,
        outcome=None,
    )


def _event(
    browser: Browser,
    here: Organisation,
    ended: SessionView,
    sent: Sent | None,
    others: list[Ended],
) -> NewEvent:
    also = {"also_ended": [each.public_id for each in others]} if others else {}
    return NewEvent(
        chain=here.slug,
        kind=events.SIGN_OUT,
        code=events.DONE,
        actor_kind="person",
        actor_id=str(ended.account_id),
        account_id=ended.account_id,
        revision=here.live_revision if sent else None,
        detail={
            "session": ended.public_id,
            "address": browser.address,
            "user_agent": browser.user_agent,
            "request_id": sent.request_id if sent else "",
            **also,
        },
        evidence=sent.kept if sent else None,
        reference=None,
    )
