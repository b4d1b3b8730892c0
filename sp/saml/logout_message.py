"""A logout message as it came by its binding, past the gate (Profiles 4.4.4, Bindings 3.2 to 3.5).

    received = open_query(raw_query)                             # GET, HTTP-Redirect
    received = open_form("SAMLRequest", value, relay_state)      # POST, HTTP-POST
    received = open_soap(octets, "LogoutRequest")                # SOAP
    received = open_kept(received.binding, received.kind, received.kept)    # years later

`logout.judge` takes what comes out; each of them raises Refused for what the gate refuses.
"""

from __future__ import annotations

from dataclasses import dataclass

from sp.saml import bindings, gate, redirect, urn
from sp.saml.errors import refuse
from sp.saml.gate import Gated
from sp.saml.logout_types import REQUEST, RESPONSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A logout message that passed the gate. Nothing in it is verified: it may decide nothing.

    kind: "LogoutRequest" or "LogoutResponse". kept: the octets from which it can be judged again:
    of HTTP-Redirect the raw query, which is what was signed; of HTTP-POST the XML, of SOAP the
    envelope. relay_state: None where there is none, "" where it is empty.
    """

    binding: str
    kind: str
    kept: bytes
    gated: Gated
    relay_state: str | None


def open_query(query: str) -> Received:
    """Return the message in a raw query string (Bindings 3.4), or raise Refused."""
    sent = redirect.decode_redirect(query)
    return Received(
        binding=urn.REDIRECT,
        kind=sent.kind,
        kept=query.encode("utf-8", "surrogatepass"),
        gated=gate.read_message(sent.octets, sent.kind),
        relay_state=sent.relay_state,
    )


def open_form(parameter: str, value: str, relay_state: str | None) -> Received:
    """Return the message in a form field (Bindings 3.5), or raise Refused.

    parameter: "SAMLRequest" or "SAMLResponse". relay_state: the field beside it, None where there
    is none.
    """
    return _open_post(bindings.decode_post(value), redirect.KINDS[parameter], relay_state)


def open_soap(octets: bytes, kind: str) -> Received:
    """Return the message of that kind in an Envelope (Bindings 3.2), or raise Refused."""
    return Received(
        binding=urn.SOAP,
        kind=kind,
        kept=octets,
        gated=gate.read_soap(octets, kind),
        relay_state=None,
    )


def open_kept(binding: str, kind: str, kept: bytes) -> Received:
    """Return a message out of what was kept of it, or raise Refused as on the day.

    The RelayState of a form is not kept: it is no part of the message, and nothing signs it.
    """
    if binding == urn.SOAP:
        return open_soap(kept, kind)
    if binding == urn.POST:
        return _open_post(kept, kind, None)
    received = open_query(read_query(kept))
    if binding != urn.REDIRECT or received.kind != kind:
        raise refuse("wrong_message_type", f"{kind} by {binding}", received.kind)
    return received


def read_query(kept: bytes) -> str:
    """Return a query that was kept as it came, or raise Refused (bad_parameter)."""
    try:
        return kept.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        raise refuse("bad_parameter", "a query", "other octets") from None


def _open_post(octets: bytes, kind: str, relay_state: str | None) -> Received:
    if kind not in (REQUEST, RESPONSE):
        raise refuse("wrong_message_type", f"{REQUEST} or {RESPONSE}", kind)
    return Received(
        binding=urn.POST,
        kind=kind,
        kept=octets,
        gated=gate.read_message(octets, kind),
        relay_state=relay_state,
    )
