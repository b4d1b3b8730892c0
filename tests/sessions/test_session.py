"""Sessions: live while all that they rest on is, ended at once by whatever names them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.people import found

from sp import db, tokens
from sp.accounts import account
from sp.saml.types import NameID
from sp.sessions import session
from sp.sessions.session import NewSession

STARTED = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
IDP = "https://idp.example.com/saml"
ADA = NameID("ada-id", "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", IDP, None)
BINDING = tokens.hash_token("binding")


@pytest.fixture
def acme(app):
    return found()


@pytest.fixture
def ada(acme):
    """Ada's session, as a sign-in makes it."""
    made = NewSession(
        public_id="AAAA-2222",
        token_hash=tokens.hash_token("ada"),
        account_id=acme.ada,
        organisation_id=acme.organisation_id,
        created_at=STARTED,
        seen_at=STARTED,
        expires_at=STARTED + timedelta(hours=12),
        idle_seconds=7200,
        how="sso",
        idp_entity_id=IDP,
        name_id=ADA,
        session_index="_index",
        authn_instant=STARTED - timedelta(minutes=1),
        revision=3,
        binding_hash=BINDING,
        user_agent="Test/1.0",
        address="192.0.2.7",
    )
    make(made)
    return made


def make(new):
    db.write(lambda transaction: session.make(transaction, new))


def another(like, token, **changes):
    """A second session that differs in its token and in these."""
    new = replace(like, token_hash=tokens.hash_token(token), public_id=token[:20], **changes)
    make(new)
    return new


def load(new, now=STARTED):
    with db.read() as transaction:
        return session.load(transaction, new.token_hash, now)


def end(verb, *arguments):
    return db.write(lambda transaction: verb(transaction, *arguments))


def live(*sessions):
    return [load(each) is not None for each in sessions]


def test_session_is_loaded_with_its_person_and_organisation(ada):
    view = load(ada)
    assert (view.email, view.name, view.role) == ("ada@acme.example", "Ada", "member")
    assert (view.organisation_slug, view.organisation_name) == ("acme", "Acme")
    for name in set(NewSession.__slots__) - {"binding_hash"}:
        assert getattr(view, name) == getattr(ada, name), name


def test_session_without_a_name_is_loaded_without(ada):
    plain = another(
        ada, "plain", name_id=None, session_index=None, idp_entity_id=None, binding_hash=None
    )
    assert load(plain).name_id is None


def test_token_that_nobody_has_is_nobody(ada):
    assert load(replace(ada, token_hash=tokens.hash_token("other"))) is None


def test_session_ends_when_its_longest_life_does(ada):
    busy = another(ada, "busy", seen_at=ada.expires_at - SECOND)
    assert load(busy, ada.expires_at - SECOND)
    assert load(busy, ada.expires_at) is None


def test_session_ends_when_it_was_idle_for_too_long(ada):
    assert load(ada, STARTED + timedelta(hours=2) - SECOND)
    assert load(ada, STARTED + timedelta(hours=2)) is None


def test_session_of_a_suspended_person_is_refused_at_once(ada, acme):
    end(account.suspend, acme.ada, STARTED)
    assert load(ada) is None
    end(account.restore, acme.ada)
    assert load(ada)


def test_using_a_session_keeps_it_alive_and_is_noted_once_a_minute(ada):
    def touch(now):
        return end(session.touch, ada.token_hash, now)

    assert not load(ada).is_due(STARTED + 59 * SECOND)
    assert not touch(STARTED + 59 * SECOND)
    assert load(ada).is_due(STARTED + 60 * SECOND)
    assert touch(STARTED + 60 * SECOND)
    assert not touch(STARTED + 61 * SECOND)
    assert load(ada).seen_at == STARTED + 60 * SECOND
    assert load(ada, STARTED + timedelta(hours=2))


def test_clock_of_another_node_that_is_behind_never_moves_last_seen_back(ada):
    assert not end(session.touch, ada.token_hash, STARTED - timedelta(minutes=9))
    assert load(ada).seen_at == STARTED


