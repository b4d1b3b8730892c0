"""Our service on a real socket at sp.localhost, connected to an Identity Provider of another program.

with our_site(config) as site:
    site.connect(idp)                       # acme: each side gets the other's metadata, and it goes live
    site.connect(idp, "globex")
    site.connect(idp, unsolicited="accept") # … or with another policy
    page = site.ask(HttpBrowser(over_http()))         # Ada wants a page and stands before the IdP's login
    page = sign_in(page)                              # … and gives her password there
    site.codes(), site.people()                       # of acme's sign-ins, and its accounts
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from flask import Flask
from lxml import html
from support.databases import make_app
from support.http_browser import HttpBrowser, over_http
from support.pages import Page
from support.real_idp import PASSWORD, fetch
from support.serving import read_whole, serving

from sp import db
from sp.audit import events, ledger
from sp.config import Config
from sp.flows import connection, membership, revocation
from sp.flows.actor import COMMAND_LINE

DEEP = "/account?week=9"
BY_COMPANY = {events.LOGOUT_REQUEST, events.LOGOUT_RESPONSE}
BY_PEOPLE = {events.SIGN_IN, events.SIGN_OUT} | BY_COMPANY


@dataclass
class OurSite:
    config: Config
    app: Flask
    slugs: list[str] = field(default_factory=list)

    @property
    def url(self):
        return self.config.base_url

    def connect(self, idp, slug="acme", **policy):
        """Make an organisation live at this Identity Provider, as staff and its admin do."""
        membership.add_organisation(slug, slug.title(), [f"{slug}.example"], actor=COMMAND_LINE)
        membership.set_policy(slug, {"create_accounts": True, **policy}, actor=COMMAND_LINE)
        self.slugs.append(slug)
        self.introduce(idp)
        self.take_metadata(idp, slug)

    def introduce(self, idp):
        """Give the Identity Provider our metadata, as our page serves it."""
        idp.trust(*(self._metadata(slug) for slug in self.slugs))

    def take_metadata(self, idp, slug="acme"):
        """Import the Identity Provider's metadata as it is now, and put it in force."""
        made = connection.import_metadata(
            self.config, slug, idp.metadata(), source=idp.name, actor=COMMAND_LINE
        )
        return connection.go_live(self.config, slug, made.number, actor=COMMAND_LINE)

    def run(self, *words):
        """Run one of the service's own commands, and give what it says."""
        done = self.app.test_cli_runner().invoke(args=["sp", *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    def ask(self, browser, person="ada", slug="acme", return_to=DEEP):
        """Want a page, type an address, and stand before the company's login."""
        page = browser.open(self.url + return_to)
        return page.submit({"email": f"{person}@{slug}.example"})

    def sign_in(self, person="ada", slug="acme", browser=None):
        """Go the whole way, in a new browser unless there is one, and give the page at its end."""
        return sign_in(self.ask(browser or HttpBrowser(over_http()), person, slug), person)

    def sign_in_again(self, browser, person="ada", slug="acme"):
        """Sign in anew while the browser is signed in here and there, as a page may demand."""
        start = f"{self.url}/saml/{slug}/login?fresh=1&return_to={DEEP}"
        return sign_in(browser.open(start), person)

    def portal(self, idp, relay_state=DEEP, slug="acme"):
        """Return the address behind the tile at the Identity Provider's portal."""
        return idp.portal(self.config.entity_id(slug), relay_state)

    def who(self, browser):
        """Return what our service says of who is signed in; None for nobody."""
        page = browser.open(f"{self.url}/whoami")
        assert page.status in {200, 401}
        return json.loads(page.text) if page.status == 200 else None

    def codes(self, slug="acme"):
        """Return the codes of an organisation's sign-in events, oldest first."""
        return [event.code for event in self.events(slug)]

    def record(self, slug="acme"):
        """Return kind and code of what people and Identity Providers did, oldest first.

        The chain holds, and every logout message is judged as on the day.
        """
        self.run("audit", "verify", slug)
        found = [each for each in self.events(slug, None) if each.kind in BY_PEOPLE]
        for each in found:
            if each.kind in BY_COMPANY:
                self.run("audit", "reverify", f"{slug}:{each.sequence}")
        return [(each.kind, each.code) for each in found]

    def sessions(self, slug="acme"):
        """Return whose sessions are live, the newest first."""
        return [each.email for each in revocation.list_sessions(slug)]

    def events(self, slug="acme", kind="sign_in"):
        with db.read() as transaction:
            found = ledger.list_events(transaction, slug, limit=1000, kind=kind)
        return found[::-1]

    def people(self, slug="acme"):
        return [(each.email, each.name) for each in membership.list_accounts(slug)]

    def _metadata(self, slug):
        status, octets = fetch(self.config.entity_id(slug))
        assert status == 200
        return octets


def told(page):
    """Return what a person reads on one of our pages."""
    return Page(html.fromstring(page.text)).text


def sign_in(page, person="ada", password=PASSWORD, **more):
    """Type name and password at the Identity Provider's own page."""
    return page.submit({"username": person, "password": password}, **more)


@contextmanager
def our_site(config):
    """Serve the program while a test runs; its context is open, so that the test may call flows."""
    programs = []
    with serving(read_whole(programs)) as server:
        config = replace(config, base_url=f"http://sp.localhost:{server.server_port}")
        app = make_app(config)
        programs.append(app)
        with app.app_context():
            yield OurSite(config, app)
            db.db.session.remove()
            db.db.engine.dispose()
