"""What the checks look at: each part is found once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sp.saml import tree, urn
from sp.saml.types import Element, Expectation


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The verified assertion, and the Response around it.

    `response` may be unverified where only the assertion is signed; what stands in it can refuse a
    message and never let one pass.
    """

    response: Element
    response_signed: bool
    assertion: Element
    expectation: Expectation

    @cached_property
    def conditions(self) -> list[Element]:
        """Return every Conditions element; a good assertion has one."""
        return tree.find_all(self.assertion, "saml:Conditions")

    @cached_property
    def statements(self) -> list[Element]:
        """Return every AuthnStatement; a good assertion has one."""
        return tree.find_all(self.assertion, "saml:AuthnStatement")

    @cached_property
    def bearers(self) -> list[Element]:
        """Return the bearer confirmations of the subject."""
        found = tree.find_all(self.assertion, "saml:Subject/saml:SubjectConfirmation")
        return [each for each in found if each.get("Method") == urn.BEARER]

    @cached_property
    def now(self) -> str:
        """Return the instant of judging as it is told."""
        return self.expectation.instant.isoformat()

    @cached_property
    def earliest(self) -> datetime:
        """Return the instant that is still now for a clock that is behind."""
        return self.expectation.instant - self.expectation.tolerance

    @cached_property
    def latest(self) -> datetime:
        """Return the instant that is still now for a clock that is ahead."""
        return self.expectation.instant + self.expectation.tolerance

    @cached_property
    def not_after_latest(self) -> str:
        """Return what an instant that must have passed has to be, as it is told."""
        return f"not after {self.latest.isoformat()}"

    @cached_property
    def issuers(self) -> list[Element | None]:
        """Return the Assertion's Issuer, or None, and the Response's where there is one."""
        own = tree.find(self.assertion, "saml:Issuer")
        around = tree.find(self.response, "saml:Issuer")
        return [own] if around is None else [own, around]
