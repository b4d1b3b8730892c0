"""Events and evidence to record, and what the database holds of them, for tests of the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from sp import db
from sp.audit import ledger
from sp.audit.events import SIGN_IN, NewEvent
from sp.audit.evidence import make_evidence
from sp.saml.types import Expectation, Finding, Judgement, SigningKey

AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
ADA = {"email": "ada@acme.example", "groups": ["staff", "führung"], "new": True, "note": None}
CERTIFICATE_FINGERPRINT = "52fae3c2b3dfa1ad1c2bb60eeff24dd8a7bbc1e9ee4f0ad0d1d4b4ea24de7ffb"
MESSAGE = b"<Response>as received</Response>"

EXPECTATION = Expectation(
    instant=AT,
    tolerance=timedelta(seconds=90),
    maximum_age=timedelta(hours=48),
    sp_entity_id="https://sp.example.com/saml/acme/metadata",
    acs_url="https://sp.example.com/saml/acme/acs",
    idp_entity_id="https://idp.example.com/saml",
    keys=(),
    request_id="_request",
    unsolicited="restart",
    exceptions=frozenset({"sha1", "weak-key"}),
    authenticated_after=AT - timedelta(minutes=5),
    contexts=("urn:oasis:names:tc:SAML:2.0:ac:classes:Password",),
)
FINDINGS = (
    Finding("version", ok=True, expected="2.0", actual="2.0", section="Core 3.2.2"),
    Finding("audience", ok=False, expected="us", actual="them", section="Core 2.5.1.4"),
)


def new_event(**changes) -> NewEvent:
    """One good event with one change."""
    values = {
        "chain": "acme",
        "kind": SIGN_IN,
        "code": "done",
        "actor_kind": "person",
        "actor_id": "7",
        "account_id": 7,
        "revision": 3,
        "detail": ADA,
        "evidence": None,
        "reference": None,
    }
    return NewEvent(**{**values, **changes})


def new_evidence(message=MESSAGE, *, expectation=EXPECTATION, **judged):
    """The evidence of one judged message."""
    values = {
        "findings": FINDINGS,
        "assertion": None,
        "signed_by": None,
        "plain": None,
        "verified": True,
        "status": (),
        "status_message": "",
    }
    return make_evidence(
        message,
        expectation,
        Judgement(**{**values, **judged}),
        revision=3,
        revision_digest="d" * 64,
    )


def append(event=None, at=AT, **changes):
    """Append an event in a transaction of its own."""
    event = event or new_event(**changes)
    return db.write(lambda transaction: ledger.append(transaction, event, at))


def read_events(chain="acme"):
    """The events of a chain, oldest first."""
    with db.read() as transaction:
        return ledger.list_events(transaction, chain, limit=100_000)[::-1]


def tamper(statement, **values):
    """Change what the database holds, as somebody with access to it could."""
    with db.db.engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount > 0


__all__ = ["SigningKey", "append", "new_event", "new_evidence", "read_events", "tamper"]
