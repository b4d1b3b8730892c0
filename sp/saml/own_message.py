"""What all messages of ours begin with (Core 3.2.1, 3.2.2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from sp.saml import urn
from sp.saml.types import Element

_NCNAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")


def make_root(
    kind: str,
    *,
    message_id: str,
    issue_instant: datetime,
    destination: str | None,
    sp_entity_id: str,
) -> Element:
    """Return the root of a message of that kind, "LogoutRequest", with our Issuer in it.

    issue_instant: aware. destination: None where it travels as the answer to a request. Raises
    ValueError where message_id is not an NCName, which breaks the schema at many IdPs.
    """
    if not _NCNAME.fullmatch(message_id):
        raise ValueError("the ID of a message begins with a letter or an underscore")
    nsmap = {"samlp": urn.SAMLP, "saml": urn.SAML}
    root = etree.Element(urn.q(f"samlp:{kind}"), nsmap=nsmap, ID=message_id)
    root.set("Version", "2.0")
    root.set("IssueInstant", write_instant(issue_instant))
    if destination is not None:
        root.set("Destination", destination)
    etree.SubElement(root, urn.q("saml:Issuer")).text = sp_entity_id
    return root


def write_instant(instant: datetime) -> str:
    """Return an aware instant as an xs:dateTime in UTC, in whole seconds (Core 1.3.3)."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_octets(root: Element) -> bytes:
    """Return a message as octets, always the same ones for the same tree."""
    return etree.tostring(root, encoding="utf-8")
