"""What the record keeps of a logout message that came, and the refusals that are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sp import db
from sp.audit import events, evidence, ledger
from sp.audit.events import NewEvent
from sp.audit.evidence import Evidence
from sp.config import Config
from sp.errors import SpError
from sp.flows.logout_receiving import Came
from sp.flows.outcomes import LogoutRefused
from sp.flows.sign_on_record import MOST_STATUS_CODES, clipped, tell_finding
from sp.organisations.idp_directory import Revision
from sp.organisations.organisation import Organisation
from sp.saml.errors import Refused
from sp.saml.logout_types import (
    REQUEST,
    RESPONSE,
    LogoutExpectation,
    LogoutJudgement,
    LogoutRequest,
    LogoutResponse,
)
from sp.saml.types import Finding
from sp.sessions.consumed_assertion import assertion_key
from sp.sessions.ending import Ended
from sp.sessions.pending_logout import PendingLogout

KINDS: Final = {REQUEST: events.LOGOUT_REQUEST, RESPONSE: events.LOGOUT_RESPONSE}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutAttempt:
    """One message at the SLO endpoint: for whom, from where, when, and its reference."""

    config: Config
    organisation: Organisation
    came: Came
    kind: str
    now: datetime
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutReading:
    """A message with everything that judging it gave, and what is kept of it."""

    revision: Revision
    judgement: LogoutJudgement
    kept: Evidence


def name_of(kind: str, message_id: str) -> str:
    """Return under which name a message's ID is spent; no assertion's ID has a blank in it."""
    return f"{kind} {message_id}"


def make_reading(
    attempt: LogoutAttempt,
    message: bytes,
    revision: Revision,
    expectation: LogoutExpectation,
    judgement: LogoutJudgement,
) -> LogoutReading:
    """Return what judging gave; `message` is what is kept of the message itself."""
    kept = evidence.make_evidence(
        message,
        expectation,
        judgement,
        revision=revision.number,
        revision_digest=revision.digest,
        kind=_kind_of_evidence(attempt),
    )
    return LogoutReading(revision=revision, judgement=judgement, kept=kept)


def record_request(
    transaction: db.Transaction,
    attempt: LogoutAttempt,
    reading: LogoutReading,
    request: LogoutRequest,
    ended: list[Ended],
) -> None:
    """Append the event of a LogoutRequest that was obeyed, also where no session was left."""
    people = {each.account_id for each in ended}
    detail = {
        "name_id": request.name_id.value,
        "session_indexes": list(request.session_indexes),
        "reason": request.reason or "",
        "ended": len(ended),
        "sessions": [each.public_id for each in ended],
    }
    event = _event(
        attempt,
        events.DONE,
        reading.kept,
        detail,
        account_id=people.pop() if len(people) == 1 else None,
    )
    ledger.append(transaction, event, attempt.now)


def record_response(
    transaction: db.Transaction,
    attempt: LogoutAttempt,
    reading: LogoutReading,
    response: LogoutResponse,
    asked: PendingLogout,
) -> None:
    """Append the event of a LogoutResponse; its code is done, partial or failed."""
    detail = {
        "request_id": asked.request_id,
        "status": [clipped(each) for each in response.status[:MOST_STATUS_CODES]],
        "status_message": clipped(response.status_message),
    }
    code = events.DONE if asked.outcome == "success" else str(asked.outcome)
    event = _event(attempt, code, reading.kept, detail, account_id=asked.account_id)
    ledger.append(transaction, event, attempt.now)


def refuse_unread(attempt: LogoutAttempt, octets: bytes | None, refused: SpError) -> LogoutRefused:
    """Record a message that never reached the checks, and return what is told."""
    finding = refused.finding if isinstance(refused, Refused) else Finding(refused.code, ok=False)
    kind = _kind_of_evidence(attempt)
    kept = None if octets is None else evidence.keep_unread(octets, finding, kind)
    event = _event(attempt, finding.code, kept, tell_finding(finding))
    db.write(
        lambda transaction: ledger.record_refusal(
            transaction, event, attempt.now, verified=False, assertion_key=None
        )
    )
    return _told(attempt, finding.code, verified=False)


def refuse_judged(
    attempt: LogoutAttempt, reading: LogoutReading, finding: Finding
) -> LogoutRefused:
    """Record a message that failed a check, and return what is told; nothing is spent or ended."""
    db.write(lambda transaction: _refuse(transaction, attempt, reading, finding))
    return _told(attempt, finding.code, verified=reading.judgement.verified)


def refuse_replayed(
    transaction: db.Transaction, attempt: LogoutAttempt, reading: LogoutReading
) -> LogoutRefused:
    """Record in this transaction that a message came again, and return what is told."""
    finding = Finding("replay", ok=False, expected="an ID that is new", section="Core 1.3.4")
    _refuse(transaction, attempt, reading, finding)
    return _told(attempt, finding.code, verified=True)


def _refuse(
    transaction: db.Transaction, attempt: LogoutAttempt, reading: LogoutReading, finding: Finding
) -> None:
    key, judgement = None, reading.judgement
    if judgement.message_id is not None:
        name = name_of(attempt.kind, judgement.message_id)
        key = assertion_key(attempt.organisation.id, reading.revision.idp_entity_id, name)
    event = _event(attempt, finding.code, reading.kept, tell_finding(finding))
    ledger.record_refusal(
        transaction, event, attempt.now, verified=judgement.verified, assertion_key=key
    )


def _event(
    attempt: LogoutAttempt,
    code: str,
    kept: Evidence | None,
    detail: Mapping[str, Any],
    *,
    account_id: int | None = None,
) -> NewEvent:
    return NewEvent(
        chain=attempt.organisation.slug,
        kind=KINDS[attempt.kind],
        code=code,
        actor_kind="idp",
        actor_id="idp",
        account_id=account_id,
        revision=attempt.organisation.live_revision,
        detail={
            "binding": attempt.came.binding,
            "address": attempt.came.address,
            "user_agent": attempt.came.user_agent,
            **{name: value for name, value in detail.items() if value},
        },
        evidence=kept,
        reference=None if code == events.DONE else attempt.reference,  # nobody is told of it
    )


def _kind_of_evidence(attempt: LogoutAttempt) -> str:
    return f"{attempt.kind} {attempt.came.binding}"


def _told(attempt: LogoutAttempt, code: str, *, verified: bool) -> LogoutRefused:
    return LogoutRefused(
        code,
        kind=attempt.kind,
        reference=attempt.reference,
        organisation_name=attempt.organisation.name,
        verified=verified,
    )
