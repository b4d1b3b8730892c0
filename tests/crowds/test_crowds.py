"""Everybody at nine in the morning: all get in, each once, and the counts agree."""

from __future__ import annotations

from functools import partial

import pytest
from support.crowd import Member, at_once, domain_of, idp_of
from support.pages import make_live, read

from sp.audit.events import SIGN_IN, EventTable
from sp.sessions.session_table import SessionTable

pytestmark = pytest.mark.crowds

PEOPLE = 50
COMPANIES = 50
CLIENTS = 20


def test_fifty_of_one_company_and_one_of_each_of_fifty_sign_in_at_once(
    service, count, assert_all_in
):
    companies = [f"company-{number}" for number in range(COMPANIES)]
    for slug in ("acme", *companies):
        make_live(service.config, slug, domain_of(slug), idp=idp_of(service.config, slug))
    service.start()
    crowd = [
        *(Member(service.config, "acme", number) for number in range(PEOPLE)),
        *(Member(service.config, slug, 0) for slug in companies),
    ]

    starts = at_once(service.app, [each.start for each in crowd])
    assert {answer.status_code for answer in starts} == {303}
    minted = [each.mint() for each in crowd]
    posts = [partial(each.post, octets) for each, octets in zip(crowd, minted, strict=True)]
    answers = at_once(service.app, posts)

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/reports")}
    assert at_once(service.app, [each.whoami for each in crowd]) == [each.email for each in crowd]
    assert len({each.session for each in crowd}) == len(crowd)
    assert_all_in(len(crowd))
    assert count(EventTable, EventTable.kind == SIGN_IN, EventTable.chain == "acme") == PEOPLE
    assert count(EventTable, EventTable.kind == SIGN_IN) == len(crowd)  # and no other attempt


def test_one_assertion_that_twenty_clients_post_at_once_makes_one_session(
    acme, refused, assert_all_in
):
    ada = Member(acme.config, "acme", 0)
    ada.start()
    octets = ada.mint()
    twins = [ada.twin() for _ in range(CLIENTS)]
    answers = at_once(acme.app, [partial(each.post, octets) for each in twins])

    won = [answer for answer in answers if answer.status_code == 303]
    assert [answer.location for answer in won] == ["/reports"]
    lost = [answer for answer in answers if answer not in won]
    assert {answer.status_code for answer in lost} == {409}
    assert {read(answer).headline for answer in lost} == {"This sign-in was already used"}
    gave_session = [answer for answer in answers if sets_session(answer)]
    assert gave_session == won
    assert [each.whoami() for each in twins if each.session] == [ada.email]
    assert refused() == {"replay": CLIENTS - 1}
    assert_all_in(1)


def test_assertion_that_nineteen_strangers_post_beside_its_owner_signs_in_the_owner_alone(
    acme, count, assert_all_in
):
    ada = Member(acme.config, "acme", 0)
    ada.start()
    octets = ada.mint()
    strangers = [Member(acme.config, "acme", number) for number in range(1, CLIENTS)]
    posts = [partial(each.post, octets) for each in (*strangers, ada)]
    *answers, own = at_once(acme.app, posts)

    assert (own.status_code, own.location) == (303, "/reports")
    for answer in answers:  # sent away to begin a sign-in of their own, or told that it is used
        assert answer.location.startswith("/saml/acme/login") or answer.status_code == 409
    assert not any(sets_session(answer) for answer in answers)
    assert ada.whoami() == ada.email
    assert count(SessionTable) == 1
    assert_all_in(1)


def sets_session(answer):
    return any(
        name.lower() == "set-cookie" and value.startswith("sp_session=")
        for name, value in answer.reply.headers
    )
