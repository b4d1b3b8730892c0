"""Years later: the record still holds together, and a kept sign-in still gives the same findings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.idp import Idp, key_named
from support.records import append, tamper

from sp.demo.encryption import encrypt_assertion
from sp.demo.messages import assertion_of, to_octets
from sp.errors import NotFoundError
from sp.flows import connection, housekeeping, inspection
from sp.flows.actor import COMMAND_LINE
from sp.flows.inspection import Reverified
from sp.flows.outcomes import SignInRefused
from sp.saml.types import Finding


def last_sign_in(events) -> str:
    numbers = [number for number, (kind, _) in enumerate(events(), 1) if kind == "sign_in"]
    return f"acme:{numbers[-1]}"


def test_a_kept_sign_in_gives_the_same_findings_after_everything_has_changed(
    visitor, config, clock, events
):
    visitor.begin()
    visitor.answer(sign="both")
    name = last_sign_in(events)
    connection.import_metadata(
        config, "acme", Idp(keys=("rsa-b",)).metadata(), source="new.xml", actor=COMMAND_LINE
    )
    connection.go_live(config, "acme", 2, actor=COMMAND_LINE)
    clock.advance(timedelta(days=5 * 365))
    again = inspection.reverify(name)
    assert again.same
    assert all(finding.ok for finding in again.now)
    assert len(again.now) > 10


def test_a_kept_encrypted_sign_in_is_verified_again_without_our_key(
    visitor, config, clock, events, tmp_path
):
    visitor.begin()
    public_key = config.keyring().encryption.private_key.public_key()
    root = visitor.idp.unsigned(at=clock.now(), in_response_to=visitor.request_id)
    visitor.idp.sign(assertion_of(root))
    encrypt_assertion(root, public_key)
    visitor.answer(to_octets(root))
    for path in config.certificates_directory.glob("encryption-*"):
        path.unlink()
    assert inspection.reverify(last_sign_in(events)).same


def test_a_kept_refusal_gives_the_same_refusal(visitor, events):
    visitor.begin()
    with pytest.raises(SignInRefused):
        visitor.answer(key=key_named("rsa-b"))
    again = inspection.reverify(last_sign_in(events))
    assert again.same
    assert not again.now[-1].ok


def test_the_reference_that_a_person_read_aloud_leads_to_the_event(visitor, events):
    visitor.begin()
    with pytest.raises(SignInRefused) as caught:
        visitor.answer(sign="none")
    assert inspection.find_event(caught.value.reference.lower()).code == "not_signed"


def test_an_event_without_a_message_cannot_be_verified(acme):
    with pytest.raises(NotFoundError):
        inspection.reverify("acme:1")


def test_every_chain_verifies_and_gives_its_head(visitor):
    visitor.begin()
    visitor.answer()
    reports = inspection.verify(None)
    assert all(report.ok for report in reports)
    assert {report.chain for report in reports} == {"-", "acme"}


@pytest.mark.parametrize("then", [None, lambda visitor: visitor.answer()], ids=["none", "others"])
def test_a_chain_that_was_thrown_away_shows_by_its_beginning(visitor, then):
    visitor.begin()
    tamper("DELETE FROM audit_event WHERE chain = 'acme'")
    if then is not None:
        then(visitor)
    for slug in (None, "acme"):
        report = inspection.verify(slug)[-1]
        assert [(fault.sequence, fault.code) for fault in report.faults] == [(1, "cut")]


def test_a_chain_that_no_organisation_has_is_looked_at_as_well(acme):
    append(chain="gone")
    assert [report.chain for report in inspection.verify(None)] == ["-", "acme", "gone"]
    tamper("UPDATE audit_event SET code = 'expired' WHERE chain = 'gone'")
    assert [report.ok for report in inspection.verify(None)] == [True, True, False]


def test_purging_keeps_what_is_needed_and_drops_what_expired(visitor, config, clock):
    visitor.begin()
    visitor.answer()
    first = housekeeping.purge(config)
    assert (first.sessions, first.pending_requests, first.consumed_assertions) == (0, 0, 0)
    clock.advance(timedelta(days=3))
    later = housekeeping.purge(config)
    assert (later.sessions, later.pending_requests, later.consumed_assertions) == (1, 1, 1)
    assert all(report.ok for report in inspection.verify(None))


VERSION = Finding("version", ok=True, expected="2.0", actual="2.0", section="Core 2.3.3")
NEW = Finding("a_later_check", ok=True)


@pytest.mark.parametrize(
    ("now", "same"),
    [
        ((VERSION,), True),
        ((VERSION._replace(expected="the version 2.0"),), True),
        ((VERSION, NEW), True),
        ((VERSION._replace(ok=False),), False),
        ((VERSION, NEW._replace(ok=False)), False),
        ((), False),
    ],
)
def test_findings_are_the_same_by_code_and_outcome(now, same):
    assert Reverified(event=None, kept=None, then=(VERSION,), now=now).same is same
