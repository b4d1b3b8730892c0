"""LogoutRequests and LogoutResponses by each binding: what verified is read, and nothing else."""

from __future__ import annotations

import pytest
from lxml import etree
from support.idp import ADA_NAME_ID, IDP_ENTITY_ID, NOW, find, key_named
from support.logout import (
    IDP,
    LOGOUT_ID,
    SLO_URL,
    SOAP_URL,
    LogoutIdp,
    code_of_logout,
    judge,
    open_message,
)
from support.metadata import entity, key, read, role, sso
from support.refusals import code_of
from support.tree_changes import added, changed

from sp.demo import names
from sp.demo.encryption import DEFAULT, encrypt
from sp.demo.logout_messages import make_envelope
from sp.demo.messages import to_octets
from sp.saml import bindings, gate, logout, logout_message, signature, urn
from sp.saml.types import NameID, SigningKey

BINDINGS = {
    urn.REDIRECT: IDP.query,
    urn.POST: IDP.posted,
    urn.SOAP: IDP.soap,
}


def by(binding, root, **arguments):
    return BINDINGS[binding](root, **arguments)


@pytest.mark.parametrize("binding", BINDINGS)
def test_a_request_is_read_whole(binding):
    root = IDP.request(
        name_id="ada",
        name_id_format=urn.EMAIL_ADDRESS,
        name_qualifier=IDP_ENTITY_ID,
        sp_name_qualifier="https://sp.example.com/saml/acme/metadata",
        session_indexes=("_session-1", "_session-2"),
        reason=urn.LOGOUT_USER,
    )
    judgement = judge(by(binding, root))
    assert judgement.refusal is None
    request = judgement.request
    assert request.request_id == judgement.message_id == "_logout-1"
    assert (request.issuer, request.issue_instant) == (IDP_ENTITY_ID, NOW)
    assert request.not_on_or_after > NOW
    assert request.name_id == NameID(
        "ada", urn.EMAIL_ADDRESS, IDP_ENTITY_ID, "https://sp.example.com/saml/acme/metadata"
    )
    assert request.session_indexes == ("_session-1", "_session-2")
    assert request.reason == urn.LOGOUT_USER
    assert judgement.signed_by == key_named("rsa-a").signing_key
    assert judgement.verified
    assert judgement.response is None


@pytest.mark.parametrize("binding", BINDINGS)
def test_an_answer_is_read_whole(binding):
    octets = by(binding, IDP.response(status=(urn.SUCCESS, urn.PARTIAL_LOGOUT)))
    judgement = judge(octets, "LogoutResponse", request_id=LOGOUT_ID)
    assert judgement.refusal is None
    response = judgement.response
    assert response.response_id == judgement.message_id == "_logout-answer-1"
    assert (response.issuer, response.issue_instant) == (IDP_ENTITY_ID, NOW)
    assert response.in_response_to == LOGOUT_ID
    assert response.status == (urn.SUCCESS, urn.PARTIAL_LOGOUT)
    assert judgement.request is None


@pytest.mark.parametrize("binding", BINDINGS)
def test_an_encrypted_name_is_opened(binding):
    judgement = judge(by(binding, IDP.request(encrypted_name_id=True)))
    assert judgement.refusal is None
    assert judgement.request.name_id.value == ADA_NAME_ID
    assert ADA_NAME_ID.encode() in judgement.plain_name_id


def test_a_name_encrypted_for_somebody_else_is_refused():
    octets = IDP.posted(IDP.request(encrypted_name_id=True, encrypt_for="rsa-b"))
    judgement = judge(octets)
    assert judgement.refusal.code == "not_decrypted"
    assert judgement.verified


@pytest.mark.parametrize(
    ("given", "read"),
    [((), ()), (("",), ()), ((" 1 ", "2", "1"), ("1", "2")), (("1", ""), ("1",))],
)
def test_session_indexes_are_those_with_text_each_once(given, read):
    assert judge(IDP.posted(IDP.request(session_indexes=given))).request.session_indexes == read


def test_only_session_indexes_of_the_request_itself_count():
    def change(root):
        extensions = etree.Element(f"{{{urn.SAMLP}}}Extensions")
        held = etree.SubElement(extensions, "{urn:example}Held")
        etree.SubElement(held, f"{{{urn.SAMLP}}}SessionIndex").text = "_session-2"
        root.insert(1, extensions)

    judgement = judge(IDP.posted(IDP.request(change)))
    assert judgement.request.session_indexes == ("_session-1",)


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("part", ["saml:NameID", "samlp:SessionIndex"])
def test_text_around_a_comment_is_one_text(binding, part):
    def change(root):
        element = find(root, part)
        element.text = "ada"
        comment = etree.Comment("x")
        comment.tail = ".evil"
        element.append(comment)

    request = judge(by(binding, IDP.request(change))).request
    assert "ada.evil" in (request.name_id.value, *request.session_indexes)
    assert "ada" not in (request.name_id.value, *request.session_indexes)


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("kind", ["request", "response"])
def test_an_unsigned_message_is_refused(binding, kind):
    root = IDP.request() if kind == "request" else IDP.response()
    octets = by(binding, root, sign=False)
    judgement = judge(octets, f"Logout{kind.capitalize()}", request_id=LOGOUT_ID)
    assert judgement.refusal.code == "not_signed"
    assert (judgement.verified, judgement.signed_by, judgement.message_id) == (False, None, None)


