"""Step-up: a page that wants to be sure who sits there asks for a fresh sign-in first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final

from flask import current_app, request
from werkzeug.wrappers import Response

from sp import clock
from sp.sessions.demand import Demand
from sp.sessions.session import SessionView
from sp.web.addresses import see_other, start_url
from sp.web.principal import current_session, here

SHORTEST: Final = timedelta(minutes=10)
"""Twice the largest tolerance (300 s): a fresh sign-in is never too old by the clocks alone."""

LATELY: Final = timedelta(hours=12)
"""How old a sign-in may be that ends other sessions: who finds a browser open must not."""

View = Callable[..., Any]


def require_fresh_sign_in(
    *, max_age: timedelta, contexts: tuple[str, ...] = (), back_to: str | None = None
) -> Callable[[View], View]:
    """Let nobody see a page whose sign-in is older than `max_age`, or in none of `contexts`.

    They sign in anew at their company and come back: to the page, or to `back_to`, which a view
    that takes a POST must give. It is the AuthnInstant of the session that counts, whatever link
    led here. ValueError for a `max_age` under SHORTEST.
    """
    if max_age < SHORTEST:
        message = f"a sign-in cannot be demanded to be younger than {SHORTEST}"
        raise ValueError(message)

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Any:
            session = current_session()
            if session is None:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if is_fresh(session, max_age=max_age, contexts=contexts):
                return view(*arguments, **named)
            return _sign_in_anew(session, contexts, back_to)

        return guarded

    return decorate


def is_fresh(session: SessionView, *, max_age: timedelta, contexts: tuple[str, ...] = ()) -> bool:
    """Say whether somebody proved who they are no longer ago than this, in one of these contexts.

    The Identity Provider's AuthnInstant says when; a sign-in without one counts from its start.
    """
    since = session.authn_instant or session.created_at
    fits = not contexts or session.authn_context in contexts
    return fits and clock.now() - since <= max_age


def _sign_in_anew(session: SessionView, contexts: tuple[str, ...], back_to: str | None) -> Response:
    return_to = back_to or (here() if request.method == "GET" else None)
    return see_other(
        start_url(
            session.organisation_slug,
            return_to,
            login_hint=session.email,
            demand=Demand(fresh=True, contexts=contexts),
        )
    )
