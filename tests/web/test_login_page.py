"""The login page: where each address is taken, and what is said to those it knows no way for."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from support.pages import make_live, read, words

from sp.flows import membership
from sp.flows.actor import COMMAND_LINE


def query_of(answer):
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def test_page_has_one_field_that_browsers_and_screen_readers_know(client):
    page = read(client.get("/login"))
    assert page.title == "Sign in · Clientshare"
    assert page.headline == "Sign in"
    (seen,) = (each for each in page.tree.iter("input") if each.get("type") != "hidden")
    assert (seen.get("type"), seen.get("inputmode")) == ("email", "email")
    assert (seen.get("autocomplete"), seen.get("value")) == ("username", "")
    assert "autofocus" in seen.attrib
    assert page.tree.find(f".//label[@for='{seen.get('id')}']") is not None
    described = [page.tree.get_element_by_id(each) for each in seen.get("aria-describedby").split()]
    assert "company's own login page" in words(described[0])
    assert list(page.buttons) == ["Continue"]
    assert "No account yet?" in page.text


def test_page_loads_in_under_twenty_kilobytes(client):
    page = client.get("/login")
    links = [each.get("href") for each in read(page).tree.iter("link")]
    images = [each.get("src") for each in read(page).tree.iter("img")]
    loaded = [page, *(client.get(path, buffered=True) for path in links + images)]
    assert {answer.status_code for answer in loaded} == {200}
    assert sum(len(answer.data) for answer in loaded) < 20_000
    assert list(read(page).tree.iter("script")) == []


def test_address_of_a_known_domain_is_taken_to_its_organisation(acme, post_login):
    answer = post_login("Grace@ACME.example", return_to="/reports?week=9")
    assert answer.status_code == 303
    assert urlsplit(answer.location).path == "/saml/acme/login"
    assert query_of(answer) == {"login_hint": "grace@acme.example", "return_to": "/reports?week=9"}


@pytest.mark.parametrize(
    "copied", ["\u202aada@acme.example\u202c", "\ufeff ada@acme.example\u200b "]
)
def test_marks_that_nobody_sees_around_a_copied_address_are_taken_off(acme, post_login, copied):
    answer = post_login(copied)
    assert answer.status_code == 303
    assert query_of(answer)["login_hint"] == "ada@acme.example"


def test_where_a_person_was_going_survives_the_form(acme, client):
    page = read(client.get("/login?return_to=/reports%3Fweek=9"))
    assert page.value("return_to") == "/reports?week=9"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
def test_return_to_that_leads_elsewhere_is_dropped(acme, client, post_login, elsewhere):
    page = read(client.get("/login", query_string={"return_to": elsewhere}))
    assert page.tree.find(".//input[@name='return_to']") is None
    token = page.value("csrf_token")
    data = {"email": "ada@acme.example", "csrf_token": token, "return_to": elsewhere}
    assert "return_to" not in query_of(client.post("/login", data=data))


def test_something_that_is_no_address_comes_back_with_what_was_typed_and_why(acme, post_login):
    answer = post_login("ada at acme", return_to="/reports")
    page = read(answer)
    assert answer.status_code == 400
    assert page.title == "Error: Sign in · Clientshare"
    field = page.tree.get_element_by_id("email")
    assert (field.get("value"), field.get("aria-invalid")) == ("ada at acme", "true")
    _, error = (page.tree.get_element_by_id(each) for each in field.get("aria-describedby").split())
    assert "such as ada@acme.example" in error.text_content()
    summary = page.tree.find(".//*[@role='alert']")
    assert summary.find(".//a").get("href") == "#email"
    assert page.value("return_to") == "/reports"


def test_what_was_typed_is_never_markup(acme, post_login):
    answer = post_login('"><script>alert(1)</script>')
    assert b"<script" not in answer.data
    assert read(answer).value("email") == '"><script>alert(1)</script>'


def test_unknown_address_gets_a_neutral_page_and_may_be_corrected(acme, post_login):
    answer = post_login("ada@nowhere.example", return_to="/reports")
    page = read(answer)
    assert answer.status_code == 200
    assert page.headline == "We do not know this address"
    assert "ada@nowhere.example" in page.text
    assert (page.value("email"), page.value("return_to")) == ("ada@nowhere.example", "/reports")


def test_company_without_sign_in_is_answered_as_if_nobody_knew_it(acme, post_login):
    membership.add_organisation("globex", "Globex", ["globex.example"], actor=COMMAND_LINE)
    membership.set_policy("globex", {"sign_in": "password"}, actor=COMMAND_LINE)
    known = read(post_login("ada@globex.example")).text
    unknown = read(post_login("ada@nowhere.example")).text
    assert known.replace("globex", "nowhere") == unknown
    assert "Globex" not in known


def test_person_at_several_organisations_chooses(acme, config, post_login):
    make_live(config, "globex", "globex.example")
    for slug in ("acme", "globex"):
        membership.add_account(slug, "ada@freelance.example", role="member", actor=COMMAND_LINE)
    answer = post_login("ada@freelance.example", return_to="/reports")
    page = read(answer)
    links = {
        " ".join(each.text_content().split()): each.get("href")
        for each in page.tree.iterfind(".//ul//a")
    }
    assert (answer.status_code, page.headline) == (200, "Choose an organisation")
    assert list(links) == ["Acme", "Globex"]
    assert links["Globex"] == (
        "/saml/globex/login?return_to=%2Freports&login_hint=ada%40freelance.example"
    )


def test_form_without_its_token_comes_back_as_it_was_typed(acme, client):
    data = {"email": "ada@acme.example", "return_to": "/reports"}
    answer = client.post("/login", data=data)
    page = read(answer)
    assert answer.status_code == 400
    assert "send the form again" in page.text
    assert page.title.startswith("Error: ")
    assert page.tree.find(".//input[@name='email']").get("aria-invalid") is None
    assert (page.value("email"), page.value("return_to")) == ("ada@acme.example", "/reports")
    again = client.post("/login", data=data | {"csrf_token": page.value("csrf_token")})
    assert again.status_code == 303


def test_form_that_is_too_large_is_refused(acme, client):
    answer = client.post("/login", data={"email": "a" * 100_000})
    assert (answer.status_code, read(answer).headline) == (413, "That was too much")


def test_whoever_is_signed_in_goes_straight_on(ada):
    ada.sign_in()
    assert ada.client.get("/login").location == "/account"
    assert ada.client.get("/login?return_to=/reports").location == "/reports"
    assert ada.client.get("/login?return_to=https://evil.example/").location == "/account"
