"""Writes IdP metadata as text, one good document with one change, and reads it.

from support.metadata import entities, entity, key, read, refusal, role, slo, sso

read(entity())                                     # good: one IdP, one key, Redirect
read(entity(role(key(CERTIFICATE), sso())))        # with other parts
read(entities(entity(), entity(entity_id="b")))    # several IdPs
refusal(entity(role(sso()))).code                  # what was refused, and why
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from support.key_pairs import key_named

from sp.saml import urn
from sp.saml.errors import MetadataRefused
from sp.saml.idp_metadata import IdpMetadata, read_idp_metadata

NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
ENTITY_ID = "https://idp.example.com/saml"
SSO = "https://idp.example.com/saml/sso"
SLO = "https://idp.example.com/saml/slo"
SPACES = f'xmlns="{urn.MD}" xmlns:ds="{urn.DS}" xmlns:mdui="{urn.MDUI}"'


def key(certificate: bytes | str | None = None, use: str = "signing") -> str:
    """Return a KeyDescriptor; a text stands in X509Certificate as it is."""
    if certificate is None:
        certificate = key_named("rsa-a").certificate
    return key_info(x509_data(certificate), use)


def x509_data(*certificates: bytes | str) -> str:
    """Return one X509Data with all of them, as a chain has it."""
    texts = (
        base64.b64encode(each).decode() if isinstance(each, bytes) else each
        for each in certificates
    )
    elements = (f"<ds:X509Certificate>{text}</ds:X509Certificate>" for text in texts)
    return f"<ds:X509Data>{''.join(elements)}</ds:X509Data>"


def key_info(content: str, use: str = "signing") -> str:
    """Return a KeyDescriptor with any content in its KeyInfo."""
    attribute = f' use="{use}"' if use else ""
    return f"<KeyDescriptor{attribute}><ds:KeyInfo>{content}</ds:KeyInfo></KeyDescriptor>"


def sso(location: str = SSO, binding: str = urn.REDIRECT) -> str:
    """Return a SingleSignOnService."""
    return f'<SingleSignOnService Binding="{binding}" Location="{location}"/>'


def slo(location: str = SLO, binding: str = urn.REDIRECT, response: str | None = None) -> str:
    """Return a SingleLogoutService."""
    attribute = "" if response is None else f' ResponseLocation="{response}"'
    return f'<SingleLogoutService Binding="{binding}" Location="{location}"{attribute}/>'


def role(*children: str, protocols: str = urn.SAMLP, attributes: str = "") -> str:
    """Return an IDPSSODescriptor; without children a good one."""
    content = "".join(children or (key(), sso()))
    return (
        f'<IDPSSODescriptor protocolSupportEnumeration="{protocols}" {attributes}>'
        f"{content}</IDPSSODescriptor>"
    )


def entity(*content: str, entity_id: str | None = ENTITY_ID, attributes: str = "") -> str:
    """Return an EntityDescriptor; without content one with a good IdP."""
    named = "" if entity_id is None else f'entityID="{entity_id}"'
    return f"<EntityDescriptor {SPACES} {named} {attributes}>{''.join(content or (role(),))}</EntityDescriptor>"


def entities(*content: str, attributes: str = "") -> str:
    """Return an EntitiesDescriptor."""
    return f"<EntitiesDescriptor {SPACES} {attributes}>{''.join(content)}</EntitiesDescriptor>"


def read(document: str | bytes, **arguments) -> IdpMetadata:
    """Return what a document gives at NOW."""
    octets = document.encode() if isinstance(document, str) else document
    return read_idp_metadata(octets, **({"now": NOW} | arguments))


def refusal(document: str | bytes, **arguments) -> MetadataRefused:
    """Return why a document is refused; fails where it is not."""
    with pytest.raises(MetadataRefused) as caught:
        read(document, **arguments)
    return caught.value


def codes(metadata: IdpMetadata) -> set[str]:
    """Return the codes of the warnings."""
    return {warning.code for warning in metadata.warnings}
