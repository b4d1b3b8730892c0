"""Which assertions are spent: each signs somebody in once, decided by a unique key."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ForeignKey, LargeBinary, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import Executable

from sp import db
from sp.sessions.expired import removal

KEPT_FOR: Final = timedelta(hours=48, seconds=300)
"""How long after its IssueInstant: no revision lets an older message pass (decision 12)."""


class ConsumedAssertionTable(db.Base):
    """One spent assertion, by the digest of organisation, IdP and assertion ID."""

    __tablename__ = "consumed_assertion"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    keep_until: Mapped[datetime] = mapped_column(db.UtcDateTime)


def _consume(dialect: str) -> Executable:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    columns = ConsumedAssertionTable.__table__.columns
    return (
        insert(ConsumedAssertionTable)
        .values({each.name: bindparam(each.name) for each in columns})
        .on_conflict_do_nothing()
    )


_CONSUME = db.Statement(_consume)
_FIND = db.Statement(
    select(ConsumedAssertionTable.keep_until).where(ConsumedAssertionTable.key == bindparam("key"))
)
_PURGE = removal(ConsumedAssertionTable, ConsumedAssertionTable.keep_until <= bindparam("now"))


def assertion_key(organisation_id: int, idp_entity_id: str, assertion_id: str) -> bytes:
    """Return 32 octets that name one assertion; XML has no NUL, so no two names run together."""
    named = f"{organisation_id}\0{idp_entity_id}\0{assertion_id}"
    return hashlib.sha256(named.encode()).digest()


def consume(
    transaction: db.Transaction,
    organisation_id: int,
    idp_entity_id: str,
    assertion_id: str,
    keep_until: datetime,
) -> bool:
    """Spend an assertion; False where it is spent already, also by whoever was a moment faster."""
    key = assertion_key(organisation_id, idp_entity_id, assertion_id)
    changed = transaction.change(
        _CONSUME, key=key, organisation_id=organisation_id, keep_until=keep_until
    )
    return changed == 1


def is_consumed(
    transaction: db.Transaction, organisation_id: int, idp_entity_id: str, assertion_id: str
) -> bool:
    """Say whether an assertion is spent; only `consume` decides."""
    key = assertion_key(organisation_id, idp_entity_id, assertion_id)
    return transaction.one(_FIND, key=key) is not None


def purge(transaction: db.Transaction, now: datetime) -> int:
    """Forget assertions that no message could carry past the checks any more: AT_ONCE at most."""
    return transaction.change(_PURGE, now=now)
