"""The checks about time; every timestamp is held with the tolerance in both directions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sp.saml import xml
from sp.saml.types import Element, Finding

if TYPE_CHECKING:
    from sp.saml.facts import Facts, MessageFacts


def check_conditions_window(facts: Facts) -> Finding:
    """NotBefore and NotOnOrAfter of the Conditions hold now and are no inverted window."""
    if not facts.conditions:
        return Finding("conditions", ok=False, expected="one", actual="0", section="Core 2.5.1")
    return _window(facts, facts.conditions[0], "Core 2.5.1.2")


def check_issue_instant(facts: MessageFacts) -> Finding:
    """Nothing was issued in the future."""
    texts = [each.get("IssueInstant") for each in facts.elements]
    instants = [read(text) for text in texts]
    ok = all(each is not None and each <= facts.latest for each in instants)
    return Finding(
        "issue_instant",
        ok,
        facts.not_after_latest,
        " and ".join(text or "none" for text in texts),
        facts.sections["issue_instant"],
    )


def check_age(facts: MessageFacts) -> Finding:
    """The message, of a Response its Assertion, is not older than we allow."""
    oldest = facts.earliest - facts.expectation.maximum_age
    text = facts.elements[-1].get("IssueInstant")
    issued = read(text)
    return Finding(
        "too_old",
        issued is not None and issued >= oldest,
        f"not before {oldest.isoformat()}",
        text or "none",
        facts.sections["too_old"],
    )


def check_authn_instant(facts: Facts) -> Finding:
    """The person signed in before now and, where we asked for that, after our request."""
    expectation = facts.expectation
    text = facts.statements[0].get("AuthnInstant") if facts.statements else None
    instant = read(text)
    expected = facts.not_after_latest
    ok = instant is not None and instant <= facts.latest
    if expectation.authenticated_after is not None:
        earliest = expectation.authenticated_after - expectation.tolerance
        expected += f", not before {earliest.isoformat()}"
        ok = ok and instant is not None and instant >= earliest
    return Finding("authn_instant", ok, expected, text or "none", "Core 2.7.2")


def check_session_end(facts: Facts) -> Finding:
    """SessionNotOnOrAfter, where there is one, has not passed (Core 2.7.2)."""
    text = facts.statements[0].get("SessionNotOnOrAfter") if facts.statements else None
    end = read(text)
    return Finding(
        "session_expired",
        text is None or (end is not None and end > facts.earliest),
        f"after {facts.earliest.isoformat()}",
        text or "none",
        "Core 2.7.2",
    )


def read(text: str | None) -> datetime | None:
    """Return an instant, or None where there is none that can be read."""
    if text is None:
        return None
    try:
        return xml.read_instant(text)
    except ValueError:
        return None


def _window(facts: Facts, element: Element, section: str) -> Finding:
    first, last = element.get("NotBefore"), element.get("NotOnOrAfter")
    begin, end = read(first), read(last)
    actual = f"{first or 'any time'} to {last or 'any time'}"
    if (first is not None and begin is None) or (last is not None and end is None):
        return Finding("conditions", ok=False, expected="times", actual=actual, section=section)
    if begin is not None and end is not None and begin >= end:
        return Finding("conditions", ok=False, expected="a window", actual=actual, section=section)
    is_early = begin is not None and facts.latest < begin
    code = "not_yet_valid" if is_early else "expired"
    ok = not is_early and (end is None or facts.earliest < end)
    return Finding(code, ok, facts.now, actual, section)
