"""Revocation: what was named ends and nothing else, and the record tells who ended how many."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.idp import GRACE_ATTRIBUTES
from support.pages import make_live

from sp import db
from sp.accounts import account
from sp.audit import events, ledger
from sp.audit.events import SERVICE_CHAIN
from sp.errors import BadInputError
from sp.flows import membership, own_sessions, revocation
from sp.flows.actor import COMMAND_LINE
from sp.flows.selection import Selection
from sp.sessions import session
from sp.sessions.listing import Counted

SECOND = timedelta(seconds=1)
GRACE = {"name_id": "grace-id", "attributes": GRACE_ATTRIBUTES, "assertion_id": "_grace"}


def told(chain="acme"):
    """Give (actor, account, detail) of every revocation in a chain, oldest first."""
    with db.read() as transaction:
        found = ledger.list_events(transaction, chain, kind=events.SESSION_REVOKED, limit=100)
    return [
        ((event.actor_kind, event.actor_id), event.account_id, event.detail)
        for event in reversed(found)
    ]


@pytest.fixture
def sign_in(visitor):
    """A function that signs somebody in with a browser of their own; returns their session."""

    def run(**answer):
        browser = type(visitor)(visitor.config)
        browser.begin()
        known = {view.public_id for view in revocation.list_sessions("acme")}
        browser.answer(**answer)
        (made,) = (view for view in revocation.list_sessions("acme") if view.public_id not in known)
        return made

    return run


def left():
    return {view.public_id for view in revocation.list_sessions("acme")}


def test_person_is_ended_everywhere_and_told_of_once(sign_in):
    ada, _, grace = sign_in(), sign_in(assertion_id="_a2"), sign_in(**GRACE)
    assert revocation.revoke("acme", Selection(email="ada@acme.example"), actor=COMMAND_LINE) == 2
    assert left() == {grace.public_id}
    assert told() == [
        (
            ("staff", "command-line"),
            ada.account_id,
            {"by": "person", "ended": 2, "email": "ada@acme.example"},
        )
    ]


def test_one_session_is_ended_and_told_of_with_whose_it_was(sign_in):
    ada, grace = sign_in(), sign_in(**GRACE)
    named = Selection(public_id=grace.public_id)
    assert revocation.revoke("acme", named, actor=COMMAND_LINE) == 1
    assert left() == {ada.public_id}
    detail = {"by": "session", "session": grace.public_id, "ended": 1}
    assert told() == [(("staff", "command-line"), grace.account_id, detail)]


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"everybody": True, "email": "ada@acme.example"},
        {"public_id": "A", "email": "ada@acme.example"},
        {"session_indexes": ("_one",)},
    ],
)
def test_who_names_nothing_or_two_things_ends_nothing(sign_in, named):
    sign_in()
    with pytest.raises(BadInputError):
        revocation.revoke("acme", Selection(**named), actor=COMMAND_LINE)
    assert len(left()) == 1
    assert told() == []


def test_one_session_index_of_two_is_ended(sign_in):
    ada = sign_in(session_index="_one")
    other = sign_in(session_index="_two", assertion_id="_a2")
    named = Selection(name_id=ada.name_id.value, session_indexes=("_one",))
    ended = revocation.revoke("acme", named, actor=COMMAND_LINE)
    assert (ended, left()) == (1, {other.public_id})
    ((_, account, detail),) = told()
    assert account == ada.account_id
    assert (detail["by"], detail["session_indexes"]) == ("name_id", ["_one"])


def test_what_a_name_would_end_is_counted_before_it_ends(sign_in):
    ada = sign_in(session_index="_one")
    sign_in(session_index="_two", assertion_id="_a2")
    grace = sign_in(**GRACE)
    named = Selection(name_id=ada.name_id.value)
    assert revocation.preview("acme", named, asking=grace).counted == Counted(2, 1, 0, own=False)
    only = Selection(name_id=ada.name_id.value, session_indexes=("_one",))
    assert revocation.preview("acme", only, asking=ada).counted == Counted(1, 1, 0, own=True)
    assert len(left()) == 3
    assert told() == []


def test_one_session_is_shown_with_what_is_known_of_it(sign_in):
    ada, grace = sign_in(), sign_in(**GRACE)
    found = revocation.preview("acme", Selection(public_id=grace.public_id), asking=ada)
    assert found.one == grace
    assert found.counted == Counted(1, 1, 0, own=False)


def test_everything_from_before_a_moment_is_told_in_each_chain_and_summed_up(
    sign_in, config, clock
):
    make_live(config, "globex", "globex.example")
    sign_in()
    sign_in(**GRACE)
    clock.advance(SECOND)
    later = sign_in(assertion_id="_a3")
    assert revocation.revoke_everywhere(clock.now(), actor=COMMAND_LINE) == 2
    assert left() == {later.public_id}
    assert [detail["ended"] for *_, detail in told()] == [2]
    assert [detail["ended"] for *_, detail in told(SERVICE_CHAIN)] == [2]
    assert told("globex") == []


def test_one_organisations_revocation_is_no_event_of_the_service(sign_in, clock):
    sign_in()
    clock.advance(SECOND)
    assert revocation.revoke("acme", Selection(before=clock.now()), actor=COMMAND_LINE) == 1
    assert [detail["ended"] for *_, detail in told()] == [1]
    assert told(SERVICE_CHAIN) == []


def test_event_that_cannot_be_written_takes_the_revocation_back(sign_in, monkeypatch):
    sign_in()

    def broken(*_arguments, **_named):
        raise OSError("the disk is full")

    monkeypatch.setattr(ledger, "append", broken)
    with pytest.raises(OSError, match="full"):
        revocation.revoke("acme", Selection(everybody=True), actor=COMMAND_LINE)
    assert len(left()) == 1


def test_suspending_ends_sessions_in_the_transaction_of_its_own_event(sign_in, monkeypatch):
    ada = sign_in()

    def broken(*_arguments, **_named):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "append", broken)
        with pytest.raises(OSError, match="full"):
            membership.suspend("acme", ada.email, actor=COMMAND_LINE)
    assert left() == {ada.public_id}
    membership.suspend("acme", ada.email, actor=COMMAND_LINE)
    membership.restore("acme", ada.email, actor=COMMAND_LINE)
    assert left() == set()


def test_session_that_a_sign_in_left_beside_the_suspension_never_wakes_up(sign_in):
    ada = sign_in()
    with db.read() as transaction:
        as_made = session.load(transaction, ada.token_hash, ada.created_at)
    # What a sign-in leaves whose look at the account came before the suspension was committed.
    db.write(lambda transaction: account.suspend(transaction, ada.account_id, ada.created_at))
    assert left() == set()
    membership.restore("acme", as_made.email, actor=COMMAND_LINE)
    assert left() == set()


def test_own_sessions_are_listed_this_one_first(sign_in, clock):
    this = sign_in()
    clock.advance(SECOND)
    other, _ = sign_in(assertion_id="_a2"), sign_in(**GRACE)
    found = own_sessions.list_own(this)
    assert [(each.view.public_id, each.is_this) for each in found] == [
        (this.public_id, True),
        (other.public_id, False),
    ]


def test_person_ends_another_session_of_theirs_and_is_told_of_as_its_actor(sign_in):
    this, other = sign_in(), sign_in(assertion_id="_a2")
    assert own_sessions.end_one(this, other.public_id) == 1
    assert left() == {this.public_id}
    by = ("person", str(this.account_id))
    assert told() == [(by, this.account_id, {"by": "own", "session": other.public_id, "ended": 1})]


def test_nobody_ends_the_session_of_somebody_else(sign_in):
    this, grace = sign_in(), sign_in(**GRACE)
    assert own_sessions.end_one(this, grace.public_id) == 0
    assert own_sessions.end_one(this, this.public_id) == 0
    assert own_sessions.end_others(this) == 0
    assert left() == {this.public_id, grace.public_id}
    assert told() == []


def test_person_ends_all_others_and_the_count_is_told(sign_in):
    this = sign_in()
    for number in (2, 3):
        sign_in(assertion_id=f"_a{number}")
    assert own_sessions.end_others(this) == 2
    assert left() == {this.public_id}
    assert [detail for *_, detail in told()] == [{"by": "own", "ended": 2}]


def test_session_that_two_end_at_once_is_told_of_once(sign_in):
    this, other = sign_in(), sign_in(assertion_id="_a2")
    assert own_sessions.end_one(this, other.public_id) == 1
    assert own_sessions.end_one(this, other.public_id) == 0
    assert len(told()) == 1


def test_named_session_is_what_the_sign_in_stored(sign_in, visitor):
    made = sign_in(session_index="_one")
    with db.read() as transaction:
        named = session.find_named(transaction, made.token_hash)
    assert named.name_id == made.name_id
    assert (named.session_index, named.revision) == ("_one", 1)
