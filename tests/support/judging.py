"""Judges one message of the tests' Identity Provider, at the time and for the request it fits."""

from __future__ import annotations

from support.idp import Idp, key_named

from sp.saml import decryption, gate, response

IDP = Idp()


def judge(octets, *, to_the_end=False, idp=IDP, **overrides):
    """Return the judgement on a message; overrides are parts of the Expectation."""
    decrypt = decryption.make_decrypt(
        [key_named("sp-old").private_key, key_named("sp").private_key]
    )
    gated = gate.read_message(octets, "Response")
    return response.judge(gated, idp.expectation(**overrides), decrypt, to_the_end=to_the_end)


def code_of_judgement(octets, **arguments):
    """Return the code of the refusal, or "" where the message is good."""
    judgement = judge(octets, **arguments)
    assert (judgement.refusal is None) == (judgement.assertion is not None)
    return "" if judgement.refusal is None else judgement.refusal.code
