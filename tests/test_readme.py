"""README stays true: its settings table, its commands and its addresses are the product's own."""

from __future__ import annotations

import re
from pathlib import Path

from sp.config import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def settings_table() -> str:
    """Return the table that README must hold."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else ""
        rows.append(f"| `{setting.name}` | {default} | {setting.meaning} |")
    return "\n".join(rows)


def test_the_settings_table_is_the_one_in_the_code():
    found = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README, re.DOTALL)
    assert found is not None
    assert found.group(1) == settings_table()


def test_every_link_and_picture_leads_to_a_file():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    missing = [each for each in links if "://" not in each and not (ROOT / each).exists()]
    assert missing == []


def test_every_flask_command_that_readme_names_exists(app):
    named = {tuple(line.split()) for line in re.findall(r"flask sp ([a-z-]+(?: [a-z-]+)?)", README)}
    sp = app.cli.commands["sp"]
    for words in named:
        command = sp
        for word in words:
            known = getattr(command, "commands", None)
            if known is None:
                break
            assert word in known, words
            command = known[word]


def test_every_make_target_that_readme_names_exists():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(
        re.findall(r"(?:`|^ {4})(?:[A-Z_]+=\S+ )*make ([a-z]+)", README, re.MULTILINE)
    ):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
