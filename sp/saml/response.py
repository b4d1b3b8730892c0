"""Reads a Response: verifies what is signed, opens what is encrypted, and runs the checks on it."""

from __future__ import annotations

from sp.saml import checks, confirmation, gate, second_verdict, urn
from sp.saml.assertion import read_assertion, read_name_id
from sp.saml.errors import Refused, refuse
from sp.saml.facts import Facts
from sp.saml.gate import Gated
from sp.saml.signature import VerifiedElement, find_signature, verify, verify_unread
from sp.saml.status import read_status, read_status_message
from sp.saml.types import (
    Decrypt,
    Element,
    Expectation,
    Finding,
    Judgement,
    NameID,
    SigningKey,
    is_ok,
)
from sp.saml.urn import q


def judge(
    gated: Gated, expectation: Expectation, decrypt: Decrypt, *, to_the_end: bool = False
) -> Judgement:
    """Return everything that holding a Response against an Expectation gives (Profiles 4.1.4.3).

    Nothing is raised for what a message holds. The findings end with the first that fails, or,
    `to_the_end`, with the last check that can be made at all.
    """
    reading = _Reading(gated, expectation, decrypt)
    try:
        reading.read(to_the_end=to_the_end)
    except Refused as refused:
        reading.findings.append(refused.finding)
    return reading.judgement()


class _Reading:
    """One Response while it is read."""

    def __init__(self, gated: Gated, expectation: Expectation, decrypt: Decrypt) -> None:
        self.gated = gated
        self.expectation = expectation
        self.decrypt = decrypt
        self.trust = expectation.keys, expectation.exceptions
        self.status = read_status(gated.root)
        self.findings: list[Finding] = []
        self.signed_by: SigningKey | None = None
        self.plain: bytes | None = None
        self.plain_name_id: bytes | None = None
        self.inside: Element | None = None
        self.verified: VerifiedElement | None = None
        self.response: VerifiedElement | None = None
        self.name_id: NameID | None = None
        self.facts: Facts | None = None

    def read(self, *, to_the_end: bool) -> None:
        """Status, signatures, decryption, the checks, the second verdict."""
        root = self.gated.root
        if find_signature(root) is not None:
            self.response = self._verify(root)
        self._check_status()
        self.verified = self._find_assertion()
        self.findings.append(Finding("signature_invalid", ok=True, section="Core 5.4"))
        try:
            self.name_id, self.plain_name_id = read_name_id(self.verified, self.decrypt)
        except Refused as refused:
            self.findings.append(refused.finding)
            if not to_the_end:
                return
        self.facts = facts = Facts(
            response=root if self.response is None else self.response.element,
            response_signed=self.response is not None,
            assertion=self.verified.element,
            expectation=self.expectation,
        )
        self.findings += checks.run(checks.CHECKS, facts, to_the_end=to_the_end)
        if to_the_end or all(map(is_ok, self.findings)):
            self.findings.append(second_verdict.give(self.gated, self.expectation, self.inside))

    def _verify(self, element: Element) -> VerifiedElement:
        verified = verify(element, *self.trust)
        self.signed_by = verified.signed_by
        return verified

    def _check_status(self) -> None:
        finding = Finding(
            "status",
            self.status[:1] == (urn.SUCCESS,),  # a code below it only says more
            urn.SUCCESS,
            " > ".join(self.status) or "none",
            "Core 3.2.2.2",
        )
        self.findings.append(finding)
        if not finding.ok:
            raise Refused(self.findings.pop())

    def _find_assertion(self) -> VerifiedElement:
        """Return the one assertion that a signature covers, each signature on it verified."""
        if self.gated.encrypted_assertion is not None:
            return self._open()
        assertion = self.gated.assertion
        signed = assertion is not None and find_signature(assertion) is not None
        if self.response is None:
            if assertion is None or not signed:
                raise _not_signed()
            return self._verify(assertion)
        if assertion is not None and signed:
            # It must verify. What is read is the same assertion as the Response's signature covers.
            self.signed_by = verify_unread(assertion, *self.trust, around=self.response)
        return self.response.child(q("saml:Assertion"))

    def _open(self) -> VerifiedElement:
        """Return what was encrypted: signed inside, or inside what is signed."""
        tag = q("saml:EncryptedAssertion")
        carrier = self.gated.encrypted_assertion
        if self.response is not None:
            carrier = self.response.element.find(tag)
        assert carrier is not None, "the gate saw to it"
        self.plain = plain = self.decrypt(carrier)
        self.inside = inside = gate.read_decrypted(plain, "Assertion")
        if find_signature(inside) is not None:
            return self._verify(inside)
        if self.response is None:
            raise _not_signed()
        return self.response.opened(tag, lambda _: plain, "Assertion")

    def judgement(self) -> Judgement:
        """Return what was found; an Assertion only where every finding is ok."""
        good = all(map(is_ok, self.findings))
        assertion = None
        if good and self.verified is not None and self.facts is not None:
            answered = confirmation.answered_request(self.facts)
            assertion = read_assertion(self.verified, self.name_id, answered)
        return Judgement(
            findings=tuple(self.findings),
            assertion=assertion,
            signed_by=self.signed_by,
            plain=self.plain,
            plain_name_id=self.plain_name_id,
            verified=self.signed_by is not None,
            status=self.status,
            status_message=read_status_message(self.gated.root),
            assertion_id=None if self.verified is None else self.verified.element.get("ID"),
        )


def _not_signed() -> Refused:
    return refuse("not_signed", "a signature on the Response or the Assertion", "none", "Core 5.4")
