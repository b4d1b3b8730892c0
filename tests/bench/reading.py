"""One Response read by all three readers, beside stock python3-saml on the same octets."""

from __future__ import annotations

import base64
import time
from urllib.parse import urlsplit

from answers import make_answer
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from rounds import compare, interleave, unprepared
from support.idp import Idp, key_named

from sp import clock
from sp.saml import bindings, decryption, gate, response

LOOPS = 40
REQUEST_ID = "_request-1"


def measure(tell, rounds):
    """Give the figures of reading, plain and encrypted."""
    idp = Idp()
    expectation = idp.expectation(instant=clock.now())
    decrypt = decryption.make_decrypt([key_named("sp").private_key])
    plain = bindings.encode_post(make_answer(idp, REQUEST_ID))
    encrypted = bindings.encode_post(make_answer(idp, REQUEST_ID, encrypt=True))

    def read(form):
        gated = gate.read_message(bindings.decode_post(form), "Response")
        assert response.judge(gated, expectation, decrypt).assertion is not None

    ask = stock_reader(idp, plain)
    tasks = {
        "stock": unprepared(lambda: cpu_of(ask)),
        "plain": unprepared(lambda: cpu_of(lambda: read(plain))),
        "encrypted": unprepared(lambda: cpu_of(lambda: read(encrypted))),
    }
    for prepare in tasks.values():
        prepare()()  # everything that is kept is made once
    results = interleave(tasks, rounds, tell)
    return [
        compare(results, "stock", "stock", called="stock python3-saml, the yardstick"),
        compare(
            results,
            "plain",
            "stock",
            called="gate, own verification, checks, second verdict",
            target=0.45,
        ),
        compare(
            results,
            "encrypted",
            "plain",
            called="the same, encrypted (beside the plain one)",
            target=1.5,
        ),
    ]


def stock_reader(idp, form):
    """Give a function that lets the untouched library judge a form."""
    settings = stock_settings(idp.sp_entity_id, idp.acs_url)
    parts = urlsplit(idp.acs_url)
    prepared = {
        "https": "on",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "get_data": {},
        "post_data": {"SAMLResponse": form},
    }

    def ask():
        auth = OneLogin_Saml2_Auth(prepared, settings)
        auth.process_response()
        assert not auth.get_errors(), auth.get_last_error_reason()

    return ask


def stock_settings(sp_entity_id, acs_url):
    """Give settings as the library's own examples write them."""
    certificate = base64.b64encode(key_named("rsa-a").certificate).decode()
    return {
        "strict": True,
        "sp": {"entityId": sp_entity_id, "assertionConsumerService": {"url": acs_url}},
        "idp": {
            "entityId": Idp().entity_id,
            "singleSignOnService": {"url": "https://idp.example.com/saml/sso"},
            "x509cert": certificate,
        },
    }


def cpu_of(function):
    """Return the CPU of one call in milliseconds."""
    start = time.process_time()
    for _ in range(LOOPS):
        function()
    return (time.process_time() - start) / LOOPS * 1000
