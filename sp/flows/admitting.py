"""The transaction at the end of a sign-in: whose answer it is, whether it is used, who gets in."""

from __future__ import annotations

import hmac
from functools import partial

from sp import db
from sp.accounts import admission
from sp.accounts.admission import Admitted
from sp.audit import ledger
from sp.audit.evidence import Evidence
from sp.flows import letting_in, sign_on_record
from sp.flows.judging import Reading
from sp.flows.outcomes import AlreadyUsed, Ask, Outcome, Restart, SignInRefused
from sp.flows.sign_on_record import Attempt, make_event, told
from sp.organisations import attribute_map
from sp.organisations.attribute_map import Identity
from sp.organisations.organisation import Organisation
from sp.saml.errors import Refused
from sp.saml.types import Assertion
from sp.sessions import consumed_assertion, pending_request
from sp.sessions.pending_request import PendingRequest

UNSOLICITED_REFUSED = (
    "Your organisation does not use sign-in from a company portal. "
    "Please start on our sign-in page; it takes you to your company's login."
)


class _RequestTakenError(Exception):
    """Another answer took the request between our look and our write."""


def is_ours(attempt: Attempt, request: PendingRequest | None) -> bool:
    """Say whether this browser asked, and still waits, for an answer to this request."""
    return (
        request is not None
        and attempt.binding_hash is not None
        and request.purpose == "sign_in"
        and request.answered_at is None
        and attempt.now < request.expires_at
        and hmac.compare_digest(attempt.binding_hash, request.binding_hash)
    )


def restart_or_ask(attempt: Attempt, request: PendingRequest | None) -> Restart | Ask:
    """Start our own request at once, but only once: then a page with a button (decision 11)."""
    if attempt.browser.restart_mark or (request is not None and request.restarted):
        return Ask(
            return_to=attempt.way_back.return_to,
            organisation_name=attempt.organisation.name,
            reference=attempt.reference,
            demand=attempt.way_back.demand,
        )
    return Restart(return_to=attempt.way_back.return_to, demand=attempt.way_back.demand)


def decide(attempt: Attempt, reading: Reading) -> Outcome:
    """Settle an answer whose checks all passed; raises SignInRefused once that is recorded."""
    assertion = reading.judgement.assertion
    assert assertion is not None
    kept = sign_on_record.keep(reading)
    try:
        identity = attribute_map.read_identity(
            assertion, reading.revision.attribute_map, attempt.organisation.domains
        )
    except Refused as refused:
        raise sign_on_record.refuse_unmapped(attempt, reading, kept, refused) from refused
    settling = _Settling(attempt, reading, assertion, identity, kept)
    ours = is_ours(attempt, reading.request)
    try:
        outcome = db.write(partial(settling.settle, ours=ours))
    except _RequestTakenError:
        outcome = db.write(partial(settling.settle, ours=False))
    if isinstance(outcome, SignInRefused):
        raise outcome
    return outcome


class _Settling:
    """One verified answer while it is settled; `settle` may run more than once."""

    def __init__(
        self,
        attempt: Attempt,
        reading: Reading,
        assertion: Assertion,
        identity: Identity,
        kept: Evidence,
    ) -> None:
        self.attempt = attempt
        self.organisation: Organisation = attempt.organisation
        self.request = reading.request
        self.revision = reading.revision
        self.assertion = assertion
        self.identity = identity
        self.kept = kept

    def settle(self, transaction: db.Transaction, *, ours: bool) -> Outcome | SignInRefused:
        """Replay first, then whose answer it is, then admission (decision 11)."""
        unsolicited = self.assertion.in_response_to is None
        if not ours and not (unsolicited and self.organisation.unsolicited == "accept"):
            return self._not_ours(transaction, unsolicited=unsolicited)
        if not self._consume(transaction):
            return self._already_used(transaction)
        if ours:
            assert self.request is not None
            if not pending_request.take(
                transaction, self.organisation.id, self.request.request_id, self.attempt.now
            ):
                raise _RequestTakenError
        decision = admission.admit(transaction, self.organisation, self.identity)
        if isinstance(decision, Admitted):
            return letting_in.let_in(
                transaction,
                self.attempt,
                self.assertion,
                self.identity,
                decision,
                request=self.request if ours else None,
                kept=self.kept,
            )
        self._record_refusal(transaction, decision.code, decision.expected, decision.actual)
        return told(self.attempt, decision.code, admission.SENTENCES[decision.code], verified=True)

    def _consume(self, transaction: db.Transaction) -> bool:
        return consumed_assertion.consume(
            transaction,
            self.organisation.id,
            self.revision.idp_entity_id,
            self.assertion.assertion_id,
            self.assertion.issue_instant + consumed_assertion.KEPT_FOR,
        )

    def _not_ours(
        self, transaction: db.Transaction, *, unsolicited: bool
    ) -> Outcome | SignInRefused:
        if consumed_assertion.is_consumed(
            transaction,
            self.organisation.id,
            self.revision.idp_entity_id,
            self.assertion.assertion_id,
        ):
            return self._already_used(transaction)
        if self.organisation.unsolicited == "refuse":
            self._record_refusal(transaction, "unsolicited_refused")
            return told(self.attempt, "unsolicited_refused", UNSOLICITED_REFUSED, verified=True)
        self._record_refusal(transaction, "unsolicited" if unsolicited else "not_ours")
        return restart_or_ask(self.attempt, self.request)

    def _already_used(self, transaction: db.Transaction) -> AlreadyUsed:
        self._record_refusal(transaction, "replay")
        return AlreadyUsed(
            return_to=self.attempt.way_back.return_to,
            organisation_name=self.organisation.name,
            reference=self.attempt.reference,
        )

    def _record_refusal(
        self, transaction: db.Transaction, code: str, expected: str = "", actual: str = ""
    ) -> None:
        event = make_event(
            self.attempt,
            code,
            kept=self.kept,
            detail={
                "expected": expected,
                "actual": actual,
                "identity": self.identity.as_detail(),
            },
        )
        ledger.record_refusal(
            transaction,
            event,
            self.attempt.now,
            verified=True,
            assertion_key=consumed_assertion.assertion_key(
                self.organisation.id, self.revision.idp_entity_id, self.assertion.assertion_id
            ),
        )
