"""Which device a browser is on, in a few words that its owner knows it by.

A User-Agent is what somebody sent: it serves a person who looks through their own sessions, and
decides nothing.
"""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "an unknown device"

_BROWSERS: Final = (
    ("Edg", "Edge"),  # also EdgA and EdgiOS
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""By what they say of themselves; nearly all say Chrome and Safari as well, so those come last."""
_SYSTEMS: Final = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("CrOS", "a Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)
"""An Android says Linux, too."""


def device_of(user_agent: str) -> str:
    """Return the device in words, such as "Firefox on Windows"; the agent's own are never used."""
    browser = _find(_BROWSERS, user_agent)
    system = _find(_SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    if browser:
        return f"{browser} on {UNKNOWN}"
    return f"a browser on {system}" if system else UNKNOWN


def _find(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((words for sign, words in known if sign in user_agent), "")
