"""`flask sp session`: who is signed in, and ending that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import click

from sp.cli.group import MOMENT, TEXT, SpGroup
from sp.cli.output import json_option, say, show, table
from sp.errors import BadInputError
from sp.flows import revocation
from sp.flows.actor import COMMAND_LINE
from sp.flows.selection import Selection
from sp.sessions.device import device_of
from sp.sessions.session import SessionView

SELECTIONS: Final = {
    "public_id": "--session",
    "email": "--email",
    "everybody": "--all",
    "before": "--before",
    "name_id": "--name-id",
}

group = SpGroup("session", help="Who is signed in, and ending sessions.")


@group.command("list")
@click.argument("slug", type=TEXT)
@click.option("--email", type=TEXT, help="Of this person only.")
@json_option
def list_sessions(slug: str, *, email: str | None, as_json: bool) -> None:
    """List the live sessions of an organisation."""
    found = revocation.list_sessions(slug, email)
    show(
        [_whole(each) for each in found],
        as_json=as_json,
        lines=lambda: table(
            [_short(each) for each in found], empty=f"Nobody is signed in at {slug}."
        ),
    )


@group.command("revoke")
@click.argument("slug", type=TEXT, required=False)
@click.option("--session", "public_id", type=TEXT, help="One session, as `list` names it.")
@click.option("--email", type=TEXT, help="All sessions of a person.")
@click.option("--all", "everybody", is_flag=True, help="All sessions of the organisation.")
@click.option("--before", type=MOMENT, help="All that started before this moment, or `now`.")
@click.option("--everywhere", is_flag=True, help="With --before: at every organisation.")
@click.option("--name-id", type=TEXT, help="All sessions that the company's login calls so.")
@click.option(
    "--session-index",
    "session_indexes",
    type=TEXT,
    multiple=True,
    help="With --name-id: only the sessions of this SessionIndex; may be given several times.",
)
@click.option(
    "--idp",
    "idp_entity_id",
    type=TEXT,
    help="With --name-id: the Identity Provider's entityID, if not the one in force.",
)
def revoke(slug: str | None, **named: Any) -> None:
    """End sessions at the organisation SLUG; it is felt on the next request, on every node."""
    given = {name: value for name, value in named.items() if value}
    _check(slug, given)
    given.pop("everywhere", None)
    if slug:
        ended = revocation.revoke(slug, Selection(**given), actor=COMMAND_LINE)
    else:
        ended = revocation.revoke_everywhere(given["before"], actor=COMMAND_LINE)
    say(f"Sessions ended {f'at {slug}' if slug else 'everywhere'}: {ended}.")


def _check(slug: str | None, given: Mapping[str, object]) -> None:
    """Refuse what selects nothing, more than one thing, or leaves open where."""
    if len(given.keys() & set(SELECTIONS)) != 1:
        raise BadInputError(public=f"Give exactly one of {', '.join(SELECTIONS.values())}.")
    if given.keys() & {"session_indexes", "idp_entity_id"} and "name_id" not in given:
        raise BadInputError(public="--session-index and --idp go with --name-id.")
    if "everywhere" in given and "before" not in given:
        raise BadInputError(public="--everywhere goes with --before.")
    if bool(slug) == ("everywhere" in given):
        raise BadInputError(public="Give either an organisation, or --everywhere with --before.")


def _short(one: SessionView) -> dict[str, object]:
    return {
        "session": one.public_id,
        "email": one.email,
        "device": device_of(one.user_agent),
        "address": one.address,
        "created_at": one.created_at,
        "seen_at": one.seen_at,
    }


def _whole(one: SessionView) -> dict[str, object]:
    return {
        **_short(one),
        "expires_at": one.expires_at,
        "idle_until": one.idle_until,
        "how": one.how,
        "idp_entity_id": one.idp_entity_id,
        "name_id": one.name_id.value if one.name_id else None,
        "session_index": one.session_index,
        "authn_instant": one.authn_instant,
        "authn_context": one.authn_context,
        "user_agent": one.user_agent,
    }
