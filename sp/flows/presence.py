"""Whose session a browser's token is, and the note that it was used."""

from __future__ import annotations

from sp import clock, db, tokens
from sp.sessions import session
from sp.sessions.session import SessionView


def find_session(token: str) -> SessionView | None:
    """Return the live session of a token, noted as used at most once a minute."""
    now = clock.now()
    token_hash = tokens.hash_token(token)
    with db.read() as transaction:
        view = session.load(transaction, token_hash, now)
    if view is not None and view.is_due(now):
        db.write(lambda transaction: session.touch(transaction, token_hash, now))
    return view
