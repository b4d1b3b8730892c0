"""An assertion is spent once, whoever brings it, however often, from wherever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.people import found
from support.racing import race

from sp import db
from sp.sessions import consumed_assertion
from sp.sessions.consumed_assertion import KEPT_FOR, assertion_key

IDP = "https://idp.example.com/saml"
ISSUED = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)


@pytest.fixture
def acme(app):
    return found().organisation_id


def consume(organisation_id, assertion_id="_a", *, idp=IDP, keep_until=ISSUED + KEPT_FOR):
    return db.write(
        lambda transaction: consumed_assertion.consume(
            transaction, organisation_id, idp, assertion_id, keep_until
        )
    )


def is_consumed(organisation_id, assertion_id="_a"):
    with db.read() as transaction:
        return consumed_assertion.is_consumed(transaction, organisation_id, IDP, assertion_id)


def test_assertion_is_spent_once(acme):
    assert not is_consumed(acme)
    assert consume(acme)
    assert is_consumed(acme)
    assert not consume(acme)
    assert not consume(acme, keep_until=ISSUED + timedelta(days=9))


def test_same_id_of_another_idp_organisation_or_letter_case_is_another_assertion(acme):
    globex = found("globex").organisation_id
    assert consume(acme)
    assert consume(acme, idp="https://other.example.com/saml")
    assert consume(globex)
    assert consume(acme, "_A")


def test_parts_of_a_name_do_not_run_together():
    keys = {assertion_key(1, "2", "3"), assertion_key(12, "", "3"), assertion_key(1, "", "23")}
    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}


def test_race_for_one_assertion_has_one_winner(app, acme):
    for number in range(5):
        won = race(app, lambda _, number=number: consume(acme, f"_race-{number}"), threads=6)
        assert sorted(won) == [False] * 5 + [True]


def test_what_is_rolled_back_is_not_spent(acme):
    def work(transaction):
        assert consumed_assertion.consume(transaction, acme, IDP, "_a", ISSUED + KEPT_FOR)
        raise LookupError

    with pytest.raises(LookupError):
        db.write(work)
    assert consume(acme)


def test_assertion_is_kept_until_no_message_with_it_could_pass(acme):
    consume(acme)
    consume(acme, "_b", keep_until=ISSUED + KEPT_FOR + timedelta(microseconds=1))

    def purge(now):
        return db.write(lambda transaction: consumed_assertion.purge(transaction, now))

    assert timedelta(hours=48, minutes=5) == KEPT_FOR
    assert purge(ISSUED + KEPT_FOR - timedelta(microseconds=1)) == 0
    assert purge(ISSUED + KEPT_FOR) == 1
    assert (is_consumed(acme), is_consumed(acme, "_b")) == (False, True)
