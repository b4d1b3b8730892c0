"""Identity links: by which value an Identity Provider names an account's person."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from sp.accounts import account
from sp.accounts.account import Account, AccountTable
from sp.db import Base, Statement, Transaction, UtcDateTime


class IdentityLinkTable(Base):
    """Who a person is: (organisation, IdP entityID, source, value) (DESIGN, decision 16).

    Unique both ways, by digest: entityID and value may be longer together than an index entry of
    PostgreSQL can be (a third of a page).
    """

    __tablename__ = "identity_link"
    __table_args__ = (UniqueConstraint("account_id", "source_key"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    identity_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    source_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    idp_entity_id: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)


_TABLE = IdentityLinkTable
_FIND = Statement(
    select(*account.COLUMNS)
    .join(_TABLE, _TABLE.account_id == AccountTable.id)
    .where(
        _TABLE.organisation_id == bindparam("organisation_id"),
        _TABLE.identity_key == bindparam("identity_key"),
    )
    .with_for_update(key_share=True, of=[AccountTable, _TABLE])
)
_OF_ACCOUNT = Statement(
    select(_TABLE.idp_entity_id, _TABLE.source, _TABLE.value).where(
        _TABLE.account_id == bindparam("account_id")
    )
)
_INSERT = Statement(
    insert(_TABLE).values({column.name: bindparam(column.name) for column in _TABLE.__table__.c})
)
_FORGET = Statement(delete(_TABLE).where(_TABLE.account_id == bindparam("account_id")))


def find(
    transaction: Transaction, organisation_id: int, idp_entity_id: str, source: str, value: str
) -> Account | None:
    """Return the account that this identity belongs to, and hold it until the transaction ends.

    Two sign-ins of one person come one after the other, and neither beside a relink or suspension.
    """
    row = transaction.one(
        _FIND,
        organisation_id=organisation_id,
        identity_key=_digest(idp_entity_id, source, value),
    )
    return account.read(row)


def values_of(transaction: Transaction, account_id: int, idp_entity_id: str) -> dict[str, str]:
    """Return the value by source under which an account is linked at one Identity Provider."""
    rows = transaction.rows(_OF_ACCOUNT, account_id=account_id)
    return {source: value for entity_id, source, value in rows if entity_id == idp_entity_id}


def add(
    transaction: Transaction,
    organisation_id: int,
    account_id: int,
    *,
    idp_entity_id: str,
    source: str,
    value: str,
    at: datetime,
) -> None:
    """Link an account to an identity; neither may have another partner of this source already.

    Of two that link at once, the second one's transaction is tried again and sees the first.
    """
    transaction.change(
        _INSERT,
        organisation_id=organisation_id,
        account_id=account_id,
        identity_key=_digest(idp_entity_id, source, value),
        source_key=_digest(idp_entity_id, source),
        idp_entity_id=idp_entity_id,
        source=source,
        value=value,
        linked_at=at,
    )


def forget(transaction: Transaction, account_id: int) -> int:
    """Forget every link of an account, so that its next sign-in links anew; return how many."""
    return transaction.change(_FORGET, account_id=account_id)


def _digest(*parts: str) -> bytes:
    """Return the SHA-256 over the parts, each with its length before it."""
    digest = hashlib.sha256()
    for part in parts:
        octets = part.encode()
        digest.update(len(octets).to_bytes(8, "big") + octets)
    return digest.digest()
