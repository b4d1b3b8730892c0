"""`flask sp session`."""

from __future__ import annotations

import pytest


def test_session_is_listed_with_who_and_until_when(sp, signed_in):
    rows = sp("session", "list", "acme", "--json").json
    assert [(row["email"], row["how"], row["address"]) for row in rows] == [
        ("ada@acme.example", "sso", "192.0.2.7")
    ]
    assert rows[0]["expires_at"] == signed_in.expires_at.isoformat()
    assert signed_in.token not in sp("session", "list", "acme", "--json").out
    assert "ada@acme.example" in sp("session", "list", "acme").out


def test_nobody_signed_in_says_so(sp, acme):
    assert sp("session", "list", "acme").out == "Nobody is signed in at acme.\n"


@pytest.mark.parametrize(
    "words", [("--email", "ada@acme.example"), ("--all",), ("--session", "THE ONE")]
)
def test_revoking_ends_the_session(sp, signed_in, words):
    public_id = sp("session", "list", "acme", "--json").json[0]["session"]
    words = [public_id if word == "THE ONE" else word for word in words]
    done = sp("session", "revoke", "acme", *words)
    assert (done.status, done.out) == (0, "Sessions ended at acme: 1.\n")
    assert sp("session", "list", "acme", "--json").json == []


def test_suspending_ends_sessions(sp, signed_in):
    assert "sessions ended: 1" in sp("account", "suspend", "acme", "ada@acme.example").out
    assert sp("session", "list", "acme", "--json").json == []


def test_relinking_forgets_who_it_was(sp, signed_in):
    assert "links forgotten: 1" in sp("account", "relink", "acme", "ada@acme.example").out


@pytest.mark.parametrize("words", [(), ("--all", "--email", "ada@acme.example")])
def test_revoking_names_exactly_one_thing(acme, refused, words):
    assert "exactly one" in refused("session", "revoke", "acme", *words)


def test_unknown_session_is_one_sentence(acme, refused):
    sentence = refused("session", "revoke", "acme", "--session", "nothing")
    assert sentence == "acme has no session nothing."
