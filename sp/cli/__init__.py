"""The command line, `flask sp …`: words in, one flow called, and a line of what was done."""

from __future__ import annotations

from flask import Flask

from sp.cli import keys
from sp.cli.group import SpGroup

COMMANDS = (keys.group,)


def register(app: Flask) -> None:
    """Put `flask sp` and all its commands on the program."""
    group = SpGroup("sp", help="Organisations, Identity Providers, people, keys and the record.")
    for command in COMMANDS:
        group.add_command(command)
    app.cli.add_command(group)
