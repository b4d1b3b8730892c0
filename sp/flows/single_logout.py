"""Single logout: what a company's login asks of us, and what it answers (SAML Profiles 4.4).

Sessions are found by issuer, NameID and SessionIndex, never by cookie: a message that is posted
from another site, or comes in a frame or by SOAP, carries none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sp import clock, db, tokens
from sp.config import Config
from sp.errors import NotFoundError, SpError
from sp.flows import logout_record
from sp.flows.logout_receiving import Came, Unread, judge, receive
from sp.flows.logout_record import LogoutAttempt, LogoutReading, make_reading
from sp.flows.logout_sending import Sender
from sp.flows.outcomes import Leave, LogoutRefused, SignedOut, SignOnUnavailable
from sp.flows.recording import end_all
from sp.organisations import idp_directory, organisation
from sp.organisations.idp_directory import Revision
from sp.organisations.organisation import Organisation
from sp.saml import decryption, urn
from sp.saml.logout_message import Received
from sp.saml.logout_types import (
    REQUEST,
    RESPONSE,
    LogoutExpectation,
    LogoutRequest,
    LogoutResponse,
    entra_issuers,
)
from sp.sessions import consumed_assertion, pending_logout, session
from sp.sessions.pending_logout import PendingLogout

SHORTEST_AGE = timedelta(minutes=1)
"""How old a message may be at least, where an organisation tolerates no difference of clocks."""


def answer(config: Config, slug: str, came: Came) -> Leave | SignedOut:
    """Do what a message that the browser brought asks, or note what it answers.

    Raises NotFoundError, and LogoutRefused once the refusal is recorded: then nothing has ended.
    """
    attempt, received, pending = _open(config, slug, came)
    try:
        reading = _judge(attempt, received, pending)
    except LogoutRefused:
        if pending is None:
            raise
        return SignedOut(pending.request_id, slug)  # ours had ended before we asked; the page tells
    if pending is not None and reading.judgement.response is not None:
        return _conclude(attempt, reading, reading.judgement.response, pending)
    request = _end(attempt, reading)
    relay_state = received.relay_state if isinstance(received, Received) else None
    left = _sender(attempt, reading).response(request.request_id, relay_state)
    return left or SignedOut(None)


def answer_soap(config: Config, slug: str, came: Came) -> bytes:
    """Do what a LogoutRequest asks that the company's own server sent, and return the answer.

    Raises as `answer` does (SAML Bindings 3.2).
    """
    attempt, received, _ = _open(config, slug, came)
    reading = _judge(attempt, received, None)
    request = _end(attempt, reading)
    return _sender(attempt, reading).soap_response(request.request_id)


def take_soap_answer(config: Config, slug: str, came: Came, request_id: str) -> SignedOut:
    """Note what a company's server answered to the LogoutRequest of ours that we sent by SOAP.

    Whatever it is, ours has ended before. It answers no other request of ours than that one.
    """
    attempt, received, pending = _open(config, slug, came, kind=RESPONSE)
    if pending is not None and pending.request_id != request_id:
        pending = None
    try:
        reading = _judge(attempt, received, pending)
    except LogoutRefused:
        return SignedOut(request_id, slug)
    assert pending is not None
    assert reading.judgement.response is not None, "it was judged as an answer"
    return _conclude(attempt, reading, reading.judgement.response, pending)


def _open(
    config: Config, slug: str, came: Came, kind: str = REQUEST
) -> tuple[LogoutAttempt, Received | Unread, PendingLogout | None]:
    """Read what came; kind: of what came by SOAP, which alone does not say it by its place."""
    received = receive(came, kind)
    now = clock.now()
    answers = received.gated.in_response_to if isinstance(received, Received) else None
    with db.read() as transaction:
        here = organisation.find(transaction, slug)
        if here is None:
            raise NotFoundError(slug=slug)
        pending = None
        if received.kind == RESPONSE and answers is not None:
            pending = pending_logout.find(transaction, here.id, answers, now)
    attempt = LogoutAttempt(
        config=config,
        organisation=here,
        came=came,
        kind=received.kind,
        now=now,
        reference=tokens.make_reference(),
    )
    return attempt, received, pending


def _judge(
    attempt: LogoutAttempt, received: Received | Unread, pending: PendingLogout | None
) -> LogoutReading:
    """Return a message whose every check passed; raises LogoutRefused once that is recorded."""
    if isinstance(received, Unread):
        raise logout_record.refuse_unread(attempt, received.octets, received.refused)
    try:
        revision = _live_revision(attempt.config, attempt.organisation)
        decrypt = decryption.make_decrypt(attempt.config.keyring().decryption_keys)
    except SpError as error:  # what is amiss with us: an attempt is an attempt
        raise logout_record.refuse_unread(attempt, received.kept, error) from error
    expectation = _expect(attempt, revision, pending)
    judgement = judge(received, expectation, decrypt)
    reading = make_reading(attempt, received.kept, revision, expectation, judgement)
    if judgement.refusal is not None:
        raise logout_record.refuse_judged(attempt, reading, judgement.refusal)
    return reading


def _expect(
    attempt: LogoutAttempt, revision: Revision, pending: PendingLogout | None
) -> LogoutExpectation:
    config, slug = attempt.config, attempt.organisation.slug
    is_soap = attempt.came.binding == "soap"
    return LogoutExpectation(
        instant=attempt.now,
        tolerance=revision.tolerance,
        maximum_age=max(timedelta(), SHORTEST_AGE - revision.tolerance),
        sp_entity_id=config.entity_id(slug),
        destination=config.slo_soap_url(slug) if is_soap else config.slo_url(slug),
        idp_entity_id=revision.idp_entity_id,
        other_issuers=entra_issuers(revision.idp_entity_id),
        keys=revision.keys,
        exceptions=revision.exceptions,
        request_id=pending.request_id if pending else None,
    )


def _end(attempt: LogoutAttempt, reading: LogoutReading) -> LogoutRequest:
    """End the sessions that a LogoutRequest names, once, and return it; raises LogoutRefused."""
    request = reading.judgement.request
    assert request is not None, "a LogoutResponse is judged against a request of ours, or refused"
    here, idp = attempt.organisation, reading.revision.idp_entity_id
    name = logout_record.name_of(attempt.kind, request.request_id)
    keep_until = request.issue_instant + consumed_assertion.KEPT_FOR

    def work(transaction: db.Transaction) -> LogoutRefused | None:
        if not consumed_assertion.consume(transaction, here.id, idp, name, keep_until):
            return logout_record.refuse_replayed(transaction, attempt, reading)
        ended = end_all(
            transaction,
            here.slug,
            lambda: session.end_by_name_id(
                transaction, here.id, idp, request.name_id, request.session_indexes
            ),
        )
        logout_record.record_request(transaction, attempt, reading, request, ended)
        return None

    refused = db.write(work)
    if refused is not None:
        raise refused
    return request


def _conclude(
    attempt: LogoutAttempt, reading: LogoutReading, response: LogoutResponse, asked: PendingLogout
) -> SignedOut:
    """Note what came of a LogoutRequest of ours, once; Back leads to no error page."""
    outcome = _outcome_of(response.status)
    here = attempt.organisation

    def work(transaction: db.Transaction) -> None:
        if pending_logout.take(transaction, here.id, asked.request_id, outcome, attempt.now):
            answered = replace(asked, outcome=outcome)
            logout_record.record_response(transaction, attempt, reading, response, answered)
        else:
            logout_record.refuse_replayed(transaction, attempt, reading)

    db.write(work)
    return SignedOut(asked.request_id, here.slug)


def _outcome_of(status: tuple[str, ...]) -> str:
    if status[:1] != (urn.SUCCESS,):
        return "partial" if urn.PARTIAL_LOGOUT in status else "failed"
    return "partial" if urn.PARTIAL_LOGOUT in status else "success"


def _sender(attempt: LogoutAttempt, reading: LogoutReading) -> Sender:
    return Sender(
        config=attempt.config,
        organisation=attempt.organisation,
        revision=reading.revision,
        now=attempt.now,
    )


def _live_revision(config: Config, here: Organisation) -> Revision:
    if here.live_revision is None or here.live_digest is None:
        raise SignOnUnavailable
    return idp_directory.read_revision(
        config.settings_directory, here.slug, here.live_revision, here.live_digest
    )
