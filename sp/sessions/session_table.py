"""The table of sessions; who is signed in is a row, never a value in a cookie."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, bindparam
from sqlalchemy.orm import Mapped, mapped_column

from sp.db import Base, UtcDateTime
from sp.saml.types import NameID

NAME_ID: Final = ("name_id", "name_id_format", "name_qualifier", "sp_name_qualifier")
"""The columns that hold a NameID, in the order of its parts."""


class SessionTable(Base):
    """One session of one browser, by the hash of its token; ending it removes the row."""

    __tablename__ = "session"
    __table_args__ = (
        Index(None, "account_id"),
        Index(None, "organisation_id", "binding_hash"),
        {"sqlite_with_rowid": False},
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    how: Mapped[str] = mapped_column(String(16))
    idp_entity_id: Mapped[str | None] = mapped_column(Text)
    name_id: Mapped[str | None] = mapped_column(Text)
    name_id_format: Mapped[str | None] = mapped_column(Text)
    name_qualifier: Mapped[str | None] = mapped_column(Text)
    sp_name_qualifier: Mapped[str | None] = mapped_column(Text)
    session_index: Mapped[str | None] = mapped_column(Text)
    authn_instant: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int | None]
    binding_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    user_agent: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    authn_context: Mapped[str | None] = mapped_column(Text)


BY_TOKEN: Final = SessionTable.token_hash == bindparam("token_hash")
BY_ORGANISATION: Final = SessionTable.organisation_id == bindparam("organisation_id")
BY_ACCOUNT: Final = SessionTable.account_id == bindparam("account_id")
BY_PUBLIC_ID: Final = SessionTable.public_id == bindparam("public_id")
STARTED_BEFORE: Final = SessionTable.created_at < bindparam("moment")


def name_id_values(name_id: NameID | None) -> dict[str, str | None]:
    """Return the columns that hold a NameID."""
    if name_id is None:
        return dict.fromkeys(NAME_ID)
    return dict(zip(NAME_ID, name_id, strict=True))
