"""A fresh sign-in before sessions end, by forms that end at the company's login."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from support.browser import fresh_context
from support.visitor import Visitor

from sp import clock
from sp.db import db
from sp.sessions.session_table import SessionTable

pytestmark = pytest.mark.browser


def press(tab, name):
    tab.get_by_role("button", name=name).first.click()


def sign_in_there(tab):
    tab.check("input[value=ada]")
    tab.fill("#password", "demo")
    press(tab, "Sign in")


def sign_in(tab, sites):
    tab.goto(f"{sites.service}/saml/acme/login")
    sign_in_there(tab)
    tab.wait_for_url(f"{sites.service}/account")


def long_ago():
    """Let every sign-in there is be older than the page wants it."""
    with db.engine.begin() as connection:
        connection.execute(
            update(SessionTable.__table__).values(authn_instant=clock.now() - timedelta(hours=13))
        )


def test_fresh_sign_in_is_asked_for_once_and_then_all_others_end(browser, tab, sites, signed_in):
    with fresh_context(browser) as elsewhere:
        sign_in(elsewhere.new_page(), sites)
    sign_in(tab, sites)
    assert len(signed_in()) == 2
    long_ago()
    tab.reload()
    assert "You signed in long ago" in tab.inner_text("#sessions")

    press(tab, "Sign out everywhere else")
    tab.wait_for_url(f"{sites.idp}/sso*")
    sign_in_there(tab)  # its own session there is live; ForceAuthn asks all the same
    tab.wait_for_url(f"{sites.service}/account#sessions")
    assert len(signed_in()) == 2

    press(tab, "Sign out everywhere else")
    tab.get_by_text("Only here, in this browser.").wait_for()
    assert signed_in() == ["ada@acme.example"]


def test_one_session_is_ended_by_a_button_that_says_which(browser, tab, sites, signed_in):
    phone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
    )
    with fresh_context(browser, user_agent=phone) as elsewhere:
        sign_in(elsewhere.new_page(), sites)
    sign_in(tab, sites)
    tab.get_by_role("button", name="Sign out there Safari on an iPhone").click()
    tab.get_by_text("Only here, in this browser.").wait_for()
    assert len(signed_in()) == 1


def test_administrator_signs_somebody_out_everywhere_after_signing_in_anew(
    browser, tab, sites, signed_in
):
    with fresh_context(browser) as elsewhere:
        sign_in(elsewhere.new_page(), sites)
    grace = Visitor(tab, sites)
    grace.sign_in("grace")
    grace.press("Who is signed in at Acme")
    assert "2 people are signed in, in 2 browsers." in grace.text
    long_ago()
    grace.press("Sign people out")
    tab.wait_for_url(f"{sites.idp}/sso*")
    grace.sign_in_there("grace")
    tab.wait_for_url(f"{sites.service}/organisation/sessions/end")
    tab.check("#by-person")
    tab.fill("#email", "ada@acme.example")
    grace.press("Continue")
    assert grace.headline == "Sign out everywhere? ada@acme.example"
    grace.press("Sign out everywhere")
    assert grace.headline == "1 session has ended"
    assert signed_in() == ["grace@acme.example"]
