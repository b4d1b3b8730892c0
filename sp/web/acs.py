"""The Assertion Consumer Service: where a company's login sends its answers (Bindings 3.5)."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from sp.config import Config
from sp.flows import sign_on
from sp.flows.outcomes import AlreadyUsed, Ask, Outcome, Restart, SignedIn, SignInRefused
from sp.flows.sign_on_record import Posted
from sp.web import cookies, limits
from sp.web.addresses import see_other, start_url
from sp.web.browser import read_browser

bp = Blueprint("acs", __name__)

LONGEST_FORM: Final = 2_300_000
"""Octets: the longest message as base64 in which every character is percent-encoded."""
MOST_PARTS: Final = 20
MESSAGES: Final = ("SAMLResponse", "SAMLRequest")


@bp.post("/saml/<organisation:organisation>/acs")
def consume(organisation: str) -> Response:
    """Take an answer and let its person in, or say what to do (SAML Profiles 4.1.4.3).

    It comes from another site and carries no form token: its signature and the request that it
    names are what make it good.
    """
    config: Config = current_app.extensions["sp_config"]
    posted = _read_form()
    try:
        outcome = sign_on.answer(config, organisation, read_browser(request, config), posted)
    except SignInRefused as refused:
        if not refused.verified:
            limits.count_unverified(organisation)
        raise
    return _reply(config, organisation, outcome)


def _read_form() -> Posted:
    request.max_content_length = LONGEST_FORM
    request.max_form_memory_size = LONGEST_FORM
    request.max_form_parts = MOST_PARTS
    return Posted(
        messages=tuple(request.form.getlist("SAMLResponse")),
        other_messages=len(request.form.getlist("SAMLRequest")),
        in_query=any(name in request.args for name in MESSAGES),
        relay_state=request.form.get("RelayState"),
    )


def _reply(config: Config, organisation: str, outcome: Outcome) -> Response:
    if isinstance(outcome, SignedIn):
        response = see_other(outcome.return_to)
        cookies.set_session(response, config, outcome.token)
        if cookies.has_mark(request, config):
            cookies.delete_mark(response, config, organisation)
        return response
    if isinstance(outcome, Restart):
        return see_other(start_url(organisation, outcome.return_to, restart=True))
    return _ask(organisation, outcome)


def _ask(organisation: str, outcome: Ask | AlreadyUsed) -> Response:
    """Show a page on which a person decides; nothing goes on by itself."""
    asks = isinstance(outcome, Ask)
    text = render_template(
        "acs/ask.html" if asks else "acs/already_used.html",
        outcome=outcome,
        start_url=start_url(organisation, outcome.return_to, again=asks),
    )
    return make_response(text, 409)
