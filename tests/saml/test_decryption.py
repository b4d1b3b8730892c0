"""Decryption to plain octets: every cipher, every key."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from support.idp import ADA_NAME_ID, Idp, find, key_named
from support.judging import code_of_judgement
from support.refusals import code_of

from sp.demo import names
from sp.demo.encryption import DEFAULT, EncryptionSpec, encrypt, encrypt_name_id
from sp.demo.messages import to_octets
from sp.saml import decryption, gate, signature
from sp.saml.urn import q

IDP = Idp()
PRIVATE = key_named("sp").private_key
PUBLIC = PRIVATE.public_key()
DECRYPT = decryption.make_decrypt([PRIVATE])
KEYS = (key_named("rsa-a").signing_key,)
NONE = frozenset()


def carrier_of(octets):
    return gate.read_message(octets, "Response").encrypted_assertion


def assertion_in(octets, decrypt=DECRYPT):
    return gate.read_decrypted(decrypt(carrier_of(octets)), "Assertion")


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
@pytest.mark.parametrize("place", ["key_info", "sibling", "sibling_bare"])
def test_every_cipher_and_place_of_the_key_is_decrypted(algorithm, place):
    octets = IDP.response(encrypt=EncryptionSpec(algorithm=algorithm, key_place=place))

    assertion = assertion_in(octets)

    assert signature.verify(assertion, KEYS, NONE).element.get("ID") == "_assertion-1"


@pytest.mark.parametrize(
    ("transport", "mgf"),
    [
        (names.RSA_OAEP_MGF1P, None),
        (names.RSA_OAEP, None),
        (names.RSA_OAEP, names.MGF1_SHA1),
        (names.RSA_OAEP, names.MGF1_SHA256),
    ],
)
@pytest.mark.parametrize("digest", [None, names.SHA1, names.SHA256])
def test_every_key_transport_is_decrypted(transport, mgf, digest):
    spec = EncryptionSpec(key_transport=transport, digest=digest, mgf=mgf)

    assert assertion_in(IDP.response(encrypt=spec)).get("ID") == "_assertion-1"


@pytest.mark.parametrize("data_type", [None, names.ELEMENT_TYPE, names.XENC + "Content", "urn:x"])
def test_the_type_of_the_data_does_not_decide_how_it_is_read(data_type):
    octets = IDP.response(encrypt=EncryptionSpec(data_type=data_type))

    assert assertion_in(octets).get("ID") == "_assertion-1"


def test_all_keys_are_tried():
    decrypt = decryption.make_decrypt([key_named("sp-old").private_key, PRIVATE])

    for name in ("sp", "sp-old"):
        octets = IDP.response(encrypt=True, encrypt_for=name)
        assert assertion_in(octets, decrypt).get("ID") == "_assertion-1"


def test_one_of_several_encrypted_keys_is_enough():
    def after(root):
        info = find(root, "saml:EncryptedAssertion/xenc:EncryptedData/ds:KeyInfo")
        other = encrypt(b"x", key_named("sp-old").private_key.public_key(), DEFAULT, wrapper="X")
        info.insert(0, find(other, "xenc:EncryptedData/ds:KeyInfo/xenc:EncryptedKey"))

    assert assertion_in(IDP.response(encrypt=True, after=after)).get("ID") == "_assertion-1"


def test_label_that_the_key_was_encrypted_under_is_read():
    def after(root):
        key = find(root, "saml:EncryptedAssertion/xenc:EncryptedData/ds:KeyInfo/xenc:EncryptedKey")
        value = find(key, "xenc:CipherData/xenc:CipherValue")
        private_key = key_named("sp").private_key
        content_key = private_key.decrypt(base64.b64decode(value.text), oaep(None))
        again = private_key.public_key().encrypt(content_key, oaep(b"a label"))
        value.text = base64.b64encode(again).decode()
        method = find(key, "xenc:EncryptionMethod")
        etree.SubElement(method, q("xenc:OAEPparams")).text = base64.b64encode(b"a label").decode()

    assert assertion_in(IDP.response(encrypt=True, after=after)).get("ID") == "_assertion-1"


def oaep(label):
    sha1 = hashes.SHA1()
    return padding.OAEP(padding.MGF1(sha1), sha1, label)


def test_hints_about_the_key_are_not_followed():
    def after(root):
        key = find(root, "saml:EncryptedAssertion/xenc:EncryptedData/ds:KeyInfo/xenc:EncryptedKey")
        info = etree.SubElement(key, q("ds:KeyInfo"))
        etree.SubElement(info, q("ds:KeyName")).text = "another key"
        data = etree.SubElement(info, q("ds:X509Data"))
        certificate = etree.SubElement(data, q("ds:X509Certificate"))
        certificate.text = base64.b64encode(key_named("rsa-b").certificate).decode()
        key.set("Recipient", "https://elsewhere.example/")

    assert assertion_in(IDP.response(encrypt=True, after=after)).get("ID") == "_assertion-1"


def test_what_was_encrypted_is_not_changed_in_its_document():
    gated = gate.read_message(IDP.response(encrypt=True), "Response")
    before = etree.tostring(gated.root)

    DECRYPT(gated.encrypted_assertion)

    assert etree.tostring(gated.root) == before


def test_an_encrypted_name_id_is_decrypted():
    gated = gate.read_message(IDP.response(encrypted_name_id=True), "Response")
    carrier = find(gated.assertion, "saml:Subject/saml:EncryptedID")

    name_id = gate.read_decrypted(DECRYPT(carrier), "NameID")

    assert name_id.text == ADA_NAME_ID


def test_prefixes_declared_around_the_encrypted_element_are_put_on_the_plain_one():
    def change(root):
        plain = f'<saml:NameID Format="{names.PERSISTENT}">{ADA_NAME_ID}</saml:NameID>'
        assertion = find(root, "saml:Assertion")
        encrypt_name_id(assertion, PUBLIC, plain=plain.encode())

    gated = gate.read_message(IDP.response(change), "Response")
    octets = DECRYPT(find(gated.assertion, "saml:Subject/saml:EncryptedID"))
    name_id = gate.read_decrypted(octets, "NameID")

    assert (name_id.text, name_id.nsmap) == (ADA_NAME_ID, {"saml": names.SAML})


@pytest.mark.parametrize("prefixes", [(), ("xs",)])
def test_a_type_named_by_a_prefix_declared_around_the_encrypted_element_is_known(prefixes):
    declaration = f' xmlns:xs="{names.XS}"'.encode()
    octets = IDP.response(sign="none").replace(declaration, b"")
    root = etree.fromstring(octets.replace(b" xmlns:samlp=", declaration + b" xmlns:samlp="))
    IDP.sign(find(root, "saml:Assertion"), prefixes=prefixes)
    plain = to_octets(find(root, "saml:Assertion")).replace(declaration, b"")
    encrypted_in_place(root, plain)

    assert code_of_judgement(to_octets(root)) == ""


def test_declarations_that_the_plain_octets_do_not_need_are_not_put_on_them():
    root = etree.fromstring(IDP.response())
    plain = to_octets(find(root, "saml:Assertion"))
    octets = IDP.response(sign="none", after=lambda unsigned: encrypted_in_place(unsigned, plain))

    assert DECRYPT(carrier_of(octets)) == plain


def encrypted_in_place(root, plain):
    encrypted = encrypt(plain, PUBLIC, DEFAULT, wrapper="EncryptedAssertion")
    root.replace(find(root, "saml:Assertion"), encrypted)


@pytest.mark.parametrize(
    ("plain", "code"),
    [
        (b"", "not_well_formed"),
        (b"no document", "not_well_formed"),
        (b"<unknown:Assertion/>", "not_well_formed"),
        (b"<saml:Assertion/><saml:Assertion/>", "not_well_formed"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "has_dtd"),
        (b"<saml:Assertion><?x?></saml:Assertion>", "processing_instruction"),
        (b"<saml:Assertion>" * 65 + b"</saml:Assertion>" * 65, "too_deep"),
        (b"<saml:NameID/>", "wrong_message_type"),
        (b"<samlp:Response/>", "wrong_message_type"),
        (b"<saml:Assertion ID='1'/>", "bad_id"),
    ],
)
def test_plain_octets_pass_the_gate_before_they_are_read(plain, code):
    octets = IDP.response(sign="none", after=lambda root: encrypted_in_place(root, plain))

    assert code_of(assertion_in, octets) == code


def test_plain_octets_that_end_their_place_do_not_reach_the_message():
    plain = b"<saml:Assertion/></saml:EncryptedAssertion><saml:Assertion/>"
    octets = IDP.response(sign="none", after=lambda root: encrypted_in_place(root, plain))

    assert code_of(assertion_in, octets) == "not_well_formed"
