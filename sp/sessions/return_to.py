"""Where a person may be sent after signing in: a local path and nothing else."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import quote, unquote

LONGEST: Final = 2_000
_VISIBLE: Final = "".join(map(chr, range(ord("!"), ord("~") + 1)))
_SPLIT: Final = re.compile(r"[?#]")


def safe_return_to(text: str | None) -> str | None:
    """Return a local path with its query, or None for anything that could lead elsewhere.

    No scheme, no `//`, no backslash, no control characters, no user info, nor an encoded form of
    them in the path; such a text is ignored, never mended (security requirements, section 6).
    Letters outside ASCII come back percent-encoded, as every browser would send them.
    """
    if not text or text[0] != "/" or len(text) > LONGEST:
        return None
    if "\\" in text or not all(map(_may_stand, text)):
        return None
    seen, decoded = "", _SPLIT.split(text, maxsplit=1)[0]
    while decoded != seen:  # decoding twice must not give what decoding once did not
        seen, decoded = decoded, unquote(decoded)
        if not _is_path(seen):
            return None
    return quote(text, safe=_VISIBLE)


def _may_stand(letter: str) -> bool:
    """Say whether a character is visible ASCII, or a letter, a mark or a digit of any script."""
    return letter in _VISIBLE or (not letter.isascii() and unicodedata.category(letter)[0] in "LMN")


def _is_path(path: str) -> bool:
    return (
        path.startswith("/")
        and not path.startswith("/@")
        and "//" not in path
        and "\\" not in path
        and path.isprintable()
        and not any(part in (".", "..") for part in path.split("/"))
    )
