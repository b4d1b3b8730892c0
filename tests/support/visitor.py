"""One tab that goes to any page of both sites, and what a person does there.

visitor = Visitor(tab, sites)
visitor.go("/login"); visitor.type_email("ada@acme.example"); visitor.sign_in_there("ada")
visitor.switch(logout="frames")                      # of the company's login, in this browser
visitor.answer("initech", groups=("visitors",))     # an answer is made and posted from the company's site
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from support import tenants

from sp.flows import membership
from sp.flows.actor import COMMAND_LINE

SEND_FORM = """([url, fields]) => {
    const form = document.createElement("form");
    form.method = "post"; form.action = url;
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement("input");
        input.type = "hidden"; input.name = name; input.value = value;
        form.append(input);
    }
    document.body.append(form); form.submit();
}"""


@dataclass(frozen=True)
class Visitor:
    tab: Any
    sites: Any

    def go(self, path):
        self.tab.goto(self.sites.service + path)

    @property
    def headline(self):
        return " ".join(self.tab.text_content("h1").split()).replace("\u2019", "'")

    @property
    def text(self):
        return " ".join(self.tab.text_content("main").split()).replace("\u2019", "'")

    def go_there(self, path):
        """Open a page of the company's login."""
        self.tab.goto(self.sites.idp + path)

    def press(self, text):
        with self.tab.expect_navigation():
            self.tab.get_by_role("button", name=text, exact=True).or_(
                self.tab.get_by_role("link", name=text, exact=True)
            ).first.click()

    def type_email(self, email):
        self.go("/login?return_to=/account")
        self.tab.fill("#email", email)
        self.press("Continue")

    def sign_in_there(self, person="ada", password="demo"):
        self.tab.check(f"input[value={person}]")
        self.tab.fill("input[type=password]", password)
        self.press("Sign in")

    def switch(self, **choices):
        """Set switches of the company's login in this browser."""
        self.go_there("/switches")
        for name, value in choices.items():
            self.tab.check(f"[name={name}][value={value}]")
        self.press("Save the switches")

    def sign_in(self, person="ada"):
        self.type_email(f"{person}@acme.example")
        self.sign_in_there(person)
        self.tab.wait_for_url("**/account")

    def answer(self, slug, *, spoil="", octets=None, **changes):
        """Make an answer of the company's and post it; give its octets, to post them again."""
        octets = octets or tenants.message(self.sites, slug, **changes)
        posted = spoil + base64.b64encode(octets).decode()
        self.send(self.sites.config.acs_url(slug), {"SAMLResponse": posted})
        return octets

    def send(self, url, fields):
        """Post a form from the company's site, and wait for the page that answers."""
        self.go_there("/switches")
        with self.tab.expect_navigation():
            self.tab.evaluate(SEND_FORM, [url, fields])

    def policy(self, slug, **changes):
        membership.set_policy(slug, changes, actor=COMMAND_LINE)


class Way(NamedTuple):
    """A page: the file that makes it, what stands on it, and how a fresh browser gets there."""

    name: str
    template: str
    headline: str
    lead: Callable[[Visitor], object]
