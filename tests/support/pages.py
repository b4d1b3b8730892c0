"""A person at our pages: a browser with its cookies, what their IdP answers, and what they read.

ada = Person(app.test_client())
ada.start(return_to="/reports"); ada.answer()              # or ada.sign_in(return_to="/reports")
ada.answer(audiences=(("https://other.example",),))         # a good answer with one change
page = read(answer); page.headline, page.text, page.buttons["Try again"], page.reference
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from lxml import etree, html
from support.idp import Idp

from sp import clock
from sp.flows import connection, membership
from sp.flows.actor import COMMAND_LINE

ACS = "/saml/acme/acs"
START = "/saml/acme/login"


def make_live(config, slug, domain, *, idp=None, **metadata):
    """Make an organisation whose people may sign in, and come back to it."""
    idp = idp or Idp()
    here = membership.add_organisation(slug, slug.title(), [domain], actor=COMMAND_LINE)
    membership.set_policy(slug, {"create_accounts": True}, actor=COMMAND_LINE)
    octets = idp.metadata(**metadata)
    imported = connection.import_metadata(
        config, slug, octets, source="idp.xml", actor=COMMAND_LINE, provider="general"
    )
    connection.go_live(config, slug, imported.number, actor=COMMAND_LINE)
    return here


@dataclass
class Person:
    """A browser with its cookies, and what its Identity Provider would answer."""

    client: FlaskClient
    idp: Idp = field(default_factory=Idp)
    request_id: str | None = None
    relay_state: str | None = None
    answers: int = 0

    def start(self, url=START, **query):
        """Begin a sign-in, and keep what the Identity Provider would be sent."""
        answer = self.client.get(url, query_string=query or None)
        if answer.status_code == 303 and answer.location.startswith("https://idp."):
            sent = parse_qs(urlsplit(answer.location).query)
            octets = zlib.decompress(base64.b64decode(sent["SAMLRequest"][0]), -15)
            self.request_id = etree.fromstring(octets).get("ID")
            self.relay_state = sent["RelayState"][0]
        return answer

    def make(self, **overrides):
        """Return a good answer to the request that began last, with one change."""
        self.answers += 1
        good = {
            "in_response_to": self.request_id,
            "assertion_id": f"_a{self.answers}",
            "response_id": f"_r{self.answers}",
        }
        return self.idp.response(at=clock.now(), **(good | overrides))

    def post(self, octets, *, relay_state="own", url=ACS, **more):
        """Deliver an answer, as the Identity Provider's page does."""
        data = {"SAMLResponse": base64.b64encode(octets).decode()}
        state = self.relay_state if relay_state == "own" else relay_state
        if state is not None:
            data["RelayState"] = state
        return self.client.post(url, data=data, **more)

    def answer(self, **overrides):
        return self.post(self.make(**overrides))

    def sign_in(self, **query):
        """Go the whole way, and give the last answer."""
        self.start(**query)
        return self.answer()

    def cookie(self, name, path="/"):
        found = self.client.get_cookie(name, "sp.example.com", path)
        return found and found.value


def sign_in_at_globex(config, client):
    """Sign Ada in at a second organisation, which is live, as a person of its own."""
    there = Person(client, answers=40)
    there.idp = Idp(sp_entity_id=config.entity_id("globex"), acs_url=config.acs_url("globex"))
    there.start("/saml/globex/login")
    attributes = tuple(
        each if each.name != "email" else replace(each, values=("ada@globex.example",))
        for each in there.idp.spec().attributes
    )
    there.post(there.make(attributes=attributes), url="/saml/globex/acs")
    return there


@dataclass(frozen=True)
class Page:
    """What a person reads on a page."""

    tree: html.HtmlElement

    @property
    def headline(self):
        return words(self.tree.find(".//h1"))

    @property
    def title(self):
        return words(self.tree.find(".//title"))

    @property
    def text(self):
        return words(self.tree.find(".//main"))

    @property
    def reference(self):
        found = self.tree.find(".//dl[@class='reference']/dd")
        return None if found is None else words(found)

    @property
    def buttons(self):
        """Every button's words and where it leads."""
        return {
            words(each): each.get("href") or each.getparent().get("action")
            for each in self.tree.iterfind(".//*[@class]")
            if "button" in each.get("class").split()
        }

    def value(self, name):
        return self.tree.find(f".//input[@name='{name}']").get("value")


def words(element):
    """Give what is read aloud: white space as blanks, the apostrophes of print as ours."""
    return " ".join(element.text_content().split()).replace("\u2019", "'")


def read(answer) -> Page:
    """Read an HTML answer."""
    assert answer.mimetype == "text/html"
    return Page(html.fromstring(answer.data.decode()))
