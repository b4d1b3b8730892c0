"""`flask sp audit`."""

from __future__ import annotations

import pytest

from sp.db import db
from sp.flows.outcomes import SignInRefused


def last_event(sp):
    return sp("audit", "verify", "acme", "--json").json[0]["head"].partition(":")[0]


def edit(statement):
    with db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_every_chain_holds_and_gives_its_head(sp, signed_in):
    done = sp("audit", "verify")
    assert done.status == 0
    assert [line.split()[:2] for line in done.out.splitlines()] == [
        ["-", "holds"],
        ["acme", "holds"],
    ]
    rows = sp("audit", "verify", "--json").json
    assert all(row["ok"] for row in rows)
    assert f"head {rows[1]['head']}" in done.out


def test_head_noted_earlier_is_still_there(sp, acme):
    head = sp("audit", "verify", "acme", "--json").json[0]["head"]
    sp("account", "add", "acme", "ada@acme.example")
    assert sp("audit", "verify", "acme", "--head", head).status == 0


def test_rewritten_head_is_shown(sp, acme):
    done = sp("audit", "verify", "acme", "--head", "1:" + "0" * 64)
    assert done.status == 1
    assert "DOES NOT HOLD" in done.out
    assert "the event noted earlier was another" in done.out


def test_edited_event_is_shown(sp, acme):
    edit("UPDATE audit_event SET actor_id = 'nobody' WHERE chain = 'acme' AND sequence = 1")
    done = sp("audit", "verify")
    assert done.status == 1
    assert "event 1: its columns do not give its hash" in done.out


def assert_told(done, sentence):
    assert (done.status, "  holds  " in done.out) == (0, True)
    assert sentence in done.out


def test_what_was_erased_or_never_kept_is_told_and_is_no_fault(sp, signed_in):
    edit("UPDATE audit_event SET detail = NULL, detail_salt = NULL WHERE kind = 'idp_live'")
    told = "the details of 1 event are erased, which is no fault"
    assert_told(sp("audit", "verify", "acme"), told)
    edit("UPDATE audit_event SET detail = NULL, detail_salt = NULL WHERE kind = 'sign_in'")
    edit("UPDATE audit_event SET evidence_id = NULL")
    told = "the details of 2 events are erased and the evidence of 1 event is not kept, which is no"
    assert_told(sp("audit", "verify", "acme"), told)
    edit("UPDATE audit_event SET actor_id = 'nobody' WHERE sequence = 2")
    done = sp("audit", "verify", "acme")
    assert (done.status, told in done.out) == (1, True)


@pytest.mark.parametrize("head", ["1", "x:y", "1:" + "0" * 63, "-1:" + "0" * 64])
def test_head_in_another_form_is_refused(acme, refused, head):
    assert "SEQUENCE:HASH" in refused("audit", "verify", "acme", f"--head={head}")


def test_head_without_a_chain_is_refused(refused):
    assert "one chain" in refused("audit", "verify", "--head", "1:" + "0" * 64)


def test_kept_sign_in_gives_the_same_findings(sp, signed_in):
    name = f"acme:{last_event(sp)}"
    done = sp("audit", "reverify", name)
    assert done.status == 0, done
    assert done.out.endswith("The findings are those of that day.\n")
    value = sp("audit", "reverify", name, "--json").json
    assert value["same"] is True
    assert value["event"] == name
    assert value["then"] == value["now"]
    assert all(finding["ok"] for finding in value["now"])


def test_reference_that_a_person_was_shown_leads_to_the_event(sp, answer):
    with pytest.raises(SignInRefused) as refusal:
        answer(sign="none")
    value = sp("audit", "reverify", refusal.value.reference.lower(), "--json").json
    assert (value["event"], value["same"]) == (f"acme:{last_event(sp)}", True)


def test_nobody_is_shown_a_reference_of_what_succeeded_so_it_has_none(sp, signed_in):
    value = sp("audit", "reverify", f"acme:{last_event(sp)}", "--json").json
    assert value["reference"] is None


@pytest.mark.parametrize(
    "event",
    [
        "acme:999",
        "acme:x",
        "nowhere:1",
        "AAAA-2222",
        "acme:1",
        *("acme:" + "9" * n for n in (30, 5000)),
    ],
)
def test_event_that_cannot_be_verified_is_one_sentence(acme, refused, event):
    assert refused("audit", "reverify", event).endswith(".")


def test_event_that_was_altered_beyond_reading_is_one_sentence(acme, refused):
    edit("UPDATE audit_event SET detail = '{'")
    assert "was altered and cannot be read" in refused("audit", "reverify", "acme:1")
