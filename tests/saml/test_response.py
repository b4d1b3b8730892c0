"""What is signed is read, what is not signed decides nothing, and what is encrypted is opened."""

from __future__ import annotations

import pytest
from lxml import etree
from support.idp import ADA_NAME_ID, NOW, Idp, assertion_of, find, key_named
from support.judging import IDP, code_of_judgement, judge

from sp.demo import names
from sp.demo.encryption import EncryptionSpec
from sp.saml.types import SigningKey

AUTHN_FAILED = (
    "urn:oasis:names:tc:SAML:2.0:status:Responder",
    "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
)


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
@pytest.mark.parametrize("encrypt", [False, True])
def test_a_signature_on_either_is_enough(sign, encrypt):
    judgement = judge(IDP.response(sign=sign, encrypt=encrypt))
    assert judgement.refusal is None
    assert judgement.assertion.name_id.value == ADA_NAME_ID
    assert (judgement.plain is not None) == encrypt
    assert judgement.verified


@pytest.mark.parametrize("encrypt", [False, True])
def test_no_signature_is_refused_and_encrypted_is_not_signed(encrypt):
    judgement = judge(IDP.response(sign="none", encrypt=encrypt))
    assert judgement.refusal.code == "not_signed"
    assert not judgement.verified


def test_an_encrypted_name_is_opened():
    judgement = judge(IDP.response(encrypted_name_id=True))
    assert judgement.refusal is None
    assert judgement.assertion.name_id.value == ADA_NAME_ID
    assert ADA_NAME_ID.encode() in judgement.plain_name_id


def test_an_earlier_key_of_ours_still_decrypts():
    assert code_of_judgement(IDP.response(encrypt=True, encrypt_for="sp-old")) == ""


def test_what_is_encrypted_for_somebody_else_is_refused():
    assert code_of_judgement(IDP.response(encrypt=True, encrypt_for="rsa-b")) == "not_decrypted"


def test_any_recorded_key_may_sign_and_no_other():
    rolling = Idp(keys=("rsa-a", "rsa-b"))
    by_b = rolling.response(key=key_named("rsa-b"))
    assert code_of_judgement(by_b, idp=rolling) == ""
    assert code_of_judgement(by_b) == "signature_invalid"


def test_an_elliptic_curve_key_signs_as_well():
    idp = Idp(keys=("ec",))
    for sign in ("assertion", "both"):
        assert code_of_judgement(idp.response(sign=sign), idp=idp) == ""


def test_a_bare_key_without_a_certificate_signs_as_well():
    known = key_named("rsa-a").signing_key
    bare = SigningKey(known.spki, b"", "f" * 64)
    for sign in ("assertion", "both"):
        assert code_of_judgement(IDP.response(sign=sign), keys=(bare,)) == ""


def test_sha1_needs_the_recorded_exception():
    old = IDP.response(signature={"algorithm": names.RSA_SHA1, "digest": names.SHA1})
    assert code_of_judgement(old) == "sha1_not_allowed"
    assert code_of_judgement(old, exceptions=frozenset({"sha1"})) == ""


def test_a_weak_key_needs_the_recorded_exception():
    idp = Idp(keys=("rsa-weak",))
    octets = idp.response()
    assert code_of_judgement(octets, idp=idp) == "weak_key_not_allowed"
    assert code_of_judgement(octets, idp=idp, exceptions=frozenset({"weak-key"})) == ""


@pytest.mark.parametrize("sign", ["response", "none"])
def test_a_failure_status_is_told_with_its_codes(sign):
    judgement = judge(IDP.response(status=AUTHN_FAILED, status_message="no", sign=sign))
    assert judgement.refusal.code == "status"
    assert judgement.status == AUTHN_FAILED
    assert judgement.status_message == "no"
    assert judgement.verified == (sign == "response")


@pytest.mark.parametrize("encrypt", [False, True])
def test_a_second_code_below_success_does_not_make_it_a_failure(encrypt):
    status = (names.SUCCESS, names.SUCCESS.replace("Success", "ProxyCountExceeded"))
    judgement = judge(IDP.response(status=status, encrypt=encrypt))
    assert judgement.refusal is None
    assert judgement.status == status


def test_every_signature_that_is_present_must_verify():
    def spoil(root):
        root.set("Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained")

    assert code_of_judgement(IDP.response(sign="both", after=spoil)) == "digest_mismatch"

    def spoil_assertion(root):
        find(root, "saml:Assertion/saml:Subject/saml:NameID").text = "grace"

    assert code_of_judgement(IDP.response(after=spoil_assertion)) == "digest_mismatch"


def test_a_good_signature_around_it_excuses_no_bad_one_on_the_assertion():
    def by_another_key(root):
        IDP.sign(assertion_of(root), key_named("rsa-b"))

    assert code_of_judgement(IDP.response(by_another_key, sign="response")) == "signature_invalid"

    def changed_afterwards(root):
        IDP.sign(assertion_of(root))
        find(root, "saml:Assertion/saml:Subject/saml:NameID").text = "grace"

    assert code_of_judgement(IDP.response(changed_afterwards, sign="response")) == "digest_mismatch"


def test_an_assertion_signed_in_either_form_reads_the_same_within_a_signed_response():
    def split_and_sign(root):
        name_id = find(root, "saml:Assertion/saml:Subject/saml:NameID")
        name_id.text = "ada@"
        name_id.append(etree.Comment("no canonical form has this"))
        name_id[0].tail = "acme.example"
        IDP.sign(assertion_of(root), c14n=names.INCLUSIVE)

    alone = judge(IDP.response(split_and_sign, sign="neither"))
    within = judge(IDP.response(split_and_sign, sign="response"))
    assert alone.assertion.name_id.value == "ada@acme.example"
    assert within.assertion == alone.assertion


def test_unsigned_response_attributes_can_refuse_and_never_permit():
    def readdress(root):
        root.set("Destination", "https://sp.example.com/saml/globex/acs")

    assert code_of_judgement(IDP.response(after=readdress)) == "destination"

    def strip(root):
        del root.attrib["InResponseTo"]

    judgement = judge(IDP.response(after=strip))
    assert judgement.assertion.in_response_to == "_request-1"

    def plant(root):
        root.set("InResponseTo", "_request-1")

    judgement = judge(IDP.response(in_response_to=None, after=plant))
    assert judgement.assertion.in_response_to is None


def test_the_judgement_names_the_key_and_the_assertion():
    judgement = judge(IDP.response(audiences=()))
    assert judgement.signed_by == key_named("rsa-a").signing_key
    assert judgement.assertion_id == "_assertion-1"


def test_the_same_message_gives_the_same_findings_whenever_it_is_judged():
    octets = IDP.response(sign="both", encrypt=True)
    assert judge(octets) == judge(octets)
    assert judge(octets).assertion.issue_instant == NOW


def test_every_permitted_cipher_is_read():
    for algorithm in (names.AES128_GCM, names.AES256_GCM, names.AES128_CBC, names.AES256_CBC):
        octets = IDP.response(encrypt=EncryptionSpec(algorithm=algorithm))
        assert code_of_judgement(octets) == ""
