"""Sign-outs that start at a real Identity Provider, whose messages end sessions here."""

from __future__ import annotations

import pytest
from support.company_session import is_known, second_profile
from support.http_browser import HttpBrowser, over_http
from support.our_site import DEEP
from support.real_idp import LEFT

from sp.flows import inspection

pytestmark = pytest.mark.identity_providers

SIGNED_IN, ASKED = ("sign_in", "done"), ("logout_request", "done")
WAYS = [
    *(("simplesaml", "redirect"), ("pysaml2", "redirect")),
    *(("pysaml2", "post"), ("pysaml2", "soap")),
]
SUBJECT_ID = {"subject-id": ["ada-1815@acme.example"]}


@pytest.fixture
def other():
    """A second browser, on another computer."""
    return HttpBrowser(over_http())


def leave(idp, browser):
    """Sign out at the Identity Provider's own page; say whether it comes to its end."""
    page = browser.open(idp.logout_url)
    return page.url.startswith(idp.base_url) and page.status == 200 and LEFT in page.text


@pytest.mark.parametrize(("named", "by"), WAYS)
def test_signing_out_at_the_company_signs_out_here(named, by, site, visitor, request):
    idp = request.getfixturevalue(named)
    idp.change(logout_by=by)
    site.connect(idp)
    site.sign_in(browser=visitor)
    assert leave(idp, visitor)
    assert (site.who(visitor), site.sessions()) == (None, [])
    assert not is_known(site, idp, visitor)
    assert site.record() == [SIGNED_IN, ASKED]


@pytest.mark.parametrize("answers_by", ["redirect", "post"])
def test_simplesamlphp_asks_by_post_and_takes_a_redirect_for_an_answer(
    simplesaml, site, visitor, answers_by
):
    """A form that we post reaches it without its Lax cookie: it then has lost its own place.

    Here the session has ended all the same. Over https its cookie is SameSite=None.
    """
    simplesaml.change(logout_by="post", logout_bindings=(answers_by,))
    site.connect(simplesaml)
    site.sign_in(browser=visitor)
    assert leave(simplesaml, visitor) == (answers_by == "redirect")
    assert (site.who(visitor), site.sessions()) == (None, [])
    assert not is_known(site, simplesaml, visitor)
    assert site.record() == [SIGNED_IN, ASKED]


def test_a_second_browser_of_the_person_stays_signed_in(idp, site, visitor, other):
    site.connect(idp)
    site.sign_in(browser=visitor)
    site.sign_in(browser=other)
    assert leave(idp, visitor)
    assert (site.who(visitor), site.who(other)["email"]) == (None, "ada@acme.example")
    assert site.sessions() == ["ada@acme.example"]
    assert (is_known(site, idp, visitor), is_known(site, idp, other)) == (False, True)
    assert site.record() == [SIGNED_IN, SIGNED_IN, ASKED]


def test_without_a_session_index_every_session_of_the_person_ends(pysaml2, site, visitor, other):
    pysaml2.change(names_session_indexes=False)
    site.connect(pysaml2)
    site.sign_in(browser=visitor)
    site.sign_in(browser=other)
    site.sign_in("grace")
    assert leave(pysaml2, visitor)
    assert (site.who(visitor), site.who(other)) == (None, None)
    assert site.sessions() == ["grace@acme.example"]
    assert site.record() == [*[SIGNED_IN] * 3, ASKED]


def test_all_session_indexes_that_are_named_end(pysaml2, site, visitor, other):
    site.connect(pysaml2)
    site.sign_in(browser=visitor)
    twin = second_profile(visitor)
    assert site.ask(twin).path == DEEP
    site.sign_in(browser=other)
    assert leave(pysaml2, visitor)
    assert (site.who(visitor), site.who(twin)) == (None, None)
    assert site.who(other)["email"] == "ada@acme.example"
    assert site.record() == [*[SIGNED_IN] * 3, ASKED]


def test_of_two_session_indexes_simplesamlphp_names_the_last(simplesaml, site, visitor):
    """It keeps one for each Service Provider: a session that it has forgotten lives on here."""
    site.connect(simplesaml)
    site.sign_in(browser=visitor)
    twin = second_profile(visitor)
    assert site.ask(twin).path == DEEP
    assert leave(simplesaml, visitor)
    assert (site.who(visitor)["email"], site.who(twin)) == ("ada@acme.example", None)
    assert site.record() == [SIGNED_IN, SIGNED_IN, ASKED]


