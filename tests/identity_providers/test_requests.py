"""Our AuthnRequests at Identity Providers that are particular about them."""

from __future__ import annotations

import pytest
from support.our_site import DEEP, sign_in

pytestmark = pytest.mark.identity_providers


def test_an_address_leads_to_the_company_login_and_back_to_the_page(idp, site, visitor):
    site.connect(idp)
    page = site.ask(visitor)
    assert page.url.startswith(idp.base_url)
    page = sign_in(page)
    assert page.path == DEEP
    assert site.who(visitor)["email"] == "ada@acme.example"
    assert site.codes() == ["done"]


def test_a_wrong_password_stays_between_the_person_and_the_company(idp, site, visitor):
    site.connect(idp)
    page = sign_in(site.ask(visitor), password="wrong")
    assert page.url.startswith(idp.base_url)
    assert site.who(visitor) is None
    assert site.codes() == []
    assert sign_in(page).path == DEEP
    assert site.codes() == ["done"]


def test_who_is_signed_in_at_the_company_types_no_password_again(idp, site, visitor):
    site.connect(idp)
    site.sign_in(browser=visitor)
    site.run("session", "revoke", "acme", "--email", "ada@acme.example")  # which tells no company
    assert site.who(visitor) is None
    page = site.ask(visitor)
    assert page.path == DEEP
    assert site.codes() == ["done", "done"]


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_a_request_goes_by_post_where_the_metadata_offers_nothing_else(idp, site, visitor, signed):
    idp.change(bindings=("post",), wants_signed_requests=signed)
    site.connect(idp)
    page = site.ask(visitor)
    assert next(hop[0] for hop in page.hops if hop[1].startswith(idp.base_url)) == "POST"
    assert sign_in(page).path == DEEP


def test_a_request_is_signed_where_the_metadata_wants_it(idp, site):
    idp.change(wants_signed_requests=True)
    site.connect(idp)
    assert site.sign_in().path == DEEP


def test_requests_are_signed_as_our_metadata_says(simplesaml, site):
    simplesaml.change(wants_signed_requests=True)
    site.connect(simplesaml)
    simplesaml.change(wants_signed_requests=False)
    site.introduce(simplesaml)  # now with AuthnRequestsSigned, on which SimpleSAMLphp insists
    assert site.sign_in().path == DEEP


def test_an_unsigned_request_gets_no_login_page_until_the_metadata_is_imported_again(
    idp, site, visitor
):
    site.connect(idp)
    idp.change(wants_signed_requests=True)
    page = site.ask(visitor)
    assert page.url.startswith(idp.base_url)
    assert 'type="password"' not in page.text
    site.take_metadata(idp)
    assert site.sign_in().path == DEEP
