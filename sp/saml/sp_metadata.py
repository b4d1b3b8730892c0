"""Builds our own metadata for one organisation (Metadata 2.4.4; saml2int v2, section 2)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from lxml import etree

from sp.saml import urn
from sp.saml.types import Element


@dataclass(frozen=True, slots=True)
class RequestedAttribute:
    """One attribute that we ask an Identity Provider for; `name` is what it is found by."""

    name: str
    friendly_name: str = ""
    is_required: bool = False
    name_format: str = urn.BASIC_NAME


@dataclass(frozen=True, slots=True, kw_only=True)
class SpDescription:
    """What we say about ourselves to one organisation's Identity Provider.

    Certificates are DER, the one in use first, then those of a rollover; at least one of each.
    Contacts are e-mail addresses. logo_size: width and height in pixels. slo_url takes logout
    messages by HTTP-Redirect and HTTP-POST, slo_soap_url by SOAP; None where nothing does.
    """

    entity_id: str
    acs_url: str
    signing_certificates: tuple[bytes, ...]
    encryption_certificates: tuple[bytes, ...]
    authn_requests_signed: bool
    want_assertions_signed: bool
    display_name: str
    logo_url: str | None
    privacy_url: str | None
    requested_attributes: tuple[RequestedAttribute, ...]
    technical_contact: str
    support_contact: str
    logo_size: tuple[int, int] = (80, 60)
    slo_url: str | None = None
    slo_soap_url: str | None = None


def make_sp_metadata(description: SpDescription) -> bytes:
    """Return the EntityDescriptor as octets; no validUntil, and no element without content.

    It lists what answers and nothing else: an Identity Provider obeys this document.
    """
    root = etree.Element(
        urn.q("md:EntityDescriptor"),
        nsmap={"md": urn.MD, "ds": urn.DS, "mdui": urn.MDUI},
        entityID=description.entity_id,
    )
    role = etree.SubElement(root, urn.q("md:SPSSODescriptor"))
    role.set("AuthnRequestsSigned", _boolean(description.authn_requests_signed))
    role.set("WantAssertionsSigned", _boolean(description.want_assertions_signed))
    role.set("protocolSupportEnumeration", urn.PROTOCOL)
    _add_ui_info(role, description)
    for certificate in description.signing_certificates:
        _add_key(role, "signing", certificate)
    for certificate in description.encryption_certificates:
        _add_key(role, "encryption", certificate)
    _add_logout(role, description)
    acs = etree.SubElement(role, urn.q("md:AssertionConsumerService"), Binding=urn.POST)
    acs.set("Location", description.acs_url)
    acs.set("index", "0")
    acs.set("isDefault", "true")
    _add_requested_attributes(role, description)
    _add_contact(root, "technical", description.technical_contact)
    _add_contact(root, "support", description.support_contact)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_ui_info(role: Element, description: SpDescription) -> None:
    """Add what an Identity Provider shows its people (MDUI 2.1)."""
    extensions = etree.SubElement(role, urn.q("md:Extensions"))
    info = etree.SubElement(extensions, urn.q("mdui:UIInfo"))
    _in_english(etree.SubElement(info, urn.q("mdui:DisplayName")), description.display_name)
    if description.logo_url:
        width, height = description.logo_size
        logo = etree.SubElement(info, urn.q("mdui:Logo"), width=str(width), height=str(height))
        logo.text = description.logo_url
    if description.privacy_url:
        privacy = etree.SubElement(info, urn.q("mdui:PrivacyStatementURL"))
        _in_english(privacy, description.privacy_url)


def _add_key(role: Element, use: str, certificate: bytes) -> None:
    key = etree.SubElement(role, urn.q("md:KeyDescriptor"), use=use)
    data = etree.SubElement(etree.SubElement(key, urn.q("ds:KeyInfo")), urn.q("ds:X509Data"))
    text = base64.b64encode(certificate).decode("ascii")
    etree.SubElement(data, urn.q("ds:X509Certificate")).text = text


def _add_logout(role: Element, description: SpDescription) -> None:
    """Add where logout messages go, Redirect first: a browser brings the IdP's cookie there."""
    endpoints = (
        (urn.REDIRECT, description.slo_url),
        (urn.POST, description.slo_url),
        (urn.SOAP, description.slo_soap_url),
    )
    for binding, location in endpoints:
        if location is not None:
            slo = etree.SubElement(role, urn.q("md:SingleLogoutService"), Binding=binding)
            slo.set("Location", location)


def _add_requested_attributes(role: Element, description: SpDescription) -> None:
    if not description.requested_attributes:
        return  # the schema wants at least one
    service = etree.SubElement(role, urn.q("md:AttributeConsumingService"), index="0")
    _in_english(etree.SubElement(service, urn.q("md:ServiceName")), description.display_name)
    for attribute in description.requested_attributes:
        requested = etree.SubElement(
            service,
            urn.q("md:RequestedAttribute"),
            Name=attribute.name,
            NameFormat=attribute.name_format,
        )
        if attribute.friendly_name:
            requested.set("FriendlyName", attribute.friendly_name)
        requested.set("isRequired", _boolean(attribute.is_required))


def _add_contact(root: Element, kind: str, email: str) -> None:
    contact = etree.SubElement(root, urn.q("md:ContactPerson"), contactType=kind)
    etree.SubElement(contact, urn.q("md:EmailAddress")).text = f"mailto:{email}"


def _in_english(element: Element, text: str) -> None:
    element.set(urn.q("xml:lang"), "en")
    element.text = text


def _boolean(value: bool) -> str:  # noqa: FBT001 - its only argument
    return "true" if value else "false"
