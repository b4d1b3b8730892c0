"""Step-up: a fresh sign-in is asked for, proven by the answer, and nothing less passes for it."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from support.pages import Person, read

from sp.flows import revocation
from sp.saml.urn import PREFIXES
from sp.web.step_up import require_fresh_sign_in

MFA = "https://refeds.org/profile/mfa"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
HOUR = timedelta(hours=1)


def asked(answer):
    """Give the AuthnRequest that a browser is sent away with."""
    sent = parse_qs(urlsplit(answer.location).query)["SAMLRequest"][0]
    return etree.fromstring(zlib.decompress(base64.b64decode(sent), -15))


def contexts_of(request):
    wanted = request.find("samlp:RequestedAuthnContext", PREFIXES)
    if wanted is None:
        return None
    return wanted.get("Comparison"), [each.text for each in wanted]


@pytest.fixture
def signed_in(ada, clock):
    """Ada, an hour and a minute after her sign-in."""
    ada.sign_in()
    clock.advance(HOUR + timedelta(minutes=1))
    return ada


def test_bare_start_demands_nothing(ada):
    request = asked(ada.start())
    assert request.get("ForceAuthn") is None
    assert contexts_of(request) is None


def test_fresh_sign_in_is_asked_for_by_who_is_signed_in_already(signed_in):
    request = asked(signed_in.start(fresh="1", return_to="/reports"))
    assert request.get("ForceAuthn") == "true"
    assert contexts_of(request) is None


def test_contexts_are_asked_for_exactly(signed_in):
    request = asked(signed_in.start(fresh="1", context=[MFA, PASSWORD]))
    assert contexts_of(request) == ("exact", [MFA, PASSWORD])


def test_context_alone_is_asked_for_without_forcing(signed_in):
    request = asked(signed_in.start(context=MFA))
    assert (request.get("ForceAuthn"), contexts_of(request)) == (None, ("exact", [MFA]))


def test_context_that_a_link_invents_is_one_sentence_and_ends_nothing(signed_in):
    answer = signed_in.start(fresh="1", context="urn:invented")
    page = read(answer)
    assert (answer.status_code, page.headline) == (400, "We could not read that")
    assert "not set up for the kind of sign-in" in page.text
    assert signed_in.client.get("/whoami").status_code == 200


def test_fresh_answer_signs_in_and_its_session_replaces_the_old(signed_in):
    (old,) = revocation.list_sessions("acme")
    signed_in.start(fresh="1", context=PASSWORD, return_to="/reports")
    assert signed_in.answer().location == "/reports"
    (new,) = revocation.list_sessions("acme")
    assert new.public_id != old.public_id
    assert signed_in.client.get("/whoami").json["authn_instant"] == "2026-03-02T10:01:00Z"


def test_answer_from_the_companys_old_session_is_refused(signed_in, clock, sign_ins):
    signed_in.start(fresh="1", return_to="/reports")
    answer = signed_in.answer(authn_instant=clock.now() - timedelta(minutes=4))
    assert answer.status_code == 403
    assert sign_ins()[-1][0] == "authn_instant"
    assert signed_in.client.get("/whoami").json["signed_in_at"] == "2026-03-02T09:00:00Z"


def test_clock_of_the_company_may_be_behind_by_the_tolerance(signed_in, clock):
    signed_in.start(fresh="1", return_to="/reports")
    answer = signed_in.answer(authn_instant=clock.now() - timedelta(minutes=2))
    assert answer.location == "/reports"


def test_answer_in_another_context_is_refused(signed_in, sign_ins):
    signed_in.start(fresh="1", context=MFA)
    assert signed_in.answer(authn_context=PASSWORD).status_code == 403
    assert sign_ins()[-1][0] == "authn_context"


def test_button_after_a_refusal_demands_the_same_again(signed_in, clock):
    signed_in.start(fresh="1", context=PASSWORD, return_to="/reports")
    page = read(signed_in.answer(authn_instant=clock.now() - HOUR))
    request = asked(signed_in.start(page.buttons["Try again"]))
    assert request.get("ForceAuthn") == "true"
    assert contexts_of(request) == ("exact", [PASSWORD])


def test_restart_of_a_fresh_sign_in_stays_fresh(signed_in):
    """Some companies' logins, their own session lost, answer as if nobody had asked."""
    signed_in.start(fresh="1", context=PASSWORD, return_to="/reports")
    first = signed_in.post(signed_in.make(in_response_to=None))
    assert (first.status_code, urlsplit(first.location).path) == (303, "/saml/acme/login")
    assert "restart=1" in first.location
    request = asked(signed_in.start(first.location))
    assert request.get("ForceAuthn") == "true"
    assert contexts_of(request) == ("exact", [PASSWORD])
    page = read(signed_in.post(signed_in.make(in_response_to=None)))
    assert asked(signed_in.start(page.buttons["Sign in"])).get("ForceAuthn") == "true"
    assert signed_in.answer().location == "/reports"


def test_answer_that_was_used_leads_straight_on(signed_in):
    signed_in.start(fresh="1", return_to="/reports")
    octets = signed_in.make()
    signed_in.post(octets)
    page = read(signed_in.post(octets))
    assert signed_in.client.get(page.buttons["Continue"]).location == "/reports"


@pytest.fixture
def guarded(app):
    """Pages as Clientshare might have them; returns the client of a new browser."""

    @app.get("/payout")
    @require_fresh_sign_in(max_age=HOUR)
    def payout():
        return "paid out"

    @app.get("/vault")
    @require_fresh_sign_in(max_age=HOUR, contexts=(MFA,))
    def vault():
        return "open"

    return app.test_client()


@pytest.fixture
def at_the_guard(guarded, acme, clock):
    person = Person(guarded)
    person.sign_in()
    return person


def test_page_is_shown_to_who_signed_in_lately(at_the_guard, clock):
    clock.advance(HOUR)
    assert at_the_guard.client.get("/payout").text == "paid out"


def test_page_sends_an_old_sign_in_to_the_company_and_gets_the_person_back(at_the_guard, clock):
    clock.advance(HOUR + timedelta(seconds=1))
    answer = at_the_guard.client.get("/payout?week=9")
    assert answer.status_code == 303
    request = asked(at_the_guard.start(answer.location))
    assert request.get("ForceAuthn") == "true"
    assert at_the_guard.answer().location == "/payout?week=9"
    assert at_the_guard.client.get("/payout?week=9").text == "paid out"


def test_old_sign_in_at_the_company_is_old_here_however_new_the_session(guarded, acme, clock):
    person = Person(guarded)
    person.start()
    person.answer(authn_instant=clock.now() - HOUR - timedelta(seconds=1))
    assert "fresh=1" in person.client.get("/payout").location


def test_page_that_wants_a_context_takes_no_other(at_the_guard):
    answer = at_the_guard.client.get("/vault")
    assert contexts_of(asked(at_the_guard.start(answer.location))) == ("exact", [MFA])
    at_the_guard.answer(authn_context=MFA)
    assert at_the_guard.client.get("/vault").text == "open"


def test_stranger_is_sent_to_the_login_and_back(guarded, acme):
    assert guarded.get("/payout").location == "/login?return_to=%2Fpayout"


def test_age_that_clocks_alone_could_miss_is_no_age():
    with pytest.raises(ValueError, match="younger"):
        require_fresh_sign_in(max_age=timedelta(minutes=9))
