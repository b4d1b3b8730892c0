"""Odd and spoilt logout messages: whatever they hold, the answer is a refusal and never a failure."""

from __future__ import annotations

import random

import pytest
from support.logout import IDP, LOGOUT_ID, judge, open_message
from support.refusals import code_of

from sp.demo.messages import to_octets
from sp.saml import logout_message, urn
from sp.saml.errors import Refused

MAKERS = {"redirect": IDP.query, "post": IDP.posted, "soap": IDP.soap}
ODD = (
    "",
    "\n",
    "x" * 70_000,
    "\u202e\u0130\U0001f600",
    "-1",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2026-03-02T09:00:00Z ",
    "\u0662\u0660\u0662\u0666-03-02T09:00:00Z",
    "urn:oasis:names:tc:SAML:2.0:status:Success",
    "https://[::1/slo",
    "1",
)
MOVES = ("cut", "twice", "swap", "drop", "junk")


def spoil(octets, chance):
    """Return the octets with a few of them changed."""
    spoilt = bytearray(octets)
    for _ in range(chance.randint(1, 3)):
        move, place = chance.choice(MOVES), chance.randrange(len(spoilt))
        length = chance.randint(1, 40)
        if move == "cut":
            del spoilt[place:]
            spoilt = spoilt or bytearray(b"<")
        elif move == "twice":
            spoilt[place:place] = spoilt[place : place + length]
        elif move == "swap":
            spoilt[place : place + length] = spoilt[place : place + length][::-1]
        elif move == "drop" and len(spoilt) > length + 1:
            del spoilt[place : place + length]
        else:
            spoilt[place : place + length] = chance.randbytes(length)
    return bytes(spoilt)


def read(message, kind="LogoutRequest", **expectation):
    """Return what a message is read as; None where it is refused, here or there."""
    try:
        judgement = judge(message, kind, to_the_end=True, **expectation)
    except Refused:
        return None
    return judgement.request or judgement.response


@pytest.mark.parametrize("binding", MAKERS)
@pytest.mark.parametrize("seed", range(60))
def test_a_spoilt_message_is_refused_or_says_what_was_signed(binding, seed):
    chance = random.Random(seed)
    good = MAKERS[binding](IDP.request())
    asked = read(good)
    assert asked is not None
    octets = good.encode() if isinstance(good, str) else good
    spoilt = spoil(octets, chance)
    message = spoilt.decode("latin-1") if isinstance(good, str) else spoilt
    assert read(message) in (None, asked)


def places(root):
    """Give a change for each attribute and each text of a message."""
    for number, element in enumerate(root.iter("*")):
        for name in element.attrib:
            yield number, name
        yield number, None


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("made", ["request", "response"])
def test_odd_values_that_the_idp_itself_signed_are_refused_or_read(made, odd):
    make = getattr(IDP, made)
    kind = f"Logout{made.capitalize()}"
    expectation = {"request_id": LOGOUT_ID} if made == "response" else {}
    for number, name in places(make()):

        def change(root, number=number, name=name):
            element = list(root.iter("*"))[number]
            if name is None:
                element.text = odd
            else:
                element.set(name, odd)

        query = IDP.query(to_octets(make(change)))
        try:
            judgement = judge(query, kind, to_the_end=True, **expectation)
        except Refused:
            continue
        assert judgement.verified
        assert judgement.findings[-1].code in ("schema", "second_verdict")


@pytest.mark.parametrize("value", ["é", "\udcff", "\x00", "%", "%zz", "%u0041"])
def test_a_query_of_any_characters_is_refused_or_read(value):
    good = IDP.query(IDP.request())
    assert read(f"{good}&other={value}") == read(good)
    assert read(f"{good}&RelayState={value}") is None
    assert read(good.replace("SAMLRequest=", f"SAMLRequest={value}")) is None


def test_what_was_kept_and_is_no_query_is_refused():
    refused = code_of(logout_message.open_kept, urn.REDIRECT, "LogoutRequest", b"\xff\xfe")
    assert refused == "bad_parameter"


@pytest.mark.parametrize("octets", [b"", b" ", b"<", b"\x00", b"\xff\xfe", b"Envelope", b"<a/>"])
def test_no_message_at_all_is_refused(octets):
    for message in (octets, octets.decode("latin-1")):
        with pytest.raises(Refused):
            open_message(message)
