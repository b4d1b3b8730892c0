"""The start of a sign-in at one organisation: every one passes here, and it can be bookmarked."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from sp.config import Config
from sp.flows import sign_on
from sp.flows.outcomes import GoStraight, Start
from sp.web import cookies, headers, limits
from sp.web.addresses import see_other
from sp.web.browser import read_browser

bp = Blueprint("start", __name__)

LONGEST_HINT = 254


@bp.get("/saml/<organisation:organisation>/login")
def begin(organisation: str) -> Response:
    """Send the browser to the organisation's own login (SAML Profiles 4.1.4.1)."""
    if request.method == "HEAD":
        return make_response("", 204)  # whoever only looks begins no sign-in
    limits.count_start(organisation)
    config: Config = current_app.extensions["sp_config"]
    begun = sign_on.begin(
        config,
        organisation,
        read_browser(request, config),
        return_to=request.args.get("return_to"),
        login_hint=_hint(),
        restarted=request.args.get("restart") == "1",
    )
    if isinstance(begun, GoStraight):
        return see_other(begun.return_to)
    response = _leave(begun)
    cookies.set_binding(response, config, organisation, begun.binding)
    if begun.restarted:
        cookies.set_mark(response, config, organisation)
    elif request.args.get("again") == "1":
        cookies.delete_mark(response, config, organisation)
    return response


def _leave(begun: Start) -> Response:
    if begun.form is None:
        return see_other(begun.url)
    headers.let_form_leave()
    headers.let_script_run()
    return make_response(render_template("start/leaving.html", start=begun))


def _hint() -> str | None:
    """Return the address that was typed; what cannot be one is not passed on."""
    hint = request.args.get("login_hint", "").strip()
    return hint if hint.isprintable() and 0 < len(hint) <= LONGEST_HINT else None
