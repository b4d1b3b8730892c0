"""The security headers of every answer, and the one Host that is ours."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from sp.config import Config
from sp.errors import BadInputError

HEALTH: Final = ("/healthz", "/readyz")
LOOK: Final = ("static", "look.theme")
"""Endpoints that the page of a refused Host itself is made of; nothing in them is anybody's."""
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
    fixed = _fixed(config)
    images = " ".join(("'self'", *_origin(config.logo_url)))

    @app.before_request
    def _refuse_other_hosts() -> None:
        # No URL is ever derived from Host; a page under another name would lose its cookies.
        anywhere = request.path in HEALTH or request.endpoint in LOOK
        if not anywhere and not _is_ours(request.host, config):
            raise OtherHostError(config.base_url)

    @app.after_request
    def _add(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _policy(images)
        for name, value in fixed.items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def let_form_leave() -> None:
    """Leave `form-action` out of this page's policy.

    Chromium holds it against every redirect that follows a submit, and an Identity Provider may
    redirect to a second origin (DESIGN, decision 21).
    """
    g.form_may_leave = True


def let_script_run() -> None:
    """Let this page load scripts from our own files; no other page has any."""
    g.script_may_run = True


def _fixed(config: Config) -> dict[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in UNUSED),
    }
    if config.is_https:
        headers["Strict-Transport-Security"] = f"max-age={YEAR}"
    return headers


def _policy(images: str) -> str:
    parts = [
        "default-src 'none'",
        "style-src 'self'",
        f"img-src {images}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    if g.get("script_may_run"):
        parts.append("script-src 'self'")
    if not g.get("form_may_leave"):
        parts.append("form-action 'self'")
    return "; ".join(parts)


def _is_ours(host: str, config: Config) -> bool:
    """Say whether a Host header is the base URL's; the scheme's own port may stand in it."""
    port = "443" if config.is_https else "80"
    return host.lower().removesuffix(f":{port}") == config.host


def _origin(url: str | None) -> tuple[str, ...]:
    if url is None:
        return ()
    parts = urlsplit(url)
    return (f"{parts.scheme}://{parts.netloc}",)
