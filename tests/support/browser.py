"""Debian's Chromium without a screen, for the journeys that only a real browser can judge.

    pytestmark = pytest.mark.browser
    def test_…(browser_context):            # one fresh profile; several tabs by .new_page()
        page = browser_context.new_page()

`chromium()` skips with the line that installs it where it is missing.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest

# As root only --no-sandbox is a must; the others keep it from calling out of a closed network.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000
"""Milliseconds: the first start of a machine reads all of Chromium from its disk."""
INSTALL = "needs Debian's chromium: sudo apt-get install -y chromium"


@contextmanager
def chromium():
    """Give a playwright browser; skips where Chromium is not installed."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip(INSTALL)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow, and only needed here

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, timeout=PATIENCE)
        yield browser
        browser.close()


@contextmanager
def fresh_context(browser, **options):
    """Give one browser profile; what takes longer than PATIENCE fails."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()
