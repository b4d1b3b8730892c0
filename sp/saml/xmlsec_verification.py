"""xmlsec behind one door: the second verifier of signatures, which shares no code with our own."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from sp.saml import urn
from sp.saml.types import Element, SigningKey

_TRANSFORMS: Final = {
    urn.RSA_SHA1: xmlsec.constants.TransformRsaSha1,
    urn.RSA_SHA256: xmlsec.constants.TransformRsaSha256,
    urn.RSA_SHA384: xmlsec.constants.TransformRsaSha384,
    urn.RSA_SHA512: xmlsec.constants.TransformRsaSha512,
    urn.ECDSA_SHA256: xmlsec.constants.TransformEcdsaSha256,
    urn.ECDSA_SHA384: xmlsec.constants.TransformEcdsaSha384,
    urn.ECDSA_SHA512: xmlsec.constants.TransformEcdsaSha512,
}


def verifies(document: Element, signature: Element, keys: tuple[SigningKey, ...]) -> bool:
    """Say whether xmlsec finds that one of the keys made this signature."""
    xmlsec.tree.add_ids(document, ["ID"])
    for key in keys:
        context = xmlsec.SignatureContext()
        context.key = _load_key(key.spki)
        try:
            context.verify(signature)
        except xmlsec.Error:
            continue
        return True
    return False


def verifies_octets(
    octets: bytes, algorithm: str, value: bytes, keys: tuple[SigningKey, ...]
) -> bool | None:
    """Say whether xmlsec finds that one of the keys made this value; None for RSA-PSS.

    algorithm: the URI of a SignatureMethod; its Python binding has no name for RSA-PSS.
    """
    transform = _TRANSFORMS.get(algorithm)
    if transform is None:
        return None
    for key in keys:
        context = xmlsec.SignatureContext()
        context.key = _load_key(key.spki)
        try:
            context.verify_binary(octets, transform, value)
        except xmlsec.Error:
            continue
        return True
    return False


@lru_cache(maxsize=4096)
def _load_key(spki: bytes) -> xmlsec.Key:
    # The bare public key: a certificate would be copied with it into every context.
    pem = load_der_public_key(spki).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
