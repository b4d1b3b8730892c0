"""Ada signs in through her company's login on another site, in a real browser."""

from __future__ import annotations

import pytest
from support.browser import fresh_context
from support.serving import PATIENCE

pytestmark = pytest.mark.browser

DEEP = "/account?week=9"


def press(tab, name):
    tab.get_by_role("button", name=name, exact=True).or_(
        tab.get_by_role("link", name=name, exact=True)
    ).first.click()


def type_email(tab, sites, email="ada@acme.example", return_to=DEEP):
    """Open a page that needs a sign-in, and give the address."""
    tab.goto(sites.service + return_to)
    assert tab.title() == "Sign in · Clientshare"
    tab.fill("#email", email)
    press(tab, "Continue")
    tab.wait_for_url(f"{sites.idp}/sso*")


def type_password(tab, person="ada"):
    tab.check(f"input[value={person}]")
    tab.fill("#password", "demo")
    press(tab, "Sign in")


def sign_in(tab, sites, return_to=DEEP):
    type_email(tab, sites, return_to=return_to)
    type_password(tab)
    tab.wait_for_url(sites.service + return_to)


def open_portal(tab, sites):
    """Sign in at the company's portal, without Clientshare."""
    tab.goto(sites.idp + "/")
    type_password(tab)
    tab.wait_for_url(sites.idp + "/")


def switch(tab, sites, **choices):
    """Set the Identity Provider's switches in this browser."""
    tab.goto(sites.idp + "/switches")
    for name, value in choices.items():
        tab.check(f"[name={name}][value='{value}']" if value else f"[name={name}]")
    tab.locator("main button").first.click()


def headline(tab):
    return tab.text_content("h1").strip().replace("\u2019", "'")


def who(tab, sites):
    tab.goto(sites.service + "/whoami")
    return tab.evaluate("JSON.parse(document.body.innerText).email")


def test_an_email_leads_to_the_company_login_and_back_to_the_deep_link(
    tab, sites, sign_ins, signed_in
):
    sign_in(tab, sites)
    assert "ada@acme.example" in tab.text_content("h1")
    assert sign_ins() == ["done"]
    assert signed_in() == ["ada@acme.example"]


def test_two_tabs_at_once_both_arrive_where_they_were_going(context, tab, sites, sign_ins):
    other = context.new_page()
    type_email(tab, sites, return_to="/account?tab=1")
    type_email(other, sites, return_to="/account?tab=2")
    type_password(tab)
    tab.wait_for_url(sites.service + "/account?tab=1")
    type_password(other)
    other.wait_for_url(sites.service + "/account?tab=2")
    assert sign_ins() == ["done", "done"]
    assert who(tab, sites) == who(other, sites) == "ada@acme.example"


def test_a_portal_tile_signs_in_by_one_restart(tab, sites, sign_ins):
    open_portal(tab, sites)
    tab.fill("#relay_state", "/account?from=portal")
    press(tab, "Open")
    tab.wait_for_url(sites.service + "/account?from=portal")
    assert sign_ins() == ["unsolicited", "done"]


def test_a_portal_tile_signs_in_at_once_where_the_policy_accepts_it(tab, sites, policy, sign_ins):
    policy(unsolicited="accept")
    open_portal(tab, sites)
    tab.fill("#relay_state", "/account?from=portal")
    press(tab, "Open")
    tab.wait_for_url(sites.service + "/account?from=portal")
    assert sign_ins() == ["done"]


def test_a_portal_tile_is_refused_with_the_way_on_where_the_policy_says_so(
    tab, sites, policy, sign_ins, signed_in
):
    policy(unsolicited="refuse")
    open_portal(tab, sites)
    tab.locator("a.tile").click()
    tab.wait_for_url(f"{sites.service}/saml/acme/acs")
    assert headline(tab) == "Please start on our sign-in page"
    assert (sign_ins(), signed_in()) == (["unsolicited_refused"], [])
    press(tab, "Try again")
    tab.wait_for_url(f"{sites.service}/account")
    assert sign_ins() == ["unsolicited_refused", "done"]


