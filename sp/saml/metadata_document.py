"""Turns the octets of an upload into a metadata document, whatever encoding they came in."""

from __future__ import annotations

import codecs
import re
from typing import Final

from sp.saml import metadata_mistakes, xml
from sp.saml.errors import MetadataRefused, Refused
from sp.saml.types import Element
from sp.saml.xml import Limits

LIMITS: Final = Limits(octets=10 * 1024 * 1024, depth=100, elements=200_000)
"""A federation's aggregate of 175 entities has 0.9 MB and some 20,000 elements."""

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED: Final = re.compile(
    rb"""\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']"""
)
_KNOWN: Final = re.compile(
    r"utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|macintosh"
    r"|shift_jis|euc-jp|iso-2022-jp|gb2312|gbk|gb18030|big5|euc-kr"
)
_PROLOG: Final = re.compile(r"(?:<\?[A-Za-z][^>]*\?>|<!--(?:(?!--).)*-->)\s*", re.DOTALL)

_WRONG_ENCODING: Final = (
    "This file is not written in the character encoding that it claims (without a claim, that is "
    "UTF-8): some letters beyond a to z cannot be read. Download the metadata as a file and upload "
    "it unopened, or save it as UTF-8."
)
_SENTENCES: Final = {
    "has_dtd": "This document has a document type declaration (<!DOCTYPE …>), which metadata does "
    "not need and attackers use. Download the metadata as a file from your Identity Provider.",
    "too_large": "This file is larger than 10 MB. Upload the metadata of your own Identity "
    "Provider, not that of a whole federation.",
    "too_many_elements": "This document holds too many elements. Upload the metadata of your own "
    "Identity Provider, not that of a whole federation.",
    "too_deep": "The elements of this document are nested deeper than metadata ever is. Download "
    "the metadata as a file from your Identity Provider.",
    "processing_instruction": "This document holds a processing instruction (<?…?>) inside, which "
    "metadata does not have. Download the metadata as a file from your Identity Provider.",
}
_UNSAFE: Final = (
    "This document holds something that metadata does not have and that we do not read. Download "
    "the metadata as a file from your Identity Provider."
)


def read_document(octets: bytes) -> Element:
    """Return the root, an EntityDescriptor or an EntitiesDescriptor; raises MetadataRefused."""
    if len(octets) > LIMITS.octets:
        raise MetadataRefused("too_large", _SENTENCES["too_large"], size=len(octets))
    mistake = metadata_mistakes.find_in_octets(octets)
    if mistake:
        raise mistake
    text = _bare(_decode(octets))
    mistake = metadata_mistakes.find_in_text(text)
    if mistake:
        raise mistake
    root = _parse(text)
    metadata_mistakes.check_root(root)
    return root


def _parse(text: str) -> Element:
    # The declaration goes because its encoding no longer holds, and what a browser wants to know
    # (<?xml-stylesheet …?>) goes with it.
    position = 0
    while prolog := _PROLOG.match(text, position):
        position = prolog.end()
    try:
        lines = "\n" * text.count("\n", 0, position)  # so that a complaint names the right one
        return xml.parse((lines + text[position:]).encode(), limits=LIMITS)
    except Refused as refusal:
        if refusal.code == "not_well_formed":
            raise metadata_mistakes.explain_broken_xml(text, refusal.finding.actual) from None
        sentence = _SENTENCES.get(refusal.code, _UNSAFE)
        raise MetadataRefused(refusal.code, sentence) from None


def _decode(octets: bytes) -> str:
    octets = _without_mark(octets)
    codec = _find_codec(octets)
    try:
        return octets.decode(codec)
    except UnicodeDecodeError as error:
        readable = _bare(octets.decode(codec, "replace"))
        mistake = metadata_mistakes.find_in_text(readable)
        if mistake:
            raise mistake from None
        raise MetadataRefused(
            "wrong_encoding", _WRONG_ENCODING, codec=codec, position=error.start
        ) from None


def _find_codec(octets: bytes) -> str:
    """Return how the octets are written: what they show goes before what they say."""
    for mark, codec in _BOMS:
        if octets.startswith(mark):
            return codec
    if octets[1:2] == b"\0":
        return "utf-16-le"
    if octets[:1] == b"\0":
        return "utf-16-be"
    declared = _DECLARED.match(octets)
    name = declared[1].decode().lower() if declared else "utf-8"
    # A .NET program writes "utf-16" into what it then saves as UTF-8.
    if name.startswith("utf-16"):
        return "utf-8"
    if not (_KNOWN.fullmatch(name) and _has_codec(name)):
        raise MetadataRefused(
            "wrong_encoding",
            "This file claims a character encoding that we do not know. Save it as UTF-8, or "
            "download the metadata as a file from your Identity Provider.",
        )
    return name


def _has_codec(name: str) -> bool:
    """Say whether there is such an encoding: a family has gaps, there is no ISO 8859-12."""
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False


def _without_mark(octets: bytes) -> bytes:
    while octets.startswith(codecs.BOM_UTF8):
        octets = octets.removeprefix(codecs.BOM_UTF8)
    return octets


def _bare(text: str) -> str:
    """Return a text without the byte order marks and the white space in front of it."""
    return text.lstrip("\ufeff" + xml.WHITE_SPACE)
