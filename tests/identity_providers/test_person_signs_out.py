"""Sign-outs that start here, at Identity Providers that end their own sessions in their own way."""

from __future__ import annotations

import pytest
from support.company_session import is_known, second_profile, sign_out
from support.http_browser import HttpBrowser, over_http
from support.our_site import DEEP, told
from support.pysaml2_idp import pysaml2_idp
from support.simplesamlphp import simplesamlphp

pytestmark = pytest.mark.identity_providers

SIGNED_IN, SIGNED_OUT = ("sign_in", "done"), ("sign_out", "done")
ANSWERED, ASKED = ("logout_response", "done"), ("logout_request", "done")
ENDED = "login says that your session there has ended, too"
PARTIAL = "could not reach every other application"
UNSURE = "did not confirm that your session there has ended"
OPEN = "Your company's own login may still be open"


@pytest.fixture
def other():
    """A second browser, on another computer."""
    return HttpBrowser(over_http())


def left_here(site, visitor, page, said):
    """Say whether somebody is signed out here, on a page of ours that says how it stands there."""
    assert page.url.startswith(f"{site.url}/logout")
    assert page.status == 200
    assert said in told(page)
    return site.who(visitor) is None and site.sessions() == []


def test_signing_out_here_signs_out_at_the_company(idp, site, visitor):
    site.connect(idp)
    site.sign_in(browser=visitor)
    assert left_here(site, visitor, sign_out(site, visitor), ENDED)
    assert not is_known(site, idp, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]


def test_signing_out_goes_by_post_where_the_metadata_offers_nothing_else(idp, site, visitor):
    idp.change(logout_bindings=("post",), logout_by="post")
    site.connect(idp)
    site.sign_in(browser=visitor)
    page = sign_out(site, visitor)
    assert next(hop[0] for hop in page.hops if hop[1].startswith(idp.base_url)) == "POST"
    assert left_here(site, visitor, page, ENDED)
    assert not is_known(site, idp, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]


def test_simplesamlphp_claims_by_post_what_it_did_not_do(simplesaml, site, visitor):
    """Its Lax cookie stays behind at a POST from another site: it knows of nobody else to ask.

    We send by redirect wherever the metadata offers that. Over https its cookie is SameSite=None.
    """
    simplesaml.change(logout_bindings=("post",), logout_by="post")
    site.connect(simplesaml)
    site.connect(simplesaml, "globex")
    site.sign_in("grace", browser=visitor)
    at_globex = second_profile(visitor)
    site.ask(at_globex, "grace", "globex")
    assert left_here(site, visitor, sign_out(site, visitor), ENDED)
    assert site.who(at_globex)["email"] == "grace@globex.example"
    assert site.record("globex") == [SIGNED_IN]


@pytest.mark.parametrize("name_id", ["email", "unspecified", "transient"])
def test_the_name_id_goes_back_as_it_came(idp, site, visitor, name_id):
    idp.change(name_id=name_id)
    idp.change_person("ada", **{"subject-id": ["ada-1815@acme.example"]})
    site.connect(idp)
    site.sign_in(browser=visitor)
    assert left_here(site, visitor, sign_out(site, visitor), ENDED)
    assert not is_known(site, idp, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]


def test_a_name_id_that_came_encrypted_is_named_as_it_was_inside(simplesaml, site, visitor):
    simplesaml.change(encrypts_name_id=True)
    site.connect(simplesaml)
    site.sign_in(browser=visitor)
    assert left_here(site, visitor, sign_out(site, visitor), ENDED)
    assert not is_known(site, simplesaml, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]


def test_a_company_that_takes_soap_alone_is_asked_by_our_server(pysaml2, site, visitor):
    pysaml2.change(logout_bindings=("soap",))
    site.connect(pysaml2)
    site.sign_in(browser=visitor)
    assert left_here(site, visitor, sign_out(site, visitor), ENDED)
    assert not is_known(site, pysaml2, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]


