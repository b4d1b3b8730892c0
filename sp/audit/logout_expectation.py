"""The Expectation of a logout message as JSON values, fixed for ever (docs/audit-format.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sp import clock
from sp.audit.evidence_format import decode_key, encode_keys
from sp.saml.logout_types import LogoutExpectation

_MICROSECOND: Final = timedelta(microseconds=1)


def encode(expectation: LogoutExpectation) -> dict[str, Any]:
    """Return a LogoutExpectation as JSON values: times and spans in microseconds."""
    return {
        "instant": clock.microseconds(expectation.instant),
        "tolerance": expectation.tolerance // _MICROSECOND,
        "maximum_age": expectation.maximum_age // _MICROSECOND,
        "sp_entity_id": expectation.sp_entity_id,
        "destination": expectation.destination,
        "idp_entity_id": expectation.idp_entity_id,
        "other_issuers": list(expectation.other_issuers),
        "keys": encode_keys(expectation.keys),
        "exceptions": sorted(expectation.exceptions),
        "request_id": expectation.request_id,
    }


def decode(value: Mapping[str, Any]) -> LogoutExpectation:
    """Return the LogoutExpectation that `encode` wrote down."""
    return LogoutExpectation(
        instant=clock.from_microseconds(value["instant"]),
        tolerance=value["tolerance"] * _MICROSECOND,
        maximum_age=value["maximum_age"] * _MICROSECOND,
        sp_entity_id=value["sp_entity_id"],
        destination=value["destination"],
        idp_entity_id=value["idp_entity_id"],
        other_issuers=tuple(value["other_issuers"]),
        keys=tuple(decode_key(each) for each in value["keys"]),
        exceptions=frozenset(value["exceptions"]),
        request_id=value["request_id"],
    )
