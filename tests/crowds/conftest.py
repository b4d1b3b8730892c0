"""The service on two worker processes, and what its database holds when the crowd has gone."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select
from support.commands import assert_well
from support.pages import make_live
from support.workers import prepared

from sp.accounts.account_table import AccountTable
from sp.audit import events, ledger
from sp.audit.events import EventTable
from sp.audit.refusals import SuppressedTable
from sp.db import db
from sp.db import read as read_transaction
from sp.flows import key_rollover
from sp.flows.actor import COMMAND_LINE
from sp.sessions.consumed_assertion import ConsumedAssertionTable
from sp.sessions.session_table import SessionTable


@pytest.fixture
def service(config, tmp_path, quick_keys):
    with prepared(config, tmp_path) as made:
        key_rollover.generate_keys(made.config, actor=COMMAND_LINE)
        yield made


@pytest.fixture
def acme(service):
    """Acme alone, and the service running."""
    make_live(service.config, "acme", "acme.example")
    service.start()
    return service


@pytest.fixture
def count():
    """A function that counts the rows of a table that meet these conditions."""

    def rows(table, *conditions):
        found = db.session.scalar(select(func.count()).select_from(table).where(*conditions))
        db.session.rollback()  # the look is over: what comes next is seen by the next one
        return found

    return rows


@pytest.fixture
def assert_all_in(service, count):
    """A function that holds every count against how many people got in, each once."""

    def check(people):
        told = {
            "accounts": count(AccountTable),
            "sessions": count(SessionTable),
            "spent": count(ConsumedAssertionTable),
            "told of accounts": count(EventTable, EventTable.kind == events.ACCOUNT_ADDED),
            "told of sign-ins": count(EventTable, EventTable.code == events.DONE, IS_SIGN_IN),
        }
        assert told == dict.fromkeys(told, people)
        assert_well(service.app)
        assert service.errors() == []

    return check


@pytest.fixture
def refused(service):
    """A function that gives how many answers the record says were refused, by code.

    Told one by one, counted in this hour, or told as the count of an hour that is over.
    """

    def read():
        found = Counter()
        with read_transaction() as transaction:
            told = ledger.list_events(transaction, "acme", limit=10_000)
        for event in told:
            if event.kind == events.SIGN_IN and event.code != events.DONE:
                found[event.code] += 1
            elif event.kind == events.REFUSALS_SUPPRESSED:
                found[event.code] += event.detail["count"]
        for code, left_out in db.session.execute(
            select(SuppressedTable.code, SuppressedTable.count)
        ):
            found[code] += left_out
        db.session.rollback()
        return found

    return read


IS_SIGN_IN = EventTable.kind == events.SIGN_IN