def test_long_user_agent_is_cut(ada):
    assert load(another(ada, "long", user_agent="x" * 500)).user_agent == "x" * 200


def test_live_sessions_are_listed_newest_first(ada, acme):
    grace = another(ada, "grace", account_id=acme.grace, created_at=STARTED + SECOND)
    another(ada, "idle", seen_at=STARTED - timedelta(hours=2))
    another(ada, "over", expires_at=STARTED)
    found("globex")

    def list_for(account_id=None, organisation_id=acme.organisation_id):
        with db.read() as transaction:
            views = session.list_for(
                transaction, organisation_id, account_id=account_id, now=STARTED
            )
        return [view.public_id for view in views]

    assert list_for() == [grace.public_id, ada.public_id]
    assert list_for(acme.grace) == [grace.public_id]
    assert list_for(organisation_id=acme.organisation_id + 1) == []


def test_session_ends_by_its_token(ada):
    other = another(ada, "other")
    assert end(session.end_by_token, ada.token_hash) == 1
    assert end(session.end_by_token, ada.token_hash) == 0
    assert live(ada, other) == [False, True]


def test_session_ends_by_the_name_a_list_gives_it_in_its_own_organisation_only(ada, acme):
    other = another(ada, "other")
    assert end(session.end_by_public_id, acme.organisation_id + 1, ada.public_id) == 0
    assert end(session.end_by_public_id, acme.organisation_id, ada.public_id) == 1
    assert live(ada, other) == [False, True]


def test_all_sessions_of_a_person_end(ada, acme):
    second, grace = another(ada, "second"), another(ada, "grace", account_id=acme.grace)
    assert end(session.end_by_account, acme.ada) == 2
    assert live(ada, second, grace) == [False, False, True]


@pytest.fixture
def at_globex(ada):
    people = found("globex")
    return another(ada, "globex", organisation_id=people.organisation_id, account_id=people.ada)


def test_all_sessions_of_an_organisation_end(ada, acme, at_globex):
    grace = another(ada, "grace", account_id=acme.grace)
    assert end(session.end_by_organisation, acme.organisation_id) == 2
    assert live(ada, grace, at_globex) == [False, False, True]


def test_all_sessions_of_a_browser_at_an_organisation_end(ada, acme, at_globex):
    other = another(ada, "other", binding_hash=tokens.hash_token("another browser"))
    none = another(ada, "none", binding_hash=None)
    assert end(session.end_by_binding, acme.organisation_id, BINDING) == 1
    assert live(ada, other, none, at_globex) == [False, True, True, True]


def test_idp_ends_all_sessions_of_a_name_or_the_one_of_an_index(ada, acme, at_globex):
    second = another(ada, "second", session_index="_second")
    named = (acme.organisation_id, IDP, ADA)
    assert end(session.end_by_name_id, *named, "_index") == 1
    assert live(ada, second, at_globex) == [False, True, True]
    assert end(session.end_by_name_id, *named, None) == 1
    assert live(second, at_globex) == [False, True]


@pytest.mark.parametrize(
    "other",
    [
        replace(ADA, value="ADA-ID"),
        replace(ADA, format=None),
        replace(ADA, name_qualifier=None),
        replace(ADA, sp_name_qualifier="https://sp.example.com/saml/acme/metadata"),
    ],
)
def test_name_that_differs_in_any_part_is_another_name(ada, acme, other):
    assert end(session.end_by_name_id, acme.organisation_id, IDP, other, None) == 0


def test_another_idp_cannot_end_a_session(ada, acme):
    other = "https://other.example.com/saml"
    assert end(session.end_by_name_id, acme.organisation_id, other, ADA, None) == 0


def test_every_session_from_before_a_moment_ends(ada, at_globex):
    later = another(ada, "later", created_at=STARTED + SECOND)
    assert end(session.end_before, STARTED + SECOND) == 2
    assert live(ada, at_globex, later) == [False, False, True]


def test_purge_removes_what_is_over(ada):
    another(ada, "over", expires_at=STARTED)
    assert end(session.purge, STARTED) == 1
    assert end(session.purge, STARTED) == 0
    assert live(ada) == [True]
