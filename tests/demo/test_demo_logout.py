"""A service provider asks the demonstration to end a session, over HTTP."""

import base64

import pytest
from lxml import etree
from support.key_pairs import key_named
from support.portal import SLO, codes_of, sent_by

from sp.demo import names, queries
from sp.demo.messages import to_octets
from sp.demo.names import MD, PREFIXES
from sp.demo.signing import sign


def test_the_metadata_announces_one_address_for_both_bindings(portal):
    root = etree.fromstring(portal.get("/metadata").data)
    found = [
        (each.get("Binding"), each.get("Location"))
        for each in root.iter(f"{{{MD}}}SingleLogoutService")
    ]
    assert found == [(names.REDIRECT, SLO), (names.POST, SLO)]


@pytest.mark.parametrize("way", ["redirect", "deliver"])
@pytest.mark.parametrize("relay_state", [None, "", "a b&c"])
def test_a_service_provider_ends_the_session_and_is_answered(portal, way, relay_state):
    index = portal.sign_in("acme")
    request = portal.request(session_indexes=("_another", index))
    sent = sent_by(getattr(portal, way)(request, relay_state))
    assert sent.url == f"{portal.base()}/slo/back" == sent.root.get("Destination")
    assert sent.root.get("InResponseTo") == "_logout-1"
    assert codes_of(sent.root) == (names.SUCCESS,)
    assert sent.relay_state == relay_state
    assert not portal.signed_in


@pytest.mark.parametrize(
    "other",
    [{"session_indexes": ("_another",)}, {"name_id": "6f2c-grace"}, {"slug": "globex"}],
    ids=str,
)
def test_a_request_about_another_session_ends_nothing_and_is_answered(portal, other):
    portal.sign_in("acme")
    sent = sent_by(portal.redirect(portal.request(**other)))
    assert codes_of(sent.root) == (names.SUCCESS,)
    assert portal.signed_in


@pytest.mark.parametrize("key", ["rsa-b", "sp"], ids=["a stranger's key", "the encryption key"])
@pytest.mark.parametrize("way", ["redirect", "deliver"])
def test_a_request_that_its_issuer_did_not_sign_is_refused(portal, way, key):
    portal.sign_in("acme")
    reply = getattr(portal, way)(portal.request(), key=key)
    assert reply.status_code == 400
    assert "not signed by the application" in reply.text
    assert portal.signed_in


def test_an_unsigned_request_is_refused_by_either_binding(portal):
    portal.sign_in("acme")
    octets = to_octets(portal.request())
    query = "&".join(queries.make_parts("SAMLRequest", octets, None))
    posted = {"SAMLRequest": base64.b64encode(octets).decode()}
    assert portal.get(f"/slo?{query}").status_code == 400
    assert portal.post("/slo", **posted).status_code == 400
    assert portal.signed_in


def test_a_request_that_was_changed_after_signing_is_refused(portal):
    portal.sign_in("acme")
    parts = queries.make_parts("SAMLRequest", to_octets(portal.request()), "one")
    parts.append(queries.sign_parts(parts, key_named("sp-old").private_key))
    url = "/slo?" + "&".join(parts)
    assert portal.get(url.replace("RelayState=one", "RelayState=two")).status_code == 400
    assert portal.signed_in


def test_a_parameter_twice_and_two_messages_at_once_are_refused(portal):
    portal.sign_in("acme")
    parts = queries.make_parts("SAMLRequest", to_octets(portal.request()), "one")
    parts.append(queries.sign_parts(parts, key_named("sp-old").private_key))
    assert portal.get("/slo?" + "&".join([*parts, "RelayState=one"])).status_code == 400
    request = portal.request()
    sign(request, key_named("sp-old").private_key)
    message = base64.b64encode(to_octets(request)).decode()
    assert portal.post("/slo", SAMLRequest=message, SAMLResponse=message).status_code == 400
    assert portal.signed_in


@pytest.mark.parametrize(
    "signature",
    [{"uri": ""}, {"transforms": (names.ENVELOPED, names.EXCLUSIVE_WITH_COMMENTS)}],
    ids=str,
)
def test_a_request_signed_in_another_shape_is_refused(portal, signature):
    portal.sign_in("acme")
    assert portal.deliver(portal.request(), **signature).status_code == 400
    assert portal.signed_in


