"""Finding what stands in a document, and taking parts out of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import attrgetter
from typing import Final

from lxml import etree

from sp.saml import urn
from sp.saml.types import Element

_NAME: Final = re.compile(r"[A-Za-z0-9]+:[A-Za-z]+")
_tag: Callable[[Element], str] = attrgetter("tag")


def children(element: Element) -> defaultdict[str, list[Element]]:
    """Return an element's children by their tags, in one walk; [] for a tag that none has."""
    found = defaultdict(list)
    for child in element:
        found[child.tag].append(child)
    return found


def tags(elements: Iterable[Element]) -> list[str]:
    """Return the tags of elements, in their order."""
    return list(map(_tag, elements))


def find_all(element: Element, path: str) -> list[Element]:
    """Return the elements at a path with the prefixes of `urn`: "saml:Subject/saml:NameID"."""
    if (tag := _child(path)) is not None:
        return list(element.iterchildren(tag))
    return _compile(path)(element)  # type: ignore[return-value]


def find(element: Element, path: str) -> Element | None:
    """Return the first element at a path, or None."""
    if (tag := _child(path)) is not None:
        return next(element.iterchildren(tag), None)
    found = find_all(element, path)
    return found[0] if found else None


def find_text(element: Element, path: str) -> str | None:
    """Return the whole text of the first element at a path, or None where there is none."""
    found = find(element, path)
    return None if found is None else text_of(found)


def compile_path(path: str, prefixes: Mapping[str, str], **options: bool) -> etree.XPath:
    """Return a compiled XPath with these prefixes, as `etree.XPath` does.

    It is given those alone that it names, and no regular expressions: lxml declares all anew at
    each use, which takes longer than most walks.
    """
    used = {prefix: uri for prefix, uri in prefixes.items() if f"{prefix}:" in path}
    return etree.XPath(path, namespaces=used, regexp=False, **options)


def find_values(element: Element, path: str) -> list[str]:
    """Return the attributes' values at a path, such as "//@NotOnOrAfter"."""
    return _compile(path)(element)  # type: ignore[return-value]


def text_of(element: Element) -> str:
    """Return the whole text of an element, whatever stands between its parts."""
    if not len(element):
        return element.text or ""
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
def _child(path: str) -> str | None:
    """Return the tag that a path asks the children for; None for one that leads further."""
    return urn.q(path) if _NAME.fullmatch(path) else None


@cache
def _compile(path: str) -> etree.XPath:
    # A smart string would keep its whole document for as long as somebody remembers it.
    return compile_path(path, urn.PREFIXES, smart_strings=False)
