"""One sign-in, from an e-mail address to a session: the journey the whole house is built for."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sp import clock, db, tokens
from sp.accounts import realm
from sp.config import Config
from sp.errors import NotFoundError, SpError
from sp.flows import admitting, judging, receiving, sign_on_record
from sp.flows.outcomes import (
    DEFAULT_RETURN_TO,
    GoStraight,
    Outcome,
    SignOnUnavailable,
    Start,
)
from sp.flows.sign_on_record import Attempt, Browser, Posted
from sp.flows.sign_on_request import make_request
from sp.organisations import idp_directory, organisation
from sp.organisations.idp_directory import Revision
from sp.organisations.organisation import Organisation
from sp.sessions import pending_request, session
from sp.sessions.pending_request import PendingRequest
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
) -> Start | GoStraight:
    """Start a sign-in at this organisation's Identity Provider (SAML Profiles 4.1.4.1).

    A browser whose session here is live goes straight on, unless this is a restart or somebody
    else's address was typed. Raises NotFoundError, SignOnUnavailable.
    """
    now = clock.now()
    wanted = safe_return_to(return_to)
    noted = tokens.hash_token(browser.session_token) if browser.session_token else None
    with db.read() as transaction:
        here = _find(transaction, slug)
        live = session.load(transaction, noted, now) if noted else None
    if live and not restarted and _is_wanted(live, here, login_hint):
        return GoStraight(wanted or DEFAULT_RETURN_TO)
    revision = _live_revision(config, here)
    binding = browser.binding or tokens.make_token()
    handle = tokens.make_token()
    request = PendingRequest(
        organisation_id=here.id,
        request_id=tokens.make_message_id(),
        handle_hash=tokens.hash_token(handle),
        binding_hash=tokens.hash_token(binding),
        return_to=wanted,
        purpose="sign_in",
        revision=revision.number,
        noted_session_hash=noted,
        created_at=now,
        expires_at=now + pending_request.LIFETIME,
        answered_at=None,
        restarted=restarted,
        force_authn=revision.force_authn,
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
    received = receiving.receive(posted)
    now = clock.now()
    with db.read() as transaction:
        here = _find(transaction, slug)
        request = _find_request(transaction, here, received.names)
        attempt = Attempt(
            config=config,
            organisation=here,
            browser=browser,
            now=now,
            reference=tokens.make_reference(),
            return_to=_return_to(transaction, here, browser, posted, now),
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


def _find(transaction: db.Transaction, slug: str) -> Organisation:
    found = organisation.find(transaction, slug)
    if found is None:
        raise NotFoundError(slug=slug)
    return found


def _is_wanted(live: SessionView, here: Organisation, login_hint: str | None) -> bool:
    """Say whether this session is the one asked for: this organisation's, and nobody else's."""
    if live.organisation_id != here.id:
        return False
    return not login_hint or login_hint.strip().lower() == live.email


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


def _return_to(
    transaction: db.Transaction,
    here: Organisation,
    browser: Browser,
    posted: Posted,
    now: datetime,
) -> str | None:
    """Return where the browser was going: behind our handle, or a local path a portal gave."""
    if not posted.relay_state:
        return None
    if browser.binding:
        found = pending_request.return_to_of(
            transaction,
            here.id,
            tokens.hash_token(posted.relay_state),
            tokens.hash_token(browser.binding),
            now,
        )
        if found:
            return found
    return safe_return_to(posted.relay_state)
