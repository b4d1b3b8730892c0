"""What the checks look at."""

from __future__ import annotations

from dataclasses import dataclass

from sp.saml.types import Element, Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The verified assertion, and the Response around it.

    `response` may be unverified where only the assertion is signed; what stands in it can refuse a
    message and never let one pass.
    """

    response: Element
    response_signed: bool
    assertion: Element
    expectation: Expectation
