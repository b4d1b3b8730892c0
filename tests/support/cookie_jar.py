"""Cookies by the rules that Chromium was measured to follow, SameSite above all."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class CookieJar:
    kept: dict = field(default_factory=dict)
    """(host, path, name) -> (value, SameSite in lower case)."""
    withheld: list[tuple[str, str]] = field(default_factory=list)
    """(URL path, cookie name) of every cookie that SameSite kept back."""

    def header(self, method, url, initiator):
        cross = initiator is not None and site(initiator) != site(url)
        parts = urlsplit(url)
        sent = []
        for (host, path, name), (value, same_site) in self.kept.items():
            if host != parts.hostname or not _path_matches(parts.path or "/", path):
                continue
            if cross and (same_site == "strict" or (same_site == "lax" and method != "GET")):
                self.withheld.append((parts.path, name))
                continue
            sent.append(f"{name}={value}")
        return "; ".join(sent)

    def store(self, line, url):
        first, *rest = (part.strip() for part in line.split(";"))
        name, _, value = first.partition("=")
        attributes = {part.partition("=")[0].lower(): part.partition("=")[2] for part in rest}
        parts = urlsplit(url)
        same_site = attributes.get("samesite", "lax").lower()
        assert "domain" not in attributes, "no cookie of ours leaves its host"
        assert same_site != "none" or "secure" in attributes, "never stored by a browser"
        if name.startswith("__"):
            assert "secure" in attributes, f"a browser drops {name} without Secure"
            assert parts.scheme == "https" or parts.hostname.endswith("localhost")
        key = (parts.hostname, attributes.get("path") or parts.path.rpartition("/")[0] or "/", name)
        if attributes.get("max-age") == "0" or "1970" in attributes.get("expires", ""):
            self.kept.pop(key, None)
        else:
            self.kept[key] = (value, same_site)


def site(url):
    """Return scheme and registrable domain, as far as the names in tests need it."""
    parts = urlsplit(url)
    return parts.scheme, ".".join(parts.hostname.split(".")[-2:])


def _path_matches(path, cookie_path):
    return path == cookie_path or path.startswith(cookie_path.rstrip("/") + "/")
