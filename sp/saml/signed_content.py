"""The octets that an enveloped signature is about (XMLDSig 4.4.3.2, 6.6.4).

The gate has let the signature's one shape through. In a canonical form every "<" begins a tag, and
the form of an element does not depend on what stands beside it: so the octets without those of the
Signature are the form of the element without its Signature.
"""

from __future__ import annotations

from lxml import etree

from sp.saml import canonical
from sp.saml.gate_signature import INCLUSIVE_FORMS, SIGNATURE, read_prefixes
from sp.saml.types import Element


def find_signature(element: Element) -> Element | None:
    """Return the Signature that is a child of the element, or None."""
    return next(element.iterchildren(SIGNATURE), None)


def canonical_content(element: Element, transforms: Element) -> bytes:
    """Return the canonical form of the element without its Signature (XMLDSig 6.6.4)."""
    forms = list(transforms)[1:]
    exclusive = bool(forms) and forms[0].get("Algorithm") not in INCLUSIVE_FORMS
    prefixes = read_prefixes(forms[0]) if exclusive else ()
    whole = canonical.canonicalise(element, exclusive=exclusive, prefixes=prefixes)
    return _without_signature(element, whole, 0, len(whole))


def cut_out(element: Element, around: bytes) -> bytes:
    """Return an element without its Signature as it stands in the canonical form around it.

    Only a digest can say whether this is what its signature is about: a declaration may stand
    further out. Empty octets where the element does not stand there.
    """
    name = _name(element)
    start, end = _find_opening(name, around, 0), around.rfind(b"</%b>" % name)
    if not 0 <= start < end:
        return b""
    return _without_signature(element, around, start, end + len(name) + len("</>"))


def canonicalise_by(method: Element, element: Element) -> bytes:
    """Return the canonical form of an element that a transform or a method names."""
    exclusive = method.get("Algorithm") not in INCLUSIVE_FORMS
    return canonical.canonicalise(element, exclusive=exclusive, prefixes=read_prefixes(method))


def _without_signature(element: Element, octets: bytes, start: int, end: int) -> bytes:
    """Return the octets of an element from start to end but for those of its Signature."""
    signature = find_signature(element)
    assert signature is not None
    name, opened = _name(signature), start
    # What is called the same in the tags may be a Signature further in, or no Signature at all.
    for each in element.iter("{*}Signature"):
        if each.prefix == signature.prefix:
            opened = _find_opening(name, octets, opened + 1)
            if each is signature:
                break
    closed = octets.find(b"</%b>" % name, opened, end)
    if not start < opened < closed:
        return b""
    return octets[start:opened] + octets[closed + len(name) + len("</>") : end]


def _find_opening(name: bytes, octets: bytes, start: int) -> int:
    """Return where the next element of that name opens, or -1."""
    opening = b"<" + name
    place = octets.find(opening, start)
    while place >= 0 and octets[place + len(opening)] not in b" >":
        place = octets.find(opening, place + 1)
    return place


def _name(element: Element) -> bytes:
    """Return an element's name as its tags spell it."""
    local = etree.QName(element).localname
    return (f"{element.prefix}:{local}" if element.prefix else local).encode()
