"""The security headers of every answer, and the one Host that is ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from flask import Flask, g
from flask.globals import request_ctx

from sp.config import Config
from sp.errors import BadInputError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEALTH: Final = ("/healthz", "/readyz")
LOOK: Final = ("static", "look.theme")
"""Endpoints that the page of a refused Host itself is made of; nothing in them is anybody's."""
CACHE_CONTROL: Final = "Cache-Control"
SCRIPT, LEAVES, FRAMED = "script may run", "form may leave", "may be framed"
NOTHING: Final[frozenset[str]] = frozenset()
"""What a page may do beyond what every page may."""
YEAR: Final = 31_536_000
UNUSED: Final = (
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation"),
    *("gyroscope", "microphone", "midi", "payment", "serial", "usb"),
)


class OtherHostError(BadInputError):
    """Somebody came by a name that is not ours; `login_url` is where they meant to go."""

    code = "other_host"

    def __init__(self, base_url: str) -> None:
        super().__init__(public=f"This service is to be found at {base_url} only.")
        self.login_url = f"{base_url}/login"


def register(app: Flask, config: Config) -> None:
    """Refuse other hosts, and put the headers on every answer."""
    _put_on_every_answer(app, config)

    @app.before_request
    def _refuse_other_hosts() -> None:
        # No URL is ever derived from Host; a page under another name would lose its cookies.
        incoming = request_ctx.request
        anywhere = incoming.path in HEALTH or incoming.endpoint in LOOK
        if not anywhere and not _is_ours(incoming.host, config):
            raise OtherHostError(config.base_url)


def _put_on_every_answer(app: Flask, config: Config) -> None:
    """Add headers where the answer leaves us; to hand each to Flask's response takes longer."""
    inner = app.wsgi_app
    fixed = list(_fixed(config).items())
    images = " ".join(("'self'", *_origin(config.logo_url)))

    @cache
    def headers(allowed: frozenset[str]) -> list[tuple[str, str]]:
        return [*_of_page(images, allowed), *fixed]

    def wsgi_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(
            status: str, given: list[tuple[str, str]], error: Any = None
        ) -> Callable[[bytes], object]:
            put = given + headers(g.get("allowed", NOTHING))
            if CACHE_CONTROL not in dict(given):
                put.append((CACHE_CONTROL, "no-store"))
            return start_response(status, put, error)

        return inner(environ, start)

    app.wsgi_app = wsgi_app  # type: ignore[method-assign]


def let_form_leave() -> None:
    """Leave `form-action` out of this page's policy.

    Chromium holds it against every redirect that follows a submit, and an Identity Provider may
    redirect to a second origin (DESIGN, decision 21).
    """
    _allow(LEAVES)


def let_frame() -> None:
    """Let this answer stand in a frame of another site.

    A company's login may end many sessions at once, each in a hidden frame: our answer there is a
    redirect, or a form that posts itself and holds nothing private (SAML Profiles 4.4.3.2).
    """
    _allow(FRAMED)


def let_script_run() -> None:
    """Let this page load scripts from our own files; no other page has any."""
    _allow(SCRIPT)


def _allow(what: str) -> None:
    g.allowed = g.get("allowed", NOTHING) | {what}


def _fixed(config: Config) -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    }
    if config.is_https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    return headers


def _of_page(images: str, allowed: frozenset[str]) -> list[tuple[str, str]]:
    """Return the headers that depend on what this page may do."""
    parts = [
        "default-src 'none'",
        "style-src 'self'",
        f"img-src {images}",
        "base-uri 'none'",
    ]
    if FRAMED not in allowed:
        parts.append("frame-ancestors 'none'")
    if SCRIPT in allowed:
        parts.append("script-src 'self'")
    if LEAVES not in allowed:
        parts.append("form-action 'self'")
    policy = ("Content-Security-Policy", "; ".join(parts))
    return [policy] if FRAMED in allowed else [policy, ("X-Frame-Options", "DENY")]


def _is_ours(host: str, config: Config) -> bool:
    """Say whether a Host header is the base URL's; the scheme's own port may stand in it."""
    port = "443" if config.is_https else "80"
    return host.lower().removesuffix(f":{port}") == config.host


def _origin(url: str | None) -> tuple[str, ...]:
    if url is None:
        return ()
    parts = urlsplit(url)
    return (f"{parts.scheme}://{parts.netloc}",)
