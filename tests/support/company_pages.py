"""The pages of the demonstration's company login, and the way to each (see every_page.py)."""

from __future__ import annotations

from support.visitor import Way

from sp import clock
from sp.demo import queries
from sp.demo.logout_messages import LogoutRequestSpec, make_logout_request
from sp.demo.messages import to_octets


def login(visitor):
    visitor.type_email("ada@acme.example")
    visitor.tab.wait_for_url("**/sso*")


def login_error(visitor):
    login(visitor)
    visitor.sign_in_there("grace", password="wrong")


def portal(visitor):
    visitor.go_there("/")
    visitor.sign_in_there()


def answer(visitor):
    visitor.switch(pause="yes")
    login(visitor)
    visitor.sign_in_there()
    visitor.tab.wait_for_url("**/answer/*")


def signed_out(visitor):
    portal(visitor)
    visitor.press("Sign out of Acme")


def signed_out_elsewhere(visitor):
    """It had opened an application, which says what became of it."""
    portal(visitor)
    visitor.press("Open")
    visitor.tab.wait_for_url("**/whoami")
    visitor.go_there("/")
    visitor.press("Sign out of Acme")
    visitor.tab.wait_for_url("**/logout/*")


def frames(visitor):
    visitor.switch(logout="frames")
    portal(visitor)
    visitor.press("Open")
    visitor.tab.wait_for_url("**/whoami")
    visitor.go_there("/")
    visitor.press("Sign out of Acme")
    visitor.tab.frame_locator("iframe").get_by_text("signed you out").wait_for()


def silent(visitor):
    visitor.switch(slo="silent")
    visitor.go_there("/slo?" + "&".join(ask_for_logout(visitor.sites)))


def ask_for_logout(sites):
    """Give the query of a LogoutRequest that acme's service provider signed."""
    spec = LogoutRequestSpec(
        issue_instant=clock.now(),
        destination=f"{sites.idp}/slo",
        not_on_or_after=None,
        issuer=sites.config.entity_id("acme"),
        name_id="a1d4-ada",
    )
    parts = queries.make_parts("SAMLRequest", to_octets(make_logout_request(spec)), None)
    return [*parts, queries.sign_parts(parts, sites.config.keyring().signing.private_key)]


ASKS = "Sign in with your Acme account"
COMPANY = (
    Way("company-login", "demo/login.html", ASKS, login),
    Way("company-login-error", "demo/login.html", ASKS, login_error),
    Way("company-front", "demo/login.html", ASKS, lambda visitor: visitor.go_there("/")),
    Way("company-portal", "demo/portal.html", "Your applications", portal),
    Way(
        "company-switches",
        "demo/switches.html",
        "Switches",
        lambda visitor: visitor.go_there("/switches"),
    ),
    Way("company-answer", "demo/posting.html", "Taking you back to Clientshare\u2026", answer),
    Way("company-signed-out", "demo/signed_out.html", "You are signed out of Acme", signed_out),
    Way(
        "company-signed-out-elsewhere",
        "demo/signed_out.html",
        "You are signed out of Acme",
        signed_out_elsewhere,
    ),
    Way(
        "company-frames",
        "demo/frames.html",
        "Signing you out of your applications\u2026",
        frames,
    ),
    Way("company-silent", "demo/silent.html", "Acme keeps you here", silent),
    Way(
        "company-error",
        "demo/error.html",
        "This did not work",
        lambda visitor: visitor.go_there("/nothing"),
    ),
)
