"""Nothing in what is encrypted may point anywhere but to a key beside it."""

from dataclasses import replace

import pytest
from lxml import etree
from support.idp import Idp, find
from support.refusals import code_of
from support.tree_changes import added, changed

from sp.demo import names
from sp.demo.encryption import DEFAULT
from sp.saml import gate
from sp.saml.urn import q

IDP = Idp()
CARRIER = "saml:EncryptedAssertion"
DATA = f"{CARRIER}/xenc:EncryptedData"
KEY = f"{DATA}/ds:KeyInfo/xenc:EncryptedKey"
SIBLING = replace(DEFAULT, key_place="sibling")
RETRIEVAL = f"{DATA}/ds:KeyInfo/ds:RetrievalMethod"


def refusal(after=None, spec=DEFAULT):
    return code_of(gate.read_message, IDP.response(encrypt=spec, after=after), "Response")


@pytest.mark.parametrize("path", [DATA, KEY])
@pytest.mark.parametrize("uri", ["file:///dev/zero", "#_response-1"])
def test_a_cipher_reference_is_refused(path, uri):
    def in_place_of_the_value(root):
        data = find(root, f"{path}/xenc:CipherData")
        data[:] = [etree.Element(q("xenc:CipherReference"), URI=uri)]

    assert refusal(in_place_of_the_value) == "cipher_reference"


def test_a_cipher_reference_beside_a_value_is_refused():
    change = added(f"{DATA}/xenc:CipherData", "xenc:CipherReference", URI="file:///dev/zero")

    assert refusal(change) == "cipher_reference"


@pytest.mark.parametrize("uri", ["", "#", "#_elsewhere", "#_response-1", "file:///dev/zero"])
def test_a_retrieval_method_to_anything_but_a_sibling_is_refused(uri):
    assert refusal(changed(RETRIEVAL, URI=uri), SIBLING) == "bad_retrieval_method"


def test_a_retrieval_method_to_a_key_that_is_no_sibling_is_refused():
    def change(root):
        key = find(root, KEY)
        key.set("Id", "_key")
        etree.SubElement(key.getparent(), q("ds:RetrievalMethod"), URI="#_key")

    assert refusal(change) == "bad_retrieval_method"


def test_a_retrieval_method_of_another_type_is_refused():
    change = changed(RETRIEVAL, Type=names.DS + "X509Data")

    assert refusal(change, SIBLING) == "bad_retrieval_method"


def test_a_retrieval_method_with_transforms_is_refused():
    assert refusal(added(RETRIEVAL, "ds:Transforms"), SIBLING) == "bad_retrieval_method"


def test_a_retrieval_method_from_one_encrypted_key_to_another_is_refused():
    def change(root):
        key = find(root, f"{CARRIER}/xenc:EncryptedKey")
        info = etree.SubElement(key, q("ds:KeyInfo"))
        etree.SubElement(info, q("ds:RetrievalMethod"), URI="#_key-1")

    assert refusal(change, SIBLING) == "bad_retrieval_method"


@pytest.mark.parametrize("tag", ["ds:RetrievalMethod", "dsig11:KeyInfoReference"])
def test_a_pointer_from_inside_an_encrypted_key_is_refused(tag):
    def change(root):
        info = etree.SubElement(find(root, KEY), q("ds:KeyInfo"))
        etree.SubElement(info, q(tag), URI="file:///dev/zero")

    assert refusal(change) == "bad_retrieval_method"