def test_nobody_is_asked_where_there_is_no_single_logout(pysaml2, site, visitor):
    pysaml2.change(logout_bindings=())
    site.connect(pysaml2)
    site.sign_in(browser=visitor)
    assert left_here(site, visitor, sign_out(site, visitor), OPEN)
    assert is_known(site, pysaml2, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_OUT]


def test_a_person_signs_out_of_one_browser_of_two(idp, site, visitor, other):
    site.connect(idp)
    site.sign_in(browser=visitor)
    site.sign_in(browser=other)
    page = sign_out(site, visitor)
    assert ENDED in told(page)
    assert (site.who(visitor), site.who(other)["email"]) == (None, "ada@acme.example")
    assert site.sessions() == ["ada@acme.example"]
    assert not is_known(site, idp, visitor)
    assert is_known(site, idp, other)
    assert site.record() == [SIGNED_IN, SIGNED_IN, SIGNED_OUT, ANSWERED]


def test_of_two_session_indexes_the_one_is_ended_that_signed_out(idp, site, visitor):
    """Two sessions here on one there: the Identity Provider asks only other Service Providers."""
    site.connect(idp)
    site.sign_in(browser=visitor)
    other = second_profile(visitor)
    assert site.ask(other).path == DEEP
    sign_out(site, other)
    assert (site.who(visitor)["email"], site.who(other)) == ("ada@acme.example", None)
    assert not is_known(site, idp, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_IN, SIGNED_OUT, ANSWERED]


@pytest.mark.parametrize(
    ("named", "by"), [("simplesaml", "redirect"), ("pysaml2", "redirect"), ("pysaml2", "soap")]
)
def test_the_company_ends_the_other_organisation_of_its_session(named, by, site, visitor, request):
    idp = request.getfixturevalue(named)
    idp.change(logout_by=by)
    site.connect(idp)
    site.connect(idp, "globex")
    site.sign_in("grace", browser=visitor)
    at_globex = second_profile(visitor)
    assert site.ask(at_globex, "grace", "globex").path == DEEP
    page = sign_out(site, visitor)
    assert left_here(site, visitor, page, ENDED)
    assert (site.who(at_globex), site.sessions("globex")) == (None, [])
    assert not is_known(site, idp, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]
    assert site.record("globex") == [SIGNED_IN, ASKED]


def test_a_person_who_keeps_the_other_organisation_is_told_so(simplesaml, site, visitor):
    """SimpleSAMLphp with frames asks first; "only this one" is a success that is partial."""
    simplesaml.change(logout_in_frames=True)
    site.connect(simplesaml)
    site.connect(simplesaml, "globex")
    site.sign_in("grace", browser=visitor)
    at_globex = second_profile(visitor)
    site.ask(at_globex, "grace", "globex")
    page = sign_out(site, visitor)
    assert page.url.startswith(simplesaml.base_url)
    assert left_here(site, visitor, page.submit(number=1), PARTIAL)
    assert site.who(at_globex)["email"] == "grace@globex.example"
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ("logout_response", "partial")]


def test_an_organisation_that_could_not_be_reached_is_told_of(pysaml2, site, visitor):
    """What the other organisation refuses ends nothing there, and the answer here says so."""
    pysaml2.change(logout_by="soap")
    site.connect(pysaml2)
    site.connect(pysaml2, "globex")
    site.sign_in("grace", browser=visitor)
    at_globex = second_profile(visitor)
    site.ask(at_globex, "grace", "globex")
    pysaml2.change(signs_with="b", publishes="ab")
    site.take_metadata(pysaml2)  # of acme alone
    assert left_here(site, visitor, sign_out(site, visitor), PARTIAL)
    assert site.who(at_globex)["email"] == "grace@globex.example"
    assert site.record("globex") == [SIGNED_IN, ("logout_request", "signature_invalid")]


