"""Organisations: who they are, which e-mail domains are theirs, and whom they let in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ScalarSelect, Select, and_, bindparam, func, literal_column, select

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
from sp.organisations.sign_in_policy import lock, set_policy
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
    "lock",
    "set_live",
    "set_policy",
]


class Organisation(NamedTuple):
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
_NAMES: Final = Organisation._fields[:-2]
"""The columns beside which the domains and the groups stand."""
_SEPARATOR: Final = "\n"
"""What stands in no domain's and in no group's name."""


def _select(dialect: str) -> Select[Any]:
    """Return the statement for organisations, with the names they have in other tables as texts."""
    functions = {"sqlite": ("group_concat", "char"), "postgresql": ("string_agg", "chr")}
    together, character = (getattr(func, name) for name in functions[dialect])

    def names(table: type[DomainTable | RequiredGroupTable]) -> ScalarSelect[Any]:
        separator = character(literal_column(str(ord(_SEPARATOR))))
        here = table.organisation_id == _TABLE.id
        return select(together(table.name, separator)).where(here).scalar_subquery()

    return select(
        *(
            RevisionTable.digest if name == "live_digest" else getattr(_TABLE, name)
            for name in _NAMES
        ),
        names(DomainTable),
        names(RequiredGroupTable),
    ).outerjoin(
        RevisionTable,
        and_(
            RevisionTable.organisation_id == _TABLE.id,
            RevisionTable.number == _TABLE.live_revision,
        ),
    )


_BY_SLUG = Statement(lambda dialect: _select(dialect).where(_TABLE.slug == bindparam("slug")))
_BY_ID = Statement(lambda dialect: _select(dialect).where(_TABLE.id == bindparam("id")))
_ALL = Statement(lambda dialect: _select(dialect).order_by(_TABLE.slug))
_OWNER = Statement(select(DomainTable.organisation_id).where(DomainTable.name == bindparam("name")))


def find(transaction: Transaction, slug: str) -> Organisation | None:
    """Return the organisation of this slug."""
    if not is_slug(slug):
        return None
    return _read(transaction.one(_BY_SLUG, slug=slug))


def find_by_id(transaction: Transaction, organisation_id: int) -> Organisation | None:
    """Return the organisation of this id."""
    return _read(transaction.one(_BY_ID, id=organisation_id))


def find_by_domain(transaction: Transaction, domain: str) -> Organisation | None:
    """Return the organisation that a normalised e-mail domain belongs to."""
    owner = transaction.one(_OWNER, name=domain)
    return find_by_id(transaction, owner[0]) if owner else None


def list_all(transaction: Transaction) -> list[Organisation]:
    """Return every organisation, by slug."""
    found = map(_read, transaction.rows(_ALL))
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


def _read(row: tuple[Any, ...] | None) -> Organisation | None:
    if row is None:
        return None
    *columns, domains, groups = row
    return Organisation._make((*columns, _split(domains), _split(groups)))


def _split(names: str | None) -> tuple[str, ...]:
    return tuple(sorted(names.split(_SEPARATOR))) if names else ()
