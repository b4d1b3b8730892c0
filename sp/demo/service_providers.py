"""The service providers that this IdP knows: every organisation of one deployment, by metadata."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sp.demo.errors import DemoRefused
from sp.demo.fetching import fetch
from sp.demo.incoming import parse
from sp.demo.messages import Element
from sp.demo.names import DS, MD, POST

_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """One organisation's service provider as its metadata describes it.

    slo: Location and ResponseLocation of its SingleLogoutService by binding (Metadata 2.4.2).
    """

    slug: str
    entity_id: str
    acs_urls: tuple[str, ...]
    encryption_key: RSAPublicKey | None
    signing_keys: tuple[RSAPublicKey, ...]
    slo: Mapping[str, tuple[str, str]]


def slug_of(entity_id: str, sp_base_url: str) -> str:
    """Return the organisation's slug; refuses an Issuer that is not of the known deployment."""
    match = re.fullmatch(
        re.escape(sp_base_url) + f"/saml/({_SLUG.pattern})/metadata", entity_id, re.ASCII
    )
    if match is None:
        raise DemoRefused("This identity provider does not know that application.")
    return match[1]


def fetch_service_provider(slug: str, sp_base_url: str) -> ServiceProvider:
    """Fetch and read one organisation's metadata from the deployment that was configured."""
    if not _SLUG.fullmatch(slug):
        raise DemoRefused("This identity provider does not know that application.")
    url = f"{sp_base_url}/saml/{slug}/metadata"
    return read_service_provider(fetch(url), slug, url)


def read_service_provider(octets: bytes, slug: str, entity_id: str) -> ServiceProvider:
    """Read metadata that must be about this entityID (Metadata 2.4.4)."""
    root = parse(octets)
    role = root.find(f"{{{MD}}}SPSSODescriptor")
    if root.get("entityID") != entity_id or role is None:
        raise DemoRefused("The application's metadata is about somebody else.")
    acs_urls = tuple(
        service.get("Location", "")
        for service in role.findall(f"{{{MD}}}AssertionConsumerService")
        if service.get("Binding") == POST
    )
    return ServiceProvider(
        slug,
        entity_id,
        acs_urls,
        next(_find_keys(role, "encryption"), None),
        tuple(_find_keys(role, "signing")),
        _find_slo(role),
    )


def _find_keys(role: Element, use: str) -> Iterator[RSAPublicKey]:
    for descriptor in role.findall(f"{{{MD}}}KeyDescriptor"):
        text = descriptor.findtext(f".//{{{DS}}}X509Certificate")
        if descriptor.get("use", use) != use or not text:
            continue
        try:
            certificate = x509.load_der_x509_certificate(base64.b64decode(text))
        except (binascii.Error, ValueError):
            continue
        key = certificate.public_key()
        if isinstance(key, RSAPublicKey):
            yield key


def _find_slo(role: Element) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for service in role.findall(f"{{{MD}}}SingleLogoutService"):
        location = service.get("Location", "")
        answered = service.get("ResponseLocation") or location
        found.setdefault(service.get("Binding", ""), (location, answered))
    return found
