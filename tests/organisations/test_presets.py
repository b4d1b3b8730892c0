"""Each product's people are read by the names that the product really sends."""

from __future__ import annotations

import pytest
from support.assertions import make_assertion

from sp.errors import BadInputError
from sp.organisations import attribute_map, presets
from sp.organisations.attribute_map import Groups, read_identity

CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
MICROSOFT = "http://schemas.microsoft.com/identity/claims/"
WINDOWS = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
OBJECT_ID = f"{MICROSOFT}objectidentifier"

SENT = {
    "entra": (
        (OBJECT_ID, "o-1"),
        (f"{CLAIMS}name", "ada.upn@acme.onmicrosoft.com"),
        (f"{CLAIMS}emailaddress", "ada@acme.example"),
        (f"{CLAIMS}givenname", "Ada"),
        (f"{CLAIMS}surname", "Lovelace"),
        (f"{WINDOWS}groups", "staff"),
    ),
    "okta": (
        ("id", "o-1"),
        ("email", "ada@acme.example"),
        ("firstName", "Ada"),
        ("lastName", "Lovelace"),
        ("groups", "staff"),
    ),
    "adfs": (
        (f"{CLAIMS}emailaddress", "ada@acme.example"),
        (f"{CLAIMS}givenname", "Ada"),
        (f"{CLAIMS}surname", "Lovelace"),
        (f"{CLAIMS}upn", "ada@corp.acme.example"),
        ("http://schemas.xmlsoap.org/claims/Group", "staff"),
    ),
    "google": (
        ("email", "ada@acme.example"),
        ("firstName", "Ada"),
        ("lastName", "Lovelace"),
        ("groups", "staff"),
    ),
    "onelogin": (
        ("email", "ada@acme.example"),
        ("firstName", "Ada"),
        ("lastName", "Lovelace"),
        ("memberOf", "staff"),
    ),
    "pingone": (
        ("saml_subject", "ada"),
        ("email", "ada@acme.example"),
        ("firstName", "Ada"),
        ("lastName", "Lovelace"),
        ("Group Names", "staff"),
    ),
    "keycloak": (
        ("email", "ada@acme.example"),
        ("firstName", "Ada"),
        ("lastName", "Lovelace"),
        ("Role", "staff"),
    ),
    "jumpcloud": (
        ("email", "ada@acme.example"),
        ("firstName", "Ada"),
        ("lastName", "Lovelace"),
        ("memberOf", "staff"),
    ),
    "general": (
        ("urn:oid:0.9.2342.19200300.100.1.3", "ada@acme.example"),
        ("urn:oid:2.5.4.42", "Ada"),
        ("urn:oid:2.5.4.4", "Lovelace"),
        ("urn:oid:1.3.6.1.4.1.5923.1.5.1.1", "staff"),
    ),
}


def read(name, *attributes, **overrides):
    return read_identity(
        make_assertion(attributes, **overrides), presets.find(name).attribute_map, ("acme.example",)
    )


def test_every_product_has_a_preset():
    assert set(presets.PRESETS) == set(SENT)


@pytest.mark.parametrize("name", sorted(SENT))
def test_product_is_read_by_its_own_names(name):
    identity = read(name, *SENT[name])
    assert identity.emails == ("ada@acme.example",)
    assert identity.name == "Ada Lovelace"
    assert identity.groups == Groups("present", ("staff",))
    assert ("nameid", "a1d4-ada") in identity.identifiers


@pytest.mark.parametrize("name", sorted(SENT))
def test_product_that_sends_no_attribute_is_read_by_its_name_id(name):
    identity = read(name, name_id="Ada@acme.example")
    assert identity.identifiers[0] == ("nameid", "ada@acme.example")
    assert identity.emails == ("Ada@acme.example",)
    assert identity.groups == Groups("absent")


