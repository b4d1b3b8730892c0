"""The check of the subject's confirmation: one bearer confirmation must hold whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sp.saml import times, urn
from sp.saml.types import Element, Finding
from sp.saml.urn import q

if TYPE_CHECKING:
    from sp.saml.facts import Facts

SECTION = "Profiles 4.1.4.2"


def check_confirmation(facts: Facts) -> Finding:
    """At least one bearer confirmation holds all of its rules; other ones are ignored.

    What is told is why the last bearer confirmation did not hold, Recipient and time by their own
    codes.
    """
    finding = Finding(
        "subject_confirmation", ok=False, expected="one bearer", actual="none", section=SECTION
    )
    for each in facts.assertion.iterfind("saml:Subject/saml:SubjectConfirmation", urn.PREFIXES):
        if each.get("Method") != urn.BEARER:
            continue
        finding = _confirmation(facts, each)
        if finding.ok:
            return finding
    return finding


def _confirmation(facts: Facts, confirmation: Element) -> Finding:
    data = confirmation.find(q("saml:SubjectConfirmationData"))
    if data is None:
        return _failed("SubjectConfirmationData", "none")
    if data.get("NotBefore") is not None:
        return _failed("no NotBefore", data.get("NotBefore", ""))
    recipient = data.get("Recipient")
    if recipient != facts.expectation.acs_url:
        return Finding(
            "recipient",
            ok=False,
            expected=facts.expectation.acs_url,
            actual=recipient or "none",
            section=SECTION,
        )
    text = data.get("NotOnOrAfter")
    end = times.read(text)
    if end is None:
        return _failed("NotOnOrAfter", text or "none")
    now = facts.expectation.instant
    if now - facts.expectation.tolerance >= end:
        return Finding(
            "expired", ok=False, expected=now.isoformat(), actual=text or "", section=SECTION
        )
    return Finding(
        "subject_confirmation", ok=True, expected="one bearer", actual="one bearer", section=SECTION
    )


def _failed(expected: str, actual: str) -> Finding:
    return Finding(
        "subject_confirmation", ok=False, expected=expected, actual=actual, section=SECTION
    )
