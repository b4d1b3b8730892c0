"""The tables of an organisation: itself, its e-mail domains, and the groups it demands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sp.db import Base, UtcDateTime


class OrganisationTable(Base):
    """A tenant. `slug` stands in its addresses and never changes; lifetimes are in seconds."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("sign_in IN ('password', 'optional', 'required')", name="sign_in"),
        CheckConstraint("unsolicited IN ('restart', 'accept', 'refuse')", name="unsolicited"),
        {"sqlite_autoincrement": True},  # an id in the record never comes to mean another one
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(Text)
    sign_in: Mapped[str] = mapped_column(String(16))
    unsolicited: Mapped[str] = mapped_column(String(16))
    create_accounts: Mapped[bool]
    live_revision: Mapped[int | None]
    idle_seconds: Mapped[int]
    absolute_seconds: Mapped[int]
    floor_seconds: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    demo: Mapped[bool]


class DomainTable(Base):
    """A domain and the one organisation whose people have their addresses there."""

    __tablename__ = "organisation_domain"
    __table_args__ = (
        CheckConstraint("proof IN ('staff', 'dns')", name="proof"),
        Index(None, "organisation_id"),
    )

    name: Mapped[str] = mapped_column(String(253), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    proof: Mapped[str] = mapped_column(String(16))
    proven_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RequiredGroupTable(Base):
    """A group in the company's directory; who is in none of the listed ones stays out."""

    __tablename__ = "required_group"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(256), primary_key=True)
