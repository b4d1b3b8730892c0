"""Keys are read out of certificates in every shape, and the wrong ones are left out."""

from __future__ import annotations

import base64
import hashlib
import textwrap

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from support.certificates import make_issued
from support.key_pairs import key_named, make_certificate
from support.metadata import codes, entity, key, key_info, read, refusal, role, sso, x509_data

A = key_named("rsa-a").certificate
B = key_named("rsa-b").certificate
EC = key_named("ec").certificate
TEXT = base64.b64encode(A).decode()
PLACEHOLDER = "YOUR_CERTIFICATE_HERE"


def read_keys(*descriptors):
    return read(entity(role(*descriptors, sso())))


def signing(*descriptors):
    return [each.key.certificate for each in read_keys(*descriptors).signing_keys]


def refused(*descriptors):
    return refusal(entity(role(*descriptors, sso())))


def rsa_key_value(public_key):
    numbers = public_key.public_numbers()
    modulus, exponent = (
        base64.encodebytes(value.to_bytes((value.bit_length() + 7) // 8)).decode()
        for value in (numbers.n, numbers.e)
    )
    return (
        f"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{modulus}</ds:Modulus>"
        f"<ds:Exponent>{exponent}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
    )


# Which keys


def test_every_signing_key_counts():
    assert signing(key(A), key(B), key(EC)) == [A, B, EC]


def test_every_key_without_a_use_counts_for_both():
    metadata = read_keys(key(A, use=""), key(B, use=""))
    assert [each.key.certificate for each in metadata.signing_keys] == [A, B]
    assert [each.key.certificate for each in metadata.encryption_keys] == [A, B]


def test_an_encryption_key_never_signs():
    metadata = read_keys(key(B, use="encryption"), key(A))
    assert [each.key.certificate for each in metadata.signing_keys] == [A]
    assert [each.key.certificate for each in metadata.encryption_keys] == [B]


def test_an_encryption_key_alone_is_refused():
    refusal = refused(key(A, use="encryption"))
    assert refusal.code == "no_signing_key"
    assert "for encryption only" in refusal.public


def test_a_use_that_nobody_knows_makes_no_signing_key():
    assert refused(key(A, use="other")).code == "no_signing_key"


def test_a_repeated_certificate_is_one_key():
    assert signing(key(A), key(A), key_info(x509_data(A, A))) == [A]


# Certificates as text


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(textwrap.wrap(TEXT, 64)),
        "\r\n\t\t" + "\r\n\t\t".join(textwrap.wrap(TEXT, 76)) + "\r\n",
        " ".join(textwrap.wrap(TEXT, 64)),
        f"-----BEGIN CERTIFICATE-----\n{TEXT}\n-----END CERTIFICATE-----",
        f"-----BEGINCERTIFICATE-----{TEXT}-----ENDCERTIFICATE-----",
        f"<!-- ours -->{TEXT[:100]}<!-- and -->{TEXT[100:]}",
    ],
)
def test_a_certificate_is_read_however_it_is_written(text):
    assert signing(key(text)) == [A]


def test_the_padding_of_base64_may_be_missing():
    names = ("idp", "idp1", "idp12")
    for certificate in (make_issued(name, "ca") for name in names):
        assert signing(key(base64.b64encode(certificate).decode().rstrip("="))) == [certificate]


@pytest.mark.parametrize(
    "text", ["", PLACEHOLDER, "...", TEXT[:200], base64.b64encode(b"nonsense").decode(), "MIIé"]
)
def test_a_certificate_that_cannot_be_read_is_left_out(text):
    metadata = read_keys(key(text), key(A))
    assert [each.key.certificate for each in metadata.signing_keys] == [A]
    assert "unreadable_certificate" in codes(metadata)
    alone = refused(key(text))
    assert alone.code == "no_signing_key"
    assert "damaged, only a placeholder" in alone.public


# Chains


