"""What ends sessions while a sign-in waits for its chain: what the record tells later holds for it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from copy import copy
from datetime import timedelta

import pytest
from support.databases import open_databases
from support.idp import ADA_NAME_ID
from support.settings import make_config
from support.slo import BY_REDIRECT

from sp import db
from sp.audit import ledger
from sp.flows import connection, membership, own_sessions, revocation, signing_out
from sp.flows.actor import COMMAND_LINE
from sp.flows.selection import Selection

pytestmark = pytest.mark.crowds

PATIENCE = 20
SECOND = timedelta(seconds=1)
ADA = "ada@acme.example"


@pytest.fixture(scope="module")
def _databases(tmp_path_factory):
    """On PostgreSQL, whatever the other tests run on: SQLite lets one write transaction in."""
    with open_databases("postgresql", tmp_path_factory.mktemp("template"), make_config) as fresh:
        yield fresh


@pytest.fixture
def beside(app):
    """A function that does things, each once the one before waits, while the chain is held."""

    def run(*deeds):
        given = [None] * len(deeds)

        def do(number):
            with app.app_context():
                given[number] = deeds[number]()

        threads = [threading.Thread(target=do, args=(number,)) for number in range(len(deeds))]
        with held_chain():
            for number, thread in enumerate(threads, 1):
                thread.start()
                wait_until_waiting(number)
        for thread in threads:
            thread.join(PATIENCE)
        return given

    return run


@contextmanager
def held_chain():
    with db.read() as transaction:
        ledger.lock(transaction, "acme")
        yield


def wait_until_waiting(number):
    deadline = time.monotonic() + PATIENCE
    with db.db.engine.connect() as connection:
        while True:
            look = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
            waiting = connection.exec_driver_sql(look).scalar_one()
            connection.rollback()
            if waiting == number:
                return
            assert time.monotonic() < deadline
            time.sleep(0.02)


def told():
    """Give what the chain tells of last, the newest last."""
    with db.read() as transaction:
        found = ledger.list_events(transaction, "acme", limit=2)
    return [event.kind for event in reversed(found)]


def left():
    return [view.public_id for view in revocation.list_sessions("acme")]


def by_themselves(visitor):
    """End all other sessions, as the person does on the account page."""
    visitor.begin()
    visitor.answer(assertion_id="_own")
    asking = revocation.list_sessions("acme")[0]
    return lambda: own_sessions.end_others(asking)


def by(selection):
    return lambda _: lambda: revocation.revoke("acme", selection, actor=COMMAND_LINE)


@pytest.mark.parametrize(
    ("way", "kind", "kept"),
    [
        pytest.param(by(Selection(email=ADA)), "session_revoked", 0, id="person"),
        pytest.param(by(Selection(everybody=True)), "session_revoked", 0, id="everybody"),
        pytest.param(by(Selection(name_id=ADA_NAME_ID)), "session_revoked", 0, id="name"),
        pytest.param(by_themselves, "session_revoked", 1, id="own"),
        pytest.param(
            lambda _: lambda: membership.relink("acme", ADA, actor=COMMAND_LINE),
            "account_relinked",
            0,
            id="relink",
        ),
    ],
)
def test_session_of_a_sign_in_that_the_record_tells_of_first_is_ended(
    visitor, beside, way, kind, kept
):
    visitor.begin()
    visitor.answer()
    end = way(type(visitor)(visitor.config))
    if kept == 0:
        revocation.revoke("acme", Selection(everybody=True), actor=COMMAND_LINE)
    other = type(visitor)(visitor.config)
    other.begin()
    beside(lambda: other.answer(assertion_id="_beside"), end)
    assert told() == ["sign_in", kind]
    assert len(left()) == kept


@pytest.mark.parametrize("others", [0, 1], ids=["the-only-one", "one-of-two"])
def test_ending_everywhere_ends_the_session_of_a_sign_in_that_stands_before_it(
    visitor, beside, clock, others
):
    visitor.begin()
    visitor.answer()
    if not others:
        revocation.revoke("acme", Selection(everybody=True), actor=COMMAND_LINE)
    other = type(visitor)(visitor.config)
    other.begin()

    def end():
        clock.advance(SECOND)
        return revocation.revoke_everywhere(clock.now(), actor=COMMAND_LINE)

    _, ended = beside(lambda: other.answer(assertion_id="_beside"), end)
    assert (ended, left()) == (others + 1, [])
    assert told() == ["sign_in", "session_revoked"]


def test_signing_out_ends_what_a_sign_in_beside_it_rests_on_the_same_session_of_the_idp(
    visitor, beside, config
):
    octets = visitor.idp.metadata(**BY_REDIRECT)
    connection.import_metadata(config, "acme", octets, source="idp.xml", actor=COMMAND_LINE)
    connection.go_live(config, "acme", 2, actor=COMMAND_LINE)
    visitor.begin()
    visitor.answer(session_index="_one")
    other = type(visitor)(visitor.config)
    other.begin()
    beside(
        lambda: other.answer(assertion_id="_beside", session_index="_one"),
        lambda: signing_out.sign_out(config, visitor.browser()),
    )
    assert told() == ["sign_in", "sign_out"]
    assert left() == []


def test_two_tabs_that_arrive_in_one_moment_leave_one_session(visitor, beside):
    visitor.begin()
    visitor.answer()
    revocation.revoke("acme", Selection(everybody=True), actor=COMMAND_LINE)
    visitor.token = None
    first, second = copy(visitor), copy(visitor)
    first.begin()
    second.begin()
    outcomes = beside(
        lambda: first.answer(assertion_id="_first"), lambda: second.answer(assertion_id="_second")
    )
    assert all(hasattr(outcome, "token") for outcome in outcomes)
    assert told() == ["sign_in", "sign_in"]
    assert len(left()) == 1
