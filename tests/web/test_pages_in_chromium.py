"""What only a real browser can judge: policies, scripts, keyboard, narrow windows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.browser import fresh_context
from support.databases import make_app
from support.pages import make_live
from support.serving import read_whole, serving
from support.sight import type_email

from sp.db import db
from sp.flows import key_rollover
from sp.flows.actor import COMMAND_LINE

pytestmark = pytest.mark.browser

TALL_ENOUGH = 44
NARROW = {"width": 320, "height": 640}
PAGES = ("/login", "/logout", "/nothing", "/saml/acme/acs")


def identity_provider(environ, start_response):
    """Send every request on to a second origin, as some do, which says that it arrived."""
    name, _, port = environ["HTTP_HOST"].partition(":")
    if name == "idp.localhost":
        location = f"http://second.localhost:{port}/arrived"
        start_response("307 Temporary Redirect", [("Location", location)])
        return [b""]
    size = int(environ.get("CONTENT_LENGTH") or 0)
    method, body = environ["REQUEST_METHOD"], environ["wsgi.input"].read(size)
    start_response("200 OK", [("Content-Type", "text/html")])
    carried = b"a request" if b"SAMLRequest=" in body else b"nothing in the body"
    return [b"<title>arrived</title>", method.encode(), b" with ", carried]


@pytest.fixture
def origin(config):
    """The service at sp.localhost: acme takes requests by redirect, globex by POST."""
    program = []
    with (
        serving(identity_provider) as idp,
        serving(read_whole(program)) as server,
    ):
        there = replace(config, base_url=f"http://sp.localhost:{server.server_port}")
        made = make_app(there)
        program.append(made)
        sso = f"http://idp.localhost:{idp.server_port}/sso"
        with made.app_context():
            key_rollover.generate_keys(there, actor=COMMAND_LINE)
            make_live(there, "acme", "acme.example", sso_redirect=sso, sso_post=None)
            make_live(there, "globex", "globex.example", sso_redirect=None, sso_post=sso)
        yield there.base_url
        with made.app_context():
            db.engine.dispose()


@pytest.fixture
def tab(browser):
    with fresh_context(browser) as context:
        yield watched(context.new_page())


def watched(tab):
    """Keep what the page complains about; a refused status is no complaint of its policy."""
    tab.complaints = []
    tab.on("console", lambda message: tab.complaints.append(message.text))
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    return tab


def policy_complaints(tab):
    return [text for text in tab.complaints if "Failed to load resource" not in text]


def test_login_form_may_end_at_a_second_origin(tab, origin):
    tab.goto(f"{origin}/login")
    type_email(tab, "ada@acme.example")
    tab.keyboard.press("Enter")
    tab.wait_for_url("http://second.localhost:*/arrived*")
    assert tab.text_content("body") == "GET with nothing in the body"
    assert policy_complaints(tab) == []


def test_post_binding_submits_itself_and_may_end_at_a_second_origin(tab, origin):
    tab.goto(f"{origin}/saml/globex/login")
    tab.wait_for_url("http://second.localhost:*/arrived")
    assert tab.text_content("body") == "POST with a request"
    assert policy_complaints(tab) == []


def test_post_binding_works_without_scripts(browser, origin):
    with fresh_context(browser, java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(f"{origin}/saml/globex/login")
        tab.get_by_role("button", name="Continue to Globex").click()
        tab.wait_for_url("http://second.localhost:*/arrived")
        assert tab.text_content("body") == "POST with a request"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_narrow_window_and_obey_their_own_policy(browser, origin, scheme):
    with fresh_context(browser, viewport=NARROW, color_scheme=scheme) as context:
        tab = watched(context.new_page())
        for path in PAGES:
            tab.goto(origin + path)
            assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], path
            for each in tab.locator(".button, input[type=email]").all():
                assert each.bounding_box()["height"] >= TALL_ENOUGH, path
        assert policy_complaints(tab) == []


def test_keyboard_finds_the_way_and_sees_where_it_is(tab, origin):
    tab.goto(f"{origin}/nothing")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the page"
    assert tab.locator(".skip").bounding_box()["y"] >= 0
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    focused = tab.locator(":focus")
    assert focused.text_content() == "Go to sign-in"
    assert focused.evaluate("e => getComputedStyle(e).outlineWidth") == "3px"


def test_error_summary_leads_to_the_field(tab, origin):
    tab.goto(f"{origin}/login")
    tab.fill("#email", "ada")
    tab.get_by_role("button", name="Continue").click()
    assert tab.title() == "Error: Sign in · Clientshare"
    tab.get_by_role("alert").get_by_role("link").click()
    assert tab.evaluate("document.activeElement.id") == "email"
    assert tab.input_value("#email") == "ada"


def test_those_who_want_stillness_get_it(browser, origin):
    options = {"reduced_motion": "reduce", "java_script_enabled": False}
    with fresh_context(browser, **options) as context:
        tab = context.new_page()
        tab.goto(f"{origin}/saml/globex/login")
        moving = "e => getComputedStyle(e, '::after').animationName"
        assert tab.locator(".way").evaluate(moving) == "none"
