"""`flask sp session`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.idp import Idp


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


def test_session_is_listed_for_programs_as_its_identity_provider_knows_it(sp, signed_in):
    (row,) = sp("session", "list", "acme", "--json").json
    assert (row["idp_entity_id"], row["name_id"]) == (Idp().entity_id, Idp().spec().name_id)
    assert row["session_index"] == Idp().spec().session_index
    assert row["device"] == "an unknown device"


def test_revoking_by_name_ends_the_sessions_of_the_live_identity_provider(sp, signed_in):
    named = ("--name-id", Idp().spec().name_id)
    assert sp("session", "revoke", "acme", "--name-id", "nobody").out.endswith(": 0.\n")
    other = ("--idp", "https://other.example/saml")
    assert sp("session", "revoke", "acme", *named, *other).out.endswith(": 0.\n")
    index = ("--session-index", "_unknown")
    assert sp("session", "revoke", "acme", *named, *index).out.endswith(": 0.\n")
    index = (*index, "--session-index", Idp().spec().session_index)
    assert sp("session", "revoke", "acme", *named, *index).out.endswith(": 1.\n")


def test_name_without_an_identity_provider_is_one_sentence(acme, refused):
    sentence = refused("session", "revoke", "acme", "--name-id", "ada-id")
    assert sentence == "acme has no Identity Provider in force; name one by its entityID."


@pytest.mark.parametrize(
    ("where", "said"), [(("acme",), "at acme"), (("--everywhere",), "everywhere")]
)
def test_everything_from_before_a_moment_ends(sp, signed_in, clock, where, said):
    first = clock.now()
    kept = sp("session", "revoke", *where, "--before", first.isoformat())
    assert kept.out == f"Sessions ended {said}: 0.\n"
    clock.advance(timedelta(seconds=1))
    done = sp("session", "revoke", *where, "--before", "now")
    assert (done.status, done.out) == (0, f"Sessions ended {said}: 1.\n")
    assert sp("session", "list", "acme", "--json").json == []


def test_moment_that_has_not_come_is_one_sentence(sp, signed_in, clock, refused):
    later = (clock.now() + timedelta(minutes=1)).isoformat()
    assert "has not come yet" in refused("session", "revoke", "acme", "--before", later)
    assert len(sp("session", "list", "acme", "--json").json) == 1


@pytest.mark.parametrize(
    "moment", ["2026-03-02T09:00", "2026-03-02", "yesterday", "", "9999-12-31T23:59-01:00"]
)
def test_time_without_a_zone_is_a_usage_error(sp, acme, moment):
    done = sp("session", "revoke", "acme", "--before", moment)
    assert done.status == 2
    assert "such as 2026-03-02T09:00Z" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("acme",),
        ("acme", "--all", "--email", "ada@acme.example"),
        ("acme", "--name-id", "ada-id", "--before", "now"),
        ("acme", "--email", ""),
    ],
)
def test_revoking_names_exactly_one_thing(acme, refused, words):
    assert "exactly one" in refused("session", "revoke", *words)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--all",), "either an organisation, or --everywhere"),
        (("--before", "now"), "either an organisation, or --everywhere"),
        (("acme", "--before", "now", "--everywhere"), "either an organisation, or --everywhere"),
        (("--all", "--everywhere"), "--everywhere goes with --before"),
        (("acme", "--all", "--session-index", "_1"), "go with --name-id"),
        (("acme", "--all", "--idp", "urn:idp"), "go with --name-id"),
    ],
)
def test_revoking_leaves_nothing_open(acme, refused, words, sentence):
    assert sentence in refused("session", "revoke", *words)


def test_unknown_session_is_one_sentence(acme, refused):
    sentence = refused("session", "revoke", "acme", "--session", "nothing")
    assert sentence == "acme has no session nothing."
