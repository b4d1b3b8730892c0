"""Reads the values of a settings document one by one: each must be there and of its kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_MOST: int = 64


class UnusableError(ValueError):
    """A document does not say what it must; the argument names the value at fault."""


def load_object(octets: bytes) -> Mapping[str, Any]:
    """Return a document's one JSON object; a name that stands twice in it is refused."""
    try:
        value = json.loads(octets, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        message = "it is not JSON"
        raise UnusableError(message) from error
    return _object(value, "the document")


def dump_object(value: Mapping[str, Any]) -> bytes:
    """Return an object as a document that people can read, with one line end at its end."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def take_object(container: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object inside an object."""
    return _object(_take(container, name), name)


def take_text(container: Mapping[str, Any], name: str, *, longest: int = 2048) -> str:
    """Return a text that is not empty and that every database can store."""
    return _text(_take(container, name), name, longest)


def take_texts(
    container: Mapping[str, Any], name: str, *, most: int = _MOST, longest: int = 2048
) -> tuple[str, ...]:
    """Return a list of texts, none of them empty, none twice."""
    value = _take(container, name)
    if not isinstance(value, list) or len(value) > most:
        raise UnusableError(name)
    texts = tuple(_text(each, name, longest) for each in value)
    if len(set(texts)) != len(texts):
        raise UnusableError(name)
    return texts


def take_truth(container: Mapping[str, Any], name: str) -> bool:
    """Return true or false; a number or a word is neither."""
    value = _take(container, name)
    if not isinstance(value, bool):
        raise UnusableError(name)
    return value


def take_number(container: Mapping[str, Any], name: str, *, lowest: int, highest: int) -> int:
    """Return a whole number within its bounds."""
    value = _take(container, name)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise UnusableError(name)
    return value


def check_names(container: Mapping[str, Any], known: frozenset[str]) -> None:
    """Refuse names that nobody would read: a misspelt setting is not a setting."""
    unknown = sorted(container.keys() - known)
    if unknown:
        raise UnusableError(unknown[0])


def _take(container: Mapping[str, Any], name: str) -> Any:
    if name not in container:
        raise UnusableError(name)
    return container[name]


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnusableError(name)
    return value


def _text(value: Any, name: str, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.strip():
        raise UnusableError(name)
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
        raise UnusableError(name)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        message = "a name stands twice"
        raise ValueError(message)
    return value


def _refuse(constant: str) -> None:
    raise ValueError(constant)
