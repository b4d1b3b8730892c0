"""The form cookie: its age, by whatever clock, never stands between a person and a form."""

from __future__ import annotations

import pytest
from itsdangerous import TimestampSigner
from support.pages import read

MONTH = 31 * 24 * 3600


@pytest.fixture
def machine(monkeypatch):
    """A function that moves the clock of the machine that signs and opens cookies."""
    told = TimestampSigner.get_timestamp

    def move(seconds):
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: told(self) + seconds)

    return move


@pytest.mark.parametrize("seconds", [0, 2 * MONTH, -60], ids=["at once", "kept open", "other node"])
def test_form_is_taken_however_old_its_cookie_is(ada, machine, seconds):
    token = read(ada.client.get("/login")).value("csrf_token")
    machine(seconds)
    form = {"email": "ada@acme.example", "csrf_token": token}
    assert ada.client.post("/login", data=form).status_code == 303


def test_cookie_that_we_did_not_sign_is_an_empty_one(ada):
    token = read(ada.client.get("/login")).value("csrf_token")
    name = "__Host-sp_form"
    ada.client.set_cookie(name, ada.cookie(name)[:-1] + "!", domain="sp.example.com", secure=True)
    form = {"email": "ada@acme.example", "csrf_token": token}
    assert ada.client.post("/login", data=form).status_code == 400
