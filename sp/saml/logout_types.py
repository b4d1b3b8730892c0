"""The values of single logout: what is asked, what is answered, what a message must match."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sp.saml.types import Finding, NameID, SigningKey

REQUEST: Final = "LogoutRequest"
RESPONSE: Final = "LogoutResponse"

_TENANT: Final = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_FORMS: Final = ("https://sts.windows.net/", "https://login.microsoftonline.com/")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """What a verified LogoutRequest asks (Core 3.7.1).

    `session_indexes` is () where it names none, which means every session of that NameID.
    """

    request_id: str
    issuer: str
    issue_instant: datetime
    not_on_or_after: datetime | None
    name_id: NameID
    session_indexes: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutResponse:
    """What a verified LogoutResponse answers (Core 3.7.2); `status` is data, the outermost first.

    Success with PartialLogout below it says that some session elsewhere may still be open.
    """

    response_id: str
    issuer: str
    issue_instant: datetime
    in_response_to: str
    status: tuple[str, ...]
    status_message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutExpectation:
    """What a logout message must match. No default anywhere, so that nobody can forget a part.

    `destination` is our own endpoint for the binding that the message came by; a LogoutResponse
    over the connection of our own SOAP request may leave it out. `other_issuers` are accepted
    beside `idp_entity_id`: see `entra_issuers`. `request_id` is the ID of the LogoutRequest of ours
    that a LogoutResponse is judged as the answer to: None refuses every answer. A LogoutRequest
    answers nothing: None. `exceptions`: "sha1", "weak-key".
    """

    instant: datetime
    tolerance: timedelta
    maximum_age: timedelta
    sp_entity_id: str
    destination: str
    idp_entity_id: str
    other_issuers: tuple[str, ...]
    keys: tuple[SigningKey, ...]
    exceptions: frozenset[str]
    request_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutJudgement:
    """Everything that reading a logout message gave.

    `request` or `response` is there where every finding is ok. `signed_by` is the key that
    verified, `message_id` the ID of what it signed, also where a later check failed;
    `plain_name_id` the octets that decrypting an EncryptedID gave.
    """

    findings: tuple[Finding, ...]
    request: LogoutRequest | None
    response: LogoutResponse | None
    signed_by: SigningKey | None
    verified: bool
    message_id: str | None
    plain_name_id: bytes | None

    @property
    def refusal(self) -> Finding | None:
        """Return the first finding that is not ok, or None."""
        return next((finding for finding in self.findings if not finding.ok), None)


def entra_issuers(entity_id: str) -> tuple[str, ...]:
    """Return the other name by which Entra ID signs logout messages of the same tenant, or ().

    Its Responses say sts.windows.net, its LogoutResponses may say login.microsoftonline.com.
    """
    for own, other in (_FORMS, _FORMS[::-1]):
        match = re.fullmatch(f"{re.escape(own)}({_TENANT}/)", entity_id)
        if match:
            return (other + match[1],)
    return ()
