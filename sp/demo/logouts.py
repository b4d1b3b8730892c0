"""The values of a logout: who is to be asked, who asked, and what each has said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from sp.demo.names import PARTIAL_LOGOUT, POST, REDIRECT, SOAP, SUCCESS


@dataclass(frozen=True, slots=True)
class Visit:
    """One answer that let somebody in: to which organisation, as whom, in which session."""

    slug: str
    name_id: str
    session_index: str


@dataclass(frozen=True, slots=True)
class Participant:
    """One organisation's service provider, and the sessions there that are to end."""

    slug: str
    name_id: str
    session_indexes: tuple[str, ...]

    @property
    def title(self) -> str:
        """Return its name for people."""
        return f"Clientshare ({self.slug})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The service provider that asked for the logout, and what its answer needs."""

    response_url: str
    request_id: str
    relay_state: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one participant, in words for the person."""

    confirmed: bool
    sentence: str


NO_ANSWER: Final = Outcome(confirmed=False, sentence="has not answered")


@dataclass(frozen=True, slots=True)
class Sent:
    """A LogoutRequest on its way; `octets` None: it travels in the URL and not by POST."""

    participant: Participant
    url: str
    octets: bytes | None


@dataclass(slots=True)
class Logout:
    """One logout while the participants are asked; `asker` None: it began at this IdP's portal.

    sent: by the ID of the LogoutRequest. way: a key of switches.LOGOUTS.
    """

    participants: tuple[Participant, ...]
    way: str
    asker: Asker | None = None
    sent: dict[str, Sent] = field(default_factory=dict)
    outcomes: dict[Participant, Outcome] = field(default_factory=dict)

    @property
    def in_frames(self) -> bool:
        """Say whether all are asked at once."""
        return self.way.startswith("frames")

    @property
    def binding(self) -> str:
        """Return the binding of the LogoutRequests."""
        return SOAP if self.way == "soap" else POST if self.way.endswith("post") else REDIRECT

    def list_unasked(self) -> list[Participant]:
        """Return who has neither been asked nor been found to take no requests."""
        asked = {sent.participant for sent in self.sent.values()}
        return [each for each in self.participants if each not in asked | self.outcomes.keys()]

    def list_outcomes(self) -> list[tuple[Participant, Outcome]]:
        """Return everybody's outcome as it stands."""
        return [(each, self.outcomes.get(each, NO_ANSWER)) for each in self.participants]

    @property
    def status(self) -> tuple[str, ...]:
        """Return the status codes for the asker (Core 3.7.3.2)."""
        confirmed = all(outcome.confirmed for _, outcome in self.list_outcomes())
        return (SUCCESS,) if confirmed else (SUCCESS, PARTIAL_LOGOUT)


def read_outcome(status: tuple[str, ...]) -> Outcome:
    """Say what the status of a LogoutResponse means, the outermost code first."""
    if status[:1] != (SUCCESS,):
        word = status[-1].rpartition(":")[2] if status else "no status"
        return Outcome(confirmed=False, sentence=f"did not sign you out ({word})")
    if PARTIAL_LOGOUT in status:
        return Outcome(confirmed=False, sentence="signed you out, perhaps not everywhere")
    return Outcome(confirmed=True, sentence="signed you out")


def group_visits(visits: Iterable[Visit]) -> tuple[Participant, ...]:
    """Return one participant for each organisation and NameID, with all its sessions."""
    sessions: dict[tuple[str, str], list[str]] = {}
    for visit in visits:
        sessions.setdefault((visit.slug, visit.name_id), []).append(visit.session_index)
    return tuple(
        Participant(slug, name_id, tuple(indexes)) for (slug, name_id), indexes in sessions.items()
    )
