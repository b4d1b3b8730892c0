"""Every page, in every look that people have: read by axe-core, zoomed, and walked by the Tab key."""

from __future__ import annotations

import pytest
from support.axe_core import find_violations
from support.sight import (
    faint_controls,
    faint_rings,
    faint_text,
    focus_stops,
    look,
    small_targets,
    sticking_out,
    tab_stops,
)

pytestmark = pytest.mark.browser

PHONE, NARROW = 390, 320
ZOOMED = 256
"""The height that is left of a window of 1280 by 1024 at 400 %; its width is NARROW."""
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
word-spacing: 0.16em !important; } p { margin-block-end: 2em !important; }"""
LARGE = "html { font-size: 200%; }"
SET_STYLE = """(text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [sheet];
}"""


LARGEST_SIGN = 24
"""The side of a sign beside words, in CSS pixels."""
BROKEN_WORDS = """() => [...document.querySelectorAll("thead th, tbody time")].flatMap((each) => {
    const range = document.createRange(), broken = [];
    const walker = document.createTreeWalker(each, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
        for (const word of walker.currentNode.data.matchAll(/[^\\s]+/g)) {
            range.setStart(walker.currentNode, word.index);
            range.setEnd(walker.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map((box) => box.top)).size > 1)
                broken.push(word[0]);
        }
    return broken;
})"""


def words(text):
    return " ".join(text.split()).replace("\u2019", "'")


def test_it_is_the_page_that_was_meant(shown):
    assert words(shown.text_content("h1")).startswith(shown.way.headline)
    assert shown.complaints == []
    assert shown.way.template in shown.rendered


def test_axe_finds_nothing(axe, seen):
    assert find_violations(seen) == []


def test_fields_and_buttons_and_where_the_keyboard_is_stand_out(seen):
    assert faint_controls(seen) == []
    assert faint_rings(seen) == []


def test_a_thumb_finds_everything(seen):
    assert small_targets(seen) == []


def test_signs_are_no_larger_than_the_words_beside_them(seen):
    drawn = [each.bounding_box() for each in seen.locator("main svg:visible").all()]
    assert [box for box in drawn if max(box["width"], box["height"]) > LARGEST_SIGN] == []


@pytest.mark.parametrize("width", [NARROW, 840, 1280])
def test_no_address_however_long_breaks_the_words_of_other_columns(shown, width):
    look(shown, width)
    assert shown.evaluate(BROKEN_WORDS) == []


def test_the_tab_key_stops_at_everything_in_order(shown):
    look(shown, PHONE)
    stops = tab_stops(shown)
    assert [each.name for each in stops] == focus_stops(shown)
    assert [each for each in stops if each.faults] == []


@pytest.mark.parametrize(
    ("width", "style"),
    [(NARROW, ""), (NARROW, SPACED), (PHONE, LARGE)],
    ids=["zoom", "gaps", "large"],
)
def test_nobody_has_to_scroll_sideways(shown, width, style):
    look(shown, width, ZOOMED)
    shown.evaluate(SET_STYLE, style)
    found = sticking_out(shown)
    shown.evaluate(SET_STYLE, "")
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_the_persons_own_lose_nothing(shown, scheme):
    look(shown, PHONE, color_scheme=scheme, forced_colors="active")
    assert faint_controls(shown, wants_edge=True) == []
    assert faint_text(shown) == []
    assert faint_rings(shown) == []


def test_nothing_moves_for_those_who_want_stillness(shown):
    look(shown, PHONE)
    assert shown.evaluate("document.getAnimations().length") == 0
