"""Builds the AuthnRequest: bare, unless a revision asks for more (Core 3.4.1, DESIGN 14)."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from sp.saml import own_message, urn


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
    root = own_message.make_root(
        "AuthnRequest",
        message_id=request_id,
        issue_instant=issue_instant,
        destination=destination,
        sp_entity_id=sp_entity_id,
    )
    if force_authn:
        root.set("ForceAuthn", "true")
    if is_passive:
        root.set("IsPassive", "true")
    root.set("ProtocolBinding", urn.POST)
    root.set("AssertionConsumerServiceURL", acs_url)
    if allow_create:
        etree.SubElement(root, urn.q("samlp:NameIDPolicy"), AllowCreate="true")
    if contexts:
        requested = etree.SubElement(root, urn.q("samlp:RequestedAuthnContext"), Comparison="exact")
        for context in contexts:
            etree.SubElement(requested, urn.q("saml:AuthnContextClassRef")).text = context
    return own_message.to_octets(root)
