"""The values that the protocol floor takes in and hands out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml gives its element class no other name


class Finding(NamedTuple):
    """The outcome of one check.

    `code` names the check, and the refusal where `ok` is false; `expected` and `actual` are for
    admins and the record; `section` is where the rule stands ("Profiles 4.1.4.3").
    """

    code: str
    ok: bool
    expected: str = ""
    actual: str = ""
    section: str = ""


is_ok: Callable[[Finding], bool] = attrgetter("ok")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key that may sign for an Identity Provider.

    spki: DER SubjectPublicKeyInfo. certificate: DER as recorded, b"" where only a bare key was.
    """

    spki: bytes
    certificate: bytes

    fingerprint: str
    """SHA-256 of the certificate (of the SPKI where there is none), 64 lower-case hex digits."""


class Expectation(NamedTuple):
    """What a Response must match. No default anywhere, so that nobody can forget a part.

    `request_id` is the ID of the AuthnRequest that this is judged as the answer to; None judges it
    as the answer to no request of ours. `unsolicited` is the organisation's policy, kept for the
    record: restart, accept or refuse. `exceptions` holds the recorded ones: "sha1", "weak-key".
    `authenticated_after` is set where the request demanded a fresh sign-in (ForceAuthn).
    `contexts` holds the authentication contexts that the request demanded, exact; () for any.
    """

    instant: datetime
    tolerance: timedelta
    maximum_age: timedelta
    sp_entity_id: str
    acs_url: str
    idp_entity_id: str
    keys: tuple[SigningKey, ...]
    request_id: str | None
    unsolicited: str
    exceptions: frozenset[str]
    authenticated_after: datetime | None
    contexts: tuple[str, ...]


class NameID(NamedTuple):
    """The subject's name as received, its value trimmed of XML white space (Core 2.2.3)."""

    value: str
    format: str | None
    name_qualifier: str | None
    sp_name_qualifier: str | None


class Attribute(NamedTuple):
    """One attribute, repeated Names merged; None stands for a value with child elements."""

    name: str
    values: tuple[str | None, ...]


class Assertion(NamedTuple):
    """What a verified assertion says; made from the octets that verified and nothing else."""

    assertion_id: str
    issuer: str
    issue_instant: datetime
    not_on_or_after: datetime | None
    name_id: NameID | None
    attributes: tuple[Attribute, ...]
    authn_instant: datetime
    authn_context: str | None
    session_index: str | None
    session_not_on_or_after: datetime | None
    in_response_to: str | None


class Judgement(NamedTuple):
    """Everything that reading a Response gave.

    `assertion` is None unless every finding is ok. `signed_by` is the key that verified; `plain`
    the octets that decrypting the assertion gave, `plain_name_id` those of an EncryptedID in it.
    `verified` says that at least one signature verified.
    `assertion_id` is the ID of the verified assertion, also where a later check failed.
    `status` holds the status codes, outermost first, and `status_message` the IdP's own words.
    """

    findings: tuple[Finding, ...]
    assertion: Assertion | None
    signed_by: SigningKey | None
    plain: bytes | None
    verified: bool
    status: tuple[str, ...]
    status_message: str
    assertion_id: str | None = None
    plain_name_id: bytes | None = None

    @property
    def refusal(self) -> Finding | None:
        """Return the first finding that is not ok, or None."""
        return next((finding for finding in self.findings if not finding.ok), None)


Decrypt: TypeAlias = Callable[[Element], bytes]
"""Turns an EncryptedAssertion or EncryptedID into its plain octets, or raises
`sp.saml.errors.Refused`. It is an argument, so that an audit years later can hand in the octets
that were kept."""
