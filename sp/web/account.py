"""The person's own page, and who they are for programs."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from flask import Blueprint, jsonify, make_response, render_template, request
from flask_login import login_required
from werkzeug.wrappers import Response

from sp.flows import own_sessions
from sp.web import headers
from sp.web.addresses import see_other
from sp.web.error_page import Button, ErrorPage, show
from sp.web.principal import current_session
from sp.web.step_up import LATELY, is_fresh, require_fresh_sign_in

bp = Blueprint("account", __name__)

SESSIONS: Final = "/account#sessions"
_PUBLIC_ID: Final = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}")


@bp.get("/")
def home() -> Response:
    """Lead whoever typed our name alone to their own page."""
    return see_other("/account")


@bp.get("/account")
@login_required  # type: ignore[untyped-decorator]
def page() -> Response:
    """Say who is signed in, how, until when, and where else they are signed in."""
    headers.let_form_leave()
    view = current_session()
    assert view is not None
    text = render_template(
        "account/account.html",
        session=view,
        sessions=own_sessions.list_own(view),
        must_sign_in_anew=not is_fresh(view, max_age=LATELY),
    )
    return make_response(text)


@bp.post("/account/sessions/end")
@login_required  # type: ignore[untyped-decorator]
def end_one() -> Response:
    """End another session of this person; what is over, or not theirs, ends nothing."""
    view = current_session()
    assert view is not None
    public_id = request.form.get("session", "")
    if _PUBLIC_ID.fullmatch(public_id):
        own_sessions.end_one(view, public_id)
    return see_other(SESSIONS)


@bp.post("/account/sessions/end-others")
@require_fresh_sign_in(max_age=LATELY, back_to=SESSIONS)
def end_others() -> Response:
    """End all sessions of this person but this one."""
    view = current_session()
    assert view is not None
    own_sessions.end_others(view)
    return see_other(SESSIONS)


@bp.get("/whoami")
def whoami() -> Response:
    """Give who is signed in as JSON, or 401."""
    view = current_session()
    if view is None:
        return show(
            ErrorPage(
                status=401,
                code="not_signed_in",
                headline="Nobody is signed in",
                sentence="Nobody is signed in here.",
                button=Button("Sign in", "/login"),
            )
        )
    return jsonify(
        email=view.email,
        name=view.name,
        organisation=view.organisation_slug,
        account=view.account_id,
        role=view.role,
        how=view.how,
        authn_instant=_instant(view.authn_instant) if view.authn_instant else None,
        authn_context=view.authn_context,
        signed_in_at=_instant(view.created_at),
        expires_at=_instant(view.expires_at),
    )


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
