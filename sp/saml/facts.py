"""What the checks look at: each part is found once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from sp.saml import tree, urn
from sp.saml.logout_types import LogoutExpectation
from sp.saml.types import Element, Expectation
from sp.saml.urn import q

_SIGN_ON: Final = {
    "version": "Core 2.3.3",
    "issuer": "Profiles 4.1.4.2",
    "destination": "Bindings 3.5.5.2",
    "issue_instant": "Core 2.3.3",
    "too_old": "Core 2.3.3",
}
_LOGOUT: Final = {
    "version": "Core 3.2.1, 3.2.2",
    "issuer": "Profiles 4.4.4.1, 4.4.4.2",
    "destination": "Bindings 3.4.5.2, 3.5.5.2",
    "issue_instant": "Core 3.2.1, 3.2.2",
    "too_old": "Core 3.2.1, 3.2.2",
}


class MessageFacts:
    """What the checks of every kind of message look at; `sections` is where their rules stand.

    elements: what has a Version and an IssueInstant, the one whose age counts last. issuers: None
    for one that must be there and is not. expected_issuers: the names of the Identity Provider.
    destination: where it was sent to, where it must be sent to, and whether it must say so.
    """

    expectation: Expectation | LogoutExpectation
    sections: ClassVar[Mapping[str, str]]

    def __init__(
        self,
        expectation: Expectation | LogoutExpectation,
        *,
        elements: tuple[Element, ...],
        issuers: list[Element | None],
        expected_issuers: tuple[str, ...],
        destination: tuple[str | None, str, bool],
    ) -> None:
        self.expectation = expectation
        self.elements = elements
        self.issuers = issuers
        self.expected_issuers = expected_issuers
        self.destination = destination

        self.now = expectation.instant.isoformat()
        """The instant of judging as it is told."""
        self.earliest = expectation.instant - expectation.tolerance
        """The instant that is still now for a clock that is behind."""
        self.latest = expectation.instant + expectation.tolerance
        """The instant that is still now for a clock that is ahead."""
        self.not_after_latest = f"not after {self.latest.isoformat()}"
        """What an instant that must have passed has to be, as it is told."""


class Facts(MessageFacts):
    """The verified assertion, and the Response around it.

    `response` may be unverified where only the assertion is signed; what stands in it can refuse a
    message and never let one pass.
    """

    expectation: Expectation
    sections = _SIGN_ON

    def __init__(
        self,
        *,
        response: Element,
        response_signed: bool,
        assertion: Element,
        expectation: Expectation,
    ) -> None:
        parts = tree.children(assertion)
        own = next(iter(parts[q("saml:Issuer")]), None)
        around = tree.find(response, "saml:Issuer")
        super().__init__(
            expectation,
            elements=(response, assertion),
            issuers=[own] if around is None else [own, around],
            expected_issuers=(expectation.idp_entity_id,),
            # A Response that is signed must have it.
            destination=(response.get("Destination"), expectation.acs_url, response_signed),
        )
        self.response = response
        self.response_signed = response_signed
        self.assertion = assertion

        self.conditions = parts[q("saml:Conditions")]
        """Every Conditions element; a good assertion has one."""
        self.statements = parts[q("saml:AuthnStatement")]
        """Every AuthnStatement; a good assertion has one."""
        self.bearers = [
            tree.find(each, "saml:SubjectConfirmationData")
            for subject in parts[q("saml:Subject")]
            for each in tree.find_all(subject, "saml:SubjectConfirmation")
            if each.get("Method") == urn.BEARER
        ]
        """The data of each bearer confirmation of the subject, None where it has none."""


class LogoutFacts(MessageFacts):
    """A verified LogoutRequest or LogoutResponse, which must say everything about itself.

    `is_on_the_line`: an answer that came back over the connection of its question (SOAP). It went
    to no address, and pysaml2 writes an empty one.
    """

    expectation: LogoutExpectation
    sections = _LOGOUT

    def __init__(
        self, *, message: Element, is_on_the_line: bool, expectation: LogoutExpectation
    ) -> None:
        stated = message.get("Destination")
        if is_on_the_line:
            stated = stated or None
        super().__init__(
            expectation,
            elements=(message,),
            issuers=[tree.find(message, "saml:Issuer")],
            expected_issuers=(expectation.idp_entity_id, *expectation.other_issuers),
            destination=(stated, expectation.destination, not is_on_the_line),
        )
        self.message = message
