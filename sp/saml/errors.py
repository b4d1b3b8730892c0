"""The refusals of the protocol floor."""

from __future__ import annotations

from sp.errors import SpError
from sp.saml.types import Finding


class Refused(SpError):  # noqa: N818 - the word of the protocol: a message is refused
    """A message may not decide anything; every reason has the same public sentence."""

    code = "refused"
    public = "Your company's sign-in could not be completed."
    status = 400

    def __init__(self, finding: Finding) -> None:
        super().__init__(
            code=finding.code,
            expected=finding.expected,
            actual=finding.actual,
            section=finding.section,
        )
        self.finding = finding


def refuse(code: str, expected: str = "", actual: str = "", section: str = "") -> Refused:
    """Return the refusal for a rule that a message broke; the caller raises it."""
    return Refused(Finding(code, ok=False, expected=expected, actual=actual, section=section))


class ObjectionError(Exception):
    """What python3-saml has against a message; `code` is schema where a rule of that is broken."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class MetadataRefused(SpError):  # noqa: N818 - as above
    """A document cannot be used as IdP metadata; `public` tells the administrator why.

    `choices` holds (entityID, display name) pairs where the document has several usable IdPs.
    """

    code = "metadata_refused"
    status = 400

    def __init__(
        self, code: str, public: str, *, choices: tuple[tuple[str, str], ...] = (), **facts: object
    ) -> None:
        super().__init__(code=code, public=public, **facts)
        self.choices = choices
