"""The rules by which an organisation lets people in, and the verbs that change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from sp.db import Statement, Transaction
from sp.errors import BadInputError, NotFoundError
from sp.organisations.organisation_tables import OrganisationTable, RequiredGroupTable

SIGN_IN: Final = ("password", "optional", "required")
UNSOLICITED: Final = ("restart", "accept", "refuse")
MOST_GROUPS: Final = 50
LONGEST_GROUP: Final = 256
MINUTE: Final = 60
DAY: Final = 86_400
LIFETIMES: Final = {
    "idle_seconds": (5 * MINUTE, 7 * DAY, "Sessions may be idle for 5 minutes to 7 days."),
    "absolute_seconds": (15 * MINUTE, 30 * DAY, "Sessions may last for 15 minutes to 30 days."),
    "floor_seconds": (0, DAY, "A session's shortest life may be set from 0 minutes to 24 hours."),
}
"""By rule: the least, the most, both in seconds, and the sentence for what is neither."""

_HERE = OrganisationTable.id == bindparam("organisation_id")
_LOCK: Final = Statement(select(OrganisationTable.id).where(_HERE).with_for_update(key_share=True))
_SET: Final = {
    name: Statement(update(OrganisationTable).where(_HERE).values({name: bindparam("value")}))
    for name in ("sign_in", "unsolicited", "create_accounts", *LIFETIMES)
}
_DROP_GROUPS: Final = Statement(
    delete(RequiredGroupTable).where(
        RequiredGroupTable.organisation_id == bindparam("organisation_id")
    )
)
_ADD_GROUP: Final = Statement(
    insert(RequiredGroupTable).values(
        organisation_id=bindparam("organisation_id"), name=bindparam("name")
    )
)


def lock(transaction: Transaction, organisation_id: int) -> None:
    """Let nobody else change this organisation's rules until the transaction ends.

    On PostgreSQL two that replace the groups at once would otherwise leave both lists in force:
    neither sees the rows of the other. On SQLite the transaction itself is the lock.
    """
    transaction.one(_LOCK, organisation_id=organisation_id)


def set_policy(transaction: Transaction, organisation_id: int, changes: Mapping[str, Any]) -> None:
    """Change the named rules: sign_in, unsolicited, create_accounts, required_groups, lifetimes.

    The idle timeout works for sessions that live from their next request on. The longest life and
    the floor under the Identity Provider's SessionNotOnOrAfter (Core 2.7.2) are used when somebody
    signs in and never move the end of a session that exists: end it to shorten it.

    Raises BadInputError before anything is written, NotFoundError where the organisation is gone.
    """
    for name, value in changes.items():
        _check(name, value)
    for name, value in changes.items():
        if name == "required_groups":
            _set_groups(transaction, organisation_id, value)
        elif not transaction.change(_SET[name], organisation_id=organisation_id, value=value):
            raise NotFoundError(organisation_id=organisation_id)


def _set_groups(transaction: Transaction, organisation_id: int, names: tuple[str, ...]) -> None:
    transaction.change(_DROP_GROUPS, organisation_id=organisation_id)
    for name in dict.fromkeys(names):
        transaction.change(_ADD_GROUP, organisation_id=organisation_id, name=name)


def _check(name: str, value: object) -> None:
    """Refuse a rule or a value that does not exist; the database would be the second to notice."""
    choices: dict[str, tuple[object, ...]] = {
        "sign_in": SIGN_IN,
        "unsolicited": UNSOLICITED,
        "create_accounts": (True, False),
    }
    if name == "required_groups":
        _check_groups(value)
    elif name in LIFETIMES:
        _check_lifetime(value, *LIFETIMES[name])
    elif name not in choices:
        raise BadInputError(code="unknown_rule", public=f"There is no sign-in rule {name!r}.")
    elif value not in choices[name] or isinstance(value, bool) != (name == "create_accounts"):
        known = ", ".join(str(choice) for choice in choices[name])
        raise BadInputError(code="unknown_value", public=f"The rule {name} is one of: {known}.")


def _check_lifetime(value: object, least: int, most: int, sentence: str) -> None:
    if type(value) is not int or not least <= value <= most:
        raise BadInputError(code="bad_lifetime", public=sentence)


def _check_groups(value: object) -> None:
    usable = isinstance(value, tuple) and len(value) <= MOST_GROUPS and all(map(_is_group, value))
    if not usable:
        raise BadInputError(
            code="bad_group",
            public=f"Please give at most {MOST_GROUPS} groups, each by its name or ID as the "
            f"company's login sends it: up to {LONGEST_GROUP} characters, no blanks around them.",
        )


def _is_group(name: object) -> bool:
    return (
        isinstance(name, str)
        and 0 < len(name) <= LONGEST_GROUP
        and name == name.strip()
        and name.isprintable()
    )
