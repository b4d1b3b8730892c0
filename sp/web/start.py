"""The start of a sign-in at one organisation: every one passes here, and it can be bookmarked."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, request
from werkzeug.wrappers import Response

from sp.config import Config
from sp.flows import sign_on
from sp.flows.outcomes import GoStraight
from sp.sessions.demand import Demand
from sp.web import cookies, limits
from sp.web.addresses import see_other
from sp.web.browser import read_browser
from sp.web.leaving import leave

bp = Blueprint("start", __name__)

LONGEST_HINT = 254


@bp.get("/saml/<organisation:organisation>/login")
def begin(organisation: str) -> Response:
    """Send the browser to the organisation's own login (SAML Profiles 4.1.4.1).

    `fresh=1` asks for a sign-in anew (ForceAuthn), `context=URI`, up to five times, for one in one
    of these authentication contexts; whoever asks for either is never taken as signed in already.
    """
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
        demand=Demand(request.args.get("fresh") == "1", tuple(request.args.getlist("context"))),
    )
    if isinstance(begun, GoStraight):
        return see_other(begun.return_to)
    response = leave(begun)
    cookies.set_binding(response, config, organisation, begun.binding)
    if begun.restarted:
        cookies.set_mark(response, config, organisation)
    elif request.args.get("again") == "1":
        cookies.delete_mark(response, config, organisation)
    return response


def _hint() -> str | None:
    """Return the address that was typed; what cannot be one is not passed on."""
    hint = request.args.get("login_hint", "").strip()
    return hint if hint.isprintable() and 0 < len(hint) <= LONGEST_HINT else None
