"""One sign-in: what is ours, what restarts, what is refused, and what is spent when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.idp import ADA_ATTRIBUTES, GRACE_ATTRIBUTES, Idp, key_named

from sp.demo.messages import AttributeSpec
from sp.flows import connection, membership, presence, revocation, sign_on
from sp.flows.actor import COMMAND_LINE
from sp.flows.outcomes import AlreadyUsed, Ask, GoStraight, Restart, SignedIn, SignInRefused
from sp.saml.errors import Refused


def refusal(visitor, **answer) -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        visitor.answer(**answer)
    return caught.value


def people():
    return [each.email for each in membership.list_accounts("acme")]


def sessions():
    return revocation.list_sessions("acme")


def policy(**changes) -> None:
    membership.set_policy("acme", changes, actor=COMMAND_LINE)


def test_the_answer_to_our_request_signs_ada_in_where_she_was_going(visitor, events):
    visitor.begin(return_to="/reports?week=9")
    outcome = visitor.answer()
    assert isinstance(outcome, SignedIn)
    assert outcome.return_to == "/reports?week=9"
    assert people() == ["ada@acme.example"]
    assert [view.email for view in sessions()] == ["ada@acme.example"]
    assert events("sign_in") == [("sign_in", "done")]


def test_a_second_sign_in_of_the_same_browser_replaces_the_first_session(visitor):
    visitor.begin()
    first = visitor.answer()
    visitor.begin(login_hint="grace@acme.example")
    visitor.answer(
        name_id="grace-id", attributes=GRACE_ATTRIBUTES, assertion_id="_a2", response_id="_r2"
    )
    assert [view.email for view in sessions()] == ["grace@acme.example"]
    assert presence.find_session(first.token) is None


def test_two_tabs_at_once_both_arrive(visitor):
    visitor.begin(return_to="/one")
    one = (visitor.request_id, visitor.relay_state)
    visitor.begin(return_to="/two")
    second = visitor.answer(assertion_id="_a2", response_id="_r2")
    visitor.request_id, visitor.relay_state = one
    first = visitor.answer()
    assert (first.return_to, second.return_to) == ("/one", "/two")
    assert len(sessions()) == 1


def test_an_answer_to_another_browser_restarts_and_spends_nothing(visitor, events):
    visitor.begin()
    stranger = type(visitor)(visitor.config, binding="x" * 43)
    stranger.request_id, stranger.relay_state = visitor.request_id, visitor.relay_state
    octets = visitor.idp.response(at=sign_on.clock.now(), in_response_to=visitor.request_id)
    assert stranger.answer(octets) == Restart(return_to=None)
    assert sessions() == []
    assert isinstance(visitor.answer(octets), SignedIn)
    assert events("sign_in") == [("sign_in", "not_ours"), ("sign_in", "done")]


def test_the_same_assertion_twice_is_already_used_whatever_the_policy(visitor, events):
    for unsolicited in ("restart", "accept", "refuse"):
        policy(unsolicited=unsolicited)
        visitor.begin()
        octets = visitor.idp.response(
            at=sign_on.clock.now(),
            in_response_to=visitor.request_id,
            assertion_id=f"_{unsolicited}",
        )
        assert isinstance(visitor.answer(octets), SignedIn)
        assert isinstance(visitor.answer(octets), AlreadyUsed)
    assert len(sessions()) == 1
    assert events("sign_in").count(("sign_in", "replay")) == 3


def test_a_changed_response_around_a_used_assertion_is_already_used(visitor):
    visitor.begin()
    at = sign_on.clock.now()
    visitor.answer(visitor.idp.response(at=at, in_response_to=visitor.request_id))
    again = visitor.idp.response(at=at, in_response_to=visitor.request_id, response_id="_other")
    assert isinstance(visitor.answer(again), AlreadyUsed)


def test_an_unsolicited_answer_restarts_by_default_and_consumes_nothing(visitor, events):
    octets = visitor.idp.response(at=sign_on.clock.now(), in_response_to=None)
    assert visitor.answer(octets, relay_state="/deep/link") == Restart(return_to="/deep/link")
    policy(unsolicited="accept")
    assert isinstance(visitor.answer(octets, relay_state=None), SignedIn)
    assert events("sign_in") == [("sign_in", "unsolicited"), ("sign_in", "done")]


def test_a_second_restart_asks_instead(visitor):
    visitor.mark = True
    octets = visitor.idp.response(at=sign_on.clock.now(), in_response_to=None)
    assert isinstance(visitor.answer(octets, relay_state=None), Ask)


def test_the_mark_on_the_request_alone_asks_too(visitor):
    visitor.begin(restarted=True)
    visitor.mark = False
    visitor.binding = None
    assert isinstance(visitor.answer(), Ask)


def test_an_unsolicited_answer_under_accept_signs_in_at_the_local_path_it_names(visitor):
    policy(unsolicited="accept")
    outcome = visitor.answer(in_response_to=None, relay_state="/reports")
    assert outcome.return_to == "/reports"


@pytest.mark.parametrize("relay_state", ["https://evil.example/", "//evil.example", "/\\evil", ""])
def test_a_relay_state_that_leads_elsewhere_is_ignored(visitor, relay_state):
    policy(unsolicited="accept")
    outcome = visitor.answer(in_response_to=None, relay_state=relay_state)
    assert outcome.return_to == "/account"


def test_an_unsolicited_answer_under_refuse_gets_its_own_sentence(visitor, events):
    policy(unsolicited="refuse")
    refused = refusal(visitor, in_response_to=None)
    assert refused.code == "unsolicited_refused"
    assert sessions() == []


def test_an_answer_to_a_request_nobody_made_restarts_even_under_accept(visitor):
    policy(unsolicited="accept")
    assert isinstance(visitor.answer(in_response_to="_never-made"), Restart)


def test_an_answer_after_eight_hours_restarts(visitor, clock):
    visitor.begin()
    clock.advance(timedelta(hours=8, seconds=1))
    assert isinstance(visitor.answer(), Restart)


def test_a_failed_check_is_refused_recorded_and_spends_nothing(visitor, events):
    visitor.begin()
    refused = refusal(visitor, audiences=(("https://other.example",),))
    assert (refused.code, refused.public) == ("audience", Refused.public)
    assert people() == []
    assert sessions() == []
    assert events("sign_in") == [("sign_in", "audience")]
    assert isinstance(visitor.answer(), SignedIn)


def test_every_reason_up_to_the_checks_has_the_same_public_answer(visitor):
    visitor.begin()
    reasons = [
        refusal(visitor, octets=b"<not xml"),
        refusal(visitor, sign="none"),
        refusal(visitor, key=key_named("rsa-b")),
        refusal(visitor, recipient="https://sp.example.com/saml/globex/acs"),
    ]
    assert {each.public for each in reasons} == {Refused.public}
    assert len({each.reference for each in reasons}) == 4


def test_a_failure_status_says_that_the_company_did_not_let_them_in(visitor):
    visitor.begin()
    refused = refusal(
        visitor,
        status=(
            "urn:oasis:names:tc:SAML:2.0:status:Responder",
            "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
        ),
        sign="response",
    )
    assert refused.code == "status"
    assert "your IT team can tell you why" in refused.public
    assert isinstance(visitor.answer(), SignedIn)


def test_a_message_for_another_organisation_never_works_here(visitor, config):
    membership.add_organisation("globex", "Globex", ["globex.example"], actor=COMMAND_LINE)
    connection.import_metadata(
        config, "globex", Idp().metadata(), source="idp.xml", actor=COMMAND_LINE
    )
    connection.go_live(config, "globex", 1, actor=COMMAND_LINE)
    visitor.begin()
    octets = visitor.idp.response(at=sign_on.clock.now(), in_response_to=visitor.request_id)
    elsewhere = type(visitor)(config, slug="globex", binding=visitor.binding)
    assert refusal(elsewhere, octets=octets).code in ("destination", "recipient", "audience")


def test_somebody_outside_the_required_group_is_told_so_and_the_assertion_is_spent(visitor):
    policy(required_groups=("clientshare",))
    visitor.begin()
    octets = visitor.idp.response(
        at=sign_on.clock.now(),
        in_response_to=visitor.request_id,
        attributes=(*ADA_ATTRIBUTES, AttributeSpec("groups", ("staff",))),
    )
    refused = refusal(visitor, octets=octets)
    assert refused.code == "not_in_group"
    assert people() == []
    assert isinstance(visitor.answer(octets), AlreadyUsed)


def test_a_suspended_person_is_told_so_and_has_no_session(visitor):
    visitor.begin()
    visitor.answer()
    membership.suspend("acme", "ada@acme.example", actor=COMMAND_LINE)
    assert sessions() == []
    visitor.begin()
    assert refusal(visitor, assertion_id="_a2").code == "suspended"


def test_nobody_is_created_where_the_organisation_does_not_allow_it(visitor):
    policy(create_accounts=False)
    visitor.begin()
    assert refusal(visitor).code == "no_account"
    assert people() == []


def test_a_live_session_goes_straight_on(visitor, config):
    visitor.begin()
    visitor.answer()
    straight = sign_on.begin(
        config, "acme", visitor.browser(), return_to="/reports", login_hint=None
    )
    assert straight == GoStraight("/reports")


def test_an_address_that_only_unicode_takes_for_hers_is_somebody_elses(visitor, config):
    visitor.begin()
    visitor.answer(attributes=(AttributeSpec("email", ("kate@acme.example",)),))
    straight = sign_on.begin(
        config, "acme", visitor.browser(), return_to=None, login_hint="KATE@acme.example"
    )
    assert isinstance(straight, GoStraight)
    visitor.begin(login_hint="\u212aate@acme.example")


def test_a_request_made_under_an_older_revision_restarts_where_the_answer_fails(visitor, config):
    visitor.begin()
    other = Idp(keys=("rsa-b",))
    connection.import_metadata(
        config, "acme", other.metadata(), source="idp.xml", actor=COMMAND_LINE
    )
    connection.go_live(config, "acme", 2, actor=COMMAND_LINE)
    assert isinstance(visitor.answer(), Restart)
    assert sessions() == []


def test_a_session_ends_no_later_than_the_idp_says_but_not_under_the_floor(visitor, clock):
    visitor.begin()
    outcome = visitor.answer(session_not_on_or_after=clock.now() + timedelta(minutes=5))
    assert outcome.expires_at == clock.now() + timedelta(minutes=15)
