"""The account page on paper: every fact, the exact times, dark ink on white, one sheet."""

from __future__ import annotations

import re

import pytest
from support.browser import fresh_context
from support.sight import faint_text, look, settle
from support.visitor import Visitor

pytestmark = pytest.mark.browser

PAPER = 794
"""The width of A4 in CSS pixels."""
EXACT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC")
PRINTED_TIMES = (
    "[...document.querySelectorAll('time')].map((e) => getComputedStyle(e, '::after').content)"
)
SHEET = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module")
def account(browser, sites):
    with fresh_context(browser) as context:
        tab = context.new_page()
        Visitor(tab, sites).sign_in()
        yield tab


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_dark_on_white_whatever_the_screen_is(account, scheme):
    look(account, PAPER, media="print", color_scheme=scheme)
    assert (
        account.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )
    assert faint_text(account) == []
    settle(account)
    assert account.evaluate("document.images[0].currentSrc").endswith("/wordmark.svg")


def test_facts_are_there_with_exact_times_and_buttons_are_not(account):
    look(account, PAPER, media="print")
    text = account.inner_text("main")
    for fact in ("ada@acme.example", "Ada Lovelace", "Through Acme\u2019s own login"):
        assert fact in text
    times = account.evaluate(PRINTED_TIMES)
    assert len(times) == 4
    assert all(EXACT.search(each) for each in times)
    assert account.locator(".button:visible, .skip:visible").count() == 0


def test_it_takes_one_sheet(account):
    look(account, PAPER)
    assert len(SHEET.findall(account.pdf(format="A4"))) == 1
