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
from support.sight import look
from support.tenants import furnish
from support.visitor import Visitor

from sp import key_files

LOOKS = [(width, scheme) for width in (390, 1100) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def sites(_databases, tmp_path_factory):
    """One pair for a whole file: nothing that one page leaves behind leads another astray."""
    folder = tmp_path_factory.mktemp("sites")
    with pytest.MonkeyPatch.context() as patch, _databases(folder) as url:
        patch.setattr(key_files, "make_pair", own_keys.take_pair)
        with two_sites(make_config(folder, url), folder) as both:
            furnish(both)
            yield both


@pytest.fixture(scope="module")
def rendered():
    """A list to which the name of every template is added that makes a page, on both sites."""
    names = []

    def note(sender, template, **_):
        names.append(f"demo/{template.name}" if "demo" in sender.import_name else template.name)

    with template_rendered.connected_to(note):
        yield names


@pytest.fixture(scope="module")
def traveller(browser):
    """One tab for all pages, since each new one costs more than most pages do."""
    with fresh_context(browser) as context:
        tab = context.new_page()
        tab.complaints = []
        tab.on("console", lambda said: note_complaint(tab, said))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        yield tab


def note_complaint(tab, said):
    """Keep what the browser warns of; that an error page has a status of its own is no fault."""
    if said.type in ("warning", "error") and "Failed to load resource" not in said.text:
        tab.complaints.append(said.text)


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: way.name)
def shown(request, traveller, sites, rendered):
    """A tab that shows a page, led there as if nobody had used it before."""
    tab, tab.way, tab.rendered = traveller, request.param, rendered
    tab.context.clear_cookies()
    tab.unroute_all()
    tab.complaints.clear()
    rendered.clear()
    tab.way.lead(Visitor(tab, sites))
    return tab


@pytest.fixture(scope="module", params=LOOKS, ids=lambda look: "-".join(map(str, look)))
def seen(request, shown):
    """The same page in a look: all that looks at one look of one page comes in a row."""
    width, scheme = request.param
    look(shown, width, color_scheme=scheme)
    return shown


@pytest.fixture
def tab(browser):
    with fresh_context(browser) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def axe(browser):
    skip_without_axe()
