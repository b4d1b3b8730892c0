"""The service providers that this IdP knows: every organisation of one deployment, by metadata."""

from __future__ import annotations

import base64
import binascii
import http.client
import re
import urllib.parse
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sp.demo.authn_requests import parse
from sp.demo.errors import DemoRefused
from sp.demo.messages import Element
from sp.demo.names import DS, MD, POST

_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_LARGEST: Final = 200_000


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """One organisation's service provider as its metadata describes it."""

    slug: str
    entity_id: str
    acs_urls: tuple[str, ...]
    encryption_key: RSAPublicKey | None


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
    return read_service_provider(_fetch(url), slug, url)


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
    return ServiceProvider(slug, entity_id, acs_urls, _find_encryption_key(role))


def _find_encryption_key(role: Element) -> RSAPublicKey | None:
    for descriptor in role.findall(f"{{{MD}}}KeyDescriptor"):
        text = descriptor.findtext(f".//{{{DS}}}X509Certificate")
        if descriptor.get("use", "encryption") != "encryption" or not text:
            continue
        try:
            certificate = x509.load_der_x509_certificate(base64.b64decode(text))
        except (binascii.Error, ValueError):
            continue
        key = certificate.public_key()
        if isinstance(key, RSAPublicKey):
            return key
    return None


def _fetch(url: str) -> bytes:
    parts = urllib.parse.urlsplit(url)
    # Python does not resolve names under .localhost everywhere; browsers do, to loopback.
    host = parts.hostname or ""
    address = "127.0.0.1" if host.endswith(".localhost") else host
    connection = http.client.HTTPConnection(address, parts.port or 80, timeout=10)
    try:
        connection.request("GET", parts.path, headers={"Host": parts.netloc})
        answer = connection.getresponse()
        octets = answer.read(_LARGEST)
    except (OSError, http.client.HTTPException):
        raise DemoRefused("The application does not answer right now.") from None
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise DemoRefused("The application has no metadata for that organisation.")
    return octets
