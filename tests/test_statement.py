"""What a statement does to times on their way into the database and out of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, select
from support.assertions import NOW

from sp import db
from sp.accounts import account
from sp.accounts.account_table import AccountTable
from sp.organisations import organisation

pytestmark = pytest.mark.usefixtures("app")

_LATER = db.Statement(
    select(AccountTable.email).where(AccountTable.created_at > bindparam("instant"))
)


def add(at, email="ada@acme.example"):
    def work(tx):
        here = organisation.find(tx, "acme") or organisation.add(
            tx, slug="acme", name="Acme", domains=("acme.example",), at=NOW
        )
        account.add(tx, here.id, email, name="Ada", role="member", origin="staff", at=at)
        return account.find(tx, here.id, email)

    return db.write(work)


def test_an_instant_comes_back_in_utc_whatever_zone_it_was_written_in():
    zone = timezone(timedelta(hours=5, minutes=30))
    found = add(NOW.astimezone(zone)).created_at
    assert found == NOW
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_cannot_be_stored():
    with pytest.raises(ValueError, match="without a zone"):
        add(datetime(2026, 3, 2, 9))  # noqa: DTZ001 - that is what is refused


def test_instants_of_several_zones_are_compared_as_instants():
    add(NOW)
    before = (NOW - timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-8)))
    with db.read() as transaction:
        assert transaction.rows(_LATER, instant=before) == [("ada@acme.example",)]
        assert transaction.rows(_LATER, instant=NOW) == []


def test_no_time_at_all_stays_none():
    assert add(NOW).suspended_at is None
