"""Where a person may be sent after signing in: a local path and nothing else."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

LONGEST: Final = 2_000
_PLAIN: Final = re.compile(r"/[!-~]*")
"""A path of visible ASCII; browsers send everything else percent-encoded."""


def safe_return_to(text: str | None) -> str | None:
    """Return a local path with its query, or None for anything that could lead elsewhere.

    No scheme, no `//`, no backslash, no control characters, no user info, nor an encoded form of
    them in the path; such a text is ignored, never mended (security requirements, section 6).
    """
    if not text or len(text) > LONGEST or not _PLAIN.fullmatch(text):
        return None
    seen, decoded = "", re.split("[?#]", text, maxsplit=1)[0]
    while decoded != seen:  # decoding twice must not give what decoding once did not
        seen, decoded = decoded, unquote(decoded)
        if not _is_path(seen):
            return None
    return text if "\\" not in text else None


def _is_path(path: str) -> bool:
    return (
        path.startswith("/")
        and "//" not in path
        and "\\" not in path
        and path.isprintable()
        and not any(part in (".", "..") for part in path.split("/"))
    )
