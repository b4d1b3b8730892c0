"""Reads the form that a company's login posts: long base64, in which much is percent-encoded."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_to_bytes

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

LONGEST: Final = 2_300_000
"""Octets: the longest message as base64 in which every character is percent-encoded."""
MOST_FIELDS: Final = 20

_URL_ENCODED: Final = "application/x-www-form-urlencoded"


def read_fields(request: Request) -> list[tuple[str, str]]:
    """Return the form's fields in their order; none where the body is no form.

    Raises RequestEntityTooLarge. Nobody else can read the body after that.
    """
    request.max_content_length = LONGEST
    is_plain = request.environ.get("CONTENT_TYPE") == _URL_ENCODED  # as browsers send it
    if not is_plain and request.mimetype != _URL_ENCODED:
        request.max_form_memory_size = LONGEST
        request.max_form_parts = MOST_FIELDS
        return list(request.form.items(multi=True))
    parts = request.get_data(cache=False).split(b"&", MOST_FIELDS)
    if len(parts) > MOST_FIELDS:
        raise RequestEntityTooLarge
    pairs = (part.partition(b"=") for part in parts if part)
    return [(_decode(name), _decode(value)) for name, _, value in pairs]


def read_octets(request: Request) -> bytes:
    """Return a body that is no form; raises RequestEntityTooLarge."""
    request.max_content_length = LONGEST
    return request.get_data(cache=False)


def _decode(octets: bytes) -> str:
    """Return what stands for some text in a form, "�" for what is no UTF-8."""
    octets = octets.replace(b"+", b" ")
    return (unquote_to_bytes(octets) if b"%" in octets else octets).decode("utf-8", "replace")
