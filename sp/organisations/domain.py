"""E-mail domains: the one written form of each, and which may belong to an organisation."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import idna

from sp.errors import BadInputError
from sp.organisations.public_mail_domains import PUBLIC_MAIL_DOMAINS

LONGEST: Final = 253
_ASCII_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_NOT_A_NAME: Final = re.compile(r"\.[0-9]+\Z")

_SENTENCE: Final = "Please give a domain such as acme.example: a name with a dot, and nothing else."


def lower_ascii(text: str) -> str:
    """Return the text with A to Z in lower case and every other character as it was.

    Unicode's own case mapping makes other people's names equal (the Kelvin sign becomes a k).
    """
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


@lru_cache(maxsize=1024)
def encode_domain(text: str) -> str:
    """Return a domain in the form in which it is stored and compared: ASCII, lower case.

    Labels go through strict IDNA 2008 (RFC 5891), which maps nothing: full-width letters, soft
    hyphens, ideographic dots and capitals beyond ASCII are refused, not tidied. No trailing dot,
    two labels at least, the last one not a number. Raises ValueError.
    """
    lowered = lower_ascii(text)
    labels = lowered.split(".")
    if len(lowered) > LONGEST or len(labels) == 1:
        raise ValueError
    encoded = ".".join(idna.alabel(label).decode("ascii") for label in labels)
    if len(encoded) > LONGEST or _NOT_A_NAME.search(encoded):
        raise ValueError
    return encoded


def normalise_domain(text: str) -> str:
    """Return the written form of a domain that somebody typed; BadInputError if it is none."""
    try:
        return encode_domain(text.strip(" \t\r\n"))
    except ValueError as error:
        raise BadInputError(code="bad_domain", public=_SENTENCE) from error


def check_ownable(domain: str) -> None:
    """Refuse a domain where anybody can have an address (DESIGN, decision 4)."""
    if domain in PUBLIC_MAIL_DOMAINS:
        raise BadInputError(
            code="public_mail_domain",
            public=f"{domain} gives addresses to anybody, so it cannot belong to one organisation.",
        )
