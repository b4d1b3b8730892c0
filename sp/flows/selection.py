"""Which sessions of an organisation are meant: chosen in one of five ways, by whoever ends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sp import clock, db
from sp.accounts.account import Account
from sp.errors import BadInputError
from sp.flows.looking_up import find_account, find_organisation
from sp.organisations import organisation
from sp.organisations.organisation import Organisation
from sp.saml.types import NameID


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Exactly one of the first five is given: who names nothing ends nothing (BadInputError).

    public_id: one session, as a list names it; email: all of a person's; before: all that started
    before that moment; name_id: what an Identity Provider calls so, the one in force unless
    idp_entity_id says another, and of these the session_indexes only, if there are any.
    """

    public_id: str | None = None
    email: str | None = None
    everybody: bool = False
    before: datetime | None = None
    name_id: str | None = None
    session_indexes: tuple[str, ...] = ()
    idp_entity_id: str | None = None

    def __post_init__(self) -> None:
        given = (self.public_id, self.email, self.everybody, self.before, self.name_id)
        if [bool(each) for each in given].count(True) != 1:
            raise BadInputError(
                public="Name exactly one: a session, a person, everybody, a moment, or a NameID."
            )
        check_moment(self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A selection with what it names: the organisation, the person, and who gave the NameID."""

    here: Organisation
    selection: Selection
    person: Account | None
    idp_entity_id: str

    @property
    def name_id(self) -> NameID:
        """Return the name without qualifiers: a person who types it knows none."""
        return NameID(self.selection.name_id or "", None, None, None)


def find_meant(slug: str, selection: Selection) -> Meant:
    """Look up what a selection names; raises NotFoundError, BadInputError."""
    here = find_organisation(slug)
    return Meant(
        here=here,
        selection=selection,
        person=find_account(here, selection.email) if selection.email else None,
        idp_entity_id=(selection.idp_entity_id or _live_idp(here)) if selection.name_id else "",
    )


def check_moment(moment: datetime | None) -> None:
    """Refuse a moment that has not come yet; raises BadInputError."""
    if moment and moment > clock.now():
        raise BadInputError(
            public="This moment has not come yet: only what has begun can be ended."
        )


def _live_idp(here: Organisation) -> str:
    with db.read() as transaction:
        live = organisation.find_revision(transaction, here.id, here.live_revision or 0)
    if live is None:
        raise BadInputError(
            public=f"{here.slug} has no Identity Provider in force; name one by its entityID."
        )
    return live.idp_entity_id
