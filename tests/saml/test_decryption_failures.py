"""Whatever goes wrong in decryption has one and the same finding."""

import base64
from dataclasses import replace

import pytest
from support.idp import Idp, find, key_named
from support.refusals import code_of

from sp.demo import names
from sp.demo.encryption import DEFAULT, EncryptionSpec
from sp.saml import decryption, gate
from sp.saml.errors import Refused

IDP = Idp()
PRIVATE = key_named("sp").private_key
DECRYPT = decryption.make_decrypt([PRIVATE])


def carrier_of(octets):
    return gate.read_message(octets, "Response").encrypted_assertion


# One answer to every failure

DATA_VALUE = "saml:EncryptedAssertion/xenc:EncryptedData/xenc:CipherData/xenc:CipherValue"
KEY_VALUE = (
    "saml:EncryptedAssertion/xenc:EncryptedData/ds:KeyInfo/xenc:EncryptedKey"
    "/xenc:CipherData/xenc:CipherValue"
)


def changed_value(path, change):
    def after(root):
        element = find(root, path)
        octets = change(bytearray(base64.b64decode(element.text)))
        element.text = base64.b64encode(octets).decode()

    return after


def flipped(position, bit=1):
    def change(octets):
        octets[position] ^= bit
        return octets

    return change


def text_set(path, text):
    def after(root):
        find(root, path).text = text

    return after


CBC = EncryptionSpec(algorithm=names.AES256_CBC)
FAILURES = [
    pytest.param(DEFAULT, changed_value(KEY_VALUE, flipped(5)), id="key"),
    pytest.param(DEFAULT, changed_value(KEY_VALUE, lambda octets: octets[:-1]), id="short key"),
    pytest.param(DEFAULT, changed_value(KEY_VALUE, lambda _: b""), id="no key"),
    pytest.param(DEFAULT, changed_value(DATA_VALUE, flipped(20)), id="content"),
    pytest.param(DEFAULT, changed_value(DATA_VALUE, flipped(-1)), id="tag"),
    pytest.param(DEFAULT, changed_value(DATA_VALUE, lambda octets: octets[:9]), id="too short"),
    pytest.param(DEFAULT, changed_value(DATA_VALUE, lambda _: b""), id="no content"),
    pytest.param(DEFAULT, text_set(DATA_VALUE, None), id="no value"),
    pytest.param(DEFAULT, text_set(DATA_VALUE, "%%%"), id="no base64"),
    pytest.param(DEFAULT, text_set(KEY_VALUE, "%%%"), id="no base64 for the key"),
    pytest.param(CBC, changed_value(DATA_VALUE, lambda octets: octets[:-1]), id="CBC cut"),
    pytest.param(CBC, changed_value(DATA_VALUE, lambda octets: octets[:16]), id="CBC empty"),
    # The last octet of the block before: the count of padding, 1 to 16, becomes more than 128.
    pytest.param(CBC, changed_value(DATA_VALUE, flipped(-17, 0x80)), id="padding"),
    pytest.param(
        replace(CBC, key_transport=names.RSA_OAEP),
        lambda root: find(
            root, "saml:EncryptedAssertion/xenc:EncryptedData/xenc:EncryptionMethod"
        ).set("Algorithm", names.AES128_CBC),
        id="a key of another length",
    ),
]


@pytest.mark.parametrize(("spec", "after"), FAILURES)
def test_every_failure_gives_the_same_finding(spec, after):
    carrier = carrier_of(IDP.response(encrypt=spec, after=after))
    foreign = carrier_of(IDP.response(encrypt=True, encrypt_for="sp-old"))
    with pytest.raises(Refused) as expected:
        DECRYPT(foreign)

    with pytest.raises(Refused) as caught:
        DECRYPT(carrier)

    assert caught.value.code == "not_decrypted"
    assert caught.value.finding == expected.value.finding


def test_without_a_key_nothing_is_decrypted():
    carrier = carrier_of(IDP.response(encrypt=True))

    assert code_of(decryption.make_decrypt([]), carrier) == "not_decrypted"
