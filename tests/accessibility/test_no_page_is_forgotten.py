"""The list of pages is complete: a new template or a new headline needs a way that leads there."""

from __future__ import annotations

from pathlib import Path

from support.every_page import WAYS

from sp.web import sentences

ROOT = Path(__file__).parents[2] / "sp"
UNREADABLE = sentences.OF_STATUS[400][0]
"""What a browser sends can always be read; only a program comes to see this one."""


def pages(folder):
    """The templates that are a page: the others are its frame and its parts."""
    for path in folder.rglob("*.html"):
        if "{% extends" in path.read_text("utf-8"):
            yield path.relative_to(folder).as_posix()


def test_a_way_leads_to_every_template():
    found = {*pages(ROOT / "templates"), *(f"demo/{e}" for e in pages(ROOT / "demo" / "templates"))}
    assert {way.template for way in WAYS} == found


def test_a_way_leads_to_every_headline():
    known = {way.headline for way in WAYS}
    headlines = {*sentences.HEADLINES.values(), *(told[0] for told in sentences.OF_STATUS.values())}
    assert headlines - known == {UNREADABLE}


def test_every_page_has_a_name_of_its_own():
    assert len({way.name for way in WAYS}) == len(WAYS)
