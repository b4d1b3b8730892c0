"""The check itself: it finds what is wrong, and it is installed from nowhere in particular."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.axe_core import find_violations
from support.browser import fresh_context
from support.sight import (
    faint_controls,
    faint_rings,
    faint_text,
    look,
    small_targets,
    sticking_out,
    tab_stops,
)

FOLDER = Path(__file__).parents[1] / "support" / "axe"
BAD = """<title>Bad</title><body style="background: #fff"><img src="data:,"><p style="color: #bbb">faint</p>
<button style="border: 1px solid #eee; background: #fff; outline: none">OK</button>
<a href="#x" style="display: inline-block; width: 10px; height: 10px">a</a><a href="#y">b</a>
<div style="width: 2000px; background: linear-gradient(#000, #fff)">wide</div>"""


@pytest.fixture
def bad(browser):
    with fresh_context(browser) as context:
        tab = context.new_page()
        look(tab, 390)
        tab.set_content(BAD)
        yield tab


@pytest.mark.browser
def test_axe_finds_faults_of_every_kind_and_says_what_it_cannot_tell(axe, bad):
    found = {text.partition(": ")[0] for text in find_violations(bad)}
    assert {
        "color-contrast",
        "cannot tell color-contrast",
        "html-has-lang",
        "image-alt",
        "landmark-one-main",
        "target-size",
    } <= found


@pytest.mark.browser
def test_our_own_looks_find_faults_as_well(bad):
    assert faint_text(bad) == ["p faint: 1.92"]
    assert faint_controls(bad) == ["button OK: 1.16"]
    assert [each.partition(":")[0] for each in small_targets(bad)] == ["button OK", "a a", "a b"]
    assert sticking_out(bad)[0].startswith("the page: ")
    assert tab_stops(bad)[0].faults.startswith("no ring")
    assert faint_rings(bad)[0].startswith("button OK: no ring")


def test_the_lock_file_names_no_address_and_has_a_hash_for_everything():
    text = (FOLDER / "package-lock.json").read_text("utf-8")
    assert not re.search(r"://|resolved|\.(?:org|com)\b", text)
    packages = {name: each for name, each in json.loads(text)["packages"].items() if name}
    assert packages.keys() == {"node_modules/axe-core"}
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())


def test_the_version_is_pinned_and_the_one_that_is_locked():
    wanted = json.loads((FOLDER / "package.json").read_text("utf-8"))["devDependencies"]
    locked = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    assert wanted == {"axe-core": locked["node_modules/axe-core"]["version"]}
