"""Requests over HTTP to gunicorn with two workers, on both databases, beside the smallest view."""

from __future__ import annotations

import base64
import http.client
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from answers import ATTRIBUTES, make_answer
from deployment import deployed
from gunicorn_server import gunicorn, listening
from lxml import etree, html
from reading import stock_settings
from rounds import compare, interleave
from support.idp import Idp, key_named

from sp.demo.messages import AttributeSpec

BATCH = 100
CLIENTS = 4
JUNK = 10
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def cookies(self):
        """Return what a browser would send back."""
        lines = self.headers.get_all("Set-Cookie") or []
        return "; ".join(line.partition(";")[0] for line in lines)


def ask(server, method, target, fields=None, **headers):
    """Send one request on a connection of its own, as a browser without keep-alive."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        body = None if fields is None else urlencode(fields)
        sent = {"Host": f"sp.localhost:{server.port}", **headers, **(FORM if body else {})}
        connection.request(method, target, body, sent)
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def begin(server, slug):
    """Start a sign-in; give the request's ID, the RelayState and the binding cookie."""
    reply = ask(server, "GET", f"/saml/{slug}/login?return_to=/account")
    assert reply.status == 303, reply.status
    sent = parse_qs(urlsplit(reply.headers["Location"]).query)
    octets = zlib.decompress(base64.b64decode(sent["SAMLRequest"][0]), -15)
    return etree.fromstring(octets).get("ID"), sent["RelayState"][0], reply.cookies()


def prepare_sign_ins(server, idps, count=BATCH):
    """Begin sign-ins of different people at these organisations, and make each one's answer."""
    prepared = []
    for number in range(count):
        slug, idp = idps[number % len(idps)]
        request_id, relay_state, cookie = begin(server, slug)
        email = AttributeSpec("email", (f"person-{number}@{slug}.example",))
        octets = make_answer(
            idp,
            request_id,
            name_id=f"{slug}-{number}",
            attributes=(email, *ATTRIBUTES[1:]),
        )
        form = {"SAMLResponse": base64.b64encode(octets).decode(), "RelayState": relay_state}
        prepared.append((f"/saml/{slug}/acs", form, cookie))
    return prepared


def cpu_of(server, requests, expected):
    """Send requests from a few clients at once; give the workers' CPU for each, in milliseconds."""

    def send(request):
        target, form, cookie = request
        method = "GET" if form is None else "POST"
        reply = ask(server, method, target, form, **({"Cookie": cookie} if cookie else {}))
        assert reply.status == expected, (target, reply.status)

    before = server.cpu()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(send, requests))
    return (server.cpu() - before) / len(requests)


def sign_ins(server, idps):
    """Give a task: the cost of one complete, accepted sign-in at the ACS."""
    return lambda: cpu_of(server, prepare_sign_ins(server, idps), 303)


def stock_sign_ins(server, idp):
    """Give the yardstick's task: as many answers at the smallest view."""

    def task():
        answers = [make_answer(idp, f"_request-{number}") for number in range(BATCH)]
        forms = [{"SAMLResponse": base64.b64encode(octets).decode()} for octets in answers]
        return cpu_of(server, [("/acs", form, None) for form in forms], 303)

    return task


def measure(tell, rounds):
    """Give the figures of a sign-in, of the pages around it, and of junk."""
    with ExitStack() as stack:
        ours = stack.enter_context(deployed("sqlite", ["acme"]))
        on_postgresql = stack.enter_context(deployed("postgresql", ["acme"]))
        signing = stack.enter_context(deployed("sqlite", ["acme"], want_signed_requests=True))
        stock, stock_idp = _stock(stack)
        tasks = {
            "stock": stock_sign_ins(stock, stock_idp),
            "sqlite": sign_ins(ours.server, ours.idps),
            "postgresql": sign_ins(on_postgresql.server, on_postgresql.idps),
            "page": signed_in_page(ours),
            "login": login_post(ours),
            "request": lambda: cpu_of(
                signing.server, [("/saml/acme/login", None, None)] * BATCH, 303
            ),
            **{f"junk: {name}": junk(ours, form) for name, form in junk_forms(ours).items()},
        }
        for name, task in tasks.items():
            tell(f"warming up: {name}")
            task()
        results = interleave(tasks, rounds, tell)
    return _figures(results)


def _stock(stack):
    held = listening()
    acs_url = f"http://sp.localhost:{held.getsockname()[1]}/acs"
    idp = Idp(sp_entity_id="https://sp.example.com/stock", acs_url=acs_url)
    environment = {"STOCK_SETTINGS": json.dumps(stock_settings(idp.sp_entity_id, acs_url))}
    environment["PYTHONPATH"] = str(Path(__file__).parent)
    return stack.enter_context(gunicorn("stock_view:create_app()", environment, held=held)), idp


def signed_in_page(there):
    """Give a task: one page of somebody who is signed in."""
    (request,) = prepare_sign_ins(there.server, there.idps, 1)
    target, form, cookie = request
    session = ask(there.server, "POST", target, form, Cookie=cookie).cookies()
    return lambda: cpu_of(there.server, [("/account", None, session)] * BATCH, 200)


def login_post(there):
    """Give a task: an e-mail address sent with the login form."""
    reply = ask(there.server, "GET", "/login")
    token = html.fromstring(reply.body).find(".//input[@name='csrf_token']").get("value")
    form = {"email": "ada@acme.example", "csrf_token": token}
    return lambda: cpu_of(there.server, [("/login", form, reply.cookies())] * BATCH, 303)


def junk_forms(there):
    """Give one form of each kind and size of junk."""
    idp = there.idps[0][1]
    unsigned = make_answer(idp, "_nobody", sign="none")
    stranger = make_answer(idp, "_nobody", key=key_named("rsa-b"))
    elements = b"<a>" + b"<b/>" * 60_000 + b"</a>"
    attributes = b"<a" + b"".join(b' a%d="1"' % number for number in range(30_000)) + b"/>"
    octets = {
        "no base64, 1 KB": None,
        "no XML, 500 KB": b"x" * 380_000,
        "60,000 elements, 320 KB": elements,
        "30,000 attributes, 400 KB": attributes[:380_000],
        "unsigned, 10 KB": unsigned,
        "by a stranger's key, 10 KB": stranger,
    }
    forms = {name: base64.b64encode(each).decode() for name, each in octets.items() if each}
    return {"no base64, 1 KB": "!" * 1_000, **forms}


def junk(there, text):
    """Give a task: one refused message."""
    form = {"SAMLResponse": text}

    def task():
        before = there.server.cpu()
        for _ in range(JUNK):
            assert ask(there.server, "POST", "/saml/acme/acs", form).status in (403, 429)
        return (there.server.cpu() - before) / JUNK

    return task


def _figures(results):
    told = {
        "stock": "the smallest view around stock python3-saml, the yardstick",
        "page": "a page of somebody signed in",
        "login": "an e-mail address sent with the login form",
        "request": "the start of a sign-in, AuthnRequest signed",
    }
    rows = [
        compare(results, "stock", "stock", called=told["stock"]),
        compare(
            results,
            "sqlite",
            "stock",
            called="a complete sign-in, SQLite, synchronous FULL",
            target=0.70,
        ),
        compare(results, "postgresql", "stock", called="a complete sign-in, PostgreSQL"),
    ]
    rows += [
        compare(results, name, "stock", called=told[name]) for name in ("page", "login", "request")
    ]
    rows += [
        compare(results, name, "stock", called=name.replace("junk:", "refused:"))
        for name in results
        if name.startswith("junk:")
    ]
    return rows