@pytest.mark.parametrize(
    ("groups", "code", "told"),
    [
        ("wrong", "not_in_group", "you are not in a group that may come in here"),
        ("absent", "groups_missing", "did not tell us your groups"),
        ("empty", "not_in_group", "you are not in a group that may come in here"),
        ("overage", "groups_overage", "more groups than your company's login can send"),
    ],
)
def test_somebody_outside_the_group_is_told_what_to_do(
    tab, sites, policy, sign_ins, signed_in, groups, code, told
):
    policy(required_groups=("clientshare",))
    switch(tab, sites, groups=groups)
    type_email(tab, sites)
    type_password(tab)
    tab.wait_for_url(f"{sites.service}/saml/acme/acs")
    assert told in tab.text_content("main").replace("\u2019", "'")
    assert (sign_ins(), signed_in()) == ([code], [])
    switch(tab, sites, groups="own")
    tab.goto(f"{sites.service}/saml/acme/login?return_to={DEEP}")
    tab.wait_for_url(sites.service + DEEP)


def test_going_back_to_the_page_that_posts_the_answer_offers_the_way_on(tab, sites, sign_ins):
    switch(tab, sites, pause="")
    type_email(tab, sites)
    type_password(tab)
    press(tab, "Continue")
    tab.wait_for_url(sites.service + DEEP)
    tab.go_back()
    tab.wait_for_url(f"{sites.idp}/answer/*")
    press(tab, "Continue")
    tab.wait_for_url(f"{sites.service}/saml/acme/acs")
    assert headline(tab) == "This sign-in was already used"
    press(tab, "Continue")
    tab.wait_for_url(sites.service + DEEP)
    assert sign_ins() == ["done", "replay"]


def test_going_back_to_the_companys_login_signs_in_anew(tab, sites, sign_ins, signed_in):
    sign_in(tab, sites)
    tab.go_back(wait_until="commit")
    tab.wait_for_url(sites.service + DEEP)
    assert sign_ins() == ["done", "not_ours", "done"]
    assert signed_in() == ["ada@acme.example"]


def test_a_reload_while_the_acs_still_answers_ends_signed_in_once(
    context, tab, sites, sign_ins, signed_in
):
    type_email(tab, sites)
    with sites.holding("/saml/acme/acs") as hold:
        tab.check("input[value=ada]")
        tab.fill("#password", "demo")
        tab.get_by_role("button", name="Sign in", exact=True).click(no_wait_after=True)
        assert hold.reached.wait(PATIENCE)
        context.new_cdp_session(tab).send("Page.reload")
        tab.get_by_role("heading", name="This sign-in was already used", exact=True).wait_for()
    press(tab, "Continue")
    tab.wait_for_url(sites.service + DEEP)
    assert who(tab, sites) == "ada@acme.example"
    assert sign_ins()[:2] == ["done", "replay"]
    assert signed_in() == ["ada@acme.example"]


def test_an_answer_carried_into_another_browser_signs_nobody_in_there(
    browser, tab, sites, sign_ins
):
    switch(tab, sites, pause="")
    type_email(tab, sites)
    type_password(tab)
    tab.wait_for_url(f"{sites.idp}/answer/*")
    with fresh_context(browser) as elsewhere:
        stranger = elsewhere.new_page()
        stranger.goto(tab.url)
        press(stranger, "Continue")
        stranger.wait_for_url(f"{sites.idp}/sso*")
    assert sign_ins() == ["not_ours"]
    press(tab, "Continue")
    tab.wait_for_url(sites.service + DEEP)


@pytest.mark.parametrize("choices", [{"sign": "response"}, {"sign": "both", "encrypt": ""}])
def test_every_way_of_signing_arrives(tab, sites, choices):
    switch(tab, sites, **choices)
    sign_in(tab, sites)


def test_a_company_login_on_a_second_origin_is_reached(tab, sites):
    switch(tab, sites, second_origin="")
    sign_in(tab, sites)


def test_who_presses_cancel_at_the_company_is_told_so_and_may_try_again(tab, sites, sign_ins):
    type_email(tab, sites)
    press(tab, "Cancel")
    tab.wait_for_url(f"{sites.service}/saml/acme/acs")
    assert headline(tab) == "Acme's login did not let you in"
    press(tab, "Try again")
    tab.wait_for_url(f"{sites.idp}/sso*")
    type_password(tab)
    tab.wait_for_url(sites.service + DEEP)
    assert sign_ins() == ["status", "done"]


def test_who_signs_out_is_asked_again(tab, sites, signed_in):
    sign_in(tab, sites)
    press(tab, "Sign out")
    assert headline(tab) == "You are signed out of Clientshare"
    assert signed_in() == []
    tab.goto(sites.service + DEEP)
    assert tab.title() == "Sign in · Clientshare"
