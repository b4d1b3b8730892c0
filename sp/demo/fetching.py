"""Asks the application without a browser: for its metadata, and for a sign-out over SOAP."""

from __future__ import annotations

import http.client
import urllib.parse
from collections.abc import Mapping
from typing import Final

from sp.demo.errors import DemoRefused

_LARGEST: Final = 200_000
_PATIENCE: Final = 10.0
"""Seconds until an application counts as silent."""


def fetch(url: str) -> bytes:
    """Return what stands at an address; refuses everything but status 200."""
    status, octets = _exchange("GET", url, None, {})
    if status != http.client.OK:
        raise DemoRefused("The application has no metadata for that organisation.")
    return octets


def post_soap(url: str, envelope: bytes) -> bytes:
    """Post an Envelope and return the one that answers (Bindings 3.2.3)."""
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": '"http://www.oasis-open.org/committees/security"',
    }
    _, octets = _exchange("POST", url, envelope, headers)
    return octets


def _exchange(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    parts = urllib.parse.urlsplit(url)
    # Python does not resolve names under .localhost everywhere; browsers do, to loopback.
    host = parts.hostname or ""
    address = "127.0.0.1" if host.endswith(".localhost") else host
    connection = http.client.HTTPConnection(address, parts.port or 80, timeout=_PATIENCE)
    try:
        connection.request(method, parts.path, body, {"Host": parts.netloc, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read(_LARGEST)
    except (OSError, http.client.HTTPException):
        raise DemoRefused("The application does not answer right now.") from None
    finally:
        connection.close()
