"""A fresh sign-in where the company still knows the person.

The pages around pysaml2 are the tests' own and know no ForceAuthn: they are an Identity Provider
that does not do what it is asked.
"""

from __future__ import annotations

import pytest
from support.our_site import DEEP, sign_in

pytestmark = pytest.mark.identity_providers

START = f"/saml/acme/login?return_to={DEEP}&fresh=1"
MFA = "https://refeds.org/profile/mfa"


def test_who_is_signed_in_at_the_company_types_the_password_again(simplesaml, site, visitor):
    site.connect(simplesaml)
    site.sign_in(browser=visitor)
    before = site.who(visitor)
    page = visitor.open(site.url + START)
    assert page.url.startswith(simplesaml.base_url)
    assert 'type="password"' in page.text
    assert sign_in(page).path == DEEP
    after = site.who(visitor)
    assert after["authn_instant"] >= before["authn_instant"]
    assert after["email"] == before["email"]
    assert site.codes() == ["done", "done"]


def test_context_that_the_company_gives_anyway_is_given_when_it_is_asked_for(
    simplesaml, site, visitor
):
    site.connect(simplesaml)
    site.sign_in(browser=visitor)
    context = site.who(visitor)["authn_context"]
    page = visitor.open(f"{site.url}{START}&context={context}")
    assert sign_in(page).path == DEEP
    assert site.who(visitor)["authn_context"] == context


def test_context_that_the_company_cannot_give_lets_nobody_in(idp, site, visitor):
    site.connect(idp)
    site.sign_in(browser=visitor)
    before = site.who(visitor)
    page = visitor.open(f"{site.url}{START}&context={MFA}")
    if page.url.startswith(idp.base_url) and 'type="password"' in page.text:
        page = sign_in(page)
    assert page.status != 200 or page.path != DEEP
    assert site.codes()[0] == "done"
    assert "done" not in site.codes()[1:]
    assert site.who(visitor) == before
