"""E-mail addresses: which ones we take, and the one written form of each."""

from __future__ import annotations

import re
from typing import Final

from sp.errors import BadInputError
from sp.organisations.domain import encode_domain, lower_ascii

LONGEST: Final = 254

_XML_SPACE: Final = " \t\r\n"
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_GUEST: Final = "#ext#"

_SENTENCE: Final = "Please give one e-mail address, such as ada@acme.example, and nothing else."


def normalise_email(text: str) -> str:
    """Return an address as it is stored and compared; BadInputError if it is none.

    One @, an unquoted ASCII local part (RFC 5322 dot-atom), a domain after strict IDNA, no trailing
    dot, 254 characters at most (RFC 5321). Only A to Z are put in lower case. `#EXT#` marks Entra's
    name of a guest, which is no address.
    """
    address = text.strip(_XML_SPACE)
    local, at, domain = address.partition("@")
    if not at or len(address) > LONGEST or not _LOCAL.fullmatch(local):
        raise _bad_email()
    local = lower_ascii(local)
    try:
        normalised = f"{local}@{encode_domain(domain)}"
    except ValueError as error:
        raise _bad_email() from error
    if len(normalised) > LONGEST or _GUEST in local:
        raise _bad_email()
    return normalised


def domain_of(address: str) -> str:
    """Return the domain of a normalised address."""
    return address.rpartition("@")[2]


def _bad_email() -> BadInputError:
    return BadInputError(code="bad_email", public=_SENTENCE)
