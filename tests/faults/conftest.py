"""Acme, live at the tests' Identity Provider, Ada's browser, and a way to die at every point."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select
from support import crashes
from support.deployments import Deployment
from support.pages import Person, make_live

from sp import key_files
from sp.audit import events, ledger
from sp.db import db
from sp.db import read as read_transaction
from sp.flows import key_rollover
from sp.flows.actor import COMMAND_LINE
from sp.organisations import organisation


@pytest.fixture
def warm_keys(config, clock, quick_keys):
    """Our key pairs are made here once, and not by every child."""
    for _ in range(2):
        key_files.make_pair(clock.now(), urlsplit(config.base_url).hostname)


@pytest.fixture
def acme_without_keys(app, config, warm_keys):
    """Acme as an operator has it who makes the keys last."""
    return make_live(config, "acme", "acme.example")


@pytest.fixture
def acme(acme_without_keys, config):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    return acme_without_keys


@pytest.fixture
def ada(acme, client) -> Person:
    return Person(client)


@pytest.fixture
def sign_in_afresh(app):
    """A function that signs Ada in with a new browser; her account is the only one there is."""

    def sign_in():
        person = Person(app.test_client())
        person.start(return_to="/reports")
        answer = person.answer(assertion_id="_afresh", response_id="_of_afresh")
        assert (answer.status_code, answer.location) == (303, "/reports")
        who = person.client.get("/whoami")
        assert who.json["email"] == "ada@acme.example"

    return sign_in


@pytest.fixture
def count(app):
    """A function that counts the rows of a table that meet these conditions."""

    def rows(table, *conditions):
        found = db.session.scalar(select(func.count()).select_from(table).where(*conditions))
        db.session.rollback()  # the look is over: what comes next is seen by the next one
        return found

    return rows


@pytest.fixture
def live_revision(app):
    """A function that gives acme's live revision, and the one that its record says is live."""

    def read():
        with read_transaction() as transaction:
            here = organisation.find(transaction, "acme")
            told = ledger.list_events(transaction, "acme", kind=events.IDP_LIVE, limit=1)
        return here.live_revision, told[0].revision

    return read


@pytest.fixture
def die_everywhere(app, config):
    """A function that lets a deed die at every point and checks what each death left."""

    def run(act, check, **chosen):
        with Deployment(config) as deployment:
            return crashes.die_everywhere(deployment, act, check, **chosen)

    return run