def test_of_a_chain_only_its_end_signs():
    chain = (
        make_issued("idp", "issuing ca", key="rsa-a"),
        make_issued("issuing ca", "root ca", key="rsa-b"),
        make_issued("root ca", "root ca", key="ec"),
    )
    for order in (chain, chain[::-1]):
        metadata = read_keys(key_info(x509_data(*order)))
        assert [each.key.certificate for each in metadata.signing_keys] == [chain[0]]
        assert "certificate_chain" in codes(metadata)


def test_two_certificates_of_one_name_are_no_chain():
    old = make_issued("idp", "idp", key="rsa-a", issuer_key="rsa-a")
    new = make_issued("idp", "idp", key="rsa-b", issuer_key="rsa-b")
    assert signing(key_info(x509_data(old, new))) == [old, new]


def test_a_chain_in_separate_descriptors_is_what_the_identity_provider_says():
    leaf, root = make_issued("idp", "ca"), make_issued("ca", "ca", key="rsa-b")
    assert signing(key(leaf), key(root)) == [leaf, root]


# Lengths and kinds


def test_a_weak_key_is_read_with_a_warning_that_holds_it_back():
    metadata = read_keys(key(key_named("rsa-weak").certificate), key(A))
    (warning,) = [each for each in metadata.warnings if each.needs]
    assert (warning.code, warning.needs) == ("weak_key", "weak-key")
    assert [each.bits for each in metadata.signing_keys] == [1024, 2048]


def test_an_elliptic_curve_key_is_read():
    (found,) = read_keys(key(EC)).signing_keys
    assert (found.algorithm, found.bits) == ("EC", 256)


def test_a_key_that_is_too_short_is_left_out():
    certificate = make_certificate(ec.generate_private_key(ec.SECP224R1()), "idp")
    assert refused(key(certificate)).code == "key_too_short"
    assert "key_too_short" in codes(read_keys(key(certificate), key(A)))


def test_a_bare_rsa_key_under_1024_bits_is_refused():
    modulus = int.from_bytes(b"\xc1" + bytes(62) + b"\x03")
    value = rsa_key_value(rsa.RSAPublicNumbers(65537, modulus).public_key())
    assert refused(key_info(value)).code == "key_too_short"


def test_another_kind_of_key_is_left_out():
    certificate = make_issued("idp", "idp", key=ed25519.Ed25519PrivateKey.generate())
    assert refused(key(certificate)).code == "no_signing_key"


# Keys without a certificate


def test_a_bare_key_signs_without_a_certificate():
    public_key = key_named("rsa-a").private_key.public_key()
    (found,) = read_keys(key_info(rsa_key_value(public_key))).signing_keys
    assert found.key.certificate == b""
    assert found.key.spki == key_named("rsa-a").signing_key.spki
    assert found.key.fingerprint == hashlib.sha256(found.key.spki).hexdigest()
    assert found.not_after is None


def test_beside_a_certificate_the_bare_key_says_nothing_more():
    public_key = key_named("rsa-b").private_key.public_key()
    assert signing(key_info(rsa_key_value(public_key) + x509_data(A))) == [A]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<ds:KeyName>idp</ds:KeyName>",
        "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus/><ds:Exponent/></ds:RSAKeyValue></ds:KeyValue>",
        "<ds:KeyValue><ds:RSAKeyValue/></ds:KeyValue>",
    ],
)
def test_a_key_info_without_a_key_is_refused(content):
    assert refused(key_info(content)).code == "no_signing_key"


def test_no_key_descriptor_is_refused():
    assert "lists no signing certificate" in refused("").public


@pytest.mark.parametrize("namespace", ["https://www.w3.org/2000/09/xmldsig#", "urn:other"])
def test_a_changed_namespace_is_named(namespace):
    descriptor = key(A).replace("<ds:KeyInfo", f'<ds:KeyInfo xmlns:ds="{namespace}"')
    assert "namespace" in refused(descriptor).public
