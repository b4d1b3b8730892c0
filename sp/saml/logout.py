"""Reads LogoutRequests and LogoutResponses: verifies what is signed, and runs the checks on it."""

from __future__ import annotations

from typing import Final

from sp.saml import checks, gate, redirect, second_verdict, tree, urn, xml
from sp.saml.assertion import read_issuer, read_name_id
from sp.saml.errors import Refused, refuse
from sp.saml.facts import LogoutFacts
from sp.saml.logout_checks import REQUEST_CHECKS, RESPONSE_CHECKS
from sp.saml.logout_message import Received, read_query
from sp.saml.logout_types import (
    REQUEST,
    LogoutExpectation,
    LogoutJudgement,
    LogoutRequest,
    LogoutResponse,
)
from sp.saml.signature import VerifiedElement, find_signature, verify, verify_query, verify_unread
from sp.saml.status import read_status, read_status_message
from sp.saml.types import Decrypt, Finding, NameID
from sp.saml.urn import q

_INDEX: Final = q("samlp:SessionIndex")
_NAMES: Final = (q("saml:NameID"), q("saml:EncryptedID"), q("saml:BaseID"))


def judge(
    received: Received,
    expectation: LogoutExpectation,
    decrypt: Decrypt,
    *,
    to_the_end: bool = False,
) -> LogoutJudgement:
    """Return everything that holding a logout message against an expectation gives.

    Nothing is raised for what a message holds (Profiles 4.4.4.1, 4.4.4.2). The findings end with
    the first that fails, or, `to_the_end`, with the last check that can be made at all. Whether
    the ID was seen before, and whose sessions end, is for the caller.
    """
    reading = _Reading(received, expectation, decrypt)
    try:
        reading.read(to_the_end=to_the_end)
    except Refused as refused:
        reading.findings.append(refused.finding)
    return reading.judgement()


class _Reading:
    """One logout message while it is read."""

    def __init__(
        self, received: Received, expectation: LogoutExpectation, decrypt: Decrypt
    ) -> None:
        self.received = received
        self.expectation = expectation
        self.decrypt = decrypt
        self.is_request = received.kind == REQUEST
        self.findings: list[Finding] = []
        self.verified: VerifiedElement | None = None
        self.name_id: NameID | None = None
        self.plain_name_id: bytes | None = None

    def read(self, *, to_the_end: bool) -> None:
        """Signature, NameID, the checks, the second verdict."""
        self.verified = verified = self._verify()
        self.findings.append(Finding("signature_invalid", ok=True, section="Core 5.4"))
        if self.is_request:
            try:
                self.name_id = self._read_name_id(verified)
            except Refused as refused:
                self.findings.append(refused.finding)
                if not to_the_end:
                    return
        facts = LogoutFacts(
            message=verified.element,
            expectation=self.expectation,
            is_on_the_line=self.received.binding == urn.SOAP and not self.is_request,
        )
        every = REQUEST_CHECKS if self.is_request else RESPONSE_CHECKS
        self.findings += checks.run(every, facts, to_the_end=to_the_end)
        if to_the_end or all(finding.ok for finding in self.findings):
            self.findings.append(self._second_verdict())

    def _verify(self) -> VerifiedElement:
        """Return what the signature covers: that of the query, or the one in the message.

        A message in a query should carry none of its own (Bindings 3.4.4.1); pysaml2 leaves it
        there. It then must verify as well, and decides nothing.
        """
        root = self.received.gated.root
        trust = self.expectation.keys, self.expectation.exceptions
        if self.received.binding != urn.REDIRECT:
            return verify(root, *trust)
        verified = verify_query(read_query(self.received.kept), *trust)
        if find_signature(root) is not None:
            verify_unread(root, *trust)
        return verified

    def _read_name_id(self, verified: VerifiedElement) -> NameID:
        found = [str(child.tag) for child in verified.element if child.tag in _NAMES]
        if len(found) != 1 or found[0] == q("saml:BaseID"):
            actual = " and ".join(each.rpartition("}")[2] for each in found) or "none"
            raise refuse("name_id", "one NameID or EncryptedID", actual, "Core 3.7.1")
        name_id, self.plain_name_id = read_name_id(verified, self.decrypt, "")
        if name_id is None:
            raise refuse("name_id", "a name", "blank", "Core 2.2.3")
        return name_id

    def _second_verdict(self) -> Finding:
        is_query = self.received.binding == urn.REDIRECT
        sent = redirect.decode_redirect(read_query(self.received.kept)) if is_query else None
        plain = self.plain_name_id
        inside = None if plain is None else gate.read_decrypted(plain, "NameID")
        return second_verdict.give_on_logout(
            self.received.gated.root, sent, inside, self.expectation.keys
        )

    def judgement(self) -> LogoutJudgement:
        """Return what was found; what is asked or answered only where every finding is ok."""
        verified = self.verified
        good = all(finding.ok for finding in self.findings)
        request = response = None
        if good and verified is not None:
            if self.name_id is not None:
                request = read_logout_request(verified, self.name_id)
            else:
                response = read_logout_response(verified)
        return LogoutJudgement(
            findings=tuple(self.findings),
            request=request,
            response=response,
            signed_by=None if verified is None else verified.signed_by,
            verified=verified is not None,
            message_id=None if verified is None else verified.element.get("ID"),
            plain_name_id=self.plain_name_id,
        )


def read_logout_request(verified: VerifiedElement, name_id: NameID) -> LogoutRequest:
    """Return what a verified LogoutRequest asks, once every check has passed (Core 3.7.1).

    A SessionIndex without text counts as absent, as a NameID without text does.
    """
    element = verified.element
    indexes = [xml.trim(tree.text_of(each)) for each in element.iterchildren(_INDEX)]
    end = element.get("NotOnOrAfter")
    return LogoutRequest(
        request_id=element.get("ID", ""),
        issuer=read_issuer(element),
        issue_instant=xml.read_instant(element.get("IssueInstant")),
        not_on_or_after=None if end is None else xml.read_instant(end),
        name_id=name_id,
        session_indexes=tuple(dict.fromkeys(each for each in indexes if each)),
        reason=element.get("Reason"),
    )


def read_logout_response(verified: VerifiedElement) -> LogoutResponse:
    """Return what a verified LogoutResponse answers, once every check has passed (Core 3.7.2)."""
    element = verified.element
    return LogoutResponse(
        response_id=element.get("ID", ""),
        issuer=read_issuer(element),
        issue_instant=xml.read_instant(element.get("IssueInstant")),
        in_response_to=element.get("InResponseTo", ""),
        status=read_status(element),
        status_message=read_status_message(element),
    )
