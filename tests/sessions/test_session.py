"""Sessions: live while all that they rest on is, ended at once by whatever names them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.people import found, new_session

from sp import db, tokens
from sp.accounts import account
from sp.saml.types import NameID
from sp.sessions import listing, session

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
    made = new_session(
        acme.organisation_id,
        acme.ada,
        "ada",
        started=STARTED,
        public_id="AAAA-2222",
        idp_entity_id=IDP,
        name_id=ADA,
        session_index="_index",
        authn_instant=STARTED - timedelta(minutes=1),
        authn_context="https://refeds.org/profile/mfa",
        revision=3,
        binding_hash=BINDING,
        user_agent="Test/1.0",
    )
    make(made)
    return made


def make(new):
    db.write(lambda transaction: session.make(transaction, new))


def another(like, token, **changes):
    """A second session that differs in its token and in these."""
    new = like._replace(token_hash=tokens.hash_token(token), public_id=token[:20], **changes)
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
    for name in set(ada._fields) - {"binding_hash"}:
        assert getattr(view, name) == getattr(ada, name), name


def test_session_without_a_name_is_loaded_without(ada):
    plain = another(
        ada, "plain", name_id=None, session_index=None, idp_entity_id=None, binding_hash=None
    )
    assert load(plain).name_id is None


def test_token_that_nobody_has_is_nobody(ada):
    assert load(ada._replace(token_hash=tokens.hash_token("other"))) is None


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
            views = listing.list_for(
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
    assert end(session.end_by_public_id, acme.organisation_id + 1, ada.public_id) == []
    assert end(session.end_by_public_id, acme.organisation_id, ada.public_id) == [
        (ada.public_id, acme.ada, acme.organisation_id)
    ]
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
    assert end(session.end_by_name_id, *named, ["_index"]) == [
        ("AAAA-2222", acme.ada, acme.organisation_id)
    ]
    assert live(ada, second, at_globex) == [False, True, True]
    assert len(end(session.end_by_name_id, *named)) == 1
    assert live(second, at_globex) == [False, True]


def test_idp_ends_several_indexes_at_once_and_no_other(ada, acme):
    second, third = (another(ada, name, session_index=f"_{name}") for name in ("second", "third"))
    indexes = ["_index", "_third", "_unknown"]
    ended = end(session.end_by_name_id, acme.organisation_id, IDP, ADA, indexes)
    assert {each.public_id for each in ended} == {"AAAA-2222", "third"}
    assert live(ada, second, third) == [False, True, False]


def test_white_space_around_an_index_means_nothing(ada, acme):
    padded = another(ada, "padded", session_index=" 7 ")
    ended = end(session.end_by_name_id, acme.organisation_id, IDP, ADA, ["7"])
    assert [each.public_id for each in ended] == ["padded"]
    assert live(ada, padded) == [True, False]


def test_session_that_got_no_index_ends_with_any(ada, acme):
    """Its Identity Provider has no other way to name it."""
    plain = another(ada, "plain", session_index=None)
    ended = end(session.end_by_name_id, acme.organisation_id, IDP, ADA, ["_index"])
    assert len(ended) == 2
    assert live(ada, plain) == [False, False]


@pytest.mark.parametrize(
    "other",
    [
        ADA._replace(value="ADA-ID"),
        ADA._replace(value="ada-id "),
        ADA._replace(name_qualifier="https://other.example.com/saml"),
    ],
)
def test_name_that_differs_is_another_name(ada, acme, other):
    assert end(session.end_by_name_id, acme.organisation_id, IDP, other) == []
    assert live(ada) == [True]


@pytest.mark.parametrize(
    "other",
    [
        ADA._replace(format=None),  # samlify says another Format at logout than at sign-in
        ADA._replace(name_qualifier=None),
        ADA._replace(sp_name_qualifier="https://sp.example.com/saml/acme/metadata"),
    ],
)
def test_name_that_only_says_more_or_less_is_the_same(ada, acme, other):
    assert len(end(session.end_by_name_id, acme.organisation_id, IDP, other)) == 1


def test_logout_request_can_say_exactly_what_the_assertion_did(ada, acme):
    with db.read() as transaction:
        named = session.find_named(transaction, ada.token_hash)
    assert (named.idp_entity_id, named.name_id, named.session_index) == (IDP, ADA, "_index")
    assert (named.organisation_id, named.account_id, named.revision) == (
        acme.organisation_id,
        acme.ada,
        3,
    )


def test_session_that_its_idp_gave_no_name_cannot_be_named(ada):
    plain = another(ada, "plain", name_id=None)
    with db.read() as transaction:
        assert session.find_named(transaction, plain.token_hash) is None
        assert session.find_named(transaction, tokens.hash_token("nobody")) is None


def test_another_idp_cannot_end_a_session(ada, acme):
    other = "https://other.example.com/saml"
    assert end(session.end_by_name_id, acme.organisation_id, other, ADA) == []


def test_every_session_from_before_a_moment_ends(ada, at_globex):
    later = another(ada, "later", created_at=STARTED + SECOND)
    ended = end(session.end_before, STARTED + SECOND)
    assert {each.organisation_id for each in ended} == {
        ada.organisation_id,
        at_globex.organisation_id,
    }
    assert live(ada, at_globex, later) == [False, False, True]


def test_sessions_of_one_organisation_from_before_a_moment_end(ada, acme, at_globex):
    later = another(ada, "later", created_at=STARTED + SECOND)
    ended = end(session.end_before, STARTED + SECOND, acme.organisation_id)
    assert [each.public_id for each in ended] == [ada.public_id]
    assert live(ada, at_globex, later) == [False, True, True]


def test_person_ends_one_of_their_own_sessions_never_this_one_or_somebody_elses(
    ada, acme, at_globex
):
    second, grace = another(ada, "second"), another(ada, "grace", account_id=acme.grace)

    def end_other(public_id):
        return db.write(lambda t: session.end_other(t, acme.ada, public_id, but=ada.token_hash))

    assert [end_other(each.public_id) for each in (grace, at_globex, ada, second)] == [0, 0, 0, 1]
    assert live(ada, second, grace, at_globex) == [True, False, True, True]


def test_person_ends_all_their_sessions_but_this_one(ada, acme, at_globex):
    second, third = another(ada, "second"), another(ada, "third")
    grace = another(ada, "grace", account_id=acme.grace)
    assert db.write(lambda t: session.end_others(t, acme.ada, but=ada.token_hash)) == 2
    assert live(ada, second, third, grace, at_globex) == [True, False, False, True, True]


def test_purge_removes_what_is_over(ada):
    another(ada, "over", expires_at=STARTED)
    assert end(session.purge, STARTED) == 1
    assert end(session.purge, STARTED) == 0
    assert live(ada) == [True]
