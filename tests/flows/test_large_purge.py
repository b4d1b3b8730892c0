"""A purge of more than is removed at a time: all goes, and others have their turn in between."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select

from sp import db
from sp.flows import housekeeping
from sp.sessions import pending_request
from sp.sessions.expired import AT_ONCE
from sp.sessions.pending_request import PendingRequestTable

MORE = AT_ONCE + 1


def test_purge_removes_so_many_at_a_time_until_all_is_gone(visitor, config, clock, monkeypatch):
    visitor.begin()
    with db.db.engine.begin() as connection:
        (one,) = connection.execute(select(PendingRequestTable.__table__)).mappings().all()
        rows = [dict(one) | {"request_id": f"_{number}"} for number in range(AT_ONCE)]
        connection.execute(insert(PendingRequestTable.__table__), rows)
    taken = []
    monkeypatch.setattr(housekeeping, "PAUSE", 0)
    monkeypatch.setitem(
        housekeeping._VERBS,
        "pending_requests",
        lambda *given: taken.append(purge(*given)) or taken[-1],
    )
    purge = pending_request.purge
    clock.advance(timedelta(hours=9))
    assert housekeeping.purge(config).pending_requests == MORE
    assert taken == [AT_ONCE, 1]
