"""Where an address signs in: a verified domain decides alone, then accounts, then nothing."""

from __future__ import annotations

import pytest
from support.assertions import NOW

from sp import db
from sp.accounts import account, realm
from sp.errors import BadInputError
from sp.organisations import organisation
from sp.organisations.organisation import RevisionRow


def ask(email):
    with db.read() as transaction:
        found = realm.realm(transaction, email)
    return found.kind, [each.slug for each in found.organisations]


@pytest.fixture
def live_acme(acme):
    here = acme.here
    row = RevisionRow(
        organisation_id=here.id,
        number=1,
        digest="d" * 64,
        idp_entity_id="https://idp.example.com/saml",
        created_at=NOW,
        provider="general",
        source="idp.xml",
    )
    db.write(lambda tx: organisation.add_revision(tx, row))
    db.write(lambda tx: organisation.set_live(tx, here.id, 1))
    return acme


def test_an_address_in_a_verified_domain_goes_to_the_company_login(live_acme):
    assert ask("Ada@ACME.example") == ("sso", ["acme"])
    assert ask("anybody@acme-labs.example") == ("sso", ["acme"])


@pytest.mark.parametrize(
    ("sign_in", "kind"), [("password", "password"), ("optional", "sso"), ("required", "sso")]
)
def test_the_sign_in_rule_decides_how(live_acme, sign_in, kind):
    live_acme.set(sign_in=sign_in)
    assert ask("ada@acme.example") == (kind, ["acme"])


@pytest.mark.parametrize(("sign_in", "kind"), [("optional", "password"), ("required", "sso")])
def test_before_the_identity_provider_is_live_only_a_demand_leads_there(acme, sign_in, kind):
    acme.set(sign_in=sign_in)
    assert ask("ada@acme.example") == (kind, ["acme"])


def test_nobody_captures_another_companys_people_by_listing_them_as_guests(live_acme, globex):
    globex.set(sign_in="required")
    globex.add("ada@acme.example")
    assert ask("ada@acme.example") == ("sso", ["acme"])


def test_a_guest_with_an_address_that_nobody_verified_goes_where_the_account_is(live_acme):
    live_acme.add("freelance@home.example")
    assert ask("freelance@home.example") == ("sso", ["acme"])


def test_somebody_with_accounts_at_several_organisations_chooses(live_acme, globex):
    for place in (live_acme, globex):
        place.add("freelance@home.example")
    assert ask("freelance@home.example") == ("choose", ["acme", "globex"])


def test_a_suspended_person_is_still_shown_the_way(live_acme):
    guest = live_acme.add("freelance@home.example")
    db.write(lambda tx: account.suspend(tx, guest.id, NOW))
    assert ask("freelance@home.example") == ("sso", ["acme"])


@pytest.mark.parametrize("email", ["x@home.example", "x@mail.acme.example", "x@xacme.example"])
def test_an_address_that_nobody_knows_gets_no_organisation(live_acme, email):
    assert ask(email) == ("unknown", [])


@pytest.mark.parametrize("email", ["", "ada", "ada@acme.example, grace@acme.example", "a\x00@b.c"])
def test_what_is_not_an_address_is_refused(live_acme, email):
    with pytest.raises(BadInputError):
        ask(email)


def test_the_realm_holds_the_address_as_it_is_stored(live_acme):
    with db.read() as transaction:
        assert realm.realm(transaction, " Ada@ACME.example ").email == "ada@acme.example"
