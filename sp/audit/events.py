"""What an event is: its columns, its kinds, and the hash that chains it to the one before.

The format is fixed for ever and written down for strangers in docs/audit-format.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from sp import clock
from sp.audit.canonical_json import encode
from sp.audit.evidence import Evidence
from sp.db import Base, UtcDateTime

FORMAT: Final = 1
SALT_OCTETS: Final = 16
NO_EVENT: Final = "0" * 64
"""What the first event of a chain gives as the hash of the one before it."""
SERVICE_CHAIN: Final = "-"
"""The chain of the service itself; every other chain has an organisation's slug as its name."""

SIGN_IN: Final = "sign_in"
SIGN_OUT: Final = "sign_out"
LOGOUT_REQUEST: Final = "logout_request"
LOGOUT_RESPONSE: Final = "logout_response"
ORGANISATION_ADDED: Final = "organisation_added"
POLICY_CHANGED: Final = "policy_changed"
IDP_IMPORTED: Final = "idp_imported"
IDP_LIVE: Final = "idp_live"
ACCOUNT_ADDED: Final = "account_added"
ACCOUNT_SUSPENDED: Final = "account_suspended"
ACCOUNT_RESTORED: Final = "account_restored"
ACCOUNT_RELINKED: Final = "account_relinked"
ROLE_CHANGED: Final = "role_changed"
EMAIL_CHANGED: Final = "email_changed"
SESSION_REVOKED: Final = "session_revoked"
KEYS_GENERATED: Final = "keys_generated"
PURGED: Final = "purged"
REFUSALS_SUPPRESSED: Final = "refusals_suppressed"

DONE: Final = "done"
"""The code of what succeeded; every other code says why it did not."""


class EventTable(Base):
    """One event of a chain. Rows are only ever added; only a detail and its salt may be erased.

    These are the personal values: no hash covers them but through `detail_digest`.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index(
            "ix_audit_event_reference",
            "reference",
            sqlite_where=text("reference IS NOT NULL"),
            postgresql_where=text("reference IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    chain: Mapped[str] = mapped_column(String(63), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    format: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(60))
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(80))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    revision: Mapped[int | None] = mapped_column(BigInteger)
    reference: Mapped[str | None] = mapped_column(String(20))
    detail_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    evidence_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    detail_salt: Mapped[bytes | None] = mapped_column(LargeBinary(SALT_OCTETS))
    detail: Mapped[bytes | None] = mapped_column(LargeBinary)
    evidence_id: Mapped[int | None] = mapped_column(BigInteger)


class NewEvent(NamedTuple):
    """What happened, before it has a place in its chain.

    `actor_kind` is person, staff, system or idp; `actor_id` is opaque, never an address. `detail`
    holds the personal values: text, integers, booleans, None, lists and mappings of them.
    `reference` is what a person may read aloud to find the event again.
    """

    chain: str
    kind: str
    code: str
    actor_kind: str
    actor_id: str
    account_id: int | None
    revision: int | None
    detail: Mapping[str, Any] | None
    evidence: Evidence | None
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as recorded; digests and hashes are 64 lower-case hex digits.

    `detail` and its salt are None where there was none and where it was erased: `detail_digest`
    tells which. `evidence_id` is None where none was kept.
    """

    chain: str
    sequence: int
    format: int
    at: datetime
    kind: str
    code: str
    actor_kind: str
    actor_id: str
    account_id: int | None
    revision: int | None
    reference: str | None
    detail_digest: str | None
    evidence_digest: str | None
    previous_hash: str
    hash: str
    evidence_id: int | None = None
    detail: Mapping[str, Any] | None = None
    detail_salt: str | None = None


DETAIL: Final = ("detail_salt", "detail")
"""The columns that may be erased; `detail_digest` stands for them in the hash."""
_NOT_HASHED: Final = frozenset({"hash", "evidence_id", *DETAIL})
HASHED: Final = tuple(
    each.name for each in EventTable.__table__.columns if each.name not in _NOT_HASHED
)
"""The columns that an event's hash covers: for what stands elsewhere or may go, its digest."""


def hash_event(columns: dict[str, Any]) -> str:
    """Return the hash of an event's other columns, times in microseconds, digests in hex.

    The octet 0 in front makes it the leaf hash of RFC 6962, section 2.1, too.
    """
    return hashlib.sha256(b"\x00sp-audit-1\n" + encode(columns)).hexdigest()


def rehash(event: Event) -> str:
    """Return the hash that an event as recorded ought to have."""
    return hash_event(_columns(event))


def exported(event: Event) -> dict[str, Any]:
    """Return an event as a stranger gets it: the hashed columns, the hash, the detail, its salt."""
    rest = {"hash": event.hash, "detail": event.detail, "detail_salt": event.detail_salt}
    return {**_columns(event), **rest}


def _columns(event: Event) -> dict[str, Any]:
    columns = {name: getattr(event, name) for name in HASHED}
    return {**columns, "at": clock.microseconds(event.at)}


def digest_detail(salt: bytes, detail: bytes) -> str:
    """Return what is chained of a detail; without the salt nobody can try values against it."""
    return hashlib.sha256(b"sp-audit-detail-1\n" + salt + detail).hexdigest()
