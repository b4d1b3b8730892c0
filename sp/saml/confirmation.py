"""The subject's confirmation: one bearer confirmation must hold whole, and says what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sp.saml import times
from sp.saml.types import Element, Finding

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
    for data in facts.bearers:
        finding = _judge(facts, data)
        if finding.ok:
            return finding
    return finding


def answered_request(facts: Facts) -> str | None:
    """Return the signed InResponseTo: which request this answers, None for none (Core 2.4.1.2).

    It is that of a confirmation that holds, of the one for the expected request where several do;
    else that of a Response that is signed itself. An unsigned one may have been planted.
    """
    named = [
        value
        for data in facts.bearers
        if data is not None
        and (value := data.get("InResponseTo")) is not None
        and _judge(facts, data).ok
    ]
    if named:
        expected = facts.expectation.request_id
        return expected if expected in named else named[0]
    return facts.response.get("InResponseTo") if facts.response_signed else None


def check_in_response_to(facts: Facts) -> Finding:
    """Where Response and confirmation both say what they answer, they agree (Profiles 4.1.4.3)."""
    stated = (answered_request(facts), facts.response.get("InResponseTo"))
    named = {each for each in stated if each is not None}
    return Finding(
        "in_response_to",
        len(named) <= 1 and "" not in named,
        facts.expectation.request_id or "none of ours",
        ", ".join(sorted(named)) or "none",
        "Profiles 4.1.4.3",
    )


def _judge(facts: Facts, data: Element | None) -> Finding:
    """Return whether a bearer confirmation with this data holds, or why it does not."""
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
    if facts.earliest >= end:
        return Finding("expired", ok=False, expected=facts.now, actual=text or "", section=SECTION)
    return Finding(
        "subject_confirmation", ok=True, expected="one bearer", actual="one bearer", section=SECTION
    )


def _failed(expected: str, actual: str) -> Finding:
    return Finding(
        "subject_confirmation", ok=False, expected=expected, actual=actual, section=SECTION
    )
