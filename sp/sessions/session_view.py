"""A live session as it is shown, with its person and its organisation as they are now."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select

from sp.accounts.account import AccountTable
from sp.organisations.organisation_tables import OrganisationTable
from sp.saml.types import NameID
from sp.sessions.session_table import NAME_ID, SessionTable

SEEN_EVERY: Final = timedelta(minutes=1)
"""How exact "last seen" is: a busy page must not write a row for every request."""


class SessionView(NamedTuple):
    """A live session with its person and organisation as they are now.

    `idle_seconds` is the organisation's of today; `expires_at` was fixed when the person signed in.
    """

    public_id: str
    token_hash: bytes
    account_id: int
    organisation_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    how: str
    idp_entity_id: str | None
    session_index: str | None
    authn_instant: datetime | None
    authn_context: str | None
    revision: int | None
    user_agent: str
    address: str
    name_id: NameID | None
    email: str
    name: str
    role: str
    organisation_slug: str
    organisation_name: str
    idle_seconds: int

    @property
    def idle_until(self) -> datetime:
        """Return when it ends if it is not used."""
        return self.seen_at + timedelta(seconds=self.idle_seconds)

    def is_due(self, now: datetime) -> bool:
        """Say whether it is time to `touch` it."""
        return now >= self.seen_at + SEEN_EVERY


_OF_SESSION: Final = SessionView._fields[: SessionView._fields.index("name_id")]
"""What stands before the NameID; behind it stand the person's parts and the organisation's."""
_COLUMNS = SessionTable.__table__.columns
VIEWS: Final = (
    select(
        *(_COLUMNS[name] for name in (*_OF_SESSION, *NAME_ID)),
        AccountTable.email,
        AccountTable.name,
        AccountTable.role,
        OrganisationTable.slug,
        OrganisationTable.name.label("organisation_name"),
        OrganisationTable.idle_seconds,
    )
    .select_from(SessionTable)
    .join(AccountTable, AccountTable.id == SessionTable.account_id)
    .join(OrganisationTable, OrganisationTable.id == SessionTable.organisation_id)
    .where(AccountTable.suspended_at.is_(None), SessionTable.expires_at > bindparam("now"))
)
"""Sessions that are not over; whether one was idle for too long is its value's to say."""


def to_view(row: tuple[Any, ...]) -> SessionView:
    """Return a row of VIEWS as a value."""
    own, others = len(_OF_SESSION), len(_OF_SESSION) + len(NAME_ID)
    parts = row[own:others]
    name_id = None if parts[0] is None else NameID(*parts)
    return SessionView._make((*row[:own], name_id, *row[others:]))
