"""The security headers of every answer, and the one Host that is ours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.databases import make_app
from support.pages import ACS, START, read

from sp.db import db

EVERY = ("/login", "/logout", "/nothing", "/whoami", "/healthz", "/static/style.css", ACS)


def policy_of(answer):
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {part.partition(" ")[0]: part.partition(" ")[2] for part in parts}


@pytest.mark.parametrize("path", EVERY)
def test_every_answer_carries_them(client, path):
    headers = client.get(path, buffered=True).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", EVERY)
def test_policy_allows_our_own_files_and_nothing_inline(client, path):
    policy = policy_of(client.get(path, buffered=True))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "script-src" not in policy
    assert "unsafe" not in str(policy)


@pytest.mark.parametrize(
    ("path", "held"),
    [("/login", False), ("/logout", False), ("/account", False), ("/nothing", True), (ACS, True)],
)
def test_only_forms_that_can_end_at_an_identity_provider_may_leave(ada, path, held):
    if path == "/account":
        ada.sign_in()
    policy = policy_of(ada.client.get(path))
    assert policy.get("form-action") == ("'self'" if held else None)


def test_form_that_came_back_may_leave_as_well(ada, post_login):
    assert "form-action" not in policy_of(post_login("nonsense"))
    assert "form-action" not in policy_of(post_login("ada@nowhere.example"))
    assert "form-action" not in policy_of(ada.client.post("/login"))


def test_personal_pages_are_not_kept(ada):
    ada.sign_in()
    answers = [
        *(ada.client.get(path) for path in ("/account", "/whoami", "/logout", "/nothing")),
        ada.start(),
        ada.answer(sign="none"),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_no_page_has_inline_code(ada, post_login):
    ada.start()
    octets = ada.make()
    answers = [
        ada.client.get("/login"),
        post_login("nonsense"),
        post_login("ada@nowhere.example"),
        ada.client.get("/nothing"),
        ada.client.get("/logout"),
        ada.answer(sign="none"),
        ada.post(octets) and ada.post(octets),
        ada.client.get("/account"),
    ]
    for answer in answers:
        for element in read(answer).tree.iter():
            assert element.tag != "style"
            assert not [name for name in element.attrib if name.startswith("on")]
            assert "style" not in element.attrib
            assert element.tag != "script" or not element.text


@pytest.mark.parametrize(
    "host",
    ["https://evil.example", "https://sp.example.com:8443", "https://sp.example.com.evil.example"],
)
def test_another_host_is_refused_without_repeating_it(client, host):
    answer = client.get("/login", base_url=host)
    page = read(answer)
    assert (answer.status_code, page.headline) == (400, "This is not our address")
    assert "https://sp.example.com only" in page.text
    assert b"evil" not in answer.data
    assert b"8443" not in answer.data
    assert page.buttons == {"Go to sign-in": "https://sp.example.com/login"}


@pytest.mark.parametrize("path", ["/login", "//login", "/nothing", "/saml/acme/acs"])
@pytest.mark.parametrize("host", ["a" * 64, "a..b", ".", "xn--\xe9", "[::1", ""])
def test_host_that_no_name_can_be_is_refused_as_any_other(client, path, host):
    answer = client.get(path, headers={"Host": host})
    assert (answer.status_code, read(answer).headline) == (400, "This is not our address")


def test_health_is_told_whatever_the_host(client):
    assert client.get("/healthz", headers={"Host": "a" * 64}).json == {"alive": True}


@pytest.mark.parametrize("path", ["/static/style.css", "/static/wordmark.svg", "/theme.css"])
def test_page_of_another_host_finds_what_it_looks_like(client, path):
    assert client.get(path, base_url="https://evil.example", buffered=True).status_code == 200


@pytest.mark.parametrize("host", ["https://SP.example.com", "https://sp.example.com:443"])
def test_our_own_host_may_be_spelt_as_browsers_do(client, host):
    assert client.get("/login", base_url=host).status_code == 200


def test_forwarded_names_change_nothing(ada):
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    answer = ada.client.get(START, headers=headers)
    assert answer.status_code == 303
    assert "evil" not in answer.location


def test_http_loopback_promises_no_tls_and_allows_the_logo(config):
    other = replace(
        config, base_url="http://sp.localhost:8000", logo_url="https://cdn.example.com/logo.svg"
    )
    made = make_app(other)
    answer = made.test_client().get("/login", base_url=other.base_url)
    assert "Strict-Transport-Security" not in answer.headers
    assert policy_of(answer)["img-src"] == "'self' https://cdn.example.com"
    (logo,) = read(answer).tree.iter("img")
    assert (logo.get("src"), logo.get("alt")) == ("https://cdn.example.com/logo.svg", "Clientshare")
    with made.app_context():
        db.engine.dispose()
