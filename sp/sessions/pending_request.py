"""Which AuthnRequests wait for an answer, and which browser each one belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from sp import db
from sp.sessions.demand import Demand
from sp.sessions.expired import removal

LIFETIME: Final = timedelta(hours=8)


class PendingRequestTable(db.Base):
    """One request of ours. It stays when it is answered, until it expires."""

    __tablename__ = "pending_request"
    __table_args__ = (
        CheckConstraint("purpose IN ('sign_in', 'test')", name="purpose"),
        Index(None, "handle_hash"),
        {"sqlite_with_rowid": False},
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    handle_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    binding_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    return_to: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int]
    noted_session_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(db.UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(db.UtcDateTime)
    restarted: Mapped[bool]
    force_authn: Mapped[bool]
    contexts: Mapped[str | None] = mapped_column(Text)


class PendingRequest(NamedTuple):
    """One request: its ID, the hashes of its RelayState and of the browser's binding cookie.

    `purpose` is sign_in or test; `revision` the one it was made under; `noted_session_hash` the
    session that the browser had when it started; `restarted` says that it was not the first try.
    `force_authn` and `contexts` are what it demanded; () leaves the context to the revision.
    """

    organisation_id: int
    request_id: str
    handle_hash: bytes
    binding_hash: bytes
    return_to: str | None
    purpose: str
    revision: int
    noted_session_hash: bytes | None
    created_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    restarted: bool
    force_authn: bool
    contexts: tuple[str, ...]

    @property
    def demand(self) -> Demand:
        """Return what it demanded of the sign-in."""
        return Demand(self.force_authn, self.contexts)


class WayBack(NamedTuple):
    """Where a browser was going, and what was demanded of its sign-in."""

    return_to: str | None
    demand: Demand


_COLUMNS: Final = tuple(getattr(PendingRequestTable, name) for name in PendingRequest._fields)
_THIS = (
    PendingRequestTable.organisation_id == bindparam("organisation_id"),
    PendingRequestTable.request_id == bindparam("request_id"),
)
_SAVE = db.Statement(
    insert(PendingRequestTable).values({name: bindparam(name) for name in PendingRequest._fields})
)
_FIND = db.Statement(select(*_COLUMNS).where(*_THIS))
_TAKE = db.Statement(
    update(PendingRequestTable)
    .where(
        *_THIS,
        PendingRequestTable.answered_at.is_(None),
        PendingRequestTable.expires_at > bindparam("now"),
    )
    .values(answered_at=bindparam("now"))
)
_WAY_BACK = db.Statement(
    select(
        PendingRequestTable.return_to,
        PendingRequestTable.force_authn,
        PendingRequestTable.contexts,
    ).where(
        PendingRequestTable.handle_hash == bindparam("handle_hash"),
        PendingRequestTable.organisation_id == bindparam("organisation_id"),
        PendingRequestTable.binding_hash == bindparam("binding_hash"),
        PendingRequestTable.expires_at > bindparam("now"),
    )
)
_PURGE = removal(PendingRequestTable, PendingRequestTable.expires_at <= bindparam("now"))


def save(transaction: db.Transaction, request: PendingRequest) -> None:
    """Note a request before the browser is sent away with it."""
    contexts = " ".join(request.contexts) or None
    transaction.change(_SAVE, **request._asdict() | {"contexts": contexts})


def find(
    transaction: db.Transaction, organisation_id: int, request_id: str
) -> PendingRequest | None:
    """Return an organisation's request by its ID, answered or expired ones too; nothing changes."""
    row = transaction.one(_FIND, organisation_id=organisation_id, request_id=request_id)
    if row is None:
        return None
    *values, contexts = row
    return PendingRequest._make((*values, _split(contexts)))


def take(transaction: db.Transaction, organisation_id: int, request_id: str, now: datetime) -> bool:
    """Mark a request as answered; False where it is answered or expired, or never was."""
    changed = transaction.change(
        _TAKE, organisation_id=organisation_id, request_id=request_id, now=now
    )
    return changed == 1


def way_back_of(
    transaction: db.Transaction,
    organisation_id: int,
    handle_hash: bytes,
    binding_hash: bytes,
    now: datetime,
) -> WayBack | None:
    """Return where the request with this RelayState was going, if this browser made it.

    It finds no request to answer: what is answered is said by the signed InResponseTo alone.
    """
    row = transaction.one(
        _WAY_BACK,
        organisation_id=organisation_id,
        handle_hash=handle_hash,
        binding_hash=binding_hash,
        now=now,
    )
    return WayBack(row[0], Demand(row[1], _split(row[2]))) if row else None


def purge(transaction: db.Transaction, now: datetime) -> int:
    """Remove requests that have expired: AT_ONCE at most."""
    return transaction.change(_PURGE, now=now)


def _split(contexts: str | None) -> tuple[str, ...]:
    """Return contexts as they were saved: they are URIs, so a blank stands between two only."""
    return tuple(contexts.split(" ")) if contexts else ()
