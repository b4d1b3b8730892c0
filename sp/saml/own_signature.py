"""Signs our own messages: RSA-SHA256, exclusive canonicalisation (Core 5.4; Bindings 3.4.4.1)."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from lxml import etree

from sp.saml import canonical, urn, xml
from sp.saml.types import Element
from sp.saml.urn import q

ALGORITHM: Final = urn.RSA_SHA256


def sign_octets(octets: bytes, key: RSAPrivateKey) -> tuple[str, bytes]:
    """Return the URI of the signature algorithm, and the signature over the octets."""
    return ALGORITHM, key.sign(octets, padding.PKCS1v15(), hashes.SHA256())


def sign_enveloped(octets: bytes, key: RSAPrivateKey, certificate: bytes) -> bytes:
    """Return a message of ours with an enveloped signature behind its Issuer.

    octets: a document whose root has an ID. certificate: DER, put into KeyInfo.
    """
    root = xml.parse(octets)
    digest = hashlib.sha256(canonical.canonicalise(root, exclusive=True)).digest()
    signature = etree.Element(q("ds:Signature"), nsmap={"ds": urn.DS})
    info = _make_signed_info(signature, root.get("ID", ""), digest)
    value = _add(signature, "ds:SignatureValue")
    data = _add(_add(signature, "ds:KeyInfo"), "ds:X509Data")
    _add(data, "ds:X509Certificate").text = _encode(certificate)
    issuer = root.find(q("saml:Issuer"))
    root.insert(0 if issuer is None else root.index(issuer) + 1, signature)
    _, signed = sign_octets(canonical.canonicalise(info, exclusive=True), key)
    value.text = _encode(signed)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _make_signed_info(signature: Element, message_id: str, digest: bytes) -> Element:
    info = _add(signature, "ds:SignedInfo")
    _add(info, "ds:CanonicalizationMethod", Algorithm=urn.EXCLUSIVE)
    _add(info, "ds:SignatureMethod", Algorithm=ALGORITHM)
    reference = _add(info, "ds:Reference", URI=f"#{message_id}")
    transforms = _add(reference, "ds:Transforms")
    _add(transforms, "ds:Transform", Algorithm=urn.ENVELOPED)
    _add(transforms, "ds:Transform", Algorithm=urn.EXCLUSIVE)
    _add(reference, "ds:DigestMethod", Algorithm=urn.SHA256)
    _add(reference, "ds:DigestValue").text = _encode(digest)
    return info


def _add(parent: Element, name: str, **attributes: str) -> Element:
    child = etree.SubElement(parent, q(name))
    for key, value in attributes.items():
        child.set(key, value)
    return child


def _encode(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
