"""Verifies signatures: the digest of what is signed, and the value by a recorded key (XMLDSig 3.2).

The gate has let the one shape of a signature through. Nothing here looks at KeyInfo.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final, NamedTuple

from sp.saml import tree, urn
from sp.saml.errors import refuse
from sp.saml.gate_signature import REFERENCE_PARTS, SIGNATURE_PARTS, SIGNED_INFO_PARTS
from sp.saml.signed_content import canonical_content, canonicalise_by, cut_out, find_signature
from sp.saml.signing_key import find_signer, is_weak
from sp.saml.types import Element, SigningKey

_DIGESTS: Final = {
    urn.SHA1: hashlib.sha1,
    urn.SHA256: hashlib.sha256,
    urn.SHA384: hashlib.sha384,
    urn.SHA512: hashlib.sha512,
}
_SIGNATURE_PARTS: Final = SIGNATURE_PARTS[:2]  # KeyInfo tells us nothing
_SHA1_NAMES: Final = frozenset({urn.RSA_SHA1, urn.SHA1})


class Covered(NamedTuple):
    """The octets that a signature is about and that verified, and what it was made with."""

    octets: bytes
    signed_by: SigningKey
    signature_algorithm: str
    digest_algorithm: str


def cover(
    element: Element,
    keys: Sequence[SigningKey],
    exceptions: frozenset[str],
    *,
    around: bytes | None = None,
) -> Covered:
    """Return what the element's own signature is about, or raise Refused as `signature.verify`.

    around: the canonical form of the document, where there is one already. The element mostly has
    the same form in it as alone; then it need not be made anew.
    """
    signature = find_signature(element)
    if signature is None:
        raise refuse("not_signed", "a Signature", "none", "Core 5.4")
    info, signature_value = _parts(signature, _SIGNATURE_PARTS)
    canonicalization, signature_method, reference = _parts(info, SIGNED_INFO_PARTS)
    transforms, digest_method, digest_value = _parts(reference, REFERENCE_PARTS)
    method, digest = _algorithm(signature_method), _algorithm(digest_method)
    _refuse_sha1((method, digest), exceptions)
    stated = _decode(digest_value, "digest_mismatch")
    octets = b"" if around is None else cut_out(element, around)
    if not _is_digest(stated, digest, octets):
        octets = canonical_content(element, transforms)
        if not _is_digest(stated, digest, octets):
            raise refuse("digest_mismatch", "the digest of the content", section="XMLDSig 3.2.1")
    signed = canonicalise_by(canonicalization, info)
    value = _decode(signature_value, "signature_invalid")
    return Covered(octets, verify_octets(signed, method, value, keys, exceptions), method, digest)


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


def _is_digest(stated: bytes, algorithm: str, octets: bytes) -> bool:
    return bool(octets) and hmac.compare_digest(_DIGESTS[algorithm](octets).digest(), stated)


def _refuse_sha1(algorithms: Sequence[str], exceptions: frozenset[str]) -> None:
    found = _SHA1_NAMES.intersection(algorithms)
    if found and "sha1" not in exceptions:
        raise refuse("sha1_not_allowed", "SHA-256 or better", " ".join(sorted(found)))


def _parts(element: Element, tags: Sequence[str]) -> list[Element]:
    """Return the first children, which have these tags in this order, or raise Refused.

    The gate saw to it; metadata may hold a Signature within a Signature, which nobody looked at.
    """
    found = list(element)[: len(tags)]
    if tree.tags(found) != tags:
        raise refuse("bad_signature", "the parts of a Signature in their order", "others")
    return found


def _algorithm(method: Element) -> str:
    return method.get("Algorithm", "")


def _decode(element: Element, code: str) -> bytes:
    try:
        return base64.b64decode("".join((element.text or "").split()), validate=True)
    except ValueError:
        raise refuse(code, "base64", section="XMLDSig 4.1") from None
