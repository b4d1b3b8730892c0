"""Browsers to measure with: requests from a few at once, and sign-ins that are ready to be posted."""

from __future__ import annotations

import base64
import http.client
import itertools
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from answers import ATTRIBUTES, make_answer
from lxml import etree

from sp.demo.messages import AttributeSpec

BATCH = 25
"""Requests in a row of each kind: the fewer, the nearer in time to what they are compared with."""
CLIENTS = 4
PEOPLE = itertools.cycle(f"127.0.{number // 250}.{1 + number % 250}" for number in range(2_500))
"""Where each request comes from: so many from one address would be held up by the rate limits."""
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
    connection = http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=30, source_address=(next(PEOPLE), 0)
    )
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

    def prepare():
        prepared = prepare_sign_ins(server, idps)
        return lambda: cpu_of(server, prepared, 303)

    return prepare
