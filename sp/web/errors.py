"""One handler for everything that goes wrong: what happened, whose turn it is, what to do."""

from __future__ import annotations

import logging

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from sp import tokens, trouble
from sp.db import db
from sp.errors import SpError
from sp.flows.outcomes import LogoutRefused, SignInRefused
from sp.sessions.return_to import safe_return_to
from sp.trouble import Trouble
from sp.web import sentences
from sp.web.addresses import start_url
from sp.web.error_page import Button, ErrorPage, show
from sp.web.headers import OtherHostError
from sp.web.limits import TooManyError
from sp.web.login import show_form_again
from sp.web.principal import here

INTERNAL, UNAVAILABLE = 500, 503
RETRY_AFTER = "60"
_log = logging.getLogger("sp.web")


def register(app: Flask) -> None:
    """Answer every error in the same words and the same design."""
    app.register_error_handler(SignInRefused, _show_refused)
    app.register_error_handler(LogoutRefused, _show_logout_refused)
    app.register_error_handler(SpError, _show_known)
    app.register_error_handler(CSRFError, _show_form_expired)
    app.register_error_handler(HTTPException, _show_http)
    app.register_error_handler(Exception, _show_unforeseen)


def _show_refused(refused: SignInRefused) -> Response:
    """Tell a person that a recorded sign-in was refused; the reference leads to its event."""
    slug = _organisation()
    headline, state = sentences.of_refusal(refused.code, refused.organisation_name)
    again = Button(
        "Try again", start_url(slug, refused.return_to, again=True, demand=refused.demand)
    )
    to_login = Button("Go to sign-in", "/login")
    return show(
        ErrorPage(
            status=refused.status,
            code=refused.code if refused.verified else "refused",
            headline=headline,
            sentence=sentences.with_next_step(refused.public),
            state=state,
            button=again if refused.can_retry else to_login,
            reference=refused.reference,
        )
    )


def _show_logout_refused(refused: LogoutRefused) -> Response:
    """Tell that a sign-out message was refused, and how to sign out here all the same."""
    headline, sentence = sentences.of_logout(refused.code, refused.kind)
    return show(
        ErrorPage(
            status=refused.status,
            code=refused.code if refused.verified else "refused",
            headline=headline,
            sentence=sentence,
            button=Button("Sign out here", "/logout"),
            reference=refused.reference,
        )
    )


def _show_known(error: SpError) -> Response:
    """Tell of something that we refuse on purpose, outside a sign-in's own record."""
    if error.status == INTERNAL:
        return _show_unforeseen(error)  # its sentence is for operators: it may name files
    reference = _note(error.code, error.status, error if error.status > INTERNAL else None)
    headline, _, button = sentences.of_status(error.status)
    if isinstance(error, OtherHostError):  # a local address would lead back to this page
        button = Button(button.text, error.login_url)
    page = ErrorPage(
        status=error.status,
        code=error.code,
        headline=sentences.HEADLINES.get(error.code, headline),
        sentence=error.public,
        button=button,
        reference=reference,
    )
    response = show(page)
    if isinstance(error, TooManyError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _show_form_expired(_: CSRFError) -> AnyResponse:
    """Give a form back that came without its cookie, with all that was typed."""
    _note("form_expired", 400)
    if request.endpoint == "login.find":
        return show_form_again()
    return show(
        ErrorPage(
            status=400,
            code="form_expired",
            headline="Please send the form again",
            sentence="This page was open for long, or your browser did not send its cookie along. "
            "Nothing was changed.",
            button=Button("Go on", "/account" if request.blueprint == "account" else request.path),
        )
    )


def _show_http(error: HTTPException) -> AnyResponse:
    """Tell of what the framework refuses; a redirect is no error."""
    status = error.code or INTERNAL
    if status < 400:  # noqa: PLR2004 - where errors begin
        return error.get_response()
    headline, sentence, button = sentences.of_status(status)
    response = show(
        ErrorPage(
            status=status,
            code=error.name.lower().replace(" ", "_"),
            headline=headline,
            sentence=sentence,
            button=button,
            reference=_note("http", status),
        )
    )
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _show_unforeseen(error: Exception) -> Response:
    """Tell of what nobody thought of; the log holds where it happened, never whom it concerns."""
    found = trouble.find(error, db.engine)
    if found is not None and found.passes:
        return _show_unavailable(error, found)
    headline, sentence, button = sentences.of_status(INTERNAL)
    code = error.code if isinstance(error, SpError) else "internal_error"
    reason = found.sentence if found else None
    return show(
        ErrorPage(
            status=INTERNAL,
            code="internal_error",
            headline=headline,
            sentence=sentence,
            button=button,
            reference=_note(found.code if found else code, INTERNAL, error, reason),
        )
    )


def _show_unavailable(error: Exception, found: Trouble) -> Response:
    """Tell that the database cannot be used for now, and lead back to what was asked for."""
    headline, sentence, button = sentences.of_status(UNAVAILABLE)
    asked = safe_return_to(here()) if request.method == "GET" else None
    response = show(
        ErrorPage(
            status=UNAVAILABLE,
            code="unavailable",
            headline=headline,
            sentence=sentence,
            button=Button("Try again", asked) if asked else button,
            reference=_note(found.code, UNAVAILABLE, error, found.sentence),
        )
    )
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _note(code: str, status: int, error: Exception | None = None, reason: str | None = None) -> str:
    """Log a refusal under a new reference, which the person is shown."""
    reference = tokens.make_reference()
    facts: dict[str, object] = {
        "code": code,
        "status": status,
        "reference": reference,
        "organisation": _organisation() or None,
    }
    if isinstance(error, SpError):
        reason = error.public
    if reason:
        facts["reason"] = reason
    _log.log(logging.ERROR if error else logging.INFO, "error shown", exc_info=error, extra=facts)
    return reference


def _organisation() -> str:
    return str((request.view_args or {}).get("organisation", ""))
