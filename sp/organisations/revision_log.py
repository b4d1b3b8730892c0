"""The log of an organisation's revisions: which were written, their digests, which is live."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from sp.db import Base, Statement, Transaction, UtcDateTime
from sp.errors import NotFoundError
from sp.organisations.organisation_tables import OrganisationTable


class RevisionTable(Base):
    """One row per revision directory; a directory that no row names was never finished."""

    __tablename__ = "revision"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    idp_entity_id: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    provider: Mapped[str] = mapped_column(String(32))
    source: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """One revision as the database knows it: `digest` in hex, `source` says where it came from."""

    organisation_id: int
    number: int
    digest: str
    idp_entity_id: str
    created_at: datetime
    provider: str
    source: str


_NAMES = tuple(field.name for field in fields(RevisionRow))
_COLUMNS = tuple(getattr(RevisionTable, name) for name in _NAMES)
_OF_ORGANISATION = RevisionTable.organisation_id == bindparam("organisation_id")

_INSERT = Statement(insert(RevisionTable).values({name: bindparam(name) for name in _NAMES}))
_FIND = Statement(
    select(*_COLUMNS).where(_OF_ORGANISATION, RevisionTable.number == bindparam("number"))
)
_LIST = Statement(select(*_COLUMNS).where(_OF_ORGANISATION).order_by(RevisionTable.number.desc()))
_HIGHEST = Statement(
    select(func.coalesce(func.max(RevisionTable.number), 0)).where(_OF_ORGANISATION)
)

_KNOWN = Statement(
    select(OrganisationTable.slug, RevisionTable.number).join(
        RevisionTable, RevisionTable.organisation_id == OrganisationTable.id
    )
)
_LOCK = Statement(
    select(OrganisationTable.live_revision)
    .where(OrganisationTable.id == bindparam("id"))
    .with_for_update()
)
_SET_LIVE = Statement(
    update(OrganisationTable)
    .where(
        OrganisationTable.id == bindparam("organisation_id"),
        exists().where(
            RevisionTable.organisation_id == OrganisationTable.id,
            RevisionTable.number == bindparam("number"),
        ),
    )
    .values(live_revision=bindparam("number"))
)


def add_revision(transaction: Transaction, row: RevisionRow) -> None:
    """Name a directory that was written; a number is given once."""
    transaction.change(_INSERT, **dict(zip(_NAMES, astuple(row), strict=True)))


def find_revision(
    transaction: Transaction, organisation_id: int, number: int
) -> RevisionRow | None:
    """Return one revision's row."""
    if not _is_number(number):
        return None
    row = transaction.one(_FIND, organisation_id=organisation_id, number=number)
    return _read(row) if row else None


def list_revisions(transaction: Transaction, organisation_id: int) -> list[RevisionRow]:
    """Return all revisions of an organisation, the newest first."""
    return [_read(row) for row in transaction.rows(_LIST, organisation_id=organisation_id)]


def highest_revision(transaction: Transaction, organisation_id: int) -> int:
    """Return the highest number that a row has, 0 where there is none."""
    row = transaction.one(_HIGHEST, organisation_id=organisation_id)
    return int(row[0]) if row else 0


def known_revisions(transaction: Transaction) -> frozenset[tuple[str, int]]:
    """Return (slug, number) of every revision that a row names."""
    return frozenset((slug, number) for slug, number in transaction.rows(_KNOWN))


def set_live(transaction: Transaction, organisation_id: int, number: int) -> int | None:
    """Put a revision in force and return the number that was; NotFoundError if it has no row."""
    if not _is_number(number):
        raise NotFoundError(public=f"There is no revision {number} here.")
    before = transaction.one(_LOCK, id=organisation_id)
    if not transaction.change(_SET_LIVE, organisation_id=organisation_id, number=number):
        raise NotFoundError(public=f"There is no revision {number} here.")
    return before[0] if before else None


def _read(row: tuple[object, ...]) -> RevisionRow:
    return RevisionRow(**dict(zip(_NAMES, row, strict=True)))  # type: ignore[arg-type]


def _is_number(number: int) -> bool:
    """Say whether a number could be a revision's; PostgreSQL's integers end at 31 bits."""
    return 0 < number < 2**31
