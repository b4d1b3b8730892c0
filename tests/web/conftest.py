"""Acme, live at the tests' Identity Provider, and Ada, whose browser goes there and back."""

from __future__ import annotations

import pytest
from support.pages import Person, make_live, read

from sp import db
from sp.audit import ledger
from sp.flows import key_rollover, membership
from sp.flows.actor import COMMAND_LINE


@pytest.fixture
def metadata():
    """What acme's metadata says besides; fields of sp.demo.metadata.IdpDescription."""
    return {}


@pytest.fixture
def acme(app, config, clock, quick_keys, metadata):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    return make_live(config, "acme", "acme.example", **metadata)


@pytest.fixture
def ada(acme, client) -> Person:
    return Person(client)


@pytest.fixture
def policy(acme):
    """A function that changes acme's sign-in policy."""

    def change(**changes):
        membership.set_policy("acme", changes, actor=COMMAND_LINE)

    return change


@pytest.fixture
def sign_ins(acme):
    """A function that gives acme's sign-in events: (code, reference), oldest first."""

    def read_events():
        with db.read() as transaction:
            found = ledger.list_events(transaction, "acme", limit=1000)
        found = [event for event in found if event.kind == "sign_in"]
        return [(e.code, e.reference) for e in sorted(found, key=lambda e: e.sequence)]

    return read_events


@pytest.fixture
def post_login(client):
    """A function that fills in the login form as a browser does."""

    def post(email, return_to=None):
        query = {"return_to": return_to} if return_to else {}
        page = read(client.get("/login", query_string=query))
        data = {"email": email, "csrf_token": page.value("csrf_token")} | query
        return client.post("/login", data=data)

    return post
