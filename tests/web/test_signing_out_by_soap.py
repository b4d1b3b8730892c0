"""Signing out where a company's login takes LogoutRequests by SOAP alone: we ask its server."""

from __future__ import annotations

from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from lxml import etree
from support.idp import Idp
from support.logout import LogoutIdp
from support.pages import Person, make_live, read
from support.serving import running

from sp import clock, db
from sp.audit import ledger
from sp.demo.names import RESPONDER, SOAP
from sp.flows import inspection, key_rollover
from sp.flows.actor import COMMAND_LINE
from sp.saml import gate, soap, xmlsec_verification
from sp.saml.signing_key import read_certificate

BASE = "http://sp.localhost:8000"
ENTITY_ID = f"{BASE}/saml/acme/metadata"
COMPANY = LogoutIdp(sp_entity_id=ENTITY_ID, slo_url=f"{BASE}/saml/acme/slo/soap")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.headers["Content-Type"], body))
        status, octets = self.server.answer(gate.read_soap(body, "LogoutRequest").root)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *_):
        pass


@pytest.fixture
def config(config):
    return replace(config, base_url=BASE)


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.asked, made.daemon_threads = [], True
    made.answer = lambda request: (200, answer_to(request))
    with running(made):
        yield made


@pytest.fixture
def ada(app, config, clock, quick_keys, server):
    key_rollover.generate_keys(config, actor=COMMAND_LINE)
    url = f"http://127.0.0.1:{server.server_port}/slo"
    make_live(config, "acme", "acme.example", slo=((SOAP, url, None),))
    idp = Idp(sp_entity_id=ENTITY_ID, acs_url=f"{BASE}/saml/acme/acs")
    person = Person(app.test_client(), idp=idp)
    person.sign_in()
    assert person.client.get("/whoami").status_code == 200
    return person


def answer_to(request, change=None, **overrides):
    good = {"in_response_to": request.get("ID"), "at": clock.now(), "destination": None}
    return COMPANY.soap(COMPANY.response(change, **(good | overrides)))


def sign_out(person):
    token = read(person.client.get("/logout")).value("csrf_token")
    answer = person.client.post("/logout", data={"csrf_token": token})
    assert answer.status_code == 303
    assert person.client.get("/whoami").status_code == 401
    return read(person.client.get(answer.location))


def codes():
    with db.read() as transaction:
        found = ledger.list_events(transaction, "acme", limit=1000)
    found = sorted(found, key=lambda each: each.sequence)
    return [(e.kind, e.code) for e in found if e.kind in ("sign_out", "logout_response")]


def test_company_is_asked_and_its_answer_is_told(ada, server, config):
    assert "has ended, too" in sign_out(ada).text
    ((content_type, body),) = server.asked
    assert content_type == "text/xml; charset=utf-8"
    root = gate.read_soap(body, "LogoutRequest").root
    ours = read_certificate(config.keyring().signing.certificate)
    signature = root.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    assert xmlsec_verification.verifies(root, signature, (ours,))
    assert codes() == [("sign_out", "done"), ("logout_response", "done")]


def test_request_and_answer_are_kept_and_verify_again(ada):
    sign_out(ada)
    with db.read() as transaction:
        events = ledger.list_events(transaction, "acme", limit=1000)
    kept = [each for each in events if each.kind in ("sign_out", "logout_response")]
    assert {inspection.reverify(f"acme:{e.sequence}").kept.kind for e in kept} == {
        "LogoutRequest soap",
        "LogoutResponse soap",
    }
    assert all(inspection.reverify(f"acme:{each.sequence}").same for each in kept)


def unsigned(request):
    good = {"in_response_to": request.get("ID"), "at": clock.now(), "destination": None}
    return 200, COMPANY.soap(COMPANY.response(**good), sign=False)


@pytest.mark.parametrize(
    ("answer", "told", "code"),
    [
        (
            lambda request: (200, answer_to(request, status=(RESPONDER,))),
            "did not confirm",
            ("logout_response", "failed"),
        ),
        (unsigned, "did not confirm", ("logout_response", "not_signed")),
        (
            lambda request: (200, answer_to(request, in_response_to="_another")),
            "did not confirm",
            ("logout_response", "in_response_to"),
        ),
        (
            lambda _: (200, soap.make_fault("No.")),
            "did not confirm",
            ("logout_response", "soap_fault"),
        ),
        (
            lambda _: (500, soap.make_fault("No.", code="Server")),
            "did not confirm",
            ("logout_response", "soap_fault"),
        ),
        (
            lambda _: (200, b"<html>sorry</html>"),
            "did not confirm",
            ("logout_response", "bad_envelope"),
        ),
        (lambda _: (503, b"sorry"), "did not confirm", ("sign_out", "done")),
        (lambda _: (200, b"x" * 600_000), "did not confirm", ("sign_out", "done")),
    ],
    ids=["failed", "unsigned", "foreign", "fault", "fault by 500", "page", "error", "endless"],
)
def test_whatever_the_company_answers_nobody_stays_signed_in(ada, server, answer, told, code):
    server.answer = answer
    assert told in sign_out(ada).text
    assert codes()[-1] == code


def test_answer_to_another_request_of_ours_is_refused(ada, server):
    asked = []
    server.answer = lambda request: (503, asked.append(request) or b"")
    sign_out(ada)
    ada.sign_in()
    server.answer = lambda _: (200, answer_to(asked[0]))
    assert "did not confirm" in sign_out(ada).text
    assert codes()[-1] == ("logout_response", "in_response_to")


def test_company_that_is_switched_off_leaves_nobody_signed_in(ada, server):
    server.server_close()
    page = sign_out(ada)
    assert page.headline == "You are signed out of Clientshare"
    assert "did not confirm" in page.text


def test_envelope_names_where_it_goes(ada, server):
    sign_out(ada)
    body = etree.fromstring(server.asked[0][1])
    destination = body[0][0].get("Destination")
    assert destination == f"http://127.0.0.1:{server.server_port}/slo"
