"""An account is one person at one organisation; an address is taken once there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.assertions import NOW

from sp import db
from sp.accounts import account
from sp.errors import BadInputError

EMAIL = "ada@acme.example"


def test_an_account_is_found_as_it_was_made(acme):
    made = acme.add(EMAIL, name="Ada", role="admin")
    assert (made.email, made.name, made.role, made.origin) == (EMAIL, "Ada", "admin", "staff")
    assert (made.suspended_at, made.created_at) == (None, NOW)
    assert acme.find(EMAIL) == made
    with db.read() as transaction:
        assert account.find_by_id(transaction, made.id) == made
        assert account.find_by_id(transaction, 4711) is None


def test_an_address_is_taken_once_at_an_organisation_and_free_at_another(acme, globex):
    first = acme.add(EMAIL)
    assert acme.add(EMAIL) is None
    other = globex.add(EMAIL)
    assert other.id != first.id
    assert acme.people == [first]
    with db.read() as transaction:
        assert account.list_organisations(transaction, EMAIL) == [acme.here.id, globex.here.id]


def test_making_a_taken_address_breaks_the_unique_key(acme):
    acme.add(EMAIL)
    with pytest.raises(db.db.engine.dialect.loaded_dbapi.IntegrityError):
        db.write(
            lambda tx: account.make(
                tx, acme.here.id, EMAIL, name="", role="member", origin="sign_on", at=NOW
            )
        )


def test_people_are_listed_by_address(acme):
    for email in ("grace@acme.example", EMAIL):
        acme.add(email)
    assert [each.email for each in acme.people] == [EMAIL, "grace@acme.example"]


def test_suspending_and_restoring_happen_once_each(acme):
    ada = acme.add(EMAIL)
    later = NOW + timedelta(hours=1)
    assert db.write(lambda tx: account.suspend(tx, ada.id, NOW)) is True
    assert db.write(lambda tx: account.suspend(tx, ada.id, later)) is False
    assert acme.find(EMAIL) == ada._replace(suspended_at=NOW)
    assert db.write(lambda tx: account.restore(tx, ada.id)) is True
    assert db.write(lambda tx: account.restore(tx, ada.id)) is False
    assert acme.find(EMAIL) == ada


def test_address_and_name_change_for_one_person_only(acme):
    ada, grace = acme.add(EMAIL), acme.add("grace@acme.example")
    db.write(lambda tx: account.set_email(tx, ada.id, "countess@acme.example"))
    db.write(lambda tx: account.set_name(tx, ada.id, "Ada"))
    assert acme.people == [ada._replace(email="countess@acme.example", name="Ada"), grace]


@pytest.mark.parametrize(("role", "origin"), [("owner", "staff"), ("member", "nowhere")])
def test_a_role_or_origin_that_does_not_exist_is_refused(acme, role, origin):
    with pytest.raises(BadInputError):
        acme.add(EMAIL, role=role, origin=origin)
    assert acme.people == []


@pytest.mark.parametrize("name", ["A\x00da", "A\ud800da", "a" * 1025])
def test_a_name_that_cannot_be_stored_is_refused(acme, name):
    with pytest.raises(BadInputError) as caught:
        acme.add(EMAIL, name=name)
    assert caught.value.code == "bad_name"
    ada = acme.add(EMAIL)
    with pytest.raises(BadInputError):
        db.write(lambda tx: account.set_name(tx, ada.id, name))


def test_a_name_of_256_characters_of_any_unicode_survives(acme):
    name = ("\u05d0\u0301\U0001f469\u200d\U0001f52c<&\"'\\" * 32)[:256]
    acme.add(EMAIL, name=name)
    assert acme.find(EMAIL).name == name


@pytest.mark.parametrize(
    ("origin", "invited"), [("staff", True), ("invitation", True), ("sign_on", False)]
)
def test_only_people_that_somebody_listed_are_guests(acme, origin, invited):
    assert acme.add(EMAIL, origin=origin).was_invited is invited
