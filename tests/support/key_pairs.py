"""The tests' key pairs by name, made in this process when first asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from sp.saml.types import SigningKey


@dataclass(frozen=True)
class KeyPair:
    """A private key, its self-signed certificate (DER) and the two as the protocol floor takes them."""

    private_key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: bytes

    @property
    def signing_key(self) -> SigningKey:
        spki = self.private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return SigningKey(spki, self.certificate, hashlib.sha256(self.certificate).hexdigest())


@cache
def key_named(name: str) -> KeyPair:
    """Return the key pair of that name, made once in this process."""
    if name.startswith("ec"):
        key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = ec.generate_private_key(
            ec.SECP256R1()
        )
    else:
        key = rsa.generate_private_key(65537, 1024 if name == "rsa-weak" else 2048)
    return KeyPair(key, make_certificate(key, f"{name}.idp.example.com"))


def make_certificate(key, common_name: str, *, not_after: datetime | None = None) -> bytes:
    """Return a self-signed certificate as DER, valid from 2024 to 2049 unless told otherwise."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(not_after or datetime(2049, 1, 1, tzinfo=UTC))
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
