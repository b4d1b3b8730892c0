"""What is read of a signed message: the octets that verified and nothing else."""

import pytest
from lxml import etree
from support.idp import ADA_NAME_ID, Idp, find, key_named
from support.refusals import code_of

from sp.demo import names
from sp.demo.signing import compute
from sp.saml import decryption, gate, signature
from sp.saml.signature import VerifiedElement
from sp.saml.urn import q

IDP = Idp()
KEYS = (key_named("rsa-a").signing_key,)
NONE = frozenset()
DECRYPT = decryption.make_decrypt([key_named("sp").private_key])


def verify(octets, part="assertion", keys=KEYS, exceptions=NONE):
    gated = gate.read_message(octets, "Response")
    element = gated.root if part == "response" else gated.assertion
    return signature.verify(element, keys, exceptions)


def refusal(octets, part="assertion", keys=KEYS, exceptions=NONE):
    return code_of(verify, octets, part, keys, exceptions)


# What is read


def test_what_is_read_comes_from_the_octets_that_verified():
    gated = gate.read_message(IDP.response(), "Response")
    verified = signature.verify(gated.assertion, KEYS, NONE)

    name_id = find(gated.assertion, "saml:Subject/saml:NameID")
    name_id.text = "somebody else"

    assert find(verified.element, "saml:Subject/saml:NameID").text == ADA_NAME_ID
    assert verified.element.getparent() is None
    assert etree.tostring(verified.element, method="c14n") == verified.octets


def test_what_is_read_holds_neither_comments_nor_the_signature():
    def change(root):
        name_id = find(root, "saml:Assertion/saml:Subject/saml:NameID")
        name_id.text = "ada"
        comment = etree.Comment("x")
        comment.tail = ".evil"
        name_id.append(comment)

    verified = verify(IDP.response(change))

    assert find(verified.element, "saml:Subject/saml:NameID").text == "ada.evil"
    assert signature.find_signature(verified.element) is None


def test_verification_leaves_the_document_as_it_is():
    def change(root):
        find(root, "saml:Assertion/saml:Issuer").tail = "\n\t"

    def after(root):
        find(root, "saml:Assertion/ds:Signature").tail = "\n  "

    gated = gate.read_message(IDP.response(change, sign="assertion"), "Response")
    before = etree.tostring(gated.root)
    signature.verify(gated.assertion, KEYS, NONE)
    assert etree.tostring(gated.root) == before

    # White space behind the Signature is signed like any other text.
    assert refusal(IDP.response(change, after=after)) == "digest_mismatch"


def test_text_behind_the_signature_is_part_of_what_verifies():
    def after(root):
        assertion = find(root, "saml:Assertion")
        element = find(assertion, "ds:Signature")
        element.tail = "\n    "
        compute(element, key_named("rsa-a").private_key)

    verified = verify(IDP.response(after=after))

    assert find(verified.element, "saml:Issuer").tail == "\n    "


def test_a_part_of_what_verified_is_verified():
    verified = verify(IDP.response(sign="response"), "response")

    part = verified.child(q("saml:Assertion"))

    assert part.element is verified.element.find(q("saml:Assertion"))
    assert (part.octets, part.signed_by) == (verified.octets, verified.signed_by)
    with pytest.raises(LookupError, match="0 of"):
        verified.child(q("saml:Subject"))


def test_what_was_encrypted_inside_what_verified_is_verified():
    verified = verify(IDP.response(sign="response", encrypt=True), "response")

    part = verified.opened(q("saml:EncryptedAssertion"), DECRYPT, "Assertion")

    assert part.element.get("ID") == "_assertion-1"
    assert part.octets.startswith(b"<saml:Assertion")
    assert part.signed_by == KEYS[0]


def test_an_encrypted_name_id_inside_what_verified_is_verified():
    verified = verify(IDP.response(encrypted_name_id=True))
    subject = verified.child(q("saml:Subject"))

    part = subject.opened(q("saml:EncryptedID"), DECRYPT, "NameID")

    assert part.element.text == ADA_NAME_ID


def test_what_was_encrypted_passes_the_gate_before_it_is_read():
    def hide(root):
        assertion = find(root, "saml:Assertion")
        etree.SubElement(etree.SubElement(assertion, q("saml:Advice")), q("saml:Assertion"))

    verified = verify(IDP.response(hide, sign="response", encrypt=True), "response")
    refused = code_of(verified.opened, q("saml:EncryptedAssertion"), DECRYPT, "Assertion")

    assert refused == "hidden_assertion"


def test_nothing_but_verification_makes_a_verified_element():
    with pytest.raises(TypeError, match="only verification"):
        VerifiedElement(
            element=IDP.unsigned(),
            octets=b"",
            signed_by=KEYS[0],
            signature_algorithm=names.RSA_SHA256,
            digest_algorithm=names.SHA256,
            seal=object(),
        )
