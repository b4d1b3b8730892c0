"""Acme's login at sign-out: what it sends to our SLO endpoint, and what we send there.

company = Company(client)
company.ask()                                    # a good LogoutRequest about Ada, by redirect
company.ask(by="post", session_indexes=())       # or "soap"; fields of LogoutRequestSpec
company.answer(request_id)                       # a good LogoutResponse to a request of ours
read_sent(answer)                                # what our redirect carries: a Sent
"""

from __future__ import annotations

import base64
import itertools
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from lxml import etree, html
from support.logout import SLO_URL, SOAP_URL, LogoutIdp

from sp import clock
from sp.demo.names import POST, REDIRECT
from sp.saml import gate, redirect
from sp.saml.types import Element

IDP_SLO = "https://idp.example.com/saml/slo"
IDP_SLO_RETURN = "https://idp.example.com/saml/slo/return"
BY_REDIRECT = {"slo": ((REDIRECT, IDP_SLO, None),)}
BY_POST = {"slo": ((POST, IDP_SLO, None),)}
SLO, SOAP = urlsplit(SLO_URL).path, urlsplit(SOAP_URL).path


@dataclass
class Company:
    """A company's login; it sends from a browser of its own, with no cookie of ours."""

    client: FlaskClient
    idp: LogoutIdp = field(default_factory=LogoutIdp)
    slo: str = SLO
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def ask(self, change=None, *, by="redirect", relay_state=None, how=None, **overrides):
        """Send a LogoutRequest: good, save for what the arguments change."""
        root = self.make(change, by=by, **overrides)
        return self.send("SAMLRequest", root, by, relay_state, **(how or {}))

    def make(self, change=None, *, by="redirect", **overrides) -> Element:
        url = f"https://sp.example.com{self.slo}"
        good = {
            "request_id": f"_logout-{next(self.numbers)}",
            "destination": url + ("/soap" if by == "soap" else ""),
        }
        return self.idp.request(change, at=clock.now(), **(good | overrides))

    def answer(self, request_id, change=None, *, by="redirect", how=None, **overrides):
        """Send a LogoutResponse: good, save for what the arguments change."""
        good = {"response_id": f"_answer-{next(self.numbers)}", "in_response_to": request_id}
        root = self.idp.response(change, at=clock.now(), **(good | overrides))
        return self.send("SAMLResponse", root, by, None, **(how or {}))

    def send(self, parameter, root, by, relay_state=None, **how):
        if by == "redirect":
            query = self.idp.query(root, relay_state=relay_state, **how)
            return self.client.get(self.slo, query_string=query)
        if by == "soap":
            return self.send_soap(self.idp.soap(root, **how))
        form = {parameter: base64.b64encode(self.idp.posted(root, **how)).decode()}
        if relay_state is not None:
            form["RelayState"] = relay_state
        return self.client.post(self.slo, data=form)

    def send_soap(self, octets):
        return self.client.post(f"{self.slo}/soap", data=octets, content_type="text/xml")


@dataclass(frozen=True)
class Sent:
    """A message of ours: where it goes, its tree, and the RelayState beside it."""

    url: str
    root: Element
    relay_state: str | None


def read_sent(answer) -> Sent:
    """Return the message in a redirect of ours, or in a page that posts itself."""
    if answer.status_code == 303:
        parts = urlsplit(answer.location)
        sent = redirect.decode_redirect(parts.query)
        url = parts._replace(query="").geturl()
        return Sent(url, gate.read_message(sent.octets, sent.kind).root, sent.relay_state)
    form = html.fromstring(answer.data.decode()).find(".//form")
    fields = {each.get("name"): each.get("value") for each in form.iter("input")}
    value = fields.get("SAMLRequest") or fields["SAMLResponse"]
    return Sent(
        form.get("action"), etree.fromstring(base64.b64decode(value)), fields.get("RelayState")
    )
