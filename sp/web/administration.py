"""The pages for an organisation's own administrators: who is signed in, and ending that."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from sp.errors import BadInputError, NotFoundError
from sp.flows import revocation
from sp.flows.actor import Actor
from sp.sessions import listing
from sp.sessions.session import SessionView
from sp.web import headers
from sp.web.principal import current_session
from sp.web.roles import ADMIN, require_role
from sp.web.selection_form import FieldError, Typed, read_typed, to_selection
from sp.web.step_up import LATELY, is_fresh, require_fresh_sign_in

bp = Blueprint("administration", __name__)

LIST: Final = "/organisation/sessions"
LONGEST_SEARCH: Final = 254
JOINERS: Final = "\u200c\u200d"
"""They print nothing, and Persian and Indian names are written with them."""
MOST_PAGES: Final = 10_000


@bp.get(LIST)
@require_role(ADMIN)
def sessions() -> Response:
    """Show who is signed in at the administrator's organisation."""
    headers.let_form_leave()
    view = _asking()
    wanted = {"who": _search(), "sort": _sort(), "page": _page()}
    found = revocation.read_page(
        view.organisation_slug, part=_search(), sort=_sort(), number=_page()
    )
    return make_response(
        render_template(
            "administration/sessions.html",
            session=view,
            found=found,
            wanted=wanted,
            page_length=listing.PAGE_LENGTH,
            pages=max(1, -(-found.sessions // listing.PAGE_LENGTH)),
            link=lambda **other: _link({**wanted, "page": 1, **other}),
            must_sign_in_anew=not is_fresh(view, max_age=LATELY),
        )
    )


@bp.get("/organisation/sessions/end")
@require_role(ADMIN)
@require_fresh_sign_in(max_age=LATELY)
def ask() -> Response:
    """Ask who is signed out, and once that is said, show what would end."""
    typed = read_typed(request.args)
    if not typed.given():
        return _show_form(typed)
    try:
        found = revocation.preview(
            _asking().organisation_slug, to_selection(typed), asking=_asking()
        )
    except BadInputError as error:
        return _show_form(typed, error)
    except NotFoundError:
        return _show_form(typed, _nobody(typed))
    headers.let_form_leave()
    return make_response(
        render_template(
            "administration/confirm.html",
            session=_asking(),
            typed=typed,
            found=found,
            back=LIST,
        )
    )


@bp.post("/organisation/sessions/end")
@require_role(ADMIN)
@require_fresh_sign_in(max_age=LATELY, back_to=LIST)
def end() -> Response:
    """End what was chosen, and say how many that were."""
    view, typed = _asking(), read_typed(request.form)
    try:
        chosen = to_selection(typed)
        ended = revocation.revoke(
            view.organisation_slug, chosen, actor=Actor("person", str(view.account_id))
        )
    except BadInputError as error:
        return _show_form(typed, error)
    except NotFoundError:
        if typed.by != "session":
            return _show_form(typed, _nobody(typed))
        ended = 0  # it was over before the button was pressed
    return make_response(
        render_template("administration/done.html", session=view, ended=ended, back=LIST)
    )


def _show_form(typed: Typed, error: BadInputError | None = None) -> Response:
    headers.let_form_leave()
    text = render_template(
        "administration/choose.html",
        session=_asking(),
        typed=typed,
        error=error,
        field=getattr(error, "field", "by"),
        back=LIST,
    )
    return make_response(text, 400 if error else 200)


def _nobody(typed: Typed) -> FieldError:
    name = _asking().organisation_name
    return FieldError("email", f"Nobody at {name} has the address {typed.email}.")


def _asking() -> SessionView:
    view = current_session()
    assert view is not None
    return view


def _search() -> str:
    typed = request.args.get("who", "").strip()[:LONGEST_SEARCH]
    return "".join(letter for letter in typed if letter.isprintable() or letter in JOINERS)


def _sort() -> str:
    wanted = request.args.get("sort", "")
    return wanted if wanted in listing.SORTS else "since"


def _page() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)


def _link(wanted: dict[str, object]) -> str:
    usual = {"who": "", "sort": "since", "page": 1}
    told = {name: value for name, value in wanted.items() if value != usual[name]}
    return f"{LIST}?{urlencode(told)}" if told else LIST
