"""Requests over HTTP to gunicorn with two workers, on both databases, beside the smallest view.

Sign-ins are measured beside the yardstick alone: the more servers a machine holds, the colder its
caches are at each request.
"""

from __future__ import annotations

import base64
import json
from contextlib import ExitStack
from pathlib import Path

from answers import make_answer
from clients import BATCH, ask, cpu_of, prepare_sign_ins, sign_ins
from deployment import deployed
from gunicorn_server import gunicorn, listening
from lxml import html
from reading import stock_settings
from rounds import compare, interleave, unprepared
from support.databases import make_app
from support.idp import Idp, key_named
from support.statements import counted

from sp.db import db

JUNK = 10
WARM = 4
PATHS = {"who": "/whoami", "page": "/account"}
YARDSTICK = "the smallest view around stock python3-saml, the yardstick"
SIGN_INS = {
    "sqlite": ("a complete sign-in, SQLite, synchronous FULL", 0.70),
    "postgresql": ("a complete sign-in, PostgreSQL", None),
}


def stock_sign_ins(server, idp):
    """Give the yardstick's task: as many answers at the smallest view."""

    def prepare():
        answers = [make_answer(idp, f"_request-{number}") for number in range(BATCH)]
        forms = [{"SAMLResponse": base64.b64encode(octets).decode()} for octets in answers]
        return lambda: cpu_of(server, [("/acs", form, None) for form in forms], 303)

    return prepare


def measure(tell, rounds):
    """Give the figures of a sign-in, of the pages around it, and of junk."""
    return [
        *_sign_in("sqlite", tell, rounds),
        *_sign_in("postgresql", tell, rounds)[1:],
        *_pages(tell, rounds),
    ]


def _sign_in(kind, tell, rounds):
    """Give the figures of the yardstick and of a complete sign-in on one database."""
    with ExitStack() as stack:
        there = stack.enter_context(deployed(kind, ["acme"]))
        tasks = {
            "stock": stock_sign_ins(*_stock(stack)),
            kind: sign_ins(there.server, there.idps),
        }
        results = _run(tasks, rounds, tell)
    called, target = SIGN_INS[kind]
    return [
        compare(results, "stock", "stock", called=YARDSTICK),
        compare(results, kind, "stock", called=called, target=target),
    ]


def _pages(tell, rounds):
    """Give the figures of the pages around a sign-in, and of junk."""
    with ExitStack() as stack:
        ours = stack.enter_context(deployed("sqlite", ["acme"]))
        signing = stack.enter_context(deployed("sqlite", ["acme"], want_signed_requests=True))
        session = session_of(ours)
        statements = {name: statements_of(ours, path, session) for name, path in PATHS.items()}
        tasks = {
            "stock": stock_sign_ins(*_stock(stack)),
            **{name: signed_in_page(ours, path, session) for name, path in PATHS.items()},
            "login": login_post(ours),
            "request": unprepared(
                lambda: cpu_of(signing.server, [("/saml/acme/login", None, None)] * BATCH, 303)
            ),
            **{f"refused: {name}": junk(ours, form) for name, form in junk_forms(ours).items()},
        }
        results = _run(tasks, rounds, tell)
    told = {
        "who": "a request of somebody signed in that asks only who: "
        f"{statements['who']} SQL statement",
        "page": "their account page, with where else they are signed in: "
        f"{statements['page']} SQL statements",
        "login": "an e-mail address sent with the login form",
        "request": "the start of a sign-in, AuthnRequest signed",
    }
    return [
        compare(results, name, "stock", called=told.get(name, name))
        for name in results
        if name != "stock"
    ]


def _run(tasks, rounds, tell):
    for name, task in tasks.items():
        tell(f"warming up: {name}")
        for _ in range(WARM):
            task()()
    return interleave(tasks, rounds, tell)


def _stock(stack):
    held = listening()
    acs_url = f"http://sp.localhost:{held.getsockname()[1]}/acs"
    idp = Idp(sp_entity_id="https://sp.example.com/stock", acs_url=acs_url)
    environment = {"STOCK_SETTINGS": json.dumps(stock_settings(idp.sp_entity_id, acs_url))}
    environment["PYTHONPATH"] = str(Path(__file__).parent)
    return stack.enter_context(gunicorn("stock_view:create_app()", environment, held=held)), idp


def session_of(there):
    """Sign somebody in, and give the cookies of their session."""
    (request,) = prepare_sign_ins(there.server, there.idps, 1)
    target, form, cookie = request
    return ask(there.server, "POST", target, form, Cookie=cookie).cookies()


def signed_in_page(there, path, session):
    """Give a task: one page of somebody who is signed in."""
    return unprepared(lambda: cpu_of(there.server, [(path, None, session)] * BATCH, 200))


def statements_of(there, path, session):
    """Give how many SQL statements such a page runs, in a process like a worker."""
    app = make_app(there.config)
    client = app.test_client(use_cookies=False)
    asked = {"base_url": there.config.base_url, "headers": {"Cookie": session}}
    with counted() as statements:
        assert client.get(path, **asked).status_code == 200
    with app.app_context():
        db.engine.dispose()
    return len(statements)


def login_post(there):
    """Give a task: an e-mail address sent with the login form."""
    reply = ask(there.server, "GET", "/login")
    token = html.fromstring(reply.body).find(".//input[@name='csrf_token']").get("value")
    form = {"email": "ada@acme.example", "csrf_token": token}
    requests = [("/login", form, reply.cookies())] * BATCH
    return unprepared(lambda: cpu_of(there.server, requests, 303))


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

    def measure():
        before = there.server.cpu()
        for _ in range(JUNK):
            assert ask(there.server, "POST", "/saml/acme/acs", form).status == 403
        return (there.server.cpu() - before) / JUNK

    return unprepared(measure)
