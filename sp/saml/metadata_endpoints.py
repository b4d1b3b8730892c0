"""Reads an Identity Provider's endpoints, and chooses those we send to (Metadata 2.2.2, 2.4.3)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from sp.saml import urn, xml
from sp.saml.errors import MetadataRefused
from sp.saml.metadata_types import Endpoint
from sp.saml.types import Element

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BLANK: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_UNUSABLE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\\<>\"]")
"""What no revision takes in an address."""


def read_endpoints(role: Element, name: str) -> tuple[Endpoint, ...]:
    """Return the endpoints of that element name, such as "md:SingleSignOnService", in their order.

    Raises MetadataRefused where one is no web address: a browser would be sent there.
    """
    found = tuple(_read_endpoint(element) for element in role.findall(name, urn.PREFIXES))
    for endpoint in found:
        for location in (endpoint.location, endpoint.response_location or ""):
            _check_scheme(location)
    return found


def choose_sso(endpoints: tuple[Endpoint, ...]) -> Endpoint:
    """Return where AuthnRequests go: by Redirect, else by POST; raises MetadataRefused."""
    chosen = _choose(endpoints)
    if chosen is None:
        raise MetadataRefused(
            "no_sso_endpoint",
            "This metadata names no usable address at which your Identity Provider takes sign-in "
            "requests (SingleSignOnService by HTTP-Redirect or HTTP-POST, beginning with "
            "https://). Switch one on or correct it there, and download the metadata again.",
            bindings=[endpoint.binding for endpoint in endpoints],
        )
    return chosen


def choose_slo(endpoints: tuple[Endpoint, ...]) -> Endpoint | None:
    """Return where LogoutRequests go through the browser; None where nowhere."""
    return _choose(endpoints)


def choose_soap_slo(endpoints: tuple[Endpoint, ...]) -> Endpoint | None:
    """Return where LogoutRequests go from server to server (SOAP); None where nowhere."""
    return _choose(endpoints, (urn.SOAP,))


def _choose(
    endpoints: tuple[Endpoint, ...], bindings: tuple[str, ...] = (urn.REDIRECT, urn.POST)
) -> Endpoint | None:
    for binding in bindings:
        for endpoint in endpoints:
            if endpoint.binding == binding and _is_web_address(endpoint.location):
                return _without_bad_response(endpoint)
    return None


def _without_bad_response(endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that is answered where it is asked if nobody could be sent elsewhere."""
    location = endpoint.response_location
    if location is None or _is_web_address(location):
        return endpoint
    return replace(endpoint, response_location=None)


def _read_endpoint(element: Element) -> Endpoint:
    response_location = xml.trim(element.get("ResponseLocation"))
    return Endpoint(
        binding=xml.trim(element.get("Binding")),
        location=xml.trim(element.get("Location")),
        response_location=response_location or None,
    )


def _check_scheme(location: str) -> None:
    # Browsers skip blanks and control characters in a scheme, so they are skipped here.
    scheme = _SCHEME.match(_BLANK.sub("", location))
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise MetadataRefused(
            "endpoint_not_http",
            "An address in this metadata does not begin with https:// (a script or another "
            "program might run in its place), so we read none of it. Correct the address at your "
            "Identity Provider, and download the metadata again.",
            received=location,
        )


def _is_web_address(location: str) -> bool:
    if _UNUSABLE.search(location):
        return False
    try:
        parts = urlsplit(location)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
