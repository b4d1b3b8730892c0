"""The session that a browser has at its company's login, seen from outside.

sign_out(site, browser)             # at our page; gives the page at its end
is_known(site, idp, browser)        # whether the Identity Provider asks it for no password
other = second_profile(browser)     # shares the session there, and has nothing of ours
"""

from __future__ import annotations

from support.http_browser import HttpBrowser


def sign_out(site, browser):
    return browser.open(f"{site.url}/account").submit(button="Sign out")


def is_known(site, idp, browser, slug="acme"):
    """Ask for a sign-in that starts at the Identity Provider, and do not deliver its answer."""
    page = browser.open(site.portal(idp, slug=slug), hold="SAMLResponse")
    assert page.url.startswith(idp.base_url)
    assert page.status == 200, page.text
    answered = "SAMLResponse" in page.form().fields
    assert answered or 'type="password"' in page.text
    return answered


def second_profile(browser):
    """Return a browser with the cookies of the Identity Provider alone, as after ours were cleared."""
    other = HttpBrowser(browser.transport)
    kept = browser.jar.kept.items()
    other.jar.kept = {key: value for key, value in kept if key[0] == "idp.localhost"}
    return other
