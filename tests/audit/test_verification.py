"""Holding a chain against its hashes: every edit shows, erasing does not, memory stays small."""

from __future__ import annotations

import tracemalloc
import zlib
from datetime import timedelta

import pytest
from support.records import AT, append, new_event, new_evidence, read_events, tamper

from sp import db
from sp.audit import ledger, verification
from sp.audit.events import rehash
from sp.audit.verification import ChainReport


@pytest.fixture
def chain(app):
    """Five events, each with detail and evidence."""
    return [append(at=AT + timedelta(minutes=n), evidence=new_evidence()) for n in range(5)]


def codes(report):
    return {(fault.sequence, fault.code) for fault in report.faults}


def test_untouched_chain_holds_and_gives_its_head(chain):
    assert ledger.verify_chain("acme") == ChainReport(
        chain="acme",
        events=5,
        head=(5, chain[-1].hash),
        faults=(),
        fault_count=0,
        details_erased=0,
        evidence_not_kept=0,
    )


def test_chain_without_events_holds(app):
    report = ledger.verify_chain("acme")
    assert (report.ok, report.events, report.head) == (True, 0, None)


ALTERED = {
    "at": "2026-03-02 10:00:00.000000+00:00",
    "kind": "sign_out",
    "code": "expired",
    "actor_kind": "staff",
    "actor_id": "8",
    "account_id": 8,
    "revision": 4,
    "reference": "WXYZ-2345",
    "detail_digest": b"d" * 32,
    "evidence_digest": None,
    "hash": b"h" * 32,
}


@pytest.mark.parametrize("column", sorted(ALTERED))
def test_edited_column_shows_at_its_event(chain, column):
    tamper(
        f"UPDATE audit_event SET {column} = :value WHERE chain = 'acme' AND sequence = 3",
        value=ALTERED[column],
    )
    report = ledger.verify_chain("acme")
    assert not report.ok
    assert (3, "hash") in codes(report)
    assert {sequence for sequence, _ in codes(report)} <= {3, 4}


def test_edit_with_a_fresh_hash_shows_at_the_next_event(chain):
    tamper("UPDATE audit_event SET code = 'expired' WHERE sequence = 3")
    tamper(
        "UPDATE audit_event SET hash = :hash WHERE sequence = 3",
        hash=bytes.fromhex(rehash(read_events()[2])),
    )
    assert codes(ledger.verify_chain("acme")) == {(4, "link")}


def test_unknown_format_shows(chain):
    tamper("UPDATE audit_event SET format = 2 WHERE sequence = 5")
    assert codes(ledger.verify_chain("acme")) == {(5, "format"), (5, "hash")}


def test_removed_event_shows(chain):
    tamper("DELETE FROM audit_event WHERE sequence = 3")
    assert codes(ledger.verify_chain("acme")) == {(4, "gap")}


def test_removed_first_event_shows(chain):
    tamper("DELETE FROM audit_event WHERE sequence = 1")
    assert codes(ledger.verify_chain("acme")) == {(2, "gap")}


def test_altered_detail_shows(chain):
    tamper("UPDATE audit_event SET detail = :detail WHERE sequence = 2", detail=b"{}")
    assert codes(ledger.verify_chain("acme")) == {(2, "detail")}


def test_detail_where_there_was_none_shows(app):
    append(detail=None)
    tamper("UPDATE audit_event SET detail_salt = :salt, detail = :it", salt=b"s" * 16, it=b"{}")
    assert codes(ledger.verify_chain("acme")) == {(1, "detail")}


def test_altered_evidence_shows(app):
    append()
    append(evidence=new_evidence())
    tamper("UPDATE evidence SET message = :message", message=zlib.compress(b"another"))
    assert codes(ledger.verify_chain("acme")) == {(2, "evidence")}


def test_erased_personal_values_leave_the_chain_whole_and_are_counted(chain):
    tamper("UPDATE audit_event SET detail_salt = NULL, detail = NULL WHERE sequence IN (2, 3)")
    tamper("UPDATE evidence SET message = NULL, plain = NULL, findings = NULL")
    report = ledger.verify_chain("acme")
    assert (report.ok, report.details_erased) == (True, 2)


