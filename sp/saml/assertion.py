"""Turns the octets that verified into an Assertion value; takes nothing but a VerifiedElement."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sp.saml import gate, tree, xml
from sp.saml.errors import refuse
from sp.saml.signature import VerifiedElement
from sp.saml.types import Assertion, Attribute, Decrypt, Element, NameID
from sp.saml.urn import q

_ATTRIBUTE: Final = q("saml:Attribute")
_VALUE: Final = q("saml:AttributeValue")


def read_name_id(
    verified: VerifiedElement, decrypt: Decrypt, place: str = "saml:Subject/"
) -> tuple[NameID | None, bytes | None]:
    """Return the subject's NameID and, where it was encrypted, the plain octets (Core 2.2.3).

    place: where it stands in the verified element; "" for directly in it.
    """
    element = tree.find(verified.element, f"{place}saml:NameID")
    plain: bytes | None = None
    if element is None:
        encrypted = tree.find(verified.element, f"{place}saml:EncryptedID")
        if encrypted is None:
            return None, None
        plain = decrypt(encrypted)
        element = gate.read_decrypted(plain, "NameID")
    if len(element):
        raise refuse("name_id", "text", "child elements", "Core 2.2.3")
    value = xml.trim(tree.text_of(element))
    if not value:
        return None, plain
    return (
        NameID(
            value,
            element.get("Format"),
            element.get("NameQualifier"),
            element.get("SPNameQualifier"),
        ),
        plain,
    )


def read_assertion(
    verified: VerifiedElement, name_id: NameID | None, in_response_to: str | None
) -> Assertion:
    """Return what a verified assertion says, once every check has passed (Core 2.3.3).

    name_id and in_response_to: as `read_name_id` and `confirmation.answered_request` read them.
    """
    element = verified.element
    parts = tree.children(element)
    (statement,) = parts[q("saml:AuthnStatement")]  # a check saw to it
    (conditions,) = parts[q("saml:Conditions")]
    context = tree.find_text(statement, "saml:AuthnContext/saml:AuthnContextClassRef")
    return Assertion(
        assertion_id=element.get("ID", ""),
        issuer=read_issuer(element),
        issue_instant=xml.read_instant(element.get("IssueInstant")),
        not_on_or_after=_instant(conditions.get("NotOnOrAfter")),
        name_id=name_id,
        attributes=_attributes(parts[q("saml:AttributeStatement")]),
        authn_instant=xml.read_instant(statement.get("AuthnInstant")),
        authn_context=xml.trim(context) or None,
        session_index=statement.get("SessionIndex") or None,
        session_not_on_or_after=_instant(statement.get("SessionNotOnOrAfter")),
        in_response_to=in_response_to,
    )


def read_issuer(element: Element) -> str:
    """Return the Issuer's text, "" where there is none (Core 2.2.5)."""
    return xml.trim(tree.find_text(element, "saml:Issuer"))


def _attributes(statements: list[Element]) -> tuple[Attribute, ...]:
    """Return the attributes by Name, values of repeated Names merged (Core 2.7.3)."""
    found: dict[str, list[str | None]] = {}
    for statement in statements:
        for attribute in statement.iterchildren(_ATTRIBUTE):
            values = found.setdefault(attribute.get("Name", ""), [])
            for value in attribute:
                if value.tag == _VALUE:
                    values.append(None if len(value) else value.text or "")
    return tuple([Attribute(name, tuple(values)) for name, values in found.items()])


def _instant(text: str | None) -> datetime | None:
    return None if text is None else xml.read_instant(text)
