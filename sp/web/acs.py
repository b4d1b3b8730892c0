"""The Assertion Consumer Service: where a company's login sends its answers (Bindings 3.5)."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Request, current_app, make_response, render_template
from flask.globals import request_ctx
from werkzeug.wrappers import Response

from sp.config import Config
from sp.flows import sign_on
from sp.flows.outcomes import AlreadyUsed, Ask, Outcome, Restart, SignedIn, SignInRefused
from sp.flows.sign_on_record import Browser, Posted
from sp.sessions.demand import NOTHING
from sp.web import cookies, limits
from sp.web.addresses import see_other, start_url
from sp.web.browser import read_browser
from sp.web.posted_form import read_fields

bp = Blueprint("acs", __name__)

MESSAGES: Final = ("SAMLResponse", "SAMLRequest")


@bp.post("/saml/<organisation:organisation>/acs")
def consume(organisation: str) -> Response:
    """Take an answer and let its person in, or say what to do (SAML Profiles 4.1.4.3).

    It comes from another site and carries no form token: its signature and the request that it
    names are what make it good.
    """
    config: Config = current_app.extensions["sp_config"]
    request = request_ctx.request
    posted, browser = _read_form(request), read_browser(request, config)
    try:
        outcome = sign_on.answer(config, organisation, browser, posted)
    except SignInRefused as refused:
        if not refused.verified:
            limits.count_unverified(organisation)
        raise
    return _reply(config, organisation, browser, outcome)


def _read_form(request: Request) -> Posted:
    fields = read_fields(request)
    return Posted(
        messages=tuple(value for name, value in fields if name == "SAMLResponse"),
        other_messages=sum(name == "SAMLRequest" for name, _ in fields),
        in_query=bool(request.query_string) and any(name in request.args for name in MESSAGES),
        relay_state=next((value for name, value in fields if name == "RelayState"), None),
    )


def _reply(config: Config, organisation: str, browser: Browser, outcome: Outcome) -> Response:
    if isinstance(outcome, SignedIn):
        response = see_other(outcome.return_to)
        cookies.set_session(response, config, outcome.token)
        if outcome.binding:
            cookies.set_binding(response, config, organisation, outcome.binding)
        if browser.restart_mark:
            cookies.delete_mark(response, config, organisation)
        return response
    if isinstance(outcome, Restart):
        return see_other(
            start_url(organisation, outcome.return_to, restart=True, demand=outcome.demand)
        )
    return _ask(organisation, outcome)


def _ask(organisation: str, outcome: Ask | AlreadyUsed) -> Response:
    """Show a page on which a person decides; nothing goes on by itself."""
    asks = isinstance(outcome, Ask)
    # An answer that was used made its session: a page that demands more asks again by itself.
    demand = outcome.demand if isinstance(outcome, Ask) else NOTHING
    text = render_template(
        "acs/ask.html" if asks else "acs/already_used.html",
        outcome=outcome,
        start_url=start_url(organisation, outcome.return_to, again=asks, demand=demand),
    )
    return make_response(text, 409)
