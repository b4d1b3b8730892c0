"""The canonical form of an element as it stands in its document (Canonical XML, Exclusive 1.0)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from sp.saml import urn, xml
from sp.saml.errors import refuse
from sp.saml.types import Element

_DEFAULT_PREFIX: Final = "#default"
"""What a PrefixList calls the default namespace."""


def canonicalise(element: Element, *, exclusive: bool, prefixes: tuple[str, ...] = ()) -> bytes:
    """Return the canonical form of an element as it stands in its document, without comments.

    prefixes: the PrefixList of the exclusive form ("#default" is legal). Raises Refused
    (empty_canonical) where the result is empty or there is none (Canonical XML 1.0;
    Exclusive XML Canonicalization 1.0).
    """
    # lxml canonicalises an element as if it were alone. That loses what is declared further up:
    # the inclusive form needs all of it, the exclusive form the prefixes listed.
    if _DEFAULT_PREFIX in prefixes:
        xml.know(_DEFAULT_PREFIX)
    needs_scope = not exclusive or bool(prefixes)
    apex = copy_in_scope(element, inherit=not exclusive) if needs_scope else element
    try:
        octets = etree.tostring(
            apex,
            method="c14n",
            exclusive=exclusive,
            with_comments=False,
            inclusive_ns_prefixes=list(prefixes) if exclusive else None,
            with_tail=False,
        )
    except etree.C14NError:
        octets = b""
    if not octets:
        raise refuse("empty_canonical", "a canonical form", "none", "Core 5.4.4")
    return octets


def copy_in_scope(element: Element, *, inherit: bool = False) -> Element:
    """Return a copy of an element as a document of its own, with every declaration in its scope.

    inherit: with the attributes xml:lang, xml:space and so on of its ancestors, too, as the
    inclusive canonical form of a part of a document wants them (Canonical XML 1.0, 2.4).
    """
    octets = etree.tostring(element, encoding="UTF-8", xml_declaration=False, with_tail=False)
    copy = xml.parse_canonical(octets)
    if inherit:
        for ancestor in element.iterancestors():
            for name, value in ancestor.items():
                if str(name).startswith(f"{{{urn.XML}}}") and name not in copy.attrib:
                    copy.set(name, value)
    return copy
