"""The pages of the demonstration's company login, and the way to each (see every_page.py)."""

from __future__ import annotations

from support.visitor import Way


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
    visitor.go_there("/switches")
    visitor.tab.check("[name=pause]")
    visitor.press("Save the switches")
    login(visitor)
    visitor.sign_in_there()
    visitor.tab.wait_for_url("**/answer/*")


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
    Way("company-answer", "demo/answer.html", "Taking you back to Clientshare\u2026", answer),
    Way(
        "company-error",
        "demo/error.html",
        "This did not work",
        lambda visitor: visitor.go_there("/nothing"),
    ),
)
