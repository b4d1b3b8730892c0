"""What a page may demand of a sign-in: a fresh one, or one in a certain context (Core 3.4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sp.errors import BadInputError

_CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
KNOWN_CONTEXTS: Final = frozenset(
    (
        "https://refeds.org/profile/mfa",
        "https://refeds.org/profile/sfa",
        "http://schemas.microsoft.com/claims/multipleauthn",
        *(
            f"{_CLASSES}{name}"
            for name in (
                "Kerberos",
                "MobileTwoFactorContract",
                "MobileTwoFactorUnregistered",
                "Password",
                "PasswordProtectedTransport",
                "Smartcard",
                "SmartcardPKI",
                "SoftwarePKI",
                "TimeSyncToken",
                "TLSClient",
                "X509",
            )
        ),
    )
)
"""Authentication contexts that anybody's link may name where the revision demands none itself."""
MOST_CONTEXTS: Final = 5


@dataclass(frozen=True, slots=True)
class Demand:
    """`fresh`: the person signs in anew (ForceAuthn). `contexts`: in one of these; () for any."""

    fresh: bool
    contexts: tuple[str, ...] = ()


NOTHING: Final = Demand(fresh=False)


def check_contexts(asked: Sequence[str], of_revision: tuple[str, ...]) -> tuple[str, ...]:
    """Return the contexts that a request may demand, each once.

    A link is nobody's word: where the organisation's revision demands contexts it can only narrow
    them, never name a weaker one; elsewhere it can name those that are known. Raises BadInputError.
    """
    contexts = tuple(dict.fromkeys(asked))
    allowed = frozenset(of_revision) or KNOWN_CONTEXTS
    if len(contexts) > MOST_CONTEXTS or not allowed.issuperset(contexts):
        raise BadInputError(
            code="unknown_context",
            public="Your company's login is not set up for the kind of sign-in that was asked for. "
            "Please begin at sign-in.",
        )
    return contexts


def demanded_contexts(asked: tuple[str, ...], of_revision: tuple[str, ...]) -> tuple[str, ...]:
    """Return what an answer must match: what was asked, unless the revision now demands others."""
    if not of_revision:
        return asked
    return tuple(each for each in asked if each in of_revision) or of_revision
