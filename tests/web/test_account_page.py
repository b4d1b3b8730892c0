"""The person's own page, signing out, and who they are for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.pages import Person, read

from sp.demo.messages import AttributeSpec
from sp.flows import membership, presence, revocation
from sp.flows.actor import COMMAND_LINE
from sp.flows.selection import Selection

SESSION = "__Host-sp_session"


def sign_out(person):
    token = read(person.client.get("/account")).value("csrf_token")
    return person.client.post("/logout", data={"csrf_token": token})


def test_page_says_who_is_signed_in_how_and_until_when(ada, clock):
    ada.sign_in()
    clock.advance(timedelta(minutes=5))
    page = read(ada.client.get("/account"))
    assert page.headline == "You are signed in as ada@acme.example"
    assert "Ada Lovelace" in page.text
    assert "Through Acme's own login" in page.text
    assert "5 minutes ago" in page.text
    assert "in 12 hours at the latest Sooner if you do nothing here for 2 hours." in page.text
    since, until, first_seen, last_seen = page.tree.iter("time")
    assert since.get("datetime") == "2026-03-02T09:00:00Z"
    assert until.get("title") == "2026-03-02 21:00:00 UTC"
    assert first_seen.get("datetime") == since.get("datetime")
    assert last_seen.get("datetime") == "2026-03-02T09:05:00Z"
    assert "Only here, in this browser." in page.text
    assert page.buttons == {"Sign out": "/logout"}


def test_name_from_the_company_is_never_markup(ada):
    ada.start()
    name = [each for each in ada.idp.spec().attributes if each.name != "firstName"]
    spoilt = AttributeSpec("firstName", ("<script>alert(1)</script>",))
    ada.answer(attributes=(*name, spoilt))
    answer = ada.client.get("/account")
    assert b"<script" not in answer.data
    assert "<script>alert(1)</script>" in read(answer).text


def test_stranger_is_sent_to_the_login_and_back(acme, client):
    answer = client.get("/account?tab=sessions&q=m%C3%BCller")
    assert answer.status_code == 303
    assert answer.location == "/login?return_to=%2Faccount%3Ftab%3Dsessions%26q%3Dm%25C3%25BCller"
    assert read(client.get(answer.location)).value("return_to") == (
        "/account?tab=sessions&q=m%C3%BCller"
    )


def test_name_alone_leads_to_the_own_page(client):
    assert client.get("/").location == "/account"


def test_signing_out_ends_the_session_and_takes_the_cookie(ada):
    ada.sign_in()
    token = ada.cookie(SESSION)
    answer = sign_out(ada)
    assert (answer.status_code, answer.location) == (303, "/logout")
    assert ada.cookie(SESSION) is None
    assert presence.find_session(token) is None
    assert ada.client.get("/whoami").status_code == 401


def test_page_after_signing_out_signs_nobody_in_by_itself(ada):
    ada.sign_in()
    sign_out(ada)
    answer = ada.client.get("/logout")
    page = read(answer)
    assert (answer.status_code, page.headline) == (200, "You are signed out of Clientshare")
    assert page.buttons == {"Sign in again": "/login"}
    assert "Refresh" not in answer.headers
    assert page.tree.find(".//meta[@http-equiv]") is None


def test_address_of_signing_out_asks_whoever_is_signed_in(ada):
    ada.sign_in()
    page = read(ada.client.get("/logout"))
    assert page.headline == "Sign out of Clientshare?"
    answer = ada.client.post("/logout", data={"csrf_token": page.value("csrf_token")})
    assert answer.location == "/logout"
    assert ada.client.get("/whoami").status_code == 401


def test_nobody_is_signed_out_by_a_form_of_somebody_else(ada):
    ada.sign_in()
    answer = ada.client.post("/logout")
    assert answer.status_code == 400
    assert read(answer).buttons == {"Go on": "/logout"}
    assert ada.client.get("/whoami").status_code == 200


def test_signing_out_twice_does_no_harm(ada):
    ada.sign_in()
    token = read(ada.client.get("/account")).value("csrf_token")
    for _ in range(2):
        answer = ada.client.post("/logout", data={"csrf_token": token})
        assert (answer.status_code, answer.location) == (303, "/logout")


def test_programs_read_who_is_signed_in(ada, clock):
    ada.sign_in()
    answer = ada.client.get("/whoami")
    assert answer.status_code == 200
    assert answer.json == {
        "email": "ada@acme.example",
        "name": "Ada Lovelace",
        "organisation": "acme",
        "account": membership.list_accounts("acme")[0].id,
        "role": "member",
        "how": "sso",
        "authn_instant": "2026-03-02T09:00:00Z",
        "authn_context": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "signed_in_at": "2026-03-02T09:00:00Z",
        "expires_at": "2026-03-02T21:00:00Z",
    }


def test_programs_are_told_in_their_own_way_that_nobody_is(client):
    answer = client.get("/whoami")
    assert (answer.status_code, answer.json) == (
        401,
        {"error": "not_signed_in", "message": "Nobody is signed in here."},
    )
    refused = client.post("/whoami")
    assert (refused.status_code, refused.mimetype) == (405, "application/json")
    assert refused.json["error"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("span", "status"),
    [
        (timedelta(hours=1, minutes=59), 200),
        (timedelta(hours=2), 401),
    ],
)
def test_session_that_is_not_used_ends(ada, clock, span, status):
    ada.sign_in()
    clock.advance(span)
    assert ada.client.get("/whoami").status_code == status


def test_idle_timeout_that_is_changed_holds_from_the_next_request_on(ada, clock, policy):
    ada.sign_in()
    clock.advance(timedelta(minutes=20))
    policy(idle_seconds=10_800)
    clock.advance(timedelta(hours=2))
    assert ada.client.get("/whoami").status_code == 200
    clock.advance(timedelta(minutes=20))
    policy(idle_seconds=900)
    assert ada.client.get("/whoami").status_code == 401


def test_longer_idle_timeout_wakes_no_session_that_was_over(ada, clock, policy):
    ada.sign_in()
    clock.advance(timedelta(hours=2))
    policy(idle_seconds=10_800)
    assert ada.client.get("/whoami").status_code == 401


def test_longest_life_that_is_changed_holds_for_sign_ins_from_then_on(ada, app, policy):
    ada.sign_in()
    policy(absolute_seconds=3600)
    assert ada.client.get("/whoami").json["expires_at"] == "2026-03-02T21:00:00Z"
    again = Person(app.test_client(), answers=1)
    again.sign_in()
    assert again.client.get("/whoami").json["expires_at"] == "2026-03-02T10:00:00Z"


@pytest.mark.parametrize(
    ("floor", "end"),
    [(0, "09:05:00"), (600, "09:10:00"), (240, "09:05:00")],
)
def test_end_that_the_company_sets_is_kept_unless_it_is_under_the_floor(
    ada, clock, policy, floor, end
):
    policy(floor_seconds=floor)
    ada.start()
    ada.answer(session_not_on_or_after=clock.now() + timedelta(minutes=5))
    assert ada.client.get("/whoami").json["expires_at"] == f"2026-03-02T{end}Z"


def test_session_that_is_used_goes_on_until_its_end(ada, clock):
    ada.sign_in()
    for _ in range(7):
        clock.advance(timedelta(hours=1, minutes=40))
        assert ada.client.get("/whoami").status_code == 200
    clock.advance(timedelta(minutes=20))
    assert ada.client.get("/whoami").status_code == 401


def test_suspended_person_is_out_at_the_next_click(ada):
    ada.sign_in()
    membership.suspend("acme", "ada@acme.example", actor=COMMAND_LINE)
    assert ada.client.get("/account").location == "/login?return_to=%2Faccount"


def test_session_ended_by_staff_is_over_at_the_next_click(ada):
    ada.sign_in()
    revocation.revoke("acme", Selection(everybody=True), actor=COMMAND_LINE)
    assert ada.client.get("/whoami").status_code == 401


@pytest.mark.parametrize("value", ["", "x", "a" * 43, "ä" * 43, "a" * 5000])
def test_cookie_that_we_never_gave_is_nobody(acme, client, value):
    answer = client.get("/whoami", headers={"Cookie": f"{SESSION}={value}"})
    assert answer.status_code == 401


def test_cookie_of_a_login_that_is_remembered_elsewhere_shadows_nothing(ada):
    ada.sign_in()
    ada.client.set_cookie("remember_token", "1|x", domain="sp.example.com")
    assert ada.client.get("/whoami").status_code == 200
