"""Rate limits: they hold back a program, never a company's morning, and never a sign-in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from support.databases import make_app
from support.pages import START, read

from sp.db import db
from sp.web import limits


def assert_too_many(answer):
    page = read(answer)
    assert (answer.status_code, page.headline) == (429, "Please wait a minute")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert page.reference


def test_login_form_is_counted(app, acme, post_login):
    app.config["SP_LIMIT_LOGIN"] = "2 per minute"
    assert [post_login("ada@acme.example").status_code for _ in range(2)] == [303, 303]
    assert_too_many(post_login("ada@acme.example"))


def test_window_that_is_over_is_counted_anew(app, acme, post_login, clock):
    app.config["SP_LIMIT_LOGIN"] = "1 per minute"
    post_login("ada@acme.example")
    assert_too_many(post_login("ada@acme.example"))
    clock.advance(timedelta(seconds=59))
    again = post_login("ada@acme.example")
    assert (again.status_code, again.headers["Retry-After"]) == (429, "1")
    clock.advance(timedelta(seconds=1))
    assert post_login("ada@acme.example").status_code == 303


def test_clock_that_was_set_back_holds_nobody_up(app, acme, post_login, clock):
    app.config["SP_LIMIT_LOGIN"] = "1 per minute"
    post_login("ada@acme.example")
    assert_too_many(post_login("ada@acme.example"))
    clock.advance(timedelta(hours=-1))
    assert post_login("ada@acme.example").status_code == 303


def test_looking_at_the_login_page_is_not_counted(app, client):
    app.config["SP_LIMIT_LOGIN"] = "1 per minute"
    assert {client.get("/login").status_code for _ in range(5)} == {200}


def test_starts_are_counted_for_each_organisation(app, ada):
    app.config["SP_LIMIT_START"] = "2 per minute"
    assert [ada.start().status_code for _ in range(2)] == [303, 303]
    assert_too_many(ada.client.get(START))
    assert ada.client.get("/saml/globex/login").status_code == 404


def test_another_address_is_counted_for_itself(app, ada):
    app.config["SP_LIMIT_START"] = "1 per minute"
    ada.start()
    assert_too_many(ada.client.get(START))
    elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    assert ada.client.get(START, environ_overrides=elsewhere).status_code == 303


def test_refusals_before_a_signature_verified_are_counted(app, ada):
    app.config["SP_LIMIT_UNVERIFIED"] = "2 per minute"
    ada.start()
    assert [ada.answer(sign="none").status_code for _ in range(2)] == [403, 403]
    assert_too_many(ada.answer(sign="none"))


def test_good_answer_signs_in_however_many_were_refused(app, ada):
    app.config["SP_LIMIT_UNVERIFIED"] = "1 per minute"
    ada.start()
    for _ in range(3):
        ada.answer(sign="none")
    assert ada.answer().status_code == 303


def test_refusals_after_a_signature_verified_are_not_counted(app, ada):
    app.config["SP_LIMIT_UNVERIFIED"] = "1 per minute"
    ada.start()
    answers = [ada.answer(audiences=(("https://other.example",),)) for _ in range(4)]
    assert {answer.status_code for answer in answers} == {403}


def test_whole_company_comes_from_one_address_at_nine(ada, app):
    for _ in range(25):
        ada.client = app.test_client()
        assert ada.sign_in().status_code == 303
    for name in ("SP_LIMIT_LOGIN", "SP_LIMIT_START"):
        count, _, per = app.config[name].partition(" per ")
        assert int(count) >= 600
        assert per == "minute"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("not an address", "not an address"),
    ],
)
def test_ipv6_household_counts_as_one(app, address, network):
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert limits.network() == network


def test_sign_in_goes_on_where_nobody_can_count(config):
    made = make_app(replace(config, redis_url="redis://127.0.0.1:1/0"))
    made.config["SP_LIMIT_LOGIN"] = "1 per minute"
    client = made.test_client()
    for _ in range(3):
        page = read(client.get("/login", base_url=config.base_url))
        data = {"email": "ada@nowhere.example", "csrf_token": page.value("csrf_token")}
        assert client.post("/login", data=data, base_url=config.base_url).status_code == 200
    with made.app_context():
        db.engine.dispose()
