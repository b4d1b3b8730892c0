"""Messages as they travel: HTTP-POST and HTTP-Redirect (SAML Bindings 3.4, 3.5)."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from sp.saml import xml
from sp.saml.errors import refuse
from sp.saml.own_signature import ALGORITHM

_LARGEST: Final = xml.MESSAGE.octets
_RAW_DEFLATE: Final = -15


def decode_post(value: str) -> bytes:
    """Return the octets in the value of a SAMLRequest or SAMLResponse form field, or raise Refused.

    Codes: those of `decode_base64` (Bindings 3.5.4).
    """
    return decode_base64(value, "Bindings 3.5.4")


def decode_base64(value: str, section: str) -> bytes:
    """Return what base64 stands for, strict save for CR and LF, which MIME allows.

    Codes: too_large, not_base64.
    """
    if len(value) > _LARGEST:
        raise refuse("too_large", f"at most {_LARGEST} characters", str(len(value)))
    text = value
    if "\r" in value or "\n" in value:
        text = value.replace("\r", "").replace("\n", "")
    try:
        encoded = text.encode("ascii")
        octets = binascii.a2b_base64(encoded, strict_mode=True)
    except ValueError:
        raise refuse("not_base64", "base64", section=section) from None
    # Python's strict mode lets superfluous padding pass, bits behind the last octet, and nothing
    # at all.
    whole = (len(octets) - 1) // 3 * 3
    last = binascii.b2a_base64(octets[whole:], newline=False)
    if not octets or len(encoded) != whole // 3 * 4 + 4 or last != encoded[-4:]:
        raise refuse("not_base64", "base64", section=section)
    return octets


def encode_post(octets: bytes) -> str:
    """Return the value of the form field that carries a message (Bindings 3.5.4)."""
    return base64.b64encode(octets).decode("ascii")


def inflate(octets: bytes) -> bytes:
    """Return what raw DEFLATE packed, or raise Refused: too_large, not_deflated.

    It stops at the limit, however much would come (Bindings 3.4.4.1).
    """
    inflater = zlib.decompressobj(_RAW_DEFLATE)
    try:
        plain = inflater.decompress(octets, _LARGEST + 1)
    except zlib.error:
        raise refuse("not_deflated", "DEFLATE", section="Bindings 3.4.4.1") from None
    if len(plain) > _LARGEST:
        raise refuse("too_large", f"at most {_LARGEST} octets", "more")
    if not inflater.eof or inflater.unused_data:
        raise refuse("not_deflated", "one DEFLATE stream", section="Bindings 3.4.4.1")
    return plain


def encode_redirect(
    location: str,
    parameter: str,
    octets: bytes,
    relay_state: str | None,
    sign: Callable[[bytes], tuple[str, bytes]] | None,
) -> str:
    """Return the URL that carries a message; a query that `location` has stays as it is.

    parameter: "SAMLRequest" or "SAMLResponse". sign: `signature.sign_octets` with its key; None
    for an unsigned message. Signed is the query as it stands in the URL (Bindings 3.4.4.1).
    """
    deflater = zlib.compressobj(wbits=_RAW_DEFLATE)
    packed = base64.b64encode(deflater.compress(octets) + deflater.flush()).decode("ascii")
    query = f"{parameter}={quote(packed, safe='')}"
    if relay_state is not None:
        query += f"&RelayState={quote(relay_state, safe='')}"
    if sign is not None:
        query += f"&SigAlg={quote(ALGORITHM, safe='')}"
        algorithm, value = sign(query.encode("ascii"))
        if algorithm != ALGORITHM:
            raise ValueError("signed by another algorithm than the query says")
        query += f"&Signature={quote(base64.b64encode(value).decode('ascii'), safe='')}"
    parts = urlsplit(location)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))
