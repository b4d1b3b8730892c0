"""Our cookies: the session's, the one that binds a request to its browser, and the restart mark."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from flask import Request, current_app
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Response

from sp.config import Config

MARK_SECONDS: Final = 300
_PLACE: Final = "token"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""What `tokens.make_token` gives; nothing else can be a cookie of ours."""


def value_of(request: Request, name: str) -> str:
    """Return what a cookie holds, or "" where there is none."""
    cookies = request.cookies
    if name in cookies:  # `get` would make the page of an error for each that is missing
        return cookies[name]
    return ""


def read_session(request: Request, config: Config) -> str | None:
    """Return the token of the session cookie."""
    return _read_token(request, _session_name(config))


def read_binding(request: Request, config: Config) -> str | None:
    """Return the value that binds this browser to its requests at the organisation of the path."""
    return _read_token(request, _binding_name(config))


def has_mark(request: Request, config: Config) -> bool:
    """Say whether this browser was restarted in the last minutes."""
    return bool(value_of(request, _mark_name(config)))


def set_session(response: Response, config: Config, token: str) -> None:
    """Hand the session's token to the browser until it closes; the server knows the real end.

    The form cookie goes: nothing from before a sign-in survives it.
    """
    form = current_app.config["SESSION_COOKIE_NAME"]
    set_session, delete_form = _at_sign_in(_session_name(config), form, secure=config.is_https)
    response.headers.add("Set-Cookie", set_session.replace(_PLACE, token))
    response.headers.add("Set-Cookie", delete_form)


def delete_session(response: Response, config: Config) -> None:
    """Take the session's token away from the browser."""
    response.delete_cookie(_session_name(config), **_of_session(config))


def set_binding(response: Response, config: Config, slug: str, value: str) -> None:
    """Bind the browser to its requests at this organisation.

    The answer is posted from another site, where only SameSite=None comes along; browsers take
    Secure cookies on http loopback, too (DESIGN, decision 20).
    """
    _set_for_acs(response, _binding_name(config), value, slug, max_age=None)


def set_mark(response: Response, config: Config, slug: str) -> None:
    """Remember for five minutes that this browser was restarted once (DESIGN, decision 11)."""
    _set_for_acs(response, _mark_name(config), "1", slug, max_age=MARK_SECONDS)


def delete_mark(response: Response, config: Config, slug: str) -> None:
    """Forget that this browser was restarted."""
    _set_for_acs(response, _mark_name(config), "", slug, max_age=0)


def _session_name(config: Config) -> str:
    return "__Host-sp_session" if config.is_https else "sp_session"


def _binding_name(config: Config) -> str:
    return "__Secure-sp_binding" if config.is_https else "sp_binding"


def _mark_name(config: Config) -> str:
    return "__Secure-sp_restarted" if config.is_https else "sp_restarted"


def _read_token(request: Request, name: str) -> str | None:
    value = value_of(request, name)
    return value if _TOKEN.fullmatch(value) else None


@cache
def _at_sign_in(session: str, form: str, *, secure: bool) -> tuple[str, str]:
    """Return the two cookies of a sign-in as headers, _PLACE where the token belongs."""
    common: dict[str, Any] = {"httponly": True, "samesite": "Lax", "secure": secure}
    deleted = dump_cookie(form, "", expires=0, max_age=0, **common)
    return dump_cookie(session, _PLACE, **common), deleted


def _of_session(config: Config) -> dict[str, Any]:
    return {"path": "/", "secure": config.is_https, "httponly": True, "samesite": "Lax"}


def _set_for_acs(
    response: Response, name: str, value: str, slug: str, *, max_age: int | None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=f"/saml/{slug}/",
        secure=True,
        httponly=True,
        samesite="None",
    )
