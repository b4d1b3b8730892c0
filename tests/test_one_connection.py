"""One connection for the transactions of a journey: taken once, and given back when one fails."""

from __future__ import annotations

import pytest
from sqlalchemy import event, literal, select

from sp import db

ONE = db.Statement(select(literal(1)))


@pytest.fixture
def taken(app):
    """Every time that a connection is taken from the pool, or given back."""
    told = []
    for name in ("checkout", "checkin"):
        event.listen(db.db.engine, name, lambda *_, name=name: told.append(name))
    return told


def look():
    with db.read(one_moment=False) as transaction:
        return transaction.one(ONE)


def fail():
    with db.read() as transaction:
        transaction.one(ONE)
        raise LookupError


def test_transactions_inside_share_a_connection_that_comes_back_at_the_end(taken):
    with db.one_connection():
        assert look() == look() == db.write(lambda transaction: transaction.one(ONE)) == (1,)
        assert taken == ["checkout"]
    assert taken == ["checkout", "checkin"]


def test_transaction_that_fails_gives_the_connection_back_and_the_next_takes_another(taken):
    with db.one_connection():
        with pytest.raises(LookupError):
            fail()
        assert taken == ["checkout", "checkin"]
        assert look() == (1,)
    assert taken == ["checkout", "checkin"] * 2


def test_without_it_each_transaction_takes_its_own(taken):
    look()
    look()
    assert taken == ["checkout", "checkin"] * 2
