"""How pages tell times, and the accent that is readable whatever colour is configured."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from sp.web.accent import DARK_SURFACE, LIGHT_GROUND, WHITE, contrast, make_theme
from sp.web.look import relative, span, unbroken, when

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
DARK_INK = (0x0E, 0x13, 0x1A)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (-59, "just now"),
        (59, "in less than a minute"),
        (-60, "1 minute ago"),
        (90 * 60, "in 2 hours"),
        (-3599, "1 hour ago"),
        (12 * 3600, "in 12 hours"),
        (47 * 3600, "in 2 days"),
        (-86_400, "1 day ago"),
    ],
)
def test_times_are_told_as_people_say_them(seconds, words):
    assert relative(NOW + timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(60, "1 minute"), (900, "15 minutes"), (7200, "2 hours")]
)
def test_spans_have_one_unit(seconds, words):
    assert span(seconds) == words


def test_exact_time_is_there_on_hover(clock):
    clock.set(NOW)
    assert when(NOW + timedelta(hours=1)) == (
        '<time datetime="2026-03-02T10:00:00Z" title="2026-03-02 10:00:00 UTC">in 1 hour</time>'
    )


def test_words_with_a_hyphen_stay_whole_and_the_rest_is_escaped():
    assert unbroken("Sign-in by <e-mail>, two-fold") == (
        '<span class="unbroken">Sign-in</span> by &lt;<span class="unbroken">e-mail</span>&gt;, two-fold'
    )


def colours(accent):
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", make_theme(accent)))
    return {
        name: tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))
        for name, value in found.items()
    }


@pytest.mark.parametrize(
    "accent", ["#1f5fbf", "#000000", "#ffffff", "#ffff00", "#ff0000", "#777777", "#0a0a3a"]
)
def test_accent_is_read_on_light_and_on_dark(accent):
    shown = colours(accent)
    assert contrast(shown["accent-light"], LIGHT_GROUND) >= 4.5
    assert contrast(shown["accent-light"], WHITE) >= 4.5
    assert contrast(shown["accent-light-strong"], WHITE) >= 4.5
    assert contrast(shown["accent-dark"], DARK_SURFACE) >= 4.5
    assert contrast(shown["accent-dark"], DARK_INK) >= 4.5
    assert contrast(shown["accent-dark-strong"], DARK_INK) >= 4.5


def test_accent_that_can_be_read_is_left_alone():
    assert colours("#1f5fbf")["accent-light"] == (0x1F, 0x5F, 0xBF)


def test_contrast_is_that_of_the_guidelines():
    assert contrast((0, 0, 0), WHITE) == pytest.approx(21)
    assert contrast((0x77, 0x77, 0x77), WHITE) == pytest.approx(4.48, abs=0.01)


def test_theme_is_a_style_sheet_of_its_own(client):
    answer = client.get("/theme.css")
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert "--accent-light: #1f5fbf;" in answer.text


def style_sheet(client, scheme):
    """Give the custom properties of style.css for light or dark."""
    text = client.get("/static/style.css", buffered=True).text
    light, dark = (text.split(":root {")[at].partition("}")[0] for at in (1, 2))
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))
    return {
        name: tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))
        for name, value in found.items()
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_is_read_on_its_ground(client, scheme):
    shown = style_sheet(client, scheme)
    for ground in ("ground", "surface"):
        for name in ("ink", "quiet", "good", "warn", "bad"):
            assert contrast(shown[name], shown[ground]) >= 4.5, (name, ground)
    assert contrast(shown["control"], shown["surface"]) >= 3
    assert contrast(shown["bad"], shown["bad-wash"]) >= 4.5
