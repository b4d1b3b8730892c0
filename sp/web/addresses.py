"""Our own addresses with what they carry along."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Response
from werkzeug.urls import iri_to_uri

from sp.sessions.demand import NOTHING, Demand

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PLAIN: Final = re.compile(
    r"(/(?!/)[\w.~%!$&'()*+,/:;=@-]*)(\?[\w.~!$&'()*+,/:;=?@%-]+)?", re.ASCII
)
"""A path of ours, and a query, in which nothing has to be escaped any more."""


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
    demand: Demand = NOTHING,
) -> str:
    """Return the address that starts a sign-in at an organisation.

    restart: we started it, not the person, and this happens only once. again: the person pressed a
    button, so it may happen once more (DESIGN, decision 11). demand: what a page wants of it.
    """
    query: dict[str, str | tuple[str, ...] | None] = {
        "return_to": return_to,
        "login_hint": login_hint,
        "restart": "1" if restart else None,
        "again": "1" if again else None,
        "fresh": "1" if demand.fresh else None,
        "context": demand.contexts,
    }
    return _with_query(f"/saml/{slug}/login", query)


def signed_out_url(slug: str, request_id: str | None) -> str:
    """Return the page that says that nobody is signed in, and what came of a LogoutRequest."""
    if request_id is None:
        return "/logout"
    return _with_query("/logout", {"organisation": slug, "request": request_id})


class _SeeOther(Response):
    """An answer without a body; no other header is to be found out for it."""

    default_mimetype = None

    def __call__(
        self,
        environ: WSGIEnvironment,  # noqa: ARG002
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """Answer with the headers as they are."""
        start_response(self.status, [*self.headers.to_wsgi_list(), ("Content-Length", "0")])
        return BytesIO()


def see_other(url: str) -> Response:
    """Lead the browser on with a GET, without a page that nobody reads."""
    location = url if _PLAIN.fullmatch(url) else iri_to_uri(url)
    return _SeeOther(status="303 SEE OTHER", headers=[("Location", location)])


def _with_query(path: str, query: Mapping[str, str | tuple[str, ...] | None]) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path