@pytest.mark.parametrize(
    "wrong",
    [
        {"destination": f"{SLO}/else"},
        {"destination": None},
        {"issuer": "https://elsewhere.example/saml/acme/metadata"},
        {"issuer": None},
        {"name_id": None},
        {"version": "1.1"},
    ],
    ids=str,
)
def test_a_request_with_one_wrong_part_is_refused_on_a_page_and_ends_nothing(portal, wrong):
    portal.sign_in("acme")
    reply = portal.redirect(portal.request(**wrong))
    assert reply.status_code == 400
    assert "This did not work" in reply.text
    assert portal.signed_in


@pytest.mark.parametrize("url", ["/slo", "/slo?SAMLRequest=%00", "/logout/none", "/logout/a/b"])
def test_rubbish_at_the_logout_gets_a_page(portal, url):
    assert portal.get(url).status_code == 400


def test_the_others_of_the_session_are_asked_before_the_answer(portal):
    index = portal.sign_in("globex", "acme")
    asked = sent_by(portal.redirect(portal.request(), "handle-1"))
    assert asked.url == f"{portal.base('globex')}/slo" == asked.root.get("Destination")
    assert asked.root.findtext("saml:NameID", namespaces=PREFIXES) == "a1d4-ada"
    assert asked.root.findtext("samlp:SessionIndex", namespaces=PREFIXES) == index
    assert not portal.signed_in
    answer = portal.response("globex", asked.root.get("ID"))
    sent = sent_by(portal.redirect(answer, asked.relay_state))
    assert sent.url == f"{portal.base()}/slo/back"
    assert (codes_of(sent.root), sent.relay_state) == ((names.SUCCESS,), "handle-1")


@pytest.mark.parametrize(
    "status", [(names.RESPONDER,), (names.SUCCESS, names.PARTIAL_LOGOUT)], ids=str
)
def test_the_asker_learns_that_another_did_not_confirm(portal, status):
    portal.sign_in("globex", "acme")
    asked = sent_by(portal.redirect(portal.request()))
    answer = portal.response("globex", asked.root.get("ID"), status=status)
    sent = sent_by(portal.redirect(answer, asked.relay_state))
    assert codes_of(sent.root) == (names.SUCCESS, names.PARTIAL_LOGOUT)


def test_one_that_takes_no_logout_is_passed_over_and_told_of(portal):
    portal.sign_in("initech", "acme")
    sent = sent_by(portal.redirect(portal.request()))
    assert sent.url == f"{portal.base()}/slo/back"
    assert codes_of(sent.root) == (names.SUCCESS, names.PARTIAL_LOGOUT)


def test_the_askers_older_session_in_this_browser_is_asked_for_as_well(portal):
    older = portal.sign_in("acme")
    newer = portal.sign_in("acme")
    asked = sent_by(portal.redirect(portal.request(session_indexes=(newer,))))
    assert asked.url == f"{portal.base()}/slo"
    assert [each.text for each in asked.root.iter("{*}SessionIndex")] == [older]


def test_the_asker_is_answered_when_the_others_were_asked_over_soap(portal):
    portal.post("/switches", logout="soap")
    portal.sign_in("globex", "acme")
    sent = sent_by(portal.redirect(portal.request()))
    assert codes_of(sent.root) == (names.SUCCESS, names.PARTIAL_LOGOUT)


def test_a_silent_provider_shows_a_page_of_its_own_and_ends_nothing(portal):
    portal.post("/switches", slo="silent")
    portal.sign_in("acme")
    reply = portal.redirect(portal.request())
    assert reply.status_code == 200
    assert "Acme keeps you here" in reply.text
    assert portal.signed_in


def test_a_refusing_provider_answers_that_it_cannot_and_ends_nothing(portal):
    portal.post("/switches", slo="refuse")
    portal.sign_in("acme")
    sent = sent_by(portal.redirect(portal.request(), "handle-1"))
    assert (codes_of(sent.root), sent.relay_state) == ((names.RESPONDER,), "handle-1")
    assert portal.signed_in
