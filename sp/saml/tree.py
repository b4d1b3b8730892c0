"""Finding what stands in a document, and taking parts out of it."""

from __future__ import annotations

from functools import cache

from lxml import etree

from sp.saml import urn
from sp.saml.types import Element


def find_all(element: Element, path: str) -> list[Element]:
    """Return the elements at a path with the prefixes of `urn`: "saml:Subject/saml:NameID"."""
    return _compile(path)(element)  # type: ignore[return-value]


def find(element: Element, path: str) -> Element | None:
    """Return the first element at a path, or None."""
    found = find_all(element, path)
    return found[0] if found else None


def find_text(element: Element, path: str) -> str | None:
    """Return the whole text of the first element at a path, or None where there is none."""
    found = find(element, path)
    return None if found is None else text_of(found)


def find_values(element: Element, path: str) -> list[str]:
    """Return the attributes' values at a path, such as "//@NotOnOrAfter"."""
    return _compile(path)(element)  # type: ignore[return-value]


def text_of(element: Element) -> str:
    """Return the whole text of an element, whatever stands between its parts."""
    return "".join(map(str, element.itertext()))


def remove(element: Element) -> None:
    """Take an element out of its document; the text behind it stays."""
    parent, before, tail = element.getparent(), element.getprevious(), element.tail or ""
    assert parent is not None
    element.tail = None
    parent.remove(element)
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail


def drop_comments(root: Element) -> None:
    """Take every comment out of a document, so that each text is one text."""
    etree.strip_tags(root, etree.Comment)


@cache
def _compile(path: str) -> etree.XPath:
    return etree.XPath(path, namespaces=urn.PREFIXES)
