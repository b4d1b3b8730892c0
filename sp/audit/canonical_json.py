"""The one JSON text of a value, so that everybody who hashes it hashes the same octets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

_PLAIN: Final = (str, int, bool, type(None))
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_json(value: object) -> bytes:
    """Return the one JSON text of a value: sorted keys, no blanks, UTF-8, integers only.

    For what we hash this is RFC 8785, since our keys are ASCII and our integers below 2^53. Half a
    surrogate pair becomes "?": no octets of UTF-8 stand for it. Raises TypeError for a fraction.
    """
    _refuse_fractions(value)
    return encode(value)


def encode(value: object) -> bytes:
    """Return the same text of a value that is known to hold text, integers and truths only."""
    encoded = _ENCODER.encode(value)
    return encoded.encode("utf-8", "replace")


def _refuse_fractions(value: object) -> None:
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise TypeError(f"a name in canonical JSON is text, not {type(name).__name__}")
        inside: Iterable[object] = value.values()
    elif isinstance(value, (list, tuple)):
        inside = value
    elif isinstance(value, _PLAIN):
        return
    else:
        raise TypeError(f"canonical JSON has no {type(value).__name__}")
    for inner in inside:
        if type(inner) not in _PLAIN:  # most are plain, and this runs at every sign-in
            _refuse_fractions(inner)
