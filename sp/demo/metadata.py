"""Builds the metadata that an Identity Provider publishes (Metadata 2.4.3)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from lxml import etree

from sp.demo.messages import to_octets
from sp.demo.names import DS, MD, MDUI, PERSISTENT, POST, REDIRECT, SAMLP


@dataclass(frozen=True, slots=True, kw_only=True)
class IdpDescription:
    """What an IdP says about itself; certificates: (use or None, DER).

    slo: (binding, Location, ResponseLocation or None) of each SingleLogoutService.
    """

    entity_id: str
    certificates: tuple[tuple[str | None, bytes], ...]
    sso_redirect: str | None
    sso_post: str | None
    display_name: str = "Demo identity provider"
    want_authn_requests_signed: bool | None = None
    name_id_formats: tuple[str, ...] = (PERSISTENT,)
    slo: tuple[tuple[str, str, str | None], ...] = ()


def make_idp_metadata(description: IdpDescription) -> bytes:
    """Return the EntityDescriptor as octets."""
    root = etree.Element(
        f"{{{MD}}}EntityDescriptor",
        nsmap={"md": MD, "ds": DS, "mdui": MDUI},
        entityID=description.entity_id,
    )
    role = etree.SubElement(root, f"{{{MD}}}IDPSSODescriptor", protocolSupportEnumeration=SAMLP)
    if description.want_authn_requests_signed is not None:
        role.set("WantAuthnRequestsSigned", str(description.want_authn_requests_signed).lower())
    info = etree.SubElement(etree.SubElement(role, f"{{{MD}}}Extensions"), f"{{{MDUI}}}UIInfo")
    name = etree.SubElement(info, f"{{{MDUI}}}DisplayName")
    name.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    name.text = description.display_name
    for use, certificate in description.certificates:
        key = etree.SubElement(role, f"{{{MD}}}KeyDescriptor")
        if use is not None:
            key.set("use", use)
        data = etree.SubElement(etree.SubElement(key, f"{{{DS}}}KeyInfo"), f"{{{DS}}}X509Data")
        text = base64.b64encode(certificate).decode("ascii")
        etree.SubElement(data, f"{{{DS}}}X509Certificate").text = text
    for slo_binding, slo_url, response_location in description.slo:
        service = etree.SubElement(role, f"{{{MD}}}SingleLogoutService", Binding=slo_binding)
        service.set("Location", slo_url)
        if response_location is not None:
            service.set("ResponseLocation", response_location)
    for name_id_format in description.name_id_formats:
        etree.SubElement(role, f"{{{MD}}}NameIDFormat").text = name_id_format
    for binding, location in ((REDIRECT, description.sso_redirect), (POST, description.sso_post)):
        if location is not None:
            etree.SubElement(
                role, f"{{{MD}}}SingleSignOnService", Binding=binding, Location=location
            )
    return to_octets(root)
