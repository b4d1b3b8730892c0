"""One sign-in, from an e-mail address to a session: the journey the whole house is built for."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from sp import clock, db, tokens
from sp.accounts import realm
from sp.config import Config
from sp.errors import NotFoundError, SpError
from sp.flows import admitting, judging, receiving, sign_on_record
from sp.flows.outcomes import (
    DEFAULT_RETURN_TO,
    GoStraight,
    Outcome,
    SignedIn,
    SignOnUnavailable,
    Start,
)
from sp.flows.receiving import Received
from sp.flows.sign_on_record import Attempt, Browser, Posted
from sp.flows.sign_on_request import make_request
from sp.organisations import idp_directory, organisation
from sp.organisations.domain import lower_ascii
from sp.organisations.idp_directory import Revision
from sp.organisations.organisation import Organisation
from sp.saml import strangers
from sp.sessions import pending_request, session
from sp.sessions.demand import NOTHING, Demand, check_contexts
from sp.sessions.pending_request import PendingRequest, WayBack
from sp.sessions.return_to import safe_return_to
from sp.sessions.session import SessionView


def find_start(email: str) -> realm.Realm:
    """Return how an e-mail address signs in; a malformed address is a BadInputError."""
    with db.read() as transaction:
        return realm.realm(transaction, email)


def begin(
    config: Config,
    slug: str,
    browser: Browser,
    *,
    return_to: str | None,
    login_hint: str | None,
    restarted: bool = False,
    demand: Demand = NOTHING,
) -> Start | GoStraight:
    """Start a sign-in at this organisation's Identity Provider (SAML Profiles 4.1.4.1).

    A browser whose session here is live goes straight on, unless this is a restart, somebody
    else's address was typed, or a page demands more than that somebody is signed in. Raises
    NotFoundError, SignOnUnavailable, BadInputError for a context that cannot be demanded here.
    """
    now = clock.now()
    wanted = safe_return_to(return_to)
    noted = tokens.hash_token(browser.session_token) if browser.session_token else None
    with db.read() as transaction:
        here = _find(transaction, slug)
        live = session.load(transaction, noted, now) if noted else None
    if live and not restarted and demand == NOTHING and _is_wanted(live, here, login_hint):
        return GoStraight(wanted or DEFAULT_RETURN_TO)
    revision = _live_revision(config, here)
    binding = browser.binding or tokens.make_token()
    handle = tokens.make_token()
    request = _make_pending(
        revision,
        now,
        demand,
        organisation_id=here.id,
        handle_hash=tokens.hash_token(handle),
        binding_hash=tokens.hash_token(binding),
        return_to=wanted,
        noted_session_hash=noted,
        restarted=restarted,
    )
    url, form = make_request(config, revision, request, handle, login_hint)
    db.write(lambda transaction: pending_request.save(transaction, request))
    return Start(
        url=url, form=form, binding=binding, restarted=restarted, organisation_name=here.name
    )


def answer(config: Config, slug: str, browser: Browser, posted: Posted) -> Outcome:
    """Take what came to the ACS and let its person in, or say why not (SAML Profiles 4.1.4.3).

    Everything up to the end of the checks happens outside any write and spends nothing. Raises
    NotFoundError, and SignInRefused once the refusal is recorded.
    """
    received, outcome = receiving.receive(posted), None
    try:
        with db.one_connection():
            outcome = _answer(config, slug, browser, received, posted.relay_state)
    finally:
        if not isinstance(outcome, SignedIn):
            strangers.count(len(received.octets or b""))
    return outcome


def _answer(
    config: Config, slug: str, browser: Browser, received: Received, relay_state: str | None
) -> Outcome:
    now = clock.now()
    binding_hash = tokens.hash_token(browser.binding) if browser.binding else None
    with db.read(one_moment=False) as transaction:
        here = _find(transaction, slug)
        request = _find_request(transaction, here, received.names)
        attempt = Attempt(
            config=config,
            organisation=here,
            browser=browser,
            binding_hash=binding_hash,
            now=now,
            reference=tokens.make_reference(),
            way_back=_way_back(
                transaction, binding_hash, relay_state, now, here=here, request=request
            ),
        )
    try:
        revision = _live_revision(config, here)
        reading = judging.judge(
            config,
            here,
            revision,
            received.gated(),
            request,
            instant=now,
            find=partial(_look_up_request, here),
        )
    except SpError as refused:  # also what is amiss with us: an attempt is an attempt
        raise sign_on_record.refuse_unread(attempt, received.octets, refused) from refused
    if reading.judgement.assertion is None:
        refusal = sign_on_record.refuse_judged(attempt, reading)
        if reading.was_asked_under_another_revision and admitting.is_ours(attempt, reading.request):
            return admitting.restart_or_ask(attempt, reading.request)
        raise refusal
    return admitting.decide(attempt, reading)


def _make_pending(
    revision: Revision, now: datetime, demand: Demand, **of_browser: Any
) -> PendingRequest:
    """Return the request that waits for an answer; BadInputError where the demand cannot be."""
    return PendingRequest(
        request_id=tokens.make_message_id(),
        purpose="sign_in",
        revision=revision.number,
        created_at=now,
        expires_at=now + pending_request.LIFETIME,
        answered_at=None,
        force_authn=revision.force_authn or demand.fresh,
        contexts=check_contexts(demand.contexts, revision.contexts),
        **of_browser,
    )


def _find(transaction: db.Transaction, slug: str) -> Organisation:
    found = organisation.find(transaction, slug)
    if found is None:
        raise NotFoundError(slug=slug)
    return found


def _is_wanted(live: SessionView, here: Organisation, login_hint: str | None) -> bool:
    """Say whether this session is the one asked for: this organisation's, and nobody else's."""
    if live.organisation_id != here.id:
        return False
    return not login_hint or lower_ascii(login_hint.strip()) == live.email


def _live_revision(config: Config, here: Organisation) -> Revision:
    if here.live_revision is None or here.live_digest is None or here.sign_in == "password":
        raise SignOnUnavailable
    return idp_directory.read_revision(
        config.settings_directory, here.slug, here.live_revision, here.live_digest
    )


def _find_request(
    transaction: db.Transaction, here: Organisation, request_id: str | None
) -> PendingRequest | None:
    if request_id is None:
        return None
    return pending_request.find(transaction, here.id, request_id)


def _look_up_request(here: Organisation, request_id: str | None) -> PendingRequest | None:
    with db.read() as transaction:
        return _find_request(transaction, here, request_id)


def _way_back(
    transaction: db.Transaction,
    binding_hash: bytes | None,
    relay_state: str | None,
    now: datetime,
    *,
    here: Organisation,
    request: PendingRequest | None,
) -> WayBack:
    """Return where the browser was going: behind our handle, or a local path a portal gave.

    request: the one that the message names, whose handle it mostly is.
    """
    if not relay_state:
        return WayBack(None, NOTHING)
    if binding_hash:
        hashes = tokens.hash_token(relay_state), binding_hash
        if request and (request.handle_hash, request.binding_hash) == hashes:
            waits = now < request.expires_at
            found = WayBack(request.return_to, request.demand) if waits else None
        else:
            found = pending_request.way_back_of(transaction, here.id, *hashes, now)
        if found:
            return found
    return WayBack(safe_return_to(relay_state), NOTHING)
