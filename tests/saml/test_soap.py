"""A message in a SOAP 1.1 envelope: the one in its Body, and nothing else of it is read."""

from __future__ import annotations

import pytest
from lxml import etree
from support.logout import IDP, LOGOUT_ID, SOAP_URL, code_of_logout, judge, open_message
from support.refusals import code_of

from sp.demo.logout_messages import make_envelope
from sp.demo.messages import to_octets
from sp.saml import gate, soap, urn, xml
from sp.saml.urn import q

MESSAGE = to_octets(IDP.request(destination=SOAP_URL))
SOAP12 = b"http://www.w3.org/2003/05/soap-envelope"
BLOCK = b'<S:Header><x:Block xmlns:x="urn:x" S:mustUnderstand="%b"/></S:Header>'


def good(**arguments):
    return IDP.soap(IDP.request(destination=SOAP_URL), **arguments)


def refused(octets, kind="LogoutRequest"):
    return code_of(gate.read_soap, octets, kind)


@pytest.mark.parametrize("header", [b"", b"<S:Header/>", BLOCK % b"0"])
def test_a_message_in_an_envelope_is_read(header):
    judgement = judge(good(header=header), destination=SOAP_URL)
    assert judgement.refusal is None
    assert judgement.request.session_indexes == ("_session-1",)


def test_inclusive_canonicalisation_takes_in_what_the_envelope_declares():
    envelope = etree.fromstring(make_envelope(MESSAGE))
    (root,) = envelope.iter(q("samlp:LogoutRequest"))
    IDP.posted(root, transforms=(urn.ENVELOPED, urn.INCLUSIVE), c14n=urn.INCLUSIVE)
    assert code_of_logout(etree.tostring(envelope), destination=SOAP_URL) == ""


def test_without_a_signature_it_is_refused():
    assert code_of_logout(good(sign=False), destination=SOAP_URL) == "not_signed"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(MESSAGE, id="no envelope"),
        pytest.param(make_envelope(MESSAGE).replace(urn.SOAP11.encode(), SOAP12), id="of SOAP 1.2"),
        pytest.param(make_envelope(b""), id="empty"),
        pytest.param(make_envelope(MESSAGE + b"<x/>"), id="two in the Body"),
        pytest.param(make_envelope(MESSAGE, b"<S:Header/><S:Header/>"), id="two headers"),
        pytest.param(make_envelope(MESSAGE, b"<S:Body/>"), id="two bodies"),
        pytest.param(make_envelope(MESSAGE, b"<x/>"), id="something else before the Body"),
        pytest.param(
            make_envelope(MESSAGE).replace(b"</S:Envelope>", b"<S:Header/></S:Envelope>"),
            id="a header behind the Body",
        ),
        pytest.param(f'<S:Envelope xmlns:S="{urn.SOAP11}"/>'.encode(), id="no Body"),
    ],
)
def test_another_envelope_is_refused(octets):
    assert refused(octets) == "bad_envelope"


@pytest.mark.parametrize("value", [b"1", b"true"])
def test_a_header_that_must_be_understood_is_refused(value):
    assert refused(make_envelope(MESSAGE, BLOCK % value)) == "soap_header"


def test_a_fault_in_place_of_an_answer_is_told():
    fault = soap.make_fault("This cannot be read.")
    assert refused(fault, "LogoutResponse") == "soap_fault"


def test_the_gate_holds_for_the_whole_envelope():
    assert refused(b"<!DOCTYPE x>" + good()) == "has_dtd"
    assert refused(b"<?php ?>" + good()) == "processing_instruction"
    assert refused(good(header=b"<S:Header>" + b"<a>" * 70 + b"</a>" * 70 + b"</S:Header>")) == (
        "too_deep"
    )
    assert refused(good(header=b'<S:Header ID="_logout-1"/>')) == "duplicate_id"
    assert refused(good() + b" " * 600_000) == "too_large"


def test_an_assertion_anywhere_in_the_envelope_is_refused():
    header = f'<S:Header><a:Assertion xmlns:a="{urn.SAML}"/></S:Header>'.encode()
    assert refused(good(header=header)) == "hidden_assertion"


def test_a_signature_elsewhere_in_the_envelope_is_refused():
    def move(root):
        envelope = etree.fromstring(make_envelope(to_octets(root), b"<S:Header/>"))
        (signature,) = envelope.iter(q("ds:Signature"))
        envelope[0].append(signature)
        return envelope

    moved = IDP.posted(IDP.request(destination=SOAP_URL), after=move)
    assert refused(moved) == "bad_signature_place"


def test_another_message_than_asked_for_is_refused():
    assert refused(good(), "LogoutResponse") == "wrong_message_type"


def test_the_envelope_that_we_make_is_read():
    answer = IDP.posted(IDP.response(destination=SOAP_URL))
    judgement = judge(
        soap.make_envelope(answer), "LogoutResponse", destination=SOAP_URL, request_id=LOGOUT_ID
    )
    assert judgement.response.status == (urn.SUCCESS,)
    assert open_message(soap.make_envelope(answer), "LogoutResponse").gated.message_id


def test_a_fault_says_a_sentence_and_whose_fault_it_is():
    root = xml.parse(soap.make_fault("Not <read>.", code="Server"))
    fault = root.find(f"{q('soap11:Body')}/{q('soap11:Fault')}")
    assert root.tag == q("soap11:Envelope")
    assert fault.findtext("faultcode") == "soap11:Server"
    assert fault.nsmap["soap11"] == urn.SOAP11
    assert fault.findtext("faultstring") == "Not <read>."
