"""Our logout messages: what the schema wants, what was received, and signed by each binding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from urllib.parse import urlsplit

import pytest
from support.idp import NOW, find
from support.key_pairs import key_named
from support.logout import code_of_logout, judge

from sp.saml import bindings, redirect, signature, soap, urn, xml
from sp.saml.own_logout import make_logout_request, make_logout_response
from sp.saml.toolkit import PROTOCOL, schema_error
from sp.saml.types import NameID
from sp.saml.xmlsec_verification import verifies, verifies_octets

SP = key_named("sp")
KEYS = (SP.signing_key,)
SP_ENTITY_ID = "https://sp.example.com/saml/acme/metadata"
IDP_SLO = "https://idp.example.com/saml/slo?tenant=1&x=2"
ADA = NameID("ada", urn.PERSISTENT, "https://idp.example.com/saml", SP_ENTITY_ID)
THEIRS = {"idp_entity_id": SP_ENTITY_ID, "destination": IDP_SLO, "keys": KEYS}


def request(**changes):
    good = {
        "request_id": "_logout-1",
        "issue_instant": datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC),
        "not_on_or_after": NOW + timedelta(minutes=5),
        "sp_entity_id": SP_ENTITY_ID,
        "destination": IDP_SLO,
        "name_id": ADA,
        "session_indexes": ("_session-1",),
    }
    return make_logout_request(**(good | changes))


def response(**changes):
    good = {
        "response_id": "_answer-1",
        "issue_instant": NOW,
        "sp_entity_id": SP_ENTITY_ID,
        "destination": IDP_SLO,
        "in_response_to": "_their-logout",
    }
    return make_logout_response(**(good | changes))


def enveloped(octets):
    return signature.sign_enveloped(octets, SP.private_key, SP.certificate)


def by_redirect(octets, parameter, relay_state="handle"):
    sign = partial(signature.sign_octets, key=SP.private_key)
    return bindings.encode_redirect(IDP_SLO, parameter, octets, relay_state, sign)


FORMS = [
    request(),
    request(session_indexes=()),
    request(session_indexes=("_a", "_b"), reason=urn.LOGOUT_USER),
    request(name_id=NameID("ada", None, None, None)),
    response(),
    response(in_response_to=None),
    response(status=(urn.SUCCESS, urn.PARTIAL_LOGOUT)),
    response(status=(urn.REQUESTER, urn.REQUEST_DENIED), status_message="Not <ours>."),
]


@pytest.mark.parametrize("octets", FORMS)
def test_every_form_is_valid_by_the_schema_signed_and_unsigned(octets):
    assert schema_error(xml.parse(octets), PROTOCOL) is None
    assert schema_error(xml.parse(enveloped(octets)), PROTOCOL) is None


def test_the_same_arguments_give_the_same_octets():
    assert request() == request()
    assert response() == response()
    assert enveloped(request()) == enveloped(request())


def test_a_request_says_who_when_and_where():
    root = xml.parse(request(issue_instant=NOW.astimezone(timezone(timedelta(hours=2)))))
    assert root.get("ID") == "_logout-1"
    assert root.get("Version") == "2.0"
    assert root.get("IssueInstant") == "2026-03-02T09:00:00Z"
    assert root.get("NotOnOrAfter") == "2026-03-02T09:05:00Z"
    assert root.get("Destination") == IDP_SLO
    assert root.get("Reason") is None
    assert find(root, "saml:Issuer").text == SP_ENTITY_ID


@pytest.mark.parametrize(
    "name_id",
    [
        ADA,
        NameID("ada", None, None, None),
        NameID("ACME\\ada", urn.UNSPECIFIED, None, SP_ENTITY_ID),
        NameID("A & <b> ü", urn.EMAIL_ADDRESS, "", None),
    ],
)
def test_the_name_goes_back_exactly_as_it_was_received(name_id):
    sent = judge(enveloped(request(name_id=name_id)), **THEIRS).request
    assert sent.name_id == name_id


def test_an_answer_says_what_it_answers_and_how_it_went():
    octets = response(status=(urn.RESPONDER, urn.PARTIAL_LOGOUT), status_message="Partly.")
    judgement = judge(
        enveloped(octets), "LogoutResponse", **(THEIRS | {"request_id": "_their-logout"})
    )
    assert judgement.response.in_response_to == "_their-logout"
    assert judgement.response.status == (urn.RESPONDER, urn.PARTIAL_LOGOUT)
    assert judgement.response.status_message == "Partly."


@pytest.mark.parametrize("bad", ["", "1", "1a", "a b", "_a:b"])
def test_an_id_that_breaks_the_schema_is_a_mistake(bad):
    with pytest.raises(ValueError, match="begins with a letter"):
        request(request_id=bad)
    with pytest.raises(ValueError, match="begins with a letter"):
        response(response_id=bad)


def test_an_answer_without_a_status_is_a_mistake():
    with pytest.raises(ValueError, match="has a status"):
        response(status=())


def test_by_post_and_soap_both_verifiers_find_our_signature():
    octets = enveloped(request())
    root = xml.parse(octets)
    assert verifies(root, signature.find_signature(root), KEYS)
    assert code_of_logout(octets, **THEIRS) == ""
    assert code_of_logout(soap.make_envelope(octets), **THEIRS) == ""
    assert not verifies(root, signature.find_signature(root), (key_named("rsa-b").signing_key,))


@pytest.mark.parametrize("relay_state", [None, "", "a/b+c ü"])
def test_by_redirect_both_verifiers_find_our_signature(relay_state):
    query = urlsplit(by_redirect(request(), "SAMLRequest", relay_state)).query
    sent = redirect.decode_redirect(query)
    assert sent.relay_state == relay_state
    assert verifies_octets(sent.signed, sent.algorithm, sent.value, KEYS)
    assert not verifies_octets(sent.signed + b"x", sent.algorithm, sent.value, KEYS)
    assert code_of_logout(query, **THEIRS) == ""


def test_an_answer_by_redirect_is_read_as_one():
    query = urlsplit(by_redirect(response(), "SAMLResponse")).query
    judgement = judge(query, "LogoutResponse", **(THEIRS | {"request_id": "_their-logout"}))
    assert judgement.response.status == (urn.SUCCESS,)
