"""`flask sp audit`: does the record hold together, and does a kept sign-in still verify?"""

from __future__ import annotations

import re
from dataclasses import asdict

import click

from sp.audit.verification import ChainReport
from sp.cli.group import TEXT, SpGroup
from sp.cli.output import facts, json_option, show
from sp.errors import BadInputError
from sp.flows import inspection
from sp.flows.inspection import Reverified
from sp.saml.types import Finding

group = SpGroup("audit", help="The record: checking its chains, judging a kept sign-in again.")


@group.command("verify")
@click.argument("slug", type=TEXT, required=False)
@click.option("--head", type=TEXT, help="SEQUENCE:HASH as an earlier run printed it.")
@json_option
@click.pass_context
def verify(ctx: click.Context, slug: str | None, *, head: str | None, as_json: bool) -> None:
    """Hold every chain, or the one of SLUG (- for the service's), against its hashes.

    Prints each chain's head. A chain shows edits; only a head that was noted elsewhere shows a
    rewrite or a cut tail. Exit status 1 where anything does not hold.
    """
    if head and not slug:
        raise BadInputError(public="--head belongs to one chain: name its organisation.")
    reports = inspection.verify(slug, head=_read_head(head))
    show(
        [_row(each) for each in reports],
        as_json=as_json,
        lines=lambda: [line for each in reports for line in _lines(each)],
    )
    ctx.exit(0 if all(each.ok for each in reports) else 1)


@group.command("reverify")
@click.argument("event", type=TEXT)
@json_option
@click.pass_context
def reverify(ctx: click.Context, event: str, *, as_json: bool) -> None:
    """Judge a kept message again, as of then; EVENT is acme:41 or a reference like ABCD-2345.

    Only what was kept with the event has a part in it. Exit status 1 where the findings differ.
    """
    found = inspection.reverify(event)
    value = {
        **_facts(found),
        "same": found.same,
        "then": [each._asdict() for each in found.then],
        "now": [each._asdict() for each in found.now],
    }
    show(value, as_json=as_json, lines=lambda: _told(found))
    ctx.exit(0 if found.same else 1)


def _read_head(text: str | None) -> tuple[int, str] | None:
    """Return SEQUENCE:HASH in its two parts."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,18}):([0-9a-f]{64})", text)
    if match is None:
        raise BadInputError(public="--head takes SEQUENCE:HASH as an earlier run printed it.")
    return int(match[1]), match[2]


def _row(report: ChainReport) -> dict[str, object]:
    return {**asdict(report), "ok": report.ok, "head": _head(report)}


def _head(report: ChainReport) -> str | None:
    return f"{report.head[0]}:{report.head[1]}" if report.head else None


def _lines(report: ChainReport) -> list[str]:
    state = "holds" if report.ok else "DOES NOT HOLD"
    first = f"{report.chain}  {state}  events {report.events}  head {_head(report) or '-'}"
    faults = [f"    event {each.sequence}: {each.sentence}" for each in report.faults]
    untold = report.fault_count - len(report.faults)
    return [first, *_gone(report), *faults, *([f"    and {untold} more"] if untold else [])]


def _gone(report: ChainReport) -> list[str]:
    """Return the line on what the chain holds by its digest only, if there is any of it."""
    kinds = (
        ("the details", "are erased", report.details_erased),
        ("the evidence", "is not kept", report.evidence_not_kept),
    )
    told = [
        f"{what} of {count} event{'' if count == 1 else 's'} {how}"
        for what, how, count in kinds
        if count
    ]
    return [f"    {' and '.join(told)}, which is no fault"] if told else []


OF_OURS = "It holds a message of our own, which nobody here judges."


def _facts(found: Reverified) -> dict[str, object]:
    event = found.event
    return {
        "event": f"{event.chain}:{event.sequence}",
        "at": event.at,
        "kind": event.kind,
        "code": event.code,
        "revision": event.revision,
        "reference": event.reference,
    }


def _told(found: Reverified) -> list[str]:
    if not found.then and not found.now:
        return [*facts(_facts(found)), "", OF_OURS]
    end = "The findings are those of that day." if found.same else "THE FINDINGS ARE NOT THE SAME."
    was = [] if found.same else ["Then:", *map(_finding, found.then), "Now:"]
    return [*facts(_facts(found)), "", *was, *map(_finding, found.now), "", end]


def _finding(one: Finding) -> str:
    line = f"{'ok     ' if one.ok else 'REFUSED'}  {one.code}"
    if one.section:
        line += f"  ({one.section})"
    return line if one.ok else f"{line}  expected {one.expected!r}, got {one.actual!r}"
