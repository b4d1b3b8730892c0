"""Whose session a browser's token is, and the note that it was used."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine

from sp import clock, db, tokens, trouble
from sp.sessions import session
from sp.sessions.session_view import SEEN_EVERY, SessionView

_log = logging.getLogger("sp.presence")
_failed_at: Final[WeakKeyDictionary[Engine, datetime]] = WeakKeyDictionary()
"""When a note could last not be written, by database."""


def find_session(token: str) -> SessionView | None:
    """Return the live session of a token, noted as used at most once a minute."""
    now = clock.now()
    token_hash = tokens.hash_token(token)
    with db.read() as transaction:
        view = session.load(transaction, token_hash, now)
    if view is not None and view.is_due(now):
        _note(token_hash, now)
    return view


def _note(token_hash: bytes, now: datetime) -> None:
    """Note that a session was used; where the database takes no note, the page goes on without it.

    For a minute then nobody tries again: each try may wait for as long as a lock is waited for.
    """
    engine = db.db.engine
    failed_at = _failed_at.get(engine)
    if failed_at is not None and failed_at <= now < failed_at + SEEN_EVERY:
        return
    try:
        db.write(lambda transaction: session.touch(transaction, token_hash, now))
    except Exception as error:
        found = trouble.find(error, engine)
        if found is None or not found.passes:
            raise
        _failed_at[engine] = clock.now()
        facts = {"code": found.code, "reason": found.sentence}
        _log.warning("last seen is not noted", extra=facts)