@pytest.mark.parametrize("binding", BINDINGS)
def test_a_key_of_another_organisation_is_refused(binding):
    octets = by(binding, IDP.request(), key=key_named("rsa-b"))
    assert code_of_logout(octets) == "signature_invalid"


@pytest.mark.parametrize("binding", BINDINGS)
def test_a_key_for_encryption_never_verifies(binding):
    certificate = key_named("rsa-b").certificate
    metadata = read(entity(role(key(), key(certificate, "encryption"), sso())))
    keys = tuple(each.key for each in metadata.signing_keys)
    assert code_of_logout(by(binding, IDP.request()), keys=keys) == ""
    octets = by(binding, IDP.request(), key=key_named("rsa-b"))
    assert code_of_logout(octets, keys=keys) == "signature_invalid"


@pytest.mark.parametrize("binding", BINDINGS)
def test_any_recorded_key_may_sign(binding):
    rolling = LogoutIdp(keys=("rsa-a", "rsa-b"))
    octets = by(binding, rolling.request(), key=key_named("rsa-b"))
    assert judge(octets, idp=rolling).signed_by == key_named("rsa-b").signing_key


@pytest.mark.parametrize("binding", BINDINGS)
def test_a_bare_key_and_an_elliptic_one_sign_as_well(binding):
    bare = SigningKey(key_named("ec").signing_key.spki, b"", "f" * 64)
    octets = by(binding, IDP.request(), key=key_named("ec"))
    assert code_of_logout(octets, keys=(key_named("rsa-a").signing_key, bare)) == ""


@pytest.mark.parametrize("binding", [urn.POST, urn.SOAP])
def test_sha1_in_a_message_needs_the_recorded_exception(binding):
    old = {"algorithm": names.RSA_SHA1, "digest": names.SHA1}
    octets = by(binding, IDP.request(), **old)
    assert code_of_logout(octets) == "sha1_not_allowed"
    assert code_of_logout(octets, exceptions=frozenset({"sha1"})) == ""


@pytest.mark.parametrize("binding", [urn.POST, urn.SOAP])
@pytest.mark.parametrize(
    "after",
    [
        changed("saml:NameID", Format=urn.TRANSIENT),
        changed(".", Destination=SLO_URL + "2"),
        added(".", "samlp:SessionIndex", "_session-2"),
    ],
)
def test_what_was_changed_after_signing_is_refused(binding, after):
    assert code_of_logout(by(binding, IDP.request(), after=after)) == "digest_mismatch"


@pytest.mark.parametrize("binding", BINDINGS)
def test_what_breaks_the_schema_is_refused_last(binding):
    root = IDP.request(added(".", "saml:Subject"))
    assert code_of_logout(by(binding, root)) == "schema"


def test_what_was_encrypted_must_keep_the_schema():
    odd = IDP.request(changed("saml:NameID", Odd="x"), encrypted_name_id=True)
    assert code_of_logout(IDP.posted(odd)) == "schema"


def test_a_signature_that_was_left_in_a_query_must_verify_as_well():
    both = IDP.posted(IDP.request())
    assert code_of_logout(IDP.query(both)) == ""
    assert code_of_logout(IDP.query(both, sign=False)) == "not_signed"
    strangers = IDP.posted(IDP.request(), key=key_named("rsa-b"))
    assert code_of_logout(IDP.query(strangers)) == "signature_invalid"
    spoilt = IDP.posted(IDP.request(), after=changed(".", Reason="urn:x"))
    assert code_of_logout(IDP.query(spoilt)) == "digest_mismatch"


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("encrypted", [False, True])
def test_what_was_kept_is_judged_the_same_years_later(binding, encrypted):
    octets = by(binding, IDP.request(encrypted_name_id=encrypted))
    received = open_message(octets)
    kept = received.binding, received.kind, received.kept
    first = judge(octets)

    again = logout.judge(
        logout_message.open_kept(*kept), IDP.expectation(), lambda _: first.plain_name_id
    )
    assert again == first
    assert again.request is not None


@pytest.mark.parametrize("other", ["request_id", "instant", "keys"])
def test_everything_that_a_verdict_rests_on_is_in_the_expectation(other):
    later = {"request_id": None, "instant": NOW.replace(year=2027), "keys": ()}
    octets = IDP.query(IDP.response())
    assert judge(octets, "LogoutResponse", request_id=LOGOUT_ID).refusal is None
    expectation = {"request_id": LOGOUT_ID} | {other: later[other]}
    assert judge(octets, "LogoutResponse", **expectation).refusal is not None


@pytest.mark.parametrize("binding", [urn.POST, urn.SOAP])
@pytest.mark.parametrize("tag", ["Response", "AuthnRequest", "ManageNameIDRequest"])
def test_a_message_of_another_kind_is_refused(binding, tag):
    root = IDP.request()
    root.tag = f"{{{urn.SAMLP}}}{tag}"
    assert code_of(open_message, by(binding, root)) == "wrong_message_type"


