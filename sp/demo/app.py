"""Puts the demonstration's identity provider together: a Flask program of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from werkzeug.exceptions import Forbidden, HTTPException

from sp.demo import logout_pages, portal_pages, sign_on_pages
from sp.demo.context import Demo, DemoConfig, current_demo
from sp.demo.errors import DemoRefused
from sp.demo.kept import Kept
from sp.demo.key_files import load_or_make_keys

COOKIE: Final = "demo_idp"
_SENTENCES: Final = {
    403: "That form came from somewhere else. Please use this page's own buttons.",
    404: "There is nothing at this address.",
    405: "This address does not take that kind of request.",
}


def create_app(config: DemoConfig) -> Flask:
    """Return the program; makes the IdP's keys where they are missing."""
    keys = load_or_make_keys(config.directory)
    app = Flask(__name__)
    app.secret_key = keys.cookie_secret
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        # The request may come by a POST from another site; browsers store Secure on loopback.
        SESSION_COOKIE_SAMESITE="None",
        SESSION_COOKIE_SECURE=True,
        MAX_CONTENT_LENGTH=500_000,
        TRUSTED_HOSTS=[_host_of(config.base_url), _host_of(config.second_base_url)],
    )
    app.extensions["demo"] = Demo(
        config,
        keys,
        answers=Kept("This answer is no longer here. Please begin again."),
        logouts=Kept("This sign-out is no longer here. Please begin again."),
    )
    app.register_blueprint(sign_on_pages.bp)
    app.register_blueprint(portal_pages.bp)
    app.register_blueprint(logout_pages.bp)
    app.before_request(_refuse_foreign_forms)
    app.after_request(_set_headers)
    app.register_error_handler(DemoRefused, _show_refusal)
    app.register_error_handler(HTTPException, _show_http_error)
    return app


def create_app_from_environment() -> Flask:
    """Return the program as the supervisor starts it."""
    return create_app(
        DemoConfig(
            base_url=os.environ["DEMO_BASE_URL"],
            second_base_url=os.environ["DEMO_SECOND_BASE_URL"],
            sp_base_url=os.environ["DEMO_SP_BASE_URL"],
            directory=Path(os.environ["DEMO_DIRECTORY"]),
        )
    )


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _refuse_foreign_forms() -> None:
    """Refuse this IdP's own forms from another origin; messages come from anywhere."""
    if request.method == "POST" and request.path not in ("/sso", "/detour", "/slo"):
        origin = request.headers.get("Origin")
        if origin is not None and origin != request.host_url.rstrip("/"):
            raise Forbidden


def _set_headers(response: Response) -> Response:
    # In a frame stand this IdP's own pages, and applications that are asked to sign somebody out.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none';"
        f" frame-src 'self' {current_demo().config.sp_base_url}; frame-ancestors 'self'"
    )
    # Not no-referrer: browsers would then send "Origin: null" with this IdP's own forms.
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _show_refusal(refused: DemoRefused) -> ResponseReturnValue:
    return render_template("error.html", sentence=refused.public), refused.status


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:  # noqa: PLR2004 - werkzeug redirects by exception, too
        return error.get_response()
    sentence = _SENTENCES.get(code, "This cannot be done right now. Please begin again.")
    return render_template("error.html", sentence=sentence), code
