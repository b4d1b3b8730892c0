"""The command line, `flask sp …`: words in, one flow called, and a line of what was done."""

from __future__ import annotations

from flask import Flask

from sp.cli import account, audit, demo, idp, keys, organisation, service, session
from sp.cli.group import SpGroup

COMMANDS = (
    organisation.group,
    idp.group,
    account.group,
    session.group,
    keys.group,
    audit.group,
    *service.COMMANDS,
    *demo.COMMANDS,
)


def register(app: Flask) -> None:
    """Put `flask sp` and all its commands on the program."""
    group = SpGroup("sp", help="Organisations, Identity Providers, people, keys and the record.")
    for command in COMMANDS:
        group.add_command(command)
    app.cli.add_command(group)
