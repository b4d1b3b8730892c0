"""A person's own sessions on the account page: seen, told apart, and ended there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.idp import GRACE_ATTRIBUTES
from support.pages import Person, make_live, read, sign_in_at_globex, words

from sp.flows import connection, revocation
from sp.flows.actor import COMMAND_LINE

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
GRACE = {"name_id": "grace-id", "attributes": GRACE_ATTRIBUTES}
END, END_OTHERS = "/account/sessions/end", "/account/sessions/end-others"


@pytest.fixture
def elsewhere(ada, app, clock):
    """Ada's other browser, in which she signed in an hour before this one."""
    other = Person(app.test_client(), answers=10)
    other.start()
    other.post(
        other.make(), headers={"User-Agent": FIREFOX}, environ_base={"REMOTE_ADDR": "192.0.2.8"}
    )
    clock.advance(timedelta(hours=1))
    ada.sign_in()
    return other


def account(person):
    return read(person.client.get("/account"))


def listed(page):
    return [words(each) for each in page.tree.iterfind(".//ul[@class='sessions']/li")]


def post(person, path, **fields):
    token = account(person).value("csrf_token")
    return person.client.post(path, data={"csrf_token": token, **fields})


def end_first(person):
    """Press the first "Sign out there" of the page."""
    return post(person, END, session=account(person).value("session"))


def is_signed_in(person):
    return person.client.get("/whoami").status_code == 200


def test_sessions_are_told_with_device_times_address_and_how(ada, elsewhere):
    this, other = listed(account(ada))
    assert this.startswith("An unknown device This device Signed in just now from 127.0.0.1")
    assert other == (
        "Firefox on Windows Signed in 1 hour ago from 192.0.2.8, through Acme's own login. "
        "Last seen 1 hour ago. Sign out there"
    )


def test_product_of_the_company_login_is_named_where_it_is_known(ada, config):
    made = connection.import_metadata(
        config,
        "acme",
        ada.idp.metadata(),
        source="idp.xml",
        actor=COMMAND_LINE,
        provider="entra",
    )
    connection.go_live(config, "acme", made.number, actor=COMMAND_LINE)
    ada.sign_in()
    assert "through Acme's own login (Microsoft Entra ID)" in account(ada).text


def test_buttons_are_told_apart_by_their_names(ada, elsewhere, app):
    third = Person(app.test_client(), answers=20)
    third.sign_in()
    tree = account(ada).tree
    by_id = {each.get("id"): each for each in tree.iter() if each.get("id")}
    names = [
        " ".join(words(by_id[each]) for each in button.get("aria-labelledby").split())
        for button in tree.iterfind(".//button[@aria-labelledby]")
    ]
    assert names == [
        "Sign out there An unknown device Signed in just now from 127.0.0.1",
        "Sign out there Firefox on Windows Signed in 1 hour ago from 192.0.2.8",
    ]


def test_one_session_is_ended_and_the_others_stay(ada, elsewhere):
    answer = end_first(ada)
    assert (answer.status_code, answer.location) == (303, "/account#sessions")
    assert [is_signed_in(ada), is_signed_in(elsewhere)] == [True, False]
    assert len(listed(account(ada))) == 1


def test_all_others_are_ended_and_this_one_stays(ada, elsewhere, app):
    third = Person(app.test_client(), answers=20)
    third.sign_in()
    assert post(ada, END_OTHERS).location == "/account#sessions"
    assert [is_signed_in(each) for each in (ada, elsewhere, third)] == [True, False, False]


@pytest.fixture
def grace(ada, app):
    person = Person(app.test_client(), answers=30)
    person.start()
    person.answer(**GRACE)
    return person


def public_id(slug="acme", email=None):
    return revocation.list_sessions(slug, email)[0].public_id


def test_session_of_somebody_else_is_not_ended(ada, grace):
    ada.sign_in()
    post(ada, END, session=public_id(email="grace@acme.example"))
    post(ada, END_OTHERS)
    assert is_signed_in(grace)


def test_session_at_another_organisation_is_not_ended(ada, config, app):
    make_live(config, "globex", "globex.example")
    sign_in_at_globex(config, app.test_client())
    revoked = public_id("globex")
    ada.sign_in()
    post(ada, END, session=revoked)
    assert public_id("globex") == revoked


@pytest.mark.parametrize("name", ["", "AAAA-2222", "' OR 1=1 --", "a\x00b", "\udcff", "x" * 9_000])
def test_name_of_no_session_ends_nothing(ada, elsewhere, name):
    encoded = name.encode("utf-8", "surrogatepass")
    assert post(ada, END, session=encoded).location == "/account#sessions"
    assert [is_signed_in(ada), is_signed_in(elsewhere)] == [True, True]


def test_this_session_is_not_ended_by_the_form_for_others(ada):
    ada.sign_in()
    post(ada, END, session=public_id())
    assert is_signed_in(ada)


@pytest.mark.parametrize("path", [END, END_OTHERS])
def test_form_of_somebody_else_ends_nothing_and_leads_back(ada, elsewhere, path):
    answer = ada.client.post(path, data={"session": account(ada).value("session")})
    assert (answer.status_code, read(answer).buttons) == (400, {"Go on": "/account"})
    assert is_signed_in(elsewhere)


@pytest.mark.parametrize("path", [END, END_OTHERS])
def test_stranger_is_sent_to_the_login(acme, client, path):
    token = read(client.get("/login")).value("csrf_token")
    assert client.post(path, data={"csrf_token": token}).location == "/login"


@pytest.fixture
def long_ago(ada, clock, policy):
    """Ada's browser, twelve hours and a second after she proved who she is."""
    policy(absolute_seconds=86_400, idle_seconds=86_400)
    ada.sign_in()
    clock.advance(timedelta(hours=12, seconds=1))
    return ada


def test_who_signed_in_long_ago_signs_in_anew_before_ending_all_others(long_ago, app):
    third = Person(app.test_client(), answers=20)
    third.sign_in()
    page = account(long_ago)
    assert "You signed in long ago" in page.text
    answer = post(long_ago, END_OTHERS)
    assert "fresh=1" in answer.location
    assert is_signed_in(third)
    long_ago.start(answer.location)
    assert long_ago.answer().location == "/account#sessions"
    assert "You signed in long ago" not in account(long_ago).text
    post(long_ago, END_OTHERS)
    assert [is_signed_in(long_ago), is_signed_in(third)] == [True, False]


def test_one_session_is_ended_however_long_ago_one_signed_in(long_ago, app):
    third = Person(app.test_client(), answers=20)
    third.sign_in()
    end_first(long_ago)
    assert not is_signed_in(third)