@pytest.mark.parametrize("root", [IDP.request(), IDP.response()])
def test_a_logout_message_sent_as_a_sign_in_is_refused(root):
    assert code_of(gate.read_message, IDP.posted(root), "Response") == "wrong_message_type"


def test_request_and_answer_do_not_stand_in_for_each_other():
    request, answer = IDP.posted(IDP.request()), IDP.posted(IDP.response())
    assert code_of(open_message, request, "LogoutResponse") == "wrong_message_type"
    assert code_of(open_message, answer, "LogoutRequest") == "wrong_message_type"
    swapped = IDP.query(answer).replace("SAMLResponse=", "SAMLRequest=")
    assert code_of(open_message, swapped) == "wrong_message_type"


def test_what_was_kept_is_opened_as_what_it_was():
    query = IDP.query(IDP.request()).encode()
    assert code_of(logout_message.open_kept, urn.REDIRECT, "LogoutResponse", query) == (
        "wrong_message_type"
    )
    octets = IDP.posted(IDP.request())
    for kind in ("Response", "AuthnRequest"):
        assert code_of(logout_message.open_kept, urn.POST, kind, octets) == "wrong_message_type"


@pytest.mark.parametrize("relay_state", [None, "", "handle"])
def test_a_form_is_opened_with_its_relay_state(relay_state):
    value = bindings.encode_post(IDP.posted(IDP.request()))
    received = logout_message.open_form("SAMLRequest", value, relay_state)
    assert received.relay_state == relay_state
    assert received.kind == "LogoutRequest"
    assert code_of(logout_message.open_form, "SAMLResponse", value, None) == "wrong_message_type"
    assert code_of(logout_message.open_form, "SAMLRequest", value + "*", None) == "not_base64"


@pytest.mark.parametrize("relay_state", [None, "", "a/b+c"])
def test_a_query_is_opened_with_its_relay_state(relay_state):
    received = open_message(IDP.query(IDP.request(), relay_state=relay_state))
    assert received.relay_state == relay_state


def test_an_envelope_has_no_relay_state():
    assert open_message(IDP.soap(IDP.request())).relay_state is None


@pytest.mark.parametrize("binding", BINDINGS)
def test_an_assertion_in_a_logout_message_is_refused(binding):
    octets = by(binding, IDP.response(added(".", "saml:Assertion")))
    assert code_of(open_message, octets, "LogoutResponse") == "assertion_count"
    nested = by(binding, IDP.request(added("saml:NameID", "saml:Assertion")))
    assert code_of(open_message, nested) == "hidden_assertion"


@pytest.mark.parametrize("octets", [b"<!DOCTYPE x [<!ENTITY a 'b'>]>%b", b"<?php ?>%b", b"%b<"])
def test_the_gate_comes_first_by_each_binding(octets):
    message = octets % to_octets(IDP.request())
    refused = {code_of(open_message, message), code_of(open_message, IDP.query(message))}
    assert len(refused) == 1
    assert refused <= {"has_dtd", "processing_instruction", "not_well_formed"}


def test_a_verified_query_gives_the_octets_that_were_signed():
    verified = signature.verify_query(IDP.query(IDP.request()), IDP.expectation().keys, frozenset())
    assert verified.octets == to_octets(IDP.request())
    assert verified.element.get("ID") == "_logout-1"
    assert verified.signature_algorithm == urn.RSA_SHA256


def test_adfs_sends_lower_case_escapes_and_qualifiers():
    root = IDP.request(
        name_id="ACME\\ada",
        name_id_format=urn.UNSPECIFIED,
        not_on_or_after=NOW.replace(minute=5),
        session_indexes=("_f1c1f9a1-7a0f-4e65-8d65-4bca9d5b2d37",),
        reason=urn.LOGOUT_ADMIN,
    )
    judgement = judge(IDP.query(root, lower_case=True, relay_state="a+b/c"))
    assert judgement.request.name_id.value == "ACME\\ada"


def test_shibboleth_signs_an_inclusive_prefix_list_over_soap():
    root = IDP.request(destination=SOAP_URL, not_on_or_after=None)
    octets = IDP.soap(root, prefixes=("xs", "saml"))
    assert judge(octets, destination=SOAP_URL).request.not_on_or_after is None


def test_simplesamlphp_declares_what_an_encrypted_name_uses_around_it():
    root = IDP.request()
    name_id = find(root, "saml:NameID")
    plain = b'<saml:NameID Format="urn:x">ada</saml:NameID>'
    public_key = key_named("sp").private_key.public_key()
    root.replace(name_id, encrypt(plain, public_key, DEFAULT, wrapper="EncryptedID"))
    assert judge(IDP.posted(root)).request.name_id.value == "ada"


def test_an_envelope_is_no_message_by_post():
    octets = make_envelope(IDP.posted(IDP.request()))
    assert code_of(logout_message.open_kept, urn.POST, "LogoutRequest", octets) == (
        "wrong_message_type"
    )
