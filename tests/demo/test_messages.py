"""What the maker of messages makes is read here by xmlsec and python3-saml, never by sp.saml."""

from datetime import timedelta

import pytest
import xmlsec
from cryptography.hazmat.primitives import serialization
from lxml import etree
from support.idp import ADA_NAME_ID, NOW, Idp, find, key_named

from sp.demo import names
from sp.demo.encryption import EncryptionSpec

SIGNATURES = [
    (key, algorithm)
    for key, algorithms in {
        "rsa-a": (
            names.RSA_SHA1,
            names.RSA_SHA256,
            names.RSA_SHA384,
            names.RSA_SHA512,
            names.RSA_PSS_SHA256,
            names.RSA_PSS_SHA384,
            names.RSA_PSS_SHA512,
        ),
        "rsa-weak": (names.RSA_SHA256,),
        "ec": (names.ECDSA_SHA1, names.ECDSA_SHA256, names.ECDSA_SHA384, names.ECDSA_SHA512),
    }.items()
    for algorithm in algorithms
]


def verify(octets, key):
    """Verify every signature of a document with xmlsec and return how many there are."""
    root = etree.fromstring(octets)
    xmlsec.tree.add_ids(root, ["ID"])
    signatures = list(root.iter(f"{{{names.DS}}}Signature"))
    for signature in signatures:
        context = xmlsec.SignatureContext()
        pem = key.private_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
        context.verify(signature)
    return len(signatures)


def decrypt(octets, name):
    """Decrypt the one EncryptedData with xmlsec and return the plain octets."""
    root = etree.fromstring(octets)
    data = find(root, ".//xenc:EncryptedData")
    data.attrib.pop("Type", None)
    xmlsec.tree.add_ids(root, ["Id"])
    manager = xmlsec.KeysManager()
    pem = key_named(name).private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    manager.add_key(xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem))
    return xmlsec.EncryptionContext(manager).decrypt(data)


@pytest.mark.parametrize(("key", "algorithm"), SIGNATURES)
def test_every_signature_algorithm_verifies(key, algorithm):
    octets = Idp(keys=(key,)).response(signature={"algorithm": algorithm})
    assert verify(octets, key_named(key)) == 1


@pytest.mark.parametrize("digest", [names.SHA1, names.SHA256, names.SHA384, names.SHA512])
@pytest.mark.parametrize(
    "c14n",
    [
        names.EXCLUSIVE,
        names.EXCLUSIVE_WITH_COMMENTS,
        names.INCLUSIVE,
        names.INCLUSIVE_WITH_COMMENTS,
    ],
)
def test_every_digest_and_canonicalisation_verifies(digest, c14n):
    signature = {"digest": digest, "c14n": c14n, "transforms": (names.ENVELOPED, c14n)}
    assert verify(Idp().response(sign="both", signature=signature), key_named("rsa-a")) == 2


def test_enveloped_alone_and_a_prefix_list_verify():
    alone = Idp().response(sign="response", signature={"transforms": (names.ENVELOPED,)})
    listed = Idp().response(signature={"prefixes": ("xs", "saml")})
    assert verify(alone, key_named("rsa-a")) == verify(listed, key_named("rsa-a")) == 1


def test_a_change_after_signing_breaks_the_signature():
    def rename(root):
        find(root, ".//saml:NameID").text = GRACE

    octets = Idp().response(after=rename)
    with pytest.raises(xmlsec.Error):
        verify(octets, key_named("rsa-a"))


def test_another_key_does_not_verify():
    with pytest.raises(xmlsec.Error):
        verify(Idp().response(key=key_named("rsa-b")), key_named("rsa-a"))


GRACE = "6f2c-grace"
VARIANTS = [
    *[
        EncryptionSpec(algorithm=algorithm)
        for algorithm in (
            names.AES128_CBC,
            names.AES192_CBC,
            names.AES256_CBC,
            names.AES128_GCM,
            names.AES192_GCM,
            names.AES256_GCM,
            names.TRIPLEDES_CBC,
        )
    ],
    EncryptionSpec(key_transport=names.RSA_1_5, digest=None),
    EncryptionSpec(digest=None),
    EncryptionSpec(digest=names.SHA256),
    EncryptionSpec(key_transport=names.RSA_OAEP, digest=names.SHA256, mgf=names.MGF1_SHA256),
    EncryptionSpec(key_transport=names.RSA_OAEP, digest=names.SHA1, mgf=names.MGF1_SHA1),
    EncryptionSpec(key_transport=names.RSA_OAEP, digest=names.SHA256, mgf=None),
    EncryptionSpec(key_place="sibling"),
    EncryptionSpec(data_type=None),
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_encryption_decrypts_to_an_assertion_that_verifies(variant):
    plain = decrypt(Idp().response(encrypt=variant), "sp")
    assert verify(plain, key_named("rsa-a")) == 1


def test_an_encrypted_name_id_decrypts_to_the_name():
    octets = Idp().response(encrypted_name_id=True)
    assert verify(octets, key_named("rsa-a")) == 1
    assert etree.fromstring(decrypt(octets, "sp")).text == ADA_NAME_ID


def test_a_signed_response_around_an_encrypted_assertion_verifies():
    octets = Idp().response(sign="response", encrypt=True)
    assert verify(octets, key_named("rsa-a")) == 1
    assert b"Lovelace" not in octets


def test_a_failure_holds_the_status_and_no_assertion():
    octets = Idp().response(
        sign="response", status=(names.RESPONDER, names.NO_PASSIVE), status_message="not now"
    )
    root = etree.fromstring(octets)
    inner = find(root, "samlp:Status/samlp:StatusCode/samlp:StatusCode")
    assert inner.get("Value") == names.NO_PASSIVE
    assert root.find("saml:Assertion", names.PREFIXES) is None


def test_times_move_along_with_the_moment():
    root = etree.fromstring(Idp().response(at=NOW + timedelta(hours=1)))
    assert root.get("IssueInstant") == "2026-03-02T10:00:00Z"
    assert find(root, ".//saml:Conditions").get("NotOnOrAfter") == "2026-03-02T10:05:00Z"


def test_no_request_stands_in_neither_place():
    root = etree.fromstring(Idp().response(in_response_to=None))
    assert not root.xpath("//@InResponseTo")


def test_the_good_message_meets_the_schema():
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML  # noqa: PLC0415 - slow to import

    for octets in (Idp().response(sign="both"), Idp().response(encrypt=True)):
        outcome = OneLogin_Saml2_XML.validate_xml(octets, "saml-schema-protocol-2.0.xsd")
        assert not isinstance(outcome, str), outcome
    metadata = OneLogin_Saml2_XML.validate_xml(Idp().metadata(), "saml-schema-metadata-2.0.xsd")
    assert not isinstance(metadata, str), metadata
