"""python3-saml's own verdict, only faster; its schemas and its rules for settings."""

from __future__ import annotations

import base64
import sys

import pytest
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from support.idp import ACS_URL, IDP_ENTITY_ID, NOW, REQUEST_ID, SP_ENTITY_ID, Idp, find, key_named
from support.judging import IDP, code_of_judgement
from support.tree_changes import added, changed, removed

from sp.saml import gate, second_verdict, toolkit, xml
from sp.saml.urn import q

CHANGES = {
    "none": None,
    "no recipient": changed(
        "saml:Assertion/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData",
        Recipient="https://elsewhere.example/",
    ),
    "another issuer": lambda root: setattr(find(root, "saml:Assertion/saml:Issuer"), "text", "x"),
    "another audience": lambda root: setattr(
        find(root, "saml:Assertion/saml:Conditions/saml:AudienceRestriction/saml:Audience"),
        "text",
        "x",
    ),
    "no statement": removed("saml:Assertion/saml:AuthnStatement"),
    "no conditions": removed("saml:Assertion/saml:Conditions"),
    "another destination": changed(".", Destination="https://elsewhere.example/"),
    "an old version": changed(".", Version="1.1"),
    "out of order": added("saml:Assertion", "saml:Issuer", "x"),
    "a digit first": changed("saml:Assertion", ID="1"),
}


def stock(octets, monkeypatch):
    """Return what the untouched library says at NOW."""
    monkeypatch.setattr(OneLogin_Saml2_Utils, "now", staticmethod(lambda: int(NOW.timestamp())))
    settings = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {"entityId": SP_ENTITY_ID, "assertionConsumerService": {"url": ACS_URL}},
            "idp": {
                "entityId": IDP_ENTITY_ID,
                "singleSignOnService": {"url": "https://idp.example.com/saml/sso"},
                "x509cert": base64.b64encode(key_named("rsa-a").certificate).decode(),
            },
            "security": {"wantAttributeStatement": False, "wantNameId": False},
        }
    )
    response = OneLogin_Saml2_Response(settings, base64.b64encode(octets))
    return response.is_valid(toolkit._request_data(ACS_URL), None)


@pytest.mark.parametrize("sign", ["assertion", "response", "both", "none"])
@pytest.mark.parametrize("name", CHANGES)
def test_the_verdict_is_that_of_the_untouched_library(name, sign, monkeypatch):
    octets = IDP.response(CHANGES[name], sign=sign)
    try:
        gated = gate.read_message(octets, "Response")
    except Exception:  # noqa: BLE001 - what the gate refuses never reaches the library
        return
    finding = second_verdict.give(gated, IDP.expectation(), None)
    assert finding.ok == stock(octets, monkeypatch), finding


def test_a_signature_that_xmlsec_finds_broken_counts():
    def spoil(root):
        find(root, "saml:Assertion/saml:Subject/saml:NameID").text = "grace"

    gated = gate.read_message(IDP.response(after=spoil), "Response")
    assert not second_verdict.give(gated, IDP.expectation(), None).ok


def test_what_breaks_the_schema_is_told_by_its_rule():
    gated = gate.read_message(IDP.response(added("saml:Assertion", "saml:Issuer", "x")), "Response")
    finding = second_verdict.give(gated, IDP.expectation(), None)
    assert finding.code == "schema"
    assert "Issuer" in finding.actual


def test_times_written_with_an_offset_are_read():
    gated = gate.read_message(
        IDP.response(
            authn_instant="2026-03-02T09:00:00+00:00", not_before="2026-03-02T08:59:00.25+00:00"
        ),
        "Response",
    )
    assert second_verdict.give(gated, IDP.expectation(), None).ok


def test_the_library_stays_as_it_is_for_everybody_else():
    module = sys.modules["onelogin.saml2.response"]
    second_verdict.give(gate.read_message(IDP.response(), "Response"), IDP.expectation(), None)
    assert module.OneLogin_Saml2_Utils is OneLogin_Saml2_Utils
    assert toolkit._response is not module


def test_keys_are_the_recorded_ones_only():
    stranger = Idp(keys=("rsa-b",))
    gated = gate.read_message(stranger.response(), "Response")
    assert second_verdict.give(gated, stranger.expectation(), None).ok
    assert not second_verdict.give(gated, IDP.expectation(), None).ok


def test_settings_are_validated_as_the_library_does():
    good = {
        "entityId": "https://idp.example.com/saml",
        "singleSignOnService": {"url": "https://idp.example.com/sso", "binding": "x"},
        "x509cert": "MII",
    }
    assert toolkit.check_idp_settings(good) == []
    assert toolkit.check_idp_settings({**good, "singleSignOnService": {"url": "javascript:1"}})
    assert toolkit.check_idp_settings({"entityId": ""})


def test_documents_are_held_against_the_schemas():
    def broken(octets, schema):
        return toolkit.schema_error(xml.parse(octets), schema)

    assert broken(IDP.response(), toolkit.PROTOCOL) is None
    assert broken(IDP.metadata(), toolkit.METADATA) is None
    assert "Vers" in broken(IDP.response().replace(b"Version=", b"Vers="), toolkit.PROTOCOL)


def test_the_status_is_read_by_the_name_of_its_attribute():
    def name_the_type_first(root):
        code = find(root, "samlp:Status/samlp:StatusCode")
        value = code.attrib.pop("Value")
        code.set(q("xsi:type"), "samlp:StatusCodeType")
        code.set("Value", value)

    for sign in ("assertion", "response"):
        assert code_of_judgement(IDP.response(name_the_type_first, sign=sign)) == ""


def list_prefixes(signature):
    method = find(signature, "ds:SignedInfo/ds:CanonicalizationMethod")
    etree.SubElement(method, q("ec:InclusiveNamespaces"), PrefixList="xs saml")


@pytest.mark.parametrize("encrypt", [False, True])
def test_prefixes_listed_for_the_signed_info_break_no_schema(encrypt):
    octets = IDP.response(
        sign="both", encrypt=encrypt, signature={"template_change": list_prefixes}
    )
    assert code_of_judgement(octets) == ""


def test_prefixes_listed_anywhere_else_break_the_schema():
    octets = IDP.response(added("saml:Assertion", "ec:InclusiveNamespaces", PrefixList="xs"))
    assert code_of_judgement(octets) == "schema"


def test_the_request_is_not_compared_by_the_library():
    gated = gate.read_message(IDP.response(in_response_to="_other"), "Response")
    assert second_verdict.give(gated, IDP.expectation(request_id=REQUEST_ID), None).ok
