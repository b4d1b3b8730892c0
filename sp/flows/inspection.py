"""Looking back: does the record hold together, and does a kept sign-in still verify today?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sp import db
from sp.audit import events, evidence, ledger
from sp.audit.events import Event
from sp.audit.evidence import Evidence
from sp.audit.verification import ChainReport, Fault
from sp.errors import BadInputError, ConflictError, NotFoundError
from sp.flows.looking_up import find_organisation
from sp.flows.recording import SERVICE_CHAIN
from sp.organisations import organisation
from sp.saml import gate, logout, logout_message, response, urn
from sp.saml.errors import Refused
from sp.saml.logout_types import LogoutExpectation
from sp.saml.types import Expectation, Finding

_BINDINGS = {"redirect": urn.REDIRECT, "post": urn.POST, "soap": urn.SOAP}

_MOST_DIGITS = 18
"""Of a sequence, as in a head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverified:
    """A kept message judged again: the findings then and now, and whether they are the same."""

    event: Event
    kept: Evidence
    then: tuple[Finding, ...]
    now: tuple[Finding, ...]

    @property
    def same(self) -> bool:
        """Say whether every check of that day comes out as it did, and so does the verdict.

        By code and outcome: a later version may word a finding better, or check more.
        """
        then, now = (
            {(each.code, each.ok) for each in findings} for findings in (self.then, self.now)
        )
        good = [all(ok for _, ok in outcomes) for outcomes in (then, now)]
        return then <= now and good[0] == good[1]


def verify(
    slug: str | None,
    *,
    head: tuple[int, str] | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> list[ChainReport]:
    """Hold one chain, or every chain, against its hashes; `head` is one that was noted earlier.

    An organisation's chain begins with the event that made it. A chain that no organisation has is
    looked at as well.
    """
    if slug is None:
        with db.read() as transaction:
            made = {each.slug for each in organisation.list_all(transaction)}
            found = made.union(ledger.list_chains(transaction))
        chains = [SERVICE_CHAIN, *sorted(found - {SERVICE_CHAIN})]
    else:
        made = {find_organisation(slug).slug} if slug != SERVICE_CHAIN else set()
        chains = [slug]
    reports = [ledger.verify_chain(chain, head=head, progress=progress) for chain in chains]
    return [hold_beginning(each) if each.chain in made else each for each in reports]


def hold_beginning(report: ChainReport) -> ChainReport:
    """Look for the event that made an organisation, where all else in its chain holds."""
    if not report.ok:
        return report
    with db.read() as transaction:
        first = ledger.first_kind(transaction, report.chain)
    if first == events.ORGANISATION_ADDED:
        return report
    fault = Fault(1, "cut", "it is not the one that tells how the organisation was made")
    return replace(report, faults=(fault,), fault_count=1)


def find_event(name: str) -> Event:
    """Return the event of a reference (ABCD-2345) or of a chain and sequence (acme:41)."""
    try:
        found = _look_up(name)
    except (TypeError, ValueError, AttributeError) as error:  # SQLite keeps any value anywhere
        sentence = f"Event {name} was altered and cannot be read: run flask sp audit verify."
        raise ConflictError(public=sentence) from error
    if found is None:
        raise NotFoundError(public=f"There is no event {name}.")
    return found


def _look_up(name: str) -> Event | None:
    with db.read() as transaction:
        if ":" in name:
            chain, _, number = name.rpartition(":")
            if not (number.isdecimal() and len(number) <= _MOST_DIGITS):
                raise BadInputError(public=f"{name!r} is not CHAIN:SEQUENCE.")
            return ledger.read_event(transaction, chain, int(number))
        return ledger.find_reference(transaction, name.strip().upper())


def reverify(name: str) -> Reverified:
    """Judge the message of an event again, with nothing but what its evidence holds.

    Neither today's keys, nor today's revision, nor today's clock has a part in it.
    """
    event = find_event(name)
    if event.evidence_digest is None:
        raise NotFoundError(public=f"Event {name} has no message to verify.")
    with db.read() as transaction:
        kept = evidence.load(transaction, event.evidence_id, event.evidence_digest)
    if kept is None:
        raise NotFoundError(public=f"The evidence of event {name} was not kept.")
    return Reverified(event=event, kept=kept, then=kept.findings, now=judge_again(kept))


def judge_again(kept: Evidence) -> tuple[Finding, ...]:
    """Return the findings that a kept message gives under the Expectation kept with it."""
    try:
        if kept.kind != evidence.SIGN_ON:
            return _judge_logout_again(kept)
        gated = gate.read_message(kept.message, kept.kind)
    except Refused as refused:
        return (refused.finding,)
    if not isinstance(kept.expectation, Expectation):
        return kept.findings
    return response.judge(gated, kept.expectation, kept.decrypt).findings


def _judge_logout_again(kept: Evidence) -> tuple[Finding, ...]:
    """Return the same of a logout message; one of ours has no findings, then or now."""
    kind, _, binding = kept.kind.partition(" ")
    received = logout_message.open_kept(_BINDINGS[binding], kind, kept.message)
    if not isinstance(kept.expectation, LogoutExpectation):
        return kept.findings
    return logout.judge(received, kept.expectation, kept.decrypt).findings
