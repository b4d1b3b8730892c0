"""Errors speak: one headline, one paragraph, one button, the reference, the contact."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

import pytest
from support.databases import make_app
from support.pages import ACS, Person, read

from sp.db import db
from sp.errors import ConflictError, SpError
from sp.organisations import idp_directory

REFERENCE = re.compile(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")


def test_unknown_address_is_a_page_of_ours(client, caplog):
    caplog.set_level(logging.INFO, "sp.web")
    answer = client.get("/nothing/<script>")
    page = read(answer)
    assert (answer.status_code, page.headline) == (404, "There is nothing at this address")
    assert page.title.startswith("Error: ")
    assert page.buttons == {"Go to sign-in": "/login"}
    assert REFERENCE.fullmatch(page.reference)
    (record,) = (each for each in caplog.records if each.name == "sp.web")
    assert (record.reference, record.code, record.status) == (page.reference, "http", 404)
    assert "script" not in answer.text


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_method_that_no_page_takes_is_a_page_of_ours(client, method):
    answer = getattr(client, method)("/login")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert read(answer).headline == "This address is not a page"


@pytest.mark.parametrize("path", ["/login", ACS, "/account", "/whoami"])
def test_options_are_told(client, path):
    answer = client.options(path)
    assert (answer.status_code, answer.data) == (200, b"")
    assert "OPTIONS" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/login", "/logout", "/nothing", "/healthz"])
def test_head_gives_the_status_of_get_and_no_body(client, path):
    answer = client.head(path)
    assert answer.status_code == client.get(path).status_code
    assert answer.data == b""


@pytest.fixture
def breaking(config):
    """A function that gives a client of a program with one page more, which raises."""
    made = []

    def make(error):
        app = make_app(config)

        @app.get("/break")
        def _raise():
            raise error

        made.append(app)
        return app.test_client()

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


def test_fault_of_ours_shows_a_reference_and_nothing_else(breaking, config, caplog):
    client = breaking(RuntimeError("ada@acme.example is in the error"))
    answer = client.get("/break", base_url=config.base_url)
    page = read(answer)
    assert (answer.status_code, page.headline) == (500, "We could not do that just now")
    assert "RuntimeError" not in answer.text
    assert "ada@acme.example" not in answer.text
    (record,) = (each for each in caplog.records if each.levelno == logging.ERROR)
    assert record.reference == page.reference
    assert "/break" not in record.getMessage()


def test_known_error_shows_its_public_sentence_and_none_of_its_facts(breaking, config):
    error = ConflictError(public="It's <taken>.", actual="a secret fact")
    answer = breaking(error).get("/break", base_url=config.base_url)
    assert answer.status_code == 409
    assert "It's <taken>." in read(answer).text
    assert "<taken>" not in answer.text
    assert "secret" not in answer.text


def test_sentence_for_operators_stays_in_the_log(breaking, config, caplog):
    error = SpError(code="keys_unusable", public="/etc/certs/signing-1.key cannot be read.")
    answer = breaking(error).get("/break", base_url=config.base_url)
    assert (answer.status_code, read(answer).headline) == (500, "We could not do that just now")
    assert "signing-1" not in answer.text
    (record,) = (each for each in caplog.records if each.levelno == logging.ERROR)
    assert (record.code, record.reason) == (error.code, error.public)


def test_altered_revision_stops_the_sign_in_and_says_whose_turn_it_is(ada, config):
    (document,) = config.settings_directory.glob("acme/1/attributes.json")
    document.chmod(0o644)
    document.write_text("{}")
    idp_directory._remembered.clear()
    answer = ada.client.get("/saml/acme/login")
    assert (answer.status_code, read(answer).headline) == (503, "Company sign-in has stopped")
    assert str(config.settings_directory) not in answer.text


def test_contact_and_names_come_from_the_configuration(config):
    made = make_app(
        replace(
            config,
            support_email="help@globex.example",
            product_name="Globex <Portal>",
            privacy_url="https://globex.example/privacy",
        )
    )
    answer = made.test_client().get("/login", base_url=config.base_url)
    page = read(answer)
    assert page.title == "Sign in · Globex <Portal>"
    assert {each.get("href") for each in page.tree.iterfind(".//footer//a")} == {
        "mailto:help@globex.example",
        "https://globex.example/privacy",
    }
    assert "Clientshare" not in answer.text
    with made.app_context():
        db.engine.dispose()


def test_no_log_line_holds_an_address_a_token_or_a_message(ada, app, post_login, caplog, policy):
    caplog.set_level(logging.DEBUG)
    post_login("ada@acme.example", return_to="/secret-page")
    ada.start(login_hint="ada@acme.example", return_to="/secret-page")
    ada.answer(sign="none")
    ada.answer()
    policy(required_groups=("clientshare",))
    again = Person(app.test_client())
    again.start()
    again.answers = 5
    again.answer()
    lines = "\n".join(
        repr(vars(record)) for record in caplog.records if record.name.startswith("sp")
    )
    assert "sign_in" in lines
    for private in ("ada@", "acme.example", "secret-page", ada.relay_state, "Lovelace"):
        assert private not in lines
