"""Our own commands, run in this process as an operator runs them.

done = run(app, "idp", "import", "acme", "idp.xml")      # done.status, done.out, done.err
assert_well(app)                                          # audit verify and doctor find nothing wrong
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str
    err: str


def run(app, *words):
    """Run `flask sp` with these words, where no setting of the tests' own is seen."""
    hidden = {name: None for name in os.environ if name.startswith("SP_")}
    result = app.test_cli_runner().invoke(args=["sp", *map(str, words)], env=hidden)
    assert result.exception is None or isinstance(result.exception, SystemExit), result
    return Done(result.exit_code, result.stdout, result.stderr)


def amiss(app):
    """Give the names of what the doctor finds wrong."""
    return {row["name"] for row in json.loads(run(app, "doctor", "--json").out) if not row["ok"]}


def assert_holds(app):
    """Hold every chain against its hashes."""
    done = run(app, "audit", "verify")
    assert done.status == 0, done.out


def assert_well(app):
    """Hold that the record is whole and that nothing needs a hand."""
    assert_holds(app)
    done = run(app, "doctor")
    assert done.status == 0, done.out
