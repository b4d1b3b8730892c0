"""A request waits for one answer, eight hours, for the browser that made it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import SQLAlchemyError
from support.people import found
from support.racing import race

from sp import db, tokens
from sp.sessions import pending_request
from sp.sessions.pending_request import LIFETIME, PendingRequest

ASKED = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
HANDLE = tokens.hash_token("handle")
BINDING = tokens.hash_token("binding")


@pytest.fixture
def request_of_acme(app):
    """A request of acme, saved."""
    made = PendingRequest(
        organisation_id=found().organisation_id,
        request_id="_request",
        handle_hash=HANDLE,
        binding_hash=BINDING,
        return_to="/reports?week=9",
        purpose="sign_in",
        revision=3,
        noted_session_hash=tokens.hash_token("session"),
        created_at=ASKED,
        expires_at=ASKED + LIFETIME,
        answered_at=None,
        restarted=True,
        force_authn=True,
        contexts=("urn:one", "urn:two"),
    )
    save(made)
    return made


def save(request):
    db.write(lambda transaction: pending_request.save(transaction, request))


def find(request):
    with db.read() as transaction:
        return pending_request.find(transaction, request.organisation_id, request.request_id)


def take(request, now=ASKED):
    return db.write(
        lambda transaction: pending_request.take(
            transaction, request.organisation_id, request.request_id, now
        )
    )


def way_back_of(request, *, handle=HANDLE, binding=BINDING, now=ASKED):
    with db.read() as transaction:
        return pending_request.way_back_of(
            transaction, request.organisation_id, handle, binding, now
        )


def test_request_is_found_as_it_was_saved(request_of_acme):
    assert find(request_of_acme) == request_of_acme


def test_test_of_a_draft_is_found_as_it_was_saved(request_of_acme):
    test = request_of_acme._replace(
        request_id="_test",
        purpose="test",
        return_to=None,
        noted_session_hash=None,
        force_authn=True,
    )
    save(test)
    assert find(test) == test


def test_request_of_another_organisation_is_not_found(request_of_acme):
    globex = found("globex")
    elsewhere = request_of_acme._replace(organisation_id=globex.organisation_id)
    assert find(elsewhere) is None
    assert not take(elsewhere)
    assert way_back_of(elsewhere) is None
    save(elsewhere)
    assert take(elsewhere)
    assert find(request_of_acme).answered_at is None


def test_request_is_taken_once(request_of_acme):
    assert take(request_of_acme, ASKED + timedelta(minutes=1))
    assert not take(request_of_acme, ASKED + timedelta(minutes=2))
    assert find(request_of_acme).answered_at == ASKED + timedelta(minutes=1)


def test_request_that_nobody_made_is_not_taken(request_of_acme):
    assert not take(request_of_acme._replace(request_id="_other"))


def test_request_is_taken_until_its_eight_hours_are_over(request_of_acme):
    assert timedelta(hours=8) == LIFETIME
    assert not take(request_of_acme, ASKED + LIFETIME)
    assert take(request_of_acme, ASKED + LIFETIME - timedelta(microseconds=1))


def test_race_for_one_request_has_one_winner(app, request_of_acme):
    for number in range(5):
        request = request_of_acme._replace(request_id=f"_race-{number}")
        save(request)
        taken = race(app, lambda _, request=request: take(request), threads=6)
        assert sorted(taken) == [False] * 5 + [True]


def test_relay_state_gives_back_where_this_browser_was_going(request_of_acme):
    assert way_back_of(request_of_acme) == ("/reports?week=9", request_of_acme.demand)
    take(request_of_acme)
    assert way_back_of(request_of_acme) == ("/reports?week=9", request_of_acme.demand)


@pytest.mark.parametrize(
    "other",
    [
        {"binding": tokens.hash_token("another browser")},
        {"handle": tokens.hash_token("another handle")},
        {"now": ASKED + LIFETIME},
    ],
)
def test_relay_state_of_another_browser_or_time_gives_nothing(request_of_acme, other):
    assert way_back_of(request_of_acme, **other) is None


def test_purpose_that_nobody_knows_is_refused_by_the_database(request_of_acme):
    engine_errors = (SQLAlchemyError, db.db.engine.dialect.loaded_dbapi.IntegrityError)
    with pytest.raises(engine_errors):
        save(request_of_acme._replace(request_id="_other", purpose="other"))


def test_purge_removes_what_has_expired_and_nothing_else(request_of_acme):
    later = request_of_acme._replace(
        request_id="_later", expires_at=request_of_acme.expires_at + LIFETIME
    )
    save(later)
    take(later)

    def purge(now):
        return db.write(lambda transaction: pending_request.purge(transaction, now))

    assert purge(ASKED + LIFETIME - timedelta(microseconds=1)) == 0
    assert purge(ASKED + LIFETIME) == 1
    assert find(request_of_acme) is None
    assert find(later) is not None
