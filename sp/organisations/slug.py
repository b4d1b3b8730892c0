"""Slugs: the short name of an organisation, as it stands in URLs and names a folder."""

from __future__ import annotations

import re
from typing import Final

_SLUG: Final = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


def is_slug(text: str) -> bool:
    """Say whether this may name an organisation (DESIGN, decision 4).

    Lower-case letters, digits and hyphens, 63 at most: Okta refuses underscores in an ACS URL.
    """
    return _SLUG.fullmatch(text) is not None