def test_evidence_that_was_removed_whole_is_counted(chain):
    tamper("DELETE FROM evidence")
    report = ledger.verify_chain("acme")
    assert (report.ok, report.evidence_not_kept) == (True, 5)


def test_cut_tail_shows_against_a_head_noted_earlier_only(chain):
    tamper("DELETE FROM audit_event WHERE sequence > 3")
    assert ledger.verify_chain("acme").ok
    report = ledger.verify_chain("acme", head=(5, chain[4].hash))
    assert codes(report) == {(5, "cut")}


def test_rewritten_chain_shows_against_a_head_noted_earlier_only(chain):
    tamper("DELETE FROM audit_event")
    for _ in range(6):
        append(detail=None)
    assert ledger.verify_chain("acme").ok
    assert codes(ledger.verify_chain("acme", head=(5, chain[4].hash))) == {(5, "rewritten")}


@pytest.mark.parametrize("sequence", [1, 4, 5])
def test_chain_holds_against_any_head_noted_earlier(chain, sequence):
    head = (sequence, chain[sequence - 1].hash)
    append()
    assert ledger.verify_chain("acme", head=head).ok


def test_head_that_no_chain_could_have_is_a_fault_not_an_error(chain):
    assert codes(ledger.verify_chain("acme", head=(10**17, "0" * 64))) == {(10**17, "cut")}


def test_quick_look_takes_the_newest_events_only(chain):
    tamper("UPDATE audit_event SET code = 'expired' WHERE sequence = 2")
    quick = ledger.verify_chain("acme", last=2)
    assert (quick.ok, quick.events, quick.head) == (True, 2, (5, chain[4].hash))
    assert not ledger.verify_chain("acme", last=4).ok
    assert ledger.verify_chain("acme", last=50).events == 5


def test_every_page_is_looked_at_and_told(app, monkeypatch):
    monkeypatch.setattr(verification, "PAGE", 3)
    for _ in range(8):
        append()
    told = []
    report = ledger.verify_chain(
        "acme", progress=lambda chain, events: told.append((chain, events))
    )
    assert told == [("acme", 3), ("acme", 6), ("acme", 8)]
    assert report.events == 8


def test_many_faults_are_counted_and_the_first_told(app):
    for _ in range(30):
        append()
    tamper("UPDATE audit_event SET code = 'expired'")
    report = ledger.verify_chain("acme")
    assert (report.fault_count, len(report.faults)) == (30, verification.FAULTS_TOLD)


def test_time_that_is_none_is_a_fault_not_an_error(chain):
    value = {"sqlite": "yesterday", "postgresql": "infinity"}[db.db.engine.dialect.name]
    tamper(f"UPDATE audit_event SET at = '{value}' WHERE sequence = 3")
    assert (1, "unreadable") in codes(ledger.verify_chain("acme"))


@pytest.mark.parametrize("column", ["actor_id", "account_id", "hash", "detail_digest", "detail"])
def test_value_of_another_kind_is_a_fault_not_an_error(chain, column):
    if db.db.engine.dialect.name != "sqlite":
        return  # PostgreSQL keeps no value of another kind
    value = "'x'" if column in ("hash", "detail_digest", "detail") else "x'ff'"
    tamper(f"UPDATE audit_event SET {column} = {value} WHERE sequence = 3")
    assert (3, "unreadable") in codes(ledger.verify_chain("acme"))


def test_memory_does_not_grow_with_the_chain(app):
    def grow(events):
        def work(transaction):
            for _ in range(events):
                ledger.append(transaction, new_event(), AT)
            transaction.after_commit.clear()

        db.write(work)

    def peak():
        tracemalloc.start()
        report = ledger.verify_chain("acme")
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert report.ok
        return highest

    grow(2 * verification.PAGE)
    peak()
    short = peak()
    grow(10 * verification.PAGE)
    assert peak() < 1.5 * short
