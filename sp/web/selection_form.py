"""What an administrator types to say whose sessions end, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sp.accounts.account import normalise_email
from sp.errors import BadInputError
from sp.flows.selection import Selection

LONGEST: Final = 1024
WAYS: Final = ("person", "moment", "name", "everybody")
"""What may be chosen in the form; `session` is only led to from a list."""


class Typed(NamedTuple):
    """The form's fields as they were sent; `by` is one of WAYS, or session."""

    by: str = ""
    session: str = ""
    email: str = ""
    before: str = ""
    name_id: str = ""
    session_index: str = ""
    idp: str = ""

    def given(self) -> dict[str, str]:
        """Return the fields that are not empty, to be sent once more."""
        return {name: value for name, value in self._asdict().items() if value}


class FieldError(BadInputError):
    """A field cannot be used; `field` is its name in the form."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(public=sentence)
        self.field = field


def read_typed(values: Mapping[str, str]) -> Typed:
    """Return the fields of a form or of a query, without white space around them."""
    return Typed(*(values.get(name, "").strip() for name in Typed._fields))


def to_selection(typed: Typed) -> Selection:
    """Return what was chosen; raises FieldError."""
    for name, value in typed._asdict().items():
        if not value.isprintable() or len(value) > LONGEST:
            raise FieldError(name, "Please type this again: it holds something unreadable.")
    if typed.by == "session" and typed.session:
        return Selection(public_id=typed.session)
    if typed.by == "person":
        return Selection(email=_read_email(typed.email))
    if typed.by == "moment":
        return _from_before(typed.before)
    if typed.by == "name":
        return _named(typed)
    if typed.by == "everybody":
        return Selection(everybody=True)
    raise FieldError("by", "Please choose who is signed out.")


def _read_email(text: str) -> str:
    try:
        return normalise_email(text)
    except BadInputError as error:
        raise FieldError("email", error.public) from error


def _from_before(text: str) -> Selection:
    """Take the time as UTC, as the label says: a browser sends none of its own zone along."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo:
        raise FieldError("before", "Please choose a day and a time.")
    try:
        return Selection(before=moment.replace(tzinfo=UTC))
    except BadInputError as error:
        raise FieldError("before", error.public) from error


def _named(typed: Typed) -> Selection:
    if not typed.name_id:
        raise FieldError("name_id", "Please give the NameID, as your login's own log shows it.")
    return Selection(
        name_id=typed.name_id,
        session_indexes=(typed.session_index,) if typed.session_index else (),
        idp_entity_id=typed.idp or None,
    )
