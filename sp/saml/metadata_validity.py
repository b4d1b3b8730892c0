"""How long metadata may be used: validUntil and cacheDuration (Metadata 2.3.1, 2.4.1)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from sp.saml import xml
from sp.saml.errors import MetadataRefused
from sp.saml.metadata_entities import Entity
from sp.saml.metadata_types import Certificate
from sp.saml.types import Element

LONGEST_CACHE: Final = timedelta(days=30)
"""A well-known web generator writes an epoch time into cacheDuration, which is fifty years."""

_DURATION: Final = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:\.\d*)?S)?)?",
    re.ASCII,
)
_MOST_DIGITS: Final = 12
"""Of which any number is more than the bound; Python makes none of some thousand digits."""
_SECONDS: Final = {
    "years": 31_536_000,
    "months": 2_592_000,
    "days": 86_400,
    "hours": 3_600,
    "minutes": 60,
    "seconds": 1,
}


def find_valid_until(entity: Entity) -> datetime | None:
    """Return the earliest validUntil of the role, its entity and the lists around it."""
    found = (_read_valid_until(element) for element in _levels(entity))
    return min((instant for instant in found if instant is not None), default=None)


def find_cache_duration(entity: Entity) -> timedelta | None:
    """Return the shortest cacheDuration, at most `LONGEST_CACHE`; None where none can be read."""
    texts = (element.get("cacheDuration") for element in _levels(entity))
    found = (_read_duration(text) for text in texts)
    return min((duration for duration in found if duration is not None), default=None)


def refuse_expired(
    valid_until: datetime, now: datetime, keys: tuple[Certificate, ...]
) -> MetadataRefused:
    """Return the refusal, which says so where only the date is old and not the certificates."""
    day = f"{valid_until:%d %B %Y}"
    sentence = (
        f"This metadata may not be used any more: it says that it was valid until {day} "
        "(validUntil). Download it again from your Identity Provider."
    )
    longest = max((key.not_after for key in keys if key.not_after), default=now)
    if longest > now:
        sentence += (
            f" It holds a certificate that is valid until {longest:%d %B %Y}: Google Workspace, "
            "for one, goes on writing the end of an older certificate into validUntil; there, "
            "delete the older certificate first."
        )
    return MetadataRefused("expired", sentence, valid_until=valid_until.isoformat())


def _read_valid_until(element: Element) -> datetime | None:
    text = element.get("validUntil")
    if text is None:
        return None
    try:
        return xml.read_instant(text)
    except ValueError:
        raise MetadataRefused(
            "bad_valid_until",
            "The day until which this metadata is valid (validUntil) is not a date and time that "
            "we can read. Download the metadata again as a file.",
            received=text,
        ) from None


def _levels(entity: Entity) -> list[Element]:
    return [entity.role, *entity.role.iterancestors()]


def _read_duration(text: str | None) -> timedelta | None:
    """Return an xs:duration, bounded; None where it is none."""
    match = _DURATION.fullmatch(xml.trim(text))
    if match is None or not any(match.groups()):
        return None
    seconds = sum(_count(value) * _SECONDS[name] for name, value in match.groupdict("0").items())
    return timedelta(seconds=min(seconds, int(LONGEST_CACHE.total_seconds())))


def _count(digits: str) -> int:
    return int(digits.lstrip("0")[:_MOST_DIGITS] or "0")
