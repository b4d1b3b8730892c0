"""Sign-ins at real Identity Providers in a real browser, which keeps its own rules of cookies."""

from __future__ import annotations

import pytest
from support.browser import fresh_context
from support.our_site import DEEP
from support.real_idp import PASSWORD

pytestmark = [pytest.mark.identity_providers, pytest.mark.browser]

TWO_MINUTES = 130_000
"""Milliseconds: after 120 s Chromium no longer sends a young cookie along with a cross-site POST."""


def ask(tab, site, idp, slug="acme"):
    """Want a page, type an address, and stand before the company's login."""
    tab.goto(site.url + DEEP)
    tab.fill("#email", f"ada@{slug}.example")
    tab.press("#email", "Enter")
    tab.wait_for_url(f"{idp.base_url}/**")


def type_password(tab, person="ada"):
    tab.fill("[name=username]", person)
    tab.fill("[name=password]", PASSWORD)
    tab.press("[name=password]", "Enter")


def who(tab, site):
    tab.goto(f"{site.url}/whoami")
    return tab.evaluate("JSON.parse(document.body.innerText)")["email"]


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_an_address_leads_to_the_company_login_and_back_to_the_page(idp, site, tab, binding):
    idp.change(bindings=(binding,))
    site.connect(idp)
    ask(tab, site, idp)
    type_password(tab)
    tab.wait_for_url(site.url + DEEP)
    assert who(tab, site) == "ada@acme.example"
    assert site.codes() == ["done"]


def test_a_tile_of_the_portal_leads_to_its_page_by_one_restart(idp, site, tab):
    site.connect(idp)
    tab.goto(site.portal(idp))
    type_password(tab)
    tab.wait_for_url(site.url + DEEP)
    assert who(tab, site) == "ada@acme.example"
    assert site.codes() == ["unsolicited", "done"]


def test_a_session_that_the_company_lost_on_the_way_costs_the_person_nothing(
    simplesaml, site, context, tab
):
    site.connect(simplesaml)
    ask(tab, site, simplesaml)
    context.clear_cookies(domain="idp.localhost")
    type_password(tab)
    tab.wait_for_url("**/loginuserpass.php*spentityid*")  # begun anew, as a portal would
    type_password(tab)
    tab.wait_for_url(site.url + DEEP)
    assert who(tab, site) == "ada@acme.example"
    assert site.codes() == ["unsolicited", "done"]


def test_all_of_it_works_without_scripts(simplesaml, site, browser):
    simplesaml.change(bindings=("post",))
    site.connect(simplesaml)
    with fresh_context(browser, java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(site.url + DEEP)
        tab.fill("#email", "ada@acme.example")
        tab.press("#email", "Enter")
        tab.locator("main button").click()
        type_password(tab)
        tab.locator("form[action$='/acs'] button").click()
        tab.wait_for_url(site.url + DEEP)
    assert site.codes() == ["done"]


def test_two_minutes_at_the_company_login_change_nothing(simplesaml, pysaml2, site, browser):
    site.connect(simplesaml)
    pysaml2.change(bindings=("post",))
    pysaml2.change_person("ada", mail=["ada@globex.example"])
    site.connect(pysaml2, "globex")
    with fresh_context(browser) as one, fresh_context(browser) as other:
        at_acme, at_globex = one.new_page(), other.new_page()
        ask(at_acme, site, simplesaml)
        ask(at_globex, site, pysaml2, "globex")
        at_globex.wait_for_timeout(TWO_MINUTES)
        for tab in (at_acme, at_globex):
            type_password(tab)
            tab.wait_for_url(site.url + DEEP)
        assert who(at_acme, site) == "ada@acme.example"
        assert who(at_globex, site) == "ada@globex.example"
    assert (site.codes("acme"), site.codes("globex")) == (["done"], ["done"])
