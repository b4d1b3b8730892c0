"""Makes key pairs and writes them so that a crash leaves either a whole file or none."""

from __future__ import annotations

import os
import re
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

BITS: Final = 3072
LIFETIME: Final = timedelta(days=3653)
CLOCKS_APART: Final = timedelta(hours=1)
LONGEST_COMMON_NAME: Final = 64
"""X.520's ub-common-name."""


def make_pair(now: datetime, common_name: str) -> tuple[RSAPrivateKey, x509.Certificate]:
    """Return a new RSA key and its self-signed certificate, valid for ten years."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:LONGEST_COMMON_NAME])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCKS_APART)
        .not_valid_after(now + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def next_number(directory: Path, kind: str) -> int:
    """Return one above the highest number on disk, whether anything names that file or not."""
    pattern = re.compile(rf"{kind}-(\d+)\.(key|crt)")
    found = (pattern.fullmatch(path.name) for path in directory.iterdir())
    return max((int(match[1]) for match in found if match), default=0) + 1


def write_pair(
    directory: Path, kind: str, number: int, key: RSAPrivateKey, certificate: x509.Certificate
) -> None:
    """Write KIND-NUMBER.key (0600) and KIND-NUMBER.crt; FileExistsError where they are there."""
    stem = directory / f"{kind}-{number}"
    octets = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _write_new(stem.with_suffix(".key"), octets, 0o600)
    _write_new(stem.with_suffix(".crt"), certificate.public_bytes(Encoding.PEM), 0o644)
    _sync_directory(directory)


def link_once(path: Path, octets: bytes, mode: int) -> bool:
    """Write a file whole under its name; False where somebody else was first."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write_new(temporary, octets, mode)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    _sync_directory(path.parent)
    return True


def _sync_directory(directory: Path) -> None:
    """Make the names in a directory survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_new(path: Path, octets: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, mode)  # whatever the umask took away
        file.write(octets)
        file.flush()
        os.fsync(descriptor)
