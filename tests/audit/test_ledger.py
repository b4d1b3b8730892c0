"""Appending: one gapless chain whoever writes at once, said outside the database at commit."""

from __future__ import annotations

import json
import logging
from datetime import timedelta

import pytest
from support.racing import race
from support.records import ADA, AT, append, new_event, new_evidence, read_events

from sp import db
from sp.audit import evidence, ledger
from sp.audit.events import NO_EVENT, rehash
from sp.log_lines import JsonLines


def test_first_event_starts_a_chain_of_its_own(app):
    here, elsewhere = append(), append(chain="-")
    assert (here.sequence, elsewhere.sequence) == (1, 1)
    assert read_events()[0].previous_hash == NO_EVENT


def test_each_event_holds_the_hash_of_the_one_before(app):
    hashes = [append().hash for _ in range(3)]
    recorded = read_events()
    assert [event.hash for event in recorded] == hashes == [rehash(event) for event in recorded]
    assert [event.previous_hash for event in recorded] == [NO_EVENT, *hashes[:2]]
    assert [event.sequence for event in recorded] == [1, 2, 3]


def test_event_is_read_as_it_was_appended(app):
    kept = new_evidence()
    append(evidence=kept, reference="ABCD-2345")
    with db.read() as transaction:
        found = ledger.read_event(transaction, "acme", 1)
        assert ledger.find_reference(transaction, "ABCD-2345") == found
        assert evidence.load(transaction, found.evidence_id, found.evidence_digest) == kept
    assert (found.at, found.kind, found.code) == (AT, "sign_in", "done")
    assert (found.actor_kind, found.actor_id, found.account_id) == ("person", "7", 7)
    assert (found.revision, found.detail, found.format) == (3, ADA, 1)


@pytest.mark.parametrize("sequence", [0, -1, 2, 2**62, 2**80])
def test_event_that_does_not_exist_is_none(app, sequence):
    append()
    with db.read() as transaction:
        assert ledger.read_event(transaction, "acme", sequence) is None
        assert ledger.find_reference(transaction, "WXYZ-2345") is None


def test_events_are_listed_newest_first_and_by_kind_and_page(app):
    for number in range(6):
        append(kind="sign_in" if number % 2 else "sign_out")
    with db.read() as transaction:
        newest = ledger.list_events(transaction, "acme", limit=4)
        older = ledger.list_events(transaction, "acme", limit=4, before=newest[-1].sequence)
        of_kind = ledger.list_events(transaction, "acme", limit=9, kind="sign_in")
    assert [event.sequence for event in newest + older] == [6, 5, 4, 3, 2, 1]
    assert [event.sequence for event in of_kind] == [6, 4, 2]


def test_unit_of_work_that_fails_leaves_no_event_and_says_nothing(app, caplog):
    caplog.set_level(logging.INFO, "sp.audit")

    def work(transaction):
        ledger.append(transaction, new_event(), AT)
        raise LookupError

    with pytest.raises(LookupError):
        db.write(work)
    assert read_events() == []
    assert caplog.records == []


def test_log_line_at_commit_is_what_a_chain_is_held_against_later(app, caplog):
    caplog.set_level(logging.INFO, "sp.audit")
    added = append(reference="ABCD-2345", evidence=new_evidence())
    line = json.loads(JsonLines().format(caplog.records[0]))
    assert (
        line.items()
        >= {
            "logger": "sp.audit",
            "chain": "acme",
            "sequence": 1,
            "hash": added.hash,
            "kind": "sign_in",
            "code": "done",
            "reference": "ABCD-2345",
        }.items()
    )
    assert "ada@" not in json.dumps(line)
    assert len(caplog.records) == 1


def test_several_events_of_one_transaction_stand_in_order(app):
    def work(transaction):
        return [ledger.append(transaction, new_event(), AT).sequence for _ in range(3)]

    assert db.write(work) == [1, 2, 3]
    assert ledger.verify_chain("acme").ok


def test_200_appends_at_once_give_one_gapless_chain(app):
    def work(_):
        for number in range(25):
            append(at=AT + timedelta(seconds=number), evidence=new_evidence())

    race(app, work, threads=8)
    assert [event.sequence for event in read_events()] == list(range(1, 201))
    report = ledger.verify_chain("acme")
    assert (report.ok, report.events) == (True, 200)


def test_no_append_is_tried_twice_because_the_lock_comes_before_the_reading(app, monkeypatch):
    """With lock and reading in one statement most appends collide, are retried, and seem to work."""
    monkeypatch.setattr(db, "ATTEMPTS", 1)
    test_200_appends_at_once_give_one_gapless_chain(app)


def test_detail_that_has_no_one_json_text_is_refused(app):
    with pytest.raises(TypeError):
        append(detail={"share": 0.5})
    assert read_events() == []


def test_detail_with_nul_and_half_a_surrogate_pair_is_kept_on_every_database(app):
    append(detail={"user_agent": "a\x00b\ud800"})
    assert read_events()[0].detail == {"user_agent": "a\x00b?"}
    assert ledger.verify_chain("acme").ok
