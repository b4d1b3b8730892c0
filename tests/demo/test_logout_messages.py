"""What the maker of logout messages makes is read here by python3-saml, never by sp.saml."""

import base64
import zlib
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
import xmlsec
from lxml import etree
from support.idp import ADA_NAME_ID, IDP_ENTITY_ID, NOW, Idp, find, key_named

from sp.demo import names, queries
from sp.demo.logout_messages import (
    LogoutRequestSpec,
    LogoutResponseSpec,
    make_logout_request,
    make_logout_response,
)
from sp.demo.messages import to_octets

SLO = "https://sp.example.com/saml/acme/slo"
REQUEST = LogoutRequestSpec(
    issue_instant=NOW,
    destination=SLO,
    issuer=IDP_ENTITY_ID,
    name_id=ADA_NAME_ID,
    not_on_or_after=None,
    session_indexes=("_session-1", "_session-2"),
)
RESPONSE = LogoutResponseSpec(
    issue_instant=NOW,
    in_response_to="_asked-1",
    destination=SLO,
    issuer=IDP_ENTITY_ID,
    status=(names.SUCCESS, names.PARTIAL_LOGOUT),
)


def assert_meets_schema(octets):
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML  # noqa: PLC0415 - slow to import

    outcome = OneLogin_Saml2_XML.validate_xml(octets, "saml-schema-protocol-2.0.xsd")
    assert not isinstance(outcome, str), outcome


def test_a_signed_request_meets_the_schema_and_says_whose_sessions_end():
    from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request  # noqa: PLC0415

    tree = make_logout_request(
        replace(REQUEST, not_on_or_after=NOW, reason="urn:oasis:names:tc:SAML:2.0:logout:user")
    )
    Idp().sign(tree)
    octets = to_octets(tree)
    assert_meets_schema(octets)
    assert OneLogin_Saml2_Logout_Request.get_nameid(octets) == ADA_NAME_ID
    assert OneLogin_Saml2_Logout_Request.get_session_indexes(octets) == ["_session-1", "_session-2"]


def test_a_signed_response_meets_the_schema_and_holds_every_status():
    tree = make_logout_response(replace(RESPONSE, status_message="globex did not answer"))
    Idp().sign(tree)
    octets = to_octets(tree)
    assert_meets_schema(octets)
    codes = [code.get("Value") for code in etree.fromstring(octets).iter("{*}StatusCode")]
    assert codes == [names.SUCCESS, names.PARTIAL_LOGOUT]


def test_the_enveloped_signature_verifies_until_a_word_is_changed():
    tree = make_logout_request(REQUEST)
    signature = Idp().sign(tree)
    xmlsec.tree.add_ids(tree, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(
        key_named("rsa-a").certificate, xmlsec.constants.KeyDataFormatCertDer
    )
    context.verify(signature)
    find(tree, "saml:NameID").text = "6f2c-grace"
    with pytest.raises(xmlsec.Error):
        context.verify(signature)


@pytest.mark.parametrize("relay_state", [None, "", "a b&c=\u00e9"])
@pytest.mark.parametrize("lower_case", [False, True])
def test_the_query_holds_the_message_and_is_signed_as_it_stands(relay_state, lower_case):
    from onelogin.saml2.utils import OneLogin_Saml2_Utils  # noqa: PLC0415

    pair = key_named("rsa-a")
    octets = to_octets(make_logout_request(REQUEST))
    parts = queries.make_parts("SAMLRequest", octets, relay_state, lower_case=lower_case)
    signed = "&".join(parts)
    values = parse_qs(
        f"{signed}&{queries.sign_parts(parts, pair.private_key)}", keep_blank_values=True
    )
    assert zlib.decompress(base64.b64decode(values["SAMLRequest"][0]), -15) == octets
    assert values.get("RelayState", [None]) == [relay_state]
    assert ("%3A" in signed) is not lower_case
    assert OneLogin_Saml2_Utils.validate_binary_sign(
        signed.encode(),
        base64.b64decode(values["Signature"][0]),
        OneLogin_Saml2_Utils.format_cert(base64.b64encode(pair.certificate).decode()),
        values["SigAlg"][0],
    )


def test_what_is_left_out_of_the_specification_is_not_there():
    bare = replace(REQUEST, request_id=None, destination=None, issuer=None, name_id=None)
    tree = make_logout_request(replace(bare, session_indexes=()))
    assert dict(tree.attrib) == {"Version": "2.0", "IssueInstant": "2026-03-02T09:00:00Z"}
    assert len(tree) == 0


def test_the_metadata_lists_each_logout_service_and_meets_the_schema():
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML  # noqa: PLC0415

    services = ((names.REDIRECT, f"{SLO}/out", f"{SLO}/back"), (names.POST, SLO, None))
    octets = Idp().metadata(slo=services)
    outcome = OneLogin_Saml2_XML.validate_xml(octets, "saml-schema-metadata-2.0.xsd")
    assert not isinstance(outcome, str), outcome
    found = etree.fromstring(octets).iter(f"{{{names.MD}}}SingleLogoutService")
    assert services == tuple(
        (each.get("Binding"), each.get("Location"), each.get("ResponseLocation")) for each in found
    )
