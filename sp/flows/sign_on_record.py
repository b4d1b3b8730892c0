"""What the record keeps of an answer at the ACS, and the refusals that the person is told of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sp import db
from sp.audit import events, evidence, ledger
from sp.audit.events import NewEvent
from sp.audit.evidence import Evidence
from sp.config import Config
from sp.errors import SpError
from sp.flows.actor import PERSON_AT_IDP
from sp.flows.judging import Reading
from sp.flows.outcomes import SignInRefused
from sp.organisations.organisation import Organisation
from sp.saml.errors import Refused
from sp.saml.types import Finding
from sp.sessions.consumed_assertion import assertion_key
from sp.sessions.pending_request import WayBack

LONGEST_FACT: Final = 500
"""Characters of a message that its event repeats; where its evidence is kept, that has them all."""
MOST_STATUS_CODES: Final = 4
IDP_SAID_NO = "If you cancelled there, try again. If you did not, your IT team can tell you why."
"""Under a headline that says that the company's login did not let the person in."""


class Browser(NamedTuple):
    """What a browser brought along; all of it is only what somebody sent."""

    binding: str | None
    restart_mark: bool
    session_token: str | None
    address: str
    user_agent: str


class Posted(NamedTuple):
    """The form that came to the ACS: every value of SAMLResponse in its body, and the rest.

    `other_messages` counts values of SAMLRequest; `in_query` says that the query has either.
    """

    messages: tuple[str, ...]
    in_query: bool
    relay_state: str | None
    other_messages: int = 0


class Attempt(NamedTuple):
    """One answer at the ACS: for whom, from which browser, when, its reference, the way back.

    `binding_hash` is the hash of the browser's binding, where it has one.
    """

    config: Config
    organisation: Organisation
    browser: Browser
    binding_hash: bytes | None
    now: datetime
    reference: str
    way_back: WayBack


def make_event(
    attempt: Attempt,
    code: str,
    *,
    kept: Evidence | None,
    detail: Mapping[str, Any],
    account_id: int | None = None,
) -> NewEvent:
    """Return the sign-in event of this attempt; `detail` and where it came from are personal."""
    return NewEvent(
        chain=attempt.organisation.slug,
        kind=events.SIGN_IN,
        code=code,
        actor_kind=PERSON_AT_IDP.kind,
        actor_id=PERSON_AT_IDP.id if account_id is None else str(account_id),
        account_id=account_id,
        revision=attempt.organisation.live_revision,
        detail={
            "address": attempt.browser.address,
            "user_agent": attempt.browser.user_agent,
            **{name: value for name, value in detail.items() if value},
        },
        evidence=kept,
        reference=None if code == events.DONE else attempt.reference,  # nobody is told of it
    )


def refuse_unread(attempt: Attempt, octets: bytes | None, refused: SpError) -> SignInRefused:
    """Record a message that never reached the checks, and return what the person is told.

    `octets` is None where what came could not even be decoded: then there is no evidence.
    """
    finding = refused.finding if isinstance(refused, Refused) else Finding(refused.code, ok=False)
    kept = None if octets is None else evidence.keep_unread(octets, finding)
    event = make_event(attempt, finding.code, kept=kept, detail=tell_finding(finding))
    db.write(
        lambda transaction: ledger.record_refusal(
            transaction, event, attempt.now, verified=False, assertion_key=None
        )
    )
    if refused.status < SpError.status:
        return told(attempt, finding.code, refused.public)
    is_private = refused.status == SpError.status  # for operators: it may name files
    public = SpError.public if is_private else refused.public
    return told(attempt, finding.code, public, status=refused.status)


def refuse_judged(attempt: Attempt, reading: Reading) -> SignInRefused:
    """Record a message that failed a check, and return what the person is told.

    Nothing is spent; every reason up to here has one and the same public answer.
    """
    finding = reading.judgement.refusal
    assert finding is not None
    public = IDP_SAID_NO if finding.code == "status" else Refused.public
    return _refuse_read(attempt, reading, finding, keep(reading), public)


def refuse_unmapped(
    attempt: Attempt, reading: Reading, kept: Evidence, refused: Refused
) -> SignInRefused:
    """Record an assertion whose attributes cannot be read as this organisation wants them read."""
    return _refuse_read(attempt, reading, refused.finding, kept, Refused.public)


def _refuse_read(
    attempt: Attempt, reading: Reading, finding: Finding, kept: Evidence, public: str
) -> SignInRefused:
    judgement = reading.judgement
    key = None
    if judgement.assertion_id is not None:
        key = assertion_key(
            attempt.organisation.id, reading.revision.idp_entity_id, judgement.assertion_id
        )
    status = [clipped(each) for each in judgement.status[:MOST_STATUS_CODES]]
    detail = {**tell_finding(finding), "status": status}
    event = make_event(attempt, finding.code, kept=kept, detail=detail)
    db.write(
        lambda transaction: ledger.record_refusal(
            transaction, event, attempt.now, verified=judgement.verified, assertion_key=key
        )
    )
    return told(attempt, finding.code, public, verified=judgement.verified)


def tell_finding(finding: Finding) -> dict[str, str]:
    """Return what an event's detail says of the check that failed."""
    return {
        "expected": clipped(finding.expected),
        "actual": clipped(finding.actual),
        "section": finding.section,
    }


def clipped(text: str) -> str:
    """Return as much of a text as an event repeats."""
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}…"


def keep(reading: Reading) -> Evidence:
    """Return the evidence of a message that was judged."""
    return evidence.make_evidence(
        reading.gated.octets,
        reading.expectation,
        reading.judgement,
        revision=reading.revision.number,
        revision_digest=reading.revision.digest,
    )


def told(
    attempt: Attempt,
    code: str,
    public: str,
    *,
    status: int = SignInRefused.status,
    verified: bool = False,
) -> SignInRefused:
    """Return the refusal for the person: a sentence and the reference that leads to the event."""
    return SignInRefused(
        code,
        public,
        reference=attempt.reference,
        organisation_name=attempt.organisation.name,
        return_to=attempt.way_back.return_to,
        demand=attempt.way_back.demand,
        status=status,
        verified=verified,
    )
