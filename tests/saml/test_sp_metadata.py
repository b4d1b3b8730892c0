"""Our own metadata says what an Identity Provider must know, and nothing that is not so."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from support.key_pairs import key_named

from sp.saml import urn, xml
from sp.saml.sp_metadata import RequestedAttribute, SpDescription, make_sp_metadata
from sp.saml.toolkit import METADATA, schema_error

SLO_URL = "https://sp.example.com/saml/acme/slo"
SOAP_URL = "https://sp.example.com/saml/acme/slo/soap"
EMAIL = RequestedAttribute("email", "E-mail address", is_required=True)
GROUPS = RequestedAttribute("groups")


def description(**changes) -> SpDescription:
    good = SpDescription(
        entity_id="https://sp.example.com/saml/acme/metadata",
        acs_url="https://sp.example.com/saml/acme/acs",
        signing_certificates=(key_named("sp").certificate,),
        encryption_certificates=(key_named("sp-old").certificate,),
        authn_requests_signed=False,
        want_assertions_signed=True,
        display_name="Clientshare",
        logo_url="https://sp.example.com/logo.png",
        privacy_url="https://sp.example.com/privacy",
        requested_attributes=(EMAIL, GROUPS),
        technical_contact="technical@sp.example.com",
        support_contact="support@sp.example.com",
    )
    return replace(good, **changes)


def read(**changes):
    return xml.parse(make_sp_metadata(description(**changes)))


def certificates_of(root, use):
    return [
        base64.b64decode(key.findtext(".//ds:X509Certificate", None, urn.PREFIXES))
        for key in root.iterfind("md:SPSSODescriptor/md:KeyDescriptor", urn.PREFIXES)
        if key.get("use") == use
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"logo_url": None, "privacy_url": None},
        {"requested_attributes": ()},
        {"slo_url": SLO_URL, "slo_soap_url": SOAP_URL},
        {"slo_url": SLO_URL},
        {"slo_soap_url": SOAP_URL},
        {"authn_requests_signed": True, "want_assertions_signed": False},
    ],
)
def test_every_form_is_valid_by_the_schema(changes):
    octets = make_sp_metadata(description(**changes))
    assert schema_error(xml.parse(octets), METADATA) is None


def test_the_schema_check_sees_broken_metadata():
    octets = make_sp_metadata(description()).replace(b' index="0" isDefault="true"', b"")
    assert schema_error(xml.parse(octets), METADATA) is not None


def test_the_same_description_gives_the_same_octets():
    assert make_sp_metadata(description()) == make_sp_metadata(description())


def logout_of(root):
    found = root.findall("md:SPSSODescriptor/md:SingleLogoutService", urn.PREFIXES)
    assert all(each.get("ResponseLocation") is None for each in found)
    return [(each.get("Binding"), each.get("Location")) for each in found]


def test_logout_is_announced_by_each_binding_that_answers():
    assert logout_of(read(slo_url=SLO_URL, slo_soap_url=SOAP_URL)) == [
        (urn.REDIRECT, SLO_URL),
        (urn.POST, SLO_URL),
        (urn.SOAP, SOAP_URL),
    ]


def test_there_is_one_role_with_one_acs_by_post():
    root = read()
    assert root.get("entityID") == "https://sp.example.com/saml/acme/metadata"
    (role,) = root.findall("md:SPSSODescriptor", urn.PREFIXES)
    assert role.get("protocolSupportEnumeration") == urn.SAMLP
    (acs,) = role.findall("md:AssertionConsumerService", urn.PREFIXES)
    assert acs.get("Binding") == urn.POST
    assert acs.get("Location") == "https://sp.example.com/saml/acme/acs"


def test_both_uses_are_listed_with_their_own_certificate():
    root = read()
    assert certificates_of(root, "signing") == [key_named("sp").certificate]
    assert certificates_of(root, "encryption") == [key_named("sp-old").certificate]


def test_the_next_keys_stand_beside_the_current_ones_during_a_rollover():
    both = (key_named("sp").certificate, key_named("sp-old").certificate)
    root = read(signing_certificates=both, encryption_certificates=both[::-1])
    assert certificates_of(root, "signing") == list(both)
    assert certificates_of(root, "encryption") == list(both[::-1])


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false")])
def test_what_is_signed_is_said_as_it_is_done(value, text):
    role = read(authn_requests_signed=value, want_assertions_signed=not value)[0]
    assert role.get("AuthnRequestsSigned") == text
    assert role.get("WantAssertionsSigned") == ("false" if value else "true")


def test_no_logout_is_announced_before_it_answers():
    assert logout_of(read()) == []


def test_nothing_ends_by_itself():
    root = read()
    assert root.get("validUntil") is None
    assert root.get("cacheDuration") is None


def test_people_see_a_name_a_logo_and_a_privacy_statement():
    info = read().find(".//mdui:UIInfo", urn.PREFIXES)
    name, logo, privacy = info
    assert (name.text, name.get(urn.q("xml:lang"))) == ("Clientshare", "en")
    assert (logo.text, logo.get("width"), logo.get("height")) == (
        "https://sp.example.com/logo.png",
        "80",
        "60",
    )
    assert (privacy.text, privacy.get(urn.q("xml:lang"))) == (
        "https://sp.example.com/privacy",
        "en",
    )


def test_attributes_are_asked_for_by_name():
    first, second = read().findall(".//md:RequestedAttribute", urn.PREFIXES)
    assert dict(first.attrib) == {
        "Name": "email",
        "NameFormat": urn.BASIC_NAME,
        "FriendlyName": "E-mail address",
        "isRequired": "true",
    }
    assert dict(second.attrib) == {
        "Name": "groups",
        "NameFormat": urn.BASIC_NAME,
        "isRequired": "false",
    }


def test_both_contacts_can_be_written_to():
    contacts = {
        contact.get("contactType"): contact.findtext("md:EmailAddress", None, urn.PREFIXES)
        for contact in read().findall("md:ContactPerson", urn.PREFIXES)
    }
    assert contacts == {
        "technical": "mailto:technical@sp.example.com",
        "support": "mailto:support@sp.example.com",
    }


@pytest.mark.parametrize(
    "changes", [{}, {"logo_url": None, "privacy_url": None, "requested_attributes": ()}]
)
def test_no_element_and_no_attribute_is_empty(changes):
    for element in read(**changes).iter():
        assert len(element) or (element.text or "").strip() or element.attrib, element.tag
        assert all(element.attrib.values()), element.tag


def test_a_name_with_markup_stays_a_name():
    name = read(display_name="A & B <C>").find(".//mdui:DisplayName", urn.PREFIXES)
    assert name.text == "A & B <C>"
