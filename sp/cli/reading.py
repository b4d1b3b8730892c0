"""Reads the file that a command names, or the standard input, and never without an end."""

from __future__ import annotations

import sys

import click

from sp.errors import BadInputError


def read_octets(file: str, *, limit: int) -> bytes:
    """Return what stands there, - for standard input; of what is too large one octet too many.

    Whoever reads those octets refuses that many. A device such as /dev/zero has no end.
    """
    if file == "-" and sys.stdin is None:
        raise BadInputError(public="Standard input is closed: name a file in place of -.")
    with click.open_file(file, "rb") as opened:
        octets: bytes = opened.read(limit + 1)
    return octets
