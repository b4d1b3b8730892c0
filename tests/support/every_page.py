"""Every page of the product, each with the way that leads a fresh browser there.

for way in WAYS:
    way.lead(Visitor(tab, sites))       # wants sites that tenants.furnish has filled
    assert tab.title() …                # way.headline is what stands on the page

`template` is the file that makes the page: a page that no way leads to fails a test.
"""

from __future__ import annotations

from flask import current_app
from support import tenants
from support.administration_pages import ADMINISTRATION, PHONE
from support.browser import fresh_context
from support.company_pages import COMPANY
from support.sign_out_pages import SIGN_OUT
from support.visitor import Visitor, Way

from sp.accounts import admission
from sp.demo.messages import AttributeSpec
from sp.demo.names import TRANSIENT
from sp.demo.people import OVERAGE
from sp.web import sentences


def form_expired(visitor):
    visitor.go("/login?return_to=/account")
    visitor.tab.context.clear_cookies()
    visitor.tab.fill("#email", "ada@acme.example")
    visitor.press("Continue")


def leaving(visitor):
    """The script that goes on does not arrive, so the page stays, as it does on a bad line."""
    visitor.tab.route("**/leave.js", lambda route: route.abort())
    visitor.go("/saml/globex/login")


def sign_out(visitor):
    visitor.sign_in()
    visitor.go("/logout")


def sign_out_expired(visitor):
    visitor.sign_in()
    visitor.tab.context.clear_cookies(name=current_app.config["SESSION_COOKIE_NAME"])
    visitor.press("Sign out")


def account_of_several_sessions(visitor):
    """Ada is signed in on her phone, too, and somewhere that nothing tells of."""
    visitor.sign_in()
    for user_agent in (PHONE, "curl/8.5.0"):
        with fresh_context(visitor.tab.context.browser, user_agent=user_agent) as context:
            Visitor(context.new_page(), visitor.sites).sign_in()
    visitor.go("/account")


def account_of_long_names(visitor):
    visitor.policy("longwind", unsolicited="accept")
    name = (AttributeSpec("displayName", (tenants.LONG_PERSON,)),)
    email = (AttributeSpec("email", (tenants.LONG_EMAIL,)),)
    visitor.answer("longwind", attributes=(*email, *name))


def already_used(visitor):
    visitor.policy("initech", unsolicited="accept", required_groups=())
    octets = visitor.answer("initech")
    visitor.answer("initech", octets=octets)


def restarted_twice(slug):
    """Two answers that nobody asked for: after the first our own request is started at once."""

    def lead(visitor):
        visitor.policy(slug, unsolicited="restart")
        visitor.answer(slug)
        visitor.answer(slug)

    return lead


def unsolicited_refused(visitor):
    visitor.policy("initech", unsolicited="refuse")
    visitor.answer("initech")


def cancelled(visitor):
    visitor.type_email("ada@acme.example")
    visitor.press("Cancel")
    visitor.tab.wait_for_url("**/saml/acme/acs")


def refused_by_admission(code):
    changes = {
        "not_in_group": {"groups": ("visitors",)},
        "groups_missing": {"groups": None},
        "groups_overage": {"attributes": (AttributeSpec(OVERAGE, ("https://graph.example/",)),)},
        "suspended": {"email": tenants.SUSPENDED, "name_id": "93be-alan"},
        "no_account": {"email": "nobody@initech.example", "name_id": "0000-nobody"},
        "email_outside_domains": {"email": "ada@elsewhere.example", "name_id": "1111-elsewhere"},
        "no_email": {"email": None, "name_id": "2222-no-email"},
        "no_identifier": {"name_id_format": TRANSIENT},
        "identity_conflict": {"name_id": "3333-somebody-else"},
    }[code]

    def lead(visitor):
        policy = {"unsolicited": "accept", "required_groups": ("clientshare",)}
        visitor.policy("initech", **policy)
        if code == "identity_conflict":
            visitor.answer("initech")  # the account is Ada's from here on
        visitor.answer("initech", **changes)

    return lead


def too_many(visitor):
    usual = current_app.config["SP_LIMIT_START"]
    current_app.config["SP_LIMIT_START"] = "1 per minute"
    try:
        visitor.go("/saml/acme/login")
        visitor.go("/saml/acme/login")
    finally:
        current_app.config["SP_LIMIT_START"] = usual


def other_host(visitor):
    visitor.tab.goto(visitor.sites.service.replace("sp.localhost", "elsewhere.localhost"))


def too_much(visitor):
    visitor.send(visitor.sites.service + "/login", {"email": "a" * 70_000})


def going(path):
    return lambda visitor: visitor.go(path)


def typing(email):
    return lambda visitor: visitor.type_email(email)


REFUSED = "We could not sign you in"
ERROR, LOGIN = "error.html", "login/login.html"
SERVICE = (
    Way("login", LOGIN, "Sign in", going("/login?return_to=/account")),
    Way("login-error", LOGIN, "Sign in", typing("nonsense")),
    Way("login-expired", LOGIN, "Sign in", form_expired),
    Way("unknown", "login/unknown.html", "We do not know this address", typing("ada@x.example")),
    Way(
        "unknown-long",
        "login/unknown.html",
        "We do not know this address",
        typing(tenants.LONG_EMAIL.replace("longwind", "shortwind")),
    ),
    Way("choose", "login/choose.html", "Choose an organisation", typing(tenants.GUEST)),
    Way("leaving", "leaving.html", "Taking you to Globex's sign-in page\u2026", leaving),
    Way("account", "account/account.html", "You are signed in as", Visitor.sign_in),
    Way(
        "account-sessions",
        "account/account.html",
        "You are signed in as",
        account_of_several_sessions,
    ),
    Way("account-long", "account/account.html", "You are signed in as", account_of_long_names),
    Way("sign-out", "logout/signed_out.html", "Sign out of Clientshare?", sign_out),
    Way("sign-out-expired", ERROR, "Please send the form again", sign_out_expired),
    Way(
        "signed-out",
        "logout/signed_out.html",
        "You are signed out of Clientshare",
        going("/logout"),
    ),
    Way("already-used", "acs/already_used.html", "This sign-in was already used", already_used),
    Way("ask", "acs/ask.html", "Do you want to sign in?", restarted_twice("initech")),
    Way("ask-long", "acs/ask.html", "Do you want to sign in?", restarted_twice("longwind")),
    Way("refused", ERROR, REFUSED, lambda visitor: visitor.answer("initech", spoil="!")),
    Way("cancelled", ERROR, "Acme's login did not let you in", cancelled),
    Way("unsolicited", ERROR, "Please start on our sign-in page", unsolicited_refused),
    *(
        Way(
            code.replace("_", "-"),
            ERROR,
            sentences.of_refusal(code, "Initech")[0],
            refused_by_admission(code),
        )
        for code in admission.SENTENCES
    ),
    Way(
        "not-switched-on",
        ERROR,
        "Company sign-in is not switched on yet",
        going("/saml/umbrella/login"),
    ),
    Way("stopped", ERROR, "Company sign-in has stopped", going("/saml/hooli/login")),
    Way("nothing-here", ERROR, "There is nothing at this address", going("/nothing")),
    Way("no-page", ERROR, "This address is not a page", going("/saml/acme/acs")),
    Way("too-much", ERROR, "That was too much", too_much),
    Way("too-many", ERROR, "Please wait a minute", too_many),
    Way("other-host", ERROR, "This is not our address", other_host),
    Way("broken", ERROR, "We could not do that just now", going("/break")),
)
WAYS = (*SERVICE, *SIGN_OUT, *ADMINISTRATION, *COMPANY)
