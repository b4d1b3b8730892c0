"""Public keys out of certificates of any version, without parsing the certificate."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from support.idp import key_named

from sp.saml import signing_key, urn
from sp.saml.signature import read_certificate
from sp.saml.types import SigningKey


def tlv(tag, *parts):
    """Return a DER value of that tag."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + content


SEQUENCE, INTEGER, VERSION = 0x30, 0x02, 0xA0
ANYTHING = tlv(SEQUENCE, tlv(INTEGER, b"\x05"))


def spki_of(key):
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def craft(spki, *, version=2, serial=b"\x01", extra=b""):
    """Return a certificate: version None leaves the field out, as version 1 does."""
    before = b"" if version is None else tlv(VERSION, tlv(INTEGER, bytes([version])))
    content = tlv(SEQUENCE, before, tlv(INTEGER, serial), *[ANYTHING] * 4, spki, extra)
    return tlv(SEQUENCE, content, ANYTHING, tlv(0x03, b"\x00sig"))


SPKI = spki_of(key_named("rsa-a").private_key)


@pytest.mark.parametrize("name", ["rsa-a", "rsa-weak", "ec"])
def test_the_key_of_a_real_certificate_is_read(name):
    pair = key_named(name)

    key = read_certificate(pair.certificate)

    assert key.spki == spki_of(pair.private_key)
    assert key.certificate == pair.certificate
    assert key.fingerprint == hashlib.sha256(pair.certificate).hexdigest()


@pytest.mark.parametrize("version", [None, 0, 1, 2, 7])
@pytest.mark.parametrize(
    "serial", [b"\x00", b"\xff", b"\x80" + b"\x00" * 19, b"\x01" * 30], ids=lambda s: s.hex()[:8]
)
def test_neither_version_nor_serial_number_matters(version, serial):
    assert read_certificate(craft(SPKI, version=version, serial=serial)).spki == SPKI


def test_these_certificates_really_are_refused_elsewhere():
    with pytest.raises((ValueError, x509.InvalidVersion)):
        x509.load_der_x509_certificate(craft(SPKI, version=1))


def test_extensions_do_not_matter():
    assert read_certificate(craft(SPKI, extra=tlv(0xA3, b"anything"))).spki == SPKI


@pytest.mark.parametrize("cut", range(0, len(craft(SPKI)), 7))
def test_a_certificate_that_is_cut_off_is_no_certificate(cut):
    with pytest.raises(ValueError, match="certificate"):
        read_certificate(craft(SPKI)[:cut])


@pytest.mark.parametrize(
    "der",
    [
        b"-----BEGIN CERTIFICATE-----",
        b"\x30\x80\x00\x00",
        b"\x30\x85\x00\x00\x00\x00\x00",
        b"\x31\x00",
        SPKI,
        craft(b"\x30\x03\x02\x01\x05"),
        craft(SPKI) + b"\x00",
        tlv(SEQUENCE, tlv(INTEGER, b"\x01")),
        b"\x31" + craft(SPKI)[1:],
        b"\x30\x85" + (len(craft(SPKI)) - 4).to_bytes(5) + craft(SPKI)[4:],
    ],
)
def test_what_is_no_certificate_is_not_read_as_one(der):
    with pytest.raises(ValueError, match=r"."):
        read_certificate(der)


@pytest.mark.parametrize(
    "key", [dsa.generate_private_key(1024), ed25519.Ed25519PrivateKey.generate()]
)
def test_a_key_that_is_neither_rsa_nor_ec_is_not_read(key):
    with pytest.raises(ValueError, match="neither an RSA nor an EC key"):
        read_certificate(craft(spki_of(key)))


def test_a_key_is_loaded_once():
    assert signing_key.load_key(SPKI) is signing_key.load_key(bytes(bytearray(SPKI)))


def recorded(key):
    return SigningKey(spki_of(key), b"", "")


def test_an_rsa_key_under_1024_bits_never_verifies():
    # Two primes that everybody knows, since no library makes a key this short any more.
    p, q = 2**521 - 1, 2**384 - 2**128 - 2**96 + 2**32 - 1
    public = rsa.RSAPublicNumbers(65537, p * q).public_key()
    spki = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    size = (public.key_size + 7) // 8
    digest = bytes.fromhex("3031300d060960864801650304020105000420")
    digest += hashlib.sha256(b"octets").digest()
    padded = b"\x00\x01" + b"\xff" * (size - 3 - len(digest)) + b"\x00" + digest
    private = pow(65537, -1, (p - 1) * (q - 1))
    value = pow(int.from_bytes(padded), private, p * q).to_bytes(size)
    public.verify(value, b"octets", padding.PKCS1v15(), hashes.SHA256())

    key = SigningKey(spki, b"", "")

    assert signing_key.find_signer(urn.RSA_SHA256, b"octets", value, [key]) is None


def test_an_rsa_key_of_1024_bits_verifies():
    key = key_named("rsa-weak").private_key
    value = key.sign(b"octets", padding.PKCS1v15(), hashes.SHA256())

    assert signing_key.find_signer(urn.RSA_SHA256, b"octets", value, [recorded(key)])


@pytest.mark.parametrize(
    ("curve", "verifies"),
    [
        (ec.SECP192R1(), False),
        (ec.SECP224R1(), False),
        (ec.SECP256R1(), True),
        (ec.SECP384R1(), True),
        (ec.SECP521R1(), True),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_an_ec_key_under_256_bits_never_verifies(curve, verifies):
    key = ec.generate_private_key(curve)
    r, s = decode_dss_signature(key.sign(b"octets", ec.ECDSA(hashes.SHA384())))
    half = (curve.key_size + 7) // 8
    value = r.to_bytes(half) + s.to_bytes(half)

    found = signing_key.find_signer(urn.ECDSA_SHA384, b"octets", value, [recorded(key)])

    assert (found is not None) == verifies


def test_an_ecdsa_value_of_another_length_is_refused():
    key = ec.generate_private_key(ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(b"octets", ec.ECDSA(hashes.SHA256())))
    value = r.to_bytes(32) + s.to_bytes(33)

    assert signing_key.find_signer(urn.ECDSA_SHA256, b"octets", value, [recorded(key)]) is None


def test_an_rsa_key_makes_no_ecdsa_signature():
    key = key_named("rsa-a").signing_key

    assert signing_key.find_signer(urn.ECDSA_SHA256, b"octets", b"\x01" * 512, [key]) is None


def test_an_ecdsa_value_in_der_is_refused():
    key = ec.generate_private_key(ec.SECP256R1())
    value = key.sign(b"octets", ec.ECDSA(hashes.SHA256()))

    assert signing_key.find_signer(urn.ECDSA_SHA256, b"octets", value, [recorded(key)]) is None


def test_a_key_too_short_for_the_padding_refuses_without_an_error():
    key = rsa.generate_private_key(65537, 1024)

    found = signing_key.find_signer(urn.RSA_PSS_SHA512, b"octets", b"x" * 128, [recorded(key)])

    assert found is None


@pytest.mark.parametrize(("name", "weak"), [("rsa-weak", True), ("rsa-a", False), ("ec", False)])
def test_rsa_under_2048_bits_is_weak(name, weak):
    assert signing_key.is_weak(key_named(name).signing_key) == weak
