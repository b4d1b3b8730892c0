"""XML in: the only parser, and the values of XML Schema that we read."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from sp.saml import urn
from sp.saml.errors import Refused, refuse
from sp.saml.types import Element
from sp.saml.xml_limits import MESSAGE, Limits, broken_rules

__all__ = [
    "MESSAGE",
    "Limits",
    "declare_prefixes",
    "know",
    "parse",
    "parse_canonical",
    "read_instant",
    "trim",
]

WHITE_SPACE: Final = " \t\r\n"
"""What XML calls white space (XML 1.0, 2.3); Python's own idea is wider."""


_INSTANT: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_DAYS_END: Final = "T24:00:00"
_TYPE: Final = urn.q("xsi:type")
_LONGEST_INSTANT: Final = 256
_of_thread: Final = threading.local()
_ROOT_NAME: Final = re.compile(rb"(?:\s*+<\?xml[^>]*\?>)?\s*+<[^\s/>!?]++")


def parse(octets: bytes, *, limits: Limits = MESSAGE) -> Element:
    """Return the root of a document that can reach nothing outside itself, or raise Refused.

    Codes: too_large, not_well_formed, has_dtd, too_many_elements, too_deep,
    too_many_attributes, too_many_namespaces, processing_instruction, xinclude.
    """
    if len(octets) > limits.octets:
        raise refuse("too_large", f"at most {limits.octets} octets", str(len(octets)))
    try:
        root = etree.fromstring(octets, _parser_of_thread())
    except etree.XMLSyntaxError as error:
        raise _explain(error, octets, limits) from None
    except ValueError:
        raise refuse("not_well_formed", "XML", "an encoding that is not known") from None
    if _has_dtd(root):
        raise refuse("has_dtd", "no document type declaration")
    for code, expected in broken_rules(root, limits):
        raise refuse(code, expected)
    return root


def parse_canonical(octets: bytes) -> Element:
    """Return the root of a canonical form that we made of a document which passed `parse`.

    It has no more of anything than that, and no encoding but UTF-8.
    """
    try:
        return etree.fromstring(octets, _parser_of_thread())
    except etree.XMLSyntaxError as error:
        raise refuse("not_well_formed", "XML", str(error.msg)) from None


def know(name: str) -> None:
    """Put a name into libxml2's dictionary of this thread.

    lxml passes listed prefixes on only if they are there, and "#default" can be no document's name.
    """
    parser = etree.XMLPullParser(events=("start",), tag=name)
    parser.feed(b"<a/>")
    parser.close()


def declare_prefixes(octets: bytes, scope: dict[str | None, str]) -> bytes:
    """Put on a document's root the declarations in `scope` that it uses without declaring them.

    What was encrypted in its place may lean on declarations around it (XML Encryption 4.3), also
    for the types that it names.
    """
    if _stands_alone(octets, scope):
        return octets
    # Only to see the names: what cannot be read comes out unchanged, for `parse` to refuse.
    parser = _make_parser(recover=True)
    try:
        root = etree.fromstring(octets, parser)
    except (etree.XMLSyntaxError, ValueError):
        return octets
    place = _ROOT_NAME.match(octets)
    if root is None or place is None or _has_dtd(root):
        return octets
    used: set[str | None] = {
        name.partition(":")[0]
        for element in root.iter("*")
        for name in (str(element.tag), *map(str, element.attrib))
        if ":" in name and not name.startswith("{")
    }
    if not re.search("[{:]", str(root.tag)):
        used.add(None)
    used |= _undeclared_types(root, octets, scope)
    declarations = "".join(
        f" xmlns{':' + prefix if prefix else ''}={quoteattr(scope[prefix])}"
        for prefix in sorted(used & scope.keys(), key=str)
    )
    return octets[: place.end()] + declarations.encode() + octets[place.end() :]


def trim(text: str | None) -> str:
    """Return a text without the XML white space around it; "" for none."""
    return (text or "").strip(WHITE_SPACE)


@lru_cache(maxsize=256)
def read_instant(text: str | None) -> datetime:
    """Return an xs:dateTime as an aware instant in UTC, or raise ValueError (Core 1.3.3).

    Without a zone it is UTC. Fractions beyond the microsecond are cut off. 24:00:00 is the first
    instant of the next day (XML Schema 2, 3.2.7.1).
    """
    # The cache keeps every text that was read: none may be long.
    match = None if len(text or "") > _LONGEST_INSTANT else _INSTANT.fullmatch(trim(text))
    if match is None:
        raise ValueError("not an xs:dateTime")
    seconds, fraction, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z") else zone
    microseconds = f"{fraction or ''}000000"[:6]
    ends_day = seconds.endswith(_DAYS_END) and not (fraction or "").strip("0")
    if ends_day:
        seconds = seconds.replace(_DAYS_END, "T00:00:00")
    try:
        instant = datetime.fromisoformat(f"{seconds}.{microseconds}{offset}").astimezone(UTC)
        return instant + timedelta(days=ends_day)
    except OverflowError:
        raise ValueError("out of the calendar") from None


def _stands_alone(octets: bytes, scope: dict[str | None, str]) -> bool:
    """Say whether a document needs no declaration from around it, as most do."""
    try:
        root = etree.fromstring(octets, _parser_of_thread())
    except (etree.XMLSyntaxError, ValueError):
        return False
    return str(root.tag).startswith("{") and not _undeclared_types(root, octets, scope)


def _undeclared_types(
    root: Element, octets: bytes, scope: dict[str | None, str]
) -> set[str | None]:
    """Return the prefixes in scope of types that a document names and that it declares nowhere."""
    spellings = (_TYPE, *(f"{prefix}:type" for prefix, uri in scope.items() if uri == urn.XSI))
    values = (element.get(each) for element in root.iter("*") for each in spellings)
    named = {value.partition(":")[0] for value in values if value and ":" in value}
    return {
        prefix
        for prefix in named & scope.keys()
        if not re.search(rb"\sxmlns:%b\s*=" % re.escape(prefix.encode()), octets)
    }


def _parser_of_thread() -> etree.XMLParser:
    """Return this thread's parser: lxml's are locked while they work."""
    parser: etree.XMLParser | None = getattr(_of_thread, "parser", None)
    if parser is None:
        parser = _of_thread.parser = _make_parser()
    return parser


def _make_parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=recover,
    )


def _has_dtd(root: Element) -> bool:
    docinfo: Any = root.getroottree().docinfo
    return bool(docinfo.doctype)


def _explain(error: Any, octets: bytes, limits: Limits) -> Refused:
    if b"<!DOCTYPE" in octets.replace(b"\0", b""):  # UTF-16, too
        return refuse("has_dtd", "no document type declaration")
    if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return refuse("too_deep", f"at most {limits.depth} levels of elements")
    return refuse("not_well_formed", "XML", str(error.msg))
