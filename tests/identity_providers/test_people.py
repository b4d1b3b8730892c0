"""Who somebody is, by what a real Identity Provider tells of them."""

from __future__ import annotations

import pytest
from lxml import html
from support.our_site import DEEP, told

from sp.saml import urn

pytestmark = pytest.mark.identity_providers

SUBJECT_ID = "attribute:urn:oasis:names:tc:SAML:attribute:subject-id"
ADA = ("ada@acme.example", "Ada Lovelace")


@pytest.mark.parametrize("name_id", ["persistent", "email", "unspecified"])
def test_somebody_is_known_again_by_their_name_id(idp, site, name_id):
    idp.change(name_id=name_id)
    site.connect(idp)
    site.sign_in()
    site.sign_in()
    first, second = site.events()
    assert (first.code, second.code) == ("done", "done")
    assert first.account_id == second.account_id
    [[source, value]] = second.detail["identity"]["identifiers"]
    assert source == "nameid"
    readable = {"email": "ada@acme.example", "unspecified": "ada"}
    assert value == readable.get(name_id, value)
    assert site.people() == [ADA]


def test_a_transient_name_id_alone_names_nobody(idp, site, visitor):
    idp.change(name_id="transient")
    site.connect(idp)
    assert site.sign_in(browser=visitor).status == 403
    assert site.who(visitor) is None
    assert site.codes() == ["no_identifier"]
    assert site.people() == []


def test_a_subject_id_names_somebody_whose_name_id_is_transient(idp, site):
    idp.change(name_id="transient")
    idp.change_person("ada", **{"subject-id": ["ada-1815@acme.example"]})
    site.connect(idp)
    site.sign_in()
    assert site.sign_in().path == DEEP
    [[source, value]] = site.events()[1].detail["identity"]["identifiers"]
    assert (source, value) == (SUBJECT_ID, "ada-1815@acme.example")
    assert site.people() == [ADA]


def test_an_account_follows_the_address_that_the_company_changed(idp, site):
    site.connect(idp)
    site.sign_in()
    idp.change_person("ada", mail=["ada.king@acme.example"])
    assert site.sign_in().path == DEEP
    assert site.people() == [("ada.king@acme.example", "Ada Lovelace")]


def test_of_two_addresses_the_one_in_our_domain_counts(idp, site, visitor):
    site.connect(idp)
    assert site.sign_in("grace", browser=visitor).path == DEEP
    assert site.who(visitor)["email"] == "grace@acme.example"
    assert site.people() == [("grace@acme.example", "Grace Hopper")]


def test_somebody_without_an_address_does_not_get_an_account(idp, site, visitor):
    site.connect(idp)
    page = site.sign_in("nobody", browser=visitor)
    assert page.status == 403
    assert "did not send an e-mail address" in told(page)
    assert site.who(visitor) is None
    assert site.codes() == ["no_email"]
    assert site.people() == []


def test_somebody_who_lost_their_address_keeps_their_account(idp, site, visitor):
    site.connect(idp)
    site.sign_in()
    idp.change_person("ada", mail=None)
    assert site.sign_in(browser=visitor).path == DEEP
    assert site.who(visitor)["email"] == "ada@acme.example"
    assert site.events()[1].detail["notes"] == ["email_missing"]


@pytest.mark.parametrize(
    ("person", "name"), [("conor", "Conor O'Brien & <Sons>"), ("anders", "Anders Ångström")]
)
@pytest.mark.parametrize("encryption", [None, urn.AES256_CBC], ids=["plain", "encrypted"])
def test_a_name_arrives_unharmed(idp, site, person, name, encryption):
    idp.change(encryption=encryption)
    site.connect(idp)
    page = site.sign_in(person)
    assert site.people() == [(f"{person}@acme.example", name)]
    facts = html.fromstring(page.reply.body).iterfind(".//dl[@class='facts']//dd")
    assert next(facts).text_content() == name
