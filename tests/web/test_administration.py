"""An administrator sees who is signed in at their organisation, and ends what they choose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from support.idp import GRACE_ATTRIBUTES, Idp
from support.pages import Person, make_live, read, sign_in_at_globex, words

from sp import db
from sp.audit import events, ledger
from sp.demo.messages import AttributeSpec
from sp.flows import membership, revocation
from sp.flows.actor import COMMAND_LINE
from sp.sessions.session_table import SessionTable

LIST, END = "/organisation/sessions", "/organisation/sessions/end"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


@pytest.fixture
def admin(ada):
    """Ada, who administers acme."""
    ada.sign_in()
    membership.set_role("acme", "ada@acme.example", "admin", actor=COMMAND_LINE)
    return ada


@pytest.fixture
def grace(ada, app):
    """Grace in Firefox, signed in as ada's idp calls her grace-id."""
    person = Person(app.test_client(), answers=30)
    person.start()
    octets = person.make(name_id="grace-id", attributes=GRACE_ATTRIBUTES, session_index="_grace")
    person.post(octets, headers={"User-Agent": FIREFOX}, environ_base={"REMOTE_ADDR": "192.0.2.8"})
    return person


def is_signed_in(person):
    return person.client.get("/whoami").status_code == 200


def see(person, path=LIST, **query):
    answer = person.client.get(path, query_string=query or None)
    assert answer.status_code == 200
    return read(answer)


def rows(page):
    return [[words(cell) for cell in row] for row in page.tree.iterfind(".//tbody/tr")]


def facts(page):
    """Give what stands beside each name of the page."""
    names, values = page.tree.iterfind(".//dl/div/dt"), page.tree.iterfind(".//dl/div/dd")
    return dict(zip(map(words, names), map(words, values), strict=True))


def press(person, page):
    """Press the button of a page that asks."""
    form = page.tree.find(".//form[@method='post']")
    fields = {each.get("name"): each.get("value") for each in form.iterfind(".//input")}
    return person.client.post(form.get("action"), data=fields)


def told():
    """Give (actor, account, detail) of every revocation, oldest first."""
    with db.read() as transaction:
        found = ledger.list_events(transaction, "acme", kind=events.SESSION_REVOKED, limit=100)
    return [((e.actor_kind, e.actor_id), e.account_id, e.detail) for e in reversed(found)]


def test_everybody_is_listed_with_device_address_and_times(admin, grace, clock):
    clock.advance(timedelta(minutes=5))
    page = see(admin)
    assert page.headline == "Who is signed in at Acme"
    assert "2 people are signed in, in 2 browsers." in page.text
    seen = {row[0]: row[1:] for row in rows(page)}
    assert seen == {
        "ada@acme.example Ada Lovelace": [
            "An unknown device 127.0.0.1",
            "5 minutes ago",
            "just now",
            "You, here",
        ],
        "grace@acme.example Grace Hopper": [
            "Firefox on Windows 192.0.2.8",
            "5 minutes ago",
            "5 minutes ago",
            "Sign out",
        ],
    }


def test_a_part_of_an_address_finds_a_person(admin, grace):
    page = see(admin, who="grace@")
    assert [row[0] for row in rows(page)] == ["grace@acme.example Grace Hopper"]
    assert "1 person with \u201cgrace@\u201d in their address or name, in 1 browser." in page.text
    assert page.value("who") == "grace@"


def test_a_name_is_found_that_is_written_with_a_joiner(admin, app):
    name = "\u0622\u0630\u0631 \u0646\u0648\u0634\u200c\u0622\u0641\u0631\u06cc\u0646"
    said = (AttributeSpec("displayName", (name,)), AttributeSpec("email", ("azar@acme.example",)))
    azar = Person(app.test_client(), answers=40)
    azar.start()
    azar.post(azar.make(name_id="azar-id", attributes=said))
    assert [row[0] for row in rows(see(admin, who=name[4:]))] == [f"azar@acme.example {name}"]


def test_search_that_finds_nobody_says_so_and_leads_back(admin):
    page = see(admin, who="<b>nobody</b>")
    assert "Nobody who is signed in has \u201c<b>nobody</b>\u201d in their address" in page.text
    assert rows(page) == []


@pytest.mark.parametrize(
    "query",
    [{"sort": "nothing"}, {"page": "x"}, {"page": "-1"}, {"page": "9" * 5000}, {"who": "\0"}],
)
def test_query_that_nobody_clicked_together_still_gives_the_page(admin, query):
    assert see(admin, **query).headline == "Who is signed in at Acme"


def test_page_beyond_the_last_says_so(admin):
    assert "There is no page 7 of this list." in see(admin, page=7).text


@pytest.mark.parametrize("path", [LIST, END])
@pytest.mark.parametrize("role", ["member", "auditor"])
def test_nobody_but_an_administrator_sees_the_pages(admin, grace, path, role):
    membership.set_role("acme", "ada@acme.example", role, actor=COMMAND_LINE)
    answer = admin.client.get(path)
    page = read(answer)
    assert (answer.status_code, page.headline) == (403, "This page is for administrators")
    assert page.buttons == {"Go to your account": "/account"}
    assert "grace" not in answer.text


