"""The gate: the parts of a message, and its IDs; nothing is verified here."""

import random
from contextlib import suppress
from copy import deepcopy

import pytest
from lxml import etree
from support.idp import ACS_URL, IDP_ENTITY_ID, REQUEST_ID, Idp, find
from support.refusals import code_of

from sp.demo.messages import to_octets
from sp.saml import gate
from sp.saml.errors import Refused
from sp.saml.urn import q

IDP = Idp()
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"


def refusal(change=None, *, after=None, **arguments):
    return code_of(gate.read_message, IDP.response(change, after=after, **arguments), "Response")


def test_the_parts_of_a_good_message_are_handed_out():
    octets = IDP.response()

    gated = gate.read_message(octets, "Response")

    assert gated.octets == octets
    assert gated.root.tag == q("samlp:Response")
    assert gated.assertion is not None
    assert gated.assertion.getparent() is gated.root
    assert gated.encrypted_assertion is None
    assert gated.in_response_to == REQUEST_ID
    assert gated.issuer == IDP_ENTITY_ID
    assert gated.message_id == "_response-1"
    assert gated.destination == ACS_URL


@pytest.mark.parametrize("sign", ["assertion", "response", "both", "none"])
@pytest.mark.parametrize("encrypt", [False, True])
def test_signed_or_not_and_encrypted_or_not_pass(sign, encrypt):
    gated = gate.read_message(IDP.response(sign=sign, encrypt=encrypt), "Response")

    assert (gated.assertion is None) == encrypt
    assert (gated.encrypted_assertion is None) != encrypt


def test_the_confirmation_says_which_request_is_answered_before_the_response_does():
    both = IDP.response(response_in_response_to="_of-the-response")
    response_only = IDP.response(
        confirmation_in_response_to=None, response_in_response_to="_of-the-response"
    )
    encrypted = IDP.response(response_in_response_to="_of-the-response", encrypt=True)
    neither = IDP.response(in_response_to=None)

    assert gate.read_message(both, "Response").in_response_to == REQUEST_ID
    assert gate.read_message(response_only, "Response").in_response_to == "_of-the-response"
    assert gate.read_message(encrypted, "Response").in_response_to == "_of-the-response"
    assert gate.read_message(neither, "Response").in_response_to is None


def test_of_several_confirmations_the_one_that_the_response_repeats_says_which_request():
    def change(root):
        subject = find(root, "saml:Assertion/saml:Subject")
        copy = deepcopy(find(subject, "saml:SubjectConfirmation"))
        find(copy, "saml:SubjectConfirmationData").set("InResponseTo", "_another")
        subject.insert(1, copy)

    both = IDP.response(change)
    confirmations_only = IDP.response(change, response_in_response_to=None)

    assert gate.read_message(both, "Response").in_response_to == REQUEST_ID
    assert gate.read_message(confirmations_only, "Response").in_response_to == "_another"


def test_the_issuer_of_the_assertion_stands_in_for_that_of_the_response():
    octets = IDP.response(response_issuer=None, issuer=f" {IDP_ENTITY_ID}\n")

    assert gate.read_message(octets, "Response").issuer == IDP_ENTITY_ID


def test_comments_are_no_reason_to_refuse():
    def change(root):
        root.addprevious(etree.Comment("before"))
        root.insert(0, etree.Comment("inside"))
        find(root, "saml:Assertion").append(etree.Comment("inside"))

    gate.read_message(IDP.response(change), "Response")


@pytest.mark.parametrize(
    "tag",
    ["samlp:LogoutRequest", "samlp:LogoutResponse", "samlp:AuthnRequest", "saml:Assertion", "md:X"],
)
def test_a_message_of_another_type_is_refused(tag):
    octets = to_octets(etree.Element(q(tag), ID="_1"))

    assert code_of(gate.read_message, octets, "Response") == "wrong_message_type"


def test_what_the_parser_refuses_is_refused():
    assert code_of(gate.read_message, b"<!DOCTYPE a><a/>", "Response") == "has_dtd"


# IDs


@pytest.mark.parametrize("value", ["1", "-a", ".a", "", "a b", "a:b", "#a", "a\u00d7", "_a\n"])
def test_an_id_that_is_no_ncname_is_refused(value):
    assert refusal(sign="none", assertion_id=value) == "bad_id"


@pytest.mark.parametrize("value", ["_1", "a.b-c", "Ä1", "_\u00b7", "\u6f22", "\U00010400"])
def test_any_ncname_is_an_id(value):
    gate.read_message(IDP.response(assertion_id=value), "Response")


def test_a_response_without_an_id_is_refused():
    assert refusal(sign="none", response_id=None) == "bad_id"


@pytest.mark.parametrize("name", ["ID", "Id", "id", XML_ID, "{urn:foreign}ID", "{urn:foreign}id"])
def test_an_id_that_stands_twice_is_refused_in_every_spelling(name):
    def change(root):
        find(root, "saml:Assertion/saml:Subject").set(name, "_assertion-1")

    assert refusal(after=change) == "duplicate_id"


def test_the_response_and_its_assertion_may_not_share_an_id():
    assert refusal(assertion_id="_response-1") == "duplicate_id"


def test_a_foreign_attribute_that_ends_in_id_is_no_id():
    def change(root):
        value = find(root, "saml:Assertion/saml:AttributeStatement/saml:Attribute")
        value.set("OriginalIssuerId", "1 2")
        value.set("{urn:foreign}tenantid", "1 2")

    gate.read_message(IDP.response(change), "Response")


# Assertions


# Damage


@pytest.mark.parametrize("seed", range(4))
def test_no_damage_to_a_message_ends_in_anything_but_a_refusal(seed):
    chance = random.Random(seed)
    octets = IDP.response(sign="both", encrypt=seed % 2 == 1)
    for _ in range(250):
        damaged = bytearray(octets)
        start = chance.randrange(len(damaged))
        match chance.randrange(3):
            case 0:
                damaged[start] = chance.randrange(256)
            case 1:
                del damaged[start : start + chance.randrange(200)]
            case _:
                end = start + chance.randrange(200)
                damaged[chance.randrange(len(damaged)) : 0] = damaged[start:end]
        with suppress(Refused):
            gate.read_message(bytes(damaged), "Response")