def test_a_refusal_of_the_other_organisation_on_the_way_shows_a_way_on(idp, site, visitor):
    """The browser stands at our refusal then: the session that it asked to end has ended before."""
    site.connect(idp)
    site.connect(idp, "globex")
    site.sign_in("grace", browser=visitor)
    at_globex = second_profile(visitor)
    site.ask(at_globex, "grace", "globex")
    idp.change(signs_with="b", publishes="ab")
    site.take_metadata(idp)  # of acme alone
    page = sign_out(site, visitor)
    assert (page.url.split("?")[0], page.status) == (f"{site.url}/saml/globex/slo", 403)
    assert left_here(site, visitor, page.follow("Sign out here"), OPEN)
    assert site.who(at_globex)["email"] == "grace@globex.example"
    assert site.record() == [SIGNED_IN, SIGNED_OUT]
    assert site.record("globex") == [SIGNED_IN, ("logout_request", "signature_invalid")]


def test_signing_out_works_while_the_key_rolls(idp, site, visitor):
    site.connect(idp)
    site.sign_in(browser=visitor)
    idp.change(signs_with="b", publishes="ab")
    site.take_metadata(idp)
    assert left_here(site, visitor, sign_out(site, visitor), ENDED)
    assert not is_known(site, idp, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"signs_with": "b"}, "signature_invalid"), ({"signs_logout": False}, "not_signed")],
    ids=["unknown-key", "unsigned"],
)
def test_an_answer_that_is_not_to_be_trusted_leaves_nobody_signed_in(
    idp, site, visitor, change, code
):
    """SimpleSAMLphp signs no logout message before somebody sets sign.logout."""
    site.connect(idp)
    site.sign_in(browser=visitor)
    idp.change(**change)
    assert left_here(site, visitor, sign_out(site, visitor), UNSURE)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ("logout_response", code)]


@pytest.mark.parametrize(
    ("named", "said", "code"), [("simplesaml", ENDED, "done"), ("pysaml2", UNSURE, "failed")]
)
def test_a_company_that_ended_its_session_before_does_not_stop_anybody(
    named, said, code, site, visitor, request
):
    """SimpleSAMLphp says Success, our pysaml2 UnknownPrincipal: the page tells what was answered."""
    idp = request.getfixturevalue(named)
    idp.change(signs_logout=False)
    site.connect(idp)
    site.sign_in(browser=visitor)
    visitor.open(idp.logout_url)  # which we refuse
    idp.change(signs_logout=True)
    assert left_here(site, visitor, sign_out(site, visitor), said)
    refused = ("logout_request", "not_signed")
    assert site.record() == [SIGNED_IN, refused, SIGNED_OUT, ("logout_response", code)]


@pytest.mark.parametrize("started", [simplesamlphp, pysaml2_idp])
def test_a_company_login_that_is_switched_off_keeps_nobody_signed_in(
    started, site, visitor, tmp_path
):
    with started(tmp_path) as idp:
        site.connect(idp)
        site.sign_in(browser=visitor)
    with pytest.raises(ConnectionRefusedError):
        sign_out(site, visitor)
    assert left_here(site, visitor, visitor.open(f"{site.url}/logout"), OPEN)
    assert site.record() == [SIGNED_IN, SIGNED_OUT]


def test_an_older_session_of_the_same_browser_is_not_left_behind(simplesaml, site, visitor):
    """SimpleSAMLphp remembers the last SessionIndex of a browser only."""
    site.connect(simplesaml)
    site.sign_in(browser=visitor)
    assert site.sign_in_again(visitor).path == DEEP
    assert site.sessions() == ["ada@acme.example"]
    assert left_here(site, visitor, sign_out(site, visitor), ENDED)
    assert not is_known(site, simplesaml, visitor)
    assert site.record() == [SIGNED_IN, SIGNED_IN, SIGNED_OUT, ANSWERED]