def test_role_that_was_taken_away_ends_nothing_any_more(admin, grace):
    page = see(admin, END, by="everybody")
    membership.set_role("acme", "ada@acme.example", "member", actor=COMMAND_LINE)
    assert press(admin, page).status_code == 403
    assert is_signed_in(grace)
    assert told() == []


def test_only_an_administrators_account_page_leads_there(admin, grace):
    link = ".//a[@href='/organisation/sessions']"
    assert read(admin.client.get("/account")).tree.find(link) is not None
    assert read(grace.client.get("/account")).tree.find(link) is None


def test_one_session_is_shown_before_it_ends(admin, grace):
    (link,) = see(admin).tree.iterfind(".//tbody//a")
    page = see(admin, link.get("href"))
    assert page.headline == "Sign out in one browser? grace@acme.example"
    assert facts(page) == {
        "Name": "Grace Hopper",
        "Device": "Firefox on Windows 192.0.2.8",
        "Signed in": "just now",
        "Last seen": "just now",
    }
    assert is_signed_in(grace)
    done = read(press(admin, page))
    assert done.headline == "1 session has ended"
    assert [is_signed_in(admin), is_signed_in(grace)] == [True, False]


@pytest.fixture
def choices(grace, clock):
    """What ends Grace's session: the fields of the form, and what is told of it."""
    return {
        "person": (
            {"email": "Grace@Acme.example"},
            {"by": "person", "email": "grace@acme.example"},
        ),
        "name": (
            {"name_id": "grace-id"},
            {
                "by": "name_id",
                "idp_entity_id": Idp().entity_id,
                "name_id": "grace-id",
                "session_indexes": [],
            },
        ),
        "index": (
            {"name_id": "grace-id", "session_index": "_grace", "idp": Idp().entity_id},
            {
                "by": "name_id",
                "idp_entity_id": Idp().entity_id,
                "name_id": "grace-id",
                "session_indexes": ["_grace"],
            },
        ),
    }


@pytest.mark.parametrize("way", ["person", "name", "index"])
def test_a_person_is_signed_out_by_address_or_by_what_the_login_calls_them(
    admin, choices, grace, way
):
    fields, detail = choices[way]
    page = see(admin, END, by="person" if way == "person" else "name", **fields)
    assert facts(page)["Sessions"] == "1"
    assert "Your own session" not in page.text
    assert read(press(admin, page)).headline == "1 session has ended"
    assert [is_signed_in(admin), is_signed_in(grace)] == [True, False]
    me = revocation.list_sessions("acme")[0].account_id
    ((actor, account, said),) = told()
    assert (actor, said) == (("person", str(me)), {**detail, "ended": 1})
    assert account not in {None, me}


@pytest.mark.parametrize(
    "named",
    [
        {"name_id": "grace-id", "session_index": "_other"},
        {"name_id": "GRACE-ID"},
        {"name_id": "grace-id", "idp": "https://idp.globex.example/saml"},
    ],
)
def test_another_name_index_or_identity_provider_ends_nothing(admin, grace, named):
    page = see(admin, END, by="name", **named)
    assert facts(page)["Sessions"] == "0"
    assert page.buttons == {"Choose again": END}
    assert is_signed_in(grace)


def test_who_signed_in_before_a_moment_is_signed_out(admin, grace, clock, app):
    clock.advance(timedelta(minutes=10))
    later = Person(app.test_client(), answers=50)
    later.sign_in()
    page = see(admin, END, by="moment", before="2026-03-02T09:05")
    assert facts(page) == {
        "Signed in before": "2026-03-02 09:05 UTC",
        "Sessions": "2",
        "People": "2",
    }
    assert "Your own session here is among them" in page.text
    assert read(press(admin, page)).headline == "2 sessions have ended"
    assert [is_signed_in(each) for each in (admin, grace, later)] == [False, False, True]


def test_moment_of_long_ago_is_shown_with_a_year_of_four_digits(admin):
    page = see(admin, END, by="moment", before="0001-02-03T04:05")
    assert facts(page)["Signed in before"] == "0001-02-03 04:05 UTC"


def test_everybody_is_signed_out_the_administrator_too(admin, grace):
    page = see(admin, END, by="everybody")
    assert "Your own session here is among them" in page.text
    assert read(press(admin, page)).headline == "2 sessions have ended"
    assert [is_signed_in(admin), is_signed_in(grace)] == [False, False]
    assert admin.client.get(LIST).location == "/login?return_to=%2Forganisation%2Fsessions"


def test_what_ran_out_by_itself_is_told_apart(admin, grace, clock, policy):
    policy(idle_seconds=600)
    clock.advance(timedelta(minutes=9))
    see(admin)
    clock.advance(timedelta(minutes=2))
    page = see(admin, END, by="everybody")
    assert facts(page)["Sessions"].startswith("2 1 of them ran out already")


