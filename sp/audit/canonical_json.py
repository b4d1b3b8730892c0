"""The one JSON text of a value, so that everybody who hashes it hashes the same octets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

import orjson

_PLAIN: Final = (str, int, bool, type(None))
_PLAIN_TYPES: Final = frozenset(_PLAIN)
_TEXT: Final = {str}
_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
)
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
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except TypeError:  # half a surrogate pair, an integer beyond 64 bits
        return _ENCODER.encode(value).encode("utf-8", "replace")


def _refuse_fractions(value: object) -> None:
    if isinstance(value, dict):
        if set(map(type, value)) != _TEXT and not all(isinstance(name, str) for name in value):
            raise TypeError("a name in canonical JSON is text")
        inside: Iterable[object] = value.values()
    elif isinstance(value, (list, tuple)):
        inside = value
    elif isinstance(value, _PLAIN):
        return
    else:
        raise TypeError(f"canonical JSON has no {type(value).__name__}")
    if set(map(type, inside)) <= _PLAIN_TYPES:  # most hold nothing else, at every sign-in
        return
    for inner in inside:
        if type(inner) not in _PLAIN_TYPES:
            _refuse_fractions(inner)
