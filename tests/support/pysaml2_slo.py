"""Single logout at pysaml2_server.py: asked by a Service Provider, or begun at its own page.

Its session ends first; then each other Service Provider of that session is asked, one after
another, through the browser or by SOAP; who asked gets an answer, who began here gets a page.
"""

from __future__ import annotations

import http.client
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request
from saml2 import samlp
from saml2.ident import code
from support import pysaml2_logout
from support.pysaml2_engine import Issued
from support.pysaml2_sessions import COOKIE, engine, page, sessions

PATIENCE = 60
TOLD = {False: "<p>You are logged out.</p>", True: "<p>Some applications could not be reached.</p>"}

bp = Blueprint("slo", __name__)


@dataclass
class Leaving:
    """One sign-out on its way: who is still to be asked, and what ends it."""

    remaining: list[tuple[Issued, list[str]]]
    """Each with the SessionIndexes that it was issued."""
    finish: Callable[[bool], Response]
    failed: bool = False


leavings: dict[str, Leaving] = {}
"""By the RelayState of the LogoutRequest that is out."""


@bp.get("/logout")
def begin():
    ended = sessions.pop(request.cookies.get(COOKIE), None)
    issued = ended.issued if ended else []
    return go_on(Leaving(grouped(issued), lambda failed: page(TOLD[failed])))


@bp.route("/slo", methods=["GET", "POST"])
def slo():
    binding = "post" if request.method == "POST" else "redirect"
    if "SAMLRequest" in request.values:
        return asked(binding)
    leaving = leavings.pop(request.values["RelayState"])
    leaving.failed |= not pysaml2_logout.is_success(engine(), binding, request.values)
    return go_on(leaving)


@bp.post("/slo/soap")
def slo_by_soap():
    wanted = pysaml2_logout.read_request_by_soap(engine(), request.get_data())

    def answer(wrong):
        envelope = pysaml2_logout.make_response_by_soap(engine(), wanted, wrong)
        return Response(envelope, content_type="text/xml")

    return end(wanted, answer)


def asked(binding):
    wanted = pysaml2_logout.read_request(engine(), binding, request.values)
    relay_state = request.values.get("RelayState")

    def answer(wrong):
        return carry(pysaml2_logout.make_response(engine(), wanted, relay_state, wrong))

    return end(wanted, answer)


def end(wanted, answer):
    """End the sessions that a request names, ask the others of them, and answer."""
    ended = [key for key, session in sessions.items() if any(map(wanted.names, session.issued))]
    issued = [each for key in ended for each in sessions.pop(key).issued]
    others = [each for each in issued if each.entity_id != wanted.entity_id]

    def finish(failed):
        wrong = samlp.STATUS_PARTIAL_LOGOUT if failed else None
        return answer(wrong if ended else samlp.STATUS_UNKNOWN_PRINCIPAL)

    return go_on(Leaving(grouped(others), finish))


def grouped(issued):
    """Put together what one Service Provider knows of one NameID."""
    groups = {}
    for each in issued:
        groups.setdefault((each.entity_id, code(each.name_id)), (each, []))[1].append(
            each.session_index
        )
    return list(groups.values())


def go_on(leaving):
    while leaving.remaining:
        number = secrets.token_urlsafe()
        sent = pysaml2_logout.make_request(engine(), *leaving.remaining.pop(), number)
        if "headers" in sent:
            leavings[number] = leaving
            return carry(sent)
        leaving.failed |= not ask_by_soap(sent)
    return leaving.finish(leaving.failed)


def carry(sent):
    """Send the browser along: with pysaml2's own page where a form is to be posted."""
    if sent["method"] == "POST":
        return Response(sent["data"], content_type="text/html")
    return redirect(dict(sent["headers"])["Location"], 303)


def ask_by_soap(sent):
    """Ask without the browser; the name is for browsers, here it resolves to nothing."""
    parts = urlsplit(sent["url"])
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=PATIENCE)
    try:
        headers = {"Host": parts.netloc, "Content-Type": "text/xml"}
        connection.request("POST", parts.path, sent["data"], headers)
        answer = connection.getresponse()
        octets = answer.read()
    finally:
        connection.close()
    return answer.status == 200 and pysaml2_logout.is_success_by_soap(engine(), octets)
