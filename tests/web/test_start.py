"""The start of a sign-in: the request goes out, and the cookies that will know the answer."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from support.pages import START, Person, make_live, read

from sp import db
from sp.sessions.pending_request import PendingRequestTable

BINDING = "__Secure-sp_binding"
MARK = "__Secure-sp_restarted"


def requests():
    with db.db.engine.connect() as connection:
        return connection.execute(PendingRequestTable.__table__.select()).all()


def attributes_of(answer, name):
    """Give the attributes of the one cookie of that name that an answer sets."""
    (line,) = (each for each in answer.headers.getlist("Set-Cookie") if each.startswith(name))
    parts = {part.strip() for part in line.split(";")[1:]}
    return {part for part in parts if not part.startswith("Expires=")}


def test_browser_is_sent_away_with_a_request_and_a_handle(ada):
    answer = ada.start(return_to="/reports", login_hint="ada@acme.example")
    assert answer.status_code == 303
    assert answer.location.startswith("https://idp.example.com/saml/sso?")
    assert [row.request_id for row in requests()] == [ada.request_id]
    assert "reports" not in answer.location
    assert len(ada.relay_state) <= 80


def test_binding_cookie_comes_along_from_another_site_and_nowhere_else(ada):
    assert attributes_of(ada.start(), BINDING) == {
        "Secure",
        "HttpOnly",
        "SameSite=None",
        "Path=/saml/acme/",
    }


def test_one_browser_keeps_one_binding(ada):
    ada.start()
    first = ada.cookie(BINDING, "/saml/acme/")
    ada.start()
    assert ada.cookie(BINDING, "/saml/acme/") == first
    assert len({row.binding_hash for row in requests()}) == 1


def test_binding_that_we_never_made_is_replaced(ada):
    ada.client.set_cookie(
        BINDING, "chosen by somebody", domain="sp.example.com", path="/saml/acme/"
    )
    ada.start()
    assert len(ada.cookie(BINDING, "/saml/acme/")) == 43


def test_restart_sets_the_mark_and_the_button_takes_it_away(ada):
    assert attributes_of(ada.start(restart="1"), MARK) == {
        "Secure",
        "HttpOnly",
        "SameSite=None",
        "Max-Age=300",
        "Path=/saml/acme/",
    }
    ada.start()
    assert ada.cookie(MARK, "/saml/acme/") == "1"
    ada.start(again="1")
    assert ada.cookie(MARK, "/saml/acme/") is None


def test_live_session_goes_straight_to_the_page(ada):
    ada.sign_in()
    answer = ada.start(return_to="/reports")
    assert (answer.status_code, answer.location) == (303, "/reports")
    assert ada.start(return_to="https://evil.example/").location == "/account"


def test_head_begins_nothing(ada):
    answer = ada.client.head(START)
    assert (answer.status_code, answer.data) == (204, b"")
    assert requests() == []
    assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("slug", ["globex", "ACME", "a_b", "acme-", "9lives", "a" * 64])
def test_organisation_that_does_not_exist_is_no_page(ada, slug):
    answer = ada.client.get(f"/saml/{slug}/login")
    assert (answer.status_code, read(answer).headline) == (404, "There is nothing at this address")


def test_organisation_without_an_identity_provider_says_so(ada, policy):
    policy(sign_in="password")
    answer = ada.client.get(START)
    assert answer.status_code == 404
    assert read(answer).headline == "Company sign-in is not switched on yet"


@pytest.fixture
def globex(acme, config, client):
    """An organisation whose Identity Provider takes requests by POST only."""
    make_live(config, "globex", "globex.example", sso_redirect=None)
    return Person(client)


def test_post_binding_is_a_page_with_a_button_and_one_script_of_our_own(globex):
    answer = globex.client.get("/saml/globex/login?return_to=/reports")
    page = read(answer)
    assert page.headline == "Taking you to Globex's sign-in page…"
    assert page.buttons == {"Continue to Globex": "https://idp.example.com/saml/sso"}
    (script,) = page.tree.iter("script")
    assert (script.get("src"), script.text) == ("/static/leave.js", None)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "form-action" not in policy
    octets = base64.b64decode(page.value("SAMLRequest"))
    assert etree.fromstring(octets).get("ID") == requests()[0].request_id
    assert page.value("RelayState")


def test_hint_that_cannot_be_an_address_is_not_passed_on(ada, config):
    for hint in ("a" * 255, "ada\x00", "ada\r\nx: y", " "):
        sent = parse_qs(urlsplit(ada.start(login_hint=hint).location).query)
        assert "login_hint" not in sent
