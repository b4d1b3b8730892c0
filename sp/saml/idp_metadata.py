"""Reads an Identity Provider's metadata, or says why it cannot be used (Metadata 2.4.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sp.saml import (
    metadata_document,
    metadata_endpoints,
    metadata_entities,
    metadata_keys,
    metadata_signature,
    metadata_validity,
    metadata_warnings,
    urn,
    xml,
)
from sp.saml.errors import MetadataRefused
from sp.saml.metadata_entities import Entity
from sp.saml.metadata_keys import RoleKeys
from sp.saml.metadata_types import Certificate, Endpoint, IdpMetadata, MetadataWarning
from sp.saml.types import Element, SigningKey

__all__ = [
    "MOST_OCTETS",
    "Certificate",
    "Endpoint",
    "IdpMetadata",
    "MetadataWarning",
    "read_idp_metadata",
]

MOST_OCTETS: Final = metadata_document.LIMITS.octets


def read_idp_metadata(
    octets: bytes,
    *,
    now: datetime,
    entity_id: str | None = None,
    trusted_keys: tuple[SigningKey, ...] = (),
) -> IdpMetadata:
    """Return the document's Identity Provider; raises MetadataRefused.

    entity_id: the choice where there are several (code `choose_idp`, with the choices).
    trusted_keys: keys recorded earlier, one of which must have signed the document; without any, a
    signature proves nothing and a broken one is a warning (requirements, section 6).
    """
    root = metadata_document.read_document(octets)
    if trusted_keys:
        root = metadata_signature.verify(root, trusted_keys)
    entities = metadata_entities.find_entities(root)
    if all(_is_expired(entity, now) for entity in entities):
        raise _refuse_expired(entities[0], now)
    entity = metadata_entities.choose_entity(entities, entity_id)
    if _is_expired(entity, now):
        raise _refuse_expired(entity, now)
    metadata_entities.check_entity_id(entity.entity_id)
    state = "intact" if trusted_keys else metadata_signature.find_state(entity.element)
    return _read_entity(entity, state, now)


def _read_entity(entity: Entity, signature: str, now: datetime) -> IdpMetadata:
    role = entity.role
    sso = metadata_endpoints.read_endpoints(role, "md:SingleSignOnService")
    slo = metadata_endpoints.read_endpoints(role, "md:SingleLogoutService")
    use_sso = metadata_endpoints.choose_sso(sso)
    use_slo = metadata_endpoints.choose_slo(slo)
    keys = metadata_keys.read_keys(role)
    if not keys.signing:
        raise _refuse_without_key(keys)
    wants_signed = xml.trim(role.get("WantAuthnRequestsSigned")) in ("true", "1")
    return IdpMetadata(
        entity_id=entity.entity_id,
        signing_keys=tuple(keys.signing),
        encryption_keys=tuple(keys.encryption),
        sso=sso,
        slo=slo,
        use_sso=use_sso,
        use_slo=use_slo,
        name_id_formats=_read_formats(role),
        want_authn_requests_signed=wants_signed,
        display_name=metadata_entities.read_display_name(entity),
        warnings=metadata_warnings.make_warnings(
            entity_id=entity.entity_id,
            keys=keys,
            use_sso=use_sso,
            use_slo=use_slo,
            want_authn_requests_signed=wants_signed,
            signature=signature,
            now=now,
        ),
        valid_until=metadata_validity.find_valid_until(entity),
        cache_duration=metadata_validity.find_cache_duration(entity),
        signature=signature,
    )


def _read_formats(role: Element) -> tuple[str, ...]:
    """Return the NameIDFormats in their order, for people to see: none is asked for (DESIGN 14)."""
    texts = (xml.trim(each.text) for each in role.findall("md:NameIDFormat", urn.PREFIXES))
    return tuple(dict.fromkeys(text for text in texts if text))


def _is_expired(entity: Entity, now: datetime) -> bool:
    valid_until = metadata_validity.find_valid_until(entity)
    return valid_until is not None and valid_until <= now


def _refuse_expired(entity: Entity, now: datetime) -> MetadataRefused:
    valid_until = metadata_validity.find_valid_until(entity) or now
    keys = tuple(metadata_keys.read_keys(entity.role).signing)
    return metadata_validity.refuse_expired(valid_until, now, keys)


def _refuse_without_key(keys: RoleKeys) -> MetadataRefused:
    """Return why no key is left to verify a signature with; the first reason that applies."""
    code = "no_signing_key"
    if keys.too_short:
        code = "key_too_short"
        reason = "its only signing key is too short to trust (RSA under 1024 bits, EC under 256)"
    elif keys.unreadable:
        reason = (
            "its signing certificate is damaged, only a placeholder, or for a key of another kind "
            "than RSA or EC"
        )
    elif keys.wrong_namespace:
        reason = "the namespace of its certificate (KeyInfo) was changed or left out"
    elif keys.encryption:
        reason = "it lists a certificate for encryption only, and none for signing"
    else:
        reason = "it lists no signing certificate"
    return MetadataRefused(
        code,
        f"This metadata cannot be used: {reason}. Without a signing certificate nobody's sign-in "
        "can be verified. Download the metadata from your Identity Provider again; if it is the "
        "same, set up a signing certificate (RSA of 2048 bits or more) there.",
        unreadable=keys.unreadable,
    )
