"""The documents of an evidence and its digest, fixed for ever (docs/audit-format.md)."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sp import clock
from sp.audit.canonical_json import canonical_json, encode
from sp.errors import SpError
from sp.saml.types import Expectation, Finding, SigningKey

FORMAT: Final = 1
PARTS: Final = ("message", "plain", "plain_name_id", "findings")
"""What stands apart from the facts, because it may be personal and may be erased."""
_MICROSECOND: Final = timedelta(microseconds=1)


class EvidenceAlteredError(SpError):
    """What is kept is not what was kept on the day."""

    code = "evidence_altered"
    public = "The evidence of this event is not what was recorded on the day."


@dataclass(frozen=True, slots=True)
class Packed:
    """An evidence as it is stored: the digest of the facts, the facts, and each part, by zlib.

    `parts` has every name of PARTS; None stands for one that never was, or was erased.
    """

    digest: str
    facts: bytes
    parts: Mapping[str, bytes | None]


def pack(facts: Mapping[str, Any], parts: Mapping[str, bytes | None]) -> Packed:
    """Return facts and parts ready to be stored; the facts name each part by size and SHA-256."""
    document = canonical_json(
        {**facts, **{name: _describe(parts[name]) for name in PARTS}, "format": FORMAT}
    )
    return Packed(
        digest=digest_facts(document),
        facts=zlib.compress(document, 1),
        parts={name: _compress(parts[name]) for name in PARTS},
    )


def unpack(packed: Packed) -> tuple[dict[str, Any], dict[str, bytes | None]]:
    """Return the facts and the parts that are still there; raises EvidenceAlteredError."""
    try:
        document = zlib.decompress(packed.facts)
        if digest_facts(document) != packed.digest:
            raise EvidenceAlteredError(part="facts")
        facts = json.loads(document)
        return facts, {name: _unpack(name, facts[name], packed.parts[name]) for name in PARTS}
    except zlib.error as error:
        raise EvidenceAlteredError(part="compression") from error


def digest_facts(document: bytes) -> str:
    """Return the digest of an evidence: of its facts, which hold the digests of all else."""
    return hashlib.sha256(b"sp-evidence-1\n" + document).hexdigest()


def encode_expectation(expectation: Expectation) -> dict[str, Any]:
    """Return an Expectation as JSON values: times and spans in microseconds, octets in base64."""
    after = expectation.authenticated_after
    return {
        "instant": clock.microseconds(expectation.instant),
        "tolerance": expectation.tolerance // _MICROSECOND,
        "maximum_age": expectation.maximum_age // _MICROSECOND,
        "sp_entity_id": expectation.sp_entity_id,
        "acs_url": expectation.acs_url,
        "idp_entity_id": expectation.idp_entity_id,
        "keys": [
            {"spki": _to_base64(key.spki), "certificate": _to_base64(key.certificate)}
            for key in expectation.keys
        ],
        "request_id": expectation.request_id,
        "unsolicited": expectation.unsolicited,
        "exceptions": sorted(expectation.exceptions),
        "authenticated_after": None if after is None else clock.microseconds(after),
        "contexts": list(expectation.contexts),
    }


def decode_expectation(value: Mapping[str, Any]) -> Expectation:
    """Return the Expectation that `encode_expectation` wrote down."""
    after = value["authenticated_after"]
    return Expectation(
        instant=_instant(value["instant"]),
        tolerance=value["tolerance"] * _MICROSECOND,
        maximum_age=value["maximum_age"] * _MICROSECOND,
        sp_entity_id=value["sp_entity_id"],
        acs_url=value["acs_url"],
        idp_entity_id=value["idp_entity_id"],
        keys=tuple(_key(each) for each in value["keys"]),
        request_id=value["request_id"],
        unsolicited=value["unsolicited"],
        exceptions=frozenset(value["exceptions"]),
        authenticated_after=None if after is None else _instant(after),
        contexts=tuple(value["contexts"]),
    )


def encode_findings(salt: bytes, findings: tuple[Finding, ...]) -> bytes:
    """Return findings as a document; salted, since what was found may be a short personal value."""
    told = [finding._asdict() for finding in findings]
    return encode({"salt": salt.hex(), "findings": told})


def decode_findings(document: bytes) -> tuple[Finding, ...]:
    """Return the findings of such a document."""
    return tuple(Finding(**each) for each in json.loads(document)["findings"])


def decode_salt(document: bytes) -> bytes:
    """Return the salt of such a document."""
    return bytes.fromhex(json.loads(document)["salt"])


def _describe(part: bytes | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {"sha256": hashlib.sha256(part).hexdigest(), "size": len(part)}


def _compress(part: bytes | None) -> bytes | None:
    return None if part is None else zlib.compress(part, 1)


def _unpack(
    name: str, described: Mapping[str, Any] | None, compressed: bytes | None
) -> bytes | None:
    """Return a part, never more octets than the facts say."""
    if compressed is None:
        return None
    if described is None:
        raise EvidenceAlteredError(part=name)
    part = zlib.decompressobj().decompress(compressed, described["size"] + 1)
    if _describe(part) != described:
        raise EvidenceAlteredError(part=name)
    return part


def _key(value: Mapping[str, str]) -> SigningKey:
    spki, certificate = (base64.b64decode(value[name]) for name in ("spki", "certificate"))
    fingerprint = hashlib.sha256(certificate or spki).hexdigest()
    return SigningKey(spki=spki, certificate=certificate, fingerprint=fingerprint)


def _to_base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _instant(value: int) -> datetime:
    return clock.from_microseconds(value)
