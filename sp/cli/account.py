"""`flask sp account`: the people at an organisation."""

from __future__ import annotations

import csv
import io

import click

from sp.accounts.account import Account
from sp.cli.group import TEXT, SpGroup
from sp.cli.output import as_text, json_option, say, show, table
from sp.errors import BadInputError
from sp.flows import membership
from sp.flows.actor import COMMAND_LINE

group = SpGroup("account", help="People at an organisation: who may come in, and who may not.")
ROLE = click.Choice(["member", "admin", "auditor"])
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@group.command("add")
@click.argument("slug", type=TEXT)
@click.argument("email", type=TEXT)
@click.option("--role", type=ROLE, default="member")
@click.option("--name", type=TEXT, default="", help="Until the first sign-in tells it.")
def add(slug: str, email: str, *, role: str, name: str) -> None:
    """Add a person before their first sign-in."""
    made = membership.add_account(slug, email, actor=COMMAND_LINE, role=role, name=name)
    say(f"Added {made.email} to {slug} as {made.role}.")


@group.command("list")
@click.argument("slug", type=TEXT)
@click.option("--csv", "as_csv", is_flag=True, help="Print a table for spreadsheets.")
@json_option
def list_people(slug: str, *, as_csv: bool, as_json: bool) -> None:
    """List everybody who has an account."""
    if as_csv and as_json:
        raise BadInputError(public="Give either --csv or --json.")
    rows = [_row(each) for each in membership.list_accounts(slug)]
    if as_csv:
        click.echo(_csv(rows), nl=False)
        return
    show(rows, as_json=as_json, lines=lambda: table(rows, empty=f"{slug} has no accounts."))


@group.command("suspend")
@click.argument("slug", type=TEXT)
@click.argument("email", type=TEXT)
def suspend(slug: str, email: str) -> None:
    """Keep a person out from now on and end their sessions."""
    ended = membership.suspend(slug, email, actor=COMMAND_LINE)
    say(f"Suspended {email} at {slug}; sessions ended: {ended}.")


@group.command("restore")
@click.argument("slug", type=TEXT)
@click.argument("email", type=TEXT)
def restore(slug: str, email: str) -> None:
    """Let a suspended person in again."""
    membership.restore(slug, email, actor=COMMAND_LINE)
    say(f"{email} may come in at {slug} again.")


@group.command("role")
@click.argument("slug", type=TEXT)
@click.argument("email", type=TEXT)
@click.argument("role", type=ROLE)
def role(slug: str, email: str, role: str) -> None:
    """Let a person be a member, an admin or an auditor, from their next request on."""
    membership.set_role(slug, email, role, actor=COMMAND_LINE)
    say(f"{email} is {role} at {slug}.")


@group.command("relink")
@click.argument("slug", type=TEXT)
@click.argument("email", type=TEXT)
def relink(slug: str, email: str) -> None:
    """Forget who a person is at the Identity Provider; their next sign-in links them anew."""
    forgotten = membership.relink(slug, email, actor=COMMAND_LINE)
    say(f"The next sign-in of {email} at {slug} links them anew; links forgotten: {forgotten}.")


def _row(one: Account) -> dict[str, object]:
    return {
        "email": one.email,
        "name": one.name,
        "role": one.role,
        "origin": one.origin,
        "suspended_at": one.suspended_at,
    }


def _csv(rows: list[dict[str, object]]) -> str:
    """Return a CSV that no spreadsheet takes for formulas (OWASP, CSV injection)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["email", "name", "role", "origin", "suspended_at"])
    for row in rows:
        cells = ["" if value is None else as_text(value) for value in row.values()]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue()
