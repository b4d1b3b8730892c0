"""What may be encrypted and how; each test breaks one rule of it."""

from copy import deepcopy
from dataclasses import replace

import pytest
from lxml import etree
from support.idp import Idp, find
from support.refusals import code_of
from support.tree_changes import added, changed, removed

from sp.demo import names
from sp.demo.encryption import DEFAULT, EncryptionSpec
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


def passes(spec, after=None):
    assert gate.read_message(IDP.response(encrypt=spec, after=after), "Response")


@pytest.mark.parametrize(
    "algorithm",
    [
        names.AES128_CBC,
        names.AES192_CBC,
        names.AES256_CBC,
        names.AES128_GCM,
        names.AES192_GCM,
        names.AES256_GCM,
    ],
)
def test_every_listed_cipher_passes(algorithm):
    passes(EncryptionSpec(algorithm=algorithm))


@pytest.mark.parametrize("transport", [names.RSA_OAEP_MGF1P, names.RSA_OAEP])
@pytest.mark.parametrize("digest", [None, names.SHA1, names.SHA256])
@pytest.mark.parametrize("mgf", [None, names.MGF1_SHA1, names.MGF1_SHA256])
def test_every_listed_key_transport_passes(transport, digest, mgf):
    passes(EncryptionSpec(key_transport=transport, digest=digest, mgf=mgf))


@pytest.mark.parametrize("place", ["key_info", "sibling", "sibling_bare"])
def test_the_encrypted_key_stands_in_either_place(place):
    passes(EncryptionSpec(key_place=place))


@pytest.mark.parametrize("data_type", [None, names.ELEMENT_TYPE, names.XENC + "Content"])
def test_the_type_of_the_data_does_not_matter(data_type):
    passes(EncryptionSpec(data_type=data_type))


def test_the_size_of_the_key_may_be_said():
    passes(DEFAULT, added(f"{DATA}/xenc:EncryptionMethod", "xenc:KeySize"))


def test_an_encrypted_name_id_passes():
    gate.read_message(IDP.response(encrypted_name_id=True), "Response")


@pytest.mark.parametrize(
    "name", [names.TRIPLEDES_CBC, names.XENC + "kw-aes128", names.AES256_GCM + " ", ""]
)
def test_any_other_cipher_is_refused(name):
    assert refusal(changed(f"{DATA}/xenc:EncryptionMethod", Algorithm=name)) == (
        "encryption_not_allowed"
    )


@pytest.mark.parametrize("name", [names.RSA_1_5, names.XENC + "kw-aes128", names.AES256_GCM, ""])
def test_any_other_key_transport_is_refused(name):
    assert refusal(changed(f"{KEY}/xenc:EncryptionMethod", Algorithm=name)) == (
        "encryption_not_allowed"
    )


def test_messages_really_made_with_rsa_15_or_3des_are_refused():
    assert refusal(spec=EncryptionSpec(key_transport=names.RSA_1_5)) == "encryption_not_allowed"
    assert refusal(spec=EncryptionSpec(algorithm=names.TRIPLEDES_CBC)) == "encryption_not_allowed"


@pytest.mark.parametrize("digest", [names.SHA384, names.SHA512, names.MD5, ""])
def test_any_other_digest_in_oaep_is_refused(digest):
    change = changed(f"{KEY}/xenc:EncryptionMethod/ds:DigestMethod", Algorithm=digest)

    assert refusal(change) == "encryption_not_allowed"


def test_any_other_mask_in_oaep_is_refused():
    spec = EncryptionSpec(key_transport=names.RSA_OAEP, mgf=names.MGF1_SHA256)
    change = changed(
        f"{KEY}/xenc:EncryptionMethod/xenc11:MGF", Algorithm=names.XENC11 + "mgf1sha512"
    )

    assert refusal(change, spec) == "encryption_not_allowed"


@pytest.mark.parametrize(
    "change",
    [
        removed(f"{DATA}/xenc:EncryptionMethod"),
        added(DATA, "xenc:EncryptionMethod", Algorithm=names.AES256_GCM),
        added(f"{DATA}/xenc:EncryptionMethod", "ds:DigestMethod", Algorithm=names.SHA1),
        removed(f"{KEY}/xenc:EncryptionMethod"),
        added(f"{KEY}/xenc:EncryptionMethod", "ds:DigestMethod", Algorithm=names.SHA1),
        added(f"{KEY}/xenc:EncryptionMethod", "ds:X", Algorithm=names.SHA1),
        removed(f"{DATA}/xenc:CipherData"),
        removed(f"{DATA}/xenc:CipherData/xenc:CipherValue"),
        removed(f"{KEY}/xenc:CipherData"),
        added(f"{DATA}/xenc:CipherData", "xenc:CipherValue"),
        added(f"{DATA}/xenc:CipherData/xenc:CipherValue", "ds:X"),
        added(DATA, "xenc:CipherData"),
        removed(DATA),
        added(CARRIER, "xenc:EncryptedData"),
        added(CARRIER, "saml:Issuer"),
        removed(KEY),
        added(f"{KEY}", "xenc:EncryptedKey"),
    ],
)
def test_an_encrypted_element_of_another_shape_is_refused(change):
    assert refusal(change) == "encryption_not_allowed"


@pytest.mark.parametrize("path", [DATA, KEY])
@pytest.mark.parametrize("place", ["samlp:Status", "saml:Issuer", "ds:Signature/ds:KeyInfo"])
def test_an_encrypted_element_anywhere_else_is_refused(place, path):
    def change(root):
        find(root, place).append(deepcopy(find(root, path)))

    octets = IDP.response(sign="response", encrypt=True, after=change)

    assert code_of(gate.read_message, octets, "Response") == "encryption_not_allowed"


def test_more_encrypted_keys_than_anybody_needs_are_refused():
    def copies(count):
        def change(root):
            key = find(root, KEY)
            key.getparent().extend([deepcopy(key) for _ in range(count)])

        return change

    passes(DEFAULT, copies(7))
    assert refusal(copies(8)) == "encryption_not_allowed"


def test_the_rules_hold_for_an_encrypted_name_id():
    weak = IDP.response(encrypted_name_id=EncryptionSpec(key_transport=names.RSA_1_5))

    assert code_of(gate.read_message, weak, "Response") == "encryption_not_allowed"


def test_the_rules_hold_for_an_encrypted_attribute():
    def change(root):
        statement = find(root, "saml:Assertion/saml:AttributeStatement")
        data = etree.SubElement(
            etree.SubElement(statement, q("saml:EncryptedAttribute")), q("xenc:EncryptedData")
        )
        etree.SubElement(data, q("xenc:EncryptionMethod"), Algorithm=names.TRIPLEDES_CBC)

    octets = IDP.response(change)

    assert code_of(gate.read_message, octets, "Response") == "encryption_not_allowed"
