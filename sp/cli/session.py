"""`flask sp session`: who is signed in, and ending that."""

from __future__ import annotations

import click

from sp.cli.group import TEXT, SpGroup
from sp.cli.output import json_option, say, show, table
from sp.errors import BadInputError
from sp.flows import revocation
from sp.flows.actor import COMMAND_LINE
from sp.sessions.session import SessionView

group = SpGroup("session", help="Who is signed in, and ending sessions.")


@group.command("list")
@click.argument("slug", type=TEXT)
@click.option("--email", type=TEXT, help="Of this person only.")
@json_option
def list_sessions(slug: str, *, email: str | None, as_json: bool) -> None:
    """List the live sessions of an organisation."""
    rows = [_row(each) for each in revocation.list_sessions(slug, email)]
    show(rows, as_json=as_json, lines=lambda: table(rows, empty=f"Nobody is signed in at {slug}."))


@group.command("revoke")
@click.argument("slug", type=TEXT)
@click.option("--session", "public_id", type=TEXT, help="One session, as `list` names it.")
@click.option("--email", type=TEXT, help="All sessions of a person.")
@click.option("--all", "everybody", is_flag=True, help="All sessions of the organisation.")
def revoke(slug: str, *, public_id: str | None, email: str | None, everybody: bool) -> None:
    """End sessions; it is felt on the next request."""
    if [bool(public_id), bool(email), everybody].count(True) != 1:
        raise BadInputError(public="Give exactly one of --session, --email and --all.")
    ended = revocation.revoke(slug, actor=COMMAND_LINE, email=email, public_id=public_id)
    say(f"Sessions ended at {slug}: {ended}.")


def _row(one: SessionView) -> dict[str, object]:
    return {
        "session": one.public_id,
        "email": one.email,
        "created_at": one.created_at,
        "seen_at": one.seen_at,
        "expires_at": one.expires_at,
        "how": one.how,
        "address": one.address,
        "user_agent": one.user_agent,
    }
