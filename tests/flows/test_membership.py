"""Organisations and people: each change is made once, said once, and felt at once."""

from __future__ import annotations

import threading

import pytest
from support.racing import race

from sp import db
from sp.accounts import admission
from sp.audit import ledger
from sp.errors import BadInputError, ConflictError, NotFoundError
from sp.flows import membership, revocation
from sp.flows.actor import COMMAND_LINE
from sp.flows.looking_up import find_organisation
from sp.flows.outcomes import SignedIn, SignInRefused
from sp.flows.selection import Selection


def test_a_slug_and_a_domain_belong_to_one_organisation(acme):
    with pytest.raises(ConflictError):
        membership.add_organisation("acme", "Other", ["other.example"], actor=COMMAND_LINE)
    with pytest.raises(ConflictError):
        membership.add_organisation("other", "Other", ["acme.example"], actor=COMMAND_LINE)


@pytest.mark.parametrize("slug", ["Acme", "ac_me", "1acme", "acme-", ""])
def test_a_slug_that_an_idp_would_refuse_is_refused(app, slug):
    with pytest.raises(BadInputError):
        membership.add_organisation(slug, "Acme", ["acme.example"], actor=COMMAND_LINE)


def test_a_public_mail_domain_belongs_to_nobody(app):
    with pytest.raises(BadInputError):
        membership.add_organisation("acme", "Acme", ["gmail.com"], actor=COMMAND_LINE)


def test_a_policy_that_stays_the_same_makes_no_event(acme, events):
    before = events()
    membership.set_policy("acme", {"create_accounts": True}, actor=COMMAND_LINE)
    assert events() == before
    membership.set_policy("acme", {"unsolicited": "refuse"}, actor=COMMAND_LINE)
    assert events()[-1] == ("policy_changed", "done")


def test_groups_have_no_order_so_the_same_ones_make_no_event(acme, events):
    membership.set_policy("acme", {"required_groups": ("staff", "board")}, actor=COMMAND_LINE)
    before = events()
    for groups in (("staff", "board"), ("board", "staff")):
        membership.set_policy("acme", {"required_groups": groups}, actor=COMMAND_LINE)
    assert events() == before


def test_of_group_rules_that_are_set_at_once_one_is_in_force_and_each_tells_what_it_replaced(
    app, acme
):
    lists = [(f"group-{number}",) for number in range(4)]
    race(
        app,
        lambda number: membership.set_policy(
            "acme", {"required_groups": lists[number]}, actor=COMMAND_LINE
        ),
        threads=len(lists),
    )
    with db.read() as transaction:
        found = ledger.list_events(transaction, "acme", kind="policy_changed", limit=len(lists))
    before, after = (
        [each.detail[name]["required_groups"] for each in reversed(found)]
        for name in ("before", "after")
    )
    assert before == [[], *after[:-1]]
    assert find_organisation("acme").required_groups == tuple(after[-1])


def test_a_policy_value_nobody_knows_is_refused(acme, events):
    before = events()
    with pytest.raises(BadInputError):
        membership.set_policy("acme", {"unsolicited": "maybe"}, actor=COMMAND_LINE)
    assert events() == before


def test_an_account_is_added_once(acme):
    membership.add_account("acme", "Grace@ACME.example", actor=COMMAND_LINE)
    with pytest.raises(ConflictError):
        membership.add_account("acme", "grace@acme.example", actor=COMMAND_LINE)


def test_suspending_ends_every_session_at_once(visitor):
    visitor.begin()
    visitor.answer()
    assert membership.suspend("acme", "ada@acme.example", actor=COMMAND_LINE) == 1
    assert revocation.list_sessions("acme") == []
    membership.restore("acme", "ada@acme.example", actor=COMMAND_LINE)
    with pytest.raises(ConflictError):
        membership.restore("acme", "ada@acme.example", actor=COMMAND_LINE)


def test_relinking_lets_another_identifier_in_for_the_same_address(visitor):
    visitor.begin()
    visitor.answer()
    visitor.begin(login_hint="somebody@acme.example")
    with pytest.raises(SignInRefused) as caught:
        visitor.answer(name_id="a-new-id", assertion_id="_a2")
    assert caught.value.code == "identity_conflict"
    membership.relink("acme", "ada@acme.example", actor=COMMAND_LINE)
    visitor.begin()
    assert isinstance(visitor.answer(name_id="a-new-id", assertion_id="_a3"), SignedIn)


def test_relinking_ends_the_session_of_a_sign_in_that_ran_beside_it(visitor, monkeypatch, app):
    visitor.begin()
    visitor.answer()
    visitor.begin()
    apply, decided, relinked = admission.apply, threading.Event(), threading.Event()

    def apply_late(*values):
        decided.set()
        relinked.wait(0.5)
        return apply(*values)

    monkeypatch.setattr(admission, "apply", apply_late)

    def work(number):
        if number:
            return visitor.answer(assertion_id="_a2")
        assert decided.wait(10)
        membership.relink("acme", "ada@acme.example", actor=COMMAND_LINE)
        return relinked.set()

    assert isinstance(race(app, work, threads=2)[1], SignedIn)
    assert revocation.list_sessions("acme") == []


def test_sessions_are_revoked_by_person_by_name_and_all(visitor):
    visitor.begin()
    visitor.answer()
    only = revocation.list_sessions("acme")[0]
    with pytest.raises(NotFoundError):
        revocation.revoke("acme", Selection(public_id="none"), actor=COMMAND_LINE)
    assert revocation.revoke("acme", Selection(public_id=only.public_id), actor=COMMAND_LINE) == 1
    assert revocation.revoke("acme", Selection(email="ada@acme.example"), actor=COMMAND_LINE) == 0
    assert revocation.revoke("acme", Selection(everybody=True), actor=COMMAND_LINE) == 0
