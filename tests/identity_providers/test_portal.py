"""Sign-ins that start at the Identity Provider, and those that it believes to start there."""

from __future__ import annotations

import pytest
from support.our_site import DEEP, sign_in, told

pytestmark = pytest.mark.identity_providers

UNSOLICITED = {"restart": ["unsolicited", "done"], "accept": ["done"]}


@pytest.mark.parametrize("policy", ["restart", "accept"])
def test_a_tile_of_the_portal_leads_to_its_page(idp, site, visitor, policy):
    site.connect(idp, unsolicited=policy)
    page = sign_in(visitor.open(site.portal(idp)))
    assert page.url == site.url + DEEP
    assert site.who(visitor)["email"] == "ada@acme.example"
    assert site.codes() == UNSOLICITED[policy]


def test_a_tile_is_refused_with_a_way_on_where_the_policy_says_so(idp, site, visitor):
    site.connect(idp, unsolicited="refuse")
    page = sign_in(visitor.open(site.portal(idp)))
    assert page.status == 403
    assert "start on our sign-in page" in told(page)
    assert site.who(visitor) is None
    assert page.follow("Try again").url == site.url + DEEP
    assert site.codes() == ["unsolicited_refused", "done"]


@pytest.mark.parametrize("policy", ["restart", "accept"])
def test_a_tile_leads_nowhere_but_to_us(idp, site, visitor, policy):
    site.connect(idp, unsolicited=policy)
    page = sign_in(visitor.open(site.portal(idp, "https://elsewhere.example/account")))
    assert page.url == f"{site.url}/account"


@pytest.mark.parametrize("policy", ["restart", "accept"])
def test_a_session_that_the_company_lost_on_the_way_costs_the_person_nothing(
    simplesaml, site, visitor, policy
):
    site.connect(simplesaml, unsolicited=policy)
    page = lose_session(site, visitor)
    assert sign_in(page).url == site.url + DEEP
    assert site.who(visitor)["email"] == "ada@acme.example"
    assert site.codes() == UNSOLICITED[policy]


def test_a_session_that_the_company_lost_is_begun_anew_by_a_button_where_it_is_refused(
    simplesaml, site, visitor
):
    site.connect(simplesaml, unsolicited="refuse")
    page = sign_in(lose_session(site, visitor))
    assert page.status == 403
    assert page.follow("Try again").url == site.url + DEEP
    assert site.codes() == ["unsolicited_refused", "done"]


def lose_session(site, visitor):
    """Stand before the login, be forgotten by it, and stand before it again: without our request."""
    page = site.ask(visitor)
    for key in [each for each in visitor.jar.kept if each[0] == "idp.localhost"]:
        del visitor.jar.kept[key]
    page = sign_in(page)
    assert page.url.startswith("http://idp.localhost")
    return page
