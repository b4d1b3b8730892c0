"""The ACS over HTTP: every outcome has its answer, its cookies and its page."""

from __future__ import annotations

import base64

import pytest
from support.idp import key_named
from support.pages import ACS, Person, read

from sp import db, tokens
from sp.accounts.admission import SENTENCES
from sp.demo.messages import AttributeSpec
from sp.flows import membership, presence, revocation
from sp.flows.actor import COMMAND_LINE
from sp.organisations import idp_directory
from sp.saml.errors import Refused
from sp.sessions.session_table import SessionTable

MARK = "__Secure-sp_restarted"
SESSION = "__Host-sp_session"


def sessions():
    return [view.email for view in revocation.list_sessions("acme")]


def form_of(octets):
    return {"SAMLResponse": base64.b64encode(octets).decode()}


def assert_refused(answer, sign_ins):
    """Hold a refusal to what every one must be: recorded, told, and nobody is signed in."""
    page = read(answer)
    code, reference = sign_ins()[-1]
    assert answer.status_code == 403
    assert (page.headline, page.reference) == ("We could not sign you in", reference)
    assert Refused.public in page.text
    assert code not in page.text
    assert sessions() == []
    assert answer.headers.getlist("Set-Cookie") == []
    return page


def test_good_answer_signs_ada_in_where_she_was_going(ada):
    answer = ada.sign_in(return_to="/reports?week=9")
    assert (answer.status_code, answer.location) == (303, "/reports?week=9")
    assert sessions() == ["ada@acme.example"]
    assert ada.client.get("/whoami").json["email"] == "ada@acme.example"


def test_session_cookie_is_for_this_host_alone(ada):
    answer = ada.sign_in()
    (line,) = (
        each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{SESSION}=")
    )
    assert {part.strip() for part in line.split(";")[1:]} == {
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
    }


def test_nothing_from_before_survives_a_sign_in(ada):
    token = read(ada.client.get("/login")).value("csrf_token")
    ada.sign_in()
    first = ada.cookie(SESSION)
    assert ada.cookie("__Host-sp_form") is None
    answer = ada.client.post("/logout", data={"csrf_token": token})
    assert answer.status_code == 400
    ada.start(login_hint="grace@acme.example")
    ada.answer()
    assert ada.cookie(SESSION) != first
    assert presence.find_session(first) is None


def test_token_in_the_session_cookie_is_not_what_is_stored(ada):
    ada.sign_in()
    token = ada.cookie(SESSION)
    with db.db.engine.connect() as connection:
        (row,) = connection.execute(SessionTable.__table__.select())
    assert row.token_hash == tokens.hash_token(token)
    assert token not in repr(row)


