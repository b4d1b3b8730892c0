"""The person's own page, and who they are for programs."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, jsonify, make_response, render_template
from flask_login import login_required
from werkzeug.wrappers import Response

from sp.web import headers
from sp.web.addresses import see_other
from sp.web.error_page import Button, ErrorPage, show
from sp.web.principal import current_session

bp = Blueprint("account", __name__)


@bp.get("/")
def home() -> Response:
    """Lead whoever typed our name alone to their own page."""
    return see_other("/account")


@bp.get("/account")
@login_required  # type: ignore[untyped-decorator]
def page() -> Response:
    """Say who is signed in, how, and until when."""
    headers.let_form_leave()
    return make_response(render_template("account/account.html", session=current_session()))


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
        signed_in_at=_instant(view.created_at),
        expires_at=_instant(view.expires_at),
    )


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
