"""The pages of an organisation's administrator, and the way to each (see every_page.py)."""

from __future__ import annotations

import secrets
from datetime import timedelta

from support import tenants
from support.browser import fresh_context
from support.people import new_session
from support.visitor import Visitor, Way

from sp import clock, db
from sp.flows import membership, revocation
from sp.flows.actor import COMMAND_LINE
from sp.flows.looking_up import find_account, find_organisation
from sp.flows.selection import Selection
from sp.sessions import session

LIST = "/organisation/sessions"
END = f"{LIST}/end"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
)
FOLDER = "administration"
AT_ACME = "Who is signed in at Acme"


def administer(path):
    """Sign Grace in, who is acme's administrator, and go there."""

    def lead(visitor):
        visitor.sign_in("grace")
        visitor.go(path)

    return lead


def beside_ada(path):
    """The same while Ada is signed in at her desk and on her phone, and nobody else is."""

    def lead(visitor):
        revocation.revoke("acme", Selection(everybody=True), actor=COMMAND_LINE)
        for options in ({}, {"user_agent": PHONE}):
            with fresh_context(visitor.tab.context.browser, **options) as context:
                Visitor(context.new_page(), visitor.sites).sign_in()
        administer(path)(visitor)

    return lead


def of_one_session(visitor):
    beside_ada(LIST)(visitor)
    visitor.tab.get_by_role("link", name="Safari on an iPhone").click()
    visitor.tab.wait_for_url("**/end?*")


def done(visitor):
    beside_ada(f"{END}?by=person&email=ada@acme.example")(visitor)
    visitor.press("Sign out everywhere")


def many_long_names(visitor):
    """An administrator at an organisation where many are signed in, with names as long as any."""
    here = find_organisation("longwind")
    person = find_account(here, tenants.GUEST)
    for number in range(60):
        started = clock.now() - timedelta(minutes=number)
        of = (here.id, person.id, secrets.token_hex(8))
        new = new_session(*of, started=started, address="2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
        db.write(lambda transaction, new=new: session.make(transaction, new))
    visitor.policy("longwind", unsolicited="accept")
    visitor.answer("longwind", email=tenants.LONG_EMAIL)
    if find_account(here, tenants.LONG_EMAIL).role != "admin":
        membership.set_role("longwind", tenants.LONG_EMAIL, "admin", actor=COMMAND_LINE)
    visitor.go(f"{LIST}?sort=person&page=2")


def not_an_administrator(visitor):
    visitor.sign_in()
    visitor.go(LIST)


ADMINISTRATION = (
    Way("admin-account", "account/account.html", "You are signed in as", administer("/account")),
    Way("admin-sessions", f"{FOLDER}/sessions.html", AT_ACME, beside_ada(LIST)),
    Way("admin-nobody", f"{FOLDER}/sessions.html", AT_ACME, administer(f"{LIST}?who=nobody")),
    Way("admin-long", f"{FOLDER}/sessions.html", "Who is signed in at Donau", many_long_names),
    Way("admin-choose", f"{FOLDER}/choose.html", "Sign people out", administer(END)),
    Way(
        "admin-choose-error",
        f"{FOLDER}/choose.html",
        "Sign people out",
        administer(f"{END}?by=person&email=ada&name_id=ada-id"),
    ),
    Way(
        "admin-choose-nothing",
        f"{FOLDER}/choose.html",
        "Sign people out",
        administer(f"{END}?by=nothing"),
    ),
    Way("admin-one", f"{FOLDER}/confirm.html", "Sign out in one browser?", of_one_session),
    Way(
        "admin-everybody",
        f"{FOLDER}/confirm.html",
        "Sign out everybody at Acme?",
        beside_ada(f"{END}?by=everybody"),
    ),
    Way(
        "admin-by-name",
        f"{FOLDER}/confirm.html",
        "Sign out whoever has this NameID?",
        administer(f"{END}?by=name&name_id={'ada-' * 30}&session_index=_1"),
    ),
    Way("admin-done", f"{FOLDER}/done.html", "2 sessions have ended", done),
    Way("not-your-role", "error.html", "This page is for administrators", not_an_administrator),
)
