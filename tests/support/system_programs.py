"""Says which tests will be skipped for a missing system program, and the line that installs it."""

from __future__ import annotations

import shutil

PROGRAMS = {
    "chromium": ("chromium", "the journeys in a real browser"),
    "npm": ("npm", "the accessibility of every page, by axe-core"),
}


def missing(find=shutil.which):
    """Return the Debian packages that are missing, and what is skipped without each."""
    return {
        package: skipped
        for program, (package, skipped) in PROGRAMS.items()
        if find(program) is None
    }


if __name__ == "__main__":
    absent = missing()
    for package, skipped in absent.items():
        print(f"Without {package} these tests are skipped: {skipped}.")  # noqa: T201 - for people
    if absent:
        print(f"    sudo apt-get install -y {' '.join(absent)}")  # noqa: T201 - for people
