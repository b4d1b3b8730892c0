"""`flask sp demo`: the demonstration's organisation, in step with its Identity Provider."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from sp.cli.group import current_config
from sp.cli.output import say
from sp.cli.reading import read_octets
from sp.flows import demonstration
from sp.saml.idp_metadata import MOST_OCTETS


@click.command("demo")
@click.argument("metadata", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def demo(metadata: Path) -> None:
    """Make the organisation acme, its IdP's METADATA in force; on loopback only.

    `make run` calls it.
    """
    made = demonstration.set_up(current_config(), read_octets(str(metadata), limit=MOST_OCTETS))
    if made.made_keys:
        say("Made our keys.")
    if made.made_organisation:
        say(f"Made the organisation {demonstration.SLUG}.")
    if made.revision is not None:
        say(f"Put revision {made.revision} of its Identity Provider in force.")
    else:
        say("Everything is as it was.")


COMMANDS = (demo,)
