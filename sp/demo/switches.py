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

    def to_dict(self) -> dict[str, Any]:
        """Return what the cookie keeps."""
        return asdict(self)


def read_switches(values: Mapping[str, Any]) -> Switches:
    """Read a form or the cookie; what is unknown keeps its default."""
    sign = values.get("sign", "")
    groups = values.get("groups", "")
    return replace(
        Switches(
            encrypt=bool(values.get("encrypt")),
            second_origin=bool(values.get("second_origin")),
            pause=bool(values.get("pause")),
        ),
        sign=sign if sign in SIGNATURES else "assertion",
        groups=groups if groups in GROUPS else "own",
    )
