"""Says which tests will be skipped for a missing system program, and the line that installs it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PHP_MODULES = {"curl", "dom", "intl", "mbstring"}


@dataclass(frozen=True)
class Need:
    """Debian packages, what is skipped without them, and whether they are here."""

    packages: tuple[str, ...]
    skipped: str
    is_met: Callable[[], bool]

    @property
    def install(self):
        return f"sudo apt-get install -y {' '.join(self.packages)}"

    @property
    def reason(self):
        """Return the line that a skipped test says."""
        return f"needs Debian's {self.packages[0]}: {self.install}"


def on_path(program):
    return lambda: shutil.which(program) is not None


def has_simplesamlphp():
    if shutil.which("php") is None or not Path("/usr/share/simplesamlphp/www").is_dir():
        return False
    listed = subprocess.run(["php", "-m"], capture_output=True, text=True, check=True)
    return set(listed.stdout.split()) >= PHP_MODULES


CHROMIUM = Need(("chromium",), "the journeys in a real browser", on_path("chromium"))
NPM = Need(("npm",), "the accessibility of every page, by axe-core", on_path("npm"))
SIMPLESAMLPHP = Need(
    ("simplesamlphp", "php-cli", "php-xml", "php-mbstring", "php-curl", "php-intl"),
    "sign-ins at SimpleSAMLphp",
    has_simplesamlphp,
)
XMLSEC1 = Need(("xmlsec1",), "sign-ins at pysaml2's Identity Provider", on_path("xmlsec1"))
NEEDS = (CHROMIUM, NPM, SIMPLESAMLPHP, XMLSEC1)


if __name__ == "__main__":
    absent = [need for need in NEEDS if not need.is_met()]
    for need in absent:
        print(f"Without {need.packages[0]} these tests are skipped: {need.skipped}.")  # noqa: T201 - for people
    if absent:
        packages = [package for need in absent for package in need.packages]
        print(f"    sudo apt-get install -y {' '.join(packages)}")  # noqa: T201 - for people
