"""A company's own accent, name and privacy statement: the pages stay readable whatever it chose."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.axe_core import find_violations
from support.browser import fresh_context
from support.databases import make_app
from support.serving import read_whole, serving
from support.sight import faint_controls, look

from sp.db import db

pytestmark = pytest.mark.browser

ACCENTS = ("#ffe600", "#000000", "#ffffff", "#e4002b", "#8bc34a")


@pytest.fixture(params=ACCENTS)
def own(request, config):
    """The service as a company configures it; nobody needs to be able to sign in."""
    program = []
    with serving(read_whole(program)) as server:
        own = replace(
            config,
            base_url=f"http://own.localhost:{server.server_port}",
            accent=request.param,
            product_name="Globex Board Portal of the Northern Regions",
            privacy_url="https://globex.example/privacy",
        )
        made = make_app(own)
        program.append(made)
        yield own.base_url
        with made.app_context():
            db.engine.dispose()


def test_every_accent_is_readable_on_every_page(axe, browser, own):
    with fresh_context(browser) as context:
        tab = context.new_page()
        for path in ("/login", "/nothing"):
            tab.goto(own + path)
            for scheme in ("light", "dark"):
                look(tab, 390, color_scheme=scheme)
                assert find_violations(tab) == []
                assert faint_controls(tab) == []
