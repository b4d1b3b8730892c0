"""The values that reading an Identity Provider's metadata gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sp.saml.types import SigningKey


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an Identity Provider takes messages by one binding (Metadata 2.2.2)."""

    binding: str
    location: str
    response_location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A key out of metadata, and what its certificate says beside the key.

    algorithm: "RSA" or "EC". bits: length of the key. subject: "" and not_after: None where there
    is only a bare key or the certificate is too odd. notes: what a specialist may want to know.
    """

    key: SigningKey
    algorithm: str
    bits: int
    not_after: datetime | None
    subject: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MetadataWarning:
    """What deserves a look, though the document can be used.

    needs: the exception ("weak-key", "http") without which it does not go live; "" for none.
    """

    code: str
    sentence: str
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdpMetadata:
    """One Identity Provider as its metadata describes it (Metadata 2.4.3).

    `sso` and `slo` hold every endpoint in the document's order, `use_sso` and `use_slo` those that
    we send to; use_slo is None where the IdP takes no logout through the browser. `signature` is
    "none", "intact", "broken" or "unchecked": by the key that came with it, which says nothing
    about who made it. `valid_until` is the earliest of the entity, its role and what is around it.
    """

    entity_id: str
    signing_keys: tuple[Certificate, ...]
    encryption_keys: tuple[Certificate, ...]
    sso: tuple[Endpoint, ...]
    slo: tuple[Endpoint, ...]
    use_sso: Endpoint
    use_slo: Endpoint | None
    name_id_formats: tuple[str, ...]
    want_authn_requests_signed: bool
    display_name: str
    warnings: tuple[MetadataWarning, ...]
    valid_until: datetime | None
    cache_duration: timedelta | None
    signature: str = "none"
