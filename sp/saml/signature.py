"""Our verification of a signature, and the only way to a VerifiedElement (Core 5.4).

The gate has let the signature's one shape through. Nothing here looks at KeyInfo.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import InitVar, dataclass
from typing import Final

from sp.saml import canonical, gate, tree, urn, xml
from sp.saml.errors import refuse
from sp.saml.gate_signature import INCLUSIVE_FORMS, SIGNATURE, read_prefixes
from sp.saml.own_signature import sign_enveloped, sign_octets
from sp.saml.signing_key import find_signer, is_weak, read_certificate
from sp.saml.types import Decrypt, Element, SigningKey
from sp.saml.urn import q

__all__ = [
    "VerifiedElement",
    "find_signature",
    "read_certificate",
    "sign_enveloped",
    "sign_octets",
    "verify",
    "verify_octets",
]

_SEAL: Final = object()

_DIGESTS: Final = {
    urn.SHA1: hashlib.sha1,
    urn.SHA256: hashlib.sha256,
    urn.SHA384: hashlib.sha384,
    urn.SHA512: hashlib.sha512,
}
_SHA1_NAMES: Final = frozenset({urn.RSA_SHA1, urn.SHA1})


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedElement:
    """What a signature covered, read anew from the very octets that verified.

    Only `verify` makes one, or a part taken out of another. octets: the canonical form that
    verified; of an opened part, the plain octets.
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


def find_signature(element: Element) -> Element | None:
    """Return the Signature that is a child of the element, or None."""
    return next(element.iterchildren(SIGNATURE), None)


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
    signature = find_signature(element)
    if signature is None:
        raise refuse("not_signed", "a Signature", "none", "Core 5.4")
    info = _part(signature, "ds:SignedInfo")
    method = _algorithm(_part(info, "ds:SignatureMethod"))
    reference = _part(info, "ds:Reference")
    digest = _algorithm(_part(reference, "ds:DigestMethod"))
    _refuse_sha1((method, digest), exceptions)
    octets = _canonical_content(element, _part(reference, "ds:Transforms"))
    stated = _decode(_part(reference, "ds:DigestValue"), "digest_mismatch")
    if not hmac.compare_digest(_DIGESTS[digest](octets).digest(), stated):
        raise refuse("digest_mismatch", "the digest of the content", section="XMLDSig 3.2.1")
    signed = _canonicalise(info, _part(info, "ds:CanonicalizationMethod"))
    value = _decode(_part(signature, "ds:SignatureValue"), "signature_invalid")
    signed_by = verify_octets(signed, method, value, keys, exceptions)
    return VerifiedElement(
        element=xml.parse_canonical(octets),
        octets=octets,
        signed_by=signed_by,
        signature_algorithm=method,
        digest_algorithm=digest,
        seal=_SEAL,
    )


def verify_octets(
    octets: bytes,
    algorithm: str,
    value: bytes,
    keys: Sequence[SigningKey],
    exceptions: frozenset[str],
) -> SigningKey:
    """Return the key that made a signature over octets, or raise Refused.

    algorithm: one that the gate lets through. Codes: sha1_not_allowed, signature_invalid,
    weak_key_not_allowed.
    """
    _refuse_sha1((algorithm,), exceptions)
    key = find_signer(algorithm, octets, value, keys)
    if key is None:
        raise refuse("signature_invalid", "a signature by a recorded key", section="XMLDSig 3.2.2")
    if is_weak(key) and "weak-key" not in exceptions:
        raise refuse("weak_key_not_allowed", "an RSA key of 2048 bits", key.fingerprint)
    return key


def _canonical_content(element: Element, transforms: Element) -> bytes:
    """Return the canonical form of the element without its Signature (XMLDSig 6.6.4)."""
    forms = list(transforms)[1:]
    exclusive = bool(forms) and _algorithm(forms[0]) not in INCLUSIVE_FORMS
    alone = exclusive and not read_prefixes(forms[0])  # needs nothing from around it
    content = (
        deepcopy(element) if alone else canonical.copy_in_scope(element, inherit=not exclusive)
    )
    signature = find_signature(content)
    assert signature is not None
    tree.remove(signature)
    if forms:
        return _canonicalise(content, forms[0])
    return canonical.canonicalise(content, exclusive=False)


def _canonicalise(element: Element, method: Element) -> bytes:
    exclusive = _algorithm(method) not in INCLUSIVE_FORMS
    return canonical.canonicalise(element, exclusive=exclusive, prefixes=read_prefixes(method))


def _refuse_sha1(algorithms: Sequence[str], exceptions: frozenset[str]) -> None:
    found = _SHA1_NAMES.intersection(algorithms)
    if found and "sha1" not in exceptions:
        raise refuse("sha1_not_allowed", "SHA-256 or better", " ".join(sorted(found)))


def _part(element: Element, name: str) -> Element:
    found = next(element.iterchildren(q(name)), None)
    assert found is not None, "the gate saw to it"
    return found


def _algorithm(method: Element) -> str:
    return method.get("Algorithm", "")


def _decode(element: Element, code: str) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except ValueError:
        raise refuse(code, "base64", section="XMLDSig 4.1") from None
