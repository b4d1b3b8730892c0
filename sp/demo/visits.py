"""Remembers in the browser's session at this IdP to whom it sent answers, and forgets it."""

from __future__ import annotations

from typing import Final

from flask import session

from sp.demo.answers import Login
from sp.demo.logouts import Visit

_MOST: Final = 20
"""The cookie holds no more than 4 kB; the oldest are forgotten first."""


def remember_visit(slug: str, login: Login) -> None:
    """Note that an answer about this login goes to that organisation."""
    visit = [slug, login.person.subject, login.session_index]
    others = [each for each in session.get("visits", []) if each != visit]
    session["visits"] = [*others, visit][-_MOST:]


def list_visits() -> list[Visit]:
    """Return every answer that let somebody in, the oldest first."""
    return [Visit(*each) for each in session.get("visits", [])]


def end_session() -> list[Visit]:
    """End the session of this browser and return who must hear of it; the switches stay."""
    visits = list_visits()
    for name in ("person", "authn_instant", "session_index", "visits"):
        session.pop(name, None)
    return visits
