"""Which LogoutRequests of ours wait for an answer, and how each one ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ForeignKey, String, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from sp import db
from sp.sessions.expired import removal

LIFETIME: Final = timedelta(hours=1)
"""A company's login may hold a person on its page, but nobody signs out for longer than that."""


class PendingLogoutTable(db.Base):
    """One LogoutRequest of ours. It stays when it is answered, until it expires."""

    __tablename__ = "pending_logout"
    __table_args__ = ({"sqlite_with_rowid": False},)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    account_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogout:
    """One LogoutRequest: its ID, whose sign-out it was, and what came of it.

    `outcome` is None until a good answer came, then "success" (the company's session is over),
    "partial" (not everywhere) or "failed".
    """

    organisation_id: int
    request_id: str
    account_id: int
    created_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    outcome: str | None


_NAMES: Final = tuple(each.name for each in PendingLogoutTable.__table__.columns)
_THIS = (
    PendingLogoutTable.organisation_id == bindparam("organisation_id"),
    PendingLogoutTable.request_id == bindparam("request_id"),
    PendingLogoutTable.expires_at > bindparam("now"),
)
_SAVE = db.Statement(insert(PendingLogoutTable).values({name: bindparam(name) for name in _NAMES}))
_FIND = db.Statement(select(*PendingLogoutTable.__table__.columns).where(*_THIS))
_TAKE = db.Statement(
    update(PendingLogoutTable)
    .where(*_THIS, PendingLogoutTable.answered_at.is_(None))
    .values(answered_at=bindparam("now"), outcome=bindparam("outcome"))
)
_PURGE = removal(PendingLogoutTable, PendingLogoutTable.expires_at <= bindparam("now"))


def save(transaction: db.Transaction, logout: PendingLogout) -> None:
    """Note a LogoutRequest before the browser is sent away with it."""
    transaction.change(_SAVE, **{name: getattr(logout, name) for name in _NAMES})


def find(
    transaction: db.Transaction, organisation_id: int, request_id: str, now: datetime
) -> PendingLogout | None:
    """Return an organisation's LogoutRequest by its ID until it expires, answered or not."""
    row = transaction.one(_FIND, organisation_id=organisation_id, request_id=request_id, now=now)
    return PendingLogout(**dict(zip(_NAMES, row, strict=True))) if row else None


def take(
    transaction: db.Transaction, organisation_id: int, request_id: str, outcome: str, now: datetime
) -> bool:
    """Note what was answered; False where it is answered or expired, or never was."""
    changed = transaction.change(
        _TAKE, organisation_id=organisation_id, request_id=request_id, outcome=outcome, now=now
    )
    return changed == 1


def purge(transaction: db.Transaction, now: datetime) -> int:
    """Remove LogoutRequests that have expired: AT_ONCE at most."""
    return transaction.change(_PURGE, now=now)
