"""The value that an assertion becomes once it is read through an organisation's attribute map."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sp.saml.types import NameID

_MOST_KEPT: Final = 200


class Groups(NamedTuple):
    """What a company's login said about groups.

    state: "absent" (nothing was said), "empty" (said: none), "overage" (too many to be sent, so
    `values` is not the whole truth), "present".
    """

    state: str
    values: tuple[str, ...] = ()


class Identity(NamedTuple):
    """Who the Identity Provider says this is; nothing here is normalised as an e-mail address yet.

    `identifiers` holds (source, value) of every source that has one, in the map's order: the first
    names the person. `emails` holds the values of the first e-mail source that has any, those in
    the organisation's domains first, else in the order of the alphabet.
    """

    idp_entity_id: str
    identifiers: tuple[tuple[str, str], ...]
    emails: tuple[str, ...]
    email_source: str | None
    name: str
    groups: Groups
    name_id: NameID | None
    session_index: str | None

    def as_detail(self) -> dict[str, Any]:
        """Return it as plain values for the record; all of it is personal."""
        return {
            "idp": self.idp_entity_id,
            "identifiers": [list(each) for each in self.identifiers],
            "emails": list(self.emails[:_MOST_KEPT]),
            "email_source": self.email_source or "",
            "name": self.name,
            "groups": {
                "state": self.groups.state,
                "count": len(self.groups.values),
                "values": list(self.groups.values[:_MOST_KEPT]),
            },
        }
