"""Junk at full speed from next door: people still get in, and it fills no disk (decision 27)."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import func, select
from support.commands import assert_well
from support.crowd import Member
from support.junk import DROPPED, Flood

from sp.audit import events, ledger
from sp.audit.events import EventTable
from sp.audit.evidence import EvidenceTable
from sp.audit.refusals import (
    BODIES_AN_HOUR,
    EVENTS_AN_HOUR,
    SeenRefusalTable,
    SuppressedTable,
    UnverifiedHourTable,
    hour_of,
)
from sp.db import db, read
from sp.sessions.consumed_assertion import ConsumedAssertionTable
from sp.sessions.pending_request import PendingRequestTable
from sp.sessions.session_table import SessionTable

pytestmark = pytest.mark.crowds

PEOPLE = 30
NEXT_DOOR = "127.0.0.2"
VERIFIED = {"expired"}
"""The junk around which a signature verified; it is told once an hour for each assertion."""
LARGEST_DETAIL = 4_096


def sign_in_beside(acme):
    """Flood the ACS while a company signs in, everybody with success; return what was posted."""
    crowd = [Member(acme.config, "acme", number) for number in range(PEOPLE)]
    with Flood(acme.config, "acme", source=NEXT_DOOR) as flood:
        flood.wait_until_under_way()
        answers = [each.sign_in() for each in crowd]
        assert flood.is_under_way()
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/reports")}
    assert [each.whoami() for each in crowd] == [each.email for each in crowd]
    return flood


@pytest.fixture
def told():
    """A function that gives acme's events of refused answers, by the hour that they belong to."""

    def by_hour():
        with read() as transaction:
            found = ledger.list_events(transaction, "acme", kind=events.SIGN_IN, limit=10_000)
        hours = {}
        for event in found:
            if event.code != events.DONE:
                hours.setdefault(hour_of(event.at), []).append(event)
        return hours

    return by_hour


def test_people_sign_in_beside_junk_and_the_database_grows_within_the_bounds(
    acme, told, count, refused
):
    flood = sign_in_beside(acme)
    # Nothing is lost: every message that was read is told, or counted by its code.
    read_ones = Counter(flood.posted)
    del read_ones[DROPPED]
    assert refused() == read_ones
    assert sum(read_ones.values()) > 2 * EVENTS_AN_HOUR  # else the bounds were never reached
    assert set(flood.statuses) <= {400, 403, 413, 429, None}

    hours = told()
    for found in hours.values():
        unverified = [event for event in found if event.code not in VERIFIED]
        assert len(unverified) <= EVENTS_AN_HOUR
        seen = Counter(event.code for event in found if event.code in VERIFIED)
        assert set(seen.values()) <= {1}
    # Each person left a request, a spent assertion, a session and an evidence; junk left none but
    # the bodies that the bounds let in.
    assert count(PendingRequestTable) == count(ConsumedAssertionTable) == PEOPLE
    assert count(SessionTable) == PEOPLE
    assert count(EvidenceTable) <= PEOPLE + len(hours) * (BODIES_AN_HOUR + len(VERIFIED))
    assert count(UnverifiedHourTable) <= len(hours)
    assert count(SeenRefusalTable) <= len(hours) * len(VERIFIED)
    assert count(SuppressedTable) <= len(hours) * len(read_ones)
    assert db.session.scalar(select(func.max(func.length(EventTable.detail)))) < LARGEST_DETAIL

    assert_well(acme.app)
    assert acme.errors() == []
