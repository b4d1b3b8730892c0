"""Takes the pictures of README and docs, on both sites in this process: `make pictures`.

python tests/support/pictures.py docs/pictures          # those that README shows
python tests/support/pictures.py FOLDER --all           # every page, phone and desktop, light and dark
python tests/support/pictures.py FOLDER --all ask       # one page of them
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

sys.path.extend(str(folder) for folder in Path(__file__).resolve().parents[1:3])

from support.browser import chromium, fresh_context
from support.databases import open_databases
from support.every_page import WAYS
from support.serving import two_sites
from support.settings import make_config
from support.sight import look, settle
from support.tenants import furnish
from support.visitor import Visitor

SIZES = {"phone": (390, 780), "desktop": (1100, 720)}
COLUMN, WIDE = (820, 480), (1100, 480)
IN_README = {"login": COLUMN, "refused": COLUMN, "account": COLUMN, "admin-sessions": WIDE}


@contextmanager
def every_site():
    """Give both sites on an empty folder, with every organisation that a page needs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            open_databases("sqlite", folder, make_config) as fresh,
            fresh(folder) as url,
            two_sites(make_config(folder, url), folder) as sites,
        ):
            furnish(sites)
            yield sites


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("names", nargs="*", default=())
    arguments.add_argument("--all", action="store_true")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    wanted = given.names or ([way.name for way in WAYS] if given.all else IN_README)
    with every_site() as sites, chromium() as browser:
        for way in WAYS:
            if way.name in wanted:
                with fresh_context(browser) as context:
                    tab = context.new_page()
                    way.lead(Visitor(tab, sites))
                    photograph(tab, given, way.name)
    return 0


def photograph(tab, given, name):
    """Take one page in the looks that are wanted, where it stands."""
    tab.wait_for_load_state("load")
    if not given.all:
        take(tab, given.folder / f"{name}.png", IN_README.get(name, COLUMN), "light")
        return
    for size, window in SIZES.items():
        for scheme in ("light", "dark"):
            take(tab, given.folder / f"{name}-{size}-{scheme}.png", window, scheme)


def take(tab, path, window, scheme):
    look(tab, *window, color_scheme=scheme, reduced_motion="no-preference")
    settle(tab)
    tab.screenshot(path=path, animations="disabled", full_page=True)
    print(path)  # noqa: T201 - progress, for people


if __name__ == "__main__":
    sys.exit(main())
