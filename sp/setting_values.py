"""Reads one setting's text into its value, or says in one sentence why it cannot be used."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

LONGEST_BASE_URL: Final = 178
"""So that the longest slug still gives an entityID of 256 characters (saml2int v2)."""

SHORTEST_SECRET: Final = 32
MOST_HOPS: Final = 10
LONGEST_NAME: Final = 80

_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"
)
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,185}")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_PORTS: Final = {"http": 80, "https": 443}


def read_base_url(text: str) -> str:
    """Return scheme, host and port in lower case, without a default port and without a slash."""
    if not text:
        message = "SP_BASE_URL is not set: give the address that browsers use, such as https://sp.example.com."
        raise ValueError(message)
    parts, port = _split(text)
    if parts is None or not (_is_host(parts.hostname or "")):
        message = f"SP_BASE_URL must be an absolute http or https address, not {text!r}."
        raise ValueError(message)
    if "@" in parts.netloc or "?" in text or "#" in text or parts.path not in ("", "/"):
        message = "SP_BASE_URL must be scheme, host and port alone: no path, query or user."
        raise ValueError(message)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    url = f"{parts.scheme}://{shown}"
    if port is not None and port != _PORTS[parts.scheme]:
        url += f":{port}"
    if parts.scheme == "http" and not is_loopback(url):
        message = (
            f"SP_BASE_URL must be https, not {url}: plain http works on this machine only "
            "(localhost, a name ending in .localhost, 127.0.0.1)."
        )
        raise ValueError(message)
    if len(url) > LONGEST_BASE_URL:
        message = f"SP_BASE_URL is longer than {LONGEST_BASE_URL} characters."
        raise ValueError(message)
    return url


def is_loopback(url: str) -> bool:
    """Say whether an address can be reached from its own machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_database_url(name: str, text: str, root: Path) -> str:
    """Return the address with its driver; the path of SQLite's file is made absolute."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        url = URL.create("unreadable")
    kind = url.drivername.partition("+")[0]
    path = "" if url.query else url.database
    if kind == "sqlite" and path and path != ":memory:":
        url = url.set(drivername="sqlite", database=str(root / path))
    elif kind in ("postgres", "postgresql") and url.database:
        url = url.set(drivername="postgresql+psycopg")
    else:
        # The address itself is not repeated: it may hold a password.
        message = f"{name} must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."
        raise ValueError(message)
    return url.render_as_string(hide_password=False)


def read_link(name: str, text: str) -> str | None:
    """Return an absolute address for other people's browsers, or None where none is set."""
    if not text:
        return None
    parts, _ = _split(text)
    usable = parts is not None and (parts.scheme == "https" or is_loopback(text))
    if not usable or not text.isascii() or re.search(r"[\x00-\x20\"'<>\\]", text):
        message = f"{name} must be an absolute https address, not {text!r}."
        raise ValueError(message)
    return text


def read_email(name: str, text: str) -> str:
    """Return one plain e-mail address."""
    if not _EMAIL.fullmatch(text):
        message = f"{name} must be one plain e-mail address."
        raise ValueError(message)
    return text


def read_name(name: str, text: str) -> str:
    """Return a name that can stand on a page, in XML and in a header."""
    if len(text) > LONGEST_NAME or not text.isprintable():
        message = f"{name} must be at most {LONGEST_NAME} printable characters."
        raise ValueError(message)
    return text


def read_colour(name: str, text: str) -> str:
    """Return a colour as #rrggbb, in lower case."""
    if not _COLOUR.fullmatch(text):
        message = f"{name} must be a colour such as #1f5fbf, not {text!r}."
        raise ValueError(message)
    return text.lower()


def read_hops(name: str, text: str) -> int:
    """Return how many proxies stand in front."""
    if text not in (str(hops) for hops in range(MOST_HOPS + 1)):
        message = f"{name} must be a whole number from 0 to {MOST_HOPS}, not {text!r}."
        raise ValueError(message)
    return int(text)


def read_choice(name: str, text: str, choices: tuple[str, ...]) -> str:
    """Return one of a few words, in the case in which they are known."""
    if text.upper() not in choices:
        message = f"{name} must be {' or '.join(choices)}, not {text!r}."
        raise ValueError(message)
    return text.upper()


def read_redis_url(name: str, text: str) -> str | None:
    """Return the address of a Redis, or None where none is set; it may hold a password."""
    if text and not (re.fullmatch(r"(rediss?|unix)://\S+", text) and _has_port(text)):
        message = f"{name} must be redis://HOST:PORT/NUMBER, rediss://… or unix://PATH."
        raise ValueError(message)
    return text or None


def read_secret(name: str, text: str) -> bytes | None:
    """Return a secret's octets, or None where none is set."""
    if text and len(text) < SHORTEST_SECRET:
        message = f"{name} must be at least {SHORTEST_SECRET} characters, from a random source."
        raise ValueError(message)
    return text.encode("utf-8", "surrogateescape") or None


def _split(text: str) -> tuple[SplitResult | None, int | None]:
    """Return an http or https address in its parts, or None where it is not one."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None, None
    known = parts.scheme in _PORTS and parts.hostname and port != 0
    return (parts, port) if known else (None, None)


def _has_port(text: str) -> bool:
    """Say whether an address has a port that there is, or none; brackets must be closed."""
    try:
        return urlsplit(text).port != 0
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    """Say whether a host is an ASCII name (IDNA where needed) or an address."""
    if _HOST.fullmatch(host):
        return True
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False
