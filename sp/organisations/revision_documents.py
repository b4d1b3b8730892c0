"""The documents of a new revision, made from an Identity Provider's metadata."""

from __future__ import annotations

import base64
from typing import Any, Final

from sp.organisations.json_values import UnusableError, dump_object
from sp.organisations.presets import Preset
from sp.organisations.revision import (
    ADVANCED,
    ATTRIBUTES,
    METADATA,
    OURS,
    SETTINGS,
    make_security,
    read_documents,
)
from sp.saml import metadata_endpoints, toolkit
from sp.saml.errors import MetadataRefused
from sp.saml.metadata_types import Endpoint, IdpMetadata

TOLERANCE_SECONDS: Final = 180
MAXIMUM_AGE_SECONDS: Final = 24 * 3600


def make_documents(
    metadata: IdpMetadata, octets: bytes, *, preset: Preset, exceptions: frozenset[str]
) -> dict[str, bytes]:
    """Return the four documents by name; `octets` is the metadata as received.

    Requests are signed where the metadata wants it (WantAuthnRequestsSigned, Metadata 2.4.3), and
    otherwise bare (DESIGN, decision 14). Raises MetadataRefused for what python3-saml, whose format
    this is, does not take, or what we would not read back.
    """
    settings: dict[str, Any] = {"strict": True, "idp": _make_idp(metadata)}
    _refuse(toolkit.check_idp_settings(settings["idp"]))
    bare = [_text(each.key.spki) for each in metadata.signing_keys if not each.key.certificate]
    if bare:
        settings[OURS] = {"bareKeys": bare}
    advanced = {
        "security": make_security(
            sign_requests=metadata.want_authn_requests_signed, contexts=(), exceptions=exceptions
        ),
        OURS: {
            "toleranceSeconds": TOLERANCE_SECONDS,
            "maximumAgeSeconds": MAXIMUM_AGE_SECONDS,
            "exceptions": sorted(exceptions),
            "forceAuthn": False,
            "sendLoginHint": preset.send_login_hint,
        },
    }
    documents = {
        SETTINGS: dump_object(settings),
        ADVANCED: dump_object(advanced),
        ATTRIBUTES: dump_object(preset.attribute_map.as_json()),
        METADATA: octets,
    }
    try:
        read_documents("", 0, "", documents)
    except UnusableError as error:
        _refuse([str(error)])
    return documents


def _refuse(errors: list[str]) -> None:
    """Refuse the metadata where there is anything against it."""
    if errors:
        raise MetadataRefused(
            "settings_refused",
            "This metadata can be read, but the sign-in software does not take what it says "
            f"({', '.join(errors)}). Correct it at your Identity Provider, and download it again.",
        )


def _make_idp(metadata: IdpMetadata) -> dict[str, Any]:
    sso = metadata.use_sso
    idp: dict[str, Any] = {
        "entityId": metadata.entity_id,
        "singleSignOnService": {"url": sso.location, "binding": sso.binding},
    }
    slo = metadata.use_slo or metadata_endpoints.choose_soap_slo(metadata.slo)
    if slo:
        idp["singleLogoutService"] = _make_slo(slo)
    signing = [
        _text(each.key.certificate) for each in metadata.signing_keys if each.key.certificate
    ]
    if signing:
        idp["x509certMulti"] = {"signing": signing}
    return idp


def _make_slo(slo: Endpoint) -> dict[str, str]:
    made = {"url": slo.location, "binding": slo.binding}
    if slo.response_location:
        made["responseUrl"] = slo.response_location
    return made


def _text(der: bytes) -> str:
    return base64.b64encode(der).decode("ascii")
