"""Who does a thing: a kind and an opaque id, never an address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` is person, staff, system or idp; `id` means something inside its kind only."""

    kind: str
    id: str


PERSON_AT_IDP = Actor("person", "unknown")
COMMAND_LINE = Actor("staff", "command-line")
SYSTEM = Actor("system", "service")
