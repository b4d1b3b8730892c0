"""The one place that knows what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    """Return this instant, aware, in UTC. Call it as `clock.now()`, so that tests can set it."""
    return datetime.now(UTC)


def microseconds(instant: datetime) -> int:
    """Return an aware instant as whole microseconds since 1970, exactly."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """Return the aware UTC instant that many microseconds after 1970."""
    return _EPOCH + value * _MICROSECOND
