"""The attribute map: where in an assertion a person's identifier, e-mail, name and groups stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from sp.organisations import json_values
from sp.organisations.domain import encode_domain, lower_ascii
from sp.organisations.identity import Groups, Identity
from sp.organisations.json_values import UnusableError
from sp.saml import urn
from sp.saml.errors import refuse
from sp.saml.types import Assertion

__all__ = ["AttributeMap", "Groups", "Identity", "parse", "read_identity"]

NAME_ID: Final = "nameid"
ATTRIBUTE: Final = "attribute:"
LONGEST_NAME: Final = 512
LONGEST_VALUE: Final = 1024
LONGEST_PERSONAL_NAME: Final = 500

_XML_SPACE: Final = " \t\r\n"
_EMAIL_SHAPED: Final = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
_GUEST: Final = "#ext#"
_SECTION: Final = "Core 2.7.3.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeMap:
    """Sources in order of preference.

    Identifiers and e-mails: "nameid" or "attribute:<Name>". The others: attribute Names. Where
    several group names are sent, all their values count; `overage` names say that there were too
    many to send.
    """

    identifiers: tuple[str, ...]
    emails: tuple[str, ...]
    first_names: tuple[str, ...] = ()
    last_names: tuple[str, ...] = ()
    display_names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    overage: tuple[str, ...] = ()

    def as_json(self) -> dict[str, list[str]]:
        """Return it as it stands in attributes.json."""
        return {field.name: list(getattr(self, field.name)) for field in fields(self)}


_NAMES: Final = frozenset(field.name for field in fields(AttributeMap))


def parse(value: Mapping[str, Any]) -> AttributeMap:
    """Return the map that attributes.json holds; UnusableError names the value at fault."""
    json_values.check_names(value, _NAMES)
    found = {
        name: json_values.take_texts(value, name, longest=LONGEST_NAME) for name in sorted(_NAMES)
    }
    for name in ("identifiers", "emails"):
        if not found[name] or not all(map(_is_source, found[name])):
            raise UnusableError(name)
    return AttributeMap(**found)


def read_identity(
    assertion: Assertion, attribute_map: AttributeMap, domains: Sequence[str]
) -> Identity:
    """Read a verified assertion through the map (DESIGN, decision 16; requirements, section 3).

    Attributes are found by Name, whatever its case, never by FriendlyName. Raises Refused with code
    "attribute" where an identifier or e-mail would have to be read from a value that holds
    elements or is overlong, or an identifier from several values.
    """
    said = _Said(assertion)
    emails, source = said.first_source(attribute_map.emails)
    return Identity(
        idp_entity_id=assertion.issuer,
        identifiers=tuple(
            (source, value)
            for source in attribute_map.identifiers
            if (value := said.identifier(source)) is not None
        ),
        emails=tuple(sorted(emails, key=lambda email: (not _is_inside(email, domains), email))),
        email_source=source,
        name=said.name(attribute_map),
        groups=said.groups(attribute_map),
        name_id=assertion.name_id,
        session_index=assertion.session_index,
    )


class _Said:
    """What an assertion says, found by source."""

    def __init__(self, assertion: Assertion) -> None:
        self.name_id = assertion.name_id
        self.attributes: dict[str, list[str | None]] = {}
        for attribute in assertion.attributes:
            self.attributes.setdefault(lower_ascii(attribute.name), []).extend(
                [None if value is None else value.strip(_XML_SPACE) for value in attribute.values]
            )

    def values(self, source: str) -> list[str]:
        """Return a source's values that are not blank, each once; none of a transient NameID."""
        if source == NAME_ID:
            here = self.name_id
            usable = here is not None and here.format != urn.TRANSIENT
            found: list[str | None] = [here.value.strip(_XML_SPACE)] if here and usable else []
        else:
            found = self.attributes.get(_key(source.removeprefix(ATTRIBUTE)), [])
        values: dict[str, None] = {}
        for value in found:
            if value is None:
                raise refuse("attribute", f"plain text in {source}", "elements", _SECTION)
            if len(value) > LONGEST_VALUE:
                raise refuse(
                    "attribute",
                    f"at most {LONGEST_VALUE} characters in {source}",
                    f"{len(value)}",
                    _SECTION,
                )
            if value:
                values[value] = None
        return list(values)

    def identifier(self, source: str) -> str | None:
        """Return the one value by which a source names the person, or None where it is silent.

        Exact, save that an e-mail address is put in lower case.
        """
        found = self.values(source)
        values = {lower_ascii(value) if is_email_shaped(value) else value for value in found}
        if len(values) > 1:
            raise refuse("attribute", f"one value in {source}", f"{len(values)} values", _SECTION)
        return values.pop() if values else None

    def first_source(self, sources: Sequence[str]) -> tuple[list[str], str | None]:
        """Return the values of the first e-mail source that has any, and its name."""
        for source in sources:
            values = self.values(source)
            if source == NAME_ID:
                values = [value for value in values if is_email_shaped(value)]
            if values:
                return values, source
        return [], None

    def name(self, attribute_map: AttributeMap) -> str:
        """Return the display name, else first and last name, else nothing."""
        displayed = self._first_text(attribute_map.display_names)
        if displayed:
            return displayed
        first = self._first_text(attribute_map.first_names)
        last = self._first_text(attribute_map.last_names)
        return f"{first} {last}".strip()

    def groups(self, attribute_map: AttributeMap) -> Groups:
        """Return the groups in their state; a value with elements in it is none."""
        found = map(self.attributes.get, map(_key, attribute_map.groups))
        sent = [values for values in found if values is not None]
        values = tuple(dict.fromkeys(value for each in sent for value in each if value))
        if not self.attributes.keys().isdisjoint(map(_key, attribute_map.overage)):
            return Groups("overage", values)
        if not sent:
            return Groups("absent")
        return Groups("present" if values else "empty", values)

    def _first_text(self, names: Sequence[str]) -> str:
        sent = filter(None, map(self.attributes.get, map(_key, names)))
        text = next(filter(None, chain.from_iterable(sent)), "")
        return text[:LONGEST_PERSONAL_NAME]


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    """Return under which key an attribute of the map is found; such a name is nobody's data."""
    return lower_ascii(name)


def is_email_shaped(value: str) -> bool:
    """Say whether an identifier is written like an address; Entra's #EXT# names are not."""
    return _EMAIL_SHAPED.fullmatch(value) is not None and _GUEST not in lower_ascii(value)


def _is_source(source: str) -> bool:
    return source == NAME_ID or bool(
        source.removeprefix(ATTRIBUTE) != source and source != ATTRIBUTE
    )


def _is_inside(email: str, domains: Sequence[str]) -> bool:
    try:
        return encode_domain(email.rpartition("@")[2]) in domains
    except ValueError:
        return False
