"""Sessions: making one, finding it by its token, and ending it in every way that is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import bindparam, insert, update

from sp import db
from sp.saml.types import NameID
from sp.sessions.ending import (
    Ended,
    Named,
    end_before,
    end_by_account,
    end_by_binding,
    end_by_name_id,
    end_by_organisation,
    end_by_public_id,
    end_by_token,
    end_idle,
    end_other,
    end_others,
    find_by_name_id,
    find_named,
)
from sp.sessions.expired import removal
from sp.sessions.session_table import BY_TOKEN, SessionTable, name_id_values
from sp.sessions.session_view import SEEN_EVERY, VIEWS, SessionView, to_view

__all__ = [
    "Ended",
    "Named",
    "NewSession",
    "SessionView",
    "end_before",
    "end_by_account",
    "end_by_binding",
    "end_by_name_id",
    "end_by_organisation",
    "end_by_public_id",
    "end_by_token",
    "end_idle",
    "end_other",
    "end_others",
    "find_by_name_id",
    "find_named",
    "load",
    "make",
    "purge",
    "touch",
]

LONGEST_USER_AGENT: Final = 200


class NewSession(NamedTuple):
    """What a session is made of; `how` is sso, `expires_at` its end at the latest."""

    public_id: str
    token_hash: bytes
    account_id: int
    organisation_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    how: str
    idp_entity_id: str | None
    name_id: NameID | None
    session_index: str | None
    authn_instant: datetime | None
    authn_context: str | None
    revision: int | None
    binding_hash: bytes | None
    user_agent: str
    address: str


_COLUMNS = SessionTable.__table__.columns

_MAKE = db.Statement(insert(SessionTable).values({c.name: bindparam(c.name) for c in _COLUMNS}))
_LOAD = db.Statement(VIEWS.where(BY_TOKEN))
_TOUCH = db.Statement(
    update(SessionTable)
    .where(BY_TOKEN, SessionTable.seen_at <= bindparam("before"))
    .values(seen_at=bindparam("now"))
)
_PURGE = removal(SessionTable, SessionTable.expires_at <= bindparam("now"))


def make(transaction: db.Transaction, session: NewSession) -> None:
    """Start a session."""
    values = session._asdict() | name_id_values(session.name_id)
    values["user_agent"] = session.user_agent[:LONGEST_USER_AGENT]
    transaction.change(_MAKE, **values)


def load(transaction: db.Transaction, token_hash: bytes, now: datetime) -> SessionView | None:
    """Return the session of a token while it is live.

    None for a token that nobody has, and for a session that is over, was idle for too long, or
    whose person is suspended.
    """
    row = transaction.one(_LOAD, token_hash=token_hash, now=now)
    view = to_view(row) if row else None
    return view if view and now < view.idle_until else None


def touch(transaction: db.Transaction, token_hash: bytes, now: datetime) -> bool:
    """Note that a session was used, at most once a minute; say whether that was noted."""
    before = now - SEEN_EVERY
    return transaction.change(_TOUCH, token_hash=token_hash, now=now, before=before) == 1


def purge(transaction: db.Transaction, now: datetime) -> int:
    """Remove sessions that are over, an idle one when its longest life is: AT_ONCE at most."""
    return transaction.change(_PURGE, now=now)
