"""axe-core in the page that a tab shows: what it finds against WCAG 2.2 A and AA, as sentences.

find_violations(tab)        # [] or ["color-contrast: Elements must … at .quiet: …", …]

`make test` installs it with npm, from the lock file in axe/; `skip_without_axe()` says so where it
is missing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.system_programs import NPM

SOURCE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"
INSTALL = f"needs axe-core: {NPM.install}, then make test"
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # a rule of WCAG 2.2 that is off by default
    "resultTypes": ["violations", "incomplete"],
}
RUN = """async (options) => {
    const found = await axe.run(document, options);
    const told = (each, start) => each.nodes.map((node) =>
        `${start}${each.id}: ${each.help} at ${node.target.join(" ")}: ${node.failureSummary}`);
    return [
        ...found.violations.flatMap((each) => told(each, "")),
        ...found.incomplete.flatMap((each) => told(each, "cannot tell ")),
    ];
}"""


def skip_without_axe():
    if not SOURCE.exists():
        pytest.skip(INSTALL)


def find_violations(tab):
    """Return what is wrong, and what axe cannot tell, which is as bad: nobody would look."""
    for frame in tab.frames:
        if not frame.evaluate("'axe' in window"):
            frame.evaluate(SOURCE.read_text("utf-8"))
    return tab.evaluate(RUN, OPTIONS)
