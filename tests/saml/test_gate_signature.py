"""The one shape of signature that passes the gate: where it stands, what it refers to and holds."""

from copy import deepcopy

import pytest
from lxml import etree
from support.idp import Idp, find
from support.refusals import code_of
from support.tree_changes import added, changed, removed

from sp.demo import names
from sp.demo.signing import add_reference
from sp.saml import gate
from sp.saml.urn import q

IDP = Idp()

SIGNATURE = "saml:Assertion/ds:Signature"
INFO = f"{SIGNATURE}/ds:SignedInfo"
REFERENCE = f"{INFO}/ds:Reference"


def refusal(after, **arguments):
    return code_of(gate.read_message, IDP.response(after=after, **arguments), "Response")


# Where it stands


@pytest.mark.parametrize(
    "path",
    [
        "saml:Issuer",
        "samlp:Status",
        "saml:Assertion/saml:Subject",
        "saml:Assertion/saml:AttributeStatement/saml:Attribute/saml:AttributeValue",
        "saml:Assertion/ds:Signature/ds:KeyInfo",
    ],
)
def test_a_signature_anywhere_else_is_refused(path):
    def change(root):
        find(root, path).append(deepcopy(find(root, SIGNATURE)))

    assert refusal(change) == "bad_signature_place"


def test_a_signature_in_the_extensions_is_refused():
    def change(root):
        extensions = etree.SubElement(root, q("samlp:Extensions"))
        extensions.append(find(root, SIGNATURE))

    assert refusal(change) == "bad_signature_place"


def test_a_signature_of_a_response_inside_the_response_is_refused():
    def change(root):
        extensions = etree.SubElement(root, q("samlp:Extensions"))
        inner = etree.SubElement(extensions, q("samlp:Response"), ID="_inner")
        inner.append(find(root, SIGNATURE))

    assert refusal(change) == "bad_signature_place"


def test_two_signatures_of_one_element_are_refused():
    def change(root):
        find(root, "saml:Assertion").append(deepcopy(find(root, SIGNATURE)))

    assert refusal(change) == "several_signatures"


# What it refers to


def test_a_second_reference_is_refused():
    def change(template):
        add_reference(template, "#_response-1")

    octets = IDP.response(signature={"template_change": change})

    assert code_of(gate.read_message, octets, "Response") == "several_references"


def test_a_second_reference_to_a_local_file_is_refused_and_not_opened():
    def change(root):
        add_reference(find(root, SIGNATURE), "file:///dev/zero")

    assert refusal(change) == "several_references"


def test_2500_references_are_refused():
    def change(root):
        info = find(root, INFO)
        info.extend([etree.Element(q("ds:Reference"), URI="#_assertion-1") for _ in range(2_499)])

    assert refusal(change) == "several_references"


def test_no_reference_is_refused():
    assert refusal(removed(REFERENCE)) == "bad_reference"


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "",
        "#",
        "_assertion-1",
        "#_response-1",
        "#_nowhere",
        " #_assertion-1",
        "#xpointer(id('_assertion-1'))",
        "#xpointer(/)",
        "file:///dev/zero",
        "file:///etc/passwd#_assertion-1",
        "https://idp.example.com/#_assertion-1",
    ],
)
def test_a_reference_to_anything_but_its_parent_is_refused(uri):
    assert refusal(changed(REFERENCE, URI=uri)) == "bad_reference"


def test_a_signature_of_an_element_without_an_id_is_refused():
    def change(root):
        changed("saml:Assertion", ID=None)(root)
        changed(REFERENCE, URI="#None")(root)

    assert refusal(change) == "bad_reference"


@pytest.mark.parametrize("name", ["DigestMethod", "DigestValue"])
def test_a_reference_without_its_digest_is_refused(name):
    assert refusal(removed(f"{REFERENCE}/ds:{name}")) == "bad_reference"


# What stands in it


@pytest.mark.parametrize("tag", ["ds:Object", "ds:Manifest"])
@pytest.mark.parametrize("path", [SIGNATURE, f"{SIGNATURE}/ds:KeyInfo", INFO])
def test_an_object_or_a_manifest_is_refused(path, tag):
    assert refusal(added(path, tag)) == "signature_object"


@pytest.mark.parametrize("name", ["Manifest", "Object"])
def test_a_reference_to_an_object_or_a_manifest_is_refused(name):
    assert refusal(changed(REFERENCE, Type=names.DS + name)) == "signature_object"


@pytest.mark.parametrize(
    "change",
    [
        removed(INFO),
        removed(f"{SIGNATURE}/ds:SignatureValue"),
        removed(f"{INFO}/ds:SignatureMethod"),
        removed(f"{INFO}/ds:CanonicalizationMethod"),
        added(SIGNATURE, "ds:SignedInfo", index=0),
        added(SIGNATURE, "ds:SignatureValue", "AAAA"),
        added(SIGNATURE, "ds:KeyInfo"),
        added(SIGNATURE, "saml:Issuer"),
        added(INFO, "ds:SignatureMethod", Algorithm=names.RSA_SHA256),
        added(f"{SIGNATURE}/ds:SignatureValue", "ds:X"),
        added(f"{REFERENCE}/ds:DigestValue", "ds:X"),
    ],
)
def test_a_signature_of_another_shape_is_refused(change):
    assert refusal(change) == "bad_signature"


@pytest.mark.parametrize("path", [f"{SIGNATURE}/ds:SignatureValue", f"{REFERENCE}/ds:DigestValue"])
@pytest.mark.parametrize("text", ["", "a?b", "a\u00e9b"])
def test_a_value_that_is_no_base64_is_refused(path, text):
    def change(root):
        find(root, path).text = text

    assert refusal(change) == "bad_signature"


@pytest.mark.parametrize("path", [SIGNATURE, INFO, f"{REFERENCE}/ds:DigestValue"])
def test_a_comment_inside_a_signature_is_refused(path):
    def change(root):
        find(root, path).append(etree.Comment("x"))

    assert refusal(change) == "bad_signature"


@pytest.mark.parametrize("tag", ["ds:RetrievalMethod", "dsig11:KeyInfoReference"])
@pytest.mark.parametrize("uri", ["file:///dev/zero", "#_assertion-1", ""])
def test_a_key_to_be_fetched_is_refused(tag, uri):
    change = added(f"{SIGNATURE}/ds:KeyInfo", tag, URI=uri)

    assert refusal(change) == "bad_retrieval_method"


def test_an_encrypted_key_in_a_signature_is_refused():
    change = added(f"{SIGNATURE}/ds:KeyInfo", "xenc:EncryptedKey")

    assert refusal(change) == "encryption_not_allowed"
