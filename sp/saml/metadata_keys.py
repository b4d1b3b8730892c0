"""Reads the keys that an Identity Provider lists, in whatever shape (Metadata 2.4.1.1)."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sp.saml import certificate_facts, signing_key, urn
from sp.saml.certificate_facts import CertificateFacts
from sp.saml.metadata_types import Certificate
from sp.saml.types import Element, SigningKey

_PEM_MARK: Final = re.compile(r"-----(?:BEGIN|END)[A-Z0-9 \t\r\n]*-----")


@dataclass(slots=True)
class RoleKeys:
    """What a role's KeyDescriptors gave.

    unreadable, too_short: how many could not be used for that reason. chained: how many stood in a
    chain above the key's own certificate. wrong_namespace: that a KeyInfo is not XML Signature's.
    """

    signing: list[Certificate] = field(default_factory=list)
    encryption: list[Certificate] = field(default_factory=list)
    unreadable: int = 0
    too_short: int = 0
    chained: int = 0
    wrong_namespace: bool = False


def read_keys(role: Element) -> RoleKeys:
    """Return a role's keys by use, each once; a KeyDescriptor without `use` serves for both."""
    keys = RoleKeys()
    for descriptor in role.findall("md:KeyDescriptor", urn.PREFIXES):
        use = (descriptor.get("use") or "").strip()
        found = _read_descriptor(descriptor, keys)
        for wanted, known in (("signing", keys.signing), ("encryption", keys.encryption)):
            if use in ("", wanted):
                fingerprints = {each.key.fingerprint for each in known}
                known += [each for each in found if each.key.fingerprint not in fingerprints]
    return keys


def read_key_info(parent: Element) -> tuple[SigningKey, ...]:
    """Return the keys of the KeyInfo in a KeyDescriptor, or in a Signature."""
    return tuple(each.key for each in _read_descriptor(parent, RoleKeys()))


def _read_descriptor(descriptor: Element, keys: RoleKeys) -> list[Certificate]:
    """Return the keys of one KeyDescriptor, and count in `keys` what could not be used."""
    info = descriptor.find("ds:KeyInfo", urn.PREFIXES)
    if info is None:
        children = descriptor.iterchildren("*")
        keys.wrong_namespace |= any(str(child.tag).endswith("KeyInfo") for child in children)
        return []
    octets = [
        der
        for element in info.findall("ds:X509Data/ds:X509Certificate", urn.PREFIXES)
        for der in _decode("".join(map(str, element.itertext())))
    ]
    facts = [certificate_facts.read_facts(der) for der in octets]
    own = _drop_issuers(facts)
    keys.chained += len(facts) - len(own)
    found = []
    for each in own:
        try:
            found.append(_make_certificate(signing_key.read_certificate(each.der), each))
        except ValueError:
            keys.unreadable += 1
    if not found:
        found = [_make_certificate(key) for key in _read_key_values(info)]
    strong = [each for each in found if _is_long_enough(each)]
    keys.too_short += len(found) - len(strong)
    return list({each.key.fingerprint: each for each in strong}.values())


def _decode(text: str) -> list[bytes]:
    """Return the octets in base64, also between the lines of PEM; b"" for what is none."""
    parts = ("".join(part.split()) for part in _PEM_MARK.split(text))
    return [_decode_part(part) for part in parts if part] or [b""]


def _decode_part(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), validate=True)
    except ValueError:
        return b""


def _drop_issuers(facts: list[CertificateFacts]) -> list[CertificateFacts]:
    """Return the end of a chain only: who issued another one in the same KeyInfo signs nothing.

    Certificates that issued themselves do not make each other a chain (XML Signature 4.5.4).
    """
    issuers = {each.issuer for each in facts if each.issuer != each.subject}
    return [each for each in facts if not each.subject or each.subject not in issuers]


def _make_certificate(key: SigningKey, facts: CertificateFacts | None = None) -> Certificate:
    """Return a key with what its certificate says."""
    public_key = signing_key.load_key(key.spki)
    return Certificate(
        key=key,
        algorithm="RSA" if isinstance(public_key, rsa.RSAPublicKey) else "EC",
        bits=public_key.key_size,
        not_after=facts.not_after if facts else None,
        subject=facts.subject_text if facts else "",
        notes=facts.notes if facts else ("a key without a certificate",),
    )


def _is_long_enough(certificate: Certificate) -> bool:
    is_rsa = certificate.algorithm == "RSA"
    return certificate.bits >= (signing_key.SHORTEST_RSA if is_rsa else signing_key.SHORTEST_EC)


def _read_key_values(info: Element) -> list[SigningKey]:
    """Return bare RSA keys, which LemonLDAP::NG lists by default (XML Signature 4.5.2.2)."""
    found = []
    for value in info.findall("ds:KeyValue/ds:RSAKeyValue", urn.PREFIXES):
        modulus, exponent = (
            int.from_bytes(_decode_part("".join(value.findtext(name, "", urn.PREFIXES).split())))
            for name in ("ds:Modulus", "ds:Exponent")
        )
        try:
            public_key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        except ValueError:
            continue
        spki = public_key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        found.append(SigningKey(spki, b"", hashlib.sha256(spki).hexdigest()))
    return found
