"""A message that is kept, with everything it was judged by, and what was found."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sp.audit import logout_expectation
from sp.audit.evidence_format import Packed, encode_expectation, encode_findings, pack
from sp.saml.errors import Refused, refuse
from sp.saml.logout_types import LogoutExpectation, LogoutJudgement
from sp.saml.types import Element, Expectation, Finding, Judgement

SALT_OCTETS: Final = 16
SIGN_ON: Final = "Response"
"""The kind of message that an evidence is about unless it says another."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A message as received, everything it was judged by, and what was found.

    `kind` is its root element's name and, of a logout message, the binding it came by, such as
    "LogoutRequest redirect": then `message` is the raw query. `plain` and `plain_name_id` are the
    octets that decrypting the assertion and an EncryptedID in it gave. `expectation` is None where
    the message never reached the checks; then `revision` and `revision_digest` (hex) are None, too.
    `signed_by` is the fingerprint of the key that verified.
    """

    message: bytes
    plain: bytes | None
    plain_name_id: bytes | None
    expectation: Expectation | LogoutExpectation | None
    findings: tuple[Finding, ...]
    revision: int | None
    revision_digest: str | None
    signed_by: str | None
    salt: bytes
    kind: str = SIGN_ON

    @cached_property
    def packed(self) -> Packed:
        """Return it as it is stored; made once, outside any transaction."""
        facts: dict[str, Any] = {
            "expectation": self.expectation and _encode(self.expectation),
            "revision": self.revision,
            "revision_digest": self.revision_digest,
            "signed_by": self.signed_by,
        }
        if self.kind != SIGN_ON:
            facts["kind"] = self.kind
        parts = {
            "message": self.message,
            "plain": self.plain,
            "plain_name_id": self.plain_name_id,
            "findings": encode_findings(self.salt, self.findings),
        }
        return pack(facts, parts)

    @property
    def digest(self) -> str:
        """Return what an event's `evidence_digest` is: 64 hex digits."""
        return self.packed.digest

    def decrypt(self, element: Element) -> bytes:
        """Return the octets that decrypting this element gave on the day; raises Refused.

        It is a `sp.saml.types.Decrypt`: our keys of that day have no part in judging again. Where
        decryption was refused on the day, the same refusal is raised.
        """
        is_name_id = isinstance(element.tag, str) and element.tag.endswith("}EncryptedID")
        plain = self.plain_name_id if is_name_id else self.plain
        if plain is not None:
            return plain
        refusals = [finding for finding in self.findings if not finding.ok]
        if refusals:
            raise Refused(refusals[-1])
        raise refuse("not_decrypted", "the plain octets of the day", "none")


def make_evidence(
    octets: bytes,
    expectation: Expectation | LogoutExpectation,
    judgement: Judgement | LogoutJudgement,
    *,
    revision: int,
    revision_digest: str,
    kind: str = SIGN_ON,
) -> Evidence:
    """Return the evidence of a message that was judged, packed already."""
    made = Evidence(
        message=octets,
        plain=judgement.plain if isinstance(judgement, Judgement) else None,
        plain_name_id=judgement.plain_name_id,
        expectation=expectation,
        findings=judgement.findings,
        revision=revision,
        revision_digest=revision_digest,
        signed_by=None if judgement.signed_by is None else judgement.signed_by.fingerprint,
        salt=secrets.token_bytes(SALT_OCTETS),
        kind=kind,
    )
    _ = made.packed
    return made


def keep_unread(octets: bytes, finding: Finding, kind: str = SIGN_ON) -> Evidence:
    """Return the evidence of what was refused before any Expectation could be held against it."""
    return _keep(octets, (finding,), kind)


def keep_own(octets: bytes, kind: str) -> Evidence:
    """Return the evidence of a message of ours, which nobody here judges."""
    return _keep(octets, (), kind)


def _keep(octets: bytes, findings: tuple[Finding, ...], kind: str) -> Evidence:
    made = Evidence(
        message=octets,
        plain=None,
        plain_name_id=None,
        expectation=None,
        findings=findings,
        revision=None,
        revision_digest=None,
        signed_by=None,
        salt=secrets.token_bytes(SALT_OCTETS),
        kind=kind,
    )
    _ = made.packed
    return made


def _encode(expectation: Expectation | LogoutExpectation) -> dict[str, Any]:
    if isinstance(expectation, LogoutExpectation):
        return logout_expectation.encode(expectation)
    return encode_expectation(expectation)
