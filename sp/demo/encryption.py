"""Encrypts an Assertion or a NameID, by every variant that is met, good or bad."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from sp.demo import names
from sp.demo.messages import Element, assertion_of
from sp.demo.names import DS, SAML, XENC, XENC11

_KEY_LENGTHS: Final = {
    names.AES128_CBC: 16,
    names.AES192_CBC: 24,
    names.AES256_CBC: 32,
    names.AES128_GCM: 16,
    names.AES192_GCM: 24,
    names.AES256_GCM: 32,
    names.TRIPLEDES_CBC: 24,
}
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    names.SHA1: hashes.SHA1(),  # noqa: S303 - what most IdPs write into rsa-oaep-mgf1p
    names.SHA256: hashes.SHA256(),
    names.SHA384: hashes.SHA384(),
    names.SHA512: hashes.SHA512(),
    names.MGF1_SHA1: hashes.SHA1(),  # noqa: S303 - the same
    names.MGF1_SHA256: hashes.SHA256(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionSpec:
    """How to encrypt; the defaults are what a careful IdP uses.

    digest None leaves ds:DigestMethod out (which means SHA-1), mgf None leaves xenc11:MGF out (also
    SHA-1). key_place: "key_info" (inside EncryptedData), "sibling" (beside it, found by
    RetrievalMethod) or "sibling_bare" (beside it, without RetrievalMethod).
    """

    algorithm: str = names.AES256_GCM
    key_transport: str = names.RSA_OAEP_MGF1P
    digest: str | None = names.SHA1
    mgf: str | None = None
    key_place: str = "key_info"
    data_type: str | None = names.ELEMENT_TYPE


DEFAULT: Final = EncryptionSpec()


def encrypt_assertion(
    root: Element,
    public_key: RSAPublicKey,
    spec: EncryptionSpec = DEFAULT,
    *,
    plain: bytes | None = None,
) -> Element:
    """Replace a Response's Assertion by an EncryptedAssertion (Core 2.3.4) and return that."""
    assertion = assertion_of(root)
    octets = plaintext_of(assertion) if plain is None else plain
    encrypted = encrypt(octets, public_key, spec, wrapper="EncryptedAssertion")
    root.replace(assertion, encrypted)
    return encrypted


def encrypt_name_id(
    assertion: Element,
    public_key: RSAPublicKey,
    spec: EncryptionSpec = DEFAULT,
    *,
    plain: bytes | None = None,
) -> Element:
    """Replace the Subject's NameID by an EncryptedID (Core 2.2.4); do it before signing."""
    name_id = assertion.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID")
    if name_id is None:
        raise LookupError("this Assertion has no NameID to encrypt")
    octets = plaintext_of(name_id) if plain is None else plain
    encrypted = encrypt(octets, public_key, spec, wrapper="EncryptedID")
    parent = name_id.getparent()
    assert parent is not None
    parent.replace(name_id, encrypted)
    return encrypted


def plaintext_of(element: Element) -> bytes:
    """Return an element alone with every declaration that is in its scope."""
    return etree.tostring(element, encoding="UTF-8", xml_declaration=False, with_tail=False)


def encrypt(
    octets: bytes, public_key: RSAPublicKey, spec: EncryptionSpec, *, wrapper: str
) -> Element:
    """Return a saml:EncryptedAssertion or saml:EncryptedID around any octets at all."""
    session_key = secrets.token_bytes(_KEY_LENGTHS[spec.algorithm])
    root = etree.Element(f"{{{SAML}}}{wrapper}", nsmap={"saml": SAML})
    data = etree.SubElement(root, f"{{{XENC}}}EncryptedData", nsmap={"xenc": XENC})
    if spec.data_type is not None:
        data.set("Type", spec.data_type)
    etree.SubElement(data, f"{{{XENC}}}EncryptionMethod", Algorithm=spec.algorithm)
    key_info = etree.SubElement(data, f"{{{DS}}}KeyInfo", nsmap={"ds": DS})
    encrypted_key = _make_encrypted_key(session_key, public_key, spec)
    if spec.key_place == "key_info":
        key_info.append(encrypted_key)
    else:
        encrypted_key.set("Id", "_key-1")
        root.append(encrypted_key)
        if spec.key_place == "sibling":
            method = etree.SubElement(key_info, f"{{{DS}}}RetrievalMethod", URI="#_key-1")
            method.set("Type", names.ENCRYPTED_KEY_TYPE)
        else:
            data.remove(key_info)
    _add_cipher_value(data, _encrypt_octets(octets, session_key, spec.algorithm))
    return root


def _make_encrypted_key(
    session_key: bytes, public_key: RSAPublicKey, spec: EncryptionSpec
) -> Element:
    element = etree.Element(f"{{{XENC}}}EncryptedKey", nsmap={"xenc": XENC, "ds": DS})
    method = etree.SubElement(element, f"{{{XENC}}}EncryptionMethod", Algorithm=spec.key_transport)
    if spec.key_transport == names.RSA_1_5:
        _add_cipher_value(element, public_key.encrypt(session_key, padding.PKCS1v15()))
        return element
    if spec.digest is not None:
        etree.SubElement(method, f"{{{DS}}}DigestMethod", Algorithm=spec.digest)
    if spec.mgf is not None:
        etree.SubElement(method, f"{{{XENC11}}}MGF", nsmap={"xenc11": XENC11}, Algorithm=spec.mgf)
    oaep = padding.OAEP(
        mgf=padding.MGF1(_HASHES[spec.mgf or names.MGF1_SHA1]),
        algorithm=_HASHES[spec.digest or names.SHA1],
        label=None,
    )
    _add_cipher_value(element, public_key.encrypt(session_key, oaep))
    return element


def _encrypt_octets(octets: bytes, key: bytes, algorithm: str) -> bytes:
    if algorithm.endswith("-gcm"):
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(key).encrypt(nonce, octets, None)
    triple = algorithm == names.TRIPLEDES_CBC
    block = 8 if triple else 16
    initial = secrets.token_bytes(block)
    cipher = TripleDES(key) if triple else algorithms.AES(key)
    encryptor = Cipher(cipher, modes.CBC(initial)).encryptor()
    # XML Encryption's own padding (5.2): only the last octet is defined, it counts them all.
    count = block - len(octets) % block
    padded = octets + secrets.token_bytes(count - 1) + bytes([count])
    return initial + encryptor.update(padded) + encryptor.finalize()


def _add_cipher_value(parent: Element, octets: bytes) -> None:
    data = etree.SubElement(parent, f"{{{XENC}}}CipherData")
    value = etree.SubElement(data, f"{{{XENC}}}CipherValue")
    value.text = base64.b64encode(octets).decode("ascii")
