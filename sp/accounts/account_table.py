"""The table of accounts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sp.db import Base, UtcDateTime


class AccountTable(Base):
    """`email` is normalised; one address may exist at several organisations, as other people."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email"),
        Index(None, "email"),
        CheckConstraint("role IN ('member', 'admin', 'auditor')", name="role"),
        CheckConstraint("origin IN ('staff', 'invitation', 'sign_on')", name="origin"),
        {"sqlite_autoincrement": True},  # an id in the record never comes to mean another person
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(16))
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
