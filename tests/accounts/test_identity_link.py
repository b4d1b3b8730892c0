"""A link ties one identity to one account, each way once."""

from __future__ import annotations

import pytest
from support.assertions import IDP_ENTITY_ID, NOW

from sp import db
from sp.accounts import identity_link

OTHER_IDP = "https://other.example.com/saml"


def link(place, person, *, idp=IDP_ENTITY_ID, source="nameid", value="a1d4"):
    db.write(
        lambda tx: identity_link.add(
            tx, place.here.id, person.id, idp_entity_id=idp, source=source, value=value, at=NOW
        )
    )


def find(place, *, idp=IDP_ENTITY_ID, source="nameid", value="a1d4"):
    with db.read() as transaction:
        found = identity_link.find(transaction, place.here.id, idp, source, value)
        return found and found.id


def broken_key():
    return pytest.raises(db.db.engine.dialect.loaded_dbapi.IntegrityError)


def test_an_identity_is_found_by_all_four_of_its_parts(acme, globex):
    ada = acme.add("ada@acme.example")
    link(acme, ada)
    assert find(acme) == ada.id
    assert find(globex) is None
    assert find(acme, idp=OTHER_IDP) is None
    assert find(acme, source="attribute:id") is None
    assert find(acme, value="A1d4") is None


def test_the_parts_cannot_be_shifted_into_each_other(acme):
    link(acme, acme.add("ada@acme.example"), source="attribute:a", value="bc")
    assert find(acme, source="attribute:ab", value="c") is None
    assert find(acme, source="attribute:", value="abc") is None


def test_the_same_identity_at_two_organisations_is_two_people(acme, globex):
    ada, other = acme.add("ada@acme.example"), globex.add("ada@acme.example")
    link(acme, ada)
    link(globex, other)
    assert (find(acme), find(globex)) == (ada.id, other.id)


def test_an_identity_belongs_to_one_account(acme):
    link(acme, acme.add("ada@acme.example"))
    grace = acme.add("grace@acme.example")
    with broken_key():
        link(acme, grace)


def test_an_account_has_one_value_per_source_and_identity_provider(acme):
    ada = acme.add("ada@acme.example")
    link(acme, ada)
    with broken_key():
        link(acme, ada, value="b2")
    link(acme, ada, value="b2", source="attribute:id")
    link(acme, ada, value="b2", idp=OTHER_IDP)
    with db.read() as transaction:
        assert identity_link.values_of(transaction, ada.id, IDP_ENTITY_ID) == {
            "nameid": "a1d4",
            "attribute:id": "b2",
        }


def test_forgetting_takes_every_link_of_one_account(acme):
    ada, grace = acme.add("ada@acme.example"), acme.add("grace@acme.example")
    link(acme, ada)
    link(acme, ada, source="attribute:id")
    link(acme, grace, value="g1")
    assert db.write(lambda tx: identity_link.forget(tx, ada.id)) == 2
    assert db.write(lambda tx: identity_link.forget(tx, ada.id)) == 0
    assert (find(acme), find(acme, value="g1")) == (None, grace.id)
    link(acme, ada, value="b2")


def test_the_longest_entity_id_and_value_fit_any_database(acme):
    ada = acme.add("ada@acme.example")
    entity_id, value = "\U0001f469" * 1024, "\U0001f52c" * 1024
    link(acme, ada, idp=entity_id, value=value)
    assert find(acme, idp=entity_id, value=value) == ada.id
