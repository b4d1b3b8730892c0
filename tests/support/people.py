"""The organisation acme with Ada and Grace, for tests of what stands on accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sp import db
from sp.accounts import account
from sp.organisations import organisation

FOUNDED = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class People:
    """Ids: of the organisation, and of its two people."""

    organisation_id: int
    ada: int
    grace: int


def found(slug="acme") -> People:
    """Make an organisation with Ada and Grace."""

    def work(transaction):
        made = organisation.add(
            transaction,
            slug=slug,
            name=slug.capitalize(),
            domains=(f"{slug}.example",),
            at=FOUNDED,
        )
        ids = [
            account.add(
                transaction,
                made.id,
                f"{name}@{slug}.example",
                name=name.capitalize(),
                role="member",
                origin="staff",
                at=FOUNDED,
            ).id
            for name in ("ada", "grace")
        ]
        return People(made.id, *ids)

    return db.write(work)
