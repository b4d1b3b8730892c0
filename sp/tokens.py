"""Random tokens, and the only form in which they are stored."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

_LETTERS: Final = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH: Final = 8
_UNUSED: Final = bytes(range(256 - 256 % len(_LETTERS), 256))
_OF_OCTET: Final = bytes(_LETTERS[octet % len(_LETTERS)] for octet in range(256))


def make_token() -> str:
    """Return 32 random bytes as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return the SHA-256 of a token: 32 bytes, what the database keeps.

    A plain hash suffices: the token has 256 bits of its own, nothing to guess at.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def make_message_id() -> str:
    """Return a fresh SAML ID: an NCName that starts with an underscore (Core 1.3.4)."""
    return "_" + secrets.token_hex(20)


def make_reference() -> str:
    """Return a short reference that can be read aloud: eight characters without look-alikes."""
    # Of 256 octets 248 serve, eight for each letter; so many are hardly ever too few.
    letters = ""
    while len(letters) < _LENGTH:
        letters = secrets.token_bytes(2 * _LENGTH).translate(_OF_OCTET, _UNUSED).decode("ascii")
    return f"{letters[:4]}-{letters[4:_LENGTH]}"
