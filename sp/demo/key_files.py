"""The demonstration's own keys in its folder: made once, private ones for their owner only."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sp import clock

_KEY: Final = "idp.key"
_CERTIFICATE: Final = "idp.crt"
_SECRET: Final = "cookie_secret"


@dataclass(frozen=True, slots=True)
class DemoKeys:
    """The IdP's signing key, its certificate as DER, and the secret of its own cookie."""

    private_key: rsa.RSAPrivateKey
    certificate: bytes
    cookie_secret: bytes


def load_or_make_keys(directory: Path) -> DemoKeys:
    """Return the keys in the folder; what is missing is made."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (directory / _CERTIFICATE).exists():
        _make_key_pair(directory)
    if not (directory / _SECRET).exists():
        _write_private(directory / _SECRET, secrets.token_bytes(32))
    key = serialization.load_pem_private_key((directory / _KEY).read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the demonstration's key is not an RSA key")
    certificate = x509.load_pem_x509_certificate((directory / _CERTIFICATE).read_bytes())
    return DemoKeys(
        key,
        certificate.public_bytes(serialization.Encoding.DER),
        (directory / _SECRET).read_bytes(),
    )


def _make_key_pair(directory: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demo identity provider")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_private(directory / _KEY, pem)
    # The certificate comes last: where it stands, its key does, too.
    _write_private(directory / _CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))


def _write_private(path: Path, octets: bytes) -> None:
    """Write a file whole or not at all, readable by its owner only."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(octets)
    temporary.replace(path)