@pytest.mark.parametrize("name", sorted(SENT))
def test_preset_reads_back_from_attributes_json(name):
    preset = presets.find(name)
    assert attribute_map.parse(preset.attribute_map.as_json()) == preset.attribute_map


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("entra", f"attribute:{OBJECT_ID}"),
        ("okta", "attribute:id"),
        ("adfs", "nameid"),
        ("google", "nameid"),
        ("onelogin", "nameid"),
        ("pingone", "nameid"),
        ("keycloak", "nameid"),
        ("jumpcloud", "nameid"),
        ("general", "nameid"),
    ],
)
def test_the_most_lasting_identifier_comes_first(name, first):
    assert read(name, *SENT[name]).identifiers[0][0] == first


@pytest.mark.parametrize("short", ["subject-id", "pairwise-id"])
def test_subject_id_and_pairwise_id_stand_in_for_a_name_id(short):
    name = f"urn:oasis:names:tc:SAML:attribute:{short}"
    identity = read("general", (name, "1D4@acme.example"), name_id=None)
    assert identity.identifiers == ((f"attribute:{name}", "1d4@acme.example"),)
    assert identity.emails == ()


def test_adfs_without_a_name_id_rule_is_known_by_its_upn_but_not_mailed_there():
    identity = read("adfs", (f"{CLAIMS}upn", "ada@acme.example"), name_id=None)
    assert identity.identifiers == ((f"attribute:{CLAIMS}upn", "ada@acme.example"),)
    assert identity.emails == ()


def test_guest_in_entra_has_an_identifier_and_no_address():
    identity = read("entra", name_id="ada_home.example#EXT#@acme.onmicrosoft.com")
    assert identity.identifiers[0][1] == "ada_home.example#EXT#@acme.onmicrosoft.com"
    assert identity.emails == ()


@pytest.mark.parametrize("name", ["entra", "general"])
def test_entra_says_when_there_are_too_many_groups(name):
    link = ("http://schemas.microsoft.com/claims/groups.link", "https://graph.example/x")
    assert read(name, link).groups == Groups("overage")


def test_entra_app_roles_count_like_groups():
    assert read("entra", (f"{WINDOWS}role", "admin")).groups == Groups("present", ("admin",))


@pytest.mark.parametrize(
    ("entity_id", "sso_url", "name"),
    [
        ("https://sts.windows.net/a9054a0f/", "https://login.microsoftonline.com/a/saml2", "entra"),
        ("http://www.okta.com/exk91", "https://acme.okta.com/app/x/exk91/sso/saml", "okta"),
        ("http://www.okta.com/exk91", "https://login.acme.example/app/x/sso/saml", "okta"),
        ("http://fs.acme.example/adfs/services/trust", "https://fs.acme.example/adfs/ls/", "adfs"),
        (
            "https://accounts.google.com/o/saml2?idpid=C1",
            "https://accounts.google.com/o/saml2/idp?idpid=C1",
            "google",
        ),
        (
            "https://app.onelogin.com/saml/metadata/1",
            "https://acme.onelogin.com/trust/saml2/http-post/sso/1",
            "onelogin",
        ),
        ("https://auth.pingone.eu/3030", "https://auth.pingone.eu/3030/saml20/idp/sso", "pingone"),
        (
            "https://id.acme.example/realms/staff",
            "https://id.acme.example/realms/staff/protocol/saml",
            "keycloak",
        ),
        ("IdP Entity ID", "https://sso.jumpcloud.com/saml2/acme", "jumpcloud"),
        ("https://idp.example.com/saml", "https://idp.example.com/saml/sso", "general"),
        ("https://notokta.com/", "https://okta.com.evil.example/", "general"),
        ("urn:example:idp", "http://[broken", "general"),
    ],
)
def test_product_is_recognised_by_its_addresses(entity_id, sso_url, name):
    assert presets.recognise(entity_id, sso_url) == name


def test_an_unknown_provider_is_refused():
    with pytest.raises(BadInputError) as caught:
        presets.find("acme")
    assert caught.value.code == "unknown_provider"


def test_only_entra_is_known_to_take_a_login_hint():
    assert [name for name, preset in presets.PRESETS.items() if preset.send_login_hint] == ["entra"]
