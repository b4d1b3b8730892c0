"""Ada signs out, here or at her company, and both ends are over, in a real browser."""

from __future__ import annotations

import pytest
from lxml import etree
from support.browser import fresh_context
from support.http_browser import HttpBrowser, over_http
from support.visitor import Visitor

from sp.demo.names import MD, REDIRECT
from sp.flows import connection, membership, revocation
from sp.flows.actor import COMMAND_LINE

pytestmark = pytest.mark.browser

SIGNED_OUT = "You are signed out of Clientshare"
AT_THE_COMPANY = "You are signed out of Acme"
WAYS = ("redirect", "post", "frames", "frames-post", "soap")


@pytest.fixture
def ada(tab, sites):
    return Visitor(tab, sites)


@pytest.fixture
def globex(sites):
    """A second organisation at the same company login, where Ada is a guest."""
    membership.add_organisation("globex", "Globex", ["globex.example"], actor=COMMAND_LINE)
    membership.set_policy("globex", {"unsolicited": "accept"}, actor=COMMAND_LINE)
    membership.add_account("globex", "ada@acme.example", actor=COMMAND_LINE)
    take_metadata(sites, "globex")


def take_metadata(sites, slug, *, without=None):
    """Import the company's metadata, `without` a binding for logout, and put it in force."""
    root = etree.fromstring(HttpBrowser(over_http()).open(f"{sites.idp}/metadata").reply.body)
    for each in list(root.iter(f"{{{MD}}}SingleLogoutService")):
        if each.get("Binding") == without:
            each.getparent().remove(each)
    imported = connection.import_metadata(
        sites.config, slug, etree.tostring(root), source="idp.xml", actor=COMMAND_LINE
    )
    connection.go_live(sites.config, slug, imported.number, actor=COMMAND_LINE)


def sign_out_here(visitor):
    visitor.press("Sign out")
    visitor.tab.wait_for_url(f"{visitor.sites.service}/logout*")


def sign_out_there(visitor, way):
    """Press the portal's button, and go on to the page with what each application said."""
    visitor.go_there("/")
    visitor.press("Sign out of Acme")
    if way.startswith("frames"):
        wait_for_the_frame(visitor)
        visitor.press("Continue")
    visitor.tab.wait_for_url(f"{visitor.sites.idp}/logout/*")
    assert visitor.headline == AT_THE_COMPANY


def wait_for_the_frame(visitor):
    """Wait until our answer has arrived in the frame; our page that posts it may be seen before."""
    frame = visitor.tab.frame_locator("iframe")
    frame.get_by_text("Clientshare (acme) signed you out", exact=True).wait_for()


def assert_asked_again(visitor):
    visitor.go("/account")
    assert visitor.headline == "Sign in"
    assert visitor.tab.url.startswith(f"{visitor.sites.service}/login")


def is_signed_in_there(visitor):
    visitor.go_there("/")
    return visitor.headline == "Your applications"


def sessions_of(slug):
    return [view.email for view in revocation.list_sessions(slug)]


def test_signing_out_here_ends_the_session_at_the_company_and_says_so(ada, signed_in):
    ada.sign_in()
    sign_out_here(ada)
    assert ada.headline == SIGNED_OUT
    assert "says that your session there has ended, too" in ada.text
    assert signed_in() == []
    assert not is_signed_in_there(ada)
    assert_asked_again(ada)


def test_it_says_so_as_well_where_our_request_goes_by_post(ada, sites):
    take_metadata(sites, "acme", without=REDIRECT)
    ada.sign_in()
    sign_out_here(ada)
    assert "says that your session there has ended, too" in ada.text
    assert not is_signed_in_there(ada)


@pytest.mark.parametrize("way", WAYS)
def test_signing_out_at_the_company_ends_the_session_here(ada, signed_in, way):
    ada.switch(logout=way)
    ada.sign_in()
    sign_out_there(ada, way)
    assert "Clientshare (acme) signed you out" in ada.text
    assert signed_in() == []
    assert_asked_again(ada)


@pytest.mark.parametrize("way", ["post", "frames-post"])
def test_our_answer_by_a_page_that_posts_itself_arrives_in_a_frame_and_out_of_it(
    ada, sites, signed_in, way
):
    take_metadata(sites, "acme", without=REDIRECT)
    ada.switch(logout=way)
    ada.sign_in()
    sign_out_there(ada, way)
    assert "Clientshare (acme) signed you out" in ada.text
    assert signed_in() == []


def test_a_company_that_never_answers_keeps_nobody_signed_in_here(ada, sites, signed_in):
    ada.switch(slo="silent")
    ada.sign_in()
    ada.press("Sign out")
    assert ada.headline == "Acme keeps you here"
    assert signed_in() == []
    with ada.tab.expect_navigation():
        ada.tab.go_back()
    assert ada.tab.url.startswith(f"{sites.service}/login")
    assert ada.headline == "Sign in"
    ada.go("/logout")
    assert ada.headline == SIGNED_OUT
    assert "may still be open" in ada.text


def test_a_company_that_refuses_is_told_of_on_the_page(ada, signed_in):
    ada.switch(slo="refuse")
    ada.sign_in()
    sign_out_here(ada)
    assert ada.headline == SIGNED_OUT
    assert "did not confirm that your session there has ended" in ada.text
    assert signed_in() == []
    assert_asked_again(ada)
    assert is_signed_in_there(ada)


@pytest.mark.parametrize("way", ["redirect", "frames-post"])
def test_signing_out_of_one_organisation_ends_the_other_of_the_same_company_session(
    ada, globex, signed_in, way
):
    ada.switch(logout=way)
    ada.sign_in()
    ada.go_there("/tile/globex")
    ada.tab.wait_for_url("**/account")
    assert (signed_in(), sessions_of("globex")) == (["ada@acme.example"], ["ada@acme.example"])
    ada.press("Sign out")
    if way.startswith("frames"):
        wait_for_the_frame(ada)
        ada.press("Continue")
    ada.tab.wait_for_url("**/logout*")
    assert ada.headline == SIGNED_OUT
    assert "Globex's login says that your session there has ended, too" in ada.text
    assert (signed_in(), sessions_of("globex")) == ([], [])


def test_signing_out_in_one_browser_leaves_the_other_alone(browser, ada, sites, signed_in):
    ada.sign_in()
    with fresh_context(browser) as elsewhere:
        at_home = Visitor(elsewhere.new_page(), sites)
        at_home.sign_in()
        sign_out_here(ada)
        assert signed_in() == ["ada@acme.example"]
        at_home.go("/account")
        assert "ada@acme.example" in at_home.headline
        assert is_signed_in_there(at_home)
    assert not is_signed_in_there(ada)


def test_signing_out_at_the_company_in_one_browser_leaves_the_other_alone(
    browser, ada, sites, signed_in
):
    ada.sign_in()
    with fresh_context(browser) as elsewhere:
        at_home = Visitor(elsewhere.new_page(), sites)
        at_home.sign_in()
        sign_out_there(ada, "redirect")
        assert signed_in() == ["ada@acme.example"]
        at_home.go("/account")
        assert "ada@acme.example" in at_home.headline
