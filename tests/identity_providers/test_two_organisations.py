"""Two organisations at one Identity Provider: nothing of one is ever good at the other."""

from __future__ import annotations

import pytest
from support.our_site import sign_in

pytestmark = pytest.mark.identity_providers


@pytest.fixture
def both(idp, site):
    site.connect(idp)
    site.connect(idp, "globex")
    return site


def test_one_person_of_the_company_is_somebody_else_in_each_organisation(both, visitor):
    both.sign_in("grace", browser=visitor)
    assert both.who(visitor)["organisation"] == "acme"
    both.sign_in("grace", "globex")
    assert both.people("acme") == [("grace@acme.example", "Grace Hopper")]
    assert both.people("globex") == [("grace@globex.example", "Grace Hopper")]
    assert (both.codes("acme"), both.codes("globex")) == (["done"], ["done"])


def test_somebody_of_one_organisation_does_not_come_into_the_other(both, visitor):
    both.sign_in(browser=visitor)
    page = visitor.open(f"{both.url}/saml/globex/login")
    assert page.status == 403
    assert both.codes("globex") == ["email_outside_domains"]
    assert both.who(visitor)["organisation"] == "acme"
    assert both.people("globex") == []


def test_an_answer_for_one_organisation_opens_nothing_at_the_other(both, visitor):
    page = sign_in(both.ask(visitor, "grace"), "grace", hold="SAMLResponse")
    form = page.form()
    elsewhere = form.action.replace("/saml/acme/", "/saml/globex/")
    answered = visitor.go("POST", elsewhere, form.fields, initiator=page.url)
    assert answered.status == 403
    assert both.who(visitor) is None
    assert both.codes("globex") == ["destination"]
    page.deliver()
    assert both.who(visitor)["organisation"] == "acme"
