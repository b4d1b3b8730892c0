"""The documents of an evidence and its digest, fixed for ever (docs/audit-format.md)."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from isal import isal_zlib

from sp import clock
from sp.audit.canonical_json import encode
from sp.errors import SpError
from sp.saml.signing_key import read_certificate
from sp.saml.types import Expectation, Finding, SigningKey

FORMAT: Final = 1
PARTS: Final = ("message", "plain", "plain_name_id", "findings")
"""What stands apart from the facts, because it may be personal and may be erased."""
COMPRESSED: Final = frozenset({"message", "plain", "plain_name_id"})
"""What is kept by zlib. The rest is small: it would cost more to compress than it takes to keep."""
_MICROSECOND: Final = timedelta(microseconds=1)
_LEVEL: Final = 2


class EvidenceAlteredError(SpError):
    """What is kept is not what was kept on the day."""

    code = "evidence_altered"
    public = "The evidence of this event is not what was recorded on the day."


class Packed(NamedTuple):
    """An evidence as it is stored: the digest of the facts, the facts, and each part.

    `parts` has every name of PARTS, those of COMPRESSED by zlib; None stands for one that never
    was, or was erased.
    """

    digest: str
    facts: bytes
    parts: Mapping[str, bytes | None]


def pack(facts: Mapping[str, Any], parts: Mapping[str, bytes | None]) -> Packed:
    """Return facts and parts ready to be stored; the facts name each part by size and SHA-256."""
    document = encode(
        {**facts, **{name: _describe(parts[name]) for name in PARTS}, "format": FORMAT}
    )
    return Packed(
        digest=digest_facts(document),
        facts=document,
        parts={name: _stored(name, part) for name, part in parts.items()},
    )


def unpack(packed: Packed) -> tuple[dict[str, Any], dict[str, bytes | None]]:
    """Return the facts and the parts that are still there; raises EvidenceAlteredError."""
    try:
        if digest_facts(packed.facts) != packed.digest:
            raise EvidenceAlteredError(part="facts")
        facts = json.loads(packed.facts)
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
        "keys": encode_keys(expectation.keys),
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
        keys=tuple(decode_key(each) for each in value["keys"]),
        request_id=value["request_id"],
        unsolicited=value["unsolicited"],
        exceptions=frozenset(value["exceptions"]),
        authenticated_after=None if after is None else _instant(after),
        contexts=tuple(value["contexts"]),
    )


def encode_findings(salt: bytes, findings: tuple[Finding, ...]) -> bytes:
    """Return findings as a document; salted, since what was found may be a short personal value."""
    return encode({"salt": salt.hex(), "findings": list(map(tuple, findings))})


def decode_findings(document: bytes) -> tuple[Finding, ...]:
    """Return the findings of such a document."""
    return tuple(Finding(*each) for each in json.loads(document)["findings"])


def decode_salt(document: bytes) -> bytes:
    """Return the salt of such a document."""
    return bytes.fromhex(json.loads(document)["salt"])


def _describe(part: bytes | None) -> dict[str, Any] | None:
    if part is None:
        return None
    return {"sha256": hashlib.sha256(part).hexdigest(), "size": len(part)}


def _stored(name: str, part: bytes | None) -> bytes | None:
    """Return a part as it is kept; isal writes zlib's format in half of zlib's time."""
    if part is None or name not in COMPRESSED:
        return part
    return isal_zlib.compress(part, _LEVEL)


def _unpack(name: str, described: Mapping[str, Any] | None, stored: bytes | None) -> bytes | None:
    """Return a part, never more octets than the facts say."""
    if stored is None:
        return None
    if described is None:
        raise EvidenceAlteredError(part=name)
    part = stored
    if name in COMPRESSED:
        part = zlib.decompressobj().decompress(stored, described["size"] + 1)
    if _describe(part) != described:
        raise EvidenceAlteredError(part=name)
    return part


@lru_cache(maxsize=1024)
def encode_keys(keys: tuple[SigningKey, ...]) -> list[dict[str, str]]:
    """Return keys as JSON values: the certificate, or the bare key where there is none."""
    return [
        {"certificate": _to_base64(key.certificate)}
        if key.certificate
        else {"spki": _to_base64(key.spki)}
        for key in keys
    ]


def decode_key(value: Mapping[str, str]) -> SigningKey:
    """Return the key that stands in such a value."""
    if "certificate" in value:
        return read_certificate(base64.b64decode(value["certificate"]))
    spki = base64.b64decode(value["spki"])
    return SigningKey(spki, b"", hashlib.sha256(spki).hexdigest())


def _to_base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _instant(value: int) -> datetime:
    return clock.from_microseconds(value)
