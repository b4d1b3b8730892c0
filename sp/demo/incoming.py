"""Opens a message or a document that somebody else sent."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Final

from lxml import etree

from sp.demo.errors import DemoRefused
from sp.demo.messages import Element

_LARGEST: Final = 100_000
_UNREADABLE: Final = "This is not a message that can be read."


def parse(octets: bytes) -> Element:
    """Parse a document of somebody else's: no DTD, no entities, no network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(octets, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise DemoRefused(_UNREADABLE) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise DemoRefused(_UNREADABLE)
    return root


def decode(value: str, *, deflated: bool) -> bytes:
    """Return the octets of a SAMLRequest or SAMLResponse; deflated: by the Redirect binding."""
    try:
        octets = base64.b64decode(value, validate=False)
        if not deflated:
            return octets
        inflater = zlib.decompressobj(-15)
        inflated = inflater.decompress(octets, _LARGEST)
    except (binascii.Error, ValueError, zlib.error):
        raise DemoRefused(_UNREADABLE) from None
    if inflater.unconsumed_tail:
        raise DemoRefused("This message is too large.")
    return inflated
