"""Both sites with every organisation that a page needs, and each page in turn, led to once."""

from __future__ import annotations

import pytest
from flask import template_rendered
from support import own_keys
from support.axe_core import skip_without_axe
from support.browser import fresh_context
from support.every_page import WAYS
from support.serving import two_sites
from support.settings import make_config
from support.tenants import furnish
from support.visitor import Visitor

from sp import key_files


@pytest.fixture(scope="module")
def sites(_databases, tmp_path_factory):
    """One pair for a whole file: nothing that one page leaves behind leads another astray."""
    folder = tmp_path_factory.mktemp("sites")
    with pytest.MonkeyPatch.context() as patch, _databases(folder) as url:
        patch.setattr(key_files, "make_pair", own_keys.take_pair)
        with two_sites(make_config(folder, url), folder) as both:
            furnish(both)
            yield both


def note_complaint(tab, said):
    """Keep what the browser warns of; that an error page has a status of its own is no fault."""
    if said.type in ("warning", "error") and "Failed to load resource" not in said.text:
        tab.complaints.append(said.text)


@pytest.fixture(scope="module")
def rendered():
    """A list to which the name of every template is added that makes a page, on both sites."""
    names = []

    def note(sender, template, **_):
        names.append(f"demo/{template.name}" if "demo" in sender.import_name else template.name)

    with template_rendered.connected_to(note):
        yield names


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: way.name)
def shown(request, browser, sites, rendered):
    """A tab that shows a page; all tests of one page share it, so each sets its own look."""
    with fresh_context(browser) as context:
        rendered.clear()
        tab = context.new_page()
        tab.way, tab.rendered, tab.complaints = request.param, rendered, []
        tab.on("console", lambda said: note_complaint(tab, said))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        request.param.lead(Visitor(tab, sites))
        tab.wait_for_load_state("load")
        yield tab


@pytest.fixture
def tab(browser):
    with fresh_context(browser) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def axe(browser):
    skip_without_axe()
