"""Sign-outs at real Identity Providers in a real browser: across sites, and in hidden frames."""

from __future__ import annotations

import pytest
from support.browser import fresh_context
from support.our_site import DEEP
from support.real_idp import LEFT, PASSWORD

pytestmark = [pytest.mark.identity_providers, pytest.mark.browser]

SIGNED_IN, SIGNED_OUT = ("sign_in", "done"), ("sign_out", "done")
ANSWERED, ASKED = ("logout_response", "done"), ("logout_request", "done")


@pytest.fixture
def both(simplesaml, site):
    """Two organisations at SimpleSAMLphp with frames."""
    simplesaml.change(logout_in_frames=True)
    site.connect(simplesaml)
    site.connect(simplesaml, "globex")
    return site


def sign_in(tab, site, slug="acme"):
    tab.goto(f"{site.url}/saml/{slug}/login?return_to={DEEP}")
    tab.fill("[name=username]", "grace")
    tab.fill("[name=password]", PASSWORD)
    tab.press("[name=password]", "Enter")
    tab.wait_for_url(site.url + DEEP)


def sign_in_at_both(tab, site):
    """Be signed in at both on one session there; the browser's own cookies are put aside between."""
    sign_in(tab, site)
    aside = tab.context.cookies(site.url)
    tab.context.clear_cookies(domain="sp.localhost")
    tab.goto(f"{site.url}/saml/globex/login?return_to={DEEP}")
    tab.wait_for_url(site.url + DEEP)
    assert (len(site.sessions("acme")), len(site.sessions("globex"))) == (1, 1)
    return aside


def leave(tab, site):
    """Sign out on our page."""
    tab.goto(f"{site.url}/account")
    tab.click("text='Sign out'")


def is_known(tab, site, idp):
    """Whether its portal lets the browser in without a password; afterwards it is signed in here."""
    tab.goto(site.portal(idp))
    return tab.url.startswith(site.url)


def who(tab, site):
    tab.goto(f"{site.url}/whoami")
    return tab.evaluate("JSON.parse(document.body.innerText)").get("email")


def complaints(tab):
    """Note what Chromium says of frames that it blocks, and of everything else that is amiss."""
    said = []
    tab.on(
        "console", lambda message: said.append(message.text) if message.type == "error" else None
    )
    tab.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize("by", ["redirect", "post"])
def test_frames_across_sites_end_both_sessions(simplesaml, both, tab, by):
    """The frames bring no cookie of ours; by POST, its message and our answer post themselves."""
    simplesaml.change(logout_by=by, logout_bindings=(by,))
    both.take_metadata(simplesaml)
    both.take_metadata(simplesaml, "globex")
    aside = sign_in_at_both(tab, both)
    said, framed = complaints(tab), []
    tab.on("request", lambda asked: framed.append(asked) if "/slo" in asked.url else None)
    tab.goto(simplesaml.logout_url)
    tab.click("#logout-all")
    tab.wait_for_url("**/simplesaml/logout.php")
    assert LEFT in tab.inner_text("body")
    assert said == []
    assert {asked.frame == tab.main_frame for asked in framed} == {False}
    assert not any("cookie" in asked.all_headers() for asked in framed)
    assert (both.sessions("acme"), both.sessions("globex")) == ([], [])
    assert who(tab, both) is None
    tab.context.add_cookies(aside)
    assert who(tab, both) is None
    assert not is_known(tab, both, simplesaml)
    assert both.record("acme") == both.record("globex") == [SIGNED_IN, ASKED]


def test_a_sign_out_from_here_comes_back_from_the_frames(simplesaml, both, tab):
    aside = sign_in_at_both(tab, both)
    said = complaints(tab)
    leave(tab, both)
    tab.click("#logout-all")
    tab.wait_for_url(f"{both.url}/logout?**")
    assert "your session there has ended, too" in tab.inner_text("main")
    assert said == []
    assert (both.sessions("acme"), both.sessions("globex")) == ([], [])
    tab.context.add_cookies(aside)
    assert who(tab, both) is None
    assert not is_known(tab, both, simplesaml)
    assert both.record("acme") == [SIGNED_IN, ASKED]
    assert both.record("globex") == [SIGNED_IN, SIGNED_OUT, ANSWERED]


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_a_sign_out_from_here_ends_at_our_page(idp, site, tab, binding):
    idp.change(logout_bindings=(binding,), logout_by=binding)
    site.connect(idp)
    sign_in(tab, site)
    said = complaints(tab)
    leave(tab, site)
    tab.wait_for_url(f"{site.url}/logout?**")
    assert "your session there has ended, too" in tab.inner_text("main")
    assert said == []
    assert site.sessions() == []
    assert who(tab, site) is None
    assert not is_known(tab, site, idp)
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]


def test_a_sign_out_from_here_works_without_scripts(simplesaml, site, browser):
    simplesaml.change(logout_bindings=("post",), logout_by="post")
    site.connect(simplesaml)
    with fresh_context(browser, java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(f"{site.url}/saml/acme/login?return_to={DEEP}")
        tab.fill("[name=username]", "grace")
        tab.fill("[name=password]", PASSWORD)
        tab.press("[name=password]", "Enter")
        tab.locator("form[action$='/acs'] button").click()
        leave(tab, site)
        tab.locator("form[action*='SingleLogoutService'] button").click()
        tab.locator("form[action$='/slo'] button").click()
        tab.wait_for_url(f"{site.url}/logout?**")
        assert "your session there has ended, too" in tab.inner_text("main")
    assert site.sessions() == []
    assert site.record() == [SIGNED_IN, SIGNED_OUT, ANSWERED]


def test_a_session_that_a_frame_cannot_end_is_told_of(simplesaml, both, tab):
    """Globex has not imported the new key: its frame shows our refusal, and no answer comes."""
    sign_in_at_both(tab, both)
    simplesaml.change(signs_with="b", publishes="ab", waits_for_frames=8)
    both.take_metadata(simplesaml)
    tab.goto(simplesaml.logout_url)
    tab.click("#logout-all")
    tab.wait_for_selector("#logout-failed-message", state="visible")
    assert (both.sessions("acme"), both.sessions("globex")) == ([], ["grace@globex.example"])
    assert who(tab, both) == "grace@globex.example"
    assert both.record("acme") == [SIGNED_IN, ASKED]
    assert both.record("globex") == [SIGNED_IN, ("logout_request", "signature_invalid")]
