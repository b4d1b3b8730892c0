"""What commands print: plain lines for people, or one JSON document for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Give a command the option --json, as its argument `as_json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    return option(command)


def show(value: object, *, as_json: bool, lines: Callable[[], Sequence[str]]) -> None:
    """Print a value as JSON, or the lines that say the same to people."""
    if as_json:
        click.echo(json.dumps(value, indent=2, default=_encode))
        return
    for line in lines():
        click.echo(printable(line))


def say(sentence: str) -> None:
    """Print what was done."""
    click.echo(printable(sentence))


def table(rows: Sequence[Mapping[str, object]], *, empty: str) -> list[str]:
    """Return rows as aligned columns under their names, or the sentence for none."""
    if not rows:
        return [empty]
    cells = [list(rows[0]), *([as_text(value) for value in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def facts(value: Mapping[str, object]) -> list[str]:
    """Return one line for each fact: its name and its value."""
    width = max(map(len, value), default=0)
    return [f"{name.ljust(width)}  {as_text(fact)}".rstrip() for name, fact in value.items()]


def as_text(value: object) -> str:
    """Return one value as people read it; never more than one line, never a terminal's command."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}Z"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(as_text, value)) or "-"
    return printable(str(value))


def printable(text: str) -> str:
    """Return text in which every character that could move a terminal's cursor is spelt out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )


def _encode(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (tuple, set, frozenset)):
        return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    raise TypeError(type(value).__name__)
