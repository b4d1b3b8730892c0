"""What a request brought along, as the journeys take it."""

from __future__ import annotations

from typing import Final

from flask import Request

from sp.config import Config
from sp.flows.sign_on_record import Browser
from sp.web import cookies

LONGEST_USER_AGENT: Final = 200


def read_browser(request: Request, config: Config) -> Browser:
    """Return the browser's cookies and where it is; all of it is only what somebody sent."""
    return Browser(
        binding=cookies.read_binding(request, config),
        restart_mark=cookies.has_mark(request, config),
        session_token=cookies.read_session(request, config),
        address=request.remote_addr or "",
        user_agent=_printable(request.environ.get("HTTP_USER_AGENT", ""))[:LONGEST_USER_AGENT],
    )


def _printable(text: str) -> str:
    """Return text without what no database can store: NUL, control characters, lone surrogates."""
    if text.isprintable():
        return text
    return "".join(letter for letter in text if letter.isprintable())
