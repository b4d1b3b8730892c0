"""Making an organisation: what it may be called, and which domains it may have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, insert, select

from sp.db import Statement, Transaction
from sp.errors import BadInputError, ConflictError
from sp.organisations.domain import check_ownable, normalise_domain
from sp.organisations.organisation_tables import DomainTable, OrganisationTable
from sp.organisations.slug import is_slug

LONGEST_NAME: Final = 120
IDLE_SECONDS: Final = 7_200
ABSOLUTE_SECONDS: Final = 43_200
FLOOR_SECONDS: Final = 900

_FIND = Statement(select(OrganisationTable.id).where(OrganisationTable.slug == bindparam("slug")))
_OWNER = Statement(select(DomainTable.organisation_id).where(DomainTable.name == bindparam("name")))
_INSERT = Statement(
    insert(OrganisationTable)
    .values(
        slug=bindparam("slug"),
        name=bindparam("name"),
        sign_in="optional",
        unsolicited="restart",
        create_accounts=False,
        live_revision=None,
        idle_seconds=IDLE_SECONDS,
        absolute_seconds=ABSOLUTE_SECONDS,
        floor_seconds=FLOOR_SECONDS,
        created_at=bindparam("at"),
        demo=bindparam("demo"),
    )
    .returning(OrganisationTable.id)
)
_ADD_DOMAIN = Statement(
    insert(DomainTable).values(
        name=bindparam("name"),
        organisation_id=bindparam("organisation_id"),
        proof="staff",
        proven_at=bindparam("at"),
    )
)


def found(
    transaction: Transaction,
    *,
    slug: str,
    name: str,
    domains: Sequence[str],
    at: datetime,
    demo: bool,
) -> int:
    """Write the rows of a new organisation and return its id.

    It starts with sign-in `optional`, unsolicited answers `restart`, and no account made by itself.
    Of two that take one slug or domain at once, the second one's transaction is tried again.
    """
    written = _check(slug, name, domains)
    if transaction.one(_FIND, slug=slug):
        raise ConflictError(code="slug_taken", public=f"There is an organisation {slug} already.")
    for domain in written:
        if transaction.one(_OWNER, name=domain):
            raise ConflictError(
                code="domain_taken", public=f"{domain} belongs to another organisation already."
            )
    row = transaction.one(_INSERT, slug=slug, name=name.strip(), at=at, demo=demo)
    assert row is not None
    for domain in written:
        transaction.change(_ADD_DOMAIN, name=domain, organisation_id=row[0], at=at)
    return int(row[0])


def _check(slug: str, name: str, domains: Sequence[str]) -> tuple[str, ...]:
    """Return the domains in their written form, or refuse what cannot be used."""
    if not is_slug(slug):
        raise BadInputError(
            code="bad_slug",
            public="Please give a short name of lower-case letters, digits, hyphens: 63 at most, "
            "the first one a letter, the last one no hyphen.",
        )
    if not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise BadInputError(
            code="bad_name", public=f"Please give a name of at most {LONGEST_NAME} characters."
        )
    written = tuple(dict.fromkeys(normalise_domain(domain) for domain in domains))
    if not written:
        raise BadInputError(code="no_domain", public="Please give at least one e-mail domain.")
    for domain in written:
        check_ownable(domain)
    return written
