"""Makes certificates that a good authority would not: other versions, serial numbers, chains."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from support.key_pairs import key_named

VERSION_3 = b"\xa0\x03\x02\x01\x02"


def make_issued(
    subject: str,
    issuer: str,
    key="rsa-a",
    issuer_key=None,
    not_after=datetime(2049, 1, 1, tzinfo=UTC),
) -> bytes:
    """Return a certificate (DER) by the names of its subject, its issuer and their keys."""
    public_key = (key_named(key).private_key if isinstance(key, str) else key).public_key()
    signer = key_named(issuer_key or "rsa-b").private_key
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        .serial_number(1)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(not_after)
    )
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def with_version(certificate: bytes, version: int) -> bytes:
    """Return a copy that claims X.509 version 1 or 2; its own signature no longer fits."""
    assert certificate.count(VERSION_3) == 1
    if version == 1:
        return _shortened(certificate.replace(VERSION_3, b""), len(VERSION_3))
    return certificate.replace(VERSION_3, VERSION_3[:-1] + bytes([version - 1]))


def with_serial_number(certificate: bytes, octet: int) -> bytes:
    """Return a copy with a serial number of one octet: 0 is zero, 255 is minus one."""
    before = VERSION_3 + b"\x02\x01\x01"
    assert certificate.count(before) == 1
    return certificate.replace(before, before[:-1] + bytes([octet]))


def _shortened(certificate: bytes, count: int) -> bytes:
    """Correct the lengths of the two outer SEQUENCEs, each of the form 30 82 xx xx."""
    octets = bytearray(certificate)
    for place in (0, 4):
        assert octets[place : place + 2] == b"\x30\x82"
        length = int.from_bytes(octets[place + 2 : place + 4]) - count
        octets[place + 2 : place + 4] = length.to_bytes(2)
    return bytes(octets)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
