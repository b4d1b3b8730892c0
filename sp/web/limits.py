"""How often one network may ask for what costs us a row or a person's attention."""

from __future__ import annotations

import ipaddress
import logging
import math
from typing import Any, Final

from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import parse
from limits.errors import StorageError

from sp import clock
from sp.config import Config
from sp.errors import SpError
from sp.web.counters import Counters

# A whole company comes from one address at nine: these hold back a program, never a morning.
LOGIN: Final = "600 per minute"
START: Final = "1200 per minute"
UNVERIFIED: Final = "120 per minute"

_REDIS: Final[dict[str, Any]] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
"""Seconds that a sign-in waits for Redis before it goes on uncounted."""
_EXTENSION: Final = "sp_limiter"
_log = logging.getLogger("sp.web")


class TooManyError(SpError):
    """This network asked too often; `retry_after` is in seconds."""

    code = "too_many"
    status = 429

    def __init__(self, retry_after: int) -> None:
        unit = "a minute" if retry_after > 1 else "a moment"
        super().__init__(
            public=f"Very many sign-ins came from your network just now. Please wait {unit}, "
            "then try again; nothing is wrong with your account."
        )
        self.retry_after = retry_after


def register(app: Flask, config: Config) -> None:
    """Count in Redis where there is one, else in this process."""
    app.config.setdefault("SP_LIMIT_LOGIN", LOGIN)
    app.config.setdefault("SP_LIMIT_START", START)
    app.config.setdefault("SP_LIMIT_UNVERIFIED", UNVERIFIED)
    limiter = app.extensions[_EXTENSION] = Limiter(
        network,
        storage_uri=config.redis_url or f"{Counters.STORAGE_SCHEME[0]}://",
        storage_options={**_REDIS, "wrap_exceptions": True} if config.redis_url else {},
    )
    # It believes that its hooks are there already: what is counted is counted below, by hand, and
    # every other request would be looked up in vain.
    app.extensions.setdefault("limiter", set()).add(limiter)
    limiter.init_app(app)


def count_login() -> None:
    """Count an address that was typed; raises TooManyError."""
    _count("SP_LIMIT_LOGIN")


def count_start(organisation: str) -> None:
    """Count a sign-in that was begun, since each writes a row; raises TooManyError."""
    _count("SP_LIMIT_START", organisation)


def count_unverified(organisation: str) -> None:
    """Count an answer that no signature verified, once it is refused; raises TooManyError.

    Counted before it is read, one neighbour's junk would keep a whole company out; so only
    refusals count, and however many there were, the next good answer still signs in.
    """
    _count("SP_LIMIT_UNVERIFIED", organisation)


def network() -> str:
    """Return where a request comes from: an IPv4 address, or the /64 that one household has."""
    text = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return text
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _count(name: str, *of: str) -> None:
    limiter: Limiter = current_app.extensions[_EXTENSION]
    limit = parse(current_app.config[name])
    key = (name, network(), *of)
    try:
        if limiter.limiter.hit(limit, *key):
            return
        resets_at = limiter.limiter.get_window_stats(limit, *key).reset_time
    except StorageError:
        # Whoever counts may be gone; people still sign in.
        _log.warning("rate limits cannot be counted", extra={"limit": name})
        return
    raise TooManyError(max(1, math.ceil(resets_at - clock.now().timestamp())))
