"""`flask sp organisation`: the organisations and who may come in there."""

from __future__ import annotations

from typing import Any

import click

from sp import db
from sp.cli.group import SPAN, TEXT, SpGroup, current_config
from sp.cli.output import facts, json_option, say, show, table
from sp.errors import BadInputError
from sp.flows import looking_up, membership
from sp.flows.actor import COMMAND_LINE
from sp.organisations import organisation
from sp.organisations.organisation import Organisation

group = SpGroup("organisation", help="Organisations, their domains and their sign-in rules.")


@group.command("add")
@click.argument("slug", type=TEXT)
@click.option("--name", type=TEXT, required=True, help="What its people call it.")
@click.option(
    "--domain",
    "domains",
    type=TEXT,
    multiple=True,
    required=True,
    help="An e-mail domain that you vouch for; may be given several times.",
)
def add(slug: str, name: str, domains: tuple[str, ...]) -> None:
    """Make an organisation; SLUG stands in its addresses and never changes."""
    made = membership.add_organisation(slug, name, domains, actor=COMMAND_LINE)
    config = current_config()
    say(f"Made the organisation {made.slug} with {', '.join(made.domains)}.")
    say(f"Its Identity Provider needs the Entity ID {config.entity_id(made.slug)}")
    say(f"and the ACS URL {config.acs_url(made.slug)}")


@group.command("list")
@json_option
def list_all(*, as_json: bool) -> None:
    """List all organisations."""
    with db.read() as transaction:
        rows = [_short(each) for each in organisation.list_all(transaction)]
    show(rows, as_json=as_json, lines=lambda: table(rows, empty="There are no organisations."))


@group.command("show")
@click.argument("slug", type=TEXT)
@json_option
def show_one(slug: str, *, as_json: bool) -> None:
    """Show an organisation: its rules, its addresses and what is in force."""
    value = _whole(looking_up.find_organisation(slug))
    show(value, as_json=as_json, lines=lambda: facts(value))


@group.command("policy")
@click.argument("slug", type=TEXT)
@click.option("--sign-in", type=click.Choice(["password", "optional", "required"]))
@click.option("--unsolicited", type=click.Choice(["restart", "accept", "refuse"]))
@click.option(
    "--create-accounts/--no-create-accounts",
    default=None,
    help="Whether a first sign-in makes an account.",
)
@click.option(
    "--require-group",
    "required_groups",
    type=TEXT,
    multiple=True,
    help="Only people in this group may come in; several times: in any of them.",
)
@click.option("--no-required-group", is_flag=True, help="Take the group rule away.")
@click.option(
    "--idle-timeout",
    "idle_seconds",
    type=SPAN,
    help="How long a session lives that nobody uses; for those that exist, too.",
)
@click.option(
    "--session-lifetime",
    "absolute_seconds",
    type=SPAN,
    help="How long a session lives at most; for sign-ins from now on.",
)
@click.option(
    "--session-floor",
    "floor_seconds",
    type=SPAN,
    help="How long a session lives at least, where the Identity Provider wants it shorter; "
    "0m does as it says. For sign-ins from now on.",
)
def policy(
    slug: str, *, required_groups: tuple[str, ...], no_required_group: bool, **named: Any
) -> None:
    """Change an organisation's sign-in rules; what is not named stays as it is."""
    if required_groups and no_required_group:
        raise BadInputError(public="Give either --require-group or --no-required-group.")
    changes = {name: value for name, value in named.items() if value is not None}
    if required_groups or no_required_group:
        changes["required_groups"] = tuple(dict.fromkeys(required_groups))
    if not changes:
        raise BadInputError(public="Name at least one rule to change; --help lists them.")
    value = _rules(membership.set_policy(slug, changes, actor=COMMAND_LINE))
    say(f"The rules of {slug} are now:")
    for line in facts(value):
        say(line)


def _rules(one: Organisation) -> dict[str, object]:
    return {
        "sign_in": one.sign_in,
        "unsolicited": one.unsolicited,
        "create_accounts": one.create_accounts,
        "required_groups": list(one.required_groups),
        "idle_seconds": one.idle_seconds,
        "absolute_seconds": one.absolute_seconds,
        "floor_seconds": one.floor_seconds,
    }


def _short(one: Organisation) -> dict[str, object]:
    return {
        "slug": one.slug,
        "name": one.name,
        "domains": list(one.domains),
        "sign_in": one.sign_in,
        "live_revision": one.live_revision,
    }


def _whole(one: Organisation) -> dict[str, object]:
    config = current_config()
    return {
        **_short(one),
        **_rules(one),
        "demonstration": one.demo,
        "entity_id": config.entity_id(one.slug),
        "acs_url": config.acs_url(one.slug),
        "login_url": config.login_url(one.slug),
    }
