"""The login page: e-mail first, and from there to the company's own login."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from sp.accounts.realm import Realm
from sp.errors import BadInputError
from sp.flows import sign_on
from sp.flows.outcomes import DEFAULT_RETURN_TO
from sp.sessions.return_to import safe_return_to
from sp.web import headers, limits
from sp.web.addresses import login_url, see_other, start_url
from sp.web.principal import current_session

bp = Blueprint("login", __name__)

MARKS: Final = (
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
"""What nobody sees, and what an address brings along that was copied from a list of contacts."""
FORM_EXPIRED = (
    "Please send the form again: press Continue once more. This page was open for long, or your "
    "browser does not keep our cookies."
)


@bp.get("/login")
def page() -> Response:
    """Ask for an e-mail address; whoever is signed in goes on at once."""
    wanted = safe_return_to(request.args.get("return_to"))
    if current_session() is not None:
        return see_other(wanted or DEFAULT_RETURN_TO)
    return _show_form(wanted)


@bp.post("/login")
def find() -> Response:
    """Take an e-mail address to its company's login."""
    limits.count_login()
    typed = _typed()
    wanted = safe_return_to(request.form.get("return_to"))
    try:
        found = sign_on.find_start(typed)
    except BadInputError as error:
        return _show_form(wanted, typed=typed, error=error.public)
    links = _links(found, wanted)
    if len(links) == 1:
        return see_other(links[0][1])
    if links:
        return make_response(
            render_template(
                "login/choose.html", email=found.email, links=links, other=login_url(wanted)
            )
        )
    # One page for an address that nobody knows and for one whose company has no sign-in yet.
    return _show_form(wanted, typed=typed, unknown=found.email)


def show_form_again() -> Response:
    """Give the login form back as it was typed, with a token that works."""
    typed = _typed()
    wanted = safe_return_to(request.form.get("return_to"))
    return _show_form(wanted, typed=typed, notice=FORM_EXPIRED)


def _typed() -> str:
    return request.form.get("email", "").strip().strip(MARKS).strip()


def _links(found: Realm, wanted: str | None) -> list[tuple[str, str]]:
    """Return name and address of every company login that this address may use."""
    return [
        (each.name, start_url(each.slug, wanted, login_hint=found.email))
        for each in found.organisations
        if each.signs_in_by_sso
    ]


def _show_form(
    wanted: str | None, *, typed: str = "", error: str = "", notice: str = "", unknown: str = ""
) -> Response:
    """Show the form; `error` is about what was typed, `notice` about anything else."""
    headers.let_form_leave()
    template = "login/unknown.html" if unknown else "login/login.html"
    text = render_template(
        template, return_to=wanted, typed=typed, error=error, notice=notice, email=unknown or typed
    )
    return make_response(text, 400 if error or notice else 200)