def test_nothing_chosen_shows_the_form(admin):
    page = see(admin, END)
    assert page.headline == "Sign people out"
    assert page.tree.find(".//*[@role='alert']") is None


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"by": "nothing"}, "by-person", "Please choose who is signed out."),
        ({"email": "ada@acme.example"}, "by-person", "Please choose who is signed out."),
        ({"by": "session"}, "by-person", "Please choose who is signed out."),
        ({"by": "person"}, "email", "Please give one e-mail address"),
        ({"by": "person", "email": "ada"}, "email", "Please give one e-mail address"),
        ({"by": "person", "email": "x@acme.example"}, "email", "Nobody at Acme has the address x@"),
        ({"by": "moment"}, "before", "Please choose a day and a time."),
        ({"by": "moment", "before": "yesterday"}, "before", "Please choose a day and a time."),
        ({"by": "moment", "before": "2026-03-02T09:00Z"}, "before", "Please choose a day"),
        ({"by": "moment", "before": "2026-03-03T09:00"}, "before", "has not come yet"),
        ({"by": "name", "idp": "urn:idp"}, "name_id", "Please give the NameID"),
        ({"by": "name", "name_id": "a\x00b"}, "name_id", "something unreadable"),
        ({"by": "name", "name_id": "a" * 1025}, "name_id", "something unreadable"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_kept(admin, grace, fields, field, sentence):
    for answer in (
        admin.client.get(END, query_string=fields),
        admin.client.post(END, data={**fields, "csrf_token": token_of(admin)}),
    ):
        page = read(answer)
        assert answer.status_code == 400
        assert page.title.startswith("Error: ")
        (link,) = page.tree.iterfind(".//*[@role='alert']//a")
        assert sentence in words(link)
        assert link.get("href") == f"#{field}"
        told_of = "fieldset" if field == "by-person" else f"input[@id='{field}']"
        described = page.tree.find(f".//{told_of}").get("aria-describedby").split()
        assert sentence in words(page.tree.find(f".//*[@id='{described[-1]}']"))
        for name in fields.keys() & {"email", "idp"}:
            assert page.value(name) == fields[name]
    assert [is_signed_in(admin), is_signed_in(grace)] == [True, True]
    assert told() == []


def token_of(person):
    return read(person.client.get("/account")).value("csrf_token")


def test_session_that_is_over_already_is_no_error(admin, grace):
    (link,) = see(admin).tree.iterfind(".//tbody//a")
    page = see(admin, link.get("href"))
    press(grace, read(grace.client.get("/account")))
    done = press(admin, page)
    page = read(done)
    assert (done.status_code, page.headline) == (200, "Nothing was left to end")
    assert page.title.startswith(page.headline)


def test_nothing_of_another_organisation_is_seen_or_ended(admin, grace, config, app):
    make_live(config, "globex", "globex.example")
    sign_in_at_globex(config, app.test_client())
    (there,) = revocation.list_sessions("globex")
    assert "globex" not in see(admin).text
    assert facts(see(admin, END, by="session", session=there.public_id))["Sessions"] == "0"
    nobody = admin.client.get(END, query_string={"by": "person", "email": there.email})
    assert "Nobody at Acme has the address" in read(nobody).text
    press(admin, see(admin, END, by="everybody"))
    assert revocation.list_sessions("globex") == [there]


def test_form_of_somebody_else_ends_nothing(admin, grace):
    answer = admin.client.post(END, data={"by": "everybody"})
    assert answer.status_code == 400
    assert is_signed_in(grace)


@pytest.fixture
def long_ago(ada, clock, policy):
    """Ada, who administers acme, twelve hours and a second after she proved who she is."""
    policy(absolute_seconds=86_400, idle_seconds=86_400)
    ada.sign_in()
    membership.set_role("acme", "ada@acme.example", "admin", actor=COMMAND_LINE)
    clock.advance(timedelta(hours=12, seconds=1))
    return ada


def test_who_signed_in_long_ago_signs_in_anew_and_is_where_they_were(long_ago, app):
    third = Person(app.test_client(), answers=20)
    third.start()
    third.answer(name_id="grace-id", attributes=GRACE_ATTRIBUTES)
    assert "asks you to do it again before you sign anybody out" in see(long_ago).text
    wanted = f"{END}?by=person&email=grace%40acme.example"
    answer = long_ago.client.get(wanted)
    assert "fresh=1" in answer.location
    long_ago.start(answer.location)
    assert long_ago.answer().location == wanted
    assert "asks you to do it again" not in see(long_ago).text
    assert facts(see(long_ago, wanted))["Sessions"] == "1"


def test_form_that_was_open_for_twelve_hours_ends_nothing_yet(admin, grace, clock, policy):
    policy(idle_seconds=86_400)
    page = see(admin, END, by="person", email="grace@acme.example")
    clock.advance(timedelta(hours=11, minutes=59))
    with db.db.engine.begin() as connection:
        connection.execute(
            update(SessionTable.__table__).values(authn_instant=clock.now() - timedelta(hours=13))
        )
    answer = press(admin, page)
    assert "fresh=1" in answer.location
    assert told() == []
