"""Public keys out of certificates, and what such a key has signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sp.saml import urn
from sp.saml.types import SigningKey

PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
_Verify: TypeAlias = Callable[[PublicKey, bytes, bytes], bool]

SHORTEST_RSA: Final = 1024
SHORTEST_EC: Final = 256
WEAK_BELOW: Final = 2048
"""RSA keys of fewer bits work only with the recorded exception "weak-key"."""

_SEQUENCE: Final = 0x30
_VERSION: Final = 0xA0
_LONG_LENGTH: Final = 0x80
_LONGEST_LENGTH: Final = 4


def read_certificate(der: bytes) -> SigningKey:
    """Return the key of an X.509 certificate (DER), or raise ValueError.

    Only the way to the SubjectPublicKeyInfo is read (RFC 5280 4.1), so that a certificate of any
    version and with any serial number will do: it is a container for its key.
    """
    certificate, end = _enter(der, 0)
    if end != len(der):
        raise ValueError("octets after the certificate")
    position, _ = _enter(der, certificate)
    if der[position : position + 1] == bytes([_VERSION]):
        _, position = _extent(der, position)
    for _ in ("serial number", "signature", "issuer", "validity", "subject"):
        _, position = _extent(der, position)
    _, after = _enter(der, position)
    spki = der[position:after]
    load_key(spki)
    return SigningKey(spki, der, hashlib.sha256(der).hexdigest())


@lru_cache(maxsize=4096)
def load_key(spki: bytes) -> PublicKey:
    """Return the public key in a DER SubjectPublicKeyInfo; ValueError unless it is RSA or EC."""
    try:
        key = load_der_public_key(spki)
    except UnsupportedAlgorithm:
        raise ValueError("an algorithm that is not known") from None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise ValueError("neither an RSA nor an EC key")  # noqa: TRY004 - the value is wrong
    return key


def is_weak(key: SigningKey) -> bool:
    """Say whether a key may sign only with the recorded exception "weak-key"."""
    public = load_key(key.spki)
    return isinstance(public, rsa.RSAPublicKey) and public.key_size < WEAK_BELOW


def find_signer(
    algorithm: str, octets: bytes, value: bytes, keys: Sequence[SigningKey]
) -> SigningKey | None:
    """Return the first of the keys that made this signature over these octets, or None.

    algorithm: the URI of a SignatureMethod (RFC 9231); an ECDSA value is r and s side by side.
    """
    verify = _METHODS[algorithm]
    for key in keys:
        try:
            public = load_key(key.spki)
        except ValueError:
            continue
        shortest = SHORTEST_RSA if isinstance(public, rsa.RSAPublicKey) else SHORTEST_EC
        if public.key_size >= shortest and verify(public, value, octets):
            return key
    return None


def side_by_side(value: bytes, keys: Sequence[SigningKey]) -> bytes:
    """Return an ECDSA value of a query as r and s side by side, as RFC 9231 has it.

    Java's encoders write ASN.1 there. What is no such value comes back as it is.
    """
    halves = sorted({_half(key) for key in _elliptic(keys)})
    if any(len(value) == 2 * half for half in halves):
        return value
    try:
        r, s = decode_dss_signature(value)
    except ValueError:
        return value
    for half in halves:
        if max(r, s).bit_length() <= 8 * half:
            return r.to_bytes(half) + s.to_bytes(half)
    return value


def _rsa(digest: hashes.HashAlgorithm, scheme: padding.AsymmetricPadding) -> _Verify:
    def verify(key: PublicKey, value: bytes, octets: bytes) -> bool:
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        try:
            key.verify(value, octets, scheme, digest)
        except (InvalidSignature, ValueError):
            return False
        return True

    return verify


def _pss(digest: hashes.HashAlgorithm) -> _Verify:
    salt = padding.PSS.DIGEST_LENGTH
    return _rsa(digest, padding.PSS(padding.MGF1(digest), salt))  # RFC 9231 2.3.10


def _ecdsa(digest: hashes.HashAlgorithm) -> _Verify:
    def verify(key: PublicKey, value: bytes, octets: bytes) -> bool:
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        half = _half(key)
        if len(value) != 2 * half:
            return False
        r, s = int.from_bytes(value[:half]), int.from_bytes(value[half:])
        try:
            key.verify(encode_dss_signature(r, s), octets, ec.ECDSA(digest))
        except InvalidSignature:
            return False
        return True

    return verify


def _elliptic(keys: Sequence[SigningKey]) -> Iterator[ec.EllipticCurvePublicKey]:
    for key in keys:
        try:
            public = load_key(key.spki)
        except ValueError:
            continue
        if isinstance(public, ec.EllipticCurvePublicKey):
            yield public


def _half(key: ec.EllipticCurvePublicKey) -> int:
    """Return the octets of each of the two numbers of a signature by this key."""
    return (key.key_size + 7) // 8


_SHA1: Final = hashes.SHA1()  # noqa: S303 - only with the organisation's recorded exception
_METHODS: Final[dict[str, _Verify]] = {
    urn.RSA_SHA1: _rsa(_SHA1, padding.PKCS1v15()),
    urn.RSA_SHA256: _rsa(hashes.SHA256(), padding.PKCS1v15()),
    urn.RSA_SHA384: _rsa(hashes.SHA384(), padding.PKCS1v15()),
    urn.RSA_SHA512: _rsa(hashes.SHA512(), padding.PKCS1v15()),
    urn.RSA_PSS_SHA256: _pss(hashes.SHA256()),
    urn.RSA_PSS_SHA384: _pss(hashes.SHA384()),
    urn.RSA_PSS_SHA512: _pss(hashes.SHA512()),
    urn.ECDSA_SHA256: _ecdsa(hashes.SHA256()),
    urn.ECDSA_SHA384: _ecdsa(hashes.SHA384()),
    urn.ECDSA_SHA512: _ecdsa(hashes.SHA512()),
}


def _enter(der: bytes, position: int) -> tuple[int, int]:
    """Return where the content of the SEQUENCE at a position starts, and where it ends."""
    if der[position : position + 1] != bytes([_SEQUENCE]):
        raise ValueError("not a certificate")
    return _extent(der, position)


def _extent(der: bytes, position: int) -> tuple[int, int]:
    """Return where the content of the DER value at a position starts, and where it ends."""
    if position + 2 > len(der):
        raise ValueError("a certificate that is cut off")
    length, start = der[position + 1], position + 2
    if length >= _LONG_LENGTH:
        octets = length - _LONG_LENGTH
        if not 1 <= octets <= _LONGEST_LENGTH:
            raise ValueError("not a certificate")
        length = int.from_bytes(der[start : start + octets])
        start += octets
    if start + length > len(der):
        raise ValueError("a certificate that is cut off")
    return start, start + length
