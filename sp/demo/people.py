"""The people whom the demonstration's company knows, and what it says about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sp.demo.messages import AttributeSpec

PASSWORD: Final = "demo"
OVERAGE: Final = "http://schemas.microsoft.com/claims/groups.link"
GROUPS: Final = {
    "own": "each person's own groups",
    "wrong": "only the group “visitors”",
    "empty": "a groups attribute without a value",
    "absent": "no groups attribute",
    "overage": "too many to list (a link instead, as Entra ID does)",
}


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the company; `subject` is the stable NameID, which is not the address."""

    name: str
    subject: str
    email: str
    first_name: str
    last_name: str
    groups: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Return the name as it stands on the login page."""
        return f"{self.first_name} {self.last_name}"


PEOPLE: Final = {
    person.name: person
    for person in (
        Person("ada", "a1d4-ada", "ada@acme.example", "Ada", "Lovelace", ("clientshare", "staff")),
        Person("grace", "6f2c-grace", "grace@acme.example", "Grace", "Hopper", ("clientshare",)),
        Person("alan", "93be-alan", "alan@acme.example", "Alan", "Turing", ("visitors",)),
    )
}


def find_person(text: str) -> Person | None:
    """Return the person with that short name or e-mail address, whatever its case."""
    wanted = text.strip().lower()
    return next(
        (person for person in PEOPLE.values() if wanted in (person.name, person.email)), None
    )


def make_attributes(person: Person, groups: str) -> tuple[AttributeSpec, ...]:
    """Return the attributes of a person; `groups` is a key of GROUPS."""
    attributes = (
        AttributeSpec("email", (person.email,)),
        AttributeSpec("firstName", (person.first_name,)),
        AttributeSpec("lastName", (person.last_name,)),
    )
    match groups:
        case "absent":
            return attributes
        case "empty":
            return (*attributes, AttributeSpec("groups"))
        case "wrong":
            return (*attributes, AttributeSpec("groups", ("visitors",)))
        case "overage":
            return (*attributes, AttributeSpec(OVERAGE, ("https://graph.example/groups",)))
        case _:
            return (*attributes, AttributeSpec("groups", person.groups))
