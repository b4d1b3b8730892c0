"""Organisations: who they are, which e-mail domains are theirs, and whom they let in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, literal_column, select, union_all

from sp.db import Statement, Transaction
from sp.organisations import founding
from sp.organisations.organisation_tables import DomainTable, OrganisationTable, RequiredGroupTable
from sp.organisations.revision_log import (
    RevisionRow,
    RevisionTable,
    add_revision,
    find_revision,
    highest_revision,
    known_revisions,
    list_revisions,
    set_live,
)
from sp.organisations.sign_in_policy import set_policy
from sp.organisations.slug import is_slug

__all__ = [
    "Organisation",
    "RevisionRow",
    "add",
    "add_revision",
    "find",
    "find_by_domain",
    "find_by_id",
    "find_revision",
    "highest_revision",
    "known_revisions",
    "list_all",
    "list_revisions",
    "set_live",
    "set_policy",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """One organisation, its live revision's digest and its domains and groups beside it."""

    id: int
    slug: str
    name: str
    sign_in: str
    unsolicited: str
    create_accounts: bool
    live_revision: int | None
    live_digest: str | None
    idle_seconds: int
    absolute_seconds: int
    floor_seconds: int
    created_at: datetime
    demo: bool
    domains: tuple[str, ...]
    required_groups: tuple[str, ...]

    @property
    def signs_in_by_sso(self) -> bool:
        """Say whether its people are sent to the company's own login."""
        ready = self.live_revision is not None
        return self.sign_in == "required" or (self.sign_in == "optional" and ready)


_TABLE = OrganisationTable
_NAMES: Final = (
    *("id", "slug", "name", "sign_in", "unsolicited", "create_accounts", "live_revision"),
    *("live_digest", "idle_seconds", "absolute_seconds", "floor_seconds", "created_at", "demo"),
)
_BASE = select(
    *(RevisionTable.digest if name == "live_digest" else getattr(_TABLE, name) for name in _NAMES)
).outerjoin(
    RevisionTable,
    and_(RevisionTable.organisation_id == _TABLE.id, RevisionTable.number == _TABLE.live_revision),
)
_BY_SLUG = Statement(_BASE.where(_TABLE.slug == bindparam("slug")))
_BY_ID = Statement(_BASE.where(_TABLE.id == bindparam("id")))
_ALL = Statement(_BASE.order_by(_TABLE.slug))
_OWNER = Statement(select(DomainTable.organisation_id).where(DomainTable.name == bindparam("name")))
_PARTS = Statement(
    union_all(
        select(literal_column("'domain'"), DomainTable.name).where(
            DomainTable.organisation_id == bindparam("id")
        ),
        select(literal_column("'group'"), RequiredGroupTable.name).where(
            RequiredGroupTable.organisation_id == bindparam("id")
        ),
    )
)


def find(transaction: Transaction, slug: str) -> Organisation | None:
    """Return the organisation of this slug."""
    if not is_slug(slug):
        return None
    return _with_parts(transaction, transaction.one(_BY_SLUG, slug=slug))


def find_by_id(transaction: Transaction, organisation_id: int) -> Organisation | None:
    """Return the organisation of this id."""
    return _with_parts(transaction, transaction.one(_BY_ID, id=organisation_id))


def find_by_domain(transaction: Transaction, domain: str) -> Organisation | None:
    """Return the organisation that a normalised e-mail domain belongs to."""
    owner = transaction.one(_OWNER, name=domain)
    return find_by_id(transaction, owner[0]) if owner else None


def list_all(transaction: Transaction) -> list[Organisation]:
    """Return every organisation, by slug."""
    found = (_with_parts(transaction, row) for row in transaction.rows(_ALL))
    return [each for each in found if each]


def add(
    transaction: Transaction,
    *,
    slug: str,
    name: str,
    domains: Sequence[str],
    at: datetime,
    demo: bool = False,
) -> Organisation:
    """Make an organisation with domains that staff vouch for (DESIGN, decision 4).

    Raises BadInputError for what cannot be used, ConflictError for a slug or domain that is taken.
    """
    made = find_by_id(
        transaction,
        founding.found(transaction, slug=slug, name=name, domains=domains, at=at, demo=demo),
    )
    assert made is not None
    return made


def _with_parts(transaction: Transaction, row: tuple[Any, ...] | None) -> Organisation | None:
    if row is None:
        return None
    parts = transaction.rows(_PARTS, id=row[0])
    return Organisation(
        **dict(zip(_NAMES, row, strict=True)),
        domains=tuple(sorted(name for kind, name in parts if kind == "domain")),
        required_groups=tuple(sorted(name for kind, name in parts if kind == "group")),
    )
