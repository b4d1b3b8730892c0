"""Decrypts EncryptedAssertion and EncryptedID to octets, with every key we have (Core 6).

Nothing is looked at but each cipher and its value: no Type that would have them parsed, no KeyInfo
that would have keys looked for.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sp.saml import urn, xml
from sp.saml.errors import refuse
from sp.saml.gate_encryption import ENCRYPTED_DATA, find_encrypted_keys
from sp.saml.types import Decrypt, Element
from sp.saml.urn import q

_KEY_OCTETS: Final = {
    urn.AES128_CBC: 16,
    urn.AES192_CBC: 24,
    urn.AES256_CBC: 32,
    urn.AES128_GCM: 16,
    urn.AES192_GCM: 24,
    urn.AES256_GCM: 32,
}
_GCM: Final = frozenset({urn.AES128_GCM, urn.AES192_GCM, urn.AES256_GCM})
_NONCE: Final = 12
_BLOCK: Final = 16
_SHA1: Final = hashes.SHA1()  # noqa: S303 - OAEP does not lean on collisions; Entra ID writes it
_HASHES: Final[dict[str | None, hashes.HashAlgorithm]] = {
    urn.SHA1: _SHA1,
    urn.SHA256: hashes.SHA256(),
    urn.MGF1_SHA1: _SHA1,
    urn.MGF1_SHA256: hashes.SHA256(),
}


def make_decrypt(private_keys: Sequence[RSAPrivateKey]) -> Decrypt:
    """Return what decrypts with these keys.

    It takes an Encrypted element out of a document that passed the gate and returns the plain
    octets as a document of their own, or raises Refused (not_decrypted), the same for every reason.
    """
    return partial(_decrypt, tuple(private_keys))


def _decrypt(private_keys: Sequence[RSAPrivateKey], carrier: Element) -> bytes:
    data = carrier.find(ENCRYPTED_DATA)
    assert data is not None, "the gate saw to it"
    algorithm = _method(data).get("Algorithm", "")
    for content_key in _unwrap(private_keys, carrier, _KEY_OCTETS[algorithm]):
        plain = _open(algorithm, content_key, data)
        if plain is not None:
            return xml.declare_prefixes(plain, dict(carrier.nsmap))
    raise refuse("not_decrypted", "encrypted for one of our keys, and whole", section="Core 6")


def _unwrap(
    private_keys: Sequence[RSAPrivateKey], carrier: Element, length: int
) -> Iterator[bytes]:
    """Yield every content key of that many octets that one of our keys takes out."""
    for encrypted_key in find_encrypted_keys(carrier):
        try:
            value, scheme = _value(encrypted_key), _read_oaep(_method(encrypted_key))
        except ValueError:
            continue
        for private_key in private_keys:
            try:
                octets = private_key.decrypt(value, scheme)
            except ValueError:
                continue
            if len(octets) == length:
                yield octets


def _open(algorithm: str, key: bytes, data: Element) -> bytes | None:
    """Return what an EncryptedData holds, or None where the key does not fit or it is not whole."""
    try:
        value = _value(data)
        if algorithm in _GCM:  # XML Encryption 5.2.4: the nonce in front, the tag at the end
            return AESGCM(key).decrypt(value[:_NONCE], value[_NONCE:], None)
        return _open_cbc(key, value)
    except (InvalidTag, ValueError):
        return None


def _open_cbc(key: bytes, value: bytes) -> bytes | None:
    """Return what is in a value whose first block is the vector (XML Encryption 5.2)."""
    decryptor = Cipher(AES(key), CBC(value[:_BLOCK])).decryptor()
    plain = decryptor.update(value[_BLOCK:]) + decryptor.finalize()
    padding_octets = plain[-1] if plain else 0
    return plain[:-padding_octets] if 1 <= padding_octets <= _BLOCK else None


def _read_oaep(method: Element) -> padding.OAEP:
    """Return what an EncryptionMethod says of RSA-OAEP; unsaid is SHA-1 (XML Encryption 5.5.2)."""
    named = {child.tag: child.get("Algorithm") for child in method}
    label = method.find(q("xenc:OAEPparams"))
    return padding.OAEP(
        mgf=padding.MGF1(_HASHES[named.get(q("xenc11:MGF"), urn.MGF1_SHA1)]),
        algorithm=_HASHES[named.get(q("ds:DigestMethod"), urn.SHA1)],
        label=None if label is None else _decode(label),
    )


def _decode(element: Element) -> bytes:
    return base64.b64decode("".join((element.text or "").split()), validate=True)


def _method(encrypted: Element) -> Element:
    method = encrypted.find(q("xenc:EncryptionMethod"))
    assert method is not None, "the gate saw to it"
    return method


def _value(encrypted: Element) -> bytes:
    """Return the octets of a CipherValue; raises ValueError."""
    value = encrypted.find(f"{q('xenc:CipherData')}/{q('xenc:CipherValue')}")
    assert value is not None, "the gate saw to it"
    return _decode(value)
