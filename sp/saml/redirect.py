"""Reads a message out of a query: HTTP-Redirect with DEFLATE (SAML Bindings 3.4.4.1).

The query is read as it came: a signature covers its characters, not what they stand for, and some
Identity Providers escape in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, unquote_plus

from sp.saml import bindings, urn, xml
from sp.saml.errors import refuse
from sp.saml.gate_signature import SIGNATURE_METHODS

SECTION: Final = "Bindings 3.4.4.1"
KINDS: Final = {"SAMLRequest": "LogoutRequest", "SAMLResponse": "LogoutResponse"}
"""What a parameter carries, here and in a form."""

_SIGNED: Final = ("SAMLRequest", "SAMLResponse", "RelayState", "SigAlg")
"""In the order in which they are signed, whatever the order in the URL."""

_OURS: Final = frozenset({*_SIGNED, "Signature", "SAMLEncoding"})
_LARGEST: Final = 3 * xml.MESSAGE.octets
"""Every octet of the largest message may stand there escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectMessage:
    """A message out of a query; nothing of it is verified.

    kind: "LogoutRequest" or "LogoutResponse", by the parameter. relay_state: None where there is
    none, "" where it is empty. algorithm and value: of the signature, None where the parameter is
    absent. signed: the octets that a signature is about.
    """

    kind: str
    octets: bytes
    relay_state: str | None
    algorithm: str | None
    value: bytes | None
    signed: bytes


def decode_redirect(query: str) -> RedirectMessage:
    """Return the message in a raw query string, or raise Refused.

    Codes: too_large, encoded_parameter, duplicate_parameter, bad_parameter, wrong_message_type,
    not_deflated, not_base64, algorithm_not_allowed.
    """
    if len(query) > _LARGEST:
        raise refuse("too_large", f"at most {_LARGEST} characters", str(len(query)))
    raw = _find_parameters(query)
    messages = [name for name in KINDS if name in raw]
    if len(messages) > 1:
        raise refuse("wrong_message_type", "one message", " and ".join(messages), SECTION)
    if not messages:
        raise refuse("duplicate_parameter", "one SAMLRequest or SAMLResponse", "none", SECTION)
    encoding = _value_of(raw, "SAMLEncoding")
    if encoding not in (None, urn.DEFLATE):
        raise refuse("not_deflated", urn.DEFLATE, str(encoding)[:200], SECTION)
    message = _value_of(raw, messages[0]) or ""
    value = _value_of(raw, "Signature")
    return RedirectMessage(
        kind=KINDS[messages[0]],
        octets=bindings.inflate(bindings.decode_base64(message, SECTION)),
        relay_state=_read_relay_state(raw),
        algorithm=_read_algorithm(raw),
        value=None if value is None else bindings.decode_base64(value, SECTION),
        signed="&".join(raw[name] for name in _SIGNED if name in raw).encode("ascii"),
    )


def _find_parameters(query: str) -> dict[str, str]:
    """Return each parameter of ours as it stands in the query, such as "SigAlg=x"; once, literally.

    One whose name is escaped is refused: another reader would take it for the one that is signed.
    """
    found: dict[str, str] = {}
    for part in query.split("&"):
        name = part.partition("=")[0]
        if name in found:
            raise refuse("duplicate_parameter", f"{name} once", "several", SECTION)
        if name in _OURS:
            if not part.isascii():
                raise refuse("bad_parameter", "ASCII, the rest escaped", name, SECTION)
            found[name] = part
        elif _meaning_of(name) in _OURS:
            raise refuse("encoded_parameter", "parameters by their names", name[:100], SECTION)
    return found


def _meaning_of(name: str) -> str:
    """Return what the most lenient reader could take a name for."""
    text, before = name, ""
    while text != before:
        before, text = text, unquote_plus(text)
    return text.strip().strip("\x00")


def _value_of(raw: dict[str, str], name: str) -> str | None:
    """Return a parameter's value, unescaped as a form's (Bindings 3.4.4.1)."""
    return unquote_plus(raw[name].partition("=")[2]) if name in raw else None


def _read_relay_state(raw: dict[str, str]) -> str | None:
    if "RelayState" not in raw:
        return None
    try:
        text = raw["RelayState"].partition("=")[2].replace("+", " ")
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise refuse("bad_parameter", "UTF-8", "RelayState", "Bindings 3.4.3") from None


def _read_algorithm(raw: dict[str, str]) -> str | None:
    name = _value_of(raw, "SigAlg")
    if name is not None and name not in SIGNATURE_METHODS:
        raise refuse("algorithm_not_allowed", "a permitted algorithm", name[:200], SECTION)
    return name
