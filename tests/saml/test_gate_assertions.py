"""The gate: where assertions stand and how many, in a message and in what was encrypted."""

from copy import deepcopy

import pytest
from lxml import etree
from support.idp import ADA_NAME_ID, Idp, find
from support.refusals import code_of

from sp.demo import names
from sp.demo.encryption import EncryptionSpec
from sp.demo.messages import to_octets
from sp.saml import gate
from sp.saml.urn import q

IDP = Idp()


def refusal(change=None, *, after=None, **arguments):
    return code_of(gate.read_message, IDP.response(change, after=after, **arguments), "Response")


def add(parent, name, **attributes):
    child = etree.SubElement(parent, q(name))
    for key, value in attributes.items():
        child.set(key, value)
    return child


def test_success_without_an_assertion_is_refused():
    assert refusal(sign="none", has_assertion=False) == "assertion_count"


@pytest.mark.parametrize("status", [(names.RESPONDER,), (names.RESPONDER, names.SUCCESS)])
def test_a_failure_with_an_assertion_is_refused(status):
    assert refusal(status=status, has_assertion=True) == "assertion_count"


def test_a_failure_with_an_encrypted_assertion_is_refused():
    refused = refusal(status=(names.RESPONDER,), has_assertion=True, encrypt=True)

    assert refused == "assertion_count"


def test_a_failure_without_an_assertion_passes():
    octets = IDP.response(sign="response", status=(names.RESPONDER, names.NO_PASSIVE))

    gated = gate.read_message(octets, "Response")

    assert gated.assertion is None
    assert gated.encrypted_assertion is None


def test_an_assertion_without_any_status_is_refused():
    def change(root):
        root.remove(find(root, "samlp:Status"))

    assert refusal(change) == "assertion_count"


def test_two_statuses_do_not_make_a_success():
    def change(root):
        root.insert(1, deepcopy(find(root, "samlp:Status")))

    assert refusal(change) == "assertion_count"


def test_two_assertions_are_refused():
    def change(root):
        other = deepcopy(find(root, "saml:Assertion"))
        other.set("ID", "_assertion-2")
        root.append(other)

    assert refusal(change) == "assertion_count"


def test_an_assertion_beside_an_encrypted_one_is_refused():
    def change(root):
        other = find(IDP.unsigned(assertion_id="_assertion-2"), "saml:Assertion")
        root.append(other)

    assert refusal(after=change, encrypt=True) == "assertion_count"


@pytest.mark.parametrize("tag", ["saml:Assertion", "saml:EncryptedAssertion"])
@pytest.mark.parametrize(
    "path",
    [
        "samlp:Extensions",
        "samlp:Status/samlp:StatusDetail",
        "saml:Assertion/saml:Advice",
        "saml:Assertion/saml:AttributeStatement/saml:Attribute/saml:AttributeValue",
        "saml:Assertion/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData",
    ],
)
def test_a_hidden_assertion_is_refused_wherever_it_stands(path, tag):
    def change(root):
        above, _, last = path.rpartition("/")
        place = root.find(path, names.PREFIXES)
        if place is None:
            place = add(find(root, above) if above else root, last)
        add(place, tag, ID="_hidden")

    assert refusal(change) == "hidden_assertion"


def test_an_assertion_hidden_in_a_signatures_object_is_refused():
    def change(root):
        signature = find(root, "saml:Assertion/ds:Signature")
        add(add(signature, "ds:Object"), "saml:Assertion", ID="_hidden")

    assert refusal(after=change) == "hidden_assertion"


# What was encrypted


def plain(change=None, **arguments):
    root = etree.fromstring(IDP.response(change, **arguments))
    return to_octets(find(root, "saml:Assertion"))


def test_a_decrypted_assertion_is_a_document_of_its_own():
    root = gate.read_decrypted(plain(), "Assertion")

    assert root.tag == q("saml:Assertion")
    assert root.getparent() is None


def test_a_decrypted_name_id_is_a_document_of_its_own():
    octets = f'<NameID xmlns="{names.SAML}">{ADA_NAME_ID}</NameID>'.encode()

    assert gate.read_decrypted(octets, "NameID").text == ADA_NAME_ID


@pytest.mark.parametrize(
    ("octets", "kind", "code"),
    [
        pytest.param(b"", "Assertion", "not_well_formed", id="nothing"),
        pytest.param(b"<!DOCTYPE a><a/>", "Assertion", "has_dtd", id="a DTD"),
        pytest.param(b"<?x?><a/>", "Assertion", "processing_instruction", id="a PI"),
        pytest.param(b"<a>" * 65 + b"</a>" * 65, "Assertion", "too_deep", id="too deep"),
        pytest.param(b"<Assertion/>", "Assertion", "wrong_message_type", id="no namespace"),
        pytest.param(plain(), "NameID", "wrong_message_type", id="another kind"),
        pytest.param(
            IDP.response(), "Assertion", "wrong_message_type", id="the Response around it"
        ),
        pytest.param(plain(sign="none", assertion_id="1"), "Assertion", "bad_id", id="a bad ID"),
    ],
)
def test_what_was_encrypted_is_held_to_the_rules_of_a_message(octets, kind, code):
    assert code_of(gate.read_decrypted, octets, kind) == code


def test_an_assertion_hidden_in_what_was_encrypted_is_refused():
    def change(root):
        assertion = find(root, "saml:Assertion")
        add(add(assertion, "saml:Advice"), "saml:Assertion", ID="_hidden")

    assert code_of(gate.read_decrypted, plain(change), "Assertion") == "hidden_assertion"


def test_a_bad_signature_in_what_was_encrypted_is_refused():
    octets = plain(signature={"transforms": (names.ENVELOPED, names.ENVELOPED)})

    assert code_of(gate.read_decrypted, octets, "Assertion") == "bad_transform"


def test_a_cipher_that_is_not_allowed_in_what_was_encrypted_is_refused():
    octets = plain(encrypted_name_id=EncryptionSpec(key_transport=names.RSA_1_5))

    assert code_of(gate.read_decrypted, octets, "Assertion") == "encryption_not_allowed"


def test_a_name_id_carries_no_signature():
    octets = (f'<NameID xmlns="{names.SAML}">a<Signature xmlns="{names.DS}"/></NameID>').encode()

    assert code_of(gate.read_decrypted, octets, "NameID") == "bad_signature_place"
