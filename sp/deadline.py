"""Holds a connection to its deadline, however slowly the other side sends."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def cut_at(deadline: float, connected: socket.socket) -> Iterator[None]:
    """Cut a connection off at its deadline: a socket's own timeout is of each octet anew.

    deadline: a reading of `time.monotonic`. Who waits then gets the end of what was sent.
    """
    cut = threading.Timer(deadline - time.monotonic(), _cut, (connected,))
    cut.daemon = True
    cut.start()
    try:
        yield
    finally:
        cut.cancel()


def _cut(connected: socket.socket) -> None:
    with suppress(OSError):  # it may be closed by now
        # Below TLS: its own shutdown would take its state from under whoever reads.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
