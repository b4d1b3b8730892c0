"""Whoever fills a thread's memory with names keeps nobody from signing in."""

from __future__ import annotations

import threading

import pytest
from support.idp import Idp, key_named

from sp.flows.outcomes import SignedIn, SignInRefused
from sp.saml import strangers


@pytest.fixture(autouse=True)
def new_thread(monkeypatch):
    monkeypatch.setattr(strangers, "_of_thread", threading.local())


def test_a_sign_in_goes_on_where_strangers_are_many(visitor):
    strangers.count(strangers.MOST + 1)
    visitor.begin()
    assert isinstance(visitor.answer(), SignedIn)


def test_a_strangers_message_is_refused_as_ever_where_strangers_are_many(visitor):
    strangers.count(strangers.MOST + 1)
    visitor.begin()
    with pytest.raises(SignInRefused) as caught:
        visitor.answer(key=key_named("rsa-b"))
    assert caught.value.code == "signature_invalid"


def test_only_what_signs_nobody_in_is_counted(visitor, monkeypatch):
    monkeypatch.setattr(strangers, "MOST", 0)
    visitor.begin()
    visitor.answer()
    assert not strangers.are_many()
    with pytest.raises(SignInRefused):
        visitor.answer(Idp().response(sign="none"))
    assert strangers.are_many()
