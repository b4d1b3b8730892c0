"""Sessions: making one, finding it by its token, and ending it in every way that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from sp import db
from sp.accounts.account import AccountTable
from sp.organisations.organisation_tables import OrganisationTable
from sp.saml.types import NameID
from sp.sessions.ending import (
    end_before,
    end_by_account,
    end_by_binding,
    end_by_name_id,
    end_by_organisation,
    end_by_public_id,
    end_by_token,
)
from sp.sessions.session_table import NAME_ID, SessionTable, name_id_values

__all__ = [
    "NewSession",
    "SessionView",
    "end_before",
    "end_by_account",
    "end_by_binding",
    "end_by_name_id",
    "end_by_organisation",
    "end_by_public_id",
    "end_by_token",
    "list_for",
    "load",
    "make",
    "purge",
    "touch",
]

SEEN_EVERY: Final = timedelta(minutes=1)
"""How exact "last seen" is: a busy page must not write a row for every request."""
LONGEST_USER_AGENT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """What a session is made of; `how` is sso, `expires_at` its end at the latest."""

    public_id: str
    token_hash: bytes
    account_id: int
    organisation_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    idle_seconds: int
    how: str
    idp_entity_id: str | None
    name_id: NameID | None
    session_index: str | None
    authn_instant: datetime | None
    revision: int | None
    binding_hash: bytes | None
    user_agent: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A live session with its person and organisation as they are now."""

    public_id: str
    token_hash: bytes
    account_id: int
    organisation_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    idle_seconds: int
    how: str
    idp_entity_id: str | None
    session_index: str | None
    authn_instant: datetime | None
    revision: int | None
    user_agent: str
    address: str
    name_id: NameID | None
    email: str
    name: str
    role: str
    organisation_slug: str
    organisation_name: str

    @property
    def idle_until(self) -> datetime:
        """Return when it ends if it is not used."""
        return self.seen_at + timedelta(seconds=self.idle_seconds)

    def is_due(self, now: datetime) -> bool:
        """Say whether it is time to `touch` it."""
        return now >= self.seen_at + SEEN_EVERY


_OF_SESSION: Final = (
    *("public_id", "token_hash", "account_id", "organisation_id", "created_at", "seen_at"),
    *("expires_at", "idle_seconds", "how", "idp_entity_id", "session_index", "authn_instant"),
    *("revision", "user_agent", "address"),
)
_OF_OTHERS: Final = ("email", "name", "role", "organisation_slug", "organisation_name")
_COLUMNS = SessionTable.__table__.columns
_VIEWS = (
    select(
        *(_COLUMNS[name] for name in (*_OF_SESSION, *NAME_ID)),
        AccountTable.email,
        AccountTable.name,
        AccountTable.role,
        OrganisationTable.slug,
        OrganisationTable.name.label("organisation_name"),
    )
    .join(AccountTable, AccountTable.id == SessionTable.account_id)
    .join(OrganisationTable, OrganisationTable.id == SessionTable.organisation_id)
    .where(AccountTable.suspended_at.is_(None), SessionTable.expires_at > bindparam("now"))
)
_BY_TOKEN = SessionTable.token_hash == bindparam("token_hash")
_BY_ACCOUNT = SessionTable.account_id == bindparam("account_id")
_BY_ORGANISATION = SessionTable.organisation_id == bindparam("organisation_id")
_NEWEST_FIRST = SessionTable.created_at.desc()

_MAKE = db.Statement(insert(SessionTable).values({c.name: bindparam(c.name) for c in _COLUMNS}))
_LOAD = db.Statement(_VIEWS.where(_BY_TOKEN))
_LIST = db.Statement(_VIEWS.where(_BY_ORGANISATION).order_by(_NEWEST_FIRST))
_LIST_OF_ACCOUNT = db.Statement(_VIEWS.where(_BY_ORGANISATION, _BY_ACCOUNT).order_by(_NEWEST_FIRST))
_TOUCH = db.Statement(
    update(SessionTable)
    .where(_BY_TOKEN, SessionTable.seen_at <= bindparam("before"))
    .values(seen_at=bindparam("now"))
)


_PURGE = db.Statement(delete(SessionTable).where(SessionTable.expires_at <= bindparam("now")))


def make(transaction: db.Transaction, session: NewSession) -> None:
    """Start a session."""
    values = {name: getattr(session, name) for name in _OF_SESSION}
    values["user_agent"] = session.user_agent[:LONGEST_USER_AGENT]
    transaction.change(
        _MAKE, **values, **name_id_values(session.name_id), binding_hash=session.binding_hash
    )


def load(transaction: db.Transaction, token_hash: bytes, now: datetime) -> SessionView | None:
    """Return the session of a token while it is live.

    None for a token that nobody has, and for a session that is over, was idle for too long, or
    whose person is suspended.
    """
    row = transaction.one(_LOAD, token_hash=token_hash, now=now)
    view = _to_view(row) if row else None
    return view if view and now < view.idle_until else None


def touch(transaction: db.Transaction, token_hash: bytes, now: datetime) -> bool:
    """Note that a session was used, at most once a minute; say whether that was noted."""
    before = now - SEEN_EVERY
    return transaction.change(_TOUCH, token_hash=token_hash, now=now, before=before) == 1


def list_for(
    transaction: db.Transaction, organisation_id: int, *, account_id: int | None, now: datetime
) -> list[SessionView]:
    """Return the live sessions of an organisation, or of one of its people, the newest first."""
    of: dict[str, Any] = {"organisation_id": organisation_id, "now": now}
    if account_id is None:
        rows = transaction.rows(_LIST, **of)
    else:
        rows = transaction.rows(_LIST_OF_ACCOUNT, account_id=account_id, **of)
    return [view for view in map(_to_view, rows) if now < view.idle_until]


def purge(transaction: db.Transaction, now: datetime) -> int:
    """Remove sessions that are over; an idle one goes when its longest life is."""
    return transaction.change(_PURGE, now=now)


def _to_view(row: tuple[Any, ...]) -> SessionView:
    own, others = len(_OF_SESSION), len(_OF_SESSION) + len(NAME_ID)
    parts = row[own:others]
    return SessionView(
        **dict(zip(_OF_SESSION, row[:own], strict=True)),
        **dict(zip(_OF_OTHERS, row[others:], strict=True)),
        name_id=None if parts[0] is None else NameID(*parts),
    )
