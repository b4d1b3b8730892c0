"""One organisation that is live at the tests' Identity Provider, and a browser that signs in there."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree
from support.idp import Idp

from sp import clock as sp_clock
from sp import db
from sp.audit import ledger
from sp.flows import connection, key_rollover, membership, sign_on
from sp.flows.actor import COMMAND_LINE
from sp.flows.outcomes import Start
from sp.flows.sign_on_record import Browser, Posted
from sp.saml import bindings


@dataclass
class Visitor:
    """One browser at one organisation: it keeps the binding cookie, the mark and the session."""

    config: object
    slug: str = "acme"
    binding: str | None = None
    mark: bool = False
    token: str | None = None
    relay_state: str | None = None
    request_id: str | None = None
    idp: Idp = field(default_factory=Idp)

    def browser(self) -> Browser:
        return Browser(
            binding=self.binding,
            restart_mark=self.mark,
            session_token=self.token,
            address="192.0.2.7",
            user_agent="Test/1.0",
        )

    def begin(self, return_to: str | None = "/reports", **arguments) -> Start:
        start = sign_on.begin(
            self.config,
            self.slug,
            self.browser(),
            return_to=return_to,
            # Another address than a session's own, so that every start is a new request.
            login_hint=arguments.pop("login_hint", "somebody@acme.example"),
            **arguments,
        )
        assert isinstance(start, Start)
        self.binding = start.binding
        self.mark = self.mark or start.restarted
        self.request_id, self.relay_state = read_start(start)
        return start

    def answer(self, octets: bytes | None = None, *, relay_state: str | None = "own", **overrides):
        """Post an answer to the request that began last, or these octets."""
        if octets is None:
            overrides.setdefault("in_response_to", self.request_id)
            octets = self.idp.response(at=sp_clock.now(), **overrides)
        posted = Posted(
            messages=(bindings.encode_post(octets),),
            in_query=False,
            relay_state=self.relay_state if relay_state == "own" else relay_state,
        )
        outcome = sign_on.answer(self.config, self.slug, self.browser(), posted)
        self.token = getattr(outcome, "token", self.token)
        return outcome


def read_start(start: Start) -> tuple[str, str]:
    """Return the request's ID and RelayState out of what the browser is sent away with."""
    if start.form is not None:
        octets = base64.b64decode(start.form["SAMLRequest"])
        return etree.fromstring(octets).get("ID"), start.form["RelayState"]
    query = parse_qs(urlsplit(start.url).query)
    octets = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)
    return etree.fromstring(octets).get("ID"), query["RelayState"][0]


@pytest.fixture
def acme(app, config, clock, quick_keys):
    """The organisation acme, live at the tests' IdP, making accounts at the first sign-in."""
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    here = membership.add_organisation("acme", "Acme", ["acme.example"], actor=COMMAND_LINE)
    membership.set_policy("acme", {"create_accounts": True}, actor=COMMAND_LINE)
    connection.import_metadata(
        config, "acme", Idp().metadata(), source="idp.xml", actor=COMMAND_LINE, provider="general"
    )
    connection.go_live(config, "acme", 1, actor=COMMAND_LINE)
    return here


@pytest.fixture
def visitor(acme, config) -> Visitor:
    return Visitor(config)


@pytest.fixture
def events(app):
    """A function that gives the (kind, code) pairs of acme's chain, oldest first."""

    def read(kind: str | None = None):
        with db.read() as transaction:
            found = ledger.list_events(transaction, "acme", limit=1000)
        ordered = sorted(found, key=lambda event: event.sequence)
        return [(e.kind, e.code) for e in ordered if kind is None or e.kind == kind]

    return read
