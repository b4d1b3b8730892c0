"""Asks an address that somebody named for a document, and can be led nowhere else by it.

Only https, only to addresses of the public network, a few redirects that are held to the same, and
no more octets or seconds than the caller allows. The name is looked up once and the connection goes
to what was looked at, so that a second answer of the name server changes nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from contextlib import closing
from functools import cache
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from sp.deadline import cut_at
from sp.errors import SpError

MOST_REDIRECTS: Final = 3
SECONDS: Final = 20.0
_CHUNK: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200
_WRITTEN: Final = "!#$%&'()*+,/:;=?@[]~"
"""What stands in an address as it is, besides letters, digits and "-._"; the rest is escaped."""
_TOO_SLOW: Final = "The document takes too long to arrive."
_ACCEPT: Final = {"Accept": "application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1"}


class FetchError(SpError):
    """The document could not be had; `public` says why, in a sentence for whoever named it."""

    code = "fetch_failed"
    status = 400


def fetch(url: str, *, limit: int, loopback: bool = False, seconds: float = SECONDS) -> bytes:
    """Return what stands at an address; raises FetchError.

    limit: octets at most. loopback: plain http and this machine's own addresses are fine, for a
    service that is itself on loopback. seconds: for all of it.
    """
    deadline = time.monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        parts = _split(url, loopback=loopback)
        connection = _connect(parts, deadline, loopback=loopback)
        try:
            with (
                cut_at(deadline, connection.sock),
                closing(_ask(connection, "GET", parts, _ACCEPT)) as answer,
            ):
                if answer.status not in _REDIRECTS:
                    return _read(answer, limit, deadline)
                url = _join(url, answer.getheader("Location", ""))
        except (OSError, http.client.HTTPException) as error:
            raise _no_answer(parts, deadline) from error
        finally:
            connection.close()
    raise FetchError(public="This address leads from one address to the next without end.")


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    limit: int,
    loopback: bool = False,
    seconds: float = SECONDS,
    statuses: Collection[int] = (_OK,),
) -> bytes:
    """Send octets to an address and return what it answers; no redirect is followed.

    statuses: those of an answer. Raises FetchError; limit, loopback, seconds: as for `fetch`.
    """
    deadline = time.monotonic() + seconds
    parts = _split(url, loopback=loopback)
    connection = _connect(parts, deadline, loopback=loopback)
    try:
        with (
            cut_at(deadline, connection.sock),
            closing(_ask(connection, "POST", parts, headers, body)) as answer,
        ):
            return _read(answer, limit, deadline, statuses)
    except (OSError, http.client.HTTPException) as error:
        raise _no_answer(parts, deadline) from error
    finally:
        connection.close()


def _join(url: str, location: str) -> str:
    """Return where a redirect leads; what cannot be told from it leads nowhere."""
    # http.client gives the octets of a header as ISO 8859-1.
    target = quote(location.encode("latin-1"), safe=_WRITTEN)
    try:
        return urljoin(url, target)
    except ValueError:
        return ""


def _no_answer(parts: SplitResult, deadline: float) -> FetchError:
    if time.monotonic() > deadline:
        return FetchError(public=_TOO_SLOW)
    return FetchError(public=f"{parts.hostname} did not answer as a web server does.")


def _split(url: str, *, loopback: bool) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    is_plain = parts.scheme == "http" and loopback
    if (
        not parts.hostname
        or parts.username is not None
        or not (parts.scheme == "https" or is_plain)
    ):
        raise FetchError(public="Only an address that begins with https:// can be fetched.")
    return parts


def _connect(parts: SplitResult, deadline: float, *, loopback: bool) -> http.client.HTTPConnection:
    """Return a connection to the first address of the host that may be reached."""
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    address = _look_up(host, port, loopback=loopback)
    left = max(0.1, deadline - time.monotonic())
    kind = http.client.HTTPSConnection if is_tls else http.client.HTTPConnection
    connection = kind(host, port, timeout=left)
    try:
        connection.sock = socket.create_connection((address, port), timeout=left)
        if is_tls:
            connection.sock = secured = _tls().wrap_socket(
                connection.sock, server_hostname=host, do_handshake_on_connect=False
            )
            with cut_at(deadline, secured):
                secured.do_handshake()
    except OSError as error:
        refused = _no_connection(error, host, deadline, is_reached=connection.sock is not None)
        connection.close()
        raise refused from error
    return connection


def _no_connection(error: OSError, host: str, deadline: float, *, is_reached: bool) -> FetchError:
    if is_reached and time.monotonic() > deadline:
        return FetchError(public=_TOO_SLOW)
    if isinstance(error, ssl.SSLError):
        sentence = f"{host} does not prove who it is: its certificate is not one that we trust."
        return FetchError(public=sentence)
    return FetchError(public=f"{host} cannot be reached.")


def _look_up(host: str, port: int, *, loopback: bool) -> str:
    if loopback and host.endswith(".localhost"):  # browsers know these names; the resolver may not
        host = "127.0.0.1"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(public=f"There is no host {host}.") from error
    addresses = [str(each[4][0]) for each in found]
    if not all(_may_reach(each, loopback=loopback) for each in addresses):
        raise FetchError(
            code="address_not_public", public=f"{host} is not an address of the public network."
        )
    return addresses[0]


def _may_reach(address: str, *, loopback: bool) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return (mapped.is_global and not mapped.is_multicast) or (loopback and mapped.is_loopback)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes | None = None,
) -> http.client.HTTPResponse:
    target = quote(parts._replace(scheme="", netloc="", fragment="").geturl(), safe=_WRITTEN) or "/"
    connection.request(method, target, body=body, headers=dict(headers))
    return connection.getresponse()


def _read(
    answer: http.client.HTTPResponse,
    limit: int,
    deadline: float,
    statuses: Collection[int] = (_OK,),
) -> bytes:
    if answer.status not in statuses:
        raise FetchError(public=f"There is no document at this address (status {answer.status}).")
    octets = bytearray()
    while chunk := answer.read1(_CHUNK):
        octets += chunk
        if len(octets) > limit:
            raise FetchError(public=f"The document is larger than {limit // 1_000_000} MB.")
    if time.monotonic() > deadline:  # what was cut off ends like what is whole
        raise FetchError(public=_TOO_SLOW)
    return bytes(octets)