@pytest.mark.parametrize(
    "change",
    [
        {"audiences": (("https://other.example",),)},
        {"recipient": "https://sp.example.com/saml/globex/acs"},
        {"sign": "none"},
        {"key": key_named("rsa-b")},
        {"issuer": "https://other.example/saml"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_refusal_up_to_the_checks_has_one_page_and_spends_nothing(ada, sign_ins, change):
    ada.start(return_to="/reports")
    page = assert_refused(ada.answer(**change), sign_ins)
    assert page.buttons == {"Try again": "/saml/acme/login?return_to=%2Freports&again=1"}
    assert ada.answer().location == "/reports"


def alter_revision(config):
    (document,) = config.settings_directory.glob("acme/1/attributes.json")
    document.chmod(0o644)
    document.write_text("{}")
    idp_directory._remembered.clear()


def lose_keys(config):
    (config.certificates_directory / "state.json").unlink()


@pytest.mark.parametrize(
    ("break_us", "told"),
    [
        (alter_revision, (503, "revision_altered", "Company sign-in has stopped")),
        (lose_keys, (500, "no_keys", "We could not sign you in")),
    ],
)
def test_what_is_amiss_with_us_is_recorded_as_well(ada, config, sign_ins, break_us, told):
    ada.start()
    break_us(config)
    answer = ada.answer()
    page, (code, reference) = read(answer), sign_ins()[0]
    assert (answer.status_code, code, page.headline) == told
    assert page.reference == reference
    assert str(config.certificates_directory) not in answer.text


def test_all_those_refusals_read_the_same(ada, sign_ins):
    ada.start()
    answers = [
        ada.answer(sign="none"),
        ada.answer(key=key_named("rsa-b")),
        ada.post(b"<not xml"),
        ada.answer(audiences=()),
    ]
    texts = {read(each).text.replace(read(each).reference, "") for each in answers}
    assert len(texts) == 1
    assert len({code for code, _ in sign_ins()}) == 4


def test_contact_takes_the_reference_along(ada, sign_ins):
    ada.start()
    page = read(ada.answer(sign="none"))
    (link,) = (each for each in page.tree.iter("a") if each.get("href").startswith("mailto:"))
    assert link.text_content() == "support@myclientshare.com"
    assert link.get("href") == (
        f"mailto:support@myclientshare.com?subject=Sign-in%2C%20reference%20{page.reference}"
    )


@pytest.mark.parametrize("code", ["suspended", "no_account", "not_in_group"])
def test_refusal_by_admission_has_its_own_sentence(ada, policy, sign_ins, code):
    if code == "suspended":
        ada.sign_in()
        membership.suspend("acme", "ada@acme.example", actor=COMMAND_LINE)
    elif code == "no_account":
        policy(create_accounts=False)
    else:
        policy(required_groups=("clientshare",))
    ada.start()
    groups = (AttributeSpec("groups", ("staff",)),)
    answer = ada.answer(attributes=(*ada.idp.spec().attributes, *groups))
    page = read(answer)
    assert answer.status_code == 403
    assert sign_ins()[-1] == (code, page.reference)
    assert SENTENCES[code] in page.text
    assert page.headline != "We could not sign you in"


def test_company_that_said_no_is_named(ada):
    ada.start()
    status = "urn:oasis:names:tc:SAML:2.0:status:"
    answer = ada.answer(status=(f"{status}Responder", f"{status}AuthnFailed"), sign="response")
    page = read(answer)
    assert (answer.status_code, page.headline) == (403, "Acme's login did not let you in")
    assert "If you cancelled there, try again. If you did not, your IT team can tell" in page.text
    assert page.text.count("did not let you in") == 1


def test_answer_used_twice_offers_the_way_on_without_signing_in_again(ada):
    ada.start(return_to="/reports")
    octets = ada.make()
    ada.post(octets)
    answer = ada.post(octets)
    page = read(answer)
    assert (answer.status_code, page.headline) == (409, "This sign-in was already used")
    assert page.buttons == {"Continue": "/saml/acme/login?return_to=%2Freports"}
    assert ada.client.get(page.buttons["Continue"]).location == "/reports"
    assert len(sessions()) == 1


def test_answer_that_is_not_ours_restarts_once_and_then_asks(ada):
    first = ada.post(ada.make(in_response_to=None), relay_state="/reports")
    assert (first.status_code, first.location) == (
        303,
        "/saml/acme/login?return_to=%2Freports&restart=1",
    )
    ada.start(first.location)
    second = ada.post(ada.make(in_response_to=None), relay_state="/reports")
    page = read(second)
    assert (second.status_code, page.headline) == (409, "Do you want to sign in?")
    assert page.buttons == {"Sign in": "/saml/acme/login?return_to=%2Freports&again=1"}
    ada.start(page.buttons["Sign in"])
    assert ada.answer().location == "/reports"
    assert sessions() == ["ada@acme.example"]


def test_completed_sign_in_takes_the_mark_away(ada):
    ada.start(restart="1")
    ada.answer()
    assert ada.cookie(MARK, "/saml/acme/") is None


def test_portal_tile_signs_in_by_one_restart(ada):
    first = ada.post(ada.make(in_response_to=None), relay_state=None)
    ada.start(first.location)
    assert ada.answer().location == "/account"


def test_portal_tile_is_refused_with_its_own_sentence_where_the_policy_says_so(ada, policy):
    policy(unsolicited="refuse")
    answer = ada.post(ada.make(in_response_to=None), relay_state=None)
    assert answer.status_code == 403
    assert read(answer).headline == "Please start on our sign-in page"
    assert sessions() == []


def test_answer_to_another_browser_signs_nobody_in(ada, app):
    ada.start()
    stranger = Person(app.test_client())
    answer = stranger.post(ada.make(), relay_state=ada.relay_state)
    assert (answer.status_code, answer.location) == (303, "/saml/acme/login?restart=1")
    assert sessions() == []


def twice(form):
    return {"data": {"SAMLResponse": [form["SAMLResponse"]] * 2}}


def query_too(form):
    return {"data": form, "query_string": form}


def query_alone(form):
    return {"query_string": form}


def nothing(form):
    return {"data": {}}


def another_type(form):
    return {"data": {"SAMLRequest": form["SAMLResponse"]}}


def both(form):
    return {"data": form | {"SAMLRequest": form["SAMLResponse"]}}


@pytest.mark.parametrize("spoil", [twice, query_too, query_alone, nothing, another_type, both])
def test_parameter_stands_once_and_in_the_body_alone(ada, sign_ins, spoil):
    ada.start()
    octets = ada.make()
    assert_refused(ada.client.post(ACS, **spoil(form_of(octets))), sign_ins)
    assert ada.post(octets).status_code == 303


def test_json_body_is_refused(ada, sign_ins):
    ada.start()
    assert_refused(ada.client.post(ACS, json=form_of(ada.make())), sign_ins)


def test_message_over_the_limit_is_refused_and_recorded(ada, sign_ins):
    ada.start()
    assert_refused(ada.post(b"<" * 600_000), sign_ins)
    assert sign_ins()[-1][0] == "too_large"


def test_body_over_the_limit_is_not_even_read(ada, sign_ins):
    answer = ada.client.post(ACS, data={"SAMLResponse": "A" * 2_400_000})
    assert (answer.status_code, read(answer).headline) == (413, "That was too much")
    assert sign_ins() == []


def test_needs_no_form_token_and_no_referer(ada):
    ada.start()
    headers = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    assert ada.post(ada.make(), headers=headers).status_code == 303


def test_address_typed_by_hand_leads_to_the_login(ada):
    answer = ada.client.get(ACS)
    page = read(answer)
    assert (answer.status_code, page.headline) == (405, "This address is not a page")
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert page.buttons == {"Go to sign-in": "/login"}


def test_organisation_that_does_not_exist_is_no_page(ada):
    ada.start()
    assert ada.post(ada.make(), url="/saml/globex/acs").status_code == 404


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/%5cevil.example"])
def test_relay_state_leads_nowhere_else(ada, policy, path):
    policy(unsolicited="accept")
    answer = ada.post(ada.make(in_response_to=None), relay_state=path)
    assert answer.location == "/account"


def test_portal_that_signs_in_twice_leaves_one_session_in_its_browser(ada, policy):
    policy(unsolicited="accept")
    for index in ("_first", "_second"):
        ada.answer(in_response_to=None, session_index=index)
    assert [each.session_index for each in revocation.list_sessions("acme")] == ["_second"]


def test_browser_that_is_bound_already_keeps_its_value(ada, policy):
    policy(unsolicited="accept")
    ada.start()
    before = ada.cookie("__Secure-sp_binding", "/saml/acme/")
    ada.answer(in_response_to=None)
    assert before
    assert ada.cookie("__Secure-sp_binding", "/saml/acme/") == before
