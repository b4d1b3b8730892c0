"""`make bench`: measures, shows how far it is, and writes the table of docs/performance.md.

python tests/bench/run.py [reading] [serving] [growth] [--rounds N] [--dry]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import growth
import reading
import report
import serving

PARTS = {"reading": reading.measure, "serving": serving.measure, "growth": growth.measure}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("parts", nargs="*", help=", ".join(PARTS))
    arguments.add_argument("--rounds", type=int, default=41)
    arguments.add_argument("--dry", action="store_true", help="print only, write nothing")
    given = arguments.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        arguments.error(f"there is no part {min(unknown)}; there are {', '.join(PARTS)}")
    measured = {}
    for part in given.parts or PARTS:
        measured[part] = PARTS[part](teller(part), given.rounds)
        sys.stderr.write("\r\033[K")
        print(f"\n{part}\n{report.table(measured[part])}")  # noqa: T201 - what it is for
    if not given.dry:
        report.write(measured, given.rounds)
    return 0


def teller(part):
    """Give a function that shows on one line how far it is."""
    started = time.monotonic()

    def tell(what):
        sys.stderr.write(f"\r\033[K{part}: {what} ({time.monotonic() - started:.0f} s)")
        sys.stderr.flush()

    return tell


if __name__ == "__main__":
    sys.exit(main())
