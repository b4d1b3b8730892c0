"""Builds the AuthnRequest: bare, unless a revision asks for more (Core 3.4.1, DESIGN 14)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from sp.saml import urn

_NCNAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")


def make_authn_request(
    *,
    request_id: str,
    issue_instant: datetime,
    sp_entity_id: str,
    acs_url: str,
    destination: str,
    force_authn: bool = False,
    is_passive: bool = False,
    contexts: tuple[str, ...] = (),
    allow_create: bool = False,
) -> bytes:
    """Return the request as octets, always the same ones for the same arguments (Core 3.4.1).

    issue_instant: aware. contexts: authentication context classes, demanded exactly. Without
    allow_create there is no NameIDPolicy, which ADFS and Okta compare with their own settings.
    Raises ValueError where request_id is not an NCName, which breaks the schema at many IdPs.
    """
    if not _NCNAME.fullmatch(request_id):
        raise ValueError("the ID of a request begins with a letter or an underscore")
    root = etree.Element(
        urn.q("samlp:AuthnRequest"), nsmap={"samlp": urn.SAMLP, "saml": urn.SAML}, ID=request_id
    )
    root.set("Version", "2.0")
    root.set("IssueInstant", issue_instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    root.set("Destination", destination)
    if force_authn:
        root.set("ForceAuthn", "true")
    if is_passive:
        root.set("IsPassive", "true")
    root.set("ProtocolBinding", urn.POST)
    root.set("AssertionConsumerServiceURL", acs_url)
    etree.SubElement(root, urn.q("saml:Issuer")).text = sp_entity_id
    if allow_create:
        etree.SubElement(root, urn.q("samlp:NameIDPolicy"), AllowCreate="true")
    if contexts:
        requested = etree.SubElement(root, urn.q("samlp:RequestedAuthnContext"), Comparison="exact")
        for context in contexts:
            etree.SubElement(requested, urn.q("saml:AuthnContextClassRef")).text = context
    return etree.tostring(root, encoding="utf-8")
