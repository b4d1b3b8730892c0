"""Reads what a Response of any kind says about how it went (Core 3.2.2.1)."""

from __future__ import annotations

from sp.saml import tree, xml
from sp.saml.types import Element
from sp.saml.urn import q


def read_status(root: Element) -> tuple[str, ...]:
    """Return the status codes by their Value attribute, the outermost first (Core 3.2.2.2)."""
    found = []
    code = tree.find(root, "samlp:Status/samlp:StatusCode")
    while code is not None:
        found.append(code.get("Value", ""))
        code = next(code.iterchildren(q("samlp:StatusCode")), None)
    return tuple(found)


def read_status_message(root: Element) -> str:
    """Return the other side's own words, "" where there are none (Core 3.2.2.3)."""
    return xml.trim(tree.find_text(root, "samlp:Status/samlp:StatusMessage"))
