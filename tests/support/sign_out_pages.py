"""The pages around signing out, and the way to each (see every_page.py)."""

from __future__ import annotations

from support.visitor import Way

from sp import clock, db
from sp.sessions import pending_logout
from sp.sessions.pending_logout import PendingLogoutTable
from sp.web import sentences

PAGE = "logout/signed_out.html"


def sign_out(visitor):
    visitor.sign_in()
    visitor.go("/logout")
    visitor.press("Sign out")


def answered(outcome):
    """The company's login has ended its session, and says how far the others have ended."""

    def lead(visitor):
        visitor.go_there("/switches")
        visitor.tab.check("[name=slo][value=silent]")
        visitor.press("Save the switches")
        sign_out(visitor)
        with db.db.engine.connect() as connection:
            every = connection.execute(PendingLogoutTable.__table__.select()).all()
        asked = max(every, key=lambda row: row.created_at)
        if outcome:
            db.write(
                lambda transaction: pending_logout.take(
                    transaction, asked.organisation_id, asked.request_id, outcome, clock.now()
                )
            )
        visitor.go(f"/logout?organisation=acme&request={asked.request_id}")

    return lead


def leaving(visitor):
    """The script that goes on does not arrive, so the page stays, as it does on a bad line."""
    visitor.policy("globex", create_accounts=True)
    visitor.go("/saml/globex/login")
    visitor.sign_in_there()
    visitor.tab.wait_for_url("**/account")
    visitor.go("/logout")
    visitor.tab.route("**/leave.js", lambda route: route.abort())
    visitor.press("Sign out")


HEADLINE = "You are signed out of Clientshare"
SIGN_OUT = (
    Way("signed-out-there", PAGE, HEADLINE, answered("success")),
    Way("signed-out-partly", PAGE, HEADLINE, answered("partial")),
    Way("signed-out-unconfirmed", PAGE, HEADLINE, answered(None)),
    Way(
        "leaving-sign-out",
        "leaving.html",
        "Signing you out of Globex's login, too\u2026",
        leaving,
    ),
    Way(
        "logout-refused",
        "error.html",
        sentences.LOGOUT_REFUSED[0],
        lambda visitor: visitor.go("/saml/acme/slo?SAMLRequest=a"),
    ),
    Way(
        "logout-answer-refused",
        "error.html",
        sentences.LOGOUT_ANSWER_REFUSED[0],
        lambda visitor: visitor.go("/saml/acme/slo?SAMLResponse=a"),
    ),
)
