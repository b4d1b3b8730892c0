"""What may be switched: how the demonstration signs, encrypts and misbehaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sp.demo.people import GROUPS

SIGNATURES: Final = {
    "assertion": "the assertion",
    "response": "the response",
    "both": "both",
}

LOGOUTS: Final = {
    "redirect": "one after another, by redirect",
    "post": "one after another, by POST",
    "frames": "all at once in frames, by redirect",
    "frames-post": "all at once in frames, by POST",
    "soap": "one after another, without the browser (SOAP)",
}
"""How the applications of a session are asked to end theirs."""

SLO: Final = {
    "answer": "ends the session, asks the other applications, and answers",
    "refuse": "ends nothing and answers that it cannot (status Responder)",
    "silent": "ends nothing and never answers (a page of its own)",
}
"""What is done where an application asks for a logout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One browser's choices, kept in this IdP's own cookie.

    second_origin: the sign-on page redirects to another origin first, as large IdPs do.
    pause: the page with the answer waits for its button.
    """

    sign: str = "assertion"
    encrypt: bool = False
    groups: str = "own"
    second_origin: bool = False
    pause: bool = False
    logout: str = "redirect"
    slo: str = "answer"

    def to_dict(self) -> dict[str, Any]:
        """Return what the cookie keeps."""
        return asdict(self)


_CHOICES: Final = {"sign": SIGNATURES, "groups": GROUPS, "logout": LOGOUTS, "slo": SLO}


def read_switches(values: Mapping[str, Any]) -> Switches:
    """Read a form or the cookie; what is unknown keeps its default."""
    return replace(
        Switches(
            encrypt=bool(values.get("encrypt")),
            second_origin=bool(values.get("second_origin")),
            pause=bool(values.get("pause")),
        ),
        **{
            name: values[name]
            for name, known in _CHOICES.items()
            if isinstance(values.get(name), str) and values[name] in known
        },
    )
