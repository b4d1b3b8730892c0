"""Reads names and dates out of a certificate, as far as they can be read; never its key."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509

_VERSION_2: Final = b"\xa0\x03\x02\x01\x01"
_VERSION_3: Final = b"\xa0\x03\x02\x01\x02"
_VERSION_AT: Final = 16
"""Within how many octets of the start the version stands: behind the two outer headers."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says beside its key; all but `der` may be empty.

    subject, issuer: the DER of the names, b"" where they cannot be read.
    """

    der: bytes
    subject: bytes = b""
    issuer: bytes = b""
    subject_text: str = ""
    not_after: datetime | None = None
    notes: tuple[str, ...] = ()


def read_facts(der: bytes) -> CertificateFacts:
    """Return what can be read; never raises. Odd certificates sign like others (RFC 5280, 4.1).

    `cryptography` refuses version 2, which FusionAuth makes and which has the form of version 3
    without extensions, so that it is shown a copy that says 3. It warns of serial numbers of zero
    and below; that is kept as a note.
    """
    position = der.find(_VERSION_2, 0, _VERSION_AT)
    is_version_2 = position >= 0
    readable = der
    if is_version_2:
        readable = der[:position] + _VERSION_3 + der[position + len(_VERSION_3) :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            certificate = x509.load_der_x509_certificate(readable)
            return CertificateFacts(
                der=der,
                subject=certificate.subject.public_bytes(),
                issuer=certificate.issuer.public_bytes(),
                subject_text=certificate.subject.rfc4514_string(),
                not_after=certificate.not_valid_after_utc,
                notes=_make_notes(certificate, is_version_2=is_version_2),
            )
        except Exception:  # noqa: BLE001 - odd names end in a TypeError, others elsewhere
            return CertificateFacts(der, notes=("names and dates cannot be read",))


def _make_notes(certificate: x509.Certificate, *, is_version_2: bool) -> tuple[str, ...]:
    notes = []
    if is_version_2:
        notes.append("X.509 version 2")
    elif certificate.version is x509.Version.v1:
        notes.append("X.509 version 1")
    if certificate.serial_number == 0:
        notes.append("serial number 0")
    elif certificate.serial_number < 0:
        notes.append("negative serial number")
    if certificate.signature_algorithm_oid in (
        x509.SignatureAlgorithmOID.RSA_WITH_MD5,
        x509.SignatureAlgorithmOID.RSA_WITH_SHA1,
    ):
        notes.append("signed with a broken digest, which does not matter for its key")
    return tuple(notes)
