"""Signature wrapping on an enveloped LogoutRequest, by POST and in an Envelope: nothing gets past.

The permutations that concern the message itself (XSW 1, 2 and 8 of Somorovsky et al., 2012), and
those that a SOAP envelope adds: the signed message moved into a header or beside the one that is
read.
"""

from __future__ import annotations

from copy import deepcopy

import pytest
from lxml import etree
from support.idp import Idp, find, key_named
from support.logout import IDP, code_of_logout, judge, open_message
from support.refusals import code_of

from sp.demo.logout_messages import make_envelope
from sp.demo.messages import to_octets
from sp.demo.names import SOAP11
from sp.saml import urn
from sp.saml.urn import q

SIGNATURE = q("ds:Signature")
BODY = f"{{{SOAP11}}}Body"


def signed():
    return etree.fromstring(IDP.posted(IDP.request()))


def bare(root):
    """Return a copy without its signature."""
    copy = deepcopy(root)
    for signature in copy.findall(SIGNATURE):
        copy.remove(signature)
    return copy


def evil_of(root, new_id="_evil"):
    """Return a copy with another ID, another NameID, and no signature."""
    copy = bare(root)
    copy.set("ID", new_id)
    find(copy, "saml:NameID").text = "grace"
    return copy


def original_in_the_signature():
    original = signed()
    evil, signature = evil_of(original), deepcopy(original.find(SIGNATURE))
    signature.append(bare(original))
    evil.insert(1, signature)
    return evil


def original_in_an_object():
    original = signed()
    evil, signature = evil_of(original), deepcopy(original.find(SIGNATURE))
    etree.SubElement(signature, q("ds:Object")).append(bare(original))
    evil.insert(1, signature)
    return evil


def original_beside_the_signature():
    original = signed()
    evil = evil_of(original)
    evil.insert(1, bare(original))
    evil.insert(2, deepcopy(original.find(SIGNATURE)))
    return evil


def whole_original_inside():
    original = signed()
    evil = evil_of(original)
    evil.append(original)
    return evil


def whole_original_in_extensions():
    original = signed()
    evil = evil_of(original)
    extensions = etree.Element(q("samlp:Extensions"))
    extensions.append(original)
    evil.insert(1, extensions)
    return evil


def original_in_extensions_and_the_signature_above():
    original = signed()
    evil = evil_of(original)
    extensions = etree.Element(q("samlp:Extensions"))
    extensions.append(bare(original))
    evil.insert(1, deepcopy(original.find(SIGNATURE)))
    evil.insert(2, extensions)
    return evil


def two_of_the_same_id():
    original = signed()
    evil = evil_of(original, original.get("ID"))
    evil.insert(1, deepcopy(original.find(SIGNATURE)))
    evil.append(bare(original))
    return evil


def signature_of_an_answer():
    answer = etree.fromstring(IDP.posted(IDP.response()))
    evil = evil_of(signed())
    evil.insert(1, answer.find(SIGNATURE))
    return evil


PERMUTATIONS = [
    (original_in_the_signature, {"bad_signature"}),
    (original_in_an_object, {"signature_object"}),
    (original_beside_the_signature, {"bad_reference"}),
    (whole_original_inside, {"bad_signature_place"}),
    (whole_original_in_extensions, {"bad_signature_place"}),
    (original_in_extensions_and_the_signature_above, {"bad_reference"}),
    (two_of_the_same_id, {"duplicate_id"}),
    (signature_of_an_answer, {"bad_reference"}),
]


@pytest.mark.parametrize(
    ("attack", "codes"), PERMUTATIONS, ids=lambda value: getattr(value, "__name__", None)
)
@pytest.mark.parametrize("wrap", [bytes, make_envelope])
def test_wrapping_is_refused_at_the_gate(attack, codes, wrap):
    assert code_of(open_message, wrap(to_octets(attack()))) in codes


def enveloped(change):
    envelope = etree.fromstring(make_envelope(to_octets(signed()), b"<S:Header/>"))
    change(envelope[0], envelope.find(BODY))
    return to_octets(envelope)


def original_in_the_header(header, body):
    original = body[0]
    body.append(evil_of(original))
    header.append(original)


def original_beside_it(_, body):
    body.insert(0, evil_of(body[0]))


def original_behind_it(_, body):
    body.append(evil_of(body[0]))


def signature_in_the_header(header, body):
    header.append(body[0].find(SIGNATURE))


def two_bodies(_, body):
    other = etree.SubElement(body.getparent(), BODY)
    other.append(evil_of(body[0]))


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (original_in_the_header, "bad_signature_place"),
        (original_beside_it, "bad_envelope"),
        (original_behind_it, "bad_envelope"),
        (signature_in_the_header, "bad_signature_place"),
        (two_bodies, "bad_envelope"),
    ],
)
def test_an_envelope_hides_no_second_message(attack, code):
    assert code_of(open_message, enveloped(attack)) == code


def test_the_good_message_in_both_forms_is_good():
    octets = to_octets(signed())
    assert code_of_logout(octets) == ""
    assert code_of_logout(make_envelope(octets)) == ""


def test_a_message_signed_by_a_key_that_it_brings_along_is_refused():
    assert code_of_logout(IDP.posted(IDP.request(), key=key_named("rsa-b"))) == "signature_invalid"


def test_an_hmac_made_with_public_data_is_refused():
    def change(root):
        for method in root.iter(q("ds:SignatureMethod")):
            method.set("Algorithm", urn.DS + "hmac-sha1")

    octets = IDP.posted(IDP.request(), after=change)
    assert code_of(open_message, octets) == "algorithm_not_allowed"


def test_a_signature_over_the_names_of_another_request_does_not_cover_this_one():
    def change(root):
        find(root, "saml:NameID").text = "grace"

    judgement = judge(IDP.posted(IDP.request(), after=change))
    assert judgement.refusal.code == "digest_mismatch"
    assert not judgement.verified


def test_a_signed_assertion_is_no_logout_request():
    assert code_of(open_message, Idp().response(sign="both")) == "wrong_message_type"
