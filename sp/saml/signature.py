"""The only way to a VerifiedElement: our verification of a signature over it (Core 5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from typing import Final

from sp.saml import gate, redirect, tree, xml
from sp.saml.errors import refuse
from sp.saml.own_signature import sign_enveloped, sign_octets
from sp.saml.signed_content import find_signature
from sp.saml.signing_key import read_certificate, side_by_side
from sp.saml.types import Decrypt, Element, SigningKey
from sp.saml.verification import cover, verify_octets

__all__ = [
    "VerifiedElement",
    "find_signature",
    "read_certificate",
    "sign_enveloped",
    "sign_octets",
    "verify",
    "verify_octets",
    "verify_query",
    "verify_unread",
]

_SEAL: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedElement:
    """What a signature covered, read anew from the very octets that verified.

    Only verification makes one, or a part taken out of another. octets: the canonical form that
    verified; of a query, the message in it; of an opened part, the plain octets. digest_algorithm:
    "" for a query, which has a signature and no Reference.
    """

    element: Element
    octets: bytes
    signed_by: SigningKey
    signature_algorithm: str
    digest_algorithm: str
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("only verification makes a VerifiedElement")

    def child(self, tag: str) -> VerifiedElement:
        """Return the one child of that tag; LookupError where there is none, or several."""
        return self._part(self._only_child(tag), self.octets)

    def opened(self, tag: str, decrypt: Decrypt, kind: str) -> VerifiedElement:
        """Return what the one Encrypted child of that tag holds, an "Assertion", gated.

        Raises what `decrypt` and `gate.read_decrypted` raise, and LookupError as `child` does.
        """
        octets = decrypt(self._only_child(tag))
        return self._part(gate.read_decrypted(octets, kind), octets)

    def _only_child(self, tag: str) -> Element:
        found = self.element.findall(tag)
        if len(found) != 1:
            raise LookupError(f"{len(found)} of {tag}")
        return found[0]

    def _part(self, element: Element, octets: bytes) -> VerifiedElement:
        return VerifiedElement(
            element=element,
            octets=octets,
            signed_by=self.signed_by,
            signature_algorithm=self.signature_algorithm,
            digest_algorithm=self.digest_algorithm,
            seal=_SEAL,
        )


def verify(
    element: Element,
    keys: Sequence[SigningKey],
    exceptions: frozenset[str],
) -> VerifiedElement:
    """Return what the element's own signature covers, or raise Refused.

    The element is part of a document that the gate let through, and stays as it is. exceptions:
    "sha1" and "weak-key" where the organisation recorded them. Codes: not_signed,
    sha1_not_allowed, empty_canonical, digest_mismatch, signature_invalid, weak_key_not_allowed.
    """
    covered = cover(element, keys, exceptions)
    return VerifiedElement(
        element=xml.parse_canonical(covered.octets),
        octets=covered.octets,
        signed_by=covered.signed_by,
        signature_algorithm=covered.signature_algorithm,
        digest_algorithm=covered.digest_algorithm,
        seal=_SEAL,
    )


def verify_unread(
    element: Element,
    keys: Sequence[SigningKey],
    exceptions: frozenset[str],
    *,
    around: VerifiedElement | None = None,
) -> SigningKey:
    """Return the key that made the element's own signature, or raise Refused as `verify` does.

    For a signature that must verify where another one covers what is read: `around`, if given.
    """
    octets = None if around is None else around.octets
    return cover(element, keys, exceptions, around=octets).signed_by


def verify_query(
    query: str, keys: Sequence[SigningKey], exceptions: frozenset[str]
) -> VerifiedElement:
    """Return the message in a query that its signature covers, or raise Refused (Bindings 3.4.4.1).

    query: raw, as it came, so that what is read comes out of the very characters that verified.
    Codes: those of `redirect.decode_redirect`, of the gate and of `verify_octets`, not_signed.
    """
    sent = redirect.decode_redirect(query)
    if sent.algorithm is None or sent.value is None:
        raise refuse("not_signed", "SigAlg and Signature", "none", "Bindings 3.4.4.1")
    value = side_by_side(sent.value, keys)
    signed_by = verify_octets(sent.signed, sent.algorithm, value, keys, exceptions)
    element = gate.read_message(sent.octets, sent.kind).root
    tree.drop_comments(element)  # no canonical form has done it
    return VerifiedElement(
        element=element,
        octets=sent.octets,
        signed_by=signed_by,
        signature_algorithm=sent.algorithm,
        digest_algorithm="",
        seal=_SEAL,
    )
