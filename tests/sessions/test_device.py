"""A User-Agent as words that people know their devices by."""

from __future__ import annotations

import pytest

from sp.sessions.device import device_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"
SAMSUNG = "AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0"
MAC = "Macintosh; Intel Mac OS X 10_15_7"
IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
            "Firefox on Windows",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Safari/537.36", "Chrome on Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Safari/537.36 Edg/141.0.0.0",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Safari/537.36 OPR/120.0.0.0",
            "Opera on Linux",
        ),
        (
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Safari/537.36",
            "Chrome on a Chromebook",
        ),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Mobile Safari/537.36", "Chrome on Android"),
        (
            f"Mozilla/5.0 (Linux; Android 10; K) {SAMSUNG} Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            f"Mozilla/5.0 ({MAC}) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15",
            "Safari on a Mac",
        ),
        (f"{IOS} Version/26.0 Mobile/15E148 Safari/604.1", "Safari on an iPhone"),
        (f"{IOS} CriOS/141.0.0.0 Mobile/15E148 Safari/604.1", "Chrome on an iPhone"),
        (f"{IOS} FxiOS/143.0 Mobile/15E148 Safari/605.1.15", "Firefox on an iPhone"),
        (f"{IOS} EdgiOS/141.0.0.0 Mobile/15E148 Safari/604.1", "Edge on an iPhone"),
        ("Firefox/143.0", "Firefox on an unknown device"),
        ("Something (Windows NT 10.0)", "a browser on Windows"),
        ("curl/8.5.0", "an unknown device"),
        ("", "an unknown device"),
        ("<script>alert(1)</script>", "an unknown device"),
    ],
)
def test_device_is_told_in_words_of_ours(user_agent, words):
    assert device_of(user_agent) == words
