"""Two nodes of one deployment: what ends a session on one is felt on the other at the next request."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest
from lxml import html
from support.crowd import Member
from support.databases import KINDS, open_databases
from support.http_browser import over_http
from support.settings import make_config
from support.workers import another_node

from sp.flows import membership, revocation
from sp.flows.actor import COMMAND_LINE
from sp.flows.selection import Selection

pytestmark = pytest.mark.crowds


@pytest.fixture(scope="module", params=KINDS)
def _databases(request, tmp_path_factory):
    """On both, whatever the other tests run on: nodes share a PostgreSQL, processes a file."""
    folder = tmp_path_factory.mktemp("template")
    with open_databases(request.param, folder, make_config) as fresh:
        yield fresh


class Browser:
    """One browser that a load balancer sends to whichever node a test says."""

    def __init__(self, member):
        self.cookies = dict(member.client.browser.cookies("sp.localhost"))

    def ask(self, node, method, path, fields=None):
        headers = {
            "Host": urlsplit(node.config.base_url).netloc,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if fields is None else urlencode(fields).encode()
        reply = over_http()(method, f"http://127.0.0.1:{node.port}{path}", headers, body)
        form = reply.header("Set-Cookie") or ""
        if form.startswith("sp_form="):
            self.cookies["sp_form"] = form.partition(";")[0].partition("=")[2]
        return reply

    def is_signed_in(self, node):
        status = self.ask(node, "GET", "/whoami").status
        assert status in (200, 401)
        return status == 200


@pytest.fixture
def nodes(acme, tmp_path):
    with another_node(acme, tmp_path) as other:
        yield acme, other


def sign_in(node, number=0, device=0):
    """Sign somebody in with a browser of their own, at the first node."""
    member = Member(node.config, "acme", number)
    member.start()
    octets = member.mint(assertion_id=f"_assertion-{number}-{device}")
    assert member.post(octets).status_code == 303
    return Browser(member)


def seen(nodes, *browsers):
    """Ask both nodes whom they know."""
    return [[each.is_signed_in(node) for each in browsers] for node in nodes]


def test_session_that_its_person_ends_on_one_node_is_refused_on_the_other(nodes):
    first, second = nodes
    laptop, phone = sign_in(first), sign_in(first, device=1)
    assert seen(nodes, laptop, phone) == [[True, True], [True, True]]

    page = laptop.ask(first, "GET", "/account")
    token = html.fromstring(page.body).find(".//input[@name='csrf_token']").get("value")
    done = laptop.ask(first, "POST", "/account/sessions/end-others", {"csrf_token": token})
    assert (done.status, done.header("Location")) == (303, "/account#sessions")

    assert not phone.is_signed_in(second)
    assert seen(nodes, laptop, phone) == [[True, False], [True, False]]


def test_what_another_process_ends_is_refused_on_every_node_and_nobody_else_is(nodes):
    """This process is the third: it ends sessions as commands do."""
    ways = (
        lambda: revocation.revoke(
            "acme", Selection(email="person-0@acme.example"), actor=COMMAND_LINE
        ),
        lambda: revocation.revoke("acme", Selection(name_id="id-of-person-1"), actor=COMMAND_LINE),
        lambda: membership.suspend("acme", "person-2@acme.example", actor=COMMAND_LINE),
    )
    people = [sign_in(nodes[0], number) for number in range(len(ways))]
    assert seen(nodes, *people) == [[True, True, True]] * 2
    for ended, way in enumerate(ways, 1):
        assert way() == 1
        assert seen(nodes, *people) == [[number >= ended for number in range(len(ways))]] * 2
