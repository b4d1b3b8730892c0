"""The table of figures, and its place in docs/performance.md."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
PLACE = re.compile(r"(<!-- (?P<part>\w+) -->\n).*?(<!-- /(?P=part) -->)", re.DOTALL)


def table(figures):
    """Return the lines of one part's table."""
    lines = [
        "| what | CPU, ms | ratio | middle half | to reach |",
        "|---|---:|---:|---:|---:|",
    ]
    for each in figures:
        low, high = each.middle_half
        wanted = "" if each.target is None else f"{each.target:.2f}"
        lines.append(
            f"| {each.name} | {each.median:.2f} | {each.ratio:.2f} | {low:.2f} to {high:.2f} | {wanted} |"
        )
    return "\n".join(lines)


def machine(rounds):
    """Return what it was measured on, in a sentence."""
    versions = " ".join(f"{name} {_version(name)}" for name in ("python3-saml", "xmlsec", "lxml"))
    return (
        f"Measured on {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, {versions}; {rounds} interleaved rounds."
    )


def write(parts, rounds):
    """Put tables into their places in the document; what was not measured stays."""
    text = DOCUMENT.read_text(encoding="utf-8")

    def put(match):
        part = match["part"]
        if part not in parts:
            return match[0]
        return f"{match[1]}\n{machine(rounds)}\n\n{table(parts[part])}\n{match[3]}"

    DOCUMENT.write_text(PLACE.sub(put, text), encoding="utf-8")


def _version(name):
    from importlib.metadata import version  # noqa: PLC0415 - only here

    return version(name)
