"""Who asks: Flask-Login's user, read from our own session cookie at each request."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from flask import Flask, Request, request
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from sp.config import Config
from sp.flows import presence
from sp.sessions.session import SessionView
from sp.web import cookies
from sp.web.addresses import login_url, see_other

_IN_PATH: Final = "/!$&'()*+,;=:@~"
"""What a path may hold besides letters, digits and "-._" (RFC 3986, 3.3)."""


class Principal(UserMixin):  # type: ignore[misc]
    """A person with a live session; `id` is the account's."""

    def __init__(self, view: SessionView) -> None:
        self.view = view
        self.id = str(view.account_id)


def register(app: Flask, config: Config) -> None:
    """Let Flask-Login ask for the session of each request; it keeps nothing of its own."""
    # Flask-Login would let a cookie of this name go before our session; nobody can set this one.
    app.config["REMEMBER_COOKIE_NAME"] = "__Host-unused;"
    manager = LoginManager()
    manager.session_protection = None
    # Its context processor would ask the database for every page, that of a broken one included.
    manager.init_app(app, add_context_processor=False)
    # Its hook for a cookie that we do not use would open and write Flask's session at each answer.
    app.after_request_funcs[None].remove(manager._update_remember_cookie)  # noqa: SLF001

    @manager.request_loader  # type: ignore[untyped-decorator]
    def _load(incoming: Request) -> Principal | None:
        token = cookies.read_session(incoming, config)
        view = presence.find_session(token) if token else None
        return Principal(view) if view else None

    @manager.unauthorized_handler  # type: ignore[untyped-decorator]
    def _send_to_login() -> Response:
        return see_other(login_url(here() if request.method == "GET" else None))


def current_session() -> SessionView | None:
    """Return the session of the person who asks, or None."""
    found: SessionView | None = current_user.view if current_user.is_authenticated else None
    return found


def here() -> str:
    """Return this address without its origin, as a browser writes it."""
    query = request.query_string.decode("ascii", "replace")
    return quote(request.path, safe=_IN_PATH) + (f"?{query}" if query else "")
