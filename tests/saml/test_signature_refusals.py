"""What our verification refuses, and by which code."""

import base64
from copy import deepcopy
from functools import partial

import pytest
from lxml import etree
from support.idp import Idp, find, key_named
from support.refusals import code_of

from sp.demo import names
from sp.demo.messages import to_octets
from sp.saml import gate, signature

IDP = Idp()
KEYS = (key_named("rsa-a").signing_key,)
NONE = frozenset()
SHA1 = frozenset({"sha1"})
WEAK = frozenset({"weak-key"})


def verify(octets, part="assertion", keys=KEYS, exceptions=NONE):
    gated = gate.read_message(octets, "Response")
    element = gated.root if part == "response" else gated.assertion
    return signature.verify(element, keys, exceptions)


def refusal(octets, part="assertion", keys=KEYS, exceptions=NONE):
    return code_of(verify, octets, part, keys, exceptions)


# What is refused


def test_an_unsigned_element_is_refused():
    assert refusal(IDP.response(sign="none")) == "not_signed"
    assert refusal(IDP.response(sign="assertion"), "response") == "not_signed"
    assert refusal(IDP.response(sign="response"), "assertion") == "not_signed"


@pytest.mark.parametrize(
    "path",
    [
        "saml:Assertion/saml:Subject/saml:NameID",
        "saml:Assertion/saml:Issuer",
        "saml:Assertion/saml:AttributeStatement/saml:Attribute/saml:AttributeValue",
    ],
)
def test_changed_content_is_refused(path):
    def after(root):
        find(root, path).text += "x"

    for sign in ("assertion", "response"):
        assert refusal(IDP.response(sign=sign, after=after), sign) == "digest_mismatch"


def test_content_added_around_a_signed_response_is_refused():
    def after(root):
        root.set("Destination", "https://elsewhere.example/")

    assert refusal(IDP.response(sign="both", after=after), "response") == "digest_mismatch"


def test_a_changed_signed_info_is_refused():
    def after(root):
        find(root, "saml:Assertion/ds:Signature/ds:SignedInfo").set("Id", "_x")

    assert refusal(IDP.response(after=after)) == "signature_invalid"


@pytest.mark.parametrize("change", [lambda _: b"", lambda value: value[:-1], lambda _: b"x"])
def test_another_signature_value_is_refused(change):
    def after(root):
        element = find(root, "saml:Assertion/ds:Signature/ds:SignatureValue")
        element.text = base64.b64encode(change(base64.b64decode(element.text))).decode() or " "

    assert refusal(IDP.response(after=after)) == "signature_invalid"
    ec = Idp(keys=("ec",)).response(after=after)
    assert refusal(ec, keys=(key_named("ec").signing_key,)) == "signature_invalid"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("ds:SignatureValue", "signature_invalid"),
        ("ds:SignedInfo/ds:Reference/ds:DigestValue", "digest_mismatch"),
    ],
)
def test_a_value_that_only_looks_like_base64_is_refused(path, code):
    def after(root):
        find(root, f"saml:Assertion/ds:Signature/{path}").text = "=AAA"

    assert refusal(IDP.response(after=after)) == code


def test_a_key_that_is_not_recorded_is_refused_whatever_key_info_says():
    octets = IDP.response(key=key_named("rsa-b"))

    assert refusal(octets) == "signature_invalid"
    assert refusal(octets, keys=()) == "signature_invalid"


def test_a_signature_by_a_key_of_another_kind_is_refused():
    octets = Idp(keys=("ec",)).response()

    assert refusal(octets) == "signature_invalid"
    assert refusal(IDP.response(), keys=(key_named("ec").signing_key,)) == "signature_invalid"


def test_the_signature_of_another_message_is_refused():
    foreign = find(etree.fromstring(IDP.response(name_id="grace")), "saml:Assertion/ds:Signature")

    def after(root):
        assertion = find(root, "saml:Assertion")
        assertion.replace(find(assertion, "ds:Signature"), deepcopy(foreign))

    assert refusal(IDP.response(after=after)) == "digest_mismatch"


@pytest.mark.parametrize(
    "form",
    [
        {"algorithm": names.RSA_SHA1},
        {"digest": names.SHA1},
        {"algorithm": names.RSA_SHA1, "digest": names.SHA1},
    ],
)
def test_sha1_is_refused_without_its_exception(form):
    octets = IDP.response(signature=form)

    assert refusal(octets) == "sha1_not_allowed"
    assert refusal(octets, exceptions=WEAK) == "sha1_not_allowed"
    assert verify(octets, exceptions=SHA1)


def test_sha1_is_refused_before_anything_is_computed():
    def after(root):
        find(root, "saml:Assertion/saml:Issuer").text = "changed"

    octets = IDP.response(signature={"digest": names.SHA1}, after=after)

    assert refusal(octets) == "sha1_not_allowed"


def test_a_weak_key_is_refused_without_its_exception():
    weak = Idp(keys=("rsa-weak",))
    keys = (key_named("rsa-weak").signing_key,)

    assert refusal(weak.response(), keys=keys) == "weak_key_not_allowed"
    assert refusal(weak.response(), keys=keys, exceptions=SHA1) == "weak_key_not_allowed"
    assert verify(weak.response(), keys=keys, exceptions=WEAK)


def test_a_weak_key_is_no_reason_where_another_key_signed():
    keys = (key_named("rsa-weak").signing_key, *KEYS)

    assert verify(IDP.response(), keys=keys).signed_by == KEYS[0]


def test_content_without_a_canonical_form_is_refused():
    def after(root):
        octets = to_octets(root).replace(
            b"<saml:Conditions", b'<saml:Conditions xmlns:x="relative" x:y=""'
        )
        return etree.fromstring(octets)

    assert refusal(IDP.response(after=after)) == "empty_canonical"


def test_octets_signed_by_a_recorded_key_verify_and_others_do_not():
    algorithm, value = signature.sign_octets(b"octets", key_named("rsa-a").private_key)
    check = partial(signature.verify_octets, keys=KEYS, exceptions=NONE)

    assert check(b"octets", algorithm, value) == KEYS[0]
    assert code_of(check, b"octett", algorithm, value) == "signature_invalid"
    assert code_of(check, b"octets", names.RSA_SHA512, value) == "signature_invalid"
    assert code_of(check, b"octets", names.RSA_SHA1, value) == "sha1_not_allowed"
