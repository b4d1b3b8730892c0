"""Signing out: our own session first, then on to the company's login to end the one there."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, current_app, make_response, render_template, request
from werkzeug.wrappers import Response

from sp.config import Config
from sp.flows import signing_out
from sp.flows.outcomes import Leave
from sp.web import cookies, headers
from sp.web.addresses import see_other, signed_out_url
from sp.web.browser import read_browser
from sp.web.leaving import leave
from sp.web.principal import current_session

bp = Blueprint("logout", __name__)

_REQUEST_ID: Final = re.compile(r"_[0-9a-f]{40}")
"""What `tokens.make_message_id` gives; nothing else can be a request of ours."""


@bp.get("/logout")
def signed_out() -> Response:
    """Say that nobody is signed in here, or ask whoever is; it signs nobody in by itself."""
    headers.let_form_leave()
    request_id, asked = request.args.get("request", ""), None
    if _REQUEST_ID.fullmatch(request_id):
        asked = signing_out.find_outcome(request.args.get("organisation", ""), request_id)
    return make_response(
        render_template("logout/signed_out.html", session=current_session(), asked=asked)
    )


@bp.post("/logout")
def sign_out() -> Response:
    """End the session here, then ask the company's login to end its own."""
    config: Config = current_app.extensions["sp_config"]
    browser = read_browser(request, config)
    left = signing_out.sign_out(config, browser)
    if isinstance(left, Leave):
        response = leave(left)
    else:
        response = see_other(signed_out_url(left.slug, left.request_id))
    cookies.delete_session(response, config)
    return response
