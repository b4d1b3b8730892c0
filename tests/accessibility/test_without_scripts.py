"""Whoever has JavaScript switched off signs in all the same: each page that posts has a button."""

from __future__ import annotations

import pytest
from support.browser import fresh_context
from support.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def visitor(browser, sites):
    with fresh_context(browser, java_script_enabled=False) as context:
        yield Visitor(context.new_page(), sites)


def test_scripts_are_really_off(visitor):
    visitor.tab.goto(
        "data:text/html,<h1>off</h1><script>document.querySelector('h1').innerText = 'on'</script>"
    )
    assert visitor.tab.text_content("h1") == "off"


def test_from_the_address_to_the_account_and_out_again(visitor, sites):
    visitor.go("/account?week=9")
    visitor.tab.fill("#email", "ada@acme.example")
    visitor.press("Continue")
    visitor.sign_in_there("ada")
    assert visitor.tab.url.startswith(f"{sites.idp}/answer/")
    visitor.press("Continue")
    assert visitor.tab.url == f"{sites.service}/account?week=9"
    assert "ada@acme.example" in visitor.tab.text_content("h1")
    visitor.press("Sign out")
    assert visitor.tab.text_content("h1") == "You are signed out of Clientshare"


def test_the_request_that_is_posted_has_a_button_as_well(visitor, sites):
    visitor.go("/saml/globex/login?return_to=/account?week=9")
    visitor.press("Continue to Globex")
    visitor.sign_in_there("ada")
    visitor.press("Continue")
    assert visitor.tab.url == f"{sites.service}/account?week=9"
    assert "Globex" in visitor.tab.text_content("main")


def test_a_portal_tile_arrives_by_one_restart(visitor, sites):
    visitor.go_there("/")
    visitor.sign_in_there("ada")
    visitor.tab.locator("a.tile").click()
    visitor.press("Continue")  # the answer that nobody asked for
    assert visitor.tab.url.startswith(f"{sites.idp}/answer/")
    visitor.press("Continue")  # the answer to our own request
    assert visitor.tab.url == f"{sites.service}/account"


def test_an_address_is_corrected_and_an_expired_form_sent_again(visitor, sites):
    visitor.type_email("ada")
    assert visitor.tab.input_value("#email") == "ada"
    visitor.tab.fill("#email", "ada@acme.example")
    visitor.tab.context.clear_cookies()
    visitor.press("Continue")
    assert visitor.tab.input_value("#email") == "ada@acme.example"
    visitor.press("Continue")
    assert visitor.tab.url.startswith(f"{sites.idp}/sso")
