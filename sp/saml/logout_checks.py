"""The checks of the Single Logout profile; those of every message are the ones of `checks`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sp.saml import checks, times
from sp.saml.facts import LogoutFacts
from sp.saml.status import read_status
from sp.saml.types import Finding

Check = Callable[[LogoutFacts], Finding]


def check_not_on_or_after(facts: LogoutFacts) -> Finding:
    """NotOnOrAfter, where there is one, has not passed (Core 3.7.1)."""
    text = facts.message.get("NotOnOrAfter")
    end = times.read(text)
    ok = text is None or (end is not None and facts.earliest < end)
    return Finding("expired", ok, facts.now, text or "none", "Core 3.7.1")


def check_in_response_to(facts: LogoutFacts) -> Finding:
    """An answer names the LogoutRequest of ours that it is judged as the answer to (Core 3.2.2)."""
    expected, actual = facts.expectation.request_id, facts.message.get("InResponseTo")
    ok = actual is not None and actual == expected
    return Finding("in_response_to", ok, expected or "none of ours", actual or "none", "Core 3.2.2")


def check_status(facts: LogoutFacts) -> Finding:
    """There is a status; which one is for the caller to tell (Core 3.2.2.2)."""
    codes = read_status(facts.message)
    ok = bool(codes) and all(codes)
    return Finding("status", ok, "a status", " > ".join(codes) or "none", "Core 3.2.2.2")


_EVERY: Final[tuple[Check, ...]] = (
    checks.check_version,
    checks.check_issuer,
    checks.check_destination,
    times.check_issue_instant,
    times.check_age,
)
REQUEST_CHECKS: Final[tuple[Check, ...]] = (*_EVERY, check_not_on_or_after)
RESPONSE_CHECKS: Final[tuple[Check, ...]] = (*_EVERY, check_in_response_to, check_status)
