"""Bounds: a flood of bad answers fills neither the chain nor the disk, and is told of once."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import timedelta

import pytest
from support.records import AT, append, new_event, new_evidence, read_events

from sp import db
from sp.audit import evidence, ledger

HOUR = timedelta(hours=1)
START = AT.replace(minute=0, second=0, microsecond=0)
SINCE = int(START.timestamp()) * 1_000_000


def refuse(code="not_well_formed", at=AT, *, key=None, verified=False, **changes):
    event = new_event(code=code, **changes)
    return db.write(
        lambda transaction: ledger.record_refusal(
            transaction, event, at, verified=verified, assertion_key=key
        )
    )


def flush(at):
    return db.write(lambda transaction: ledger.flush_suppressed(transaction, at))


def counters():
    tables = ("refusal_hour", "refusal_seen", "refusal_suppressed")
    with db.db.engine.connect() as connection:
        return [
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in tables
        ]


def suppressed():
    return {
        event.code: event.detail for event in read_events() if event.kind == "refusals_suppressed"
    }


def test_200_unverified_refusals_an_hour_are_recorded_and_the_next_is_counted(app):
    added = [refuse() for _ in range(202)]
    assert [each is not None for each in added] == [True] * 200 + [False] * 2
    assert len(read_events()) == 200
    assert counters() == [1, 0, 1]


def test_bound_is_each_organisations_own(app):
    for _ in range(201):
        refuse()
    assert refuse(chain="globex") is not None


def test_bound_begins_anew_with_the_hour(app):
    for _ in range(201):
        refuse(at=START + HOUR - timedelta(microseconds=1))
    assert refuse(at=START + HOUR) is not None


def test_first_20_keep_their_message_and_the_rest_its_digest_and_size(app):
    messages = [b"<message %d>" % number for number in range(22)]
    for message in messages:
        refuse(evidence=new_evidence(message))
    with db.read() as transaction:
        kept = [
            evidence.load(transaction, event.evidence_id, event.evidence_digest) is not None
            for event in read_events()
        ]
    assert kept == [True] * 20 + [False] * 2
    assert read_events()[-1].detail["message_size"] == len(messages[-1])
    digest = hashlib.sha256(messages[-1]).hexdigest()
    assert read_events()[-1].detail["message_sha256"] == digest
    assert "message_size" not in read_events()[19].detail
    assert ledger.verify_chain("acme").evidence_not_kept == 2


def test_one_event_for_an_assertion_and_code_and_hour_once_a_signature_verified(app):
    ada, grace = b"a" * 32, b"g" * 32
    refused = [
        refuse("expired", key=ada, verified=True),
        refuse("expired", key=ada, verified=True),
        refuse("replay", key=ada, verified=True),
        refuse("expired", key=grace, verified=True),
        refuse("expired", key=ada, verified=True, chain="globex"),
        refuse("expired", AT + HOUR, key=ada, verified=True),
    ]
    assert [each is not None for each in refused] == [True, False, True, True, True, True]


def test_verified_refusals_have_no_other_bound(app):
    for number in range(230):
        assert refuse("expired", key=number.to_bytes(32, "big"), verified=True) is not None


def test_failure_that_names_no_assertion_stands_under_the_bound_of_the_unverified(app):
    added = [refuse("status", verified=True, key=None) for _ in range(201)]
    assert added[199] is not None
    assert added[200] is None


def test_unverified_refusal_is_never_counted_by_an_assertion_it_claims(app):
    added = [refuse("signature_invalid", key=b"k" * 32) for _ in range(3)]
    assert None not in added


def flood():
    for _ in range(203):
        refuse("not_well_formed")
    for _ in range(2):
        refuse("has_dtd")
    for _ in range(4):
        refuse("expired", key=b"a" * 32, verified=True)


EXPECTED = {"not_well_formed": 3, "has_dtd": 2, "expired": 3}


def test_first_event_after_the_hour_is_preceded_by_one_event_for_each_code(app):
    flood()
    append(at=START + HOUR)
    codes = [(event.kind, event.code) for event in read_events()[-4:]]
    kind = "refusals_suppressed"
    assert codes == [(kind, code) for code in sorted(EXPECTED)] + [("sign_in", "done")]
    assert {code: detail["count"] for code, detail in suppressed().items()} == EXPECTED
    assert suppressed()["has_dtd"] == {
        "count": 2,
        "since": SINCE,
        "until": SINCE + 3_600_000_000,
    }
    assert ledger.verify_chain("acme").ok


def test_refusal_after_the_hour_tells_of_the_flood_as_well(app):
    flood()
    refuse(at=START + HOUR)
    assert {code: detail["count"] for code, detail in suppressed().items()} == EXPECTED


def test_event_within_the_hour_tells_nothing_yet(app):
    flood()
    append(at=START + HOUR - timedelta(microseconds=1))
    assert suppressed() == {}


def test_flood_of_several_hours_is_one_event_for_each_code(app):
    flood()
    for _ in range(4):
        refuse("expired", START + HOUR, key=b"a" * 32, verified=True)
        refuse("expired", START + HOUR, key=b"b" * 32, verified=True)
    told = Counter(event.kind for event in read_events())["refusals_suppressed"]
    flush(START + 5 * HOUR)
    assert Counter(event.kind for event in read_events())["refusals_suppressed"] == told + 1
    later = read_events()[-1].detail
    assert later == {"count": 6, "since": SINCE + 3_600_000_000, "until": SINCE + 7_200_000_000}


def test_purge_tells_what_no_event_told_and_forgets_the_counters(app):
    flood()
    assert flush(START + HOUR) == 3
    assert {code: detail["count"] for code, detail in suppressed().items()} == EXPECTED
    assert counters() == [0, 0, 0]
    assert flush(START + HOUR) == 0


def test_purge_within_the_hour_forgets_nothing(app):
    flood()
    assert flush(START + HOUR - timedelta(microseconds=1)) == 0
    assert counters() == [1, 1, 3]
    assert refuse() is None


def test_counts_roll_back_with_what_they_count(app):
    def work(transaction):
        ledger.record_refusal(transaction, new_event(), AT, verified=True, assertion_key=b"a" * 32)
        raise LookupError

    with pytest.raises(LookupError):
        db.write(work)
    assert counters() == [0, 0, 0]
