"""Reads an AuthnRequest as an Identity Provider does (Core 3.4.1, Bindings 3.4 and 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sp.demo.errors import DemoRefused
from sp.demo.incoming import parse
from sp.demo.names import POST, SAML, SAMLP

_NO_REQUEST: Final = "This is not an AuthnRequest that can be read."


@dataclass(frozen=True, slots=True)
class AuthnRequest:
    """What a service provider asks; `acs_url` None where it leaves that to its metadata."""

    request_id: str
    issuer: str
    acs_url: str | None
    force_authn: bool
    is_passive: bool


def read_authn_request(octets: bytes, destination: str) -> AuthnRequest:
    """Read the request; `destination` is this IdP's own sign-on URL."""
    root = parse(octets)
    if root.tag != f"{{{SAMLP}}}AuthnRequest" or root.get("Version") != "2.0":
        raise DemoRefused(_NO_REQUEST)
    request_id = root.get("ID", "")
    issuer = (root.findtext(f"{{{SAML}}}Issuer") or "").strip()
    if not request_id or request_id[0].isdigit() or not issuer:
        raise DemoRefused("This AuthnRequest lacks a usable ID or an Issuer.")
    if root.get("Destination", destination) != destination:
        raise DemoRefused("This AuthnRequest was meant for another identity provider.")
    if root.get("ProtocolBinding", POST) != POST:
        raise DemoRefused("This identity provider answers by HTTP-POST only.")
    return AuthnRequest(
        request_id,
        issuer,
        root.get("AssertionConsumerServiceURL"),
        force_authn=root.get("ForceAuthn") in ("true", "1"),
        is_passive=root.get("IsPassive") in ("true", "1"),
    )