def test_an_older_session_of_the_same_browser_is_not_left_behind(simplesaml, site, visitor):
    """… because each sign-in here ends the one that its browser had."""
    site.connect(simplesaml)
    site.sign_in(browser=visitor)
    assert site.sign_in_again(visitor).path == DEEP
    assert leave(simplesaml, visitor)
    assert (site.who(visitor), site.sessions()) == (None, [])
    assert site.record() == [SIGNED_IN, SIGNED_IN, ASKED]


@pytest.mark.parametrize(("named", "by"), WAYS)
def test_both_organisations_of_its_session_end(named, by, site, visitor, request):
    idp = request.getfixturevalue(named)
    idp.change(logout_by=by)
    site.connect(idp)
    site.connect(idp, "globex")
    site.sign_in("grace", browser=visitor)
    at_globex = second_profile(visitor)
    assert site.ask(at_globex, "grace", "globex").path == DEEP
    assert leave(idp, visitor)
    assert (site.who(visitor), site.who(at_globex)) == (None, None)
    assert not is_known(site, idp, visitor)
    assert site.record("acme") == site.record("globex") == [SIGNED_IN, ASKED]


def test_a_session_that_had_ended_here_is_no_obstacle_there(idp, site, visitor):
    site.connect(idp)
    site.sign_in(browser=visitor)
    site.run("session", "revoke", "acme", "--email", "ada@acme.example")
    assert leave(idp, visitor)
    assert not is_known(site, idp, visitor)
    assert site.record() == [SIGNED_IN, ASKED]


@pytest.mark.parametrize("by", ["redirect", "post"])
def test_a_name_id_that_is_encrypted_is_understood(simplesaml, site, visitor, other, by):
    simplesaml.change(encrypts_name_id=True, logout_by=by, logout_bindings=("redirect",))
    site.connect(simplesaml)
    site.sign_in(browser=visitor)
    site.sign_in(browser=other)
    assert leave(simplesaml, visitor)
    assert (site.who(visitor), site.who(other)["email"]) == (None, "ada@acme.example")
    assert site.record() == [SIGNED_IN, SIGNED_IN, ASKED]
    [asked] = site.events(kind="logout_request")
    assert inspection.reverify(f"acme:{asked.sequence}").kept.plain_name_id is not None


@pytest.mark.parametrize("name_id", ["email", "transient"])
def test_a_name_id_of_any_kind_finds_its_session(idp, site, visitor, name_id):
    idp.change(name_id=name_id)
    idp.change_person("ada", **SUBJECT_ID)
    site.connect(idp)
    site.sign_in(browser=visitor)
    assert leave(idp, visitor)
    assert (site.who(visitor), site.sessions()) == (None, [])
    assert site.record() == [SIGNED_IN, ASKED]


def test_a_request_by_a_key_that_is_not_imported_yet_ends_nothing(idp, site, visitor):
    site.connect(idp)
    site.sign_in(browser=visitor)
    idp.change(signs_with="b", publishes="ab")
    assert not leave(idp, visitor)
    assert site.who(visitor)["email"] == "ada@acme.example"
    assert site.record() == [SIGNED_IN, ("logout_request", "signature_invalid")]


def test_a_request_by_the_next_key_ends_the_session_once_it_is_imported(idp, site, visitor):
    site.connect(idp)
    site.sign_in(browser=visitor)
    idp.change(signs_with="b", publishes="ab")
    site.take_metadata(idp)
    assert leave(idp, visitor)
    assert (site.who(visitor), site.sessions()) == (None, [])
    assert site.record() == [SIGNED_IN, ASKED]


@pytest.mark.parametrize(("named", "by"), WAYS)
def test_a_request_without_a_signature_ends_nothing(named, by, site, visitor, request):
    idp = request.getfixturevalue(named)
    idp.change(signs_logout=False, logout_by=by)
    site.connect(idp)
    site.sign_in(browser=visitor)
    assert not leave(idp, visitor)
    assert site.who(visitor)["email"] == "ada@acme.example"
    assert site.record() == [SIGNED_IN, ("logout_request", "not_signed")]
