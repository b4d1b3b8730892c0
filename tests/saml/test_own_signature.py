"""Our own signatures, verified by xmlsec and python3-saml's schema as an IdP would."""

import base64

import pytest
import xmlsec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from support.idp import key_named

from sp.saml import signature, urn
from sp.saml.urn import q

SP = key_named("sp")
MESSAGE = (
    '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
    ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_request-1" Version="2.0">'
    "<saml:Issuer>https://sp.example.com/é</saml:Issuer><samlp:Extensions/></samlp:AuthnRequest>"
).encode()


def verify_by_xmlsec(octets):
    root = etree.fromstring(octets)
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    pem = SP.private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
    context.verify(root.find(q("ds:Signature")))


def test_the_signature_verifies_and_stands_behind_the_issuer():
    octets = signature.sign_enveloped(MESSAGE, SP.private_key, SP.certificate)

    verify_by_xmlsec(octets)
    root = etree.fromstring(octets)
    assert [etree.QName(child).localname for child in root] == ["Issuer", "Signature", "Extensions"]
    certificate = root.findtext(f".//{q('ds:X509Certificate')}")
    assert base64.b64decode(certificate) == SP.certificate


def test_a_message_without_an_issuer_is_signed_in_front():
    octets = MESSAGE.replace("<saml:Issuer>https://sp.example.com/é</saml:Issuer>".encode(), b"")

    signed = signature.sign_enveloped(octets, SP.private_key, SP.certificate)

    verify_by_xmlsec(signed)
    assert etree.fromstring(signed)[0].tag == q("ds:Signature")


def test_a_changed_message_does_not_verify():
    signed = signature.sign_enveloped(MESSAGE, SP.private_key, SP.certificate)

    with pytest.raises(xmlsec.Error):
        verify_by_xmlsec(signed.replace(b"sp.example.com", b"sp.example.net"))


def test_our_own_verification_agrees():
    signed = signature.sign_enveloped(MESSAGE, SP.private_key, SP.certificate)

    verified = signature.verify(etree.fromstring(signed), (SP.signing_key,), frozenset())

    assert verified.element.get("ID") == "_request-1"


def test_octets_are_signed_by_rsa_sha256():
    algorithm, value = signature.sign_octets(b"octets", SP.private_key)

    assert algorithm == urn.RSA_SHA256
    SP.private_key.public_key().verify(value, b"octets", padding.PKCS1v15(), hashes.SHA256())
