"""Decrypts EncryptedAssertion and EncryptedID to octets, with every key we have (Core 6).

xmlsec sees nothing of the message but one cipher and its value at a time: no Type that makes it
parse, no KeyInfo that makes it look for keys, and no KeysManager, which would load the system's CA
store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import lru_cache, partial
from typing import Final

import xmlsec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

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


def make_decrypt(private_keys: Sequence[RSAPrivateKey]) -> Decrypt:
    """Return what decrypts with these keys.

    It takes an Encrypted element out of a document that passed the gate and returns the plain
    octets as a document of their own, or raises Refused (not_decrypted), the same for every reason.
    """
    return partial(_decrypt, tuple(private_keys))


def _decrypt(private_keys: Sequence[RSAPrivateKey], carrier: Element) -> bytes:
    data = carrier.find(ENCRYPTED_DATA)
    assert data is not None, "the gate saw to it"
    for content_key in _unwrap(private_keys, carrier, _algorithm(data)):
        plain = _open(data, content_key)
        if plain is not None:
            return xml.declare_prefixes(plain, dict(carrier.nsmap))
    raise refuse("not_decrypted", "encrypted for one of our keys, and whole", section="Core 6")


def _unwrap(
    private_keys: Sequence[RSAPrivateKey], carrier: Element, algorithm: str
) -> Iterator[xmlsec.Key]:
    """Yield every content key of the right length that one of our keys takes out."""
    for encrypted_key in find_encrypted_keys(carrier):
        for private_key in private_keys:
            octets = _open(encrypted_key, _load(private_key))
            if octets is not None and len(octets) == _KEY_OCTETS[algorithm]:
                yield xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataAes, octets)


def _open(encrypted: Element, key: xmlsec.Key) -> bytes | None:
    """Return what an EncryptedData or EncryptedKey holds, or None where the key does not fit."""
    bare = etree.Element(ENCRYPTED_DATA)
    method = encrypted.find(q("xenc:EncryptionMethod"))
    value = encrypted.find(f"{q('xenc:CipherData')}/{q('xenc:CipherValue')}")
    assert method is not None, "the gate saw to it"
    assert value is not None, "the gate saw to it"
    bare.append(deepcopy(method))
    cipher = etree.SubElement(bare, q("xenc:CipherData"))
    etree.SubElement(cipher, q("xenc:CipherValue")).text = value.text
    context = xmlsec.EncryptionContext()
    context.key = key
    try:
        plain: object = context.decrypt(bare)
    except xmlsec.Error:
        return None
    return plain if isinstance(plain, bytes) else None


@lru_cache(maxsize=64)
def _load(private_key: RSAPrivateKey) -> xmlsec.Key:
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)


def _algorithm(encrypted: Element) -> str:
    method = encrypted.find(q("xenc:EncryptionMethod"))
    return "" if method is None else method.get("Algorithm", "")
