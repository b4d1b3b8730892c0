"""Two organisations, acme and globex, and short ways to their people."""

from __future__ import annotations

import pytest
from support.assertions import NOW

from sp import db
from sp.accounts import account
from sp.organisations import organisation


class Place:
    """One organisation as it is now, and its people."""

    def __init__(self, slug, *domains):
        self.slug = slug
        db.write(
            lambda tx: organisation.add(tx, slug=slug, name=slug.title(), domains=domains, at=NOW)
        )

    @property
    def here(self):
        with db.read() as transaction:
            return organisation.find(transaction, self.slug)

    @property
    def people(self):
        with db.read() as transaction:
            return account.list_for(transaction, self.here.id)

    def set(self, **changes):
        db.write(lambda tx: organisation.set_policy(tx, self.here.id, changes))

    def add(self, email, *, origin="staff", name="", role="member"):
        return db.write(
            lambda tx: account.add(
                tx, self.here.id, email, name=name, role=role, origin=origin, at=NOW
            )
        )

    def find(self, email):
        with db.read() as transaction:
            return account.find(transaction, self.here.id, email)


@pytest.fixture
def acme(app):
    return Place("acme", "acme.example", "acme-labs.example")


@pytest.fixture
def globex(app):
    return Place("globex", "globex.example")
