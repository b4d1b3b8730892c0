"""`flask sp idp`: how to trust and read an organisation's Identity Provider."""

from __future__ import annotations

import sys
from typing import Final

import click

from sp.cli.group import TEXT, SpGroup, current_config
from sp.cli.output import facts, json_option, printable, say, show, table
from sp.cli.reading import read_octets
from sp.errors import BadInputError, NotFoundError
from sp.flows import connection
from sp.flows.actor import COMMAND_LINE
from sp.organisations import presets
from sp.organisations.idp_directory import Revision
from sp.saml.errors import MetadataRefused
from sp.saml.idp_metadata import MOST_OCTETS

MOST_CHOICES: Final = 20

group = SpGroup("idp", help="Identity Providers: import a draft, look at it, put it in force.")


@group.command("import")
@click.argument("slug", type=TEXT)
@click.argument("file", type=TEXT, metavar="FILE_OR_URL")
@click.option("--entity-id", type=TEXT, help="Which one, where the file describes several.")
@click.option(
    "--provider",
    type=click.Choice(sorted(presets.PRESETS)),
    help="Whose product it is; recognised otherwise.",
)
@click.option(
    "--allow",
    "exceptions",
    type=click.Choice(connection.EXCEPTIONS),
    multiple=True,
    help="Record an exception for what is else refused.",
)
def import_file(
    slug: str,
    file: str,
    *,
    entity_id: str | None,
    provider: str | None,
    exceptions: tuple[str, ...],
) -> None:
    """Keep the metadata at FILE_OR_URL (- for standard input) as a draft; nobody is affected."""
    try:
        made = connection.import_metadata(
            current_config(),
            slug,
            _read_source(file),
            source=file,
            actor=COMMAND_LINE,
            entity_id=entity_id,
            provider=provider,
            exceptions=frozenset(exceptions),
        )
    except MetadataRefused as refused:
        raise BadInputError(public=f"{refused.public}{_name_choices(refused)}") from refused
    say(f"Kept revision {made.number} of {slug} as a draft.")
    for line in facts(
        {
            "entity_id": made.metadata.entity_id,
            "provider": made.provider,
            "sign_in_url": made.metadata.use_sso.location,
            "keys": [each.key.fingerprint for each in made.metadata.signing_keys],
        }
    ):
        say(line)
    for warning in made.metadata.warnings:
        say(f"Note: {warning.sentence}")
    say(f"To put it in force: flask sp idp live {slug} {made.number}")


@group.command("show")
@click.argument("slug", type=TEXT)
@click.argument("revision", type=int, required=False)
@json_option
def show_revision(slug: str, *, revision: int | None, as_json: bool) -> None:
    """Show one revision: the live one, else the newest, unless its number is given."""
    here, rows = connection.history(slug)
    if not rows:
        raise NotFoundError(public=f"{slug} has no Identity Provider yet: import its metadata.")
    number = revision if revision is not None else here.live_revision or rows[0].number
    value = _read(connection.read_revision(current_config(), here, number))
    value = {"revision": number, "live": number == here.live_revision, **value}
    show(value, as_json=as_json, lines=lambda: facts(value))


@group.command("live")
@click.argument("slug", type=TEXT)
@click.argument("revision", type=int)
def live(slug: str, *, revision: int) -> None:
    """Put a revision in force, or back in force."""
    now_live = connection.go_live(current_config(), slug, revision, actor=COMMAND_LINE)
    say(f"Revision {revision} of {slug} is in force: {now_live.idp_entity_id}")


@group.command("history")
@click.argument("slug", type=TEXT)
@json_option
def history(slug: str, *, as_json: bool) -> None:
    """List all revisions, the newest first."""
    here, rows = connection.history(slug)
    listed = [
        {
            "revision": row.number,
            "live": row.number == here.live_revision,
            "created_at": row.created_at,
            "entity_id": row.idp_entity_id,
            "provider": row.provider,
            "source": row.source,
            "digest": row.digest,
        }
        for row in rows
    ]
    show(listed, as_json=as_json, lines=lambda: table(listed, empty=f"{slug} has no revisions."))


def _read_source(file: str) -> bytes:
    if "://" in file:
        if sys.stderr.isatty():
            click.echo(f"Fetching {printable(file)} ...", err=True)
        return connection.fetch_metadata(current_config(), file)
    return read_octets(file, limit=MOST_OCTETS)


def _name_choices(refused: MetadataRefused) -> str:
    """Return which Identity Providers there are to choose from; "" where there is no choice."""
    if not refused.choices:
        return ""
    told = [f"{entity_id} ({name})" if name else entity_id for entity_id, name in refused.choices]
    untold = len(told) - MOST_CHOICES
    more = f" and {untold} more" if untold > 0 else ""
    return f" Give --entity-id with one of: {', '.join(told[:MOST_CHOICES])}{more}."


def _read(one: Revision) -> dict[str, object]:
    return {
        "digest": one.digest,
        "entity_id": one.idp_entity_id,
        "sign_in_url": one.sso_url,
        "binding": one.sso_binding,
        "sign_requests": one.sign_requests,
        "login_hint": one.send_login_hint,
        "force_authn": one.force_authn,
        "contexts": list(one.contexts),
        "keys": [key.fingerprint for key in one.keys],
        "exceptions": sorted(one.exceptions),
        "tolerance_seconds": int(one.tolerance.total_seconds()),
        "maximum_age_seconds": int(one.maximum_age.total_seconds()),
    }
