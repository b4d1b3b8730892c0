"""The whole way by keyboard: no mouse is touched, and where the keyboard is can always be seen."""

from __future__ import annotations

import pytest
from support.sight import focused, type_email

pytestmark = pytest.mark.browser

FAR = 12


def press_to(tab, name):
    """Press Tab until the keyboard is there; every stop on the way must be seen."""
    for _ in range(FAR):
        tab.keyboard.press("Tab")
        here = focused(tab)
        if here is None:
            continue  # between the last stop of the page and its first
        assert here.faults == "", here
        if here.name == name:
            return
    raise AssertionError(f"no Tab stop is named {name}")


def press_enter(tab):
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


def sign_in_there(tab, sites):
    tab.wait_for_url(f"{sites.idp}/sso*")
    press_to(tab, "input Ada Lovelace ada@acme.example")
    tab.keyboard.press("Space")
    press_to(tab, "input Password")
    tab.keyboard.type("demo")
    press_enter(tab)


def headline(tab):
    return " ".join(tab.text_content("h1").split())


def test_from_the_address_to_the_account_and_out_again(tab, sites):
    tab.goto(f"{sites.service}/account?week=9")
    type_email(tab, "ada@acme.example")
    press_enter(tab)
    sign_in_there(tab, sites)
    tab.wait_for_url(f"{sites.service}/account?week=9")
    assert headline(tab) == "You are signed in as ada@acme.example"
    press_to(tab, "button Sign out")
    press_enter(tab)
    assert headline(tab) == "You are signed out of Clientshare"
    press_to(tab, "a Sign in again")
    press_enter(tab)
    type_email(tab, "grace@acme.example")


def test_arrows_choose_among_the_people_at_the_company(tab, sites):
    tab.goto(f"{sites.service}/saml/acme/login")
    press_to(tab, "input Ada Lovelace ada@acme.example")
    tab.keyboard.press("ArrowDown")
    assert focused(tab).name == "input Grace Hopper grace@acme.example"
    press_to(tab, "input Password")
    tab.keyboard.type("demo")
    press_to(tab, "button Sign in")
    press_enter(tab)
    tab.wait_for_url(f"{sites.service}/account")
    assert headline(tab) == "You are signed in as grace@acme.example"


def test_a_mistyped_address_is_corrected_where_the_keyboard_already_is(tab, sites):
    tab.goto(f"{sites.service}/login")
    type_email(tab, "ada")
    press_enter(tab)
    assert tab.title().startswith("Error: ")
    type_email(tab, "@acme.example")
    press_enter(tab)
    tab.wait_for_url(f"{sites.idp}/sso*")


def test_the_error_on_top_leads_to_the_field(tab, sites):
    tab.goto(f"{sites.service}/login")
    type_email(tab, "ada")
    press_enter(tab)
    press_to(tab, "a Please give one e-mail address, such as ada@acme.example, and nothing else.")
    tab.keyboard.press("Enter")
    assert focused(tab).name == "input Work e-mail"


def test_somebody_at_several_organisations_chooses_and_passes_the_page_that_posts(tab, sites):
    tab.route("**/leave.js", lambda route: route.abort())
    tab.goto(f"{sites.service}/login")
    type_email(tab, "guest@partner.example")
    press_enter(tab)
    press_to(tab, "a Globex")
    press_enter(tab)
    assert headline(tab) == "Taking you to Globex\u2019s sign-in page\u2026"
    press_to(tab, "button Continue to Globex")
    press_enter(tab)
    sign_in_there(tab, sites)
    tab.wait_for_url(f"{sites.service}/account")
    assert "Globex" in tab.text_content("main")


def test_who_cancels_at_the_company_may_try_again(tab, sites):
    tab.goto(f"{sites.service}/saml/acme/login")
    press_to(tab, "button Cancel")
    press_enter(tab)
    tab.wait_for_url(f"{sites.service}/saml/acme/acs")
    press_to(tab, "a Try again")
    press_enter(tab)
    sign_in_there(tab, sites)
    tab.wait_for_url(f"{sites.service}/account")


def test_the_first_stop_leads_past_the_top_of_the_page(tab, sites):
    tab.goto(f"{sites.service}/saml/acme/acs")
    press_to(tab, "a Skip to the page")
    tab.keyboard.press("Enter")
    press_to(tab, "a Go to sign-in")
