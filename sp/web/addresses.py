"""Our own addresses with what they carry along."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response


def login_url(return_to: str | None) -> str:
    """Return the login page's address."""
    return _with_query("/login", {"return_to": return_to})


def start_url(
    slug: str,
    return_to: str | None,
    *,
    login_hint: str | None = None,
    restart: bool = False,
    again: bool = False,
) -> str:
    """Return the address that starts a sign-in at an organisation.

    restart: we started it, not the person, and this happens only once. again: the person pressed a
    button, so it may happen once more (DESIGN, decision 11).
    """
    query = {
        "return_to": return_to,
        "login_hint": login_hint,
        "restart": "1" if restart else None,
        "again": "1" if again else None,
    }
    return _with_query(f"/saml/{slug}/login", query)


def see_other(url: str) -> Response:
    """Lead the browser on with a GET, without a page that nobody reads."""
    return Response(status=303, headers={"Location": url})


def _with_query(path: str, query: dict[str, str | None]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
