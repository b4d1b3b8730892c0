"""Where the service and the demonstration's Identity Provider listen, and whether they can."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass


class CannotStartError(Exception):
    """One sentence of why nothing was started."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the service and the demonstration's Identity Provider listen, on loopback only."""

    service: int
    idp: int

    @property
    def service_url(self) -> str:
        """Return the service's base URL."""
        return _url("sp.localhost", self.service)

    @property
    def idp_url(self) -> str:
        """Return the Identity Provider's base URL: another site for every browser."""
        return _url("idp.localhost", self.idp)

    @property
    def second_idp_url(self) -> str:
        """Return the origin that the Identity Provider's sign-on page may lead over."""
        return _url("login.idp.localhost", self.idp)


def read_ports(environ: Mapping[str, str]) -> Ports:
    """Return the two ports of PORT and DEMO_PORT; refuses one that is no port."""
    numbers = []
    for name, default in (("PORT", "8000"), ("DEMO_PORT", "8001")):
        text = environ.get(name) or default
        if not text.isdecimal() or not 1 <= int(text) <= 65_535:  # noqa: PLR2004 - the last port
            raise CannotStartError(f"{name} must be a port, 1 to 65535, not {text!r}.")
        numbers.append(int(text))
    ports = Ports(*numbers)
    if ports.service == ports.idp:
        raise CannotStartError("PORT and DEMO_PORT must be two different ports.")
    return ports


def refuse_taken(ports: Ports) -> None:
    """Look whether somebody listens on either port, and name two others."""
    for number in (ports.service, ports.idp):
        if is_in_use(number):
            others = f"PORT={ports.service + 100} DEMO_PORT={ports.idp + 100}"
            raise CannotStartError(f"Port {number} is in use. Choose others: {others} make run")


def _url(host: str, port: int) -> str:
    """Return an address as browsers write it."""
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"  # noqa: PLR2004 - http's own


def is_in_use(port: int) -> bool:
    """Say whether somebody listens on a port of this machine."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
