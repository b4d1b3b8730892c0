"""The counters of the rate limits, where they are one process's own."""

from __future__ import annotations

import threading
from typing import Any, Final

from limits.storage import Storage

from sp import clock

SWEPT_EVERY: Final = 10.0
"""Seconds after which windows that are over are forgotten."""


class Counters(Storage):
    """Counts in fixed windows, behind one lock.

    The library's own counters start a thread at every hit to forget what is over, and that thread
    and the hit may stumble over each other.
    """

    STORAGE_SCHEME = ["sp-process"]  # noqa: RUF012 - the library's own form

    def __init__(self, uri: str | None = None, *, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, float]] = {}
        self._sweep_at = 0.0

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """Return what a count may fail by: nothing."""
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count and return how many there are in the window, which lasts `expiry` seconds."""
        now = _now()
        with self._lock:
            self._sweep(now)
            count, end = self._windows.get(key, (0, 0.0))
            if not now < end <= now + expiry:  # over, or of a clock that was set back
                count, end = 0, now + expiry
            self._windows[key] = count + amount, end
            return count + amount

    def get(self, key: str) -> int:
        """Return how many there are in the window."""
        count, end = self._windows.get(key, (0, 0.0))
        return count if _now() < end else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds since 1970."""
        return self._windows.get(key, (0, _now()))[1]

    def check(self) -> bool:
        """Say that it can count."""
        return True

    def reset(self) -> int:
        """Forget everything; return how much that was."""
        with self._lock:
            forgotten = len(self._windows)
            self._windows.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one window."""
        with self._lock:
            self._windows.pop(key, None)

    def _sweep(self, now: float) -> None:
        if self._sweep_at - SWEPT_EVERY <= now < self._sweep_at:
            return
        self._sweep_at = now + SWEPT_EVERY
        self._windows = {key: window for key, window in self._windows.items() if now < window[1]}


def _now() -> float:
    return clock.now().timestamp()
