"""A page of an organisation's live sessions, and how many an ending would take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.people import found, new_session

from sp import db, tokens
from sp.accounts import account
from sp.sessions import listing, session
from sp.sessions.listing import Counted

NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
IDLE = timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def acme(app):
    return found()


@pytest.fixture
def sign_in(acme):
    """A function that makes a session of somebody so many minutes ago, named by the token."""

    def make(token, account_id=None, ago=10, **changes):
        started = NOW - ago * MINUTE
        person = account_id or acme.ada
        new = new_session(acme.organisation_id, person, token, started=started, **changes)
        db.write(lambda transaction: session.make(transaction, new))
        return new

    return make


@pytest.fixture
def read(acme):
    """A function that gives one page: the names of its sessions, and both counts."""

    def run(part="", sort="since", number=1):
        with db.read() as transaction:
            page = listing.read_page(
                transaction,
                acme.organisation_id,
                part=part,
                sort=sort,
                number=number,
                in_use_since=NOW - IDLE,
                now=NOW,
            )
        return [view.public_id for view in page.views], page.sessions, page.people

    return run


@pytest.fixture
def count(acme):
    """A function that counts what an ending takes; Ada asks in her first browser."""

    def run(**named):
        with db.read() as transaction:
            return listing.count(
                transaction,
                acme.organisation_id,
                own=tokens.hash_token("first"),
                in_use_since=NOW - IDLE,
                now=NOW,
                **named,
            )

    return run


@pytest.fixture
def three(acme, sign_in):
    """Ada's two sessions, the first of which is an hour old, and Grace's between them."""
    sign_in("first", ago=60, seen_at=NOW)
    sign_in("second", ago=10)
    sign_in("grace", acme.grace, ago=30)


def test_newest_stand_first(three, read):
    assert read() == (["second", "grace", "first"], 3, 2)


def test_last_seen_may_stand_first(three, read):
    assert read(sort="seen")[0] == ["first", "second", "grace"]


def test_people_may_stand_by_address(three, read):
    assert read(sort="person")[0] == ["second", "first", "grace"]


@pytest.mark.parametrize("part", ["grace@", "GRACE@Acme", "hop", "Hopper"])
def test_part_of_an_address_or_a_name_finds_a_person(three, read, acme, part):
    db.write(lambda transaction: account.set_name(transaction, acme.grace, "Grace Hopper"))
    assert read(part) == (["grace"], 1, 1)


def test_name_beyond_ascii_is_found_as_it_is_written(three, read, acme):
    db.write(lambda transaction: account.set_name(transaction, acme.grace, "\u00c5ngstr\u00f6m"))
    assert read("\u00c5ng")[0] == ["grace"]


@pytest.mark.parametrize("part", ["%", "_", "\\", "gra%e", "gr_ce", "'; --"])
def test_signs_with_a_meaning_in_sql_stand_for_themselves(three, read, part):
    assert read(part) == ([], 0, 0)


@pytest.mark.parametrize(
    "changes", [{"seen_at": NOW - IDLE}, {"expires_at": NOW}], ids=["idle", "over"]
)
def test_session_that_ran_out_is_neither_shown_nor_counted(three, read, sign_in, changes):
    sign_in("gone", **changes)
    assert read() == (["second", "grace", "first"], 3, 2)


def test_session_of_a_suspended_person_is_not_shown(three, read, acme):
    db.write(lambda transaction: account.suspend(transaction, acme.grace, NOW))
    assert read() == (["second", "first"], 2, 1)


def test_sessions_of_another_organisation_are_not_shown(three, read):
    elsewhere = found("globex")
    new = new_session(elsewhere.organisation_id, elsewhere.ada, "there", started=NOW)
    db.write(lambda transaction: session.make(transaction, new))
    assert read()[1:] == (3, 2)


def test_pages_follow_each_other_without_a_gap(read, sign_in):
    for number in range(listing.PAGE_LENGTH + 1):
        sign_in(f"s{number}", ago=number)
    first, second = read()[0], read(number=2)[0]
    assert [*first, *second] == [f"s{number}" for number in range(listing.PAGE_LENGTH + 1)]
    assert read(number=3) == ([], listing.PAGE_LENGTH + 1, 1)


def test_an_ending_is_counted_with_its_people_and_the_own_session(three, count):
    assert count() == Counted(sessions=3, people=2, unused=0, own=True)


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ({"public_id": "grace"}, Counted(1, 1, 0, own=False)),
        ({"public_id": "nobody"}, Counted(0, 0, 0, own=False)),
        ({"token_hash": tokens.hash_token("first")}, Counted(1, 1, 0, own=True)),
        ({"moment": NOW - 30 * MINUTE}, Counted(1, 1, 0, own=True)),
        ({"moment": NOW - 29 * MINUTE}, Counted(2, 2, 0, own=True)),
    ],
)
def test_only_what_is_named_is_counted(three, count, named, meant):
    assert count(**named) == meant


def test_all_of_a_person_is_counted(three, count, acme):
    assert count(account_id=acme.ada) == Counted(2, 1, 0, own=True)
    assert count(account_id=acme.grace) == Counted(1, 1, 0, own=False)


@pytest.mark.parametrize(
    "changes", [{"seen_at": NOW - IDLE}, {"expires_at": NOW}], ids=["idle", "over"]
)
def test_what_ran_out_by_itself_is_told_apart(three, count, sign_in, changes):
    sign_in("gone", **changes)
    assert count() == Counted(sessions=4, people=2, unused=1, own=True)


def test_several_endings_add_up():
    parts = [Counted(2, 1, 1, own=False), Counted(1, 1, 0, own=True)]
    assert listing.add_up(parts, people=1) == Counted(3, 1, 1, own=True)
    assert listing.add_up([], people=0) == Counted(0, 0, 0, own=False)


def test_one_session_is_found_by_the_name_a_list_gives_it(three, acme):
    with db.read() as transaction:
        view = listing.find(transaction, acme.organisation_id, "grace", NOW)
        assert view.account_id == acme.grace
        assert listing.find(transaction, acme.organisation_id + 1, "grace", NOW) is None
        assert listing.find(transaction, acme.organisation_id, "grace", NOW + 2 * IDLE) is None
