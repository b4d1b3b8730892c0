"""`flask sp purge` and `flask sp doctor`: keeping the house, and looking whether it is well."""

from __future__ import annotations

import os
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from sp.cli.group import current_config
from sp.cli.output import json_option, say, show
from sp.flows import housekeeping, self_check


@click.command("purge")
@with_appcontext
def purge() -> None:
    """Remove what has expired; run it every hour."""
    purged = asdict(housekeeping.purge(current_config()))
    told = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in purged.items())
    say(f"Purged: {told}.")


@click.command("doctor")
@json_option
@with_appcontext
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool) -> None:
    """Look whether anything is amiss; exit status 1 where it is."""
    checks = self_check.check_all(current_config(), os.environ)
    show(
        [asdict(each) for each in checks],
        as_json=as_json,
        lines=lambda: [
            f"{'ok   ' if each.ok else 'AMISS'}  {each.name.ljust(13)}  {each.sentence}"
            for each in checks
        ],
    )
    ctx.exit(0 if all(each.ok for each in checks) else 1)


COMMANDS = (purge, doctor)
